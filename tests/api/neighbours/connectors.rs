//! Landing zones and encryption keys, below `/data/foundation/connectors`.

use super::{get, post, request};
use crate::support::{self, Answer, Tenant};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flowmock::RequestFilter;
use reqwest::Method;
use serde_json::{Value, json};

const ZONE: &str = "/connectors/landingzone";
const KEYS: &str = "/connectors/encryption/keys";

async fn credentials(tenant: &Tenant, zone: &str) -> Value {
    get(tenant, &format!("{ZONE}/credentials?type={zone}")).await.expect_status(200).json()
}

/// A refresh without a body or a content type, as clients send it.
async fn refresh(tenant: &Tenant, query: &str) -> Answer {
    Answer::to(request(tenant, Method::POST, &format!("{ZONE}/credentials?{query}"))).await
}

#[tokio::test]
async fn each_type_of_landing_zone_has_a_container_with_credentials() {
    let tenant = support::tenant().await;
    for (zone, container) in
        [("user_drop_zone", "dlz-user-container"), ("dlz_destination", "dlz-destination")]
    {
        let read = get(&tenant, &format!("{ZONE}?type={zone}")).await.expect_status(200).json();
        assert_eq!(read, json!({"containerName": container, "containerTTL": "7"}));
        let found = credentials(&tenant, zone).await;
        let text = |key: &str| found[key].as_str().unwrap_or_else(|| panic!("no {key} in {found}"));
        let host = format!("https://{}.blob.core.windows.net", text("storageAccountName"));
        assert_eq!(text("SASUri"), format!("{host}/{container}?{}", text("SASToken")));
        assert_eq!((text("containerName"), text("expiryDate").len()), (container, 10));
        assert_eq!(credentials(&tenant, zone).await, found);
    }
    let other = credentials(&tenant.in_sandbox("other"), "user_drop_zone").await;
    assert_ne!(other["SASToken"], credentials(&tenant, "user_drop_zone").await["SASToken"]);
}

#[tokio::test]
async fn a_refresh_renews_the_credentials_of_one_landing_zone() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let (before, destination) =
        (credentials(&tenant, "user_drop_zone").await, credentials(&tenant, "dlz_destination").await);
    let renewed = refresh(&tenant, "type=user_drop_zone&action=refresh").await.expect_status(200).json();
    assert_ne!(renewed["SASToken"], before["SASToken"]);
    assert_eq!(renewed["storageAccountName"], before["storageAccountName"]);
    assert_eq!(credentials(&tenant, "user_drop_zone").await, renewed);
    assert_eq!(credentials(&tenant, "dlz_destination").await, destination);
    let again = refresh(&tenant, "action=refresh&type=user_drop_zone").await.expect_status(200).json();
    assert_ne!(again["SASToken"], renewed["SASToken"]);
    let shown = serde_json::to_string(&mock.requests(&RequestFilter::default())).unwrap();
    for answer in [before, renewed, again] {
        let token = answer["SASToken"].as_str().unwrap();
        let signature = token.split_once("sig=").unwrap().1;
        assert!(!shown.contains(signature), "the journal shows a credential");
    }
}

#[tokio::test]
async fn other_types_and_actions_are_refused() {
    let tenant = support::tenant().await;
    for query in ["", "?type=", "?type=other", "?type=USER_DROP_ZONE"] {
        for path in [ZONE.to_owned(), format!("{ZONE}/credentials")] {
            let answer = get(&tenant, &format!("{path}{query}")).await.expect_error("FLOW-1100-400");
            answer.naming("Error from flow provider: 1710-400").naming("user_drop_zone");
        }
    }
    for query in ["type=user_drop_zone", "type=user_drop_zone&action=delete"] {
        refresh(&tenant, query).await.expect_error("FLOW-1100-400").naming("1705-400").naming("refresh");
    }
    refresh(&tenant, "type=x&action=refresh").await.expect_error("FLOW-1100-400").naming("1710-400");
    refresh(&tenant, "type=user_drop_zone&action=refresh&x=1").await.expect_error("FLOW-1451-400");
    let path = format!("{ZONE}/credentials?type=user_drop_zone&action=refresh");
    post(&tenant, &path, &json!([])).await.expect_error("FLOW-1000-400");
    post(&tenant, &path, &json!({})).await.expect_status(200);
}

#[tokio::test]
async fn an_encryption_key_is_made_and_its_pass_phrase_is_forgotten() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    for algorithm in ["PGP", "GPG"] {
        let body = json!({"encryptionAlgorithm": algorithm, "params": {"passPhrase": "open sesame"}});
        let answer = post(&tenant, KEYS, &body).await.expect_status(200).without("open sesame");
        let made = answer.json();
        let keys: Vec<_> = made.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["publicKey", "publicKeyId", "expiryTime"]);
        let key = STANDARD.decode(made["publicKey"].as_str().unwrap()).unwrap();
        assert!(key.starts_with(b"-----BEGIN PGP PUBLIC KEY BLOCK-----"));
        assert!(made["expiryTime"].as_str().unwrap().parse::<u64>().unwrap() > 1_700_000_000);
    }
    let shown = serde_json::to_string(&mock.requests(&RequestFilter::default())).unwrap();
    assert!(!shown.contains("open sesame") && !mock.state().to_string().contains("open sesame"));
}

#[tokio::test]
async fn a_key_needs_a_known_algorithm_and_a_pass_phrase() {
    let tenant = support::tenant().await;
    let body = |algorithm: Value, phrase: Value| json!({"encryptionAlgorithm": algorithm, "params": {"passPhrase": phrase}});
    for algorithm in [json!("RSA"), json!(null), json!(1), json!("pgp")] {
        let answer = post(&tenant, KEYS, &body(algorithm, json!("x"))).await.expect_error("FLOW-1100-400");
        answer.naming("1204-400").at("/encryptionAlgorithm");
    }
    for phrase in [json!(""), json!(null), json!(1)] {
        let answer = post(&tenant, KEYS, &body(json!("PGP"), phrase)).await.expect_error("FLOW-1100-400");
        answer.naming("1205-400").at("/params/passPhrase");
    }
    let none = post(&tenant, KEYS, &json!({"encryptionAlgorithm": "PGP"})).await;
    none.expect_error("FLOW-1100-400").naming("1205-400");
    post(&tenant, KEYS, &json!([])).await.expect_error("FLOW-1000-400");
}
