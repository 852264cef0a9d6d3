//! `property`: filters and projections over HTTP. The unit tests of the grammar are beside its parser.

use crate::support::{self, Answer, Tenant, ats, draft, landing_zone, rename};
use reqwest::Url;
use serde_json::{Value, json};

/// The items of a list with these parameters.
async fn items(tenant: &Tenant, parameters: &[(&str, &str)]) -> Vec<Value> {
    let answer = list(tenant, parameters).await.expect_status(200);
    answer.json()["items"].as_array().unwrap_or_else(|| panic!("no items in\n{answer}")).clone()
}

async fn list(tenant: &Tenant, parameters: &[(&str, &str)]) -> Answer {
    let url = Url::parse_with_params("http://host", parameters).expect("parameters");
    tenant.get(&format!("/connections?{}", url.query().unwrap_or_default())).await
}

/// The names of the connections that match all filters, in the order of the list.
async fn names(tenant: &Tenant, filters: &[&str]) -> Vec<String> {
    let mut parameters: Vec<_> = filters.iter().map(|filter| ("property", *filter)).collect();
    parameters.push(("orderby", "name"));
    let items = items(tenant, &parameters).await;
    let count =
        list(tenant, &[&parameters[..], &[("count", "true")]].concat()).await.expect_status(200).json();
    assert_eq!(count, json!({"count": items.len()}), "{filters:?}");
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

/// A tenant with five connections.
async fn five() -> Tenant {
    let tenant = support::tenant().await;
    let mut body = ats("a");
    body["rank"] = json!(1);
    body["tags"] = json!([{"key": "x"}, {"key": "y"}]);
    tenant.create(body).await;
    let mut body = ats("b");
    body["rank"] = json!(10);
    body["tags"] = json!([{"key": "z"}]);
    body["live"] = json!(true);
    tenant.create(body).await;
    let mut body = ats("c, \"d\" + e%20=ü");
    body["rank"] = json!("10");
    body["description"] = json!("other");
    tenant.create(body).await;
    tenant.create(landing_zone("d")).await;
    tenant.create_draft(draft("e")).await;
    tenant
}

#[tokio::test]
async fn each_documented_field_can_be_filtered_by() {
    let tenant = five().await;
    let c = "c, \"d\" + e%20=ü";
    let first = items(&tenant, &[("property", "name==a")]).await.remove(0);
    let (id, etag) = (first["id"].as_str().unwrap(), first["etag"].as_str().unwrap().replace('"', "\"\""));
    let cases: [(String, &[&str]); 28] = [
        (format!("id=={id}"), &["a"]),
        (format!("id=={id},x,{id}"), &["a"]),
        (format!("id=={}", id.to_uppercase()), &[]),
        (format!("id!={id}"), &["b", c, "d", "e"]),
        (format!("etag==\"{etag}\""), &["a"]),
        ("name==b".into(), &["b"]),
        ("name=b".into(), &["b"]),
        ("name==x".into(), &[]),
        ("name==\"c, \"\"d\"\" + e%20=ü\"".into(), &[c]),
        ("name==a,e,x,\"b\"".into(), &["a", "b", "e"]),
        ("name!=a,b".into(), &[c, "d", "e"]),
        ("name>=c".into(), &[c, "d", "e"]),
        ("description==other".into(), &[c]),
        ("description!=other".into(), &["a", "b", "d", "e"]),
        ("connectionSpec.id==ecde33f2-c56f-46cc-bdea-ad151c16cd69".into(), &["a", "b", c, "e"]),
        ("connectionSpec.id==10440537-2a7b-4583-ac39-ed38d4b848e8,x".into(), &["d"]),
        ("connectionSpec.version==1.0".into(), &["a", "b", c, "d", "e"]),
        ("state==draft".into(), &["e"]),
        ("state==enabled,draft".into(), &["a", "b", c, "d", "e"]),
        ("state!=enabled".into(), &["e"]),
        ("auth.specName==Connection String Based Authentication".into(), &["a", "b", c]),
        (format!("createdAt>={}", first["createdAt"]), &["a", "b", c, "d", "e"]),
        (format!("createdAt<{}", first["createdAt"]), &[]),
        ("sandboxName==prod".into(), &["a", "b", c, "d", "e"]),
        ("rank>=10".into(), &["b", c]), // `b` has a number, `c` a text
        ("rank>=2".into(), &["b"]),
        ("live==true".into(), &["b"]),
        ("tags[].key==y,z".into(), &["a", "b"]),
    ];
    for (filter, expected) in cases {
        assert_eq!(names(&tenant, &[&filter]).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn several_filters_must_all_match_with_or_without_an_index() {
    let tenant = five().await;
    let (enabled, ats) = ("state==enabled", "connectionSpec.id==ecde33f2-c56f-46cc-bdea-ad151c16cd69");
    assert_eq!(names(&tenant, &[enabled, ats, "name!=a", "description==for a test"]).await, ["b"]);
    assert_eq!(names(&tenant, &["name==a,d,e", enabled]).await, ["a", "d"]);
    assert_eq!(names(&tenant, &["name==a", "name==b"]).await, [""; 0]);
    assert_eq!(names(&tenant, &[enabled, "rank==10"]).await.len(), 2);
}

#[tokio::test]
async fn a_value_is_percent_decoded_once() {
    let tenant = five().await;
    let path = "/connections?property=name==%22c%2C%20%22%22d%22%22%20%2B%20e%2520%3D%C3%BC%22";
    assert_eq!(tenant.get(path).await.expect_status(200).json()["items"].as_array().unwrap().len(), 1);
    let path = "/connections?property=name%3D%3Db&property=&limit=";
    assert_eq!(tenant.get(path).await.expect_status(200).json()["items"][0]["name"], "b");
}

#[tokio::test]
async fn long_names_that_differ_only_at_the_end_are_distinguished() {
    let tenant = support::tenant().await;
    let long = "x".repeat(300);
    for end in ["a", "b", "c"] {
        tenant.create(ats(&format!("{long}{end}"))).await;
    }
    tenant.create(ats(&long[..200])).await;
    assert_eq!(names(&tenant, &[&format!("name=={long}b")]).await, [format!("{long}b")]);
    assert_eq!(names(&tenant, &[&format!("name=={long}")]).await, [""; 0]);
    assert_eq!(names(&tenant, &[&format!("name=={}", &long[..200])]).await, [&long[..200]]);
}

#[tokio::test]
async fn a_filter_matches_the_current_values_only() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("before")).await;
    tenant.patch(&made, rename("after")).await.expect_status(200);
    tenant.action(&made.id, "op=disable").await.expect_status(200);
    assert_eq!(names(&tenant, &["name==before"]).await, [""; 0]);
    assert_eq!(names(&tenant, &["state==enabled"]).await, [""; 0]);
    assert_eq!(names(&tenant, &["name==after", "state==disabled"]).await, ["after"]);
    tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
    assert_eq!(names(&tenant, &["name==after"]).await, [""; 0]);
}

#[tokio::test]
async fn a_filter_searches_its_own_sandbox_only() {
    let tenant = five().await;
    let other = tenant.in_sandbox("dev");
    assert_eq!(names(&other, &["name==a"]).await, [""; 0]);
    list(&other, &[("property", "rank==1")]).await.expect_error("FLOW-1449-400").naming("rank");
}

#[tokio::test]
async fn a_custom_field_can_be_filtered_while_a_connection_has_it() {
    let tenant = support::tenant().await;
    list(&tenant, &[("property", "providerId==p")]).await.expect_error("FLOW-1449-400").naming("providerId");
    list(&tenant, &[("orderby", "providerId")]).await.expect_error("FLOW-1433-400").naming("providerId");
    let mut body = ats("a");
    body["providerId"] = json!("p");
    let made = tenant.create(body).await;
    assert_eq!(names(&tenant, &["providerId==p"]).await, ["a"]);
    list(&tenant, &[("orderby", "providerId")]).await.expect_status(200);
    tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
    list(&tenant, &[("property", "providerId==p")]).await.expect_error("FLOW-1449-400");
}

#[tokio::test]
async fn a_projection_returns_only_the_named_keys() {
    let tenant = five().await;
    let found =
        items(&tenant, &[("property", "state,name"), ("property", "state==draft"), ("property", "rank")])
            .await;
    assert_eq!(found, [json!({"name": "e", "state": "draft"})]);
    let found = items(&tenant, &[("property", "connectionSpec"), ("property", "name==d")]).await;
    assert_eq!(
        found,
        [json!({"connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8", "version": "1.0"}})]
    );
    assert_eq!(items(&tenant, &[("property", "nothing"), ("limit", "1")]).await, [json!({})]);
}

#[tokio::test]
async fn each_error_in_a_filter_has_its_code_and_names_the_culprit() {
    let tenant = five().await;
    let cases = [
        ("name~a", "FLOW-1440-400", "~"),
        ("name!~a", "FLOW-1440-400", "!~"),
        ("createdAt>=1,2", "FLOW-1443-400", "createdAt"),
        ("name<a,b", "FLOW-1443-400", "name"),
        ("id>=a", "FLOW-1448-400", "id"),
        ("state<enabled", "FLOW-1448-400", "state"),
        ("connectionSpec.id>1", "FLOW-1448-400", "connectionSpec.id"),
        ("connectionSpec==x", "FLOW-1448-400", "connectionSpec"),
        ("connectionSpec.foo==x", "FLOW-1423-400", "connectionSpec.foo"),
        ("connectionSpec.foo.bar>x", "FLOW-1423-400", "connectionSpec.foo.bar"),
        ("auth==x", "FLOW-1448-400", "auth"),
        ("nosuch==1", "FLOW-1449-400", "nosuch"),
        ("name.first==1", "FLOW-1449-400", "name.first"),
        ("==1", "FLOW-1449-400", "a name is missing"),
        ("rank[0]==1", "FLOW-1449-400", "[]"),
        ("name=~a", "FLOW-1450-400", "=~"),
        ("name===a", "FLOW-1450-400", "==="),
        ("name<>a", "FLOW-1450-400", "<>"),
        ("name like a", "FLOW-1450-400", "like"),
        ("createdAt==abc", "FLOW-1452-400", "abc"),
        ("updatedAt>=2020-01-01", "FLOW-1452-400", "2020-01-01"),
        ("name==\"a", "FLOW-1452-400", "double quote"),
        ("name,connectionSpec.id", "FLOW-1452-400", "top-level"),
        ("name==", "FLOW-1453-400", "value"),
        ("name=={\"a\": 1, \"b\": 2}", "FLOW-1454-400", "name=="),
        ("name!=a,[\"b\"]", "FLOW-1454-400", "name!="),
        ("name==a,", "FLOW-1453-400", "value"),
    ];
    for (filter, code, culprit) in cases {
        let answer = list(&tenant, &[("property", "name==a"), ("property", filter)]).await;
        answer.expect_error(code).naming(culprit);
    }
}

#[tokio::test]
async fn a_refused_filter_never_repeats_a_credential() {
    let tenant = five().await;
    let secret = "auth.params.connectionString";
    let astray = [
        format!("{secret}~hush"),
        format!("{secret}<>hush"),
        format!("{secret}==\"hush"),
        format!("{secret}==\"hush\"hush"),
        format!("{secret}>=hush,hush"),
        format!("{secret} hush"),
        format!("name,{secret}==hush"),
    ];
    for filter in astray {
        let answer = list(&tenant, &[("property", &filter)]).await;
        assert_eq!(answer.status, 400, "{answer}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("hush"), "{answer}");
    }
    let malformed = tenant.get(&format!("/connections?property={secret}==hush%zz")).await;
    assert!(!String::from_utf8_lossy(&malformed.body).contains("hush"), "{malformed}");
    malformed.expect_error("FLOW-1452-400").naming("property is not well-formed");
    list(&tenant, &[("orderby", "auth.params.connectionString")]).await.expect_error("FLOW-1433-400");
}

/// The rows of the tables in the section "Examples" of the documentation.
fn documented() -> Vec<(String, String)> {
    let document = include_str!("../../docs/listing.md");
    let section = document.split("\n## ").find(|section| section.starts_with("Examples")).expect("examples");
    let rows = section.lines().filter_map(|line| {
        let (query, answer) = line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | ")?;
        Some((query.to_owned(), answer.to_owned()))
    });
    rows.collect()
}

#[tokio::test]
async fn the_documented_filter_examples_work() {
    let tenant = support::tenant().await;
    let mut orders = ats("orders");
    orders["rank"] = json!(1);
    orders["tags"] = json!([{"key": "x"}, {"key": "y"}]);
    tenant.create(orders).await;
    let mut sales = ats("sales");
    sales["rank"] = json!(10);
    let sales = tenant.create(sales).await;
    tenant.action(&sales.id, "op=disable").await.expect_status(200);
    let mut returns = ats("returns, 2024");
    returns["description"] = json!("last year");
    tenant.create(returns).await;
    tenant.create(landing_zone("landing")).await;
    tenant.create_draft(ats("idea")).await;

    let examples = documented();
    assert_eq!(examples.len(), 28);
    for (query, expected) in examples {
        let parameters: Vec<(&str, &str)> =
            query.split('&').map(|pair| pair.split_once('=').expect("a parameter")).collect();
        let answer = list(&tenant, &parameters).await;
        if expected.starts_with("FLOW-") {
            answer.expect_error(&expected);
            continue;
        }
        let items = answer.expect_status(200).json()["items"].as_array().expect("items").clone();
        let names: Vec<&str> = items.iter().map(|item| item["name"].as_str().expect("a name")).collect();
        assert_eq!(names.join("; "), expected, "{query}");
    }
}

#[tokio::test]
async fn filters_on_the_connection_spec_take_its_id_and_version_for_every_kind() {
    let tenant = support::tenant().await;
    for collection in ["/connections", "/sourceConnections", "/targetConnections"] {
        for field in ["id", "version"] {
            let path = format!("{collection}?property=connectionSpec.{field}==1.0");
            assert_eq!(tenant.get(&path).await.expect_status(200).json()["items"], json!([]));
        }
        let refused = tenant.get(&format!("{collection}?property=connectionSpec.foo==1")).await;
        refused.expect_error("FLOW-1423-400").naming("connectionSpec.foo");
        let refused = tenant.get(&format!("{collection}?orderby=connectionSpec.foo")).await;
        refused.expect_error("FLOW-1433-400").naming("connectionSpec.foo");
    }
    for collection in ["/flows", "/connectionSpecs", "/flowSpecs"] {
        let refused = tenant.get(&format!("{collection}?property=name==%7B%7D")).await;
        refused.expect_error("FLOW-1454-400").naming("object");
    }
}
