//! [`ConnectionSpec`]: a connection spec, from its document to the bytes that answer a read and the schemas
//! that check params.
//!
//! Reference: "Connection specs" (an item). Decided: a document needs `id`, `name` and `version`; without a
//! `providerId` it is a batch source's; keys that the reference does not name are kept and answered. `null`s
//! count as absent.

use super::bounds;
use super::extension::Extension;
use crate::base::error::excerpt;
use crate::base::files::{Fault, Faults};
use crate::base::json::kind_of;
use crate::base::tenant::Tenant;
use crate::services::entities::documents::Document;
use crate::services::sources::Layout;
use flowmock_json_schema::{Draft, Schema};
use serde_json::Value;
use std::sync::OnceLock;
use uuid::Uuid;

/// The provider of batch sources.
const BATCH_PROVIDER: &str = "0ed90a81-07f4-4586-8190-b40eccef1c5a";

/// The longest id, in bytes. It stands in paths.
const MAX_ID_BYTES: usize = 128;

/// A connection spec: one document.
#[derive(Debug)]
pub(crate) struct ConnectionSpec {
    /// Its id, usually a UUID.
    pub(crate) id: String,
    /// Its name, in kebab case.
    pub(crate) name: String,
    /// Its version, for example `1.0`.
    pub(crate) version: String,
    /// Its place among those that are equal in an order, as its id says.
    pub(crate) tie: Uuid,
    /// How to authenticate; empty where there is nothing to authenticate with.
    pub(crate) auth_specs: Vec<AuthSpec>,
    /// What the document tells flowmock alone.
    pub(crate) extension: Extension,
    /// The document as it is answered.
    document: Value,
    /// The same, serialised.
    item: Box<[u8]>,
}

/// One way to authenticate.
#[derive(Debug)]
pub(crate) struct AuthSpec {
    /// What `auth.specName` names. Two of one spec may have the same.
    pub(crate) name: String,
    /// The schema of `auth.params`, compiled.
    params: OnceLock<Schema>,
}

/// When the schemas of a document are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compile {
    /// At once, so that a broken one is found.
    Now,
    /// When the first connection needs one: for documents that are known to be sound. Most runs use few of
    /// them.
    WhenUsed,
}

impl Document for ConnectionSpec {
    fn document(&self) -> &Value {
        &self.document
    }

    fn item(&self) -> &[u8] {
        &self.item
    }

    fn tie(&self) -> Uuid {
        self.tie
    }
}

impl ConnectionSpec {
    /// Reads one that a seed describes for that sandbox. What says in which sandbox it is, is made to agree.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn read_seeded(mut document: Value, tenant: &Tenant) -> Result<Self, Faults> {
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
        Self::read_all(document, Compile::Now)
    }

    /// What [`ConnectionSpec::read_seeded`] would read.
    pub(crate) fn seed(&self) -> Value {
        let mut document = self.document.clone();
        if let Value::Object(members) = &mut document {
            self.extension.put_back(members);
        }
        document
    }

    /// Reads a document, which has no `null`s in its objects.
    ///
    /// # Errors
    /// The first [`Fault`] in it.
    pub(crate) fn read(document: Value, compile: Compile) -> Result<Self, Fault> {
        Self::read_all(document, compile).map_err(Faults::first)
    }

    /// The same.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    fn read_all(mut document: Value, compile: Compile) -> Result<Self, Faults> {
        let Value::Object(members) = &mut document else {
            return Err(Fault::new("", format!("must be an object, not {}", kind_of(&document))).into());
        };
        let mut faults = Faults::default();
        let extension = faults.keep("", Extension::take(members));
        members.entry("providerId").or_insert_with(|| BATCH_PROVIDER.into());
        let id = faults.keep("", id(&document));
        let [name, version] = ["name", "version"].map(|key| faults.keep("", text(&document, "", key)));
        let auth_specs = faults.keep("", auth_specs(&document));
        check_optional_keys(&document, &mut faults);
        faults.keep("", check_explore_type(&document));
        if let (Some(auth_specs), Compile::Now) = (&auth_specs, compile) {
            for (index, auth_spec) in auth_specs.iter().enumerate() {
                if let Some(compiled) = faults.keep("", self::compile(&document, index)) {
                    auth_spec.params.get_or_init(|| compiled);
                }
            }
        }
        match (id, name, version, auth_specs, extension) {
            (Some(id), Some(name), Some(version), Some(auth_specs), Some(extension)) => faults.or(Self {
                tie: tie(&id, &version, &name),
                id,
                name,
                version,
                auth_specs,
                extension,
                item: document.to_string().into_bytes().into(),
                document,
            }),
            _ => Err(faults),
        }
    }

    /// The bytes that a read answers with.
    pub(crate) fn item(&self) -> &[u8] {
        &self.item
    }

    /// The document that a read answers with.
    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    /// How its source lays out what can be explored; `None` where nothing can.
    pub(crate) fn layout(&self) -> Option<Layout> {
        self.document["exploreSpec"]["type"].as_str().map(Layout::from_name)
    }

    /// The compiled schema of the auth spec with that index.
    pub(crate) fn params(&self, index: usize) -> &Schema {
        self.auth_specs[index].params.get_or_init(|| {
            compile(&self.document, index).expect(
                "a document that was not compiled when it was read is built in, and a test compiles those",
            )
        })
    }
}

