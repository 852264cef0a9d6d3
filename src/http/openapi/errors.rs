//! Error responses: one for each status of an operation's error codes, with an example of each code, rendered like a
//! real error.

use super::chapters::CHAPTERS;

use super::objects::{reference, request_id_header};
use crate::base::error::catalogue::Shape;
use crate::base::error::{Code, Error};
use crate::base::headers;
use crate::base::operation::Operation;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The error responses that operations refer to, each as its codes. All codes of a response have one status, and
/// operations with the same codes share it.
#[derive(Default)]
pub(super) struct Responses(Vec<Vec<Code>>);

impl Responses {
    /// Adds the errors with these codes to the `responses` of an operation. An existing response with their status is
    /// extended.
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

    /// The responses by name, as components.
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

    /// The responses by name: `Error400`, then `Error400-2` and so on.
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

/// A response with one of these codes.
fn response(codes: &[Code]) -> Value {
    let mut headers = request_id_header();
    headers[headers::POINTER] = reference("headers", "Pointer");
    headers[headers::REASON] = reference("headers", "Reason");
    headers[headers::VIOLATIONS] = reference("headers", "Violations");
    json!({
        "description": sentences(codes),
        "headers": headers,
        "content": {"application/json": {"schema": schema(codes), "examples": references(codes)}},
        CODES: names(codes),
    })
}

/// Extends a JSON response so that it may also have one of these codes.
fn add_to(response: &mut Value, codes: &[Code]) {
    let own = response["description"].as_str().unwrap_or_default();
    response["description"] = format!("{own}\n\nOr:\n\n{}", sentences(codes)).into();
    let content = &mut response["content"]["application/json"];
    content["schema"] = json!({"anyOf": [content["schema"].take(), schema(codes)]});
    content["examples"] = references(codes).into();
    response[CODES] = names(codes).into();
}

/// The key under which a response lists its codes for programs.
const CODES: &str = "x-flowmock-codes";

/// The conditions of each code, for readers.
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

/// The schema of a body with one of these codes.
fn schema(codes: &[Code]) -> Value {
    let has = |shape| codes.iter().any(|code| code.shape() == shape && *code != Code::ContentTypeInvalid);
    let shapes = [
        (has(Shape::Flow), "FlowError"),
        (has(Shape::Gateway), "GatewayError"),
        (has(Shape::Problem), "SandboxProblem"),
        (has(Shape::OAuth), "OAuthError"),
        (has(Shape::Inlet), "InletError"),
        (codes.contains(&Code::ContentTypeInvalid), "ContentTypeProblem"),
    ];
    let named = shapes.into_iter().filter(|(is_there, _)| *is_there).map(|(_, name)| name);
    CHAPTERS.notation.schema(&named.collect::<Vec<_>>().join(" | ").into()).into()
}

/// An example of each error that some operation has.
pub(super) fn examples() -> Map<String, Value> {
    let example = |code: Code| {
        let body = Error::of(code).body("2a7d31c8-5f0e-4b6c-9a43-0d1c8e7f6b25");
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        (name(code).to_owned(), json!({"summary": code.title(), "value": value}))
    };
    let is_listed = |code: &Code| Operation::ALL.iter().any(|operation| operation.codes().contains(code));
    Code::ALL.iter().copied().filter(is_listed).map(example).collect()
}

/// The name of a code in the document: the code, or the title of the one error without a code.
fn name(code: Code) -> &'static str {
    if code.code().is_empty() { code.title() } else { code.code() }
}
