//! Credentials in the journal.

use super::{control, header, list, server};
use crate::support::{self, Answer, CREDENTIAL, Tenant, ats};
use flowmock::RequestFilter;
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_journal_shows_credentials_if_configured() {
    let mock = support::server(|config| {
        config.journal_secrets = true;
        config.journal_max_body_bytes = 600;
    });
    let tenant = Tenant::on(&mock);
    let id = tenant.create(ats("orders")).await.id;
    let whole = tenant.get(&format!("/connections/{id}")).await.body;
    let cut = list(&mock, "limit=1").await[0].response_body.clone().unwrap();
    assert_eq!((cut.truncated, cut.bytes), (true, whole.len() as u64));
    assert_eq!(cut.text.as_deref(), str::from_utf8(&whole[..600]).ok());
    Answer::to(tenant.request(Method::POST, "/connections").body("{\"not\": json")).await.expect_status(400);
    let [malformed, _, made] = list(&mock, "").await.try_into().unwrap();
    assert_eq!(header(&made.headers, "authorization"), Some("Bearer token"));
    let string = made.body.unwrap().json.unwrap()["auth"]["params"]["connectionString"].clone();
    assert!(string.as_str().unwrap().contains(CREDENTIAL), "{string}");
    assert_eq!(malformed.body.unwrap().text.as_deref(), Some("{\"not\": json"));
    assert!(mock.har().contains(CREDENTIAL));
}

/// A request with `secret` in one of 18 places where credentials occur. The request may be invalid.
fn with_secret(tenant: &Tenant, secret: &str, place: usize) -> reqwest::RequestBuilder {
    let request = |method, path: &str| tenant.request(method, path);
    let body = |body: Value| tenant.request(Method::POST, "/connections").body(body.to_string());
    match place {
        0 => tenant
            .untyped(Method::GET, "/connections")
            .header("Proxy-Authorization", format!("Basic {secret}")),
        1 => tenant.bare(Method::GET, "/connections").header("Authorization", format!("Bearer {secret}")),
        2 => tenant.bare(Method::GET, "/connections").header("Authorization", secret),
        3 => request(Method::GET, "/connections").header("Cookie", format!("session={secret}")),
        4 => request(Method::GET, "/connections").header("x-flowmock-control-token", secret),
        5 => request(Method::GET, &format!("/connections?property=auth.params.connectionString=={secret}")),
        6 => request(Method::GET, &format!("/connections?property=auth.params.password%20{secret}")),
        7 => request(
            Method::GET,
            &format!("/connections?client_secret={secret}&access_token={secret}&code={secret}"),
        ),
        8 => request(
            Method::GET,
            &format!("/connections?sig={secret}&property=name%3D%3DAccountKey%3D{secret}"),
        ),
        9 => {
            let search = json!({"queryString": format!("property=auth.params.connectionString=={secret}")});
            request(Method::POST, "/connections/search").body(search.to_string())
        }
        10 => body(
            json!({"auth": {"specName": "Basic", "params": {"username": secret, "deep": [{"x": secret}]}}}),
        ),
        11 => {
            let mut whole = ats("kept");
            let string = format!("AccountName=acme;SharedAccessSignature=sv=1&sig={secret}");
            whole["auth"]["params"]["connectionString"] = string.into();
            body(whole)
        }
        12 => body(json!({"name": "x", "clientSecret": secret, "own": {"refresh_token": [secret]}})),
        13 => body(
            json!({"name": format!("Server=s;Password={secret}"), "description": format!("AccountKey = {secret}")}),
        ),
        14 => body(json!([secret, "unknown"]))
            .header("Content-Type", "text/plain")
            .body(format!("{{\"password\": {secret}")),
        15 => {
            let operations = json!([
                {"op": "replace", "path": "/auth/params/connectionString", "value": secret},
                {"op": "add", "path": "/auth", "value": {"specName": "x", "params": {"a": secret}}},
            ]);
            request(Method::PATCH, "/connections/nobody").header("If-Match", "*").body(operations.to_string())
        }
        16 => {
            let form =
                format!("grant_type=client_credentials&client_id=a&client_secret={secret}&code={secret}");
            request(Method::POST, "/ims/token/v3")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(form)
        }
        _ => request(Method::GET, "/connections")
            .header("Referer", format!("https://a.example.com/?sig={secret}")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_journal_never_reveals_a_credential(secret in "S[a-zA-Z0-9]{10,30}T") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mock = server();
            let tenant = Tenant::on(&mock);
            // Continuation tokens contain the value by which the list is ordered.
            tenant.create(support::with(ats("own"), "/clientSecret", secret.clone().into())).await;
            tenant.create(support::with(ats("own"), "/clientSecret", format!("{secret}2").into())).await;
            let (_, next) = tenant.page("/connections?limit=1&orderby=clientSecret").await;
            let next = next.unwrap();
            tenant.page(&next).await;
            let elsewhere = tenant.in_sandbox("dev").get(&next).await;
            elsewhere.expect_error("FLOW-1452-400");
            for place in 0..18 {
                Answer::to(with_secret(&tenant, &secret, place)).await;
            }
            let pages = [
                control(&mock, Method::GET, "/requests").await,
                control(&mock, Method::GET, "/requests.har").await,
                control(&mock, Method::GET, "/requests/1").await,
            ];
            let recorded = mock.requests(&RequestFilter::new());
            assert_eq!(recorded.len(), 23);
            let token = base64_text(&secret);
            for text in pages.map(|page| page.expect_status(200)).iter().map(ToString::to_string).chain([format!("{recorded:?}")]) {
                for part in [&secret, &token] {
                    let at = text.find(part.as_str());
                    assert!(at.is_none(), "{}", at.map_or("", |at| &text[at.saturating_sub(300)..at + 100]));
                }
            }
        });
    }
}

/// The base64 form of the secret inside a continuation token, where one byte precedes it.
fn base64_text(secret: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bytes: Vec<u8> = std::iter::once(b'#').chain(secret.bytes()).collect();
    let whole = bytes.chunks_exact(3).flat_map(|chunk| {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift) as usize & 63]))
    });
    whole.skip(4).collect()
}

#[tokio::test]
async fn the_credential_in_a_misspelt_patch_is_shown_nowhere() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let made = tenant.create(ats("orders")).await;
    let control = support::Control::of(&mock);
    for operation in [
        json!({"op": "replace", "path": "/auth/params/connectionString", "vlaue": "hunter2"}),
        json!({"op": "replace", "path": "/auth", "values": {"params": {"x": "hunter2"}}}),
        json!({"op": "replace", "paht": "/auth/params/connectionString", "value": "hunter2"}),
    ] {
        let refused = tenant.patch(&made, json!([operation])).await;
        assert_eq!(refused.without("hunter2").status, 400);
    }
    let mut listed = tenant.untyped(Method::GET, "/connections");
    for name in ["x-functions-key", "x-hub-signature-256", "api-key"] {
        listed = listed.header(name, "hunter2");
    }
    Answer::to(listed).await.expect_status(200);
    for path in [
        "/requests",
        "/requests.har",
        "/pact",
        "/contract",
        "/contract?format=junit",
        "/contract?format=text",
    ] {
        let answer = control.get(path).await.expect_status(200).without("hunter2");
        assert!(answer.body.len() > 100, "{answer}");
    }
}
