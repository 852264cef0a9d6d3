//! What the document says of errors: a response for each status that an operation's codes have, and an example of
//! each code, made as a real one is.

use super::describe::request_id_header;
use super::schema::{Component, Schema, all_of, any_of, integer, map, object, one_of, only, string};
use crate::error::catalogue::Shape;
use crate::error::{Code, Error};
use hyper::StatusCode;
use serde_json::{Map, Value, json};

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

/// The error responses of the document, each of which several operations may have.
#[derive(Default)]
pub(super) struct Responses(Vec<Refusals>);

/// What a response stands for: one of these codes, which have one status.
#[derive(PartialEq)]
struct Refusals {
    codes: Vec<Code>,
    /// Whether the operation takes a body, a part of which may be at fault.
    has_body: bool,
}

impl Responses {
    /// The references to the responses of an operation that has these codes, by status.
    pub(super) fn of(&mut self, codes: &[Code], has_body: bool) -> Map<String, Value> {
        let mut statuses: Vec<_> = codes.iter().map(|code| code.status()).collect();
        statuses.sort_unstable();
        statuses.dedup();
        let mut reference = |status: StatusCode| {
            let codes = codes.iter().copied().filter(|code| code.status() == status).collect();
            let name = self.name(Refusals { codes, has_body });
            (status.as_str().to_owned(), json!({"$ref": format!("#/components/responses/{name}")}))
        };
        statuses.into_iter().map(&mut reference).collect()
    }

    /// The responses by their names.
    pub(super) fn into_components(self) -> Map<String, Value> {
        let named = |(index, refusals): (usize, &Refusals)| (self.name_at(index), refusals.response());
        self.0.iter().enumerate().map(named).collect()
    }

    fn name(&mut self, wanted: Refusals) -> String {
        let index = self.0.iter().position(|known| *known == wanted).unwrap_or_else(|| {
            self.0.push(wanted);
            self.0.len() - 1
        });
        self.name_at(index)
    }

    /// The status, and for all but the first of a status a number.
    fn name_at(&self, index: usize) -> String {
        let status = |refusals: &Refusals| refusals.codes.first().map(|code| code.status());
        let (before, own) = (self.0.iter().take(index), self.0.get(index).and_then(status));
        let own_name = own.map_or_else(String::new, |status| format!("Error{}", status.as_str()));
        match before.filter(|refusals| status(refusals) == own).count() {
            0 => own_name,
            others => format!("{own_name}-{}", others + 1),
        }
    }
}

impl Refusals {
    fn response(&self) -> Value {
        let sentence = |code: &Code| format!("`{}`: {}", name(*code), code.explanation());
        let description = match self.codes.as_slice() {
            [code] => sentence(code),
            codes => format!("- {}", codes.iter().map(sentence).collect::<Vec<_>>().join("\n- ")),
        };
        let example = |&code: &Code| {
            let reference = format!("#/components/examples/{}", name(code));
            (name(code).to_owned(), json!({"$ref": reference}))
        };
        let examples: Map<String, Value> = self.codes.iter().map(example).collect();
        let mut headers = request_id_header();
        if self.has_body {
            headers["x-flowmock-pointer"] = json!({"$ref": "#/components/headers/Pointer"});
        }
        let body = json!({"schema": Value::from(schema(&self.codes)), "examples": examples});
        json!({"description": description, "headers": headers, "content": {"application/json": body}})
    }
}

/// The bodies that these codes have.
fn schema(codes: &[Code]) -> Schema {
    let of_shape = |shape| codes.iter().copied().filter(move |code| code.shape() == shape);
    let types: Vec<String> = of_shape(Shape::Flow).map(Code::uri).collect();
    let gateway_codes: Vec<&str> = of_shape(Shape::Gateway).map(Code::code).collect();
    let mut shapes = Vec::new();
    if !types.is_empty() {
        let among = object().may_have("type", string().with("enum", types));
        shapes.push(all_of([FLOW_ERROR.named(), among]));
    }
    if !gateway_codes.is_empty() {
        shapes.push(all_of([GATEWAY_ERROR.named(), object().may_have("error_code", one_of(gateway_codes))]));
    }
    if of_shape(Shape::Problem).next().is_some() {
        shapes.push(CONTENT_TYPE_PROBLEM.named());
    }
    any_of(shapes)
}

/// An example of every error.
pub(super) fn examples() -> Map<String, Value> {
    let example = |&code: &Code| {
        let body = Error::of(code).body("2a7d31c8-5f0e-4b6c-9a43-0d1c8e7f6b25");
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        (name(code).to_owned(), json!({"summary": code.title(), "value": value}))
    };
    Code::ALL.iter().map(example).collect()
}

/// What the document calls a code: itself, or the title of the one that has none.
fn name(code: Code) -> &'static str {
    if code.code().is_empty() { code.title() } else { code.code() }
}
