//! Reads the JSON of a [`Flow`] into its parts, without looking at anything else.

use super::definition::{Flow, INHERITED, KEYS, PARTS};
use super::ends::{Direction, Ends};
use super::spec_ref::FlowSpecRef;
use super::transformations;
use crate::base::error::Error;
use crate::services::entities::Completeness;
use crate::services::entities::members::{keep, object, text};
use serde_json::Value;

impl Flow {
    /// Reads as much as possible. Mistakes are added to `errors` and count as absent; `None` if too little is left.
    pub(super) fn parse(json: Value, completeness: Completeness, errors: &mut Vec<Error>) -> Option<Self> {
        let mut members = keep(object(json, ""), errors)?;
        let inherited = members.shift_remove(INHERITED).filter(|_| completeness == Completeness::Past);
        members.retain(|key, _| !KEYS.is_meaningless(key));
        let spec = FlowSpecRef::parse(members.shift_remove("flowSpec"), errors);
        let [name, description] = ["name", "description"].map(|key| {
            let value = members.shift_remove(key)?;
            keep(text(value, &format!("/{key}")), errors)
        });
        if completeness == Completeness::Whole
            && errors.is_empty()
            && name.as_ref().is_none_or(String::is_empty)
        {
            let detail = "name is absent or empty; every flow needs one, a string";
            errors.push(Error::bad_request(detail, "/name"));
        }
        let [sources, targets] = [Direction::Source, Direction::Target]
            .map(|direction| Ends::parse(direction, members.shift_remove(direction.key()), errors));
        let transformations = members.shift_remove("transformations");
        let transformations = keep(transformations::read(transformations), errors).unwrap_or_default();
        let parts = PARTS.map(|key| {
            let value = members.shift_remove(key)?;
            match key {
                "labels" | "recordTypes" => Some(value),
                key => keep(object(value, &format!("/{key}")), errors).map(Value::Object),
            }
        });
        Some(Self {
            name,
            description,
            spec: spec?,
            sources,
            targets,
            transformations,
            parts,
            extra: members,
            inherited: inherited.unwrap_or_default(),
            is_destination: false,
            schedule: None,
            run_facts: None,
            runs: String::new(),
            provider_ref: String::new(),
        })
    }
}
