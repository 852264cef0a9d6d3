//! Lists and searches of flows.

use super::create;
use crate::support::{self, ATS, files_flow, ids, table_flow, with};
use serde_json::json;

#[tokio::test]
async fn the_documented_filters_of_flows_work_with_and_without_brackets() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let files = create(&tenant, &files_flow("files", &source, &target)).await.expect_status(201).written().id;
    tenant.act("flows", &files, "disable").await.expect_status(200);
    let lake = support::DATA_LAKE;
    for (property, count) in [
        (format!("id=={files}"), 1),
        ("name==files".to_owned(), 1),
        ("state==disabled".to_owned(), 1),
        (format!("flowSpec.id=={}", support::TABLES_FLOW), 1),
        ("createdAt>0".to_owned(), 2),
        (format!("sourceConnectionIds[]=={source}"), 1),
        (format!("sourceConnectionIds=={source}"), 1),
        (format!("targetConnectionIds=={}", chain.target), 1),
        (format!("targetConnectionIds[]!={}", chain.target), 1),
        ("inheritedAttributes.properties.isSourceFlow==true".to_owned(), 2),
        ("inheritedAttributes.properties.isDestinationFlow==true".to_owned(), 0),
        (format!("inheritedAttributes.sourceConnections[].connectionSpec.id=={ATS}"), 1),
        (format!("inheritedAttributes.targetConnections[].connectionSpec.id=={lake}"), 2),
        (format!("inheritedAttributes.sourceConnections[].baseConnection.id=={}", chain.base), 1),
        ("transformations[].name==Mapping".to_owned(), 1),
        ("transformations[].params.mappingId==0b090130b58b4e819afc78b6dc98a945".to_owned(), 1),
    ] {
        let listed = tenant.get(&format!("/flows?count=true&property={property}")).await.expect_status(200);
        assert_eq!(listed.json(), json!({ "count": count }), "{property}");
        let body = json!({"queryString": format!("property={property}"), "count": true});
        let found = tenant.post("/flows/search", &body).await.expect_status(200);
        assert_eq!(found.json(), json!({ "count": count }), "{property}");
    }
    tenant.get("/flows?property=sourceConnectionIds>a").await.expect_error("FLOW-1448-400");
    tenant.get("/flows?property=secret==1").await.expect_error("FLOW-1449-400");
}

#[tokio::test]
async fn lists_and_searches_are_paged_ordered_and_projected() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    let mut made = vec![chain.flow.id.clone()];
    for name in ["a", "b", "c"] {
        let body = table_flow(name, &chain.source, &chain.target);
        made.push(create(&tenant, &body).await.expect_status(201).written().id);
    }
    made.reverse();
    let all = tenant.walk("/flows?limit=3&count=False").await;
    assert_eq!(ids(&all), made);
    let (_, next) = tenant.page("/flows?limit=3").await;
    let next = next.expect("a link");
    let token = next.strip_prefix("/flows?continuationToken=").expect("the token comes first");
    let token = token.split('&').next().expect("a token");
    assert!(!token.contains(['=', '%']), "{token}");
    // A client sends the token beside its other parameters.
    let (rest, end) = tenant.page(&format!("/flows?limit=3&count=False&continuationToken={token}")).await;
    assert_eq!((ids(&rest), end), (vec![&*made[3]], None));
    let search = |body| {
        let tenant = tenant.clone();
        async move { tenant.post("/flows/search", &body).await }
    };
    let found = search(json!({"orderby": "-name", "limit": 2, "projectionFields": "name,state"}));
    let found = found.await.expect_status(200).json();
    assert_eq!(found["items"][0], json!({"name": "orders", "state": "enabled"}));
    assert!(
        found["_links"]["next"]["href"].as_str().expect("a link").starts_with("/flows?continuationToken=")
    );
    search(json!({"limit": 1001})).await.expect_error("FLOW-1452-400").at("/limit");
    search(json!({"projection": "name"})).await.expect_error("FLOW-1451-400").at("/projection");
    let answer = tenant.post("/connections/search", &json!({"projectionFields": "name"})).await;
    answer.expect_error("FLOW-1451-400");
    let unknown = with(json!({}), "/queryString", json!("property=sourceConnectionIds[].id==x"));
    search(unknown).await.expect_error("FLOW-1449-400");
    tenant.get(&format!("/flows/{}/runs", made[0])).await.expect_error("FLOW-1003-404");
}
