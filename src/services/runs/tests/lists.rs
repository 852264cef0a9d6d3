//! Lists of the runs of several flows, and their JSON.

use super::{MINUTE, outcome};
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::runs::extra::Extra;
use crate::services::runs::flow_list::{FlowList, ListedFlow};
use crate::services::runs::flow_runs::{FlowRuns, Place, SortTime};
use crate::services::runs::item::{Item, ItemPlace, ItemWriter};
use crate::services::runs::ledger::Ledger;
use crate::services::runs::merged::{Flows, Merged};
use crate::services::runs::outcome::{Durations, Outcome, plain_success};
use crate::services::runs::plan::Plan;
use crate::services::runs::plan::tests::{every, facts};
use crate::services::runs::run_id::Class;
use crate::services::runs::shape::Shape;
use crate::services::runs::shared::Shared;
use crate::store::Direction;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// The beginning of the epoch, a usual time, and times shortly before others have a digit more.
const ORIGINS: [Millis; 4] = [0, 1_600_000_020_000, 999_998_040_000, 9_999_997_980_000];

const DURATIONS: Durations<i64> = Durations::DEFAULT;

/// The interval and the start time of a flow, in minutes, and the outcome of its second run, if it has one of its own.
type FlowFacts = (i64, i64, Option<Outcome>);

fn flows() -> impl Strategy<Value = Vec<FlowFacts>> {
    prop::collection::vec((1..30_i64, 0..100_i64, prop::option::weighted(0.3, outcome())), 1..6)
}

/// The ledger and the plans of flows. `default` is the outcome of the sandbox from minute 40 on.
fn world(flows: Vec<FlowFacts>, default: Option<Outcome>) -> (Arc<Ledger>, Vec<Arc<Plan>>) {
    world_from(0, flows, default)
}

/// [`world`], whose times count from `origin`.
fn world_from(
    origin: Millis, flows: Vec<FlowFacts>, default: Option<Outcome>,
) -> (Arc<Ledger>, Vec<Arc<Plan>>) {
    let mut ledger = Ledger::default();
    let plans = (1_u128..).zip(flows).map(|(id, (minutes, start, own))| {
        let shape = if id == 3 { Shape::Files } else { Shape::Table };
        let plan = Plan::begin(facts(id, shape), &every(minutes, origin / 1000 + start * 60), origin, true);
        if let Some(own) = own {
            ledger.book_mut(plan.facts.flow).plan_outcome(1, Shared::new(own)).unwrap();
        }
        Arc::new(plan)
    });
    let plans = plans.collect();
    if let Some(default) = default {
        ledger.set_default(origin + 40 * MINUTE, Shared::new(default)).unwrap();
    }
    (Arc::new(ledger), plans)
}

fn places<F: Flows + ?Sized>(
    flows: &F, by: SortTime, direction: Direction, after: Option<Place>,
) -> Vec<(usize, Place)> {
    Merged::new(flows, by, direction, after).take(300).collect()
}

proptest! {
    #[test]
    fn a_list_that_makes_the_runs_of_few_flows_is_that_of_all(
        flows in flows(), default in prop::option::weighted(0.3, outcome()), now in 0..300_i64, updated: bool,
        ascending: bool, after in any::<prop::sample::Index>(),
    ) {
        let (ledger, plans) = world(flows, default);
        let now = now * MINUTE / 2;
        let all: Vec<FlowRuns> = plans.iter().map(|plan| ledger.runs_of(plan, DURATIONS, now)).collect();
        let list = || {
            let stored = plans.iter().map(|plan| ListedFlow::Stored(Arc::clone(plan)));
            FlowList::new(Arc::clone(&ledger), DURATIONS, now, stored)
        };
        let by = if updated { SortTime::Updated } else { SortTime::Created };
        let direction = if ascending { Direction::Ascending } else { Direction::Descending };
        let whole = places(&*all, by, direction, None);
        prop_assert_eq!(&places(&list(), by, direction, None), &whole);
        prop_assert_eq!(list().count(), all.iter().map(FlowRuns::count).sum::<u64>());
        if !whole.is_empty() {
            let (_, after) = whole[after.index(whole.len())];
            let rest = places(&*all, by, direction, Some(after));
            prop_assert_eq!(places(&list(), by, direction, Some(after)), rest);
        }
    }

    #[test]
    fn runs_that_are_written_together_are_like_runs_that_are_written_alone(
        flows in flows(), default in prop::option::of(outcome()), now in 0..300_i64,
        origin in prop::sample::select(&ORIGINS),
    ) {
        let (ledger, plans) = world_from(origin, flows, default);
        let now = origin + now * MINUTE / 2;
        let all: Vec<FlowRuns> = plans.iter().map(|plan| ledger.runs_of(plan, DURATIONS, now)).collect();
        let tenant = Tenant::new("A@AdobeOrg", "prod");
        let place = ItemPlace { tenant: &tenant, sandbox_id: Uuid::nil(), base_url: "http://mock" };
        let mut together = ItemWriter::new(&place);
        for (flow, at) in Merged::new(&*all, SortTime::Created, Direction::Descending, None).take(100) {
            let run = all[flow].get(at.id.class, at.id.number).unwrap();
            let mut json = Vec::new();
            together.write(&run, &all[flow], &mut json).unwrap();
            prop_assert_eq!(json, Item { run: &run, runs: &all[flow], place: &place }.json().unwrap());
        }
    }
}

