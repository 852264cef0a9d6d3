//! What the document says of errors: a response for each status that an operation's codes have, and an example of
//! each code, made as a real one is.

use super::describe::{reference, request_id_header};
use super::schema::{Component, Schema, any_of, integer, map, object, only, string};
use crate::base::error::catalogue::Shape;
use crate::base::error::{Code, Error};
use crate::base::headers;
use crate::base::operation::Operation;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const FLOW_ERROR: Component = Component {
    name: "FlowError",
    schema: || {
        let report = map(string())
            .about("What is known of the case; of an unknown entity its `id` and `type` too.")
            .has("detailed-message", string().not_empty())
            .has("request-id", string().about("The `x-request-id` of this answer."));
        object()
            .about("An error of the Flow Service. The three messages are the same text, which is free.")
            .has(
                "type",
                string().with("pattern", "^https://ns\\.adobe\\.com/aep/errors/FLOW-[0-9]{4}-[45][0-9]{2}$"),
            )
            .has("title", string().not_empty())
            .has("status", integer().within(400, 599))
            .has("report", report)
            .has("errorMessage", string().not_empty())
            .has("errorDetails", string().not_empty())
            .and_nothing_else()
    },
};

pub(super) const GATEWAY_ERROR: Component = Component {
    name: "GatewayError",
    schema: || {
        object()
            .about("An error of the gateway in front of the Flow Service.")
            .has("error_code", string().with("pattern", "^[0-9]{6}$"))
            .has("message", string().not_empty())
            .and_nothing_else()
    },
};

pub(super) const CONTENT_TYPE_PROBLEM: Component = Component {
    name: "ContentTypeProblem",
    schema: || {
        object()
            .about("The gateway's answer to a body of another media type than JSON.")
            .has("type", only("/placeholder/type/uri"))
            .has("status", only(400))
            .has("title", only("BadRequestError"))
            .has("detail", string().not_empty())
            .and_nothing_else()
    },
};

pub(super) const SANDBOX_PROBLEM: Component = Component {
    name: "SandboxProblem",
    schema: || {
        object()
            .about("An error of sandbox management.")
            .has("type", only("/placeholder/type/uri"))
            .has("status", integer().within(400, 599))
            .has("title", string().not_empty())
            .has("detail", string().not_empty())
            .and_nothing_else()
    },
};

pub(super) const OAUTH_ERROR: Component = Component {
    name: "OAuthError",
    schema: || {
        let text = string().with("pattern", "^[ !#-\\[\\]-~]+$");
        object()
            .about("An error of a token endpoint, as RFC 6749, section 5.2, has it.")
            .has("error", string().not_empty())
            .has("error_description", text)
            .and_nothing_else()
    },
};

/// The error responses of the document, each of which several operations may have: the codes that each stands for, which
/// have one status.
#[derive(Default)]
pub(super) struct Responses(Vec<Vec<Code>>);

impl Responses {
    /// Adds those of an operation that has these codes to the `responses` that it has by itself.
    pub(super) fn add(&mut self, codes: &[Code], responses: &mut Map<String, Value>) {
        let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
        for &code in codes {
            by_status.entry(code.status().as_u16()).or_default().push(code);
        }
        for (status, codes) in by_status {
            match responses.get_mut(&status.to_string()) {
                Some(own) => add_to(own, &codes),
                None => _ = responses.insert(status.to_string(), reference("responses", &self.name(codes))),
            }
        }
    }

    /// The responses by their names.
    pub(super) fn responses(&self) -> Map<String, Value> {
        self.named().map(|(name, codes)| (name, response(codes))).collect()
    }

    fn name(&mut self, codes: Vec<Code>) -> String {
        let index = self.0.iter().position(|known| *known == codes).unwrap_or_else(|| {
            self.0.push(codes);
            self.0.len() - 1
        });
        self.named().nth(index).map(|(name, _)| name).unwrap_or_default()
    }

    /// Each with its name: the status, and for all but the first of a status a number.
    fn named(&self) -> impl Iterator<Item = (String, &Vec<Code>)> {
        let mut seen = BTreeMap::<u16, usize>::new();
        self.0.iter().map(move |codes| {
            let status = codes.first().map_or(0, |code| code.status().as_u16());
            let number = seen.entry(status).or_default();
            *number += 1;
            let name =
                if *number == 1 { format!("Error{status}") } else { format!("Error{status}-{number}") };
            (name, codes)
        })
    }
}

/// The response with one of these codes.
fn response(codes: &[Code]) -> Value {
    let mut headers = request_id_header();
    headers[headers::POINTER] = reference("headers", "Pointer");
    headers[headers::VIOLATIONS] = reference("headers", "Violations");
    json!({
        "description": sentences(codes),
        "headers": headers,
        "content": {"application/json": {"schema": Value::from(schema(codes)), "examples": references(codes)}},
        CODES: names(codes),
    })
}

/// Lets a response of JSON have one of these codes too.
fn add_to(response: &mut Value, codes: &[Code]) {
    let own = response["description"].as_str().unwrap_or_default();
    response["description"] = format!("{own}\n\nOr:\n\n{}", sentences(codes)).into();
    let content = &mut response["content"]["application/json"];
    content["schema"] = json!({"anyOf": [content["schema"].take(), Value::from(schema(codes))]});
    content["examples"] = references(codes).into();
    response[CODES] = names(codes).into();
}

/// The key under which a response lists its codes for programs.
const CODES: &str = "x-flowmock-codes";

/// When each is answered, for people.
fn sentences(codes: &[Code]) -> String {
    let sentence = |code: &Code| format!("`{}`: {}", name(*code), code.explanation());
    match codes {
        [code] => sentence(code),
        codes => format!("- {}", codes.iter().map(sentence).collect::<Vec<_>>().join("\n- ")),
    }
}

fn names(codes: &[Code]) -> Vec<&'static str> {
    codes.iter().copied().map(name).collect()
}

fn references(codes: &[Code]) -> Map<String, Value> {
    codes.iter().map(|&code| (name(code).to_owned(), reference("examples", name(code)))).collect()
}

/// The shapes that these codes have.
fn schema(codes: &[Code]) -> Schema {
    let has = |shape| codes.iter().any(|code| code.shape() == shape && *code != Code::ContentTypeInvalid);
    let shapes = [
        (Shape::Flow, FLOW_ERROR),
        (Shape::Gateway, GATEWAY_ERROR),
        (Shape::Problem, SANDBOX_PROBLEM),
        (Shape::OAuth, OAUTH_ERROR),
    ];
    let shapes = shapes.into_iter().filter(|(shape, _)| has(*shape)).map(|(_, component)| component);
    let of_content_type = codes.contains(&Code::ContentTypeInvalid).then_some(CONTENT_TYPE_PROBLEM);
    any_of(shapes.chain(of_content_type).map(|component| component.named()))
}

/// An example of every error that some operation has, as it is answered.
pub(super) fn examples() -> Map<String, Value> {
    let example = |code: Code| {
        let body = Error::of(code).body("2a7d31c8-5f0e-4b6c-9a43-0d1c8e7f6b25");
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        (name(code).to_owned(), json!({"summary": code.title(), "value": value}))
    };
    let is_listed = |code: &Code| Operation::ALL.iter().any(|operation| operation.codes().contains(code));
    Code::ALL.iter().copied().filter(is_listed).map(example).collect()
}

/// What the document calls a code: itself, or the title of the one that has none.
fn name(code: Code) -> &'static str {
    if code.code().is_empty() { code.title() } else { code.code() }
}
