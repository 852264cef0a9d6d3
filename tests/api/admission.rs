//! What the gateway refuses where it is told whom to admit: API keys, organisations and sandboxes in lists, and tokens
//! that this server issued. Reference: "Base path and headers"; `errors.csv`, 401013, 403003, 403025, FLOW-2000-401,
//! FLOW-2100-404, FLOW-2110-400.

use crate::gateway::{CALLS, CONTENT_TYPE_STEP, Fault, Refusal, fault, send};
use crate::support::{self, Answer, Tenant, ats, landing_zone};
use flowmock::{Auth, FlowMock};
use reqwest::Method;
use std::time::{Duration, UNIX_EPOCH};

const BAD_KEY: Refusal = Refusal::Gateway("403003", "Api Key is invalid");
const BAD_TOKEN: Refusal = Refusal::Gateway("401013", "Oauth token is not valid");
const BAD_ORG: Refusal = Refusal::Gateway("403025", "Profile is not valid");
const MALFORMED_ORG: Refusal = Refusal::Gateway("403027", "User region is missing");

const ORG: &str = "LISTED@AdobeOrg";
const OTHER_ORG: &str = "LISTED2@AdobeOrg";

/// A server that admits nobody but `key` and `other`, for two organisations, with tokens of its own.
fn demanding() -> FlowMock {
    support::server(|config| {
        config.strict = true;
        config.auth = Auth::Issued;
        config.allow_api_keys = vec!["key".into(), "other".into()];
        config.allow_organisations = vec![ORG.into(), OTHER_ORG.into(), "malformed".into()];
        config.allow_sandboxes = vec!["prod".into(), format!("{ORG}/dev")];
    })
}

/// A tenant that such a server admits.
fn admitted(mock: &FlowMock) -> Tenant {
    Tenant::on(mock).of_org(ORG).with_token(&mock.access_token("key", ORG).expect("a token"))
}

