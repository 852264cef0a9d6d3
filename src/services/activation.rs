//! Runs of destinations that clients ask for at once.
//!
//! Reference: "Destinations" (on demand). Decided: each call makes one run of each flow, whichever of its segments are named,
//! and each segment gets an order of its own. A segment or data set must be one that the flow sends. A flow whose last run goes on is not
//! ready, and the answer says so in the words by which clients know to ask again.

use super::entities::Id;
use super::runs::additions::add;
use super::runs::{Run, SandboxRuns, Shape};
use super::world::Sandbox;
use crate::base::error::{Code, Error, excerpt};
use crate::base::operation::Kind;
use crate::base::tenant::Caller;
use crate::services::entities::members::{object, wrong_type};
use crate::services::flow_ends::base::uuid_of;
use crate::store::State;
use crate::store::query::pick;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// The words by which clients know that they must ask again.
const NOT_READY: &str = "Following order ID(s) are not ready for dataset export";

/// The most flows in a call, and the most segments or data sets of a flow.
const MOST: usize = 1000;

/// The things that a run of a destination sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activated {
    Segments,
    DataSets,
}

/// A flow and the ids of what it shall send.
struct Order {
    flow: String,
    ids: Vec<String>,
    /// The pointer to the flow in the body.
    at: String,
}

/// Makes the runs that `body` asks for; `status_url` makes the address of a run. Returns the body of the answer.
///
/// # Errors
/// FLOW-1000-400 for a body of another form or something that the flow does not send, FLOW-1439-404 for an unknown flow,
/// FLOW-1444-400 for one that is not enabled. Then no run was made.
pub(crate) fn run(
    activated: Activated, body: Value, runs: &SandboxRuns<'_>, sandbox: &Sandbox, caller: &Caller,
    status_url: impl Fn(Uuid) -> String,
) -> Result<Value, Error> {
    let orders = match activated {
        Activated::Segments => segments(body)?,
        Activated::DataSets => data_sets(body)?,
    };
    for order in &orders {
        order.check(activated, runs, sandbox)?;
    }
    let mut made = Vec::with_capacity(orders.len());
    for order in orders {
        let run = order.make(runs, sandbox, caller)?;
        made.push((order, run));
    }
    Ok(match activated {
        Activated::Segments => {
            let of_flow = |(order, run): &(Order, Run)| {
                let (run, url) = (run.uuid, status_url(run.uuid));
                let order_of = move |segment: &String| {
                    let order = Uuid::new_v5(&run, segment.as_bytes());
                    json!({ "segment": segment, "order": order, "statusURL": url })
                };
                order.ids.iter().map(order_of).collect::<Vec<Value>>()
            };
            json!({ "order": made.iter().flat_map(of_flow).collect::<Vec<Value>>() })
        }
        Activated::DataSets => {
            let of_flow = |(order, run): &(Order, Run)| {
                let data_set = |id: &String| json!({ "id": id, "statusURL": status_url(run.uuid) });
                json!({ "flowId": order.flow, "datasets": order.ids.iter().map(data_set).collect::<Vec<_>>() })
            };
            json!({ "destinations": made.iter().map(of_flow).collect::<Vec<Value>>() })
        }
    })
}

impl Order {
    /// Checks that the flow can run now.
    fn check(&self, activated: Activated, runs: &SandboxRuns<'_>, sandbox: &Sandbox) -> Result<(), Error> {
        let flow = Id::new(self.flow.clone()).find(sandbox, Kind::Flow);
        let flow = flow.map_err(|error| error.at(&*self.at))?;
        let id = flow.id();
        if flow.state != State::Enabled {
            let detail = format!("the flow {id} is {}; it runs once it is enabled", flow.state.name());
            return Err(Error::new(Code::FlowStateForbids, detail).at(&*self.at));
        }
        let of_flow = runs.of_entity(&flow);
        let of_flow = of_flow.ok_or_else(|| Error::internal("an enabled flow has no plan"))?;
        let (shape, word) = match activated {
            Activated::Segments => (Shape::SegmentExport, "segments"),
            Activated::DataSets => (Shape::DatasetExport, "data sets"),
        };
        if of_flow.plan.facts.shape != shape {
            let detail = format!("the flow {id} does not send {word} to a destination in batches");
            return Err(Error::bad_request(detail, &*self.at));
        }
        let item: Value = serde_json::from_slice(flow.item()).map_err(Error::internal)?;
        let (sent, word) = match activated {
            Activated::Segments => (sent_segments(&item), "segment"),
            Activated::DataSets => (sent_data_sets(&item, sandbox)?, "data set"),
        };
        if let Some(other) = self.ids.iter().find(|id| !sent.contains(*id)) {
            let detail = format!("the flow {id} does not send the {word} {}", excerpt(other));
            return Err(Error::bad_request(detail, &*self.at));
        }
        if of_flow.newest().is_some_and(|run| !run.status.is_final()) {
            let detail = format!(
                "{NOT_READY}: {}",
                self.ids.iter().map(|id| excerpt(id)).collect::<Vec<_>>().join(", ")
            );
            return Err(Error::bad_request(detail, &*self.at));
        }
        Ok(())
    }

