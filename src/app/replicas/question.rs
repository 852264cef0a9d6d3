//! [`Question`]: what one replica asks all of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What one replica asks all of them. It has the credentials that the call has, in an expectation for example.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Question {
    /// Which requests does that query of `GET /_flowmock/requests` select, at most `limit` unless it has a limit?
    Requests { query: String, limit: usize },
    /// How many requests does that query of `DELETE /_flowmock/requests` remove?
    Clear { query: String },
    /// Which requests do these expectations match?
    Matching { expectations: Vec<Value> },
    /// Which requests come nearest to this expectation, of those that each replica named before?
    Nearest { expectation: Value, among: BTreeMap<String, Among> },
    /// What did each consumer do?
    Contract,
    /// Empty the report about a consumer, or about all.
    EmptyContract { consumer: Option<String> },
}

/// The requests of a replica that count for [`Question::Nearest`].
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Among {
    /// The id of the last of them.
    pub(crate) last_id: u64,
    /// The ids of those that were counted already, in their order.
    pub(crate) without: Vec<u64>,
}
