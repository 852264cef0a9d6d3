//! The call that a request makes. Reference: "Operations on /connections", "Tokens and sandboxes".

use crate::base::operation::{Api, Verb};
use crate::testkit::contract::exchange::Exchange;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use crate::testkit::matching::received::Received;

/// Whether there are two slashes before or after the base path of an API, where clients join URL parts. Two slashes
/// elsewhere are an empty segment, such as an empty id.
fn has_doubled_slash(exchange: &Exchange<'_>) -> bool {
    let (sent, path) = (exchange.record.sent_path(), exchange.record.path());
    Api::of(path).is_some_and(|api| {
        sent.starts_with("//") || api.strip_base(path).is_some_and(|rest| rest.starts_with("//"))
    })
}

pub(super) fn check(exchange: &Exchange<'_>, found: &mut Findings) {
    let (method, path) = (exchange.record.method(), exchange.record.path());
    if has_doubled_slash(exchange) {
        let sent = exchange.shown(&exchange.redaction().path(exchange.record.sent_path()));
        found.add(RuleId::SlashDoubled, format!("{} {sent}", exchange.shown(method)));
        return;
    }
    match (exchange.api, exchange.operation) {
        (Some(api), None) if api.is_emulated() && method != "OPTIONS" => {
            let detail = format!("{} {}", exchange.shown(method), exchange.shown_path());
            found.add(RuleId::CallUnknown, detail);
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
