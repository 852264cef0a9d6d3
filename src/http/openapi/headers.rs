//! What the operations of one API have alike: the headers that they take and answer, what proves who calls, and the answer
//! that a fault gives.

use super::chapters::CHAPTERS;
use super::operation::parameter;
use super::reference;
use crate::base::operation::{Api, Operation};
use serde_json::{Map, Value, json};

/// The header in which an answer names the rules that its request broke.
pub(super) const VIOLATIONS: &str = "x-flowmock-violations";

/// Whether it is an operation of a service that clients of the platform call. Faults strike these alone.
fn is_service(operation: Operation) -> bool {
    operation.api() != Api::Control
}

/// Whether the calls of that API take the header. Reference: "Base path and headers".
fn takes(api: Api, header: &str) -> bool {
    match header {
        "Organisation" => matches!(api, Api::FlowService | Api::SandboxManagement),
        "SandboxName" | "SandboxId" => api == Api::FlowService,
        _ => api != Api::Control,
    }
}

/// The references to the headers that the operation takes beside its own.
pub(super) fn of(operation: Operation) -> impl Iterator<Item = Value> {
    let taken = CHAPTERS.headers.keys().filter(move |header| takes(operation.api(), header));
    taken.map(|header| reference("parameters", header))
}

/// The parameters that [`of`] refers to.
pub(super) fn parameters() -> Value {
    let headers = CHAPTERS.headers.iter().filter_map(|(name, written)| {
        let header = CHAPTERS.notation.properties(written.as_object()?).into_iter().next()?;
        Some((name.clone(), parameter(header, "header".into())))
    });
    headers.collect()
}

/// The answer that the operation gives when a fault strikes it, as an entry of its responses; `None` if none does.
pub(super) fn fault(operation: Operation) -> Option<(String, Value)> {
    is_service(operation).then(|| ("default".to_owned(), reference("responses", "Fault")))
}

/// Lets the answers that are the operation's own name the rules that its requests broke, if they are examined.
pub(super) fn add_violations(operation: Operation, responses: &mut Map<String, Value>) {
    let own = responses.values_mut().filter(|_| is_service(operation));
    for headers in own.filter_map(|response| response.get_mut("headers")) {
        headers[VIOLATIONS] = reference("headers", "Violations");
    }
}

/// How the operation is told who calls, as a list of alternatives.
pub(super) fn security(operation: Operation) -> Value {
    match operation.api() {
        Api::FlowService | Api::SandboxManagement => json!([{"token": [], "apiKey": []}]),
        Api::Ims => json!([{}, {"client": []}]),
        Api::Control if operation == Operation::GetHealth => json!([]),
        Api::Control => json!([{}, {"controlToken": []}, {"controlTokenHeader": []}]),
    }
}