fn compile(document: &Value, index: usize) -> Result<Schema, Fault> {
    let schema = &document["authSpec"][index]["spec"];
    bounds::check(schema, &format!("/authSpec/{index}/spec"))?;
    Schema::compile(schema, Draft::Draft7).map_err(|error| {
        let pointer = format!("/authSpec/{index}/spec{}", error.instance_path());
        let error = excerpt(&error.masked().to_string()); // without what it holds, which may be long or secret
        Fault::new(pointer, format!("is not a valid JSON Schema: {error}"))
    })
}

fn id(document: &Value) -> Result<String, Fault> {
    let id = text(document, "", "id")?;
    let in_a_path = id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if in_a_path && id.len() <= MAX_ID_BYTES {
        return Ok(id);
    }
    let expected = format!(
        "must be at most {MAX_ID_BYTES} letters, digits, hyphens, dots and underscores, a letter or digit first"
    );
    Err(Fault::new("/id", expected + "; a UUID is best"))
}

/// The id's own bits, but for the last, which tell the documents that share it apart.
fn tie(id: &str, version: &str, name: &str) -> Uuid {
    const LAST: u128 = 0xffff_ffff;
    let id = Uuid::try_parse(id).unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()));
    let own = Uuid::new_v5(&id, format!("{version}\n{name}").as_bytes());
    Uuid::from_u128((id.as_u128() & !LAST) | (own.as_u128() & LAST))
}

fn auth_specs(document: &Value) -> Result<Vec<AuthSpec>, Faults> {
    let auth_specs = match document.get("authSpec") {
        None => return Ok(Vec::new()),
        Some(Value::Array(auth_specs)) => auth_specs,
        Some(other) => {
            return Err(Fault::new("/authSpec", format!("must be an array, not {}", kind_of(other))).into());
        }
    };
    let mut faults = Faults::default();
    let mut read = |(index, auth_spec): (usize, &Value)| {
        let at = format!("/authSpec/{index}");
        let name = faults.keep("", text(auth_spec, &at, "name"));
        if auth_spec.get("type").is_some() {
            faults.keep("", text(auth_spec, &at, "type"));
        }
        if !matches!(auth_spec.get("spec"), Some(Value::Object(_))) {
            faults.add(format_args!("{at}/spec"), "must be a JSON Schema, an object");
        }
        Some(AuthSpec { name: name?, params: OnceLock::new() })
    };
    let auth_specs = auth_specs.iter().enumerate().filter_map(&mut read).collect();
    faults.or(auth_specs)
}

/// The keys that need not be there.
fn check_optional_keys(document: &Value, faults: &mut Faults) {
    for key in ["providerId", "type"] {
        if document.get(key).is_some() {
            faults.keep("", text(document, "", key));
        }
    }
    for key in ["sourceSpec", "exploreSpec", "attributes", "permissionsInfo"] {
        match document.get(key) {
            None | Some(Value::Object(_)) => {}
            Some(other) => {
                faults.add(format_args!("/{key}"), format!("must be an object, not {}", kind_of(other)));
            }
        }
    }
}