#[test]
fn exports_that_are_written_together_are_like_exports_that_are_written_alone() {
    const START: Millis = 1_600_000_000_000;
    for shape in [Shape::SegmentExport, Shape::DatasetExport] {
        let selector =
            json!({"value": {"id": "x", "schedule": {"frequency": "DAILY", "startDate": "1970-01-01"}}});
        let flow = json!({
            "sourceConnectionIds": ["source"], "targetConnectionIds": ["target"],
            "scheduleParams": {"startTime": START / 1000, "interval": 3, "timeUnit": "hour"},
            "transformations": [{"params": {"segmentSelectors": {"selectors": [selector]}}}],
        });
        let plan = Arc::new(Plan::begin(facts(7, shape), &flow, START, true));
        let runs = Ledger::default().runs_of(&plan, DURATIONS, START + 5 * 24 * 60 * MINUTE);
        let tenant = Tenant::new("A@AdobeOrg", "prod");
        let place = ItemPlace { tenant: &tenant, sandbox_id: Uuid::nil(), base_url: "http://mock" };
        let mut together = ItemWriter::new(&place);
        for number in 0..4 {
            let run = runs.get(Class::Scheduled, number).unwrap();
            let mut json = Vec::new();
            together.write(&run, &runs, &mut json).unwrap();
            assert_eq!(
                json,
                Item { run: &run, runs: &runs, place: &place }.json().unwrap(),
                "{shape:?} {number}"
            );
        }
    }
}

#[test]
fn runs_of_calls_keep_their_callers_and_params_when_they_are_written_together() {
    let (ledger, plans) = world(vec![(15, 0, None)], None);
    let mut ledger = Ledger::clone(&ledger);
    for (user, params) in
        [("a", None), ("b", None), ("c", None), ("d", Some(1)), ("e", Some(2)), ("f", Some(3))]
    {
        let extra = Extra {
            created: MINUTE,
            start: MINUTE,
            behind: 1,
            outcome: plain_success(),
            window: (0, MINUTE),
            params: params.map(|number: i64| Shared::new(json!({"number": number}))),
            by: Some(Shared::new((user.to_owned(), format!("{user}'s client")))),
            ended: None,
            put: None,
        };
        ledger.book_mut(plans[0].facts.flow).add_extra(extra).unwrap();
    }
    let runs = ledger.runs_of(&plans[0], DURATIONS, 5 * MINUTE);
    let tenant = Tenant::new("A@AdobeOrg", "prod");
    let place = ItemPlace { tenant: &tenant, sandbox_id: Uuid::nil(), base_url: "http://mock" };
    let mut together = ItemWriter::new(&place);
    for (number, user) in (0..).zip(["a", "b", "c", "d", "e", "f"]) {
        let run = runs.get(Class::Extra, number).unwrap();
        let mut json = Vec::new();
        together.write(&run, &runs, &mut json).unwrap();
        let json: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(
            (&json["createdBy"], &json["createdClient"]),
            (&json!(user), &json!(format!("{user}'s client")))
        );
        assert_eq!(json["params"]["number"].as_u64(), number.checked_sub(2).filter(|number| *number > 0));
    }
}

#[test]
fn a_page_of_the_runs_of_many_flows_makes_the_runs_of_few() {
    let (ledger, plans) = world(vec![(15, 0, None); 1000], None);
    let stored = plans.iter().map(|plan| ListedFlow::Stored(Arc::clone(plan)));
    let list = FlowList::new(ledger, DURATIONS, 100 * MINUTE, stored);
    let page = Merged::new(&list, SortTime::Created, Direction::Descending, None).take(10).count();
    assert_eq!(page, 10);
    assert!((10..=12).contains(&list.made()), "{}", list.made());
}
