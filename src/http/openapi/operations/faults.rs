//! What is to go wrong on purpose.

use super::control::{refused, too_large};
use crate::http::openapi::describe::{Answer, Body, Description, Parameter, Tag};
use crate::http::openapi::schema::string;
use crate::http::openapi::schemas::control::REFUSED;
use crate::http::openapi::schemas::faults::{FAULT, FAULTS, WANTED};
use serde_json::json;

pub(super) const TAG: Tag = Tag {
    name: "Faults",
    about: "Rules by which requests fail on purpose. Answers that a fault had a hand in have the header `x-flowmock-fault`.",
};

pub(super) fn list() -> Description {
    Description::new(TAG, "List the fault rules")
        .answers(Answer::json(200, FAULTS.named(), "All of them, in the order in which they are tried."))
        .answers(refused())
}

pub(super) fn add() -> Description {
    Description::new(TAG, "Add fault rules")
        .detail("Behind the others. When anything is wrong, none is added.")
        .reads(rules())
        .answers(Answer::json(201, FAULTS.named(), "Those that were added."))
        .answers(refused())
        .answers(too_large())
}

pub(super) fn replace() -> Description {
    Description::new(TAG, "Replace all fault rules")
        .detail("When anything is wrong, nothing is changed.")
        .reads(rules())
        .answers(Answer::json(200, FAULTS.named(), "The rules that there are now."))
        .answers(refused())
        .answers(too_large())
}

pub(super) fn clear() -> Description {
    Description::new(TAG, "Delete all fault rules")
        .answers(Answer::empty(204, "There are none."))
        .answers(refused())
}

pub(super) fn get() -> Description {
    Description::new(TAG, "Read a fault rule")
        .takes(id())
        .answers(Answer::json(200, FAULT.named(), "The rule."))
        .answers(refused())
        .answers(no_such_rule())
}

pub(super) fn delete() -> Description {
    Description::new(TAG, "Delete a fault rule")
        .takes(id())
        .answers(Answer::empty(204, "It is gone."))
        .answers(refused())
        .answers(no_such_rule())
}

fn rules() -> Body {
    let unavailable = json!({
        "match": {"operation": "createConnection", "sandbox": "flaky"},
        "after": 1,
        "times": 2,
        "action": {"error": "FLOW-1103-503", "delayMs": {"uniform": {"min": 10, "max": 50}}}
    });
    let limited = json!({"faults": [{
        "match": {"path": "/connections/**", "sandbox": "busy"},
        "action": {"rateLimit": {"perSecond": 5, "per": "organisation"}}
    }]});
    let lost = json!([{
        "match": {"method": "POST", "body": {"/name": {"matches": "^lost-"}}},
        "probability": 0.5,
        "action": {"reset": true, "effect": "before"}
    }]);
    Body::json(WANTED.named(), "One rule, an array of them, or an object with all of them.")
        .or_as("application/yaml")
        .example("unavailable", unavailable)
        .example("rate limit", limited)
        .example("an answer that is lost", lost)
}

fn id() -> Parameter {
    Parameter::path("id", string(), "The rule's id.")
}

fn no_such_rule() -> Answer {
    Answer::json(404, REFUSED.named(), "No rule has that id.")
}
