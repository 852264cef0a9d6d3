//! Etags: those that a client was told, and those that were refused as stale. Reference: "Updating".

use crate::base::headers::IF_MATCH;
use crate::base::operation::Verb;
use crate::store::Etag;
use crate::testkit::contract::exchange::{Exchange, Header, Moment};
use crate::testkit::contract::fifo_map::FifoMap;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;

/// Number of etags in a consumer's history.
const MAX_ETAGS: usize = 1024;
/// Number of stale etags in a test's history.
const MAX_STALE: usize = 64;

/// The etags that a consumer was told.
pub(super) struct KnownEtags {
    told: FifoMap<u64, ()>,
    /// Etags written up to then, in seconds since the epoch, may have been told although they are not in `told`.
    gap_until: Option<i64>,
}

impl Default for KnownEtags {
    fn default() -> Self {
        Self { told: FifoMap::new(MAX_ETAGS), gap_until: None }
    }
}

impl KnownEtags {
    /// Notes that requests up to `now`, in milliseconds since the epoch, are missing: they may have told any etag.
    pub(super) fn note_gap(&mut self, now: i64) {
        self.extend_gap(now / 1000);
    }

    fn extend_gap(&mut self, second: i64) {
        self.gap_until = self.gap_until.max(Some(second));
    }

    fn was_told(&self, etag: Etag) -> bool {
        let maybe = || self.gap_until.is_some_and(|second| second_of(etag.number()) <= second);
        self.told.get(&etag.number()).is_some() || maybe()
    }

    fn learn(&mut self, etag: Etag) {
        if self.told.get(&etag.number()).is_none()
            && let Some((forgotten, ())) = self.told.insert(etag.number(), ())
        {
            self.extend_gap(second_of(forgotten));
        }
    }
}

/// When the version with that etag was written, in seconds since the epoch.
fn second_of(etag: u64) -> i64 {
    i64::from(etag as u32)
}

/// The etags that were refused with a 412 and not told again since, each with the time of the 412.
pub(super) struct StaleEtags(FifoMap<u64, Moment>);

impl Default for StaleEtags {
    fn default() -> Self {
        Self(FifoMap::new(MAX_STALE))
    }
}

impl StaleEtags {
    pub(super) fn observe(
        &mut self, exchange: &Exchange<'_>, is_part_of_test: bool, known: &mut KnownEtags,
        found: &mut Findings,
    ) {
        if exchange.verb() == Some(Verb::Update) {
            let sent = self.check(exchange, known, found);
            if exchange.status() == Some(412) && is_part_of_test {
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
            known.learn(etag);
            self.0.remove(&etag.number());
        }
        if !exchange.has_whole_answer() {
            known.note_gap(exchange.ended().clock());
        }
    }

    /// Checks the etags that a PATCH sends; returns them.
    fn check(&self, exchange: &Exchange<'_>, versions: &KnownEtags, found: &mut Findings) -> Vec<Etag> {
        let sent = match exchange.header(IF_MATCH) {
            Header::Is(sent) => sent,
            Header::Absent => exchange.parameter(IF_MATCH).unwrap_or_default(),
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

/// The etags in a JSON text. They are found by their form, which no other value of a response has: parsing the JSON
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
    fn an_evicted_etag_counts_as_possibly_told() {
        let mut versions = KnownEtags::default();
        let etag = |number: u32| Etag::new(number, i64::from(number) * 1000);
        for number in 1..=MAX_ETAGS as u32 + 1 {
            versions.learn(etag(number));
        }
        assert!(versions.was_told(etag(1)), "it was forgotten");
        assert!(versions.was_told(etag(2)));
        assert!(!versions.was_told(Etag::new(1, 5000)));
        versions.note_gap(5999);
        assert!(versions.was_told(Etag::new(1, 5000)) && !versions.was_told(Etag::new(1, 6000)));
    }
}
