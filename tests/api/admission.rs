//! The gateway's allow lists of API keys, organisations and sandboxes, and servers that accept only the tokens that they
//! issued. Reference: "Base path and headers"; `errors.csv`, 401013, 403003, 403025, FLOW-2000-401,
//! FLOW-2100-404, FLOW-2110-400.

use crate::gateway::{CALLS, CONTENT_TYPE_STEP, HeaderError, WrongHeader, send, wrong_header};
use crate::support::{self, Answer, Tenant, ats, landing_zone};
use flowmock::{Auth, FlowMock};
use reqwest::Method;
use std::time::{Duration, UNIX_EPOCH};

const BAD_KEY: HeaderError = HeaderError::Gateway("403003", "Api Key is invalid");
const BAD_TOKEN: HeaderError = HeaderError::Gateway("401013", "Oauth token is not valid");
const BAD_ORG: HeaderError = HeaderError::Gateway("403025", "Profile is not valid");
const MALFORMED_ORG: HeaderError = HeaderError::Gateway("403027", "User region is missing");

const ORG: &str = "LISTED@AdobeOrg";
const OTHER_ORG: &str = "LISTED2@AdobeOrg";

/// A server that allows the API keys `key` and `other` in two organisations, with tokens that it issued.
fn restrictive_server() -> FlowMock {
    support::server(|config| {
        config.strict = true;
        config.auth = Auth::Issued;
        config.allow_api_keys = vec!["key".into(), "other".into()];
        config.allow_organisations = vec![ORG.into(), OTHER_ORG.into(), "malformed".into()];
        config.allow_sandboxes = vec!["prod".into(), format!("{ORG}/dev")];
    })
}

/// A tenant that [`restrictive_server`] accepts.
fn allowed_tenant(mock: &FlowMock) -> Tenant {
    Tenant::on(mock).of_org(ORG).with_token(&mock.access_token("key", ORG).expect("a token"))
}