    fn make(&self, runs: &SandboxRuns<'_>, sandbox: &Sandbox, caller: &Caller) -> Result<Run, Error> {
        let flow = Id::new(self.flow.clone()).find(sandbox, Kind::Flow)?;
        let of_flow = runs.of_entity(&flow);
        let of_flow = of_flow.ok_or_else(|| Error::not_found(Kind::Flow.collection(), &self.flow))?;
        add(runs, sandbox, &of_flow, runs.now, (0, runs.now), None, Some(caller))
    }
}

/// The ids of the segments that a flow sends.
fn sent_segments(item: &Value) -> HashSet<String> {
    let transformations = item["transformations"].as_array().into_iter().flatten();
    let selectors =
        transformations.filter_map(|one| one["params"]["segmentSelectors"]["selectors"].as_array());
    let ids = selectors.flatten().filter_map(|selector| selector["value"]["id"].as_str());
    ids.map(str::to_owned).collect()
}

/// The ids of the data sets that a flow sends: those of its source connections.
fn sent_data_sets(item: &Value, sandbox: &Sandbox) -> Result<HashSet<String>, Error> {
    let mut sent = HashSet::new();
    let sources = item["sourceConnectionIds"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for source in sources.filter_map(uuid_of).filter_map(|id| sandbox.store.get(Kind::SourceConnection, id)) {
        let members = pick(source.item(), |key| key == "params").map_err(Error::internal)?;
        let data_sets = members.get("params").and_then(|params| params["datasets"].as_array());
        let ids = data_sets.into_iter().flatten().filter_map(|data_set| data_set["dataSetId"].as_str());
        sent.extend(ids.map(str::to_owned));
    }
    Ok(sent)
}

/// `activationInfo` of a body.
fn activation_info(body: Value) -> Result<Map<String, Value>, Error> {
    let mut members = object(body, "")?;
    match members.shift_remove("activationInfo") {
        Some(info) => object(info, "/activationInfo"),
        None => {
            Err(Error::bad_request("activationInfo is absent; it names the flows to run", "/activationInfo"))
        }
    }
}

/// The orders in `{"activationInfo": {"<flow>": ["<segment>"]}}`.
fn segments(body: Value) -> Result<Vec<Order>, Error> {
    let info = activation_info(body)?;
    check_number(info.len(), "flows", "/activationInfo")?;
    info.into_iter()
        .map(|(flow, ids)| {
            let at = format!("/activationInfo/{flow}");
            let ids = texts(ids, "segments", &at, |value| value)?;
            Ok(Order { flow, ids, at })
        })
        .collect()
}

/// The orders in `{"activationInfo": {"destinations": [{"flowId", "datasets": [{"id"}]}]}}`.
fn data_sets(body: Value) -> Result<Vec<Order>, Error> {
    const AT: &str = "/activationInfo/destinations";
    let mut info = activation_info(body)?;
    let destinations = match info.shift_remove("destinations") {
        Some(Value::Array(destinations)) => destinations,
        other => return Err(wrong_type(&other.unwrap_or_default(), "an array of objects", AT)),
    };
    check_number(destinations.len(), "flows", AT)?;
    let order = |(place, destination): (usize, Value)| {
        let at = format!("{AT}/{place}");
        let mut members = object(destination, &at)?;
        let flow = match members.shift_remove("flowId") {
            Some(Value::String(flow)) => flow,
            other => return Err(wrong_type(&other.unwrap_or_default(), "a string", &format!("{at}/flowId"))),
        };
        let data_sets = members.shift_remove("datasets").unwrap_or_default();
        let ids = texts(data_sets, "data sets", &format!("{at}/datasets"), |mut value| value["id"].take())?;
        Ok(Order { flow, ids, at })
    };
    destinations.into_iter().enumerate().map(order).collect()
}

/// The texts that `id` finds in the elements of an array with at least one.
fn texts(value: Value, noun: &str, at: &str, id: impl Fn(Value) -> Value) -> Result<Vec<String>, Error> {
    let Value::Array(elements) = value else { return Err(wrong_type(&value, "an array", at)) };
    check_number(elements.len(), noun, at)?;
    let text = |(place, element): (usize, Value)| match element {
        Value::Number(_) | Value::Bool(_) | Value::Null => {
            Err(wrong_type(&element, "an id", &format!("{at}/{place}")))
        }
        element => match id(element) {
            Value::String(text) if !text.is_empty() => Ok(text),
            other => Err(wrong_type(&other, "an id, a string that is not empty", &format!("{at}/{place}"))),
        },
    };
    elements.into_iter().enumerate().map(text).collect()
}

fn check_number(count: usize, noun: &str, at: &str) -> Result<(), Error> {
    if (1..=MOST).contains(&count) {
        return Ok(());
    }
    Err(Error::bad_request(format!("there are {count} {noun}; name at least one and at most {MOST}"), at))
}
