//! [`FlowTemplate`]: the JSON of the scheduled runs of one flow that end alike. They differ in a few values of fixed width, so
//! that a run costs one copy and as many small writes.

use super::run_values::RunValues;
use super::slot::Slot;
use super::template::Template;

/// The JSON of scheduled runs of one flow.
pub(super) struct FlowTemplate {
    text: Vec<u8>,
    /// The places of the values in which the runs differ.
    places: Vec<(usize, Slot)>,
}

impl FlowTemplate {
    /// The template of the scheduled runs of a flow that are like the run with these values.
    ///
    /// # Errors
    /// Those of serialising, which no value causes.
    pub(super) fn of(template: &Template, values: &RunValues<'_>) -> Result<Self, serde_json::Error> {
        let (mut text, mut places) = (Vec::with_capacity(3072), Vec::new());
        template.write(&mut text, |slot, text| {
            values.begin(slot, text)?;
            let width = values.width(slot);
            if width > 0 {
                places.push((text.len(), slot));
                text.resize(text.len() + width, b' ');
            }
            text.extend_from_slice(RunValues::end(slot));
            Ok::<_, serde_json::Error>(())
        })?;
        Ok(Self { text, places })
    }

    /// Appends the JSON of the run with these values, whose times have [the usual width](RunValues::has_usual_times), to
    /// `out`.
    pub(super) fn write(&self, values: &RunValues<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.text);
        let item = &mut out[start..];
        for &(at, slot) in &self.places {
            values.put(slot, &mut item[at..]);
        }
    }
}
