//! Sandbox management. Reference: "Tokens and sandboxes".

use crate::support::{self, Answer, Tenant, ats, landing_zone};
use flowmock::{Auth, FlowMock};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const BASE: &str = "/data/foundation/sandbox-management";

/// A request with the headers that sandbox management needs, which do not include the sandbox.
fn request(mock: &FlowMock, tenant: &Tenant, method: Method, path: &str) -> RequestBuilder {
    let headers = tenant.headers_except("x-sandbox-name");
    let request = support::request(mock, method, &format!("{BASE}{path}"));
    support::with_headers(request, headers)
}

async fn get(mock: &FlowMock, tenant: &Tenant, path: &str) -> Answer {
    Answer::to(request(mock, tenant, Method::GET, path)).await
}

async fn names(mock: &FlowMock, tenant: &Tenant) -> Vec<String> {
    let body = get(mock, tenant, "/sandboxes").await.expect_status(200).json();
    let sandboxes = body["sandboxes"].as_array().expect("sandboxes");
    sandboxes.iter().map(|sandbox| sandbox["name"].as_str().expect("a name").to_owned()).collect()
}

/// Asserts a problem object in the shape of the gateway.
#[track_caller]
fn expect_problem(answer: Answer, status: u16, title: &str, naming: &str) {
    let answer = answer.expect_status(status);
    let body = answer.json();
    assert_eq!((&body["status"], &body["title"]), (&json!(status), &json!(title)), "{answer}");
    assert_eq!(body["type"], "/placeholder/type/uri", "{answer}");
    assert!(body["detail"].as_str().is_some_and(|detail| detail.contains(naming)), "{naming:?} in\n{answer}");
    assert_eq!(answer.header("content-type"), "application/json", "{answer}");
}

#[tokio::test]
async fn the_sandboxes_of_an_organisation_are_prod_and_those_with_content() {
    let mock = support::shared();
    let tenant = support::tenant().await;
    assert_eq!(names(mock, &tenant).await, ["prod"]);
    tenant.in_sandbox("test").create(landing_zone("x")).await;
    let made = tenant.in_sandbox("dev").create(ats("x")).await;
    tenant.in_sandbox("read-only").get("/connections").await.expect_status(200);
    tenant.of_org("SOMEBODY@AdobeOrg").in_sandbox("others").create(ats("x")).await;
    assert_eq!(names(mock, &tenant).await, ["prod", "dev", "test"]);
    tenant.in_sandbox("dev").delete(&format!("/connections/{}", made.id)).await.expect_status(204);
    assert_eq!(names(mock, &tenant).await, ["prod", "test"]);
}

#[tokio::test]
async fn a_sandbox_has_the_documented_keys_and_the_id_in_its_connections() {
    let mock = support::shared();
    let tenant = support::tenant().await;
    let dev = tenant.in_sandbox("dev");
    let connection = dev.read(&dev.create(ats("orders")).await.id).await;
    let list = get(mock, &tenant, "/sandboxes").await.expect_status(200).json();
    assert_eq!(list["_page"], json!({"limit": 1000, "count": 2}));
    assert_eq!(list["_links"], json!({}));
    assert_eq!(list.as_object().unwrap().len(), 3);
    let expected = |name: &str, title: &str, kind: &str, is_default: bool| {
        json!({"name": name, "title": title, "state": "active", "type": kind, "region": "VA7",
            "isDefault": is_default})
    };
    for (sandbox, expected) in list["sandboxes"]
        .as_array()
        .unwrap()
        .iter()
        .zip([expected("prod", "prod", "production", true), expected("dev", "dev", "development", false)])
    {
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&sandbox[key], value, "{sandbox}");
        }
        let keys: Vec<&str> = sandbox.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "id",
                "name",
                "title",
                "state",
                "type",
                "region",
                "isDefault",
                "eTag",
                "createdDate",
                "lastModifiedDate",
                "createdBy",
                "modifiedBy",
            ]
        );
        assert!(sandbox["eTag"].is_u64(), "{sandbox}");
        for key in ["createdDate", "lastModifiedDate"] {
            assert_eq!(sandbox[key].as_str().unwrap().len(), "2019-09-04 04:57:24".len(), "{sandbox}");
        }
        let name = sandbox["name"].as_str().unwrap();
        let one = get(mock, &tenant, &format!("/sandboxes/{name}")).await.expect_status(200);
        assert_eq!(&one.json(), sandbox);
    }
    assert_eq!(list["sandboxes"][1]["id"], connection["sandboxId"]);
    // A service client sends the id in its next call.
    let id = list["sandboxes"][1]["id"].as_str().unwrap();
    let call = dev.request(Method::GET, "/connections").header("x-sandbox-id", id);
    Answer::to(call).await.expect_status(200);
}

