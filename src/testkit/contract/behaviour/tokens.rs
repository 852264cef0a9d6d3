//! How long tokens are used, and how often new ones are requested. Reference: "Tokens and sandboxes".
//!
//! This covers tokens that this server issued; others never expire here.

use super::fingerprint::hash;
use crate::base::operation::Operation;
use crate::testkit::contract::exchange::Exchange;
use crate::testkit::contract::fifo_map::FifoMap;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use serde_json::Value;

/// Number of tokens in the history, of all consumers.
const MAX_TOKENS: usize = 1000;
/// Number of tokens in a row, each used for one call, before the rule counts as broken.
const MIN_REPEATS: u32 = 5;

/// The issued tokens, by hash.
pub(crate) struct Tokens(FifoMap<u64, Token>);

struct Token {
    /// When it expires, in milliseconds since the epoch, by the server's clock.
    ends: i64,
    uses: u32,
    /// Whether the client was told that it has expired.
    was_refused: bool,
}

/// How a consumer uses its tokens.
#[derive(Default)]
pub(super) struct TokenUse {
    latest: Option<u64>,
    /// Number of tokens in a row that were used for one call each.
    single_calls: u32,
}

impl Default for Tokens {
    fn default() -> Self {
        Self(FifoMap::new(MAX_TOKENS))
    }
}

impl Tokens {
    pub(super) fn observe(
        &mut self, exchange: &Exchange<'_>, token_use: &mut TokenUse, found: &mut Findings,
    ) {
        if let Some(unit) = exchange.operation.and_then(lifetime_unit) {
            self.issue(exchange, unit, token_use, found);
        } else if let Some(token) = bearer(exchange) {
            self.use_up(token, exchange, found);
        }
    }

    fn issue(
        &mut self, exchange: &Exchange<'_>, unit_ms: i64, token_use: &mut TokenUse, found: &mut Findings,
    ) {
        if !exchange.succeeded() {
            return;
        }
        let Ok(answer) = serde_json::from_str::<Value>(exchange.answer()) else { return };
        let (Some(token), Some(lifetime)) = (answer["access_token"].as_str(), answer["expires_in"].as_i64())
        else {
            return;
        };
        let (token, now) = (hash(&token), exchange.ended().clock());
        let before = token_use.latest.and_then(|latest| self.0.get(&latest));
        let was_for_one_call = before.is_some_and(|before| before.uses == 1 && before.ends > now);
        token_use.single_calls = if was_for_one_call { token_use.single_calls.saturating_add(1) } else { 0 };
        if token_use.single_calls + 1 >= MIN_REPEATS {
            let detail =
                format!("the {}th token in a row of which each served one call", token_use.single_calls + 1);
            found.add(RuleId::TokenPerCall, detail);
        }
        token_use.latest = Some(token);
        let ends = now.saturating_add(lifetime.saturating_mul(unit_ms));
        self.0.insert(token, Token { ends, uses: 0, was_refused: false });
    }

    fn use_up(&mut self, token: u64, exchange: &Exchange<'_>, found: &mut Findings) {
        let Some(token) = self.0.get_mut(&token) else { return };
        token.uses = token.uses.saturating_add(1);
        let late = exchange.began().clock().saturating_sub(token.ends);
        if late < 0 {
            return;
        }
        // Some clients learn from the first refusal that their token has expired.
        if exchange.status() == Some(401) && !std::mem::replace(&mut token.was_refused, true) {
            return;
        }
        found.add(RuleId::TokenExpired, format!("it had ended {} s before", late / 1000));
    }
}

/// The unit of `expires_in` in the response to an operation that issues tokens, in milliseconds.
fn lifetime_unit(operation: Operation) -> Option<i64> {
    match operation {
        Operation::CreateTokenV1 | Operation::CreateTokenV2 | Operation::CreateTokenV3 => Some(1000),
        Operation::ExchangeJwt => Some(1),
        _ => None,
    }
}

/// The hash of a request's bearer token.
fn bearer(exchange: &Exchange<'_>) -> Option<u64> {
    let (scheme, token) = exchange.header("authorization").text().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| hash(&token.trim()))
}
