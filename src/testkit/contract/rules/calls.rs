//! Which call a request is. Reference: "Operations on /connections", "Tokens and sandboxes".

use super::{Findings, RuleId};
use crate::base::operation::{Api, Verb};
use crate::testkit::contract::exchange::Exchange;
use crate::testkit::matching::received::Received;

/// What the Flow Service has too, and flowmock does not serve: a client that calls it does nothing wrong.
const ELSEWHERE: [&str; 5] = ["flows", "flowSpecs", "runs", "sourceConnections", "targetConnections"];

pub(super) fn check(exchange: &Exchange<'_>, found: &mut Findings) {
    let (method, path) = (exchange.record.method(), exchange.record.path());
    match (exchange.api, exchange.operation) {
        (Some(Api::FlowService), None) if method != "OPTIONS" => {
            let rest = path.strip_prefix(Api::FlowService.base_path()).unwrap_or_default();
            let collection = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
            if !ELSEWHERE.contains(&collection) {
                found.add(
                    RuleId::CallUnknown,
                    format!("{} {}", exchange.shown(method), exchange.shown_path()),
                );
            }
        }
        _ if exchange.verb() == Some(Verb::Act) => {
            let op = exchange.parameter("op").unwrap_or_default();
            if ["finalize", "finalize_update"].iter().any(|known| known.eq_ignore_ascii_case(op)) {
                found.add(RuleId::CallProviderOnly, format!("op={}", op.to_ascii_lowercase()));
            }
        }
        _ => {}
    }
    if method == "POST" && matches!(path, "/ims/token/v1" | "/ims/token/v2") {
        found.add(RuleId::TokenEndpointOld, path.to_owned());
    }
}
