//! Configured clients, over a socket: their secrets, organisations, users, scopes and kinds.

use super::client::Client;
use crate::config::{Auth, Config};
use crate::control::Problem;
use crate::mock::FlowMock;
use reqwest::blocking::{Client as Http, RequestBuilder};
use serde_json::{Value, json};

const ORG: &str = "A@AdobeOrg";

/// A server that wants its own tokens, with three clients.
fn server(auth: Auth) -> FlowMock {
    let mut config = Config::default();
    config.auth = auth;
    let mock = FlowMock::with_config(config).unwrap();
    configure(
        &mock,
        &json!([
            {"clientId": "users", "clientSecret": "s3cret+/=", "imsOrgId": ORG, "userId": "jane@AdobeID"},
            {"clientId": "service", "clientSecret": "hunter2", "imsOrgId": ORG, "kind": "service"},
            {"clientId": "limited", "clientSecret": "hunter3", "imsOrgId": "B@AdobeOrg",
             "scopes": ["openid", "read_pc.dma"]}
        ]),
    );
    mock
}

fn configure(mock: &FlowMock, clients: &Value) {
    let mut problems: Vec<Problem> = Vec::new();
    let clients = Client::read_all(clients, "/clients", &mut problems);
    assert_eq!(problems, []);
    mock.app().ims.clients.replace(clients);
}

/// Asks for a token; answers with status and body.
fn ask(mock: &FlowMock, version: &str, parameters: &[(&str, &str)]) -> (u16, Value) {
    let form = parameters.iter().map(|(name, value)| {
        format!("{name}={}", percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC))
    });
    let request = Http::new()
        .post(format!("{}/ims/token/{version}", mock.url()))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.collect::<Vec<_>>().join("&"));
    let answer = request.send().unwrap();
    (answer.status().as_u16(), answer.json().unwrap())
}

fn credentials<'a>(client_id: &'a str, secret: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", secret)]
}

fn token(mock: &FlowMock, client_id: &str, secret: &str) -> String {
    let (status, body) = ask(mock, "v3", &credentials(client_id, secret));
    assert_eq!(status, 200, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

/// A request to the Flow Service.
fn with_headers(request: RequestBuilder, token: &str, client_id: &str, ims_org: &str) -> RequestBuilder {
    request
        .header("Authorization", format!("Bearer {token}"))
        .header("x-api-key", client_id)
        .header("x-gw-ims-org-id", ims_org)
        .header("x-sandbox-name", "prod")
}

fn list(mock: &FlowMock, token: &str, client_id: &str, ims_org: &str) -> RequestBuilder {
    with_headers(Http::new().get(format!("{}/connections", mock.base_url())), token, client_id, ims_org)
}

/// The code of a refusal, or the status.
fn outcome(request: RequestBuilder) -> String {
    let answer = request.send().unwrap();
    let status = answer.status().as_u16().to_string();
    let body: Value = answer.json().unwrap();
    let code = body["error_code"].as_str().or(body["type"].as_str());
    code.map_or(status, |code| code.rsplit('/').next().unwrap_or_default().to_owned())
}

#[test]
fn a_client_proves_itself_by_its_own_secret_alone() {
    let mock = server(Auth::Any);
    token(&mock, "users", "s3cret+/=");
    for version in ["v2", "v3"] {
        for (client_id, secret) in
            [("users", "hunter2"), ("users", "s3cret"), ("nobody", "s3cret+/="), ("USERS", "s3cret+/=")]
        {
            let (status, body) = ask(&mock, version, &credentials(client_id, secret));
            assert_eq!((status, &body["error"]), (401, &json!("invalid_client")), "{client_id}: {body}");
            assert!(!body.to_string().contains(secret), "{body}");
        }
    }
    let basic = Http::new().post(format!("{}/ims/token/v3?grant_type=client_credentials", mock.url()));
    let refused = basic.basic_auth("users", Some("wrong")).send().unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["www-authenticate"], "Basic realm=\"ims\"");
}

#[test]
fn a_token_is_for_its_clients_organisation_and_names_its_user() {
    let mock = server(Auth::Issued);
    let users = token(&mock, "users", "s3cret+/=");
    assert_eq!(outcome(list(&mock, &users, "users", ORG)), "200");
    assert_eq!(outcome(list(&mock, &users, "users", "B@AdobeOrg")), "FLOW-2000-401");
    assert_eq!(outcome(list(&mock, &users, "service", ORG)), "401013");
    let limited = token(&mock, "limited", "hunter3");
    assert_eq!(outcome(list(&mock, &limited, "limited", ORG)), "FLOW-2000-401");
    assert_eq!(outcome(list(&mock, &limited, "limited", "B@AdobeOrg")), "200");

    let mut parameters = credentials("users", "s3cret+/=");
    parameters.push(("org_id", "B@AdobeOrg"));
    let (status, body) = ask(&mock, "v3", &parameters);
    assert_eq!((status, &body["error"]), (400, &json!("invalid_request")), "{body}");
    assert!(body["error_description"].as_str().unwrap().contains(ORG), "{body}");
}

#[test]
fn what_a_user_writes_bears_the_users_name_whether_tokens_are_checked_or_not() {
    for auth in [Auth::Issued, Auth::Any] {
        let mock = server(auth);
        for (client_id, secret, user) in [
            ("users", "s3cret+/=", "jane@AdobeID".to_owned()),
            ("service", "hunter2", crate::tenant::technical_account_of("service")),
        ] {
            let token = token(&mock, client_id, secret);
            let send = |request: RequestBuilder, body: Value| -> Value {
                let request = with_headers(request, &token, client_id, ORG);
                let answer = request.json(&body).send().unwrap().error_for_status().unwrap();
                answer.json().unwrap()
            };
            let url = format!("{}/connections", mock.base_url());
            let body = json!({"name": "x", "connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8"}});
            let made = send(Http::new().post(&url), body);
            let url = format!("{url}/{}", made["id"].as_str().unwrap());
            let rename = json!([{"op": "replace", "path": "/name", "value": "y"}]);
            send(Http::new().patch(&url).header("If-Match", "*"), rename);
            let read: Value =
                with_headers(Http::new().get(&url), &token, client_id, ORG).send().unwrap().json().unwrap();
            let read = &read["items"][0];
            assert_eq!((&read["createdBy"], &read["updatedBy"]), (&json!(user), &json!(user)));
            assert_eq!(
                (&read["createdClient"], &read["updatedClient"]),
                (&json!(client_id), &json!(client_id))
            );

            let url = format!("{}/connectionSpecs", mock.base_url());
            let spec = send(Http::new().post(url), json!({"name": format!("of-{client_id}")}));
            assert_eq!((&spec["createdBy"], &spec["createdClient"]), (&json!(user), &json!(client_id)));
        }
        // A token that speaks of another client says nothing of this one.
        if auth == Auth::Any {
            let others = token(&mock, "users", "s3cret+/=");
            let request = Http::new().post(format!("{}/connectionSpecs", mock.base_url()));
            let request = with_headers(request, &others, "other", ORG).json(&json!({"name": "of-other"}));
            let spec: Value = request.send().unwrap().json().unwrap();
            assert_eq!(spec["createdBy"], crate::tenant::user_of("other"));
        }
    }
}