#[tokio::test]
async fn an_unknown_sandbox_is_a_404_that_says_how_to_create_it() {
    let mock = support::shared();
    let tenant = support::tenant().await;
    for name in ["nobody", "PROD", "a%20b", "prod%2Fx"] {
        let answer = get(mock, &tenant, &format!("/sandboxes/{name}")).await;
        expect_problem(answer, 404, "Sandbox not found", "--allow-sandbox");
    }
}

#[tokio::test]
async fn limit_and_offset_select_a_page_of_sandboxes() {
    let mock = support::shared();
    let tenant = support::tenant().await;
    for name in ["a", "b", "c"] {
        tenant.in_sandbox(name).create(landing_zone("x")).await;
    }
    for (query, limit, expected) in [
        ("", 1000, &["prod", "a", "b", "c"][..]),
        ("?limit=&offset=", 1000, &["prod", "a", "b", "c"]),
        ("?limit=2", 2, &["prod", "a"]),
        ("?limit=2&offset=3", 2, &["c"]),
        ("?offset=4", 1000, &[]),
        ("?offset=18446744073709551615", 1000, &[]),
    ] {
        let answer = get(mock, &tenant, &format!("/sandboxes{query}")).await.expect_status(200);
        let body = answer.json();
        let names: Vec<&str> =
            body["sandboxes"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{answer}");
        assert_eq!(body["_page"], json!({"limit": limit, "count": expected.len()}), "{answer}");
    }
    for (query, naming) in [
        ("?limit=0", "limit=0"),
        ("?limit=1001", "limit=1001"),
        ("?limit=abc", "limit=abc"),
        ("?offset=-1", "offset=-1"),
        ("?offset=18446744073709551616", "offset=18446744073709551616"),
        ("?orderBy=name", "orderBy"),
        ("?limit=%", "limit"),
    ] {
        let answer = get(mock, &tenant, &format!("/sandboxes{query}")).await;
        expect_problem(answer, 400, "Invalid query", naming);
    }
    expect_problem(get(mock, &tenant, "/sandboxes/prod?limit=1").await, 400, "Invalid query", "limit");
}

#[tokio::test]
async fn every_platform_header_except_the_sandbox_is_required_on_every_path() {
    let mock = support::shared();
    let tenant = support::tenant().await;
    for path in ["/sandboxes", "/sandboxes/prod", "/sandboxes/", "/nowhere", ""] {
        for (missing, code) in
            [("x-api-key", "403000"), ("Authorization", "403010"), ("x-gw-ims-org-id", "400003")]
        {
            let request = support::client().get(format!("{}{BASE}{path}", mock.url()));
            let headers = tenant.headers_except(missing);
            let request = support::with_headers(request, headers);
            Answer::to(request).await.expect_error(code);
        }
    }
    for path in ["/nowhere", "", "/sandboxes/prod/more"] {
        get(mock, &tenant, path).await.expect_error("FLOW-1003-404");
    }
    let answer = Answer::to(request(mock, &tenant, Method::POST, "/sandboxes")).await;
    answer.expect_error("FLOW-1003-405");
    // Sandbox management ignores the headers that name a sandbox.
    for (name, value) in [("x-sandbox-name", "*"), ("x-sandbox-name", ""), ("x-sandbox-id", "none")] {
        let request = request(mock, &tenant, Method::GET, "/sandboxes").header(name, value);
        Answer::to(request).await.expect_status(200);
    }
}

#[tokio::test]
async fn allow_lists_and_token_checks_apply_to_sandbox_management() {
    let mock = support::server(|config| {
        config.auth = Auth::Issued;
        config.allow_api_keys = vec!["key".into()];
        config.allow_organisations = vec!["A@AdobeOrg".into(), "B@AdobeOrg".into()];
    });
    let token = mock.access_token("key", "A@AdobeOrg").unwrap();
    let tenant = Tenant::on(&mock).of_org("A@AdobeOrg").with_token(&token);
    assert_eq!(names(&mock, &tenant).await, ["prod"]);
    for (tenant, code) in [
        (tenant.with_api_key("other"), "403003"),
        (tenant.with_token("other"), "401013"),
        (tenant.of_org("C@AdobeOrg"), "403025"),
        (tenant.of_org("B@AdobeOrg"), "FLOW-2000-401"),
    ] {
        get(&mock, &tenant, "/sandboxes").await.expect_error(code);
    }
}

#[tokio::test]
async fn an_allow_list_of_sandboxes_determines_the_listed_sandboxes() {
    let mock = support::server(|config| {
        config.allow_sandboxes = vec!["zeta".into(), "A@AdobeOrg/dev".into(), "A@AdobeOrg/prod".into()];
    });
    let tenant = Tenant::on(&mock);
    assert_eq!(names(&mock, &tenant.of_org("A@AdobeOrg")).await, ["prod", "dev", "zeta"]);
    // The list does not include prod, because the Flow Service would refuse it.
    assert_eq!(names(&mock, &tenant.of_org("B@AdobeOrg")).await, ["zeta"]);
    let sandbox: Value =
        get(&mock, &tenant.of_org("B@AdobeOrg"), "/sandboxes/zeta").await.expect_status(200).json();
    assert_eq!(sandbox["isDefault"], false);
    let answer = get(&mock, &tenant.of_org("B@AdobeOrg"), "/sandboxes/prod").await;
    expect_problem(answer, 404, "Sandbox not found", "prod");
}

#[tokio::test]
async fn a_declared_sandbox_has_its_declared_values_and_defaults_for_the_rest() {
    let mock = support::server(|_| {});
    let declared = json!({"title": "Main", "type": "production", "state": "creating", "region": "NLD2",
        "isDefault": true, "eTag": 7, "createdDate": "2019-09-04 04:57:24", "createdBy": "a@AdobeID"});
    let mut main = declared.clone();
    main["name"] = "main".into();
    let seed = json!({"organisations": [
        {"imsOrgId": "A@AdobeOrg", "sandboxes": [main, {"name": "dev", "title": "Dev"}, {"name": "nothing said"}]}
    ]});
    mock.seed(&seed).expect("a seed");
    let tenant = Tenant::on(&mock).of_org("A@AdobeOrg");
    assert_eq!(names(&mock, &tenant).await, ["main", "dev", "prod"]);
    let main = get(&mock, &tenant, "/sandboxes/main").await.expect_status(200).json();
    for (key, value) in declared.as_object().unwrap() {
        assert_eq!(&main[key], value, "{main}");
    }
    assert_eq!(
        (&main["lastModifiedDate"], &main["modifiedBy"]),
        (&declared["createdDate"], &declared["createdBy"])
    );
    let dev = get(&mock, &tenant, "/sandboxes/dev").await.expect_status(200).json();
    let said = ["title", "type", "state", "isDefault"].map(|key| &dev[key]);
    assert_eq!(said, [&json!("Dev"), &json!("development"), &json!("active"), &json!(false)]);
    let prod = get(&mock, &tenant, "/sandboxes/prod").await.expect_status(200).json();
    assert_eq!(prod["isDefault"], false);
    assert_eq!(names(&mock, &Tenant::on(&mock)).await, ["prod"]);

    // The declaration is part of the state, even if the sandbox is empty.
    let other = support::server(|_| {});
    other.set_state(&mock.state()).expect("a state");
    assert_eq!(other.state(), mock.state());
    assert_eq!(names(&other, &tenant_on(&other)).await, ["main", "dev", "prod"]);
    other.reset_sandbox("A@AdobeOrg", "main");
    assert_eq!(names(&other, &tenant_on(&other)).await, ["prod", "dev"]);
    // A document without a declaration leaves it unchanged.
    let more = json!({"organisations": [{"imsOrgId": "A@AdobeOrg", "sandboxes": [{"name": "dev", "connections": []}]}]});
    other.seed(&more).expect("a seed");
    let dev = get(&other, &tenant_on(&other), "/sandboxes/dev").await.expect_status(200).json();
    assert_eq!(dev["title"], "Dev");
}

fn tenant_on(mock: &FlowMock) -> Tenant {
    Tenant::on(mock).of_org("A@AdobeOrg")
}

#[tokio::test]
async fn an_allow_list_applies_to_declared_sandboxes() {
    let mock =
        support::server(|config| config.allow_sandboxes = vec!["dev".into(), "A@AdobeOrg/test".into()]);
    let sandboxes = json!([{"name": "dev", "title": "Dev"}, {"name": "main", "isDefault": true}]);
    let seed = json!({"organisations": [{"imsOrgId": "A@AdobeOrg", "sandboxes": sandboxes}]});
    mock.seed(&seed).expect("a seed");
    assert_eq!(names(&mock, &tenant_on(&mock)).await, ["dev", "test"]);
}

#[test]
fn an_invalid_sandbox_declaration_is_refused_with_its_place() {
    let sandbox = json!({"name": "dev", "type": "test", "eTag": "2", "colour": "red"});
    let seed = json!({"organisations": [{"imsOrgId": "A@AdobeOrg", "sandboxes": [sandbox]}]});
    let refused = support::server(|_| {}).seed(&seed).unwrap_err();
    let places: BTreeSet<&str> = refused.problems().iter().map(|problem| problem.path.as_str()).collect();
    let expected = ["colour", "eTag", "type"].map(|key| format!("/organisations/0/sandboxes/0/{key}"));
    assert!(places.into_iter().eq(&expected), "{refused}");
}
