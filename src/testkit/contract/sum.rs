//! The sum of the states of several replicas: what one server would have counted that had received every request, but for
//! the rules that compare requests.
//!
//! Decided: if several replicas have requests of a consumer, none has all of them, and a rule that compares requests may be
//! broken only for lack of the others: the etag was read at another replica, the connection deleted there. These rules are
//! not judged for that consumer, rather than wrongly.

use super::consumer::OTHERS;
use super::ledger::{MAX_CONSUMERS, MAX_TESTS};
use super::model::{
    ConsumerSnapshot, ContractSnapshot, NamedBy, ObservedOutcome, OutcomeCount, TestSnapshot, ViolationCount,
};
use super::rule::RuleId;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The sum of the states of replicas, each with the replica's name.
pub(crate) fn sum(states: Vec<(String, ContractSnapshot)>) -> ContractSnapshot {
    let mut sum = ContractSnapshot {
        // A report that lacks the requests of one replica tells nothing.
        is_on: states.iter().all(|(_, state)| state.is_on),
        examined: 0,
        skipped: 0,
        consumers: Vec::new(),
        replicas: states.iter().map(|(replica, _)| replica.clone()).collect(),
    };
    let mut consumers = BTreeMap::<String, ConsumerSum>::new();
    for (replica, state) in states {
        sum.examined += state.examined;
        sum.skipped += state.skipped;
        for consumer in state.consumers {
            let name = consumer.name.clone();
            let empty = || ConsumerSum::new(consumer.named_by, &consumer.switched_off);
            consumers.entry(name).or_insert_with(empty).add(consumer, &replica);
        }
    }
    consumers.values_mut().for_each(ConsumerSum::judge);
    let beyond = least(&consumers, MAX_CONSUMERS, |consumer| consumer.requests);
    for name in beyond {
        let Some(consumer) = consumers.remove(&name) else { continue };
        let others = || ConsumerSum::new(NamedBy::Nobody, &[]);
        consumers.entry(OTHERS.to_owned()).or_insert_with(others).merge(consumer);
    }
    sum.consumers = consumers.into_iter().map(|(name, consumer)| consumer.snapshot(name)).collect();
    sum
}

/// The names beyond the first `max`, of those with the most requests first. [`OTHERS`] need no place.
fn least<T>(all: &BTreeMap<String, T>, max: usize, requests: impl Fn(&T) -> u64) -> Vec<String> {
    let mut named: Vec<(&String, u64)> = all
        .iter()
        .filter(|(name, _)| *name != OTHERS)
        .map(|(name, counted)| (name, requests(counted)))
        .collect();
    named.sort_by_key(|(_, requests)| Reverse(*requests)); // stable: equals stay in the order of their names
    named.into_iter().skip(max).map(|(name, _)| name.clone()).collect()
}

/// What replicas counted of a consumer.
struct ConsumerSum {
    named_by: NamedBy,
    requests: u64,
    switched_off: BTreeSet<RuleId>,
    not_judged: BTreeSet<RuleId>,
    broken: BrokenSum,
    tests: BTreeMap<String, TestSum>,
    outcomes: BTreeMap<OutcomeKey, (ObservedOutcome, u64)>,
    /// The replicas that have requests of it.
    replicas: BTreeSet<String>,
}

/// What replicas counted of a test.
#[derive(Default)]
struct TestSum {
    requests: u64,
    broken: BrokenSum,
    unlisted: u64,
}

/// The broken rules, in the order of the table.
#[derive(Default)]
struct BrokenSum(BTreeMap<RuleId, ViolationCount>);

/// The order of outcomes in a snapshot.
type OutcomeKey = (Option<usize>, Option<u16>, Option<usize>);

impl ConsumerSum {
    /// A sum of nothing, for a consumer with these rules switched off.
    fn new(named_by: NamedBy, switched_off: &[RuleId]) -> Self {
        Self {
            named_by,
            requests: 0,
            switched_off: switched_off.iter().copied().collect(),
            not_judged: BTreeSet::new(),
            broken: BrokenSum::default(),
            tests: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            replicas: BTreeSet::new(),
        }
    }

