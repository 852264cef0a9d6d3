//! What the Flow Service asks its neighbours when it checks the references of an entity (`--check-references`).
//!
//! - [`data_set_exists`]: `params.dataSetId` of a target connection.
//! - [`check_mapping`]: `mappingId` and `mappingVersion` of a flow's mapping, and the data set that the flow writes to.
//!
//! Neither asks whether references are to be checked: that is [`Config::check_references`](crate::Config::check_references).
//! A caller turns a [`BrokenReference`] into the error that its documentation names.
//!
//! Reference: "Flows", check 5; `flows-errors.csv`, FLOW-1412-400, FLOW-1419-400, FLOW-1425-400.

use super::data_prep::VERSION;
use super::documents::Document;
use super::neighbours::Neighbours;
use super::schema_registry::{self, canonical};
use serde_json::Value;

/// The schema that a document names.
#[derive(Debug, PartialEq, Eq)]
struct SchemaRef {
    /// Its `$id`.
    id: String,
    /// Its version: the major number, and the minor one if it is given.
    version: Option<(u64, Option<u64>)>,
}

/// A reference of a flow to another service that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BrokenReference {
    /// FLOW-1419-400: no mapping set has the id.
    MappingSetUnknown,
    /// FLOW-1412-400: the mapping set has no such version. `newest` is the last one that it has; the first is 0.
    VersionUnknown { newest: u64 },
    /// FLOW-1425-400: the mapping set maps to another schema than the data set's. Both are shown with their versions.
    SchemaDiffers { of_mapping_set: String, of_data_set: String },
}

/// Whether the Catalog has a data set with that id.
pub(crate) fn data_set_exists(neighbours: &Neighbours, id: &str) -> bool {
    neighbours.data_sets.has(id)
}

/// Whether the Schema Registry has the schema with that `$id` or `meta:altId`.
pub(crate) fn schema_exists(neighbours: &Neighbours, id: &str) -> bool {
    schema_registry::find(&neighbours.schemas, id).is_some()
}

/// Checks the mapping of a flow: the mapping set `id`, its `version` as the client wrote it (a number or a string of
/// digits; `None` is the newest), and, if the flow writes to a data set that exists, that its schema is the one that
/// is mapped to. A schema or version that either of them does not name cannot differ.
///
/// # Errors
/// The first reference that does not hold.
pub(crate) fn check_mapping(
    neighbours: &Neighbours, id: &str, version: Option<&Value>, data_set: Option<&str>,
) -> Result<(), BrokenReference> {
    let set = neighbours.mapping_sets.get(id).ok_or(BrokenReference::MappingSetUnknown)?;
    let newest = set.members().get(VERSION).and_then(Value::as_u64).unwrap_or_default();
    let is_known = |version: &Value| number(version).is_some_and(|version| version <= newest);
    if !version.is_none_or(is_known) {
        return Err(BrokenReference::VersionUnknown { newest });
    }
    let data_set = data_set.and_then(|id| neighbours.data_sets.get(id));
    let (Some(mapped), Some(stored)) =
        (schema_of_mapping_set(&set), data_set.as_deref().and_then(schema_of_data_set))
    else {
        return Ok(());
    };
    if mapped.agrees(&stored) {
        return Ok(());
    }
    Err(BrokenReference::SchemaDiffers { of_mapping_set: mapped.shown(), of_data_set: stored.shown() })
}

/// The id of the schema that a mapping set's definition names.
pub(crate) fn mapped_schema(set: &serde_json::Map<String, Value>) -> Option<&str> {
    let of_output = || set.get("outputSchema")?.get("schemaRef")?.get("id")?.as_str();
    set.get("xdmSchema").and_then(Value::as_str).or_else(of_output)
}

fn schema_of_mapping_set(set: &Document) -> Option<SchemaRef> {
    let id = canonical(mapped_schema(set.members())?);
    let content_type =
        || set.members().get("outputSchema")?.pointer("/schemaRef/contentType").and_then(Value::as_str);
    let version = match set.text("xdmVersion") {
        Some(version) => numbers(version),
        None => content_type().and_then(version_in),
    };
    Some(SchemaRef { id, version })
}

fn schema_of_data_set(data_set: &Document) -> Option<SchemaRef> {
    let schema = data_set.members().get("schemaRef")?;
    let id = canonical(schema.get("id")?.as_str()?);
    let version = schema.get("contentType").and_then(Value::as_str).and_then(version_in);
    Some(SchemaRef { id, version })
}

impl SchemaRef {
    fn agrees(&self, other: &Self) -> bool {
        let same_version = match (self.version, other.version) {
            (Some((one, minor)), Some((other, other_minor))) => {
                one == other && minor.zip(other_minor).is_none_or(|(one, other)| one == other)
            }
            _ => true,
        };
        self.id == other.id && same_version
    }

