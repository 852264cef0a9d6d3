//! [`RunValues`]: the values of a run for the [slots](Slot) of its JSON.

use super::batch_id::{LENGTH as BATCH_LENGTH, batch_digits, derived};
use super::export_run;
use super::flow_runs::{Origin, Run};
use super::outcome::Durations;
use super::plan::Plan;
use super::slot::Slot;
use super::stages::Stages;
use crate::base::time::Millis;
use serde_json::to_writer;
use std::cell::OnceCell;
use std::ops::Range;
use uuid::Uuid;
use uuid::fmt::{Hyphenated, Simple};

/// The user and the client of what the service writes.
pub(super) const SERVICE: (&str, &str) = ("acp_foundation_connectors@AdobeID", "acp_foundation_connectors");
/// The user and the client of the runs of data set exports.
const EXPORT_SERVICE: (&str, &str) = ("aep_activation_batch@AdobeID", "aep_activation_batch");

/// The times of 13 digits.
const USUAL_TIMES: Range<Millis> = 1_000_000_000_000..10_000_000_000_000;
const USUAL_DIGITS: usize = 13;

/// The length of an etag with the first of its quotes.
const ETAG_WIDTH: usize = 37;

/// The beginning of links to batches, as JSON: with a quote, which is not closed.
pub(super) struct Batches(Vec<u8>);

impl Batches {
    /// The batches below `base_url`: scheme, host and port.
    pub(super) fn below(base_url: &str) -> Self {
        let mut start = Vec::with_capacity(base_url.len() + 40);
        text(base_url, &mut start);
        start.pop();
        start.extend_from_slice(b"/data/foundation/export/batches/");
        Self(start)
    }
}

/// The values of a run for the slots of its JSON.
pub(super) struct RunValues<'a> {
    run: &'a Run,
    plan: &'a Plan,
    batches: &'a Batches,
    stages: Stages,
    /// The id of its batch, which several slots show.
    batch: OnceCell<[u8; BATCH_LENGTH]>,
}

impl<'a> RunValues<'a> {
    pub(super) fn of(run: &'a Run, plan: &'a Plan, base: Durations<Millis>, batches: &'a Batches) -> Self {
        let stages = Stages::of(run, plan.facts.shape, base);
        Self { run, plan, batches, stages, batch: OnceCell::new() }
    }

    /// Appends the JSON of the value in a slot to `out`.
    ///
    /// # Errors
    /// Those of serialising, which no value causes.
    pub(super) fn write(&self, slot: Slot, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        self.begin(slot, out)?;
        self.bare(slot, out);
        out.extend_from_slice(Self::end(slot));
        Ok(())
    }

    /// Appends the beginning of a value, which scheduled runs of a flow have in common; the whole value if they do not differ
    /// in it.
    ///
    /// # Errors
    /// Those of serialising, which no value causes.
    pub(super) fn begin(&self, slot: Slot, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        let Self { run, plan, .. } = self;
        match slot {
            Slot::Id | Slot::Copy | Slot::Promotion | Slot::CopyRef | Slot::Batch => out.push(b'"'),
            Slot::Etag => out.extend_from_slice(b"\"\\"),
            Slot::ProviderRef => self.begin_provider_ref(out),
            Slot::InputFiles | Slot::RowErrors | Slot::RowErrorSamples => {
                out.extend_from_slice(&self.batches.0);
            }
            Slot::CreatedBy => text(self.creator().0, out),
            Slot::CreatedClient => text(self.creator().1, out),
            Slot::Flow => {
                out.push(b'"');
                bare_id(plan.facts.flow, out);
                out.push(b'"');
            }
            Slot::FlowSpec => text(&plan.facts.flow_spec.id, out),
            Slot::FlowSpecVersion => text(&plan.facts.flow_spec.version, out),
            Slot::Params => {
                if let Origin::Call { params: Some(params), .. } = &run.origin {
                    to_writer(out, params)?;
                }
            }
            Slot::CopyName => {
                text(&plan.facts.source_name, out);
                out.pop();
                out.extend_from_slice(b" Copy Activity\"");
            }
            Slot::Source => text(plan.source_ids.first().map_or("", |id| id), out),
            Slot::Target => text(plan.target_ids.first().map_or("", |id| id), out),
            Slot::PathPrefix => text(plan.facts.path.as_deref().unwrap_or_default(), out),
            Slot::Created
            | Slot::Updated
            | Slot::Start
            | Slot::Copied
            | Slot::PromotedFrom
            | Slot::End
            | Slot::WindowStart
            | Slot::WindowEnd => {}
        }
        Ok(())
    }

    /// Appends the part of a value in which scheduled runs of a flow differ.
    fn bare(&self, slot: Slot, out: &mut Vec<u8>) {
        if let Some(at) = self.time(slot) {
            _ = to_writer(out, &at); // a vector takes everything; formatting would take several times as long
            return;
        }
        let start = out.len();
        out.resize(start + self.width(slot), b' ');
        self.put(slot, &mut out[start..]);
    }

