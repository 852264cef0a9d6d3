//! What flowmock's own calls answer.

use crate::http::openapi::schema::{Component, array, boolean, integer, object, one_of, only, string};

pub(super) const ALL: &[Component] = &[HEALTH, CATALOGUE, REFUSED];

pub(in crate::http::openapi) const HEALTH: Component = Component {
    name: "Health",
    schema: || object().has("status", only("ok")).has("version", string()).and_nothing_else(),
};

pub(in crate::http::openapi) const CATALOGUE: Component = Component {
    name: "ErrorCatalogue",
    schema: || {
        let status = || integer().within(400, 599);
        let on_demand = || string().not_empty().about("What a fault rule and `x-flowmock-error` call it.");
        let error = object()
            .has("code", string().about("Empty for the content-type problem, which has none. That of a sandbox problem is not in its body."))
            .has("onDemand", on_demand())
            .has("status", status())
            .has("title", string().about("Of a gateway error its message."))
            .has("layer", one_of(["flow", "gateway", "ims", "sandboxes"]))
            .has("documented", boolean().about("Whether the documentation knows it, or RFC 6749 for it."))
            .has("raisedWhen", string())
            .and_nothing_else();
        let provider_error = object()
            .about("What a source refuses, inside an error of the Flow Service.")
            .has("code", string().example("1304-400"))
            .has("onDemand", on_demand())
            .has("status", status())
            .has("carriedBy", string().example("FLOW-1100-400"))
            .has("raisedWhen", string())
            .and_nothing_else();
        object().has("errors", array(error)).has("providerErrors", array(provider_error)).and_nothing_else()
    },
};

pub(in crate::http::openapi) const REFUSED: Component = Component {
    name: "Refused",
    schema: || {
        let problem = object()
            .has("path", string().about("Where: a JSON pointer into the document; empty for the whole."))
            .has("reason", string().not_empty().about("What, and how to put it right."))
            .and_nothing_else();
        object().has("errors", array(problem).with("minItems", 1)).and_nothing_else()
    },
};
