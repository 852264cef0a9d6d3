//! Tests of the calls about a token's account and validity: `/ims/userinfo`, `/ims/profile`, `/ims/organizations`,
//! `/ims/validate_token`, `/ims/revoke` and `/ims/exchange/jwt`, and of the metadata that clients read first.

use super::{CREDENTIALS, SECRET, claims, form, token};
use crate::support::{self, Answer, Tenant, form_encoded, service_jwt};
use flowmock::{Auth, FlowMock};
use serde_json::{Value, json};
use std::time::Duration;

/// Sends a GET to that path below `/ims` with a bearer token.
async fn get(mock: &FlowMock, path: &str, token: &str) -> Answer {
    Answer::to(support::client().get(format!("{}/ims/{path}", mock.url())).bearer_auth(token)).await
}

/// Sends a POST with a form to that path below `/ims`.
async fn post(mock: &FlowMock, path: &str, parameters: &[(&str, &str)]) -> Answer {
    let request = support::client().post(format!("{}/ims/{path}", mock.url()));
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    Answer::to(request.body(form_encoded(parameters))).await.without(SECRET)
}

async fn validity(mock: &FlowMock, parameters: &[(&str, &str)]) -> Value {
    post(mock, "validate_token/v1", parameters).await.expect_status(200).json()
}