    /// The number of bytes in which scheduled runs of a flow differ, if their [times are usual](Self::has_usual_times).
    pub(super) fn width(&self, slot: Slot) -> usize {
        match slot {
            Slot::Id | Slot::Copy | Slot::Promotion | Slot::CopyRef => Hyphenated::LENGTH,
            Slot::ProviderRef if self.plan.facts.shape.is_export() => Simple::LENGTH,
            Slot::ProviderRef => Hyphenated::LENGTH,
            Slot::Etag => ETAG_WIDTH,
            Slot::Batch | Slot::InputFiles | Slot::RowErrors | Slot::RowErrorSamples => BATCH_LENGTH,
            _ if self.time(slot).is_some() => USUAL_DIGITS,
            _ => 0,
        }
    }

    /// Writes the part of a value in which scheduled runs of a flow differ to the beginning of `place`. Its times must be
    /// [usual](Self::has_usual_times).
    pub(super) fn put(&self, slot: Slot, place: &mut [u8]) {
        let run = self.run;
        let mut hyphenated = |id: Uuid| _ = id.hyphenated().encode_lower(place);
        match slot {
            Slot::Id => hyphenated(run.uuid),
            Slot::Copy => hyphenated(self.activity(0)),
            Slot::Promotion => hyphenated(self.activity(1)),
            Slot::CopyRef => hyphenated(derived(run.uuid, 3)),
            Slot::ProviderRef if self.plan.facts.shape.is_export() => {
                derived(run.uuid, 4).simple().encode_lower(place);
            }
            Slot::ProviderRef => hyphenated(derived(run.uuid, 4)),
            Slot::Etag => {
                let etag = run.etag().text();
                place[..ETAG_WIDTH].copy_from_slice(&etag.as_str().as_bytes()[..ETAG_WIDTH]);
            }
            Slot::Batch | Slot::InputFiles | Slot::RowErrors | Slot::RowErrorSamples => {
                let batch = self.batch.get_or_init(|| batch_digits(run.id, self.stages.promoted_from));
                place[..BATCH_LENGTH].copy_from_slice(batch);
            }
            _ => {
                if let Some(at) = self.time(slot) {
                    _ = to_writer(&mut place[..USUAL_DIGITS], &at); // it has so many digits
                }
            }
        }
    }

    /// The time in a slot; `None` if it holds something else.
    fn time(&self, slot: Slot) -> Option<Millis> {
        let Self { run, stages, .. } = self;
        Some(match slot {
            Slot::Created => run.created,
            Slot::Updated => run.shown_updated(),
            Slot::Start => run.start,
            Slot::Copied => stages.copied,
            Slot::PromotedFrom => stages.promoted_from,
            Slot::End => run.end,
            Slot::WindowStart => run.window.0,
            Slot::WindowEnd => run.window.1,
            _ => return None,
        })
    }

    /// Whether its times have the number of digits that all times from 2001 to 2286 have.
    pub(super) fn has_usual_times(&self) -> bool {
        let Self { run, stages, .. } = self;
        let (opening, closing) = run.window;
        let own = [run.created, run.shown_updated(), run.start, run.end];
        let rest = [stages.copied, stages.promoted_from, opening, closing];
        own.into_iter().chain(rest).all(|at| USUAL_TIMES.contains(&at))
    }

    /// The end of a value, which all runs have in common.
    pub(super) fn end(slot: Slot) -> &'static [u8] {
        match slot {
            Slot::Id | Slot::Copy | Slot::Promotion | Slot::CopyRef | Slot::Batch | Slot::ProviderRef => {
                b"\""
            }
            Slot::Etag => b"\\\"\"",
            Slot::InputFiles => b"/meta?path=input_files\"",
            Slot::RowErrors => b"/meta?path=row_errors\"",
            Slot::RowErrorSamples => b"/meta?path=row_error_samples.json\"",
            _ => b"",
        }
    }

    /// The user and the client who made it.
    fn creator(&self) -> (&str, &str) {
        match &self.run.origin {
            Origin::Call { by: Some(by), .. } => (&by.0, &by.1),
            _ if self.plan.facts.shape.is_export() => EXPORT_SERVICE,
            _ => SERVICE,
        }
    }

    /// The id of its first or second activity.
    fn activity(&self, index: usize) -> Uuid {
        match self.plan.facts.shape.is_export() {
            true => export_run::IDS[index],
            false => derived(self.run.uuid, index as u64 + 1),
        }
    }

    /// The beginning of the provider's id of the run, which clients do not look into.
    fn begin_provider_ref(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        if self.plan.facts.shape.is_export() {
            return;
        }
        out.extend_from_slice(b"M-");
        bare_id(self.plan.facts.flow, out);
        let is_call = matches!(self.run.origin, Origin::Call { .. });
        out.extend_from_slice(if is_call { b"-adhoc-0:" } else { b"-incremental-0:" });
    }
}

fn bare_id(id: Uuid, out: &mut Vec<u8>) {
    out.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
}

/// Writes a text as JSON. Serialising looks at each byte; most texts need no escape.
fn text(text: &str, out: &mut Vec<u8>) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        _ = to_writer(out, text); // a vector takes every text
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}