/// Calls `check` with wrong headers for every step of the gateway, in the documented order.
async fn with_wrong_headers(mock: &FlowMock, check: impl AsyncFn(&[WrongHeader<'_>])) {
    let bearer = |token: &str| format!("Bearer {token}");
    let of_other_client = bearer(&mock.access_token("other", ORG).expect("a token"));
    let of_other_server = bearer(&support::shared().access_token("key", ORG).expect("a token"));
    let of_other_org = bearer(&mock.access_token("key", OTHER_ORG).expect("a token"));
    check(&[
        wrong_header(1, "x-api-key", Some("unlisted"), BAD_KEY),
        wrong_header(1, "x-api-key", Some("KEY"), BAD_KEY),
        wrong_header(2, "Authorization", Some("Bearer token"), BAD_TOKEN),
        wrong_header(2, "Authorization", Some(&of_other_client), BAD_TOKEN),
        wrong_header(2, "Authorization", Some(&of_other_server), BAD_TOKEN),
        wrong_header(3, "x-gw-ims-org-id", Some("malformed"), MALFORMED_ORG),
        wrong_header(4, "x-gw-ims-org-id", Some("UNLISTED@AdobeOrg"), BAD_ORG),
        wrong_header(5, "Authorization", Some(&of_other_org), HeaderError::Flow("FLOW-2000-401")),
        wrong_header(6, "x-sandbox-name", Some("test"), HeaderError::Flow("FLOW-2100-404")),
        wrong_header(
            7,
            "x-sandbox-id",
            Some("00000000-0000-0000-0000-000000000000"),
            HeaderError::Flow("FLOW-2110-400"),
        ),
        wrong_header(8, "Content-Type", Some("text/plain"), HeaderError::ContentTypeProblem),
    ])
    .await;
}

/// The calls in which a wrong header is detected.
fn calls(wrong_header: &WrongHeader<'_>) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    let needs_body = wrong_header.step == LAST_STEP;
    CALLS.iter().copied().filter(move |call| !needs_body || call.2)
}

const LAST_STEP: u8 = CONTENT_TYPE_STEP + 2;

#[tokio::test]
async fn each_header_that_is_not_allowed_is_refused_on_known_and_unknown_paths() {
    let mock = restrictive_server();
    let tenant = allowed_tenant(&mock);
    with_wrong_headers(&mock, async |wrong_headers| {
        for wrong_header in wrong_headers {
            for call in calls(wrong_header) {
                wrong_header.error.expect(send(&tenant, call, &[wrong_header]).await);
            }
        }
    })
    .await;
    assert_eq!(tenant.count().await, 0);
    tenant.create(ats("orders")).await;
    tenant.in_sandbox("dev").create(ats("orders")).await;
}

#[tokio::test]
async fn the_first_header_in_the_documented_order_that_is_not_allowed_is_reported() {
    let mock = restrictive_server();
    let tenant = allowed_tenant(&mock);
    with_wrong_headers(&mock, async |wrong_headers| {
        for wrong_header in wrong_headers {
            let later = (wrong_header.step + 1..=LAST_STEP).filter_map(|step| {
                let mut of_step = wrong_headers.iter().filter(|later| later.step == step);
                of_step.find(|later| later.header != wrong_header.header)
            });
            let all: Vec<_> = [wrong_header].into_iter().chain(later).collect();
            for call in calls(wrong_header) {
                // Each header is sent once, with the wrong value of the earliest step.
                let mut sent: Vec<&WrongHeader<'_>> = Vec::new();
                for wrong_header in &all {
                    if sent.iter().all(|earlier| earlier.header != wrong_header.header) {
                        sent.push(wrong_header);
                    }
                }
                wrong_header.error.expect(send(&tenant, call, &sent).await);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_sandbox_can_be_allowed_in_all_organisations_or_in_one() {
    let mock = support::server(|config| {
        config.allow_sandboxes = vec!["prod".into(), "A@AdobeOrg/dev".into()];
    });
    for (ims_org, sandbox, is_admitted) in [
        ("A@AdobeOrg", "prod", true),
        ("B@AdobeOrg", "prod", true),
        ("A@AdobeOrg", "dev", true),
        ("B@AdobeOrg", "dev", false),
        ("A@AdobeOrg", "Dev", false),
        ("A@AdobeOrg", "test", false),
    ] {
        let answer = Tenant::on(&mock).of_org(ims_org).in_sandbox(sandbox).get("/connections").await;
        if is_admitted {
            answer.expect_status(200);
        } else {
            answer.expect_error("FLOW-2100-404").naming("x-sandbox-name").naming(sandbox);
        }
    }
}

#[tokio::test]
async fn an_allow_list_restricts_only_its_own_header() {
    type Change = fn(&mut flowmock::Config);
    let lists: [(&str, Change, &str); 3] = [
        ("x-api-key", |config| config.allow_api_keys = vec!["key".into()], "403003"),
        ("x-gw-ims-org-id", |config| config.allow_organisations = vec!["A@AdobeOrg".into()], "403025"),
        ("x-sandbox-name", |config| config.allow_sandboxes = vec!["prod".into()], "FLOW-2100-404"),
    ];
    for (listed, change, code) in lists {
        let mock = support::server(change);
        let tenant = Tenant::on(&mock).of_org("A@AdobeOrg");
        for (header, other) in [
            ("x-api-key", tenant.with_api_key("other")),
            ("x-gw-ims-org-id", tenant.of_org("B@AdobeOrg")),
            ("x-sandbox-name", tenant.in_sandbox("other")),
            ("Authorization", tenant.with_token("other")),
        ] {
            let answer = other.get("/connections").await;
            if header == listed {
                answer.expect_error(code)
            } else {
                answer.expect_status(200)
            };
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let mock = support::server(|config| {
        config.auth = Auth::Issued;
        config.token_lifetime = Duration::ZERO;
    });
    let tenant = allowed_tenant(&mock);
    let answer = tenant.get("/connections").await.expect_error("401013");
    assert_eq!(answer.json()["message"], "Oauth token is not valid");
}

#[tokio::test]
async fn the_scheme_of_a_token_is_read_in_any_letter_case_and_text_after_the_token_is_refused() {
    let mock = restrictive_server();
    let tenant = allowed_tenant(&mock);
    for scheme in ["bearer", "BEARER", "Bearer  "] {
        let mut request = tenant.bare(Method::GET, "/connections");
        for (name, value) in tenant.headers_except("Authorization") {
            request = request.header(name, value);
        }
        let request = request.header("Authorization", format!("{scheme} {}", tenant.token));
        Answer::to(request).await.expect_status(200);
    }
    tenant.with_token(&format!("{} more", tenant.token)).get("/connections").await.expect_error("401013");
}

#[tokio::test]
async fn a_write_with_the_token_of_an_unconfigured_client_names_the_user_of_its_key() {
    for auth in [Auth::Any, Auth::Issued] {
        let mock = support::server(|config| config.auth = auth);
        let tenant = allowed_tenant(&mock);
        let made = tenant.create(landing_zone("mine")).await;
        let read = tenant.read(&made.id).await;
        // The client is not configured, so its user is derived from its API key.
        let user = support::tenant().await;
        let opaque = user.read(&user.create(landing_zone("mine")).await.id).await;
        assert_eq!(read["createdBy"], opaque["createdBy"]);
        assert_eq!(read["createdClient"], "key");
    }
}

#[tokio::test]
async fn without_token_checks_any_issued_token_is_accepted() {
    let mock = support::server(|config| config.token_lifetime = Duration::ZERO);
    let tenant = allowed_tenant(&mock);
    // The token is expired, and of another client and another organisation: none of that is checked.
    tenant.get("/connections").await.expect_status(200);
    tenant.with_api_key("other").of_org(OTHER_ORG).get("/connections").await.expect_status(200);
    let made = tenant.create(ats("orders")).await;
    let id = tenant.read(&made.id).await["sandboxId"].as_str().expect("an id").to_owned();
    let request = tenant.request(Method::GET, "/connections").header("x-sandbox-id", id);
    Answer::to(request).await.expect_status(200);
}

#[tokio::test]
async fn a_token_expires_by_the_clock_of_the_server() {
    let mock = support::server(|config| {
        config.auth = Auth::Issued;
        config.clock = Some(UNIX_EPOCH + Duration::from_secs(1_767_225_600));
        config.token_lifetime = Duration::from_secs(60);
    });
    let first = allowed_tenant(&mock);
    mock.advance(Duration::from_millis(59_999)).unwrap();
    first.get("/connections").await.expect_status(200);
    let second = allowed_tenant(&mock);
    mock.advance(Duration::from_millis(1)).unwrap();
    first.get("/connections").await.expect_error("401013");
    second.get("/connections").await.expect_status(200);
    // A client whose token has expired can get a new one.
    allowed_tenant(&mock).get("/connections").await.expect_status(200);
}
