//! Configured clients of the token endpoints: their secrets, organisations, users, scopes and kinds, and their place in
//! the state of the server. Reference: "Tokens and sandboxes".

use crate::support::{self, Answer, Tenant, landing_zone, rename};
use flowmock::{Auth, FlowMock};
use reqwest::Method;
use serde_json::{Value, json};

const ORG: &str = "A@AdobeOrg";
const SECRET: &str = "s3cret+/=";

fn clients() -> Value {
    json!([
        {"clientId": "limited", "clientSecret": "hunter3", "imsOrgId": "B@AdobeOrg", "scopes": ["openid", "read_pc.dma"],
         "kind": "user"},
        {"clientId": "service", "clientSecret": "hunter2", "imsOrgId": ORG, "kind": "service"},
        {"clientId": "users", "clientSecret": SECRET, "imsOrgId": ORG, "userId": "jane@AdobeID", "kind": "user"}
    ])
}

/// A server with [`clients`].
fn server(auth: Auth) -> FlowMock {
    let mock = support::server(|config| config.auth = auth);
    mock.seed(&json!({"clients": clients()})).expect("a seed");
    mock
}

/// Requests a token.
async fn request_token(mock: &FlowMock, version: &str, parameters: &[(&str, &str)]) -> Answer {
    let url = reqwest::Url::parse_with_params(&format!("{}/ims/token/{version}", mock.url()), parameters);
    Answer::to(support::client().post(url.expect("a URL"))).await
}

fn credentials<'a>(client_id: &'a str, secret: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", secret)]
}

/// A tenant with a token of a client.
async fn tenant(mock: &FlowMock, client_id: &str, secret: &str) -> Tenant {
    let answer = request_token(mock, "v3", &credentials(client_id, secret)).await.expect_status(200);
    let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
    Tenant::on(mock).of_org(ORG).with_api_key(client_id).with_token(&token)
}

/// Asserts an error of a token endpoint.
#[track_caller]
fn expect_oauth_error(answer: Answer, error: &str) {
    assert_eq!(answer.json()["error"], error, "{answer}");
    answer.expect_status(if error == "invalid_client" { 401 } else { 400 });
}

#[tokio::test]
async fn a_client_gets_a_token_only_with_its_own_secret() {
    let mock = server(Auth::Any);
    tenant(&mock, "users", SECRET).await;
    for version in ["v2", "v3"] {
        for (client_id, secret) in [
            ("users", "hunter2"),
            ("users", "s3cret"),
            ("nobody", SECRET),
            ("USERS", SECRET),
            ("hunter2", "users"),
        ] {
            let answer = request_token(&mock, version, &credentials(client_id, secret)).await;
            expect_oauth_error(answer.without(SECRET).without("hunter2"), "invalid_client");
        }
    }
    let by_basic = |secret: &'static str| {
        let url = format!("{}/ims/token/v3?grant_type=client_credentials", mock.url());
        Answer::to(support::client().post(url).basic_auth("users", Some(secret)))
    };
    let answer = by_basic("wrong").await;
    assert_eq!(answer.header("www-authenticate"), "Basic realm=\"ims\"", "{answer}");
    expect_oauth_error(answer, "invalid_client");
    by_basic("s3cret%2B%2F%3D").await.expect_status(200); // form-encoded, as RFC 6749 requires
}

#[tokio::test]
async fn a_token_is_valid_only_in_the_organisation_of_its_client() {
    let mock = server(Auth::Issued);
    let users = tenant(&mock, "users", SECRET).await;
    users.get("/connections").await.expect_status(200);
    let other = users.of_org("B@AdobeOrg").get("/connections").await.expect_error("FLOW-2000-401");
    other.naming(ORG).naming("B@AdobeOrg");
    users.with_api_key("service").get("/connections").await.expect_error("401013");
    let limited = tenant(&mock, "limited", "hunter3").await;
    limited.get("/connections").await.expect_error("FLOW-2000-401");
    limited.of_org("B@AdobeOrg").get("/connections").await.expect_status(200);

    let mut parameters = credentials("users", SECRET);
    parameters.push(("org_id", ORG));
    request_token(&mock, "v3", &parameters).await.expect_status(200);
    parameters.pop();
    parameters.push(("org_id", "B@AdobeOrg"));
    expect_oauth_error(request_token(&mock, "v3", &parameters).await, "invalid_request");
}