#[tokio::test]
async fn an_issued_token_names_its_account() {
    let mock = support::server(|_| {});
    mock.seed(&json!({"clients": [
        {"clientId": "key", "clientSecret": SECRET, "imsOrgId": "A1@AdobeOrg", "userId": "jane@AdobeID"}]}))
        .unwrap();
    let token = token(Answer::to(form(&mock, "v3", &CREDENTIALS.replace("openid", "openid,email"))).await);
    let user = get(&mock, "userinfo/v2", &token).await.expect_status(200);
    assert_eq!(user.header("cache-control"), "no-store");
    assert_eq!(
        user.json(),
        json!({"sub": "jane@AdobeID", "email": "jane@example.com", "email_verified": true})
    );
    let profile = get(&mock, "profile/v1", &token).await.expect_status(200).json();
    assert_eq!((&profile["userId"], &profile["emailVerified"]), (&json!("jane@AdobeID"), &json!("true")));
    assert_eq!(profile["roles"][0]["organization"], "A1@AdobeOrg");
    let organisations = get(&mock, "organizations/v6", &token).await.expect_status(200).json();
    assert_eq!(organisations[0]["orgRef"], json!({"ident": "A1", "authSrc": "AdobeOrg"}));
    assert_eq!(organisations.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_without_a_valid_issued_token_is_refused() {
    let mock = support::server(|config| config.token_lifetime = Duration::from_secs(60));
    let tokens = Answer::to(form(&mock, "v3", CREDENTIALS)).await.expect_status(200).json();
    mock.advance(Duration::from_secs(60)).unwrap();
    let expired = tokens["access_token"].as_str().unwrap();
    for path in ["userinfo/v2", "profile/v1", "organizations/v6"] {
        let url = format!("{}/ims/{path}", mock.url());
        let bare = support::client().get(&url);
        let basic = support::client().get(&url).basic_auth("key", Some(SECRET));
        for (answer, naming) in [
            (Answer::to(bare).await, "Authorization has no token"),
            (Answer::to(basic).await, "Authorization has no token"),
            (get(&mock, path, "unknown").await, "did not issue"),
            (get(&mock, path, expired).await, "expired"),
        ] {
            let answer = answer.expect_status(401);
            let challenge = "Bearer realm=\"ims\", error=\"invalid_token\"";
            assert_eq!(answer.header("www-authenticate"), challenge, "{answer}");
            assert_eq!(answer.json()["error"], "invalid_token", "{answer}");
            assert!(answer.json()["error_description"].as_str().unwrap().contains(naming), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_token_can_be_validated_in_the_body_in_the_query_or_as_authorization() {
    let mock = support::server(|_| {});
    let good = token(Answer::to(form(&mock, "v3", CREDENTIALS)).await);
    let valid = json!({"valid": true, "token": claims(&good)});
    assert_eq!(
        validity(&mock, &[("token", &good), ("type", "access_token"), ("client_id", "key")]).await,
        valid
    );
    assert_eq!(get(&mock, "validate_token/v1", &good).await.expect_status(200).json(), valid);
    let query = format!("validate_token/v1?token={good}&type=access_token");
    assert_eq!(get(&mock, &query, "another").await.expect_status(200).json(), valid);
    for (parameters, reason) in [
        (&[("token", "unknown")][..], "bad_signature"),
        (&[("token", &good), ("type", "refresh_token")], "bad_signature"),
        (&[("token", &good), ("client_id", "other")], "invalid_client"),
    ] {
        assert_eq!(validity(&mock, parameters).await, json!({"valid": false, "reason": reason}));
    }
    for (parameters, naming) in
        [(&[][..], "token is missing"), (&[("token", "a"), ("type", "b")], "type must be")]
    {
        let answer = post(&mock, "validate_token/v1", parameters).await.expect_status(400);
        assert!(answer.json()["error_description"].as_str().unwrap().contains(naming), "{answer}");
    }
    mock.advance(Duration::from_secs(86_399)).unwrap();
    assert_eq!(validity(&mock, &[("token", &good)]).await, json!({"valid": false, "reason": "expired"}));
}

#[tokio::test]
async fn a_revoked_token_is_refused_until_a_reset() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let good = token(Answer::to(form(&mock, "v3", CREDENTIALS)).await);
    let tenant = Tenant::on(&mock).with_token(&good);
    // Another client cannot revoke the token, and an unknown token has no effect.
    for parameters in
        [[("client_id", "other"), ("token", &*good)], [("client_id", "key"), ("token", "unknown")]]
    {
        assert!(post(&mock, "revoke", &parameters).await.expect_status(200).body.is_empty());
    }
    tenant.get("/connections").await.expect_status(200);
    post(&mock, "revoke", &[("client_id", "key"), ("client_secret", SECRET), ("token", &good)])
        .await
        .expect_status(200);
    tenant.get("/connections").await.expect_error("401013");
    get(&mock, "userinfo/v2", &good).await.expect_status(401);
    assert_eq!(validity(&mock, &[("token", &good)]).await, json!({"valid": false, "reason": "revoked"}));
    let missing = post(&mock, "revoke", &[("client_id", "key")]).await.expect_status(400);
    assert_eq!(missing.json()["error"], "invalid_request");
    mock.reset();
    tenant.get("/connections").await.expect_status(200);

    mock.seed(&json!({"clients": [{"clientId": "key", "clientSecret": SECRET, "imsOrgId": "A@AdobeOrg"}]}))
        .unwrap();
    let wrong = [("client_id", "key"), ("client_secret", "wrong"), ("token", &good)];
    post(&mock, "revoke", &wrong).await.expect_status(401);
    tenant.get("/connections").await.expect_status(200);
}

#[tokio::test]
async fn a_service_account_gets_a_token_for_its_jwt() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let jwt = service_jwt("key");
    let parameters = [("client_id", "key"), ("client_secret", SECRET), ("jwt_token", jwt.as_str())];
    let answer = post(&mock, "exchange/jwt", &parameters).await.expect_status(200).json();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("bearer"), &json!(86_399_000)));
    let token = answer["access_token"].as_str().unwrap();
    let said = claims(token);
    assert_eq!(
        (&said["org"], &said["user_id"]),
        (&json!("A@AdobeOrg"), &json!("ACCOUNT@techacct.adobe.com"))
    );
    let tenant = Tenant::on(&mock).with_token(token);
    tenant.get("/connections").await.expect_error("FLOW-2000-401");
    tenant.of_org("A@AdobeOrg").get("/connections").await.expect_status(200);
    for jwt in ["nonsense".to_owned(), service_jwt("other"), jwt.replace('.', "..")] {
        let parameters = [("client_id", "key"), ("client_secret", SECRET), ("jwt_token", jwt.as_str())];
        let refused = post(&mock, "exchange/jwt", &parameters).await.expect_status(400).without(&jwt);
        assert_eq!(refused.json()["error"], "invalid_grant", "{refused}");
    }
    let refused = post(&mock, "exchange/jwt", &parameters[..2]).await.expect_status(400);
    assert_eq!(refused.json()["error"], "invalid_request");
    mock.seed(&json!({"clients": [
        {"clientId": "key", "clientSecret": SECRET, "imsOrgId": "B@AdobeOrg", "kind": "service"}]}))
        .unwrap();
    let refused = post(&mock, "exchange/jwt", &parameters).await.expect_status(400).json();
    assert!(
        refused["error_description"].as_str().unwrap().contains("organisation of this client"),
        "{refused}"
    );
}

#[tokio::test]
async fn the_metadata_names_endpoints_at_the_address_of_the_request() {
    let mock = support::server(|_| {});
    let url = format!("{}/ims/.well-known/openid-configuration", mock.url());
    let metadata = Answer::to(support::client().get(&url)).await.expect_status(200).json();
    assert_eq!(metadata["issuer"], mock.url() + "/ims");
    for (name, method) in [
        ("authorization_endpoint", "GET"),
        ("token_endpoint", "POST"),
        ("userinfo_endpoint", "GET"),
        ("revocation_endpoint", "POST"),
        ("jwks_uri", "GET"),
    ] {
        let path = metadata[name].as_str().unwrap().strip_prefix(&mock.url()).unwrap();
        assert!(support::document().operation(method, path).is_some(), "{name}: {path}");
    }
    let named = support::client().get(&url).header("Host", "flowmock:8080");
    let metadata = Answer::to(named).await.expect_status(200).json();
    assert_eq!(metadata["jwks_uri"], "http://flowmock:8080/ims/keys");
    let odd = support::client().get(&url).header("Host", "user@flowmock");
    Answer::to(odd).await.expect_error("FLOW-1003-403");
    let keys = Answer::to(support::client().get(format!("{}/ims/keys", mock.url()))).await;
    assert_eq!(keys.expect_status(200).json(), json!({"keys": []}));
}
