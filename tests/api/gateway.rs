//! The gateway's header checks, their order, and the paths to which they apply. Reference: "Base path and
//! headers".

use crate::support::{self, Answer, RawConnection, Tenant, ats, rename, shared, with};
use reqwest::Method;
use serde_json::json;

/// A wrong header, the step of the documented order that detects it, and the expected error.
pub struct WrongHeader<'a> {
    pub step: u8,
    pub header: &'static str,
    /// The value to send; `None` to omit the header.
    pub sent: Option<&'a str>,
    pub error: HeaderError,
}

/// The error that a wrong header causes.
#[derive(Clone, Copy)]
pub enum HeaderError {
    /// An error of the gateway: its code and its message.
    Gateway(&'static str, &'static str),
    Flow(&'static str),
    ContentTypeProblem,
}

impl HeaderError {
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

pub const fn wrong_header<'a>(
    step: u8, header: &'static str, sent: Option<&'a str>, error: HeaderError,
) -> WrongHeader<'a> {
    WrongHeader { step, header, sent, error }
}

const NO_KEY: HeaderError = HeaderError::Gateway("403000", "Api Key is required");
const NO_TOKEN: HeaderError = HeaderError::Gateway("403010", "Oauth token is missing.");
const BAD_TOKEN: HeaderError = HeaderError::Gateway("401013", "Oauth token is not valid");
const EMPTY_TOKEN: HeaderError = HeaderError::Flow("FLOW-2114-400");
const NO_ORG: HeaderError = HeaderError::Gateway("400003", "Missing header");
const EMPTY_ORG: HeaderError = HeaderError::Flow("FLOW-2001-401");
const NO_SANDBOX: HeaderError = HeaderError::Flow("FLOW-2105-400");
const ANY_SANDBOX: HeaderError = HeaderError::Flow("FLOW-2111-403");
const OTHER_SANDBOX_ID: HeaderError = HeaderError::Flow("FLOW-2103-404");

const WRONG_HEADERS: &[WrongHeader<'_>] = &[
    wrong_header(1, "x-api-key", None, NO_KEY),
    wrong_header(1, "x-api-key", Some(""), NO_KEY),
    wrong_header(2, "Authorization", None, NO_TOKEN),
    wrong_header(2, "Authorization", Some(""), BAD_TOKEN),
    wrong_header(2, "Authorization", Some("token"), BAD_TOKEN),
    wrong_header(2, "Authorization", Some("Basic dXNlcjpwYXNz"), BAD_TOKEN),
    wrong_header(2, "Authorization", Some("Bearertoken"), BAD_TOKEN),
    wrong_header(2, "Authorization", Some("Bearer two words"), BAD_TOKEN),
    wrong_header(2, "Authorization", Some("Bearer"), EMPTY_TOKEN),
    wrong_header(2, "Authorization", Some("bearer  "), EMPTY_TOKEN),
    wrong_header(3, "x-gw-ims-org-id", None, NO_ORG),
    wrong_header(3, "x-gw-ims-org-id", Some(""), EMPTY_ORG),
    wrong_header(4, "x-sandbox-name", None, NO_SANDBOX),
    wrong_header(4, "x-sandbox-name", Some(""), NO_SANDBOX),
    wrong_header(4, "x-sandbox-name", Some("*"), ANY_SANDBOX),
    wrong_header(5, "x-sandbox-id", Some("00000000-0000-0000-0000-000000000000"), OTHER_SANDBOX_ID),
    wrong_header(5, "x-sandbox-id", Some("no id"), OTHER_SANDBOX_ID),
    wrong_header(6, "Content-Type", None, HeaderError::ContentTypeProblem),
    wrong_header(6, "Content-Type", Some("text/plain"), HeaderError::ContentTypeProblem),
    wrong_header(6, "Content-Type", Some("application/jsonx"), HeaderError::ContentTypeProblem),
    wrong_header(
        6,
        "Content-Type",
        Some("application/x-www-form-urlencoded"),
        HeaderError::ContentTypeProblem,
    ),
];

/// The last step, which applies only to calls with a body.
pub const CONTENT_TYPE_STEP: u8 = 6;

