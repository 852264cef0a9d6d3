//! Properties of the projection as a whole: random histories of a flow, asked at random times.

mod items;
mod lists;
mod timeline;

use super::book::{Defaults, FlowBook};
use super::extra::{Events, Extra};
use super::flow_runs::{FlowRuns, Place, Run, SortTime};
use super::ledger::{Ledger, Runs};
use super::merged::Merged;
use super::outcome::{Durations, Ending, Outcome, Status};
use super::plan::tests::{every, facts};
use super::plan::{Facts, Plan};
use super::run_id::{self, RunId, Tag};
use super::shape::Shape;
use super::shared::Shared;
use crate::base::time::Millis;
use crate::store::Direction;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

const MINUTE: Millis = 60_000;

/// Something that happens to a flow.
#[derive(Clone, Debug)]
enum Event {
    Activate(bool),
    Reschedule(i64),
    /// The outcome of the run that many runs ahead.
    Plan(u64, Outcome),
    FromNowOn(Outcome),
    Default(Outcome),
    OnDemand,
    End,
    Arrive,
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let endings = prop_oneof![
        Just(Ending::Success),
        Just(Ending::NothingNew),
        Just(Ending::CopyFailed),
        Just(Ending::PromotionFailed),
    ];
    let copy =
        prop_oneof![Just(None), Just(Some(0)), (1..120_i64).prop_map(|minutes| Some(minutes * MINUTE))];
    (endings, copy, prop::bool::weighted(0.1)).prop_map(|(ending, copy, stuck)| Outcome {
        ending,
        stuck,
        durations: Durations { copy, gap: None, promotion: None },
        ..Outcome::default()
    })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        any::<bool>().prop_map(Event::Activate),
        (1..90_i64).prop_map(Event::Reschedule),
        (0..4_u64, outcome()).prop_map(|(ahead, outcome)| Event::Plan(ahead, outcome)),
        outcome().prop_map(Event::FromNowOn),
        outcome().prop_map(Event::Default),
        Just(Event::OnDemand),
        Just(Event::End),
        Just(Event::Arrive),
    ]
}

/// A flow and its ledger.
struct World {
    plan: Arc<Plan>,
    ledger: Ledger,
    active: bool,
    minutes: i64,
}

impl World {
    fn new() -> Self {
        let plan = Plan::begin(facts(7, Shape::Table), &every(15, 0), 0, true);
        Self { plan: Arc::new(plan), ledger: Ledger::default(), active: true, minutes: 15 }
    }

    fn runs(&self, now: Millis) -> FlowRuns {
        self.ledger.runs_of(&self.plan, Durations::DEFAULT, now)
    }

    fn happen(&mut self, event: Event, now: Millis) {
        let flow = self.plan.facts.flow;
        let started = self.runs(now).started();
        match event {
            Event::Activate(active) => self.active = active,
            Event::Reschedule(minutes) => self.minutes = minutes,
            Event::Plan(ahead, outcome) => {
                let book = self.ledger.book_mut(flow);
                let place = book.next_place(started) + ahead;
                book.plan_outcome(place, Shared::new(outcome)).unwrap();
            }
            Event::FromNowOn(outcome) => {
                self.ledger.book_mut(flow).set_outcome(started, Some(Shared::new(outcome))).unwrap();
            }
            Event::Default(outcome) => self.ledger.set_default(now, Shared::new(outcome)).unwrap(),
            Event::OnDemand => {
                let outcome = self.ledger.next_outcome(flow, started);
                let extra = Extra {
                    created: now,
                    start: now,
                    behind: started,
                    outcome,
                    window: (0, now),
                    params: None,
                    by: None,
                    ended: None,
                    put: None,
                };
                self.ledger.book_mut(flow).add_extra(extra).unwrap();
            }
            Event::End => {
                let last = started.checked_sub(1);
                let in_progress = last.filter(|&last| self.runs(now).calendar.end(last) > now);
                if let Some(last) = in_progress {
                    self.ledger.book_mut(flow).end_scheduled(last, now, None).unwrap();
                }
            }
            Event::Arrive => {
                let events = Events { ok: 1, ..Events::default() };
                self.ledger.book_mut(flow).hours_mut().record(now, events);
            }
        }
        let item = every(self.minutes, 0);
        self.plan = Arc::new(self.plan.then(self.plan.facts.clone(), &item, now, self.active));
    }
}

