//! Tokens: how long they are used, and how often they are asked for. Reference: "Tokens and sandboxes".
//!
//! Only tokens that this server issued are known; any other may be good for as long as it likes.

use super::number;
use crate::testkit::contract::bounded::Bounded;
use crate::testkit::contract::exchange::Exchange;
use crate::testkit::contract::rules::{Findings, RuleId};
use crate::testkit::matching::received::Received;
use serde_json::Value;

/// How many tokens are remembered, of all consumers together.
const MAX_TOKENS: usize = 1000;
/// How many tokens in a row that serve one call each are a habit.
const HABIT: u32 = 5;

/// The tokens that were issued.
pub(crate) struct Tokens(Bounded<u64, Token>);

struct Token {
    /// In milliseconds since the epoch, by the server's clock.
    ends: i64,
    uses: u32,
    /// Whether its user was told that it has ended.
    was_refused: bool,
}

/// How a consumer asks for tokens.
#[derive(Default)]
pub(super) struct Habit {
    latest: Option<u64>,
    /// How many tokens in a row served one call each.
    single_calls: u32,
}

impl Default for Tokens {
    fn default() -> Self {
        Self(Bounded::new(MAX_TOKENS))
    }
}

impl Tokens {
    pub(super) fn look_at(&mut self, exchange: &Exchange<'_>, habit: &mut Habit, found: &mut Findings) {
        if exchange.record.path().starts_with("/ims/token/") {
            self.issue(exchange, habit, found);
        } else if let Some(token) = bearer(exchange) {
            self.use_up(token, exchange, found);
        }
    }

    fn issue(&mut self, exchange: &Exchange<'_>, habit: &mut Habit, found: &mut Findings) {
        if !exchange.succeeded() {
            return;
        }
        let Ok(answer) = serde_json::from_str::<Value>(exchange.answer()) else { return };
        let (Some(token), Some(seconds)) = (answer["access_token"].as_str(), answer["expires_in"].as_i64())
        else {
            return;
        };
        let (token, now) = (number(&token), exchange.ended().clock());
        let before = habit.latest.and_then(|latest| self.0.get(&latest));
        let was_for_one_call = before.is_some_and(|before| before.uses == 1 && before.ends > now);
        habit.single_calls = if was_for_one_call { habit.single_calls.saturating_add(1) } else { 0 };
        if habit.single_calls + 1 >= HABIT {
            let detail =
                format!("the {}th token in a row of which each served one call", habit.single_calls + 1);
            found.add(RuleId::TokenPerCall, detail);
        }
        habit.latest = Some(token);
        let ends = now.saturating_add(seconds.saturating_mul(1000));
        self.0.insert(token, Token { ends, uses: 0, was_refused: false });
    }

    fn use_up(&mut self, token: u64, exchange: &Exchange<'_>, found: &mut Findings) {
        let Some(token) = self.0.get_mut(&token) else { return };
        token.uses = token.uses.saturating_add(1);
        let late = exchange.began().clock().saturating_sub(token.ends);
        if late < 0 {
            return;
        }
        // From the first refusal a client may learn that its token has ended: that is how some do it.
        if exchange.status() == Some(401) && !std::mem::replace(&mut token.was_refused, true) {
            return;
        }
        found.add(RuleId::TokenExpired, format!("it had ended {} s before", late / 1000));
    }
}

/// A number for the token that a request came with.
fn bearer(exchange: &Exchange<'_>) -> Option<u64> {
    let (scheme, token) = exchange.header("authorization").text().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| number(&token.trim()))
}