/// Calls to known paths, to known paths with a wrong method, to unknown paths and to the base path. Each says whether it
/// has a body.
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
    tenant: &Tenant, (method, path, has_body): (&str, &str, bool), wrong_headers: &[&WrongHeader<'_>],
) -> Answer {
    let is_wrong = |name: &str| wrong_headers.iter().any(|wrong_header| wrong_header.header == name);
    let mut request = tenant.bare(method.parse::<Method>().unwrap(), path);
    for (name, value) in tenant.headers().into_iter().chain([("Content-Type", "application/json".into())]) {
        if !is_wrong(name) {
            request = request.header(name, value);
        }
    }
    for wrong_header in wrong_headers {
        if let Some(sent) = wrong_header.sent {
            request = request.header(wrong_header.header, sent);
        }
    }
    Answer::to(if has_body { request.body(ats("orders").to_string()) } else { request }).await
}

#[tokio::test]
async fn each_wrong_header_is_refused_on_known_and_unknown_paths() {
    let tenant = support::tenant().await;
    for wrong_header in WRONG_HEADERS {
        for &call in CALLS.iter().filter(|call| wrong_header.step < CONTENT_TYPE_STEP || call.2) {
            wrong_header.error.expect(send(&tenant, call, &[wrong_header]).await);
        }
    }
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn the_first_wrong_header_in_the_documented_order_is_reported() {
    let tenant = support::tenant().await;
    for wrong_header in WRONG_HEADERS {
        // One header of every later step is wrong too.
        let mut wrong_headers = vec![wrong_header];
        for step in wrong_header.step + 1..=CONTENT_TYPE_STEP {
            wrong_headers.extend(WRONG_HEADERS.iter().find(|later| later.step == step));
        }
        for &call in CALLS.iter().filter(|call| wrong_header.step < CONTENT_TYPE_STEP || call.2) {
            wrong_header.error.expect(send(&tenant, call, &wrong_headers).await);
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_header_that_is_at_fault() {
    let tenant = support::tenant().await;
    for wrong_header in WRONG_HEADERS {
        if let HeaderError::Flow(code) = wrong_header.error {
            send(&tenant, CALLS[0], &[wrong_header]).await.expect_error(code).naming(wrong_header.header);
        }
    }
}

#[test]
fn header_names_and_the_scheme_are_read_in_any_letter_case_and_unknown_headers_are_ignored() {
    let mut raw = RawConnection::to(shared().address());
    raw.send(format!(
        "GET {}/connections HTTP/1.1\r\nhOST: localhost\r\nX-API-KEY: key\r\nauthorization: bEARER token\r\n\
         X-Gw-Ims-Org-Id: CASE@AdobeOrg\r\nx-SANDBOX-name: prod\r\nX-Unknown: any\r\nCookie: a=b\r\n\r\n",
        flowmock::BASE_PATH
    ));
    raw.answer().expect_status(200);
}

#[tokio::test]
async fn a_header_that_is_not_text_is_refused_like_an_unknown_value() {
    let tenant = support::tenant().await;
    for (header, code) in [
        ("x-api-key", "403003"),
        ("Authorization", "401013"),
        ("x-gw-ims-org-id", "403027"),
        ("x-sandbox-name", "FLOW-2100-404"),
        ("x-sandbox-id", "FLOW-2103-404"),
    ] {
        let mut request = tenant.bare(Method::GET, "/connections").header(header, &b"\xff"[..]);
        for (name, value) in tenant.headers_except(header) {
            request = request.header(name, value);
        }
        Answer::to(request).await.expect_error(code);
    }
}

#[tokio::test]
async fn the_id_of_the_sandbox_is_accepted_and_that_of_another_is_not() {
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
async fn a_body_is_accepted_with_every_documented_content_type() {
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
    // JSON Patch is accepted for PATCH only.
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
async fn a_call_without_a_body_may_have_any_content_type_or_none() {
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
async fn a_malformed_organisation_is_refused_only_by_a_strict_server() {
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
async fn the_placeholders_in_the_documentation_are_accepted_unless_strict() {
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
