//! The calls that all kinds of entity share, an operation a file. Each handler is given the [`KindSpec`] of its kind.

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

use super::extract::{Id, Payload, Query};
use super::routes::Routes;
use crate::app::Shared;
use crate::base::operation::{Operation, Verb};
use crate::base::tenant::Caller;
use crate::services::entities::KindSpec;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::HeaderMap;

/// The routes of a kind: those of the shared operations that it has.
pub(crate) fn routes(spec: &'static KindSpec) -> Routes {
    let has = |verb| Operation::on(spec.kind, verb);
    Routes::default()
        .on_some(has(Verb::List), move |app: State<Shared>, sandbox: Sandbox, query: Query| {
            list::list(spec, app, sandbox, query)
        })
        .on_some(
            has(Verb::Create),
            move |app: State<Shared>, sandbox: Sandbox, caller: Caller, query: Query, body: Payload| {
                create::create(spec, app, sandbox, caller, query, body)
            },
        )
        .on_some(
            has(Verb::Search),
            move |app: State<Shared>, sandbox: Sandbox, query: Query, body: Payload| {
                search::search(spec, app, sandbox, query, body)
            },
        )
        .on_some(has(Verb::Get), move |sandbox: Sandbox, id: Id, query: Query| {
            get::get(spec, sandbox, id, query)
        })
        .on_some(
            has(Verb::Update),
            move |app: State<Shared>,
                  sandbox: Sandbox,
                  caller: Caller,
                  id: Id,
                  query: Query,
                  headers: HeaderMap,
                  body: Payload| {
                update::update(spec, app, sandbox, caller, id, query, headers, body)
            },
        )
        .on_some(has(Verb::Delete), move |sandbox: Sandbox, id: Id, query: Query| {
            delete::delete(spec, sandbox, id, query)
        })
        .on_some(
            has(Verb::Act),
            move |app: State<Shared>,
                  sandbox: Sandbox,
                  caller: Caller,
                  id: Id,
                  query: Query,
                  body: Payload| { action::action(spec, app, sandbox, caller, id, query, body) },
        )
}
