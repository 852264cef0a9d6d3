//! Etags: which of them a client was told, and which it was told not to use any more. Reference: "Updating".

use crate::base::operation::Verb;
use crate::store::Etag;
use crate::testkit::contract::bounded::Bounded;
use crate::testkit::contract::exchange::{Exchange, Header, Moment};
use crate::testkit::contract::rules::{Findings, RuleId};

/// How many etags are remembered of a consumer.
const MAX_ETAGS: usize = 1024;
/// How many refused etags are remembered of a test.
const MAX_REFUSED: usize = 64;

/// The etags that a consumer was told.
pub(super) struct Versions {
    told: Bounded<u64, ()>,
    /// Of what was written until then, in seconds since the epoch, it may have been told more than is remembered.
    unsure_until: Option<i64>,
}

impl Default for Versions {
    fn default() -> Self {
        Self { told: Bounded::new(MAX_ETAGS), unsure_until: None }
    }
}

impl Versions {
    /// It may have been told anything that was written until `now`, in milliseconds since the epoch.
    pub(super) fn miss(&mut self, now: i64) {
        self.be_unsure_until(now / 1000);
    }

    fn be_unsure_until(&mut self, second: i64) {
        self.unsure_until = self.unsure_until.max(Some(second));
    }

    fn was_told(&self, etag: Etag) -> bool {
        let maybe = || self.unsure_until.is_some_and(|second| second_of(etag.number()) <= second);
        self.told.get(&etag.number()).is_some() || maybe()
    }

    fn learn(&mut self, etag: Etag) {
        if self.told.get(&etag.number()).is_none()
            && let Some((forgotten, ())) = self.told.insert(etag.number(), ())
        {
            self.be_unsure_until(second_of(forgotten));
        }
    }
}

/// When what has that number was written, in seconds since the epoch.
fn second_of(etag: u64) -> i64 {
    i64::from(etag as u32)
}

/// The etags that were answered with a 412, and not told again since; with the moment of the 412.
pub(super) struct Refused(Bounded<u64, Moment>);

impl Default for Refused {
    fn default() -> Self {
        Self(Bounded::new(MAX_REFUSED))
    }
}

impl Refused {
    pub(super) fn look_at(
        &mut self, exchange: &Exchange<'_>, goes_on: bool, versions: &mut Versions, found: &mut Findings,
    ) {
        if exchange.verb() == Some(Verb::Update) {
            let sent = self.check(exchange, versions, found);
            if exchange.status() == Some(412) && goes_on {
                for etag in sent {
                    self.0.insert(etag.number(), exchange.ended());
                }
            }
        }
        if !exchange.succeeded() {
            return;
        }
        if matches!(exchange.verb(), None | Some(Verb::Delete)) {
            return; // these answers have no etag
        }
        for etag in etags_in(exchange.answer()) {
            versions.learn(etag);
            self.0.remove(&etag.number());
        }
        if !exchange.has_whole_answer() {
            versions.miss(exchange.ended().clock());
        }
    }

    /// Checks what a PATCH has sent; answers with the etags that this was.
    fn check(&self, exchange: &Exchange<'_>, versions: &Versions, found: &mut Findings) -> Vec<Etag> {
        let sent = match exchange.header("if-match") {
            Header::Is(sent) => sent,
            Header::Absent => exchange.parameter("if-match").unwrap_or_default(),
            Header::NotAscii => return Vec::new(),
        };
        let etags = || sent.split(',').map(|etag| etag.trim().trim_start_matches("W/"));
        if etags().any(|etag| etag == "*") {
            found.add(RuleId::IfMatchAny, "If-Match is *");
            return Vec::new();
        }
        let known: Vec<Etag> = etags().filter_map(|etag| etag.parse().ok()).collect();
        let again = known.iter().any(|etag| {
            self.0.get(&etag.number()).is_some_and(|refused| refused.is_before(exchange.began()))
        });
        if again {
            found.add(
                RuleId::EtagStaleAgain,
                format!("{} was answered with a 412 before", exchange.shown(sent)),
            );
        } else if !sent.is_empty() && !known.iter().any(|etag| versions.was_told(*etag)) {
            let form =
                if known.is_empty() { ", which is not of the form that the service writes" } else { "" };
            found.add(RuleId::EtagNeverRead, format!("If-Match is {}{form}", exchange.shown(sent)));
        }
        known
    }
}

/// The etags in a text of JSON. Found by their form, which is all that there is of it in an answer: reading the JSON
/// would be twenty times the work.
fn etags_in(text: &str) -> impl Iterator<Item = Etag> {
    const MIDDLE: &str = "-0000-0200-0000-";
    const LENGTH: usize = 8 + MIDDLE.len() + 12;
    text.match_indices(MIDDLE).filter_map(|(at, _)| {
        let begin = at.checked_sub(8)?;
        text.get(begin..begin + LENGTH)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etags_are_found_by_their_form() {
        let etag = Etag::new(7, 1_597_973_312_000);
        let text = format!(r#"{{"etag":{0:?},"x":"-0000-0200-0000-","version":{0:?}}}"#, etag.to_string());
        assert_eq!(etags_in(&text).collect::<Vec<_>>(), [etag, etag]);
        assert_eq!(etags_in("é-0000-0200-0000-é").count(), 0);
        assert_eq!(second_of(etag.number()), 1_597_973_312);
    }

    #[test]
    fn what_was_forgotten_may_have_been_told() {
        let mut versions = Versions::default();
        let etag = |number: u32| Etag::new(number, i64::from(number) * 1000);
        for number in 1..=MAX_ETAGS as u32 + 1 {
            versions.learn(etag(number));
        }
        assert!(versions.was_told(etag(1)), "it was forgotten");
        assert!(versions.was_told(etag(2)));
        assert!(!versions.was_told(Etag::new(1, 5000)));
        versions.miss(5999);
        assert!(versions.was_told(Etag::new(1, 5000)) && !versions.was_told(Etag::new(1, 6000)));
    }
}