    /// Adds what a replica counted.
    fn add(&mut self, consumer: ConsumerSnapshot, replica: &str) {
        self.requests += consumer.requests;
        // Of a rule that is switched off at one replica, the others still say something.
        self.switched_off.retain(|rule| consumer.switched_off.contains(rule));
        self.broken.add(consumer.broken, Some(replica));
        for test in consumer.tests {
            let sum = self.tests.entry(test.name).or_default();
            sum.requests += test.requests;
            sum.unlisted += test.unlisted;
            sum.broken.add(test.broken, Some(replica));
        }
        for OutcomeCount { operation, status, error, count } in consumer.outcomes {
            self.count((operation, status, error), count);
        }
        if consumer.requests > 0 {
            self.replicas.insert(replica.to_owned());
        }
    }

    fn count(&mut self, outcome: ObservedOutcome, count: u64) {
        let (operation, status, error) = outcome;
        let key = (operation.map(|operation| operation as usize), status, error.map(|code| code as usize));
        self.outcomes.entry(key).or_insert((outcome, 0)).1 += count;
    }

    /// Takes back the judgements that need all requests of the consumer, if no replica has them all.
    fn judge(&mut self) {
        if self.replicas.len() < 2 {
            return;
        }
        self.broken.0.retain(|rule, _| rule.holds_for_a_part());
        self.tests.values_mut().for_each(|test| test.broken.0.retain(|rule, _| rule.holds_for_a_part()));
        let of_all = RuleId::ALL.iter().copied().filter(|rule| !rule.holds_for_a_part());
        self.not_judged = of_all.filter(|rule| !self.switched_off.contains(rule)).collect();
    }

    /// Adds another consumer that gets no place of its own.
    fn merge(&mut self, other: Self) {
        self.requests += other.requests;
        self.not_judged.extend(other.not_judged);
        self.broken.add(other.broken.0.into_values(), None);
        for (name, test) in other.tests {
            self.tests.entry(name).or_default().merge(test);
        }
        for (outcome, count) in other.outcomes.into_values() {
            self.count(outcome, count);
        }
    }

    fn snapshot(mut self, name: String) -> ConsumerSnapshot {
        for name in least(&self.tests, MAX_TESTS, |test| test.requests) {
            let Some(test) = self.tests.remove(&name) else { continue };
            self.tests.entry(OTHERS.to_owned()).or_default().merge(test);
        }
        let test = |(name, test): (String, TestSum)| {
            let TestSum { requests, broken, unlisted } = test;
            TestSnapshot { name, requests, broken: broken.worst_first(), unlisted }
        };
        let outcome = |((operation, status, error), count)| OutcomeCount { operation, status, error, count };
        ConsumerSnapshot {
            name,
            named_by: self.named_by,
            requests: self.requests,
            switched_off: self.switched_off.into_iter().collect(),
            not_judged: self.not_judged.into_iter().collect(),
            broken: self.broken.worst_first(),
            tests: self.tests.into_iter().map(test).collect(),
            outcomes: self.outcomes.into_values().map(outcome).collect(),
        }
    }
}

impl TestSum {
    fn merge(&mut self, other: Self) {
        self.requests += other.requests;
        self.unlisted += other.unlisted;
        self.broken.add(other.broken.0.into_values(), None);
    }
}

impl BrokenSum {
    /// Adds violations, and notes the replica that found them if it is not noted yet.
    fn add(&mut self, broken: impl IntoIterator<Item = ViolationCount>, replica: Option<&str>) {
        for mut broken in broken {
            if let Some(replica) = replica {
                broken.first.replica = Some(replica.to_owned());
            }
            match self.0.get_mut(&broken.rule) {
                None => _ = self.0.insert(broken.rule, broken),
                Some(sum) => {
                    sum.count += broken.count;
                    sum.severity = sum.severity.max(broken.severity);
                    // Of two replicas at one moment, the one that was added first.
                    if broken.first.time < sum.first.time {
                        sum.first = broken.first;
                    }
                }
            }
        }
    }

