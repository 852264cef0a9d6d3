//! The calls that all kinds of entity share, one operation to a file. Each handler gets the [`KindSpec`] of its kind.

pub(crate) mod action;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod search;
#[cfg(test)]
mod tests;
pub(crate) mod update;
pub(crate) mod write;

use super::extract::{Id, InitializingFor, Payload, Query};
use super::routes::Routes;
use crate::app::Shared;
use crate::base::operation::{Operation, Verb};
use crate::base::tenant::Caller;
use crate::services::entities::KindSpec;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::HeaderMap;

/// A handler that passes the kind's spec and its extractors to a function.
macro_rules! handler {
    ($spec:ident, $function:path, $($name:ident: $extractor:ty),*) => {
        move |$($name: $extractor),*| $function($spec, $($name),*)
    };
}

/// The routes of the shared operations that a kind has.
#[rustfmt::skip::macros(handler)]
pub(crate) fn routes(spec: &'static KindSpec) -> Routes {
    type App = State<Shared>;
    let has = |verb| Operation::on(spec.kind, verb);
    Routes::default()
        .on_some(has(Verb::List), handler!(spec, list::list, app: App, sandbox: Sandbox, query: Query))
        .on_some(has(Verb::Create), handler!(spec, create::create,
            app: App, sandbox: Sandbox, caller: Caller, initializing_for: InitializingFor, query: Query, body: Payload))
        .on_some(has(Verb::Search), handler!(spec, search::search,
            app: App, sandbox: Sandbox, query: Query, body: Payload))
        .on_some(has(Verb::Get), handler!(spec, get::get, app: App, sandbox: Sandbox, id: Id, query: Query))
        .on_some(has(Verb::Update), handler!(spec, update::update,
            app: App, sandbox: Sandbox, caller: Caller, id: Id, query: Query, headers: HeaderMap, body: Payload))
        .on_some(has(Verb::Delete), handler!(spec, delete::delete,
            app: App, sandbox: Sandbox, id: Id, query: Query))
        .on_some(has(Verb::Act), handler!(spec, action::action,
            app: App, sandbox: Sandbox, caller: Caller, id: Id, initializing_for: InitializingFor, query: Query,
            headers: HeaderMap, body: Payload))
}
