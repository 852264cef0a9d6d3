//! The selectors of a destination's flow, to which the service adds values. Reference: "Destinations".
//!
//! Decided: a selector that has the values keeps them, so each PATCH completes the new ones alone. One that a PATCH changes
//! keeps its `createTime` and gets a new `updateTime`, unless it brings one; selectors are compared by the segment's id.

use crate::base::time::Millis;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The keys that the service adds to the selector of a segment.
const TIMES: [&str; 2] = ["createTime", "updateTime"];

/// Completes the selectors in the transformations of a destination's flow. `before` are the transformations that it had.
pub(super) fn complete(transformations: &mut [Value], before: &[Value], now: Millis) {
    let before: HashMap<&str, &Map<String, Value>> = before
        .iter()
        .filter_map(|transformation| transformation["params"]["segmentSelectors"]["selectors"].as_array())
        .flatten()
        .filter_map(|selector| Some((selector["value"]["id"].as_str()?, selector["value"].as_object()?)))
        .collect();
    for transformation in transformations {
        let Some(params) = transformation.get_mut("params") else { continue };
        for value in selectors(params, "segmentSelectors") {
            let before = value.get("id").and_then(Value::as_str).and_then(|id| before.get(id));
            complete_segment(value, before.copied(), now);
        }
        selectors(params, "profileSelectors").for_each(complete_profile);
    }
}

/// The values of the selectors under that key.
fn selectors<'p>(params: &'p mut Value, key: &str) -> impl Iterator<Item = &'p mut Map<String, Value>> {
    let selectors = params.get_mut(key).and_then(|list| list.get_mut("selectors"));
    let selectors = selectors.and_then(Value::as_array_mut).into_iter().flatten();
    selectors.filter_map(|selector| selector.get_mut("value")?.as_object_mut())
}

fn complete_segment(value: &mut Map<String, Value>, before: Option<&Map<String, Value>>, now: Millis) {
    let now = || Value::from((now / 1000).to_string());
    if let Some(before) = before {
        let is_changed = !has_same_members(value, before);
        for key in TIMES {
            if let Some(known) = before.get(key) {
                value.entry(key).or_insert_with(|| known.clone());
            }
        }
        if is_changed && value.get("updateTime") == before.get("updateTime") {
            value.insert("updateTime".to_owned(), now());
        }
    }
    for key in TIMES {
        value.entry(key).or_insert_with(now);
    }
}

/// Whether two values have the same members, apart from the times.
fn has_same_members(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let is_own = |key: &str| !TIMES.contains(&key);
    let own = |value: &Map<String, Value>| value.keys().filter(|key| is_own(key)).count();
    own(one) == own(other) && one.iter().all(|(key, value)| !is_own(key) || other.get(key) == Some(value))
}

fn complete_profile(value: &mut Map<String, Value>) {
    value.entry("operator").or_insert_with(|| "EXISTS".into());
    let Some(path) = value.get("path").and_then(Value::as_str).map(str::to_owned) else { return };
    value.entry("mapping").or_insert_with(|| {
        json!({
            "sourceType": "text/x.schema-path",
            "source": path,
            "destination": path,
            "identity": false,
            "primaryIdentity": false,
            "functionVersion": 0,
            "copyModeMapping": false,
            "sourceAttribute": path,
            "destinationXdmPath": path
        })
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transformations(values: Value) -> Vec<Value> {
        let selectors: Vec<Value> =
            values.as_array().unwrap().iter().map(|value| json!({"value": value})).collect();
        vec![json!({"params": {"segmentSelectors": {"selectors": selectors}}})]
    }

    #[test]
    fn a_selector_that_changes_keeps_its_creation_and_gets_another_update() {
        let stamped = json!([
            {"id": "a", "name": "one", "createTime": "1", "updateTime": "1"},
            {"id": "b", "name": "two", "createTime": "1", "updateTime": "1"},
        ]);
        let before = transformations(stamped.clone());
        let after = |values: Value| {
            let mut transformations = transformations(values);
            complete(&mut transformations, &before, 5000);
            let selectors = &transformations[0]["params"]["segmentSelectors"]["selectors"];
            let time = |selector: &Value, key: &str| selector["value"][key].as_str().unwrap().to_owned();
            let times = selectors.as_array().unwrap().iter();
            times.map(|one| (time(one, "createTime"), time(one, "updateTime"))).collect::<Vec<_>>()
        };
        let times = |create: &str, update: &str| (create.to_owned(), update.to_owned());
        let same = [times("1", "1"), times("1", "1")];
        assert_eq!(after(stamped), same);
        assert_eq!(after(json!([{"id": "b", "name": "two"}, {"id": "a", "name": "one"}])), same);
        assert_eq!(after(json!([{"id": "a", "name": "new"}])), [times("1", "5")]);
        assert_eq!(after(json!([{"id": "a", "name": "new", "updateTime": "7"}])), [times("1", "7")]);
        assert_eq!(after(json!([{"id": "c"}])), [times("5", "5")]);
    }
}
