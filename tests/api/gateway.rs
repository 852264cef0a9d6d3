//! The gateway's header checks: which there are, in which order, on which paths. Reference: "Base path and
//! headers".

use crate::support::{self, Answer, Raw, Tenant, ats, rename, shared, with};
use reqwest::Method;
use serde_json::json;

/// One header that is wrong, the step of the documented order that finds it, and the answer.
pub struct Fault<'a> {
    pub step: u8,
    pub header: &'static str,
    /// `None`: the header is not sent.
    pub sent: Option<&'a str>,
    pub refusal: Refusal,
}

#[derive(Clone, Copy)]
pub enum Refusal {
    /// Code and message.
    Gateway(&'static str, &'static str),
    Flow(&'static str),
    ContentTypeProblem,
}

impl Refusal {
    #[track_caller]
    pub fn expect(self, answer: Answer) {
        match self {
            Self::Gateway(code, message) => {
                let answer = answer.expect_error(code);
                assert_eq!(answer.json()["message"], message, "{answer}");
            }
            Self::Flow(code) => _ = answer.expect_error(code),
            Self::ContentTypeProblem => _ = answer.expect_content_type_problem(),
        }
    }
}

pub const fn fault<'a>(step: u8, header: &'static str, sent: Option<&'a str>, refusal: Refusal) -> Fault<'a> {
    Fault { step, header, sent, refusal }
}

const NO_KEY: Refusal = Refusal::Gateway("403000", "Api Key is required");
const NO_TOKEN: Refusal = Refusal::Gateway("403010", "Oauth token is missing.");
const BAD_TOKEN: Refusal = Refusal::Gateway("401013", "Oauth token is not valid");
const EMPTY_TOKEN: Refusal = Refusal::Flow("FLOW-2114-400");
const NO_ORG: Refusal = Refusal::Gateway("400003", "Missing header");
const EMPTY_ORG: Refusal = Refusal::Flow("FLOW-2001-401");
const NO_SANDBOX: Refusal = Refusal::Flow("FLOW-2105-400");
const ANY_SANDBOX: Refusal = Refusal::Flow("FLOW-2111-403");
const OTHER_SANDBOX_ID: Refusal = Refusal::Flow("FLOW-2103-404");

const FAULTS: &[Fault<'_>] = &[
    fault(1, "x-api-key", None, NO_KEY),
    fault(1, "x-api-key", Some(""), NO_KEY),
    fault(2, "Authorization", None, NO_TOKEN),
    fault(2, "Authorization", Some(""), BAD_TOKEN),
    fault(2, "Authorization", Some("token"), BAD_TOKEN),
    fault(2, "Authorization", Some("Basic dXNlcjpwYXNz"), BAD_TOKEN),
    fault(2, "Authorization", Some("Bearertoken"), BAD_TOKEN),
    fault(2, "Authorization", Some("Bearer two words"), BAD_TOKEN),
    fault(2, "Authorization", Some("Bearer"), EMPTY_TOKEN),
    fault(2, "Authorization", Some("bearer  "), EMPTY_TOKEN),
    fault(3, "x-gw-ims-org-id", None, NO_ORG),
    fault(3, "x-gw-ims-org-id", Some(""), EMPTY_ORG),
    fault(4, "x-sandbox-name", None, NO_SANDBOX),
    fault(4, "x-sandbox-name", Some(""), NO_SANDBOX),
    fault(4, "x-sandbox-name", Some("*"), ANY_SANDBOX),
    fault(5, "x-sandbox-id", Some("00000000-0000-0000-0000-000000000000"), OTHER_SANDBOX_ID),
    fault(5, "x-sandbox-id", Some("no id"), OTHER_SANDBOX_ID),
    fault(6, "Content-Type", None, Refusal::ContentTypeProblem),
    fault(6, "Content-Type", Some("text/plain"), Refusal::ContentTypeProblem),
    fault(6, "Content-Type", Some("application/jsonx"), Refusal::ContentTypeProblem),
    fault(6, "Content-Type", Some("application/x-www-form-urlencoded"), Refusal::ContentTypeProblem),
];

/// The last step, which is for the calls that have a body.
pub const CONTENT_TYPE_STEP: u8 = 6;

/// Known paths, known ones with a wrong method, unknown ones, the base path; whether the call has a body.
pub const CALLS: &[(&str, &str, bool)] = &[
    ("GET", "/connections", false),
    ("POST", "/connections", true),
    ("GET", "/connections/some-id", false),
    ("PATCH", "/connections/some-id", true),
    ("DELETE", "/connections/some-id/", false),
    ("GET", "/connections/some-id/test", false),
    ("POST", "/connections/some-id/action?op=publish", true),
    ("PUT", "/connections", true),
    ("OPTIONS", "/connections", false),
    ("DELETE", "/connections/some-id/test", false),
    ("GET", "/no/such/path", false),
    ("PUT", "/no-such-path/", true),
    ("GET", "", false),
    ("POST", "/", true),
];

pub async fn send(
    tenant: &Tenant, (method, path, has_body): (&str, &str, bool), faults: &[&Fault<'_>],
) -> Answer {
    let is_faulty = |name: &str| faults.iter().any(|fault| fault.header == name);
    let mut request = tenant.bare(method.parse::<Method>().unwrap(), path);
    for (name, value) in tenant.headers().into_iter().chain([("Content-Type", "application/json".into())]) {
        if !is_faulty(name) {
            request = request.header(name, value);
        }
    }
    for fault in faults {
        if let Some(sent) = fault.sent {
            request = request.header(fault.header, sent);
        }
    }
    Answer::to(if has_body { request.body(ats("orders").to_string()) } else { request }).await
}

#[tokio::test]
async fn each_wrong_header_is_refused_as_documented_on_every_path_known_or_not() {
    let tenant = support::tenant().await;
    for fault in FAULTS {
        for &call in CALLS.iter().filter(|call| fault.step < CONTENT_TYPE_STEP || call.2) {
            fault.refusal.expect(send(&tenant, call, &[fault]).await);
        }
    }
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn of_several_wrong_headers_the_first_in_the_documented_order_is_answered() {
    let tenant = support::tenant().await;
    for fault in FAULTS {
        // With it, one of every later step is wrong too.
        let mut faults = vec![fault];
        for step in fault.step + 1..=CONTENT_TYPE_STEP {
            faults.extend(FAULTS.iter().find(|later| later.step == step));
        }
        for &call in CALLS.iter().filter(|call| fault.step < CONTENT_TYPE_STEP || call.2) {
            fault.refusal.expect(send(&tenant, call, &faults).await);
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_header_that_is_at_fault() {
    let tenant = support::tenant().await;
    for fault in FAULTS {
        if let Refusal::Flow(code) = fault.refusal {
            send(&tenant, CALLS[0], &[fault]).await.expect_error(code).naming(fault.header);
        }
    }
}

#[test]
fn header_names_and_the_scheme_count_in_any_letter_case_and_unknown_headers_are_ignored() {
    let mut raw = Raw::to(shared());
    raw.send(format!(
        "GET {}/connections HTTP/1.1\r\nhOST: localhost\r\nX-API-KEY: key\r\nauthorization: bEARER token\r\n\
         X-Gw-Ims-Org-Id: CASE@AdobeOrg\r\nx-SANDBOX-name: prod\r\nX-Unknown: any\r\nCookie: a=b\r\n\r\n",
        flowmock::BASE_PATH
    ));
    raw.answer().expect_status(200);
}

#[tokio::test]
async fn a_header_that_is_not_text_names_nothing_that_is_known() {
    let tenant = support::tenant().await;
    for (header, code) in [
        ("x-api-key", "403003"),
        ("Authorization", "401013"),
        ("x-gw-ims-org-id", "403027"),
        ("x-sandbox-name", "FLOW-2100-404"),
        ("x-sandbox-id", "FLOW-2103-404"),
    ] {
        let mut request = tenant.bare(Method::GET, "/connections").header(header, &b"\xff"[..]);
        for (name, value) in tenant.headers().into_iter().filter(|(name, _)| *name != header) {
            request = request.header(name, value);
        }
        Answer::to(request).await.expect_error(code);
    }
}

#[tokio::test]
async fn the_sandboxs_own_id_is_accepted_and_another_sandboxs_is_not() {
    let tenant = support::tenant().await;
    let other = tenant.in_sandbox("dev");
    let id_of = async |tenant: &Tenant| {
        let made = tenant.create(ats("orders")).await;
        tenant.read(&made.id).await["sandboxId"].as_str().unwrap().to_owned()
    };
    let (own, others) = (id_of(&tenant).await, id_of(&other).await);
    assert_ne!(own, others);
    let list_with = |sandbox_id: &str| {
        Answer::to(tenant.request(Method::GET, "/connections").header("x-sandbox-id", sandbox_id))
    };
    list_with(&own).await.expect_status(200);
    list_with(&others).await.expect_error("FLOW-2103-404").naming(&others);
}

#[tokio::test]
async fn a_body_is_taken_in_every_documented_content_type() {
    let tenant = support::tenant().await;
    let post = async |content_type: &str| {
        let request = tenant.untyped(Method::POST, "/connections").header("Content-Type", content_type);
        Answer::to(request.body(ats("orders").to_string())).await
    };
    let json_types =
        ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=\"UTF-8\"; v=1"];
    for content_type in json_types {
        post(content_type).await.expect_status(201);
    }
    // JSON Patch is for PATCH alone.
    post("application/json-patch+json").await.expect_content_type_problem();
    let made = tenant.create(ats("orders")).await;
    for content_type in json_types.into_iter().chain(["application/json-patch+json"]) {
        let request = tenant.untyped(Method::PATCH, &format!("/connections/{}", made.id));
        let request = request.header("Content-Type", content_type).header("If-Match", "*");
        Answer::to(request.body(rename(content_type).to_string())).await.expect_status(200);
        assert_eq!(tenant.read(&made.id).await["name"], content_type);
    }
}

#[tokio::test]
async fn a_call_without_a_body_may_carry_any_content_type_or_none() {
    let tenant = support::tenant().await;
    for content_type in ["application/json", "text/plain", "nonsense", ""] {
        let path = format!("/connections/{}", tenant.create(ats("orders")).await.id);
        for (method, path, status) in [
            (Method::GET, "/connections", 200),
            (Method::GET, path.as_str(), 200),
            (Method::POST, &format!("{path}/action?op=disable"), 200),
            (Method::DELETE, &path, 204),
        ] {
            let request = tenant.untyped(method, path).header("Content-Type", content_type);
            Answer::to(request).await.expect_status(status);
        }
    }
    let made = tenant.create(ats("orders")).await;
    let request = tenant.untyped(Method::POST, &format!("/connections/{}/action?op=disable", made.id));
    Answer::to(request).await.expect_status(200);
    Answer::to(tenant.untyped(Method::POST, "/connections")).await.expect_error("FLOW-1405-400");
}

#[tokio::test]
async fn a_malformed_organisation_is_refused_when_strict_and_only_then() {
    let strict = support::server(|config| config.strict = true);
    for ims_org in ["acme", "@AdobeOrg", "acme@adobeorg", "acme@AdobeOrg.com", "a b@AdobeOrg"] {
        let of = |mock| Tenant::on(mock).of_org(ims_org);
        for path in ["/connections", "/no-such-path"] {
            let answer = of(&strict).get(path).await.expect_error("403027");
            assert_eq!(answer.json()["message"], "User region is missing");
        }
        of(shared()).get("/connections").await.expect_status(200);
    }
    Tenant::on(&strict).get("/connections").await.expect_status(200);
}

#[tokio::test]
async fn the_placeholders_of_the_documentation_are_taken_unless_strict() {
    let strict = support::server(|config| config.strict = true);
    let string = "DefaultEndpointsProtocol=https;AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY}";
    let body = with(ats("pasted"), "/auth/params/connectionString", json!(string));
    support::tenant().await.create(body.clone()).await;
    let tenant = Tenant::on(&strict);
    tenant
        .post("/connections", &body)
        .await
        .expect_error("FLOW-1100-400")
        .naming("1312-400")
        .naming("AccountName")
        .at("/auth/params/connectionString");
    tenant.create(ats("real")).await;
}
