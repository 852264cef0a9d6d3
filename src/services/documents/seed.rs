//! Documents in a state document: as the service answers them, in which only the id and the keys that a POST requires
//! are required.

use super::document::{Document, MAX_DOCUMENTS};
use super::kind::{DocumentKind, Writing};
use super::store::Documents;
use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::base::tenant::{Caller, Tenant};
use crate::base::time::Millis;
use serde_json::{Map, Value};

/// The API key in the stamps of a document that names no author.
const WRITER: &str = "flowmock-seed";

impl DocumentKind {
    /// Takes the documents of this kind from a sandbox in a state document. Mistakes are added to `problems`.
    pub(crate) fn read_seeded(
        &self, sandbox: &mut Members<'_>, tenant: &Tenant, now: Millis, problems: &mut Problems,
    ) -> Documents {
        let documents = Documents::default();
        let Some(list) = sandbox.take(self.collection) else { return documents };
        for member in list.elements(0..=MAX_DOCUMENTS, problems).unwrap_or_default() {
            let at = member.path().to_owned();
            let Some(document) = self.read_one(member, tenant, now, problems) else { continue };
            if documents.has(document.id()) {
                let reason = format!("is that of another {} of this sandbox, further up", self.noun);
                problems.add(format_args!("{at}/{}", self.id_key), reason);
            }
            documents.put(document);
        }
        documents
    }

    fn read_one(
        &self, member: Member<'_>, tenant: &Tenant, now: Millis, problems: &mut Problems,
    ) -> Option<Document> {
        let before = problems.count();
        let mut members = member.borrowed().object(problems)?;
        let id = members.required(self.id_key, problems);
        let id = id.and_then(|id| id.nonempty(problems).map(str::to_owned));
        (self.check)(&mut members, problems);
        let id = id.filter(|_| problems.count() == before)?;
        let Value::Object(mut members) = member.into_value() else { return None };
        let caller = Caller::with_api_key(WRITER);
        (self.complete)(&mut members, &Writing { id: &id, tenant, caller: &caller, now });
        Some(self.document(&id, members))
    }

    /// The documents as [`read_seeded`](Self::read_seeded) takes them.
    pub(crate) fn seeds(&self, documents: &Documents) -> Vec<Map<String, Value>> {
        documents.all().iter().map(|document| document.members().clone()).collect()
    }
}