#[tokio::test]
async fn writes_name_the_user_of_the_token_whether_tokens_are_checked_or_not() {
    for auth in [Auth::Issued, Auth::Any] {
        let mock = server(auth);
        for (client_id, secret, user) in
            [("users", SECRET, "jane@AdobeID"), ("service", "hunter2", "@techacct.adobe.com")]
        {
            let tenant = tenant(&mock, client_id, secret).await;
            let made = tenant.create(landing_zone("x")).await;
            tenant.patch(&made, rename("y")).await.expect_status(200);
            let spec = tenant.post("/connectionSpecs", &json!({"name": format!("of-{client_id}")})).await;
            let spec = spec.expect_status(201).json();
            for written in [&tenant.read(&made.id).await, &spec] {
                for key in ["createdBy", "updatedBy"] {
                    assert!(written[key].as_str().unwrap().ends_with(user), "{auth:?}: {written}");
                }
                for key in ["createdClient", "updatedClient"] {
                    assert_eq!(written[key], client_id, "{written}");
                }
            }
        }
    }
    // A token of another client does not determine the user.
    let mock = server(Auth::Any);
    let other = tenant(&mock, "users", SECRET).await.with_api_key("other");
    let made = other.create(landing_zone("x")).await;
    assert_ne!(other.read(&made.id).await["createdBy"], "jane@AdobeID");
}

#[tokio::test]
async fn the_token_of_a_service_may_be_used_with_a_sandbox_id_and_that_of_a_user_may_not() {
    let mock = server(Auth::Issued);
    let (users, service) = (tenant(&mock, "users", SECRET).await, tenant(&mock, "service", "hunter2").await);
    let url = format!("{}/data/foundation/sandbox-management/sandboxes/prod", mock.url());
    let headers = service.headers_except("x-sandbox-name");
    let looked_up =
        headers.fold(support::client().get(url), |request, (name, value)| request.header(name, value));
    let id = Answer::to(looked_up).await.expect_status(200).json()["id"].as_str().expect("an id").to_owned();
    let with_id = async |tenant: &Tenant, id: &str| {
        Answer::to(tenant.request(Method::GET, "/connections").header("x-sandbox-id", id)).await
    };
    with_id(&service, &id).await.expect_status(200);
    with_id(&service, "another").await.expect_error("FLOW-2103-404");
    with_id(&users, &id).await.expect_error("FLOW-2110-400");
    with_id(&users, "another").await.expect_error("FLOW-2110-400");
    service.in_sandbox("*").get("/connections").await.expect_error("FLOW-2111-403");
}

#[tokio::test]
async fn a_client_gets_only_scopes_that_it_is_configured_with() {
    let mock = server(Auth::Any);
    let request_scope = async |scope: &str| {
        let mut parameters = credentials("limited", "hunter3");
        parameters.push(("scope", scope));
        request_token(&mock, "v3", &parameters).await
    };
    for scope in ["", "openid", "read_pc.dma openid"] {
        request_scope(scope).await.expect_status(200);
    }
    for scope in ["AdobeID", "openid,AdobeID", "OPENID"] {
        expect_oauth_error(request_scope(scope).await, "invalid_scope");
    }
}

#[tokio::test]
async fn a_service_client_cannot_use_an_authorization_code() {
    let mock = server(Auth::Any);
    let with_code = async |client_id, secret| {
        let grant = [("grant_type", "authorization_code"), ("code", "one")];
        request_token(&mock, "v1", &[grant, [("client_id", client_id), ("client_secret", secret)]].concat())
            .await
    };
    with_code("users", SECRET).await.expect_status(200);
    expect_oauth_error(with_code("service", "hunter2").await, "unauthorized_client");
    // A wrong secret is reported first.
    expect_oauth_error(with_code("service", "wrong").await, "invalid_client");
    expect_oauth_error(with_code("users", SECRET).await, "invalid_grant");
}