/// How a connection of it is explored; a type of another kind would be no type.
fn check_explore_type(document: &Value) -> Result<(), Fault> {
    match document["exploreSpec"].get("type") {
        None => Ok(()),
        Some(_) => text(&document["exploreSpec"], "/exploreSpec", "type").map(|_| ()),
    }
}

fn text(value: &Value, at: &str, key: &str) -> Result<String, Fault> {
    let reason = match &value[key] {
        Value::String(text) if !text.is_empty() => return Ok(text.clone()),
        Value::String(_) => "must not be empty".to_owned(),
        Value::Null => "is missing".to_owned(),
        other => format!("must be a string, not {}", kind_of(other)),
    };
    Err(Fault::new(format!("{at}/{key}"), reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::json::{Nulls, parse};

    fn read(text: &str) -> Result<ConnectionSpec, Fault> {
        ConnectionSpec::read(parse(text.as_bytes(), Nulls::Dropped).unwrap(), Compile::Now)
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        let cases = [
            ("[]", "", "must be an object, not an array"),
            ("{}", "/id", "is missing"),
            (r#"{"id":1}"#, "/id", "must be a string, not a number"),
            (r#"{"id":""}"#, "/id", "must not be empty"),
            (r#"{"id":"a/b"}"#, "/id", "must be at most 128 letters, digits"),
            (r#"{"id":"a"}"#, "/name", "is missing"),
            (r#"{"id":"a","name":"b"}"#, "/version", "is missing"),
            (r#"{"authSpec":{}}"#, "/authSpec", "must be an array, not an object"),
            (r#"{"authSpec":[1]}"#, "/authSpec/0/name", "is missing"),
            (
                r#"{"authSpec":[{"name":"a","spec":{}},{"name":"a"}]}"#,
                "/authSpec/1/spec",
                "must be a JSON Schema",
            ),
            (r#"{"authSpec":[{"name":"a","type":1,"spec":{}}]}"#, "/authSpec/0/type", "must be a string"),
            (
                r#"{"authSpec":[{"name":"a","spec":{"properties":{"p":{"type":"strin"}}}}]}"#,
                "/authSpec/0/spec/properties/p/type",
                "is not a valid JSON Schema",
            ),
            (
                r##"{"authSpec":[{"name":"a","spec":{"$ref":"#/x"}}]}"##,
                "/authSpec/0/spec/$ref",
                "must lead to a place in the same schema",
            ),
            (
                r#"{"authSpec":[{"name":"a","spec":{"$ref":"http://x.test/y"}}]}"#,
                "/authSpec/0/spec/$ref",
                "must lead to a place in the same schema",
            ),
            (r#"{"providerId":1}"#, "/providerId", "must be a string"),
            (r#"{"exploreSpec":[]}"#, "/exploreSpec", "must be an object, not an array"),
            (r#"{"x-flowmock":{"patchAllowed":1}}"#, "/x-flowmock/patchAllowed", "must be true or false"),
            (r#"{"x-flowmock":{"a/b":1}}"#, "/x-flowmock/a~1b", "is not known: there are"),
            (r#"{"x-flowmock":true}"#, "/x-flowmock", "must be an object, not a boolean"),
        ];
        for (text, pointer, reason) in cases {
            let sound = r#"{"id":"a","name":"b","version":"1.0","#;
            let text = if text.contains("\"id\"") || text.len() == 2 {
                text.to_owned()
            } else {
                sound.to_owned() + &text[1..]
            };
            let fault = read(&text).expect_err(&text);
            assert_eq!(fault.pointer, pointer, "{text}: {fault:?}");
            assert!(fault.reason.contains(reason), "{text}: {fault:?}");
        }
    }

    #[test]
    fn what_is_answered_is_the_document_without_what_is_flowmocks() {
        let spec = read(
            r#"{"x-flowmock":{"patchAllowed":false},"id":"a","name":"b","version":"1","c":[null],"d":null}"#,
        )
        .unwrap();
        let item = r#"{"id":"a","name":"b","version":"1","c":[null],"providerId":"PROVIDER"}"#
            .replace("PROVIDER", BATCH_PROVIDER);
        assert_eq!(str::from_utf8(spec.item()).unwrap(), item);
        assert!(!spec.extension.patch_allowed && !spec.extension.shares_id);
    }
}
