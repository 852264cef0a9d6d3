//! HTTP: routes, layers and handlers.
//!
//! Begin with [`router`], which shows every route, layer and step in order. [`layers`] has the layers and steps, [`extract`]
//! the extractors of handlers, [`answer`] and [`page`] their responses, [`refuse`] the responses to unknown paths and
//! methods. The other folders hold the handlers of one API or kind of entity each.

pub(crate) mod activation;
pub(crate) mod answer;
pub(crate) mod base_url;
pub(crate) mod blocking;
pub(crate) mod catalog;
pub(crate) mod connection_specs;
pub(crate) mod connections;
pub(crate) mod connectors;
pub(crate) mod control;
pub(crate) mod data_access;
pub(crate) mod data_prep;
pub(crate) mod documents;
pub(crate) mod entities;
pub(crate) mod extract;
pub(crate) mod flow_specs;
pub(crate) mod layers;
pub(crate) mod list;
pub(crate) mod openapi;
pub(crate) mod page;
pub(crate) mod refuse;
pub(crate) mod router;
pub(crate) mod routes;
pub(crate) mod runs;
pub(crate) mod sandboxes;
pub(crate) mod schema_registry;
pub(crate) mod search_body;
pub(crate) mod specs;
pub(crate) mod streaming;
pub(crate) mod tokens;
pub(crate) mod ui;