    fn worst_first(self) -> Vec<ViolationCount> {
        let mut broken: Vec<ViolationCount> = self.0.into_values().collect();
        broken.sort_by_key(|broken| Reverse(broken.severity)); // stable: equals stay in the order of the table
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::Code;
    use crate::base::operation::Operation;
    use crate::testkit::contract::model::{RecordedViolation, Severity};

    fn broken(rule: RuleId, count: u64, time: i64) -> ViolationCount {
        let first = RecordedViolation {
            entry: 1,
            replica: None,
            request_id: format!("at {time}"),
            time,
            operation: Some(Operation::CreateConnection),
            method: "POST".to_owned(),
            path: "/connections".to_owned(),
            detail: String::new(),
        };
        ViolationCount { rule, severity: rule.rule().severity, count, first }
    }

    fn consumer(name: &str, requests: u64, broken: Vec<ViolationCount>) -> ConsumerSnapshot {
        let test = TestSnapshot { name: "t".to_owned(), requests, broken: broken.clone(), unlisted: 1 };
        let operation = Some(Operation::CreateConnection);
        ConsumerSnapshot {
            name: name.to_owned(),
            named_by: NamedBy::Header,
            requests,
            switched_off: vec![RuleId::OwnField],
            not_judged: Vec::new(),
            broken,
            tests: vec![test],
            outcomes: vec![
                OutcomeCount { operation, status: Some(201), error: None, count: requests },
                OutcomeCount { operation, status: Some(400), error: Some(Code::BadRequest), count: 1 },
            ],
        }
    }

    fn state(consumers: Vec<ConsumerSnapshot>) -> ContractSnapshot {
        let examined = consumers.iter().map(|consumer| consumer.requests).sum();
        ContractSnapshot { is_on: true, examined, skipped: 1, consumers, replicas: Vec::new() }
    }

    fn sum_of(states: Vec<ContractSnapshot>) -> ContractSnapshot {
        let names = ('a'..='z').map(|name| name.to_string());
        let travelled = |state: ContractSnapshot| {
            let bytes = serde_json::to_vec(&state).unwrap();
            let read: ContractSnapshot = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(read, state, "nothing is lost on the way");
            read
        };
        sum(names.zip(states.into_iter().map(travelled)).collect())
    }

    #[test]
    fn the_sum_of_one_state_is_that_state() {
        let alone = state(vec![
            consumer(
                "importer",
                3,
                vec![broken(RuleId::EtagStaleAgain, 2, 5), broken(RuleId::IfMatchAny, 1, 4)],
            ),
            consumer("other", 1, Vec::new()),
        ]);
        let mut sum = sum_of(vec![alone.clone()]);
        assert_eq!(std::mem::take(&mut sum.replicas), ["a"]);
        for consumer in &mut sum.consumers {
            let in_tests = consumer.tests.iter_mut().flat_map(|test| &mut test.broken);
            for broken in consumer.broken.iter_mut().chain(in_tests) {
                assert_eq!(broken.first.replica.take().as_deref(), Some("a"));
            }
        }
        assert_eq!(sum, alone);
    }

    #[test]
    fn counts_of_a_consumer_are_added_and_the_earliest_violation_is_the_first() {
        let sum = sum_of(vec![
            state(vec![consumer("importer", 3, vec![broken(RuleId::IfMatchAny, 2, 9)])]),
            state(vec![
                consumer("exporter", 1, Vec::new()),
                consumer(
                    "importer",
                    4,
                    vec![broken(RuleId::HeaderMissing, 1, 7), broken(RuleId::IfMatchAny, 1, 8)],
                ),
            ]),
        ]);
        assert_eq!((sum.examined, sum.skipped, sum.replicas.len()), (8, 2, 2));
        let names: Vec<&str> = sum.consumers.iter().map(|consumer| consumer.name.as_str()).collect();
        assert_eq!(names, ["exporter", "importer"]);
        let importer = &sum.consumers[1];
        assert_eq!((importer.requests, importer.tests[0].requests, importer.tests[0].unlisted), (7, 7, 2));
        let counted: Vec<_> = importer
            .broken
            .iter()
            .map(|broken| (broken.rule, broken.count, broken.first.time, broken.first.replica.as_deref()))
            .collect();
        let expected = [(RuleId::HeaderMissing, 1, 7, Some("b")), (RuleId::IfMatchAny, 3, 8, Some("b"))];
        assert_eq!(counted, expected);
        assert_eq!(importer.tests[0].broken, importer.broken);
        let outcomes: Vec<_> = importer.outcomes.iter().map(|one| (one.status, one.count)).collect();
        assert_eq!(outcomes, [(Some(201), 7), (Some(400), 2)]);
    }

    #[test]
    fn rules_that_compare_requests_are_judged_only_if_one_replica_has_all_requests() {
        let of = |name: &str| {
            consumer(name, 1, vec![broken(RuleId::EtagNeverRead, 1, 1), broken(RuleId::IfMatchAny, 1, 1)])
        };
        let sum = sum_of(vec![state(vec![of("both"), of("one")]), state(vec![of("both")])]);
        let [both, one] = &sum.consumers[..] else { panic!("{sum:?}") };
        let rules = |broken: &[ViolationCount]| broken.iter().map(|broken| broken.rule).collect::<Vec<_>>();
        assert_eq!(rules(&both.broken), [RuleId::IfMatchAny]);
        assert_eq!(rules(&both.tests[0].broken), [RuleId::IfMatchAny]);
        assert!(both.not_judged.contains(&RuleId::EtagNeverRead), "{both:?}");
        assert_eq!(rules(&one.broken), [RuleId::IfMatchAny, RuleId::EtagNeverRead]);
        assert!(one.not_judged.is_empty(), "{one:?}");
    }

    #[test]
    fn a_rule_that_is_switched_off_at_one_replica_still_applies() {
        let mut other = consumer("importer", 1, vec![broken(RuleId::OwnField, 1, 1)]);
        other.switched_off.clear();
        other.broken[0].severity = Severity::Error;
        let sum = sum_of(vec![state(vec![consumer("importer", 1, Vec::new())]), state(vec![other])]);
        assert!(sum.consumers[0].switched_off.is_empty());
        assert_eq!(sum.consumers[0].broken[0].severity, Severity::Error);
    }

    #[test]
    fn a_report_that_lacks_the_requests_of_a_replica_says_so() {
        let off = ContractSnapshot { is_on: false, ..state(Vec::new()) };
        assert!(!sum_of(vec![state(vec![consumer("importer", 1, Vec::new())]), off]).is_on);
    }

    #[test]
    fn consumers_and_tests_beyond_the_limits_are_counted_together() {
        let many = |from: usize| {
            let one = |number: usize| {
                let requests = if number == 7 { 1 } else { 2 };
                consumer(&format!("c{number:03}"), requests, vec![broken(RuleId::IfMatchAny, 1, 1)])
            };
            state((from..from + 60).map(one).collect())
        };
        let sum = sum_of(vec![many(0), many(60)]);
        assert_eq!(sum.consumers.len(), MAX_CONSUMERS + 1);
        let others = &sum.consumers[0];
        assert_eq!((others.name.as_str(), others.named_by, others.requests), (OTHERS, NamedBy::Nobody, 39));
        assert_eq!(others.broken[0].count, 20);
        assert!(!sum.consumers.iter().any(|consumer| consumer.name == "c007"), "it has the fewest requests");
        let tests = |from: usize| {
            let test = |number: usize| TestSnapshot {
                name: format!("t{number:04}"),
                requests: 1,
                broken: Vec::new(),
                unlisted: 0,
            };
            let tests = (from..from + 600).map(test).collect();
            state(vec![ConsumerSnapshot { tests, ..consumer("importer", 600, Vec::new()) }])
        };
        let sum = sum_of(vec![tests(0), tests(600)]);
        let tests = &sum.consumers[0].tests;
        assert_eq!((tests.len(), tests[0].name.as_str(), tests[0].requests), (MAX_TESTS + 1, OTHERS, 200));
    }
}
