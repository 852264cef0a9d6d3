//! What clients did, as Pact files, and the states that verifiers ask for.

use super::control::{refused, too_large};
use crate::http::openapi::describe::{Answer, Body, Description, Parameter, Tag};
use crate::http::openapi::schema::{array, map, object, one_of, only, string};
use crate::http::openapi::schemas::control::REFUSED;
use serde_json::json;

pub(super) const TAG: Tag =
    Tag { name: "Pact", about: "What clients did, as Pact files, and the states that verifiers ask for." };

pub(super) fn get() -> Description {
    let named = || object().has("name", string());
    let interaction = object()
        .has("description", string())
        .may_have("providerStates", array(named()))
        .has("request", object().has("method", string()).has("path", string()))
        .has("response", object());
    let version = object().has("version", only("3.0.0"));
    let metadata = object().has("pactSpecification", version).has(
        "flowmock",
        map(string()).about("Its version, and how many requests are in no interaction, by reason."),
    );
    let file = object()
        .about("A Pact file, specification 3.")
        .has("consumer", named())
        .has("provider", object().has("name", only("Adobe Flow Service")))
        .has("interactions", array(interaction).with("minItems", 1))
        .has("metadata", metadata);
    Description::new(TAG, "Write what a consumer did as a Pact file")
        .detail("An interaction for each kind of request in the journal, without credentials.")
        .takes(Parameter::query(
            "consumer",
            string().not_empty(),
            "Whose requests: the name in `x-flowmock-consumer`, else API key and the first word of the user agent. It may be left out where there is one consumer alone.",
        ))
        .answers(Answer::json(200, file, "The file."))
        .answers(refused())
        .answers(Answer::json(404, REFUSED.named(), "The journal has nothing of that consumer that could be in a file."))
}

pub(super) fn set_state() -> Description {
    let body = object()
        .has("state", string().about("The state's name; empty for an interaction without one."))
        .may_have("params", object())
        .may_have("action", one_of(["setup", "teardown"]).default_is("setup"));
    let example = json!({
        "state": "the sandbox is empty",
        "params": {"imsOrgId": "EXAMPLE@AdobeOrg", "sandbox": "pact"},
        "action": "setup"
    });
    let values = object()
        .about("What the file's generators ask for, of the state `a connection exists`.")
        .may_have("connectionId", string())
        .may_have("etag", string())
        .may_have("bareEtag", string().about("The etag without its quotes."))
        .and_nothing_else();
    Description::new(TAG, "Put a provider state in place")
        .detail("As Pact's verifiers ask for it. What the params name is added; `the sandbox is empty` empties one. When anything is wrong, nothing is changed.")
        .reads(Body::json(body, "Which state.").or_as("application/yaml").example("an empty sandbox", example))
        .answers(Answer::json(200, values, "It is in place."))
        .answers(refused())
        .answers(too_large())
}