#[test]
fn a_services_token_may_name_the_sandbox_by_its_id_and_a_users_may_not() {
    let mock = server(Auth::Issued);
    let id = crate::tenant::Tenant::new(ORG, "prod").sandbox_id().to_string();
    let users = token(&mock, "users", "s3cret+/=");
    let services = token(&mock, "service", "hunter2");
    let with_id = |token: &str, client_id: &str, id: &str| {
        outcome(list(&mock, token, client_id, ORG).header("x-sandbox-id", id))
    };
    assert_eq!(with_id(&services, "service", &id), "200");
    assert_eq!(with_id(&services, "service", "another"), "FLOW-2103-404");
    assert_eq!(with_id(&users, "users", &id), "FLOW-2110-400");
    assert_eq!(with_id(&users, "users", "another"), "FLOW-2110-400");
}

#[test]
fn a_client_gets_its_own_scopes_or_some_of_them_and_no_others() {
    let mock = server(Auth::Any);
    let ask_for = |scope: &str| {
        let mut parameters = credentials("limited", "hunter3");
        parameters.push(("scope", scope));
        ask(&mock, "v3", &parameters)
    };
    for scope in ["", "openid", "read_pc.dma openid"] {
        assert_eq!(ask_for(scope).0, 200, "{scope}");
    }
    for scope in ["AdobeID", "openid,AdobeID", "OPENID"] {
        let (status, body) = ask_for(scope);
        assert_eq!((status, &body["error"]), (400, &json!("invalid_scope")), "{body}");
    }
}

#[test]
fn no_user_gives_a_code_to_a_service() {
    let mock = server(Auth::Any);
    let ask_with_code = |client_id, secret| {
        let grant = [("grant_type", "authorization_code"), ("code", "one")];
        let client = [("client_id", client_id), ("client_secret", secret)];
        ask(&mock, "v1", &[grant, client].concat())
    };
    assert_eq!(ask_with_code("users", "s3cret+/=").0, 200);
    let (status, body) = ask_with_code("service", "hunter2");
    assert_eq!((status, &body["error"]), (400, &json!("unauthorized_client")), "{body}");
    // A wrong secret uses no code up, and is what is said first.
    assert_eq!(ask_with_code("service", "wrong").1["error"], "invalid_client");
    assert_eq!(ask_with_code("users", "s3cret+/=").1["error"], "invalid_grant");
    mock.app().ims.forget();
    assert_eq!(ask_with_code("users", "s3cret+/=").0, 200);
}

#[test]
fn a_token_outlives_its_clients_configuration_and_a_reset_until_it_expires() {
    let mock = server(Auth::Issued);
    let users = token(&mock, "users", "s3cret+/=");
    configure(&mock, &json!([{"clientId": "new", "clientSecret": "x", "imsOrgId": ORG}]));
    mock.app().ims.forget();
    assert_eq!(outcome(list(&mock, &users, "users", ORG)), "200");
    assert_eq!(ask(&mock, "v3", &credentials("users", "s3cret+/=")).0, 401);
    token(&mock, "new", "x");
}

#[test]
fn a_rust_test_gets_tokens_of_configured_clients_for_their_organisation() {
    let mock = server(Auth::Issued);
    let services = mock.access_token("service", ORG).unwrap();
    assert_eq!(outcome(list(&mock, &services, "service", ORG)), "200");
    for (client_id, ims_org, naming) in [("nobody", ORG, "no client"), ("service", "B@AdobeOrg", ORG)] {
        let refused = mock.access_token(client_id, ims_org).unwrap_err();
        assert!(refused.to_string().contains(naming), "{refused}");
    }
}
