//! [`Ends`]: the source or the target connections of a flow, and what its item repeats of them.
//!
//! Reference: "Flows" (`inheritedAttributes`). Decided: a flow works with its connections as they were when it was made or when
//! a PATCH named them, so `inheritedAttributes` follows the ids alone.

use crate::base::error::{Error, ProviderCode, excerpt};
use crate::base::operation::Kind;
use crate::services::entities::Context;
use crate::services::entities::members::wrong_type;
use crate::services::flow_ends::base::uuid_of;
use crate::store::query::pick;
use crate::store::{EntityRef, State};
use serde_json::{Map, Value};

/// The largest number of connections on one side of a flow.
const MAX: usize = 100;

/// One side of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Source,
    Target,
}

impl Direction {
    /// The kind of its connections.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Source => Kind::SourceConnection,
            Self::Target => Kind::TargetConnection,
        }
    }

    /// The key of the flow with their ids.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Source => "sourceConnectionIds",
            Self::Target => "targetConnectionIds",
        }
    }

    /// The pointer to their ids.
    pub(super) fn pointer(self) -> String {
        format!("/{}", self.key())
    }
}

/// A source or target connection of a flow.
pub(super) struct FlowConnection {
    pub(super) id: String,
    /// The element of `inheritedAttributes`.
    pub(super) inherited: Value,
    pub(super) is_draft: bool,
    /// Its `params`, if it was looked up.
    pub(super) params: Value,
}

impl FlowConnection {
    /// The connection with that id.
    ///
    /// # Errors
    /// FLOW-1439-404 if there is none.
    fn find(direction: Direction, id: &str, place: usize, context: &Context<'_>) -> Result<Self, Error> {
        let kind = direction.kind();
        let entity = uuid_of(id).and_then(|uuid| context.entities.find(kind, uuid));
        let entity = entity.ok_or_else(|| {
            Error::not_found(kind.collection(), id).at(format!("{}/{place}", direction.pointer()))
        })?;
        let is_wanted =
            |key: &str| matches!(key, "connectionSpec" | "inheritedAttributes" | "typeInfo" | "params");
        let mut members = pick(entity.item(), is_wanted).map_err(Error::internal)?;
        let params = members.shift_remove("params").unwrap_or_default();
        let mut inherited = Map::new();
        inherited.insert("id".to_owned(), id.into());
        if let Some(mut spec) = members.shift_remove("connectionSpec") {
            if let Some(spec) = spec.as_object_mut() {
                spec.retain(|key, _| matches!(key.as_str(), "id" | "version"));
            }
            inherited.insert("connectionSpec".to_owned(), spec);
        }
        if let Some(base) = members.get_mut("inheritedAttributes").map(|all| all["baseConnection"].take())
            && base.is_object()
        {
            inherited.insert("baseConnection".to_owned(), base);
        }
        if let Some(info) = members.shift_remove("typeInfo") {
            inherited.insert("typeInfo".to_owned(), info);
        }
        let is_draft = entity.state == State::Draft;
        Ok(Self { id: id.to_owned(), inherited: Value::Object(inherited), is_draft, params })
    }

    /// The id of its connection spec.
    pub(super) fn spec_id(&self) -> &str {
        self.inherited["connectionSpec"]["id"].as_str().unwrap_or_default()
    }

    /// It and its base connection, which the flow holds.
    fn holds(&self, direction: Direction) -> impl Iterator<Item = EntityRef> {
        let own = uuid_of(&self.id).map(|id| EntityRef { kind: direction.kind(), id });
        let base = self.inherited["baseConnection"]["id"].as_str().and_then(uuid_of);
        own.into_iter().chain(base.map(|id| EntityRef { kind: Kind::Connection, id }))
    }
}

/// The source or the target connections of a flow.
pub(super) struct Ends {
    pub(super) direction: Direction,
    /// The ids; `None` if the flow has no such key.
    pub(super) ids: Option<Vec<String>>,
    pub(super) found: Vec<FlowConnection>,
    /// Whether the ids differ from those that the flow had before.
    pub(super) is_changed: bool,
}

