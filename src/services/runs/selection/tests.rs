use super::*;
use crate::base::tenant::Tenant;
use crate::services::runs::flow_list::ListedFlow;
use crate::services::runs::ledger::Ledger;
use crate::services::runs::outcome::Durations;
use crate::services::runs::plan::tests::{every, facts};
use crate::services::runs::shape::Shape;
use crate::store::query::Property;
use std::sync::Arc;
use uuid::Uuid;

const MINUTE: Millis = 60_000;

/// The number of the 301 runs of a flow that match a filter, counted within that bound.
async fn count(filter: &str, most: usize) -> Result<u64, Error> {
    let plan = Arc::new(Plan::begin(facts(7, Shape::Table), &every(1, 0), 0, true));
    let now = 300 * MINUTE + 5000;
    let listed = std::iter::once(ListedFlow::Stored(plan));
    let flows = FlowList::new(Arc::new(Ledger::default()), Durations::DEFAULT, now, listed);
    let filter = Property::read([filter].into_iter(), &FIELDS, |_| true).unwrap().filter;
    let tenant = Tenant::new("A@AdobeOrg", "prod");
    let place = ItemPlace { tenant: &tenant, sandbox_id: Uuid::nil(), base_url: "http://mock" };
    let (filter, by) = (RunFilter::read(&filter), SortTime::Created);
    Selection { flows, place: &place, filter, by, direction: Direction::Descending }.count_within(most).await
}

#[tokio::test]
async fn a_count_that_would_look_at_too_many_runs_is_refused() {
    let records = "metrics.recordSummary.inputRecordCount==100";
    assert_eq!(count(records, 3010).await.ok(), Some(301));
    let refused = count(records, 3009).await.unwrap_err();
    assert_eq!(refused.code(), Code::ParameterInvalid);
    assert!(refused.detail().contains("narrow the list by flowId or createdAt"), "{refused:?}");
    assert_eq!(count("updatedAt>0", 301).await.ok(), Some(301));
    assert!(count("updatedAt>0", 300).await.is_err());
    // The status of runs that end alike is looked at once.
    assert_eq!(count("state==success", 1).await.ok(), Some(301));
}