#[tokio::test]
async fn a_token_stays_valid_after_its_client_is_removed() {
    let mock = server(Auth::Issued);
    let users = tenant(&mock, "users", SECRET).await;
    let new = json!([{"clientId": "new", "clientSecret": "x", "imsOrgId": ORG}]);
    mock.set_state(&json!({"clients": new})).expect("a state");
    users.get("/connections").await.expect_status(200);
    expect_oauth_error(request_token(&mock, "v3", &credentials("users", SECRET)).await, "invalid_client");
    tenant(&mock, "new", "x").await.get("/connections").await.expect_status(200);
}

#[test]
fn the_library_issues_tokens_only_for_configured_clients_and_their_organisations() {
    let mock = server(Auth::Issued);
    mock.access_token("service", ORG).expect("a token");
    for (client_id, ims_org, naming) in [("nobody", ORG, "no client"), ("service", "B@AdobeOrg", ORG)] {
        let refused = mock.access_token(client_id, ims_org).unwrap_err();
        assert!(refused.to_string().contains(naming), "{refused}");
    }
}

#[tokio::test]
async fn clients_are_exported_saved_in_snapshots_and_reset() {
    let mock = server(Auth::Any);
    let clients_of = |mock: &FlowMock| mock.state()["clients"].clone();
    assert_eq!(clients_of(&mock), clients());
    // An export contains the clients.
    let other = support::server(|_| {});
    other.set_state(&mock.state()).expect("a state");
    assert_eq!(clients_of(&other), clients());
    tenant(&other, "users", SECRET).await;
    // Seeding a client replaces the client with its id.
    let users = json!({"clientId": "users", "clientSecret": "new", "imsOrgId": ORG, "kind": "user"});
    other.seed(&json!({"clients": [users]})).expect("a seed");
    assert_eq!(clients_of(&other).as_array().unwrap().len(), 3);
    tenant(&other, "users", "new").await;
    // A full snapshot contains the clients, that of a sandbox does not. A reset of a sandbox leaves them.
    other.save_snapshot("before").expect("a snapshot");
    other.save_sandbox_snapshot("of-prod", ORG, "prod").expect("a snapshot");
    other.reset_sandbox(ORG, "prod");
    other.restore_snapshot("of-prod").expect("it is there");
    assert_eq!(clients_of(&other)[2], users);
    other.reset();
    assert!(clients_of(&other).is_null());
    request_token(&other, "v3", &credentials("any", "any")).await.expect_status(200);
    other.restore_snapshot("before").expect("it is there");
    assert_eq!(clients_of(&other)[2], users);
}

#[test]
fn invalid_clients_are_all_reported_and_none_is_added() {
    let mock = server(Auth::Any);
    let refused = mock.seed(&json!({
        "organisations": [{"imsOrgId": 7}],
        "clients": [
            {"clientId": "new", "clientSecret": "x", "imsOrgId": ORG},
            {"clientId": "new", "clientSecret": "hunter2", "imsOrgId": ORG},
            {"clientId": "", "clientSecret": "", "kind": "robot", "secret": "hunter2"}
        ]
    }));
    let refused = refused.unwrap_err();
    let places: Vec<&str> = refused.problems().iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        places,
        [
            "/clients/1/clientId",
            "/clients/2/clientId",
            "/clients/2/clientSecret",
            "/clients/2/imsOrgId",
            "/clients/2/kind",
            "/clients/2/secret",
            "/organisations/0/imsOrgId",
        ]
    );
    assert!(!refused.to_string().contains("hunter2"), "{refused}");
    assert_eq!(mock.state()["clients"], clients());
}
