//! Reads the JSON of a [`Flow`] into its parts, without looking at anything else.

use super::definition::{Flow, INHERITED, KEYS, PARTS, TRANSFORMATIONS};
use super::ends::{Direction, Ends};
use super::spec_ref::FlowSpecRef;
use super::transformations;
use crate::base::error::Error;
use crate::services::entities::Completeness;
use crate::services::entities::members::{keep, object, text};
use serde_json::{Map, Value};

/// The keys that are read.
const KNOWN: [&str; 7 + PARTS.len()] = [
    "name",
    "description",
    "flowSpec",
    "sourceConnectionIds",
    "targetConnectionIds",
    INHERITED,
    TRANSFORMATIONS,
    PARTS[0],
    PARTS[1],
    PARTS[2],
    PARTS[3],
    PARTS[4],
];

impl Flow {
    /// Reads as much as possible. Mistakes are added to `errors` and count as absent; `None` if too little is left.
    pub(super) fn parse(json: Value, completeness: Completeness, errors: &mut Vec<Error>) -> Option<Self> {
        let members = keep(object(json, ""), errors)?;
        let (mut known, mut extra) = ([const { None }; KNOWN.len()], Map::new());
        for (key, value) in members {
            match KNOWN.iter().position(|known| *known == key) {
                Some(place) => known[place] = Some(value),
                None if KEYS.is_meaningless(&key) => {}
                None => _ = extra.insert(key, value),
            }
        }
        let mut take = |key| known[KNOWN.iter().position(|known| *known == key)?].take();
        let inherited = take(INHERITED).filter(|_| completeness == Completeness::Past);
        let spec = FlowSpecRef::parse(take("flowSpec"), errors);
        let [name, description] = ["name", "description"].map(|key| {
            let value = take(key)?;
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
            .map(|direction| Ends::parse(direction, take(direction.key()), errors));
        let transformations = keep(transformations::read(take(TRANSFORMATIONS)), errors).unwrap_or_default();
        let parts = PARTS.map(|key| {
            let value = take(key)?;
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
            extra,
            inherited: inherited.unwrap_or_default(),
            is_destination: false,
            schedule: None,
            run_facts: None,
            runs: String::new(),
            provider_ref: String::new(),
        })
    }
}
