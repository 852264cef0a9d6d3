//! Snapshots of the [`Ledger`], of which reports are made.

use super::consumer::{Consumer, Tally, Test};
use super::ledger::Ledger;
use super::model::{ConsumerSnapshot, ContractSnapshot, OutcomeCount, RecordedViolation, TestSnapshot};
use super::rule::RuleId;
use super::settings::Settings;
use crate::testkit::journal::Redaction;

impl Ledger {
    /// The current state. `is_on` says whether requests are examined at all.
    pub(super) fn snapshot(
        &self, redaction: &Redaction<'_>, settings: &Settings, is_on: bool,
    ) -> ContractSnapshot {
        let consumers = self.consumers.iter();
        let state = |(name, consumer): (&String, &Consumer)| {
            self.consumer_snapshot(name, consumer, redaction, settings)
        };
        ContractSnapshot {
            is_on,
            examined: self.examined,
            skipped: self.skipped,
            consumers: consumers.map(state).collect(),
            replicas: Vec::new(),
        }
    }

    fn consumer_snapshot(
        &self, name: &str, consumer: &Consumer, redaction: &Redaction<'_>, settings: &Settings,
    ) -> ConsumerSnapshot {
        let severity = |rule| settings.severity(rule, name);
        let open = self.omissions(name, consumer);
        let of_all = open.iter().map(|(_, rule, violation)| (*rule, *violation));
        // A consumer that follows links now has stopped before on purpose.
        let final_omissions =
            |pages: &Tally| if consumer.history.follows_links() { Tally::default() } else { pages.clone() };
        let test_state = |(test, state): (&String, &Test)| {
            let own = open.iter().filter(|(of, ..)| *of == Some(test.as_str()));
            let tally = state.tally.merged(&final_omissions(&state.pages));
            TestSnapshot {
                name: redaction.text(test),
                requests: state.requests,
                broken: tally.plus(own.map(|(_, rule, violation)| (*rule, *violation))).broken(severity),
                unlisted: state.unlisted,
            }
        };
        ConsumerSnapshot {
            name: redaction.text(name),
            named_by: consumer.named_by,
            requests: consumer.requests,
            switched_off: RuleId::ALL.iter().copied().filter(|rule| severity(*rule).is_none()).collect(),
            not_judged: Vec::new(),
            broken: consumer.tally.merged(&final_omissions(&consumer.pages)).plus(of_all).broken(severity),
            tests: consumer.tests.iter().map(test_state).collect(),
            outcomes: outcomes(consumer),
        }
    }

    /// The rules that a consumer breaks unless it still does something, each with its test and the request to blame.
    fn omissions<'a>(
        &'a self, name: &str, consumer: &'a Consumer,
    ) -> Vec<(Option<&'a str>, RuleId, &'a RecordedViolation)> {
        let named = self.named.iter().filter(|((of, _), _)| of == name);
        let named = named.map(|((_, test), history)| (Some(test.as_str()), history));
        let unnamed = self.unnamed.get(name).map(|history| (None, history));
        let pages = named.chain(unnamed).flat_map(|(test, history)| {
            let omissions = history.omissions(&consumer.history);
            omissions.into_iter().map(move |(rule, violation)| (test, rule, violation))
        });
        let left = self.server.leftovers.iter().map(|left| (RuleId::LeftInProduction, left));
        let orphans = self.server.orphans.iter().map(|orphan| (RuleId::ConnectionOrphaned, orphan));
        let left = left.chain(orphans).filter(|(_, left)| left.consumer == name);
        pages.chain(left.map(|(rule, left)| (left.test.as_deref(), rule, &left.violation))).collect()
    }
}

fn outcomes(consumer: &Consumer) -> Vec<OutcomeCount> {
    let mut outcomes: Vec<OutcomeCount> = consumer
        .outcomes
        .iter()
        .map(|(&(operation, status, error), &count)| OutcomeCount { operation, status, error, count })
        .collect();
    outcomes
        .sort_by_key(|counted| (counted.operation, counted.status, counted.error.map(|code| code as usize)));
    outcomes
}