impl Ends {
    /// Reads the ids. A single text is an array of one. Mistakes are added to `errors`.
    pub(super) fn parse(direction: Direction, json: Option<Value>, errors: &mut Vec<Error>) -> Self {
        let pointer = direction.pointer();
        let ids = match json {
            None => None,
            Some(Value::String(id)) => Some(vec![id]),
            Some(Value::Array(ids)) if ids.len() > MAX => {
                let detail = format!("{} has more than {MAX} ids", direction.key());
                errors.push(Error::bad_request(detail, &*pointer));
                None
            }
            Some(Value::Array(elements)) => {
                let mut ids = Vec::with_capacity(elements.len());
                for (place, element) in elements.into_iter().enumerate() {
                    match element {
                        Value::String(id) => ids.push(id),
                        other => errors.push(wrong_type(&other, "a string", &format!("{pointer}/{place}"))),
                    }
                }
                Some(ids)
            }
            Some(other) => {
                errors.push(wrong_type(&other, "an array of strings", &pointer));
                None
            }
        };
        Self { direction, ids, found: Vec::new(), is_changed: false }
    }

    /// Notes whether the ids differ from those of the elements of `inheritedAttributes` that the flow had before.
    pub(super) fn compare(&mut self, known: &[Value]) {
        let known_ids = known.iter().filter_map(|inherited| inherited["id"].as_str());
        self.is_changed = !self.ids.iter().flatten().map(String::as_str).eq(known_ids);
    }

    /// Finds the connections. `known` are the elements of `inheritedAttributes` that the flow had before.
    ///
    /// # Errors
    /// FLOW-1439-404.
    pub(super) fn find(&mut self, known: &[Value], context: &Context<'_>) -> Result<(), Error> {
        for (place, id) in self.ids.iter().flatten().enumerate() {
            let before = known.iter().find(|inherited| inherited["id"].as_str() == Some(id));
            let found = FlowConnection::find(self.direction, id, place, context)?;
            self.found.push(match before {
                Some(before) => FlowConnection { inherited: before.clone(), ..found },
                None => found,
            });
        }
        Ok(())
    }

    /// Checks the number of ids, of which `batch` flows need exactly one.
    ///
    /// # Errors
    /// FLOW-1100-400 with 1338-400, 1320-400 or 1321-400.
    pub(super) fn check_number(&self, is_batch: bool) -> Result<(), Error> {
        let key = self.direction.key();
        let refuse = |code, detail: String| Err(Error::provider(code, detail).at(self.direction.pointer()));
        match self.ids.as_deref() {
            None => refuse(ProviderCode::IdsMissing, format!("{key} is absent or null")),
            Some([]) => refuse(ProviderCode::IdEmpty, format!("{key} is empty; name one connection")),
            Some(ids) if ids.iter().any(String::is_empty) => {
                refuse(ProviderCode::IdEmpty, format!("{key} has an empty id"))
            }
            Some(ids) if is_batch && ids.len() != 1 => {
                let detail = format!("{key} has {} ids; a flow of a batch source has exactly one", ids.len());
                refuse(ProviderCode::IdsNotOne, detail)
            }
            _ => Ok(()),
        }
    }

    /// Checks that none of the connections is a draft.
    ///
    /// # Errors
    /// FLOW-1422-400.
    pub(super) fn check_published(&self) -> Result<(), Error> {
        let Some(draft) = self.found.iter().find(|found| found.is_draft) else { return Ok(()) };
        let (noun, id) = (self.direction.kind().noun(), excerpt(&draft.id));
        let detail = format!("the {noun} {id} is a draft; publish it first");
        Err(Error::new(crate::base::error::Code::ActionNotApplicable, detail).at(self.direction.pointer()))
    }

    /// The elements of `inheritedAttributes`.
    pub(super) fn inherited(&self) -> Vec<&Value> {
        self.found.iter().map(|found| &found.inherited).collect()
    }

    /// The entities that the flow holds.
    pub(super) fn holds(&self) -> impl Iterator<Item = EntityRef> {
        self.found.iter().flat_map(|found| found.holds(self.direction))
    }
}
