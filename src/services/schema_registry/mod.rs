//! The schemas of the Schema Registry. Reference: "The other services, minimally".
//!
//! Decided: a schema needs a `title`; classes and field groups are taken as given, and nothing is resolved. `meta:class`
//! is the first `$ref` of `allOf` unless the client sends it. The tenant in ids is made of the organisation's id.

use super::documents::{Document, DocumentKind, Documents, Writing};
use crate::base::document::problems::Problems;
use crate::base::document::reader::Members;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The largest number of elements of `allOf`.
const MAX_PARTS: usize = 1000;

/// How schemas differ from other documents.
pub(crate) static SCHEMAS: DocumentKind = DocumentKind {
    collection: "schemas",
    noun: "schema",
    id_key: "$id",
    owned: &["meta:altId", "version", "meta:registryMetadata"],
    check,
    id_of: |id, tenant| uri(&tenant_id(&tenant.ims_org), &id.simple().to_string()),
    complete,
};

const ORIGIN: &str = "https://ns.adobe.com/";

/// The `$id` of a schema.
fn uri(tenant_id: &str, name: &str) -> String {
    format!("{ORIGIN}{tenant_id}/schemas/{name}")
}

/// The id of the organisation in the ids of its schemas: `acme1` of `ACME1@AdobeOrg`.
pub(crate) fn tenant_id(ims_org: &str) -> String {
    const MAX_LETTERS: usize = 64;
    let id = ims_org.split('@').next().unwrap_or_default();
    let letters = id.chars().filter(char::is_ascii_alphanumeric).take(MAX_LETTERS);
    let id: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    if id.is_empty() { "tenant".to_owned() } else { id }
}

/// `_<tenant>.schemas.<name>` of an `$id`, if that has the usual form.
fn alt_id(id: &str) -> Option<String> {
    let (tenant_id, name) = id.strip_prefix(ORIGIN)?.split_once("/schemas/")?;
    Some(format!("_{tenant_id}.schemas.{name}"))
}

/// The `$id` of a schema that is named by its `$id` or its `meta:altId`.
pub(crate) fn canonical(id: &str) -> String {
    let parts = id.strip_prefix('_').and_then(|rest| rest.split_once(".schemas."));
    parts.map_or_else(|| id.to_owned(), |(tenant_id, name)| uri(tenant_id, name))
}

/// The schema with that `$id` or `meta:altId`.
pub(crate) fn find(schemas: &Documents, id: &str) -> Option<Arc<Document>> {
    schemas.get(&canonical(id))
}

fn check(members: &mut Members<'_>, problems: &mut Problems) {
    if let Some(title) = members.required("title", problems) {
        title.nonempty(problems);
    }
    if let Some(of) = members.take("type") {
        of.one_of(&[("object", ())], problems);
    }
    if let Some(class) = members.take("meta:class") {
        class.nonempty(problems);
    }
    let parts = members.take("allOf").and_then(|parts| parts.elements(0..=MAX_PARTS, problems));
    for part in parts.into_iter().flatten() {
        let Some(mut part) = part.object(problems) else { continue };
        if let Some(of) = part.take("$ref") {
            of.nonempty(problems);
        }
    }
}

fn complete(members: &mut Map<String, Value>, writing: &Writing<'_>) {
    members.extend(alt_id(writing.id).map(|id| ("meta:altId".to_owned(), id.into())));
    members.entry("version").or_insert_with(|| "1.0".into());
    let first =
        members.get("allOf").and_then(|parts| parts.as_array()?.iter().find_map(|part| part.get("$ref")));
    if let Some(class) = first.cloned() {
        members.entry("meta:class").or_insert(class);
    }
    members.entry("meta:registryMetadata").or_insert_with(|| {
        json!({
            "repo:createdDate": writing.now,
            "repo:lastModifiedDate": writing.now,
            "xdm:createdClientId": writing.caller.api_key,
            "xdm:lastModifiedClientId": writing.caller.api_key,
            "xdm:createdUserId": writing.caller.user,
            "xdm:lastModifiedUserId": writing.caller.user,
        })
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::tenant::Tenant;
    use uuid::Uuid;

    #[test]
    fn a_schema_has_two_ids_that_name_each_other() {
        let id = (SCHEMAS.id_of)(Uuid::nil(), &Tenant::new("ACME1@AdobeOrg", "prod"));
        assert_eq!(id, format!("https://ns.adobe.com/acme1/schemas/{}", "0".repeat(32)));
        let other = alt_id(&id).unwrap();
        assert_eq!(other, format!("_acme1.schemas.{}", "0".repeat(32)));
        assert_eq!((canonical(&other), canonical(&id)), (id.clone(), id));
        assert_eq!((tenant_id("{ORG_ID}"), tenant_id("@AdobeOrg")), ("orgid".into(), "tenant".into()));
        assert_eq!((alt_id("x"), canonical("_x")), (None, "_x".to_owned()));
    }
}
