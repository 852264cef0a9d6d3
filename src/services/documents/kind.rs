//! [`DocumentKind`]: how the documents of one kind differ from others.

use super::document::{Document, MAX_DOCUMENTS};
use super::store::Documents;
use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::base::document::refusal::Problem;
use crate::base::error::{Code, Error, excerpt};
use crate::base::tenant::{Caller, Tenant};
use crate::base::time::Millis;
use crate::store::ids::Env;
use crate::store::sequence::Sequence;
use serde_json::{Map, Value};
use std::sync::Arc;
use uuid::Uuid;

/// How the documents of one kind differ from others.
pub(crate) struct DocumentKind {
    /// Their key in state documents, and their type in error reports.
    pub(crate) collection: &'static str,
    /// The word for one of them in a sentence.
    pub(crate) noun: &'static str,
    /// The key of a document that has its id.
    pub(crate) id_key: &'static str,
    /// The keys that the service writes, besides the id. They are ignored in the body of a request, since a client may
    /// send back what it read.
    pub(crate) owned: &'static [&'static str],
    /// Reports the mistakes in the keys that a client defines.
    pub(crate) check: fn(&mut Members<'_>, &mut Problems),
    /// The id that is made of a UUID.
    pub(crate) id_of: fn(Uuid, &Tenant) -> String,
    /// Adds the keys that the service writes, unless they are there.
    pub(crate) complete: fn(&mut Map<String, Value>, &Writing<'_>),
}

/// Who writes a document, when and where.
pub(crate) struct Writing<'a> {
    /// The id of the document.
    pub(crate) id: &'a str,
    pub(crate) tenant: &'a Tenant,
    pub(crate) caller: &'a Caller,
    pub(crate) now: Millis,
}

impl DocumentKind {
    /// Stores the document that a client defines by these keys, which were [checked](Self::checked).
    ///
    /// # Errors
    /// FLOW-1004-403 if the sandbox has [`MAX_DOCUMENTS`] of this kind.
    pub(crate) fn create(
        &self, documents: &Documents, members: Map<String, Value>, env: &Env, sequence: &Sequence,
        tenant: &Tenant, caller: &Caller,
    ) -> Result<Arc<Document>, Error> {
        let make = |id: &str| {
            let mut members = members;
            (self.complete)(&mut members, &Writing { id, tenant, caller, now: env.now() });
            members
        };
        let new_id = || (self.id_of)(env.entity_id(sequence), tenant);
        documents.add(new_id, |id| self.document(id, make(id))).ok_or_else(|| self.full())
    }

    /// A document with that id and these other keys. The id comes first, as the services print it.
    pub(crate) fn document(&self, id: &str, members: Map<String, Value>) -> Document {
        let mut all = Map::with_capacity(members.len() + 1);
        all.insert(self.id_key.to_owned(), id.into());
        all.extend(members.into_iter().filter(|(key, _)| key != self.id_key));
        let bytes = serde_json::to_vec(&all).map_or(0, |json| json.len());
        Document { id: id.into(), members: all, bytes }
    }

    /// The keys of `body`, which has no `null`s in its objects, without those that the service writes.
    ///
    /// # Errors
    /// FLOW-1000-400 for the first mistake.
    pub(crate) fn checked(&self, mut body: Value) -> Result<Map<String, Value>, Error> {
        if let Value::Object(members) = &mut body {
            members.retain(|key, _| key != self.id_key && !self.owned.contains(&key.as_str()));
        }
        let mut problems = Problems::default();
        if let Some(mut members) = Member::root(&body).object(&mut problems) {
            (self.check)(&mut members, &mut problems);
        }
        match body {
            Value::Object(members) if problems.is_empty() => Ok(members),
            _ => Err(invalid(problems.into_first())),
        }
    }

    /// FLOW-1439-404: the sandbox has no document of this kind with that id.
    pub(crate) fn not_found(&self, id: &str) -> Error {
        Error::not_found(self.collection, id)
    }

    /// FLOW-1004-403: the sandbox has as many documents of this kind as flowmock keeps.
    fn full(&self) -> Error {
        let noun = self.noun;
        let detail =
            format!("the sandbox holds {MAX_DOCUMENTS} {noun}s, and flowmock keeps no more; reset it");
        Error::new(Code::SandboxFull, detail)
    }
}

/// FLOW-1000-400 for a mistake in a body.
fn invalid(Problem { path, reason }: Problem) -> Error {
    let place = path.strip_prefix('/').map_or("the body".to_owned(), |place| place.replace('/', "."));
    Error::bad_request(format!("{} {reason}", excerpt(&place)), path)
}
