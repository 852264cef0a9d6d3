//! `/data/foundation/conversion/mappingSets`, and the older `/data/foundation/mappingSets`.

use super::{MAPPING_SETS, get, mapping_set, post};
use crate::support::{self, with, without};
use serde_json::json;

const OLD: &str = "/mappingSets";

#[tokio::test]
async fn a_mapping_set_begins_with_version_0_and_is_read_at_both_paths() {
    let tenant = support::tenant().await;
    for path in [MAPPING_SETS, OLD, "/mappingSets/"] {
        let answer = post(&tenant, path, &mapping_set("_acme.schemas.1")).await.expect_status(200);
        let made = answer.json();
        let id = made["id"].as_str().unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        let keys: Vec<_> = made.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "version", "createdDate", "modifiedDate", "createdBy", "modifiedBy"]);
        assert_eq!(made["version"], 0);
        for path in [MAPPING_SETS, OLD] {
            let read = get(&tenant, &format!("{path}/{id}")).await.expect_status(200).json();
            for (key, value) in made.as_object().unwrap() {
                assert_eq!(&read[key], value, "{key}");
            }
            assert_eq!(read["mappings"], mapping_set("")["mappings"]);
            assert_eq!(
                (&read["xdmSchema"], &read["updatedAt"]),
                (&json!("_acme.schemas.1"), &made["modifiedDate"])
            );
        }
    }
}

#[tokio::test]
async fn the_id_and_the_version_in_a_body_are_ignored() {
    let tenant = support::tenant().await;
    let body = with(with(mapping_set("s"), "/version", json!(7)), "/id", json!("mine"));
    let made = post(&tenant, MAPPING_SETS, &body).await.expect_status(200).json();
    assert_ne!((&made["id"], &made["version"]), (&json!("mine"), &json!(7)));
    get(&tenant, &format!("{MAPPING_SETS}/mine")).await.expect_error("FLOW-1439-404").naming("mine");
}

#[tokio::test]
async fn an_invalid_mapping_set_is_refused_with_the_culprit() {
    let tenant = support::tenant().await;
    for (body, pointer) in [
        (json!([]), ""),
        (without(mapping_set("s"), "/mappings"), "/mappings"),
        (with(mapping_set("s"), "/mappings", json!({})), "/mappings"),
        (with(mapping_set("s"), "/mappings", json!(["x"])), "/mappings/0"),
        (with(mapping_set("s"), "/xdmSchema", json!(1)), "/xdmSchema"),
        (with(mapping_set("s"), "/outputSchema", json!({"schemaRef": {}})), "/outputSchema/schemaRef/id"),
    ] {
        for path in [MAPPING_SETS, OLD] {
            post(&tenant, path, &body).await.expect_error("FLOW-1000-400").at(pointer);
        }
    }
    for path in [MAPPING_SETS, OLD] {
        let unknown = get(&tenant, &format!("{path}/nobody")).await.expect_error("FLOW-1439-404");
        assert_eq!(unknown.json()["report"]["type"], "mappingSets");
        get(&tenant, &format!("{path}/{}/x", "a")).await.expect_error("FLOW-1003-404");
    }
}