    fn shown(&self) -> String {
        match self.version {
            Some((major, Some(minor))) => format!("{} version {major}.{minor}", self.id),
            Some((major, None)) => format!("{} version {major}", self.id),
            None => self.id.clone(),
        }
    }
}

/// A number, or a string of digits.
fn number(value: &Value) -> Option<u64> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    value.as_u64().or_else(|| value.as_str().filter(|text| digits(text))?.parse().ok())
}

/// The version in `application/vnd.adobe.xed-full+json;version=1`.
fn version_in(media_type: &str) -> Option<(u64, Option<u64>)> {
    let parameter = media_type.split(';').skip(1).find_map(|part| part.trim().strip_prefix("version="));
    numbers(parameter?)
}

/// `1` or `1.0`.
fn numbers(version: &str) -> Option<(u64, Option<u64>)> {
    let version = version.trim();
    match version.split_once('.') {
        None => Some((version.parse().ok()?, None)),
        Some((major, minor)) => Some((major.parse().ok()?, Some(minor.parse().ok()?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Clock;
    use crate::base::tenant::{Caller, Tenant};
    use crate::services::catalog::DATA_SETS;
    use crate::services::data_prep::MAPPING_SETS;
    use crate::services::documents::DocumentKind;
    use crate::services::schema_registry::SCHEMAS;
    use crate::services::world::{Sandbox, World};
    use crate::store::ids::Env;
    use serde_json::json;

    fn add(sandbox: &Sandbox, env: &Env, kind: &'static DocumentKind, body: Value) -> String {
        let (_, documents) =
            sandbox.neighbours.each().into_iter().find(|(known, _)| known.noun == kind.noun).unwrap();
        let caller = Caller::with_api_key("key");
        let members = kind.checked(body).unwrap();
        let made = kind.create(documents, members, env, &sandbox.sequence, &sandbox.tenant, &caller);
        made.unwrap().id().to_owned()
    }

    #[test]
    fn a_mapping_holds_if_its_version_exists_and_its_schema_is_the_data_sets() {
        let (env, world) = (Env::new(Clock::frozen(1000), Some(7)), World::default());
        let sandbox = world.open(&Tenant::new("A@AdobeOrg", "prod"), &env);
        let schema = add(&sandbox, &env, &SCHEMAS, json!({"title": "orders"}));
        let other = add(&sandbox, &env, &SCHEMAS, json!({"title": "others"}));
        let alt_id = schema.replace("https://ns.adobe.com/", "_").replace("/schemas/", ".schemas.");
        assert!(schema_exists(&sandbox.neighbours, &schema) && schema_exists(&sandbox.neighbours, &alt_id));
        let full = |version: &str| format!("application/vnd.adobe.xed-full+json;{version}");
        let data_set = |id: &str, version: &str| {
            let schema = json!({"id": id, "contentType": full(version)});
            add(&sandbox, &env, &DATA_SETS, json!({"name": "x", "schemaRef": schema}))
        };
        let orders = data_set(&schema, "version=1");
        let mapping = json!({"xdmSchema": alt_id, "xdmVersion": "1.0", "mappings": []});
        let mapping = add(&sandbox, &env, &MAPPING_SETS, mapping);
        let check = |version: Option<Value>, data_set: Option<&str>| {
            check_mapping(&sandbox.neighbours, &mapping, version.as_ref(), data_set)
        };
        for version in [None, Some(json!(0)), Some(json!("0"))] {
            assert_eq!(check(version, Some(&orders)), Ok(()));
        }
        for version in [json!(1), json!("1"), json!(-1), json!("x"), json!(""), json!(0.5)] {
            assert_eq!(check(Some(version), None), Err(BrokenReference::VersionUnknown { newest: 0 }));
        }
        assert_eq!(
            check_mapping(&sandbox.neighbours, "x", None, None),
            Err(BrokenReference::MappingSetUnknown)
        );
        assert!(data_set_exists(&sandbox.neighbours, &orders) && !data_set_exists(&sandbox.neighbours, "x"));
        assert_eq!(check(None, Some("x")), Ok(()));
        for (id, version) in [(&schema, "version=2"), (&other, "version=1"), (&schema, "version=1.1")] {
            let differs = check(None, Some(&data_set(id, version)));
            assert!(matches!(differs, Err(BrokenReference::SchemaDiffers { .. })), "{version}: {differs:?}");
        }
        let schemaless = add(&sandbox, &env, &DATA_SETS, json!({"name": "x"}));
        assert_eq!(check(None, Some(&schemaless)), Ok(()));
        let schema = json!({"schemaRef": {"id": schema, "contentType": full("version=1")}});
        let mapping = add(&sandbox, &env, &MAPPING_SETS, json!({"outputSchema": schema, "mappings": []}));
        assert_eq!(check_mapping(&sandbox.neighbours, &mapping, None, Some(&orders)), Ok(()));
    }
}
