//! [`Spec`]: how a kind of spec differs from the other; [`Layer`]: the specs of one origin.

use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::base::document::refusal::Problem;
use crate::base::tenant::Tenant;
use crate::base::time;
use crate::services::entities::documents::JsonDocument;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;
use uuid::Uuid;

/// The longest id, in bytes. Ids are part of paths.
const MAX_ID_BYTES: usize = 128;

/// When the schemas of a spec are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compile {
    /// Compiles them at once, with the bounds for user-supplied schemas, so that a broken one is refused.
    Now,
    /// Compiles them when they are first needed, without bounds. This is for the built-in documents: they are known to be
    /// valid, and most runs use few of them.
    WhenUsed,
}

/// The document of a spec, with what identifies it.
#[derive(Debug)]
pub(crate) struct IdentifiedDocument {
    id: String,
    name: String,
    version: String,
    /// Orders specs that are otherwise equal. It comes from the id.
    tie: Uuid,
    /// The document as it is returned.
    document: Value,
    /// `document`, serialised.
    item: Box<[u8]>,
}

impl IdentifiedDocument {
    /// The document as it is returned.
    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    /// A document with that id, name and version.
    pub(crate) fn new(id: String, name: String, version: String, document: Value) -> Self {
        let tie = tie(&id, &version, &name);
        let item = document.to_string().into_bytes().into();
        Self { id, name, version, tie, document, item }
    }
}

impl<S: Spec> JsonDocument for S {
    fn document(&self) -> &Value {
        &self.identified().document
    }

    fn item(&self) -> &[u8] {
        &self.identified().item
    }

    fn tie(&self) -> Uuid {
        self.identified().tie
    }
}

/// A spec: a document with an id, a name and a version.
pub(crate) trait Spec: JsonDocument + Debug + Send + Sync + Sized + 'static {
    /// The path segment of this kind, which is also its name in error reports and state documents.
    const COLLECTION: &'static str;

    /// The word for one of them in a sentence.
    const NOUN: &'static str;

    /// The folder of a user's documents.
    const FOLDER: &'static str;

    /// Whether a tenant sees at most one id with a name.
    const HAS_UNIQUE_NAMES: bool;

    /// Whether reading a user-supplied document may take long.
    const IS_SLOW_TO_READ: bool;

    /// The document, with what identifies it.
    fn identified(&self) -> &IdentifiedDocument;

    /// The id, usually a UUID.
    fn id(&self) -> &str {
        &self.identified().id
    }

    /// The name.
    fn name(&self) -> &str {
        &self.identified().name
    }

    /// The version, for example `1.0`.
    fn version(&self) -> &str {
        &self.identified().version
    }

    /// Whether another document may have the same id and version.
    fn shares_id(&self) -> bool {
        false
    }

    /// The built-in specs.
    fn built_in() -> &'static Layer<Self>;

    /// Reads the document at `path` of a larger one. It has no `null`s in its objects. Nothing is returned if anything is
    /// wrong with it.
    fn read_at(path: String, document: Value, compile: Compile, problems: &mut Problems) -> Option<Self>;

    /// The document from which [`read_at`](Self::read_at) makes an equal spec.
    fn seed(&self) -> Value {
        self.document().clone()
    }

    /// Reads a document, which has no `null`s in its objects.
    ///
    /// # Errors
    /// The first [`Problem`] of the document.
    fn read(document: Value, compile: Compile) -> Result<Self, Problem> {
        let mut problems = Problems::default();
        match Self::read_at(String::new(), document, compile, &mut problems) {
            Some(spec) => Ok(spec),
            None => Err(problems.into_first()),
        }
    }

    /// Reads the spec of a seed for the sandbox `tenant`. Keys that name a sandbox are set to that one.
    fn read_seeded(member: Member<'_>, tenant: &Tenant, problems: &mut Problems) -> Option<Self> {
        let path = member.path().to_owned();
        let mut document = member.into_value();
        let names = [
            ("sandboxId", tenant.sandbox_id().to_string()),
            ("sandboxName", tenant.sandbox.to_string()),
            ("imsOrgId", tenant.ims_org.to_string()),
        ];
        for (key, name) in names {
            if let Some(value) = document.get_mut(key) {
                *value = name.into();
            }
        }
        Self::read_at(path, document, Compile::Now, problems)
    }
}

/// The id of a spec, which a path must be able to hold.
pub(crate) fn read_id(id: &Member<'_>, problems: &mut Problems) -> Option<String> {
    let text = id.nonempty(problems)?;
    let fits_a_path = text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if fits_a_path && text.len() <= MAX_ID_BYTES {
        return Some(text.to_owned());
    }
    let expected = format!(
        "must be at most {MAX_ID_BYTES} letters, digits, hyphens, dots and underscores, a letter or digit first"
    );
    id.refuse(expected + "; a UUID is best", problems)
}

/// The text of a member, which must not be empty.
pub(crate) fn nonempty(member: Option<Member<'_>>, problems: &mut Problems) -> Option<String> {
    member?.nonempty(problems).map(str::to_owned)
}

/// Checks the keys that say who wrote a spec and when, which only documents from elsewhere can have in another form.
pub(crate) fn check_stamps(document: &mut Members<'_>, problems: &mut Problems) {
    for key in ["createdAt", "updatedAt"] {
        document.take(key).and_then(|member| member.whole(0..=time::LAST.unsigned_abs(), problems));
    }
    for key in
        ["createdBy", "updatedBy", "createdClient", "updatedClient", "sandboxName", "imsOrgId", "sandboxId"]
    {
        document.take(key).and_then(|member| member.text(problems).map(str::to_owned));
    }
}

/// Orders specs that are otherwise equal: the bits of the id, the last of which are replaced to tell documents with the
/// same id apart.
fn tie(id: &str, version: &str, name: &str) -> Uuid {
    const LAST: u128 = 0xffff_ffff;
    let id = Uuid::try_parse(id).unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()));
    let own = Uuid::new_v5(&id, format!("{version}\n{name}").as_bytes());
    Uuid::from_u128((id.as_u128() & !LAST) | (own.as_u128() & LAST))
}

/// Specs by id. The list of an id is never empty. It is sorted by version, newest first, then by name, since the vendor's
/// documentation has some ids for two sources.
#[derive(Debug)]
pub(crate) struct Layer<S>(pub(super) HashMap<String, Arc<[S]>>);

impl<S> Default for Layer<S> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<S> Clone for Layer<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: Spec> Layer<S> {
    /// Every spec, in no order.
    pub(crate) fn specs(&self) -> impl Iterator<Item = &S> {
        self.0.values().flat_map(|specs| specs.iter())
    }

    /// The layer with these specs.
    pub(crate) fn of(specs: Vec<S>) -> Self {
        let mut by_id: HashMap<String, Vec<S>> = HashMap::new();
        for spec in specs {
            by_id.entry(spec.id().to_owned()).or_default().push(spec);
        }
        for specs in by_id.values_mut() {
            specs.sort_by_cached_key(|spec| {
                (Reverse(precedence(spec.version())), spec.version().to_owned(), spec.name().to_owned())
            });
        }
        Self(by_id.into_iter().map(|(id, specs)| (id, specs.into())).collect())
    }
}

/// A sort key that compares versions numerically: `1.10` is newer than `1.9`. A part that is not a number counts as 0.
fn precedence(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
