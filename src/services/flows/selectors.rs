//! The selectors of a destination's flow, to which the service adds values. Reference: "Destinations".
//!
//! Decided: a selector that has the values keeps them, so each PATCH completes the new ones alone.

use crate::base::time::Millis;
use serde_json::{Map, Value, json};

/// Completes the selectors in the transformations of a destination's flow.
pub(super) fn complete(transformations: &mut [Value], now: Millis) {
    for transformation in transformations {
        let Some(params) = transformation.get_mut("params") else { continue };
        selectors(params, "segmentSelectors").for_each(|value| complete_segment(value, now));
        selectors(params, "profileSelectors").for_each(complete_profile);
    }
}

/// The values of the selectors under that key.
fn selectors<'p>(params: &'p mut Value, key: &str) -> impl Iterator<Item = &'p mut Map<String, Value>> {
    let selectors = params.get_mut(key).and_then(|list| list.get_mut("selectors"));
    let selectors = selectors.and_then(Value::as_array_mut).into_iter().flatten();
    selectors.filter_map(|selector| selector.get_mut("value")?.as_object_mut())
}

fn complete_segment(value: &mut Map<String, Value>, now: Millis) {
    for key in ["createTime", "updateTime"] {
        value.entry(key).or_insert_with(|| (now / 1000).to_string().into());
    }
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
