//! What many operations have alike: headers of requests and of answers, what proves who calls, and the answer that a
//! fault gives.

use super::describe::{Parameter, reference, request_id_header};
use super::schema::{integer, string, uuid};
use crate::base::headers;
use crate::base::operation::{Api, Operation};
use crate::testkit::faults::MAX_DELAY_MS;
use serde_json::{Map, Value, json};

/// A header of requests.
struct Header {
    /// What the document calls it.
    name: &'static str,
    /// Whose calls take it.
    of: &'static [Api],
    parameter: fn() -> Parameter,
}

/// Every service that a client of the platform calls: those that faults strike.
const SERVICES: &[Api] = &[Api::FlowService, Api::SandboxManagement, Api::Ims];

/// Reference: "Base path and headers".
const HEADERS: &[Header] = &[
    Header {
        name: "Organisation",
        of: &[Api::FlowService, Api::SandboxManagement],
        parameter: || {
            let id = string().not_empty().example("ACME@AdobeOrg");
            Parameter::header(headers::IMS_ORG, id, "The organisation's id.").required()
        },
    },
    Header {
        name: "SandboxName",
        of: &[Api::FlowService],
        parameter: || {
            let name = string().not_empty().example("prod");
            Parameter::header(headers::SANDBOX_NAME, name, "The sandbox's name.").required()
        },
    },
    Header {
        name: "SandboxId",
        of: &[Api::FlowService],
        parameter: || {
            let about = "The id of that same sandbox, which some clients send too.";
            Parameter::header(headers::SANDBOX_ID, uuid(), about)
        },
    },
    Header {
        name: "RequestId",
        of: SERVICES,
        parameter: || {
            let id = string().with("minLength", 1).with("maxLength", 128);
            Parameter::header(headers::REQUEST_ID, id, "What the answer shall be called.")
        },
    },
    Header {
        name: "WantedError",
        of: SERVICES,
        parameter: || {
            let code = string().not_empty().example("FLOW-1404-412");
            let about =
                "An error of the catalogue to be answered, whatever is asked for: its `onDemand` name.";
            Parameter::header(headers::ERROR, code, about)
        },
    },
    Header {
        name: "WantedDelay",
        of: SERVICES,
        parameter: || {
            let ms = integer().within(0, MAX_DELAY_MS);
            Parameter::header(
                headers::DELAY_MS,
                ms,
                "How long the answer shall be held back, in milliseconds.",
            )
        },
    },
    Header {
        name: "Consumer",
        of: SERVICES,
        parameter: || {
            let about =
                "Who calls, for the contract report; without it the API key and the product in `User-Agent`.";
            Parameter::header(headers::CONSUMER, string().not_empty().example("nightly-import"), about)
        },
    },
    Header {
        name: "Test",
        of: SERVICES,
        parameter: || {
            let about = "The test that the request belongs to, for the contract report.";
            Parameter::header(headers::TEST, string().not_empty().example("creates-orders"), about)
        },
    },
    Header {
        name: "Allowed",
        of: SERVICES,
        parameter: || {
            let about = "The ids of rules, with commas, that the request breaks on purpose.";
            Parameter::header(headers::ALLOW, string().example("if-match-any,value-undocumented"), about)
        },
    },
];

/// The references to the headers that the operation takes beside its own.
pub(super) fn of(operation: Operation) -> impl Iterator<Item = Value> {
    let taken = HEADERS.iter().filter(move |header| header.of.contains(&operation.api()));
    taken.map(|header| reference("parameters", header.name))
}

/// The answer that the operation gives when a fault strikes it, as an entry of its responses; `None` if none does.
pub(super) fn fault(operation: Operation) -> Option<(String, Value)> {
    SERVICES.contains(&operation.api()).then(|| ("default".to_owned(), reference("responses", FAULT)))
}

/// Lets the answers that are the operation's own name the rules that its requests broke, if they are examined.
pub(super) fn add_violations(operation: Operation, responses: &mut Map<String, Value>) {
    let own = responses.values_mut().filter(|_| SERVICES.contains(&operation.api()));
    for headers in own.filter_map(|response| response.get_mut("headers")) {
        headers[headers::VIOLATIONS] = reference("headers", "Violations");
    }
}

/// What the document calls the answer that a fault gives.
const FAULT: &str = "Fault";

/// How the operation is told who calls, as a list of alternatives.
pub(super) fn security(operation: Operation) -> Value {
    match operation.api() {
        Api::FlowService | Api::SandboxManagement => json!([{"token": [], "apiKey": []}]),
        Api::Ims => json!([{}, {"client": []}]),
        Api::Control if operation == Operation::GetHealth => json!([]),
        Api::Control => json!([{}, {"controlToken": []}, {"controlTokenHeader": []}]),
    }
}

/// The parameters that [`of`] refers to.
pub(super) fn parameters() -> Map<String, Value> {
    HEADERS.iter().map(|header| (header.name.to_owned(), (header.parameter)().into())).collect()
}

/// The response that [`fault`] refers to, by its name.
pub(super) fn fault_response() -> (String, Value) {
    let mut headers = request_id_header();
    let ids = Value::from(string().not_empty());
    headers[headers::VIOLATIONS] = reference("headers", "Violations");
    headers[headers::FAULT] = json!({"description": "The rules, or the header, that asked for it.", "required": true, "schema": ids});
    let about =
        "What a fault rule, `x-flowmock-error` or `x-flowmock-delay-ms` asks for: any status, any body.";
    (FAULT.to_owned(), json!({"description": about, "headers": headers}))
}

/// The headers that answers refer to.
pub(super) fn of_answers() -> Value {
    let id = string().not_empty().about("The request's own, or a new one.");
    let pointer =
        string().about("The JSON pointer of the part of the body that is at fault, where it is known.");
    json!({
        "RequestId": {"description": "What the answer is called.", "required": true, "schema": Value::from(id)},
        "Violations": {
            "description": "With `--contract-headers`: the ids of the rules that the request broke, with commas.",
            "schema": Value::from(string().not_empty().example("parameter-unknown")),
        },
        "Pointer": {"description": "Where the fault is.", "schema": Value::from(pointer)},
    })
}

/// What [`security`] names.
pub(super) fn security_schemes() -> Value {
    let bearer = |about| json!({"type": "http", "scheme": "bearer", "description": about});
    let header = |name, about| json!({"type": "apiKey", "in": "header", "name": name, "description": about});
    json!({
        "token": bearer("Any token that is not empty; with `--auth issued` one that this server issued."),
        "apiKey": header(headers::API_KEY, "Any key that is not empty; with `--allow-api-key` one that is named there."),
        "client": {
            "type": "http",
            "scheme": "basic",
            "description": "A client and its secret, in the place of `client_id` and `client_secret`.",
        },
        "controlToken": bearer("The token of `--control-token`, if the server was started with one."),
        "controlTokenHeader": header(headers::CONTROL_TOKEN, "The same in a header of its own."),
    })
}
