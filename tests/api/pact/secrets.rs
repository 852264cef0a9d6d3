//! Pact files contain no credentials, and the substitutes for credentials work.

use super::verifying::assert_verified;
use super::{Shop, as_shop};
use crate::support::{self, ATS, Tenant, ats};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::{Value, json};

const SECRETS: [&str; 9] = [
    "c2VjcmV0LW9uZQ==",
    "c2VjcmV0LXR3bw==",
    "signature-number-three",
    "token-number-four",
    "hunter2-number-five",
    "AKIA-number-six",
    "secret-number-seven",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.bnVtYmVyLWVpZ2h0",
    "password-number-nine",
];

fn connected_with(connection_string: String) -> Value {
    support::with(ats("secret"), "/auth/params/connectionString", connection_string.into())
}

#[tokio::test]
async fn a_pact_file_contains_no_credential_that_was_sent() {
    let mock = support::server(|config| config.journal_secrets = true); // the journal shows them, the file must not
    let tenant = Tenant::on(&mock).with_token(SECRETS[3]);
    let client = Shop(&tenant);
    let first = format!("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={}", SECRETS[0]);
    let made = client.post("/connections", &connected_with(first)).await;
    let path = format!("/connections/{}", made["id"].as_str().expect("an id"));
    let got = client.get(&path).await;
    assert!(got.to_string().contains(SECRETS[0]), "the service returns the credential");
    let second = format!("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={}", SECRETS[1]);
    let operations = json!([{"op": "replace", "path": "/auth/params/connectionString", "value": second}]);
    let etag = made["etag"].as_str().unwrap();
    client.send_with(Method::PATCH, &path, Some(&operations), Some(etag)).await;
    let auth = json!([{"op": "replace", "path": "/auth", "value": {
        "specName": "Connection String Based Authentication",
        "params": {"connectionString":
            format!("TableEndpoint=https://acme.table.core.windows.net;SharedAccessSignature=sv=1&sig={}", SECRETS[2])}
    }}]);
    client.send_with(Method::PATCH, &path, Some(&auth), Some("*")).await;
    client.get("/connections").await;
    let s3 = json!({"name": "bucket", "connectionSpec": {"id": "4fce964d-3f37-408f-9778-e597338a21ee"},
        "auth": {"specName": "Access Key", "params": {"s3AccessKey": SECRETS[5], "s3SecretKey": SECRETS[6]}}});
    client.post("/connections", &s3).await;
    // Credentials in places where they do not belong.
    let odd = support::with(ats("odd"), "/clientSecret", json!(SECRETS[4]));
    client.post("/connections", &odd).await;
    let described = support::with(ats("odd"), "/description", json!(format!("Bearer {}", SECRETS[7])));
    client.post("/connections", &described).await;
    client.get(&format!("/connections?property=auth.params.password=={}", SECRETS[8])).await;
    let basic = as_shop(tenant.request(Method::GET, &format!("/connections?password={}", SECRETS[8])));
    support::Answer::to(basic).await.expect_status(400);
    let file = mock.pact("shop").expect("a file");
    for secret in SECRETS {
        assert!(!file.contains(secret), "{secret} in {file}");
    }
    assert!(file.contains("Bearer token") && file.contains("AccountName=acme;AccountKey="), "{file}");
    let json = assert_verified(&file).await;
    assert_eq!(
        json["metadata"]["flowmock"]["leftOut.credential"], "2",
        "requests with a credential in the URL are left out: {file}"
    );
}

#[tokio::test]
async fn errors_caused_by_invalid_credentials_are_verified_without_the_credentials() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let client = Shop(&tenant);
    for broken in
        ["AccountName=acme;AccountKey=not base64 at all", "no connection string", "AccountName=acme"]
    {
        let refused = client.post("/connections", &connected_with(broken.to_owned())).await;
        assert_eq!(refused["title"], "Invalid request", "{refused}");
    }
    let none = json!({"name": "none", "connectionSpec": {"id": ATS}});
    client.post("/connections", &none).await;
    // Invalid bearer tokens.
    for authorization in ["Basic dXNlcjpodW50ZXIy", "Bearer two words", "Bearer"] {
        let request = tenant.request(Method::GET, "/connections").build().unwrap();
        let mut request = request;
        request.headers_mut().insert("authorization", authorization.parse().unwrap());
        request.headers_mut().insert("x-flowmock-consumer", "shop".parse().unwrap());
        let status = support::client().execute(request).await.unwrap().status();
        assert!(status.is_client_error(), "{authorization}: {status}");
    }
    let file = mock.pact("shop").expect("a file");
    assert!(!file.contains("dXNlcjpodW50ZXIy"), "{file}");
    assert_verified(&file).await;
}

#[tokio::test]
async fn a_credential_in_a_consumer_name_is_never_shown() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    for name in ["AccountKey=c2VjcmV0LW9uZQ==", "shop"] {
        let request = tenant.request(Method::GET, "/connections").header("x-flowmock-consumer", name);
        support::Answer::to(request).await.expect_status(200);
    }
    let refused = mock.pact("AccountKey=c2VjcmV0LW9uZQ==").expect_err("it is not called so");
    assert!(
        refused.to_string().ends_with("consumer [redacted]; it has those of [redacted], shop"),
        "{refused}"
    );
    assert!(!refused.to_string().contains("c2VjcmV0"), "{refused}");
    let file = mock.pact("[redacted]").expect("the file has the name that reports use");
    assert!(!file.contains("c2VjcmV0"), "{file}");
    assert_verified(&file).await;
}