/// Calls `check` with every fault that a demanding server finds, in the documented order of the steps.
async fn with_faults(mock: &FlowMock, check: impl AsyncFn(&[Fault<'_>])) {
    let bearer = |token: &str| format!("Bearer {token}");
    let others = bearer(&mock.access_token("other", ORG).expect("a token"));
    let of_other_server = bearer(&support::shared().access_token("key", ORG).expect("a token"));
    let of_other_org = bearer(&mock.access_token("key", OTHER_ORG).expect("a token"));
    check(&[
        fault(1, "x-api-key", Some("unlisted"), BAD_KEY),
        fault(1, "x-api-key", Some("KEY"), BAD_KEY),
        fault(2, "Authorization", Some("Bearer token"), BAD_TOKEN),
        fault(2, "Authorization", Some(&others), BAD_TOKEN),
        fault(2, "Authorization", Some(&of_other_server), BAD_TOKEN),
        fault(3, "x-gw-ims-org-id", Some("malformed"), MALFORMED_ORG),
        fault(4, "x-gw-ims-org-id", Some("UNLISTED@AdobeOrg"), BAD_ORG),
        fault(5, "Authorization", Some(&of_other_org), Refusal::Flow("FLOW-2000-401")),
        fault(6, "x-sandbox-name", Some("test"), Refusal::Flow("FLOW-2100-404")),
        fault(
            7,
            "x-sandbox-id",
            Some("00000000-0000-0000-0000-000000000000"),
            Refusal::Flow("FLOW-2110-400"),
        ),
        fault(8, "Content-Type", Some("text/plain"), Refusal::ContentTypeProblem),
    ])
    .await;
}

/// The calls that a fault is found in.
fn calls(fault: &Fault<'_>) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    let needs_body = fault.step == LAST_STEP;
    CALLS.iter().copied().filter(move |call| !needs_body || call.2)
}

const LAST_STEP: u8 = CONTENT_TYPE_STEP + 2;

#[tokio::test]
async fn each_header_that_is_not_admitted_is_refused_as_documented_on_every_path_known_or_not() {
    let mock = demanding();
    let tenant = admitted(&mock);
    with_faults(&mock, async |faults| {
        for fault in faults {
            for call in calls(fault) {
                fault.refusal.expect(send(&tenant, call, &[fault]).await);
            }
        }
    })
    .await;
    assert_eq!(tenant.count().await, 0);
    tenant.create(ats("orders")).await;
    tenant.in_sandbox("dev").create(ats("orders")).await;
}

#[tokio::test]
async fn of_several_headers_that_are_not_admitted_the_first_in_the_documented_order_is_answered() {
    let mock = demanding();
    let tenant = admitted(&mock);
    with_faults(&mock, async |faults| {
        for fault in faults {
            let later = (fault.step + 1..=LAST_STEP).filter_map(|step| {
                let mut of_step = faults.iter().filter(|later| later.step == step);
                of_step.find(|later| later.header != fault.header)
            });
            let all: Vec<_> = [fault].into_iter().chain(later).collect();
            for call in calls(fault) {
                // Each header once: an earlier fault stands for its header.
                let mut sent: Vec<&Fault<'_>> = Vec::new();
                for fault in &all {
                    if sent.iter().all(|earlier| earlier.header != fault.header) {
                        sent.push(fault);
                    }
                }
                fault.refusal.expect(send(&tenant, call, &sent).await);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_sandbox_is_admitted_by_its_name_or_for_one_organisation_alone() {
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
async fn one_list_leaves_everything_else_open() {
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
    let tenant = admitted(&mock);
    let answer = tenant.get("/connections").await.expect_error("401013");
    assert_eq!(answer.json()["message"], "Oauth token is not valid");
}

#[tokio::test]
async fn a_token_counts_with_whatever_stands_around_it_in_the_header() {
    let mock = demanding();
    let tenant = admitted(&mock);
    for scheme in ["bearer", "BEARER", "Bearer  "] {
        let mut request = tenant.bare(Method::GET, "/connections");
        for (name, value) in tenant.headers().into_iter().filter(|(name, _)| *name != "Authorization") {
            request = request.header(name, value);
        }
        let request = request.header("Authorization", format!("{scheme} {}", tenant.token));
        Answer::to(request).await.expect_status(200);
    }
    tenant.with_token(&format!("{} more", tenant.token)).get("/connections").await.expect_error("401013");
}

#[tokio::test]
async fn what_is_written_with_an_issued_token_is_its_users() {
    for auth in [Auth::Any, Auth::Issued] {
        let mock = support::server(|config| config.auth = auth);
        let tenant = admitted(&mock);
        let made = tenant.create(landing_zone("mine")).await;
        let read = tenant.read(&made.id).await;
        // Nobody configured the client, so its key stands for its user, whatever the token.
        let user = support::tenant().await;
        let opaque = user.read(&user.create(landing_zone("mine")).await.id).await;
        assert_eq!(read["createdBy"], opaque["createdBy"]);
        assert_eq!(read["createdClient"], "key");
    }
}

#[tokio::test]
async fn an_issued_token_is_as_good_as_any_where_any_is_good() {
    let mock = support::server(|config| config.token_lifetime = Duration::ZERO);
    let tenant = admitted(&mock);
    // Expired, another client's, another organisation's: nobody asks.
    tenant.get("/connections").await.expect_status(200);
    tenant.with_api_key("other").of_org(OTHER_ORG).get("/connections").await.expect_status(200);
    let made = tenant.create(ats("orders")).await;
    let id = tenant.read(&made.id).await["sandboxId"].as_str().expect("an id").to_owned();
    let request = tenant.request(Method::GET, "/connections").header("x-sandbox-id", id);
    Answer::to(request).await.expect_status(200);
}

#[tokio::test]
async fn a_token_ends_by_the_servers_clock() {
    let mock = support::server(|config| {
        config.auth = Auth::Issued;
        config.clock = Some(UNIX_EPOCH + Duration::from_secs(1_767_225_600));
        config.token_lifetime = Duration::from_secs(60);
    });
    let first = admitted(&mock);
    mock.advance(Duration::from_millis(59_999)).unwrap();
    first.get("/connections").await.expect_status(200);
    let second = admitted(&mock);
    mock.advance(Duration::from_millis(1)).unwrap();
    first.get("/connections").await.expect_error("401013");
    second.get("/connections").await.expect_status(200);
    // A new one is good again, as it is for a client that asks after its first was refused.
    admitted(&mock).get("/connections").await.expect_status(200);
}
