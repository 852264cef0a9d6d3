//! `/data/foundation/schemaregistry`.

use super::{SCHEMAS, create_schema, encoded, get, post, read_schema, request, schema};
use crate::support::{self, Answer, with, without};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_created_schema_is_answered_whole_and_read_by_either_id() {
    let tenant = support::tenant().await;
    let answer = post(&tenant, SCHEMAS, &schema("orders")).await.expect_status(201);
    let made = answer.json();
    let (id, alt_id) = (made["$id"].as_str().unwrap(), made["meta:altId"].as_str().unwrap());
    let prefix =
        format!("https://ns.adobe.com/{}/schemas/", tenant.ims_org.replace("@AdobeOrg", "").to_lowercase());
    let hex = id.strip_prefix(&prefix).unwrap_or_else(|| panic!("{id} does not begin with {prefix}"));
    assert!(hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert_eq!(alt_id, id.replace("https://ns.adobe.com/", "_").replace("/schemas/", ".schemas."));
    for (key, value) in schema("orders").as_object().unwrap() {
        assert_eq!(&made[key], value, "{key}");
    }
    assert_eq!(made["version"], "1.0");
    assert_eq!(made["meta:class"], "https://ns.adobe.com/xdm/context/profile");
    assert_eq!(made["meta:registryMetadata"]["xdm:createdClientId"], "key");
    let location = format!("/data/foundation{SCHEMAS}/");
    let in_location = answer.header("location").strip_prefix(&location).unwrap();
    for name in [encoded(id), alt_id.to_owned(), in_location.to_owned()] {
        assert_eq!(read_schema(&tenant, &name).await.expect_status(200).json(), made, "{name}");
    }
    assert_eq!(read_schema(&tenant, &format!("{alt_id}/")).await.expect_status(200).json(), made);
}

#[tokio::test]
async fn a_schema_is_read_in_a_documented_form_with_its_version() {
    let tenant = support::tenant().await;
    let id = encoded(&create_schema(&tenant, "orders").await);
    let read = async |accept: &str| {
        let request = request(&tenant, Method::GET, &format!("{SCHEMAS}/{id}"));
        Answer::to(request.header("Accept", accept)).await
    };
    for form in ["xed", "xed-full", "xed-notext", "xed-full-notext", "xed-full-desc"] {
        for version in ["; version=1", ";version=1.0"] {
            let answer =
                read(&format!("application/vnd.adobe.{form}+json{version}")).await.expect_status(200);
            assert_eq!(answer.json()["title"], "orders");
        }
    }
    for accept in [
        "*/*",
        "application/json",
        "application/vnd.adobe.xed+json",
        "application/vnd.adobe.xed+json; version=2",
        "application/vnd.adobe.other+json; version=1",
    ] {
        read(accept).await.expect_error("FLOW-1005-400").naming("version=1").naming(accept);
    }
}

#[tokio::test]
async fn schemas_are_listed_in_pages_short_or_whole() {
    let tenant = support::tenant().await;
    let mut made = Vec::new();
    for title in ["one", "two", "three"] {
        made.push(create_schema(&tenant, title).await);
    }
    let all = get(&tenant, SCHEMAS).await.expect_status(200).json();
    let listed: Vec<_> = all["results"].as_array().unwrap().iter().map(|found| &found["$id"]).collect();
    assert_eq!(listed, made.iter().collect::<Vec<_>>());
    assert_eq!((&all["_page"]["count"], &all["_links"]), (&json!(3), &json!({})));
    assert!(all["_page"].get("next").is_none());
    let short: Vec<_> = all["results"][0].as_object().unwrap().keys().collect();
    assert_eq!(short, ["$id", "meta:altId", "version", "title"]);

    let first = get(&tenant, &format!("{SCHEMAS}?limit=2")).await.expect_status(200).json();
    assert_eq!((first["results"].as_array().unwrap().len(), &first["_page"]["next"]), (2, &json!("2")));
    let href = first["_links"]["next"]["href"].as_str().unwrap();
    let rest = href.strip_prefix("/data/foundation").unwrap();
    for path in [rest, &format!("{SCHEMAS}?start=2")] {
        let last = get(&tenant, path).await.expect_status(200).json();
        assert_eq!(last["results"], json!([all["results"][2]]));
        assert!(last["_page"].get("next").is_none());
    }
    let whole = request(&tenant, Method::GET, SCHEMAS).header("Accept", "application/vnd.adobe.xed+json");
    let whole = Answer::to(whole).await.expect_status(200).json();
    assert_eq!(whole["results"][1]["description"], "What was ordered.");
    for query in ["limit=301", "limit=0", "start=x"] {
        get(&tenant, &format!("{SCHEMAS}?{query}")).await.expect_error("FLOW-1452-400");
    }
    get(&tenant, &format!("{SCHEMAS}?orderby=title")).await.expect_error("FLOW-1451-400").naming("orderby");
}

#[tokio::test]
async fn the_stats_name_the_tenant_and_count_its_schemas() {
    let tenant = support::tenant().await;
    let id = create_schema(&tenant, "orders").await;
    let stats = get(&tenant, "/schemaregistry/stats").await.expect_status(200).json();
    assert_eq!((&stats["imsOrg"], &stats["counts"]), (&json!(tenant.ims_org), &json!({"schemas": 1})));
    assert!(id.contains(&format!("/{}/", stats["tenantId"].as_str().unwrap())));
}

#[tokio::test]
async fn the_keys_of_the_service_in_a_body_are_ignored_and_a_named_class_is_kept() {
    let tenant = support::tenant().await;
    let mut body = with(schema("orders"), "/version", json!("7"));
    body["$id"] = json!("https://ns.adobe.com/x/schemas/y");
    body["meta:altId"] = json!("_x.schemas.y");
    body["meta:class"] = json!("https://ns.adobe.com/x/classes/z");
    let made = post(&tenant, SCHEMAS, &body).await.expect_status(201).json();
    assert_ne!(made["$id"], body["$id"]);
    assert_ne!(made["meta:altId"], body["meta:altId"]);
    assert_eq!((&made["version"], &made["meta:class"]), (&json!("1.0"), &body["meta:class"]));
    read_schema(&tenant, "_x.schemas.y").await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn an_invalid_schema_is_refused_with_the_culprit_and_stores_nothing() {
    let tenant = support::tenant().await;
    for (body, pointer) in [
        (json!([]), ""),
        (without(schema("x"), "/title"), "/title"),
        (with(schema("x"), "/title", json!("")), "/title"),
        (with(schema("x"), "/title", json!(1)), "/title"),
        (with(schema("x"), "/type", json!("string")), "/type"),
        (with(schema("x"), "/allOf", json!({})), "/allOf"),
        (with(schema("x"), "/allOf", json!([1])), "/allOf/0"),
        (with(schema("x"), "/allOf", json!([{"$ref": 1}])), "/allOf/0/$ref"),
    ] {
        post(&tenant, SCHEMAS, &body).await.expect_error("FLOW-1000-400").at(pointer);
    }
    let request = request(&tenant, Method::POST, SCHEMAS).header("Content-Type", "application/json");
    Answer::to(request).await.expect_error("FLOW-1405-400");
    assert_eq!(get(&tenant, SCHEMAS).await.json()["results"], json!([]));
    let unknown = read_schema(&tenant, "_x.schemas.y").await.expect_error("FLOW-1439-404");
    assert_eq!(unknown.json()["report"]["type"], "schemas");
}
