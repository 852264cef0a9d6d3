//! What the identity service answers.

use crate::http::openapi::schema::{Component, integer, object, only, string};

pub(super) const ALL: &[Component] = &[TOKEN];

pub(in crate::http::openapi) const TOKEN: Component = Component {
    name: "Token",
    schema: || {
        let token = string()
            .with("pattern", "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$")
            .about("A JWT, which names `client_id`, `user_id`, `org`, `created_at` and `expires_in`.");
        object()
            .has("access_token", token)
            .has("token_type", only("bearer"))
            .has("expires_in", integer().with("minimum", 0).about("How long it is good, in seconds."))
            .and_nothing_else()
    },
};
