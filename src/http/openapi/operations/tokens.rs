//! Adobe's identity service. Reference: "Tokens and sandboxes".

use crate::http::openapi::describe::{Answer, Body, Description, Parameter, Tag};
use crate::http::openapi::schema::{Schema, object, only, string};
use crate::http::openapi::schemas::tokens::TOKEN;

pub(super) const TAG: Tag =
    Tag { name: "Tokens", about: "Adobe's identity service, as far as it issues access tokens." };

pub(super) fn by_credentials() -> Description {
    describe("Get a token for a client", "client_credentials", &[])
}

pub(super) fn by_code() -> Description {
    let code = "The authorization code. Any is good here, once for each client.";
    describe("Get a token for an authorization code", "authorization_code", &[("code", code)])
}

/// An endpoint that takes that grant, with these parameters more.
fn describe(
    summary: &'static str, grant_type: &'static str, more: &[(&'static str, &'static str)],
) -> Description {
    let required = [
        ("client_id", "The client, whose `x-api-key` is the same."),
        ("client_secret", "Its secret. Any will do while no client is configured."),
    ];
    let optional = [
        ("scope", "What the token shall be good for: scopes, separated by commas or spaces."),
        ("org_id", "The organisation. A client that is not configured gets a token for any without it."),
    ];
    let required = || required.iter().chain(more);
    let mut form: Schema = object().has("grant_type", only(grant_type));
    for (name, about) in required() {
        form = form.has(name, string().not_empty().about(about));
    }
    for (name, about) in optional {
        form = form.may_have(name, string().about(about));
    }
    let grant = Parameter::query("grant_type", only(grant_type), "What is asked with.");
    let query = required().chain(&optional).map(|&(name, about)| Parameter::query(name, string(), about));
    Description::new(TAG, summary)
        .detail(
            "The parameters are a form or, with no body at all, the query. The client may name itself by \
             `Authorization: Basic` instead of `client_id` and `client_secret`.",
        )
        .takes(grant)
        .takes_all(query)
        .reads(Body::form(form, "The parameters.").optional())
        .answers(
            Answer::json(200, TOKEN.named(), "The token.")
                .header("Cache-Control", only("no-store"), "It is not for caches.")
                .header("Pragma", only("no-cache"), "The same, for old ones."),
        )
}