/// The parts of a run that must not change once it is over.
type Facet = (Millis, Millis, (Millis, Millis), Option<Ending>, &'static str);

fn all(runs: &FlowRuns) -> Vec<Run> {
    let flows = std::slice::from_ref(runs);
    let merged = Merged::new(flows, SortTime::Created, Direction::Descending, None);
    merged
        .map(|(_, place)| runs.get(place.id.class, place.id.number).expect("a listed run is there"))
        .collect()
}

proptest! {
    #[test]
    fn runs_never_vanish_or_go_back_whatever_happens(
        history in prop::collection::vec((event(), 0..100_i64), 1..40),
    ) {
        let mut world = World::new();
        let mut now = 0;
        let mut known: BTreeMap<uuid::Uuid, (Status, Facet)> = BTreeMap::new();
        for (event, minutes) in history {
            let before: Vec<_> = all(&world.runs(now)).iter().map(|run| run.uuid).collect();
            world.happen(event, now);
            let after: HashSet<_> = all(&world.runs(now)).iter().map(|run| run.uuid).collect();
            prop_assert!(before.iter().all(|uuid| after.contains(uuid)), "an event removed a run");
            now += minutes * MINUTE / 2;
            let runs = world.runs(now);
            let mut seen = HashSet::new();
            for run in all(&runs) {
                prop_assert!(seen.insert(run.uuid), "two runs have one id");
                prop_assert_eq!(RunId::of(run.uuid), Some(run.id));
                let shown = if run.status.is_final() { run.outcome.ending } else { Ending::Success };
                let end = run.completed().unwrap_or_default();
                let facet = (run.start, end, run.window, Some(shown), run.status.name());
                if let Some((status, old)) = known.insert(run.uuid, (run.status, facet)) {
                    prop_assert!(!status.is_final() || old == facet, "a finished run changed: {old:?} {facet:?}");
                    prop_assert!(status != Status::InProgress || run.status != Status::Scheduled);
                    prop_assert_eq!(old.0, facet.0, "a run that had started got another start");
                }
            }
            prop_assert!(known.keys().all(|uuid| seen.contains(uuid)), "a run vanished");
        }
    }

    #[test]
    fn windows_have_no_gap_and_no_overlap_and_runs_wait_for_each_other(
        history in prop::collection::vec((event(), 0..100_i64), 1..40),
    ) {
        let mut world = World::new();
        let mut now = 0;
        for (event, minutes) in history {
            world.happen(event, now);
            now += minutes * MINUTE / 2;
        }
        let runs = world.runs(now + 1000 * MINUTE);
        let scheduled: Vec<Run> =
            (0..runs.started()).map(|number| runs.get(run_id::Class::Scheduled, number).unwrap()).collect();
        prop_assert!(scheduled.is_sorted_by(|one, next| one.window.1 == next.window.0 && one.end <= next.start));
        prop_assert!(scheduled.first().is_none_or(|first| first.window.0 == 0));
        prop_assert!(scheduled.iter().all(|run| run.window.0 < run.window.1 || run.window == (0, 0)));
        prop_assert!(scheduled.iter().all(|run| run.window.1 <= run.start));
    }

    #[test]
    fn asking_often_is_like_asking_once_and_pages_join_to_the_list(
        history in prop::collection::vec((event(), 0..100_i64), 1..30), limit in 1..7_usize, updated: bool,
        ascending: bool,
    ) {
        let (mut asked, mut silent) = (World::new(), World::new());
        let mut now = 0;
        for (event, minutes) in history {
            asked.happen(event.clone(), now);
            silent.happen(event, now);
            for part in 0..3 {
                all(&asked.runs(now + part * minutes * MINUTE / 6));
            }
            now += minutes * MINUTE / 2;
        }
        let (one, other) = (asked.runs(now), silent.runs(now));
        let facts = |runs: &FlowRuns| {
            all(runs).iter().map(|run| (run.uuid, run.status, run.start, run.end)).collect::<Vec<_>>()
        };
        prop_assert_eq!(facts(&one), facts(&other));
        let by = if updated { SortTime::Updated } else { SortTime::Created };
        let direction = if ascending { Direction::Ascending } else { Direction::Descending };
        let flows = std::slice::from_ref(&one);
        let whole: Vec<Place> = Merged::new(flows, by, direction, None).map(|(_, place)| place).collect();
        let sorted = |one: &Place, next: &Place| if ascending { one < next } else { one > next };
        prop_assert!(whole.is_sorted_by(sorted));
        prop_assert_eq!(whole.len() as u64, one.count());
        let mut pages = Vec::new();
        loop {
            let page = Merged::new(flows, by, direction, pages.last().copied()).take(limit);
            let page: Vec<Place> = page.map(|(_, place)| place).collect();
            pages.extend(&page);
            if page.len() < limit {
                break;
            }
        }
        prop_assert_eq!(pages, whole);
    }

    #[test]
    fn a_book_survives_json(history in prop::collection::vec((event(), 0..100_i64), 1..30)) {
        let mut world = World::new();
        let mut now = 0;
        for (event, minutes) in history {
            world.happen(event, now);
            now += minutes * MINUTE / 2;
        }
        for book in world.ledger.books.values() {
            let json = serde_json::to_value(&**book).unwrap();
            let read: FlowBook = serde_json::from_value(json).unwrap();
            prop_assert_eq!(&read, &**book);
            prop_assert_eq!(read.check(), Ok(()));
        }
        let json = serde_json::to_value(&world.ledger.defaults).unwrap();
        let read: Defaults = serde_json::from_value(json).unwrap();
        prop_assert_eq!(read.check(), Ok(()));
        prop_assert_eq!(read, world.ledger.defaults);
    }
}

#[test]
fn a_planned_outcome_goes_to_the_run_that_takes_its_place() {
    let mut world = World::new();
    let failed = |copy| Outcome {
        ending: Ending::CopyFailed,
        durations: Durations { copy: Some(copy), gap: None, promotion: None },
        ..Outcome::default()
    };
    // The run at 0 has started: the next two runs are one on demand and the one at 15.
    world.happen(Event::Plan(0, failed(1)), 1);
    world.happen(Event::Plan(1, failed(2)), 1);
    world.happen(Event::OnDemand, 2);
    let runs = all(&world.runs(31 * MINUTE));
    let ends: Vec<_> = runs.iter().map(|run| (run.outcome.ending, run.end - run.start)).collect();
    let plain = (Ending::Success, 2000);
    assert_eq!(ends, [plain, (Ending::CopyFailed, 2), (Ending::CopyFailed, 1), plain]);
}

#[test]
fn a_default_applies_to_flows_that_are_created_at_the_same_moment_but_later() {
    let mut ledger = Ledger::default();
    let failed = Shared::new(Outcome { ending: Ending::CopyFailed, ..Outcome::default() });
    let plan = |ledger: &Ledger| {
        let facts = Facts { generation: ledger.defaults.generation(), ..facts(7, Shape::Table) };
        Arc::new(Plan::begin(facts, &every(15, 0), 5, true))
    };
    let before = plan(&ledger);
    ledger.set_default(5, failed).unwrap();
    let after = plan(&ledger);
    let endings = |plan: &Arc<Plan>| {
        let runs = ledger.runs_of(plan, Durations::DEFAULT, 16 * MINUTE);
        all(&runs).iter().map(|run| run.outcome.ending).collect::<Vec<_>>()
    };
    assert_eq!(endings(&before), [Ending::CopyFailed, Ending::Success]);
    assert_eq!(endings(&after), [Ending::CopyFailed, Ending::CopyFailed]);
}

#[test]
fn finished_runs_of_a_deleted_flow_stay_and_unfinished_ones_vanish() {
    let mut world = World::new();
    world.happen(Event::OnDemand, 14 * MINUTE);
    let runs = Runs::from(Arc::new(world.ledger.clone()));
    runs.flow_deleted(&world.plan, 15 * MINUTE, Durations::DEFAULT);
    let ledger = runs.current();
    let deleted = &ledger.deleted[&Tag::of(world.plan.facts.flow)];
    let left = ledger.runs_of_deleted(deleted, Durations::DEFAULT, 500 * MINUTE);
    let starts: Vec<_> = all(&left).iter().map(|run| run.start / MINUTE).collect();
    assert_eq!(starts, [14, 0]);
    let early = Runs::default();
    early.flow_deleted(&world.plan, 100, Durations::DEFAULT);
    assert!(early.is_empty());
}

#[test]
fn a_page_of_a_million_runs_is_found_at_once() {
    let plan = Arc::new(Plan::begin(facts(7, Shape::Table), &every(1, 0), 0, true));
    let now = 1_000_000 * MINUTE;
    let started = std::time::Instant::now();
    for page in 0..100 {
        let runs = Ledger::default().runs_of(&plan, Durations::DEFAULT, now + page);
        assert_eq!(runs.count(), 1_000_001);
        let number = 5000 * page as u64;
        let id = RunId { flow: runs.tag(), class: run_id::Class::Scheduled, number: number + 100 };
        let after = Place { at: runs.calendar.start(number + 100), id };
        let flows = std::slice::from_ref(&runs);
        let found = Merged::new(flows, SortTime::Created, Direction::Descending, Some(after)).take(100);
        let found: Vec<u64> = found.map(|(_, place)| place.id.number).collect();
        assert_eq!((found.first(), found.last()), (Some(&(number + 99)), Some(&number)));
    }
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}
