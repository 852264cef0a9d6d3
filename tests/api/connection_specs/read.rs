//! Reading and listing connection specs. Reference: "Connection specs".

use super::{STREAMING, items, names, spec};
use crate::support::{self, ATS};
use serde_json::json;

#[tokio::test]
async fn without_a_limit_the_list_of_specs_is_complete_and_has_no_links() {
    let tenant = support::tenant().await;
    let answer = tenant.get("/connectionSpecs").await.expect_status(200).json();
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["items"]);
    let names = names(&tenant, "").await;
    assert!(names.len() > 70 && names.is_sorted(), "{names:?}");
}

#[tokio::test]
async fn an_unknown_spec_id_is_a_404_that_names_the_entity_type() {
    let tenant = support::tenant().await;
    for id in ["nope", "ECDE33F2-C56F-46CC-BDEA-AD151C16CD69", "a%2fb"] {
        let refused = tenant.get(&format!("/connectionSpecs/{id}")).await.expect_error("FLOW-1439-404");
        assert_eq!(refused.json()["report"]["type"], "connectionSpecs");
    }
    tenant
        .get(&format!("/connectionSpecs/{ATS}?limit=1"))
        .await
        .expect_error("FLOW-1451-400")
        .naming("limit");
}

#[tokio::test]
async fn the_list_of_specs_can_be_filtered_ordered_projected_and_counted() {
    let tenant = support::tenant().await;
    assert_eq!(names(&tenant, &format!("?property=id=={ATS}")).await, ["azure-table-storage"]);
    assert_eq!(names(&tenant, "?property=name==mysql,oracle&orderby=-name").await, ["oracle", "mysql"]);
    let streaming = names(&tenant, &format!("?property=providerId=={STREAMING}")).await;
    assert!(streaming.contains(&"http-api".to_owned()) && !streaming.contains(&"mysql".to_owned()));
    assert_eq!(
        names(&tenant, "?property=attributes.category==Payments&property=name!=stripe").await,
        ["paypal", "square"]
    );
    assert!(
        names(&tenant, "?property=attributes.isSource==false").await.contains(&"profile-store".to_owned())
    );
    assert_eq!(
        names(&tenant, "?property=authSpec[].name==\"HDInsights+Basic+Authentication\"").await.len(),
        2
    );
    let projected = items(&tenant, &format!("/connectionSpecs?property=id=={ATS}&property=name,id")).await;
    assert_eq!(projected, [json!({"id": ATS, "name": "azure-table-storage"})]);
    let count =
        tenant.get("/connectionSpecs?property=name==mysql,oracle&count=True").await.expect_status(200);
    assert_eq!(count.json(), json!({"count": 2}));
}

#[tokio::test]
async fn each_error_in_the_query_of_specs_has_its_code() {
    let tenant = support::tenant().await;
    let faults = [
        ("name=mysql", "FLOW-1451-400"),
        ("property=foo==1", "FLOW-1449-400"),
        ("property=id>1", "FLOW-1448-400"),
        ("property=createdBy>=a", "FLOW-1448-400"),
        ("property=attributes==1", "FLOW-1448-400"),
        ("property=name==", "FLOW-1453-400"),
        ("orderby=foo", "FLOW-1433-400"),
        ("orderby=authSpec", "FLOW-1433-400"),
        ("orderby=*name", "FLOW-1432-400"),
        ("limit=0", "FLOW-1452-400"),
        ("continuationToken=bm8", "FLOW-1452-400"),
        ("count=1", "FLOW-1452-400"),
        ("count=true&limit=1", "FLOW-1401-400"),
    ];
    for (query, code) in faults {
        tenant.get(&format!("/connectionSpecs?{query}")).await.expect_error(code);
    }
}

#[tokio::test]
async fn the_pages_of_specs_are_complete_while_specs_are_added() {
    let tenant = support::tenant().await;
    for order in ["name", "-attributes.category", "id", "providerId", "createdAt"] {
        let whole = names(&tenant, &format!("?orderby={order}&property=attributes.isSource==true")).await;
        let mut pages = Vec::new();
        let mut next =
            Some(format!("/connectionSpecs?limit=7&orderby={order}&property=attributes.isSource==true"));
        while let Some(path) = next {
            let page = tenant.get(&path).await.expect_status(200).json();
            let items = page["items"].as_array().unwrap();
            assert!((1..=7).contains(&items.len()));
            pages.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
            next = page["_links"].pointer("/next/href").map(|href| href.as_str().unwrap().to_owned());
            // By name, `a` precedes the first page; without `isSource`, it matches no query.
            tenant.post("/connectionSpecs", &spec("a")).await.expect_status(201);
        }
        assert_eq!(pages, whole, "{order}");
    }
}

#[tokio::test]
async fn a_continuation_token_of_specs_is_bound_to_its_sandbox_and_order() {
    let tenant = support::tenant().await;
    let page = tenant.get("/connectionSpecs?limit=1&orderby=name").await.expect_status(200).json();
    let href = page["_links"]["next"]["href"].as_str().unwrap();
    tenant.get(href).await.expect_status(200);
    tenant.in_sandbox("other").get(href).await.expect_error("FLOW-1452-400").naming("continuationToken");
    tenant.get(&format!("{href}&orderby=id")).await.expect_error("FLOW-1452-400");
    let tied = items(&tenant, "/connectionSpecs?orderby=-createdAt").await;
    assert!(tied.is_sorted_by_key(|item| item["id"].as_str().unwrap().to_owned()));
}
