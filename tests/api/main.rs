//! The API over real sockets, with a module per behaviour. Most tests share one server, and each of them uses its own
//! organisation, so they run in parallel.

#![allow(unreachable_pub)] // a test program exports nothing

mod actions;
mod admission;
mod browser;
mod clients;
mod clock;
#[path = "../common/mod.rs"]
mod common;
mod concurrency;
mod connection_specs;
mod connections;
mod contract_report;
mod control_token;
mod conversation;
mod cors;
mod create;
mod default_sandbox;
mod deterministic;
mod drafts;
mod events;
mod explore;
mod faults;
mod filters;
mod flow_specs;
mod flows;
mod foreign_requests;
mod gateway;
mod if_match;
mod initializing;
mod inlets;
mod isolation;
mod journal;
mod last_operation;
mod limits;
mod listing;
mod metrics;
mod neighbours;
mod notifications;
mod openapi;
mod pact;
mod page;
mod paging;
mod patch;
mod private_endpoints;
mod refusal_reasons;
mod request_bodies;
mod request_ids;
mod routes;
mod runs;
mod sandboxes;
mod search;
mod snapshots;
mod source_connections;
mod state;
mod stories;
mod streaming;
mod support;
mod target_connections;
mod timeouts;
mod tokens;
mod transport;
mod validation;
mod vendor_description;
mod verification;
