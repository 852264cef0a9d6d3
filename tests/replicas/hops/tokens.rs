//! Tokens: replicas sign with one key.

use super::replicas;
use crate::api::{Api, landing_zone, sent};
use crate::common::answer::Answer;
use reqwest::Method;
use serde_json::json;

/// A call to the identity service with a form.
fn form(api: &Api, path: &str, parameters: &str) -> Answer {
    let request = api.bare(Method::POST, path).header("Content-Type", "application/x-www-form-urlencoded");
    sent(request.body(parameters.to_owned()))
}

fn token(api: &Api) -> String {
    let parameters = "grant_type=client_credentials&client_id=key&client_secret=s&org_id=TEST%40AdobeOrg";
    let answer = form(api, "/ims/token/v3", parameters).expect_status(200);
    answer.json()["access_token"].as_str().expect("a token").to_owned()
}

#[test]
fn a_token_of_one_replica_is_accepted_by_the_others() {
    let Some([one, two, three]) = replicas("tokens", &["--auth", "issued"]) else { return };
    two.api.get("/connections").expect_error("401013");
    let token = token(&one.api);
    for replica in [&two, &three, &one] {
        replica.api.with_token(&token).get("/connections").expect_status(200);
    }
    // So does one that joins later, or comes back.
    let mut three = three;
    three.start_again();
    three.await_ready();
    three.api.with_token(&token).create("/connections", &landing_zone("made"));
    let answer = form(&two.api, "/ims/validate_token/v1", &format!("type=access_token&token={token}"));
    assert_eq!(answer.expect_status(200).json()["valid"], true);
}

#[test]
fn clients_of_a_document_may_ask_any_replica_for_tokens() {
    let Some([one, two, three]) = replicas("clients", &["--auth", "issued"]) else { return };
    let clients = json!({ "clients": [
        { "clientId": "key", "clientSecret": "s", "imsOrgId": "TEST@AdobeOrg", "kind": "service" },
    ] });
    one.api.control_with(Method::POST, "/state", &clients).expect_status(204);
    let token = token(&two.api);
    three.api.with_token(&token).get("/connections").expect_status(200);
    let parameters = "grant_type=client_credentials&client_id=other&client_secret=s";
    let answer = form(&three.api, "/ims/token/v3", parameters);
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (401, &json!("invalid_client")));
}

#[test]
fn a_token_that_one_replica_revoked_is_refused_by_the_others() {
    let Some([one, two, three]) = replicas("revoked", &["--auth", "issued"]) else { return };
    let token = token(&one.api);
    let revoke = two.api.bare(Method::POST, "/ims/revoke").header("Authorization", format!("Bearer {token}"));
    let revoke = revoke.header("Content-Type", "application/x-www-form-urlencoded");
    sent(revoke.body(format!("client_id=key&client_secret=s&token={token}"))).expect_status(200);
    for replica in [&three, &one, &two] {
        replica.api.with_token(&token).get("/connections").expect_error("401013");
    }
}

#[test]
fn an_authorization_code_can_be_used_once_over_all_replicas() {
    let Some([one, two, three]) = replicas("codes", &[]) else { return };
    let http =
        reqwest::blocking::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let login = "/ims/authorize/v2?client_id=key&scope=openid&redirect_uri=http://localhost:3000/callback";
    let answer = http.get(one.server().url(login)).send().unwrap();
    let to = answer.headers()["location"].to_str().unwrap().to_owned();
    let code = to.split_once("code=").unwrap().1.split('&').next().unwrap();
    let parameters = format!("grant_type=authorization_code&client_id=key&client_secret=s&code={code}");
    form(&two.api, "/ims/token/v3", &parameters).expect_status(200);
    let again = form(&three.api, "/ims/token/v3", &parameters).expect_status(400);
    assert_eq!(again.json()["error"], "invalid_grant", "{again}");
}
