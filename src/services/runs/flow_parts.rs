//! [`FlowParts`]: the parts of a flow that its runs follow from.

use serde_json::Value;

/// The parts of a flow that its runs follow from.
#[derive(Clone, Debug)]
pub(crate) struct FlowParts<'f> {
    pub(crate) source_ids: Vec<&'f str>,
    pub(crate) target_ids: Vec<&'f str>,
    /// `scheduleParams`; `null` if the flow has none.
    pub(crate) schedule: &'f Value,
    pub(crate) transformations: &'f [Value],
    /// `options`; `null` if the flow has none.
    pub(crate) options: &'f Value,
}

impl<'f> FlowParts<'f> {
    /// The selectors of the segments that a destination gets.
    pub(super) fn selectors(&self) -> impl Iterator<Item = &'f Value> + use<'f> {
        let selectors = self.transformations.iter().filter_map(|transformation| {
            transformation["params"]["segmentSelectors"]["selectors"].as_array()
        });
        selectors.flatten()
    }
}

/// The parts in the JSON of a flow.
impl<'f> From<&'f Value> for FlowParts<'f> {
    fn from(flow: &'f Value) -> Self {
        let ids = |key: &str| match &flow[key] {
            Value::Array(ids) => ids.iter().filter_map(Value::as_str).collect(),
            id => id.as_str().into_iter().collect(),
        };
        Self {
            source_ids: ids("sourceConnectionIds"),
            target_ids: ids("targetConnectionIds"),
            schedule: &flow["scheduleParams"],
            transformations: flow["transformations"].as_array().map_or(&[], Vec::as_slice),
            options: &flow["options"],
        }
    }
}
