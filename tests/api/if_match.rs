//! `If-Match`, the precondition of a PATCH. Reference: "Updating"; `errors.csv`, FLOW-1403-400 and FLOW-1404-412.

use crate::support::{self, Answer, Tenant, Written, ats, rename};
use reqwest::Method;

/// A PATCH with an `If-Match` header, or none, and a query.
async fn patch(tenant: &Tenant, made: &Written, header: Option<&str>, query: &str) -> Answer {
    let mut request = tenant.request(Method::PATCH, &format!("/connections/{}{query}", made.id));
    if let Some(header) = header {
        request = request.header("If-Match", header);
    }
    Answer::to(request.body(rename("renamed").to_string())).await
}

const STALE: &str = "\"00000000-0000-0200-0000-000000000000\"";

#[tokio::test]
async fn if_match_accepts_quoted_unquoted_and_weak_etags_and_a_star() {
    let tenant = support::tenant().await;
    for form in ["\"E\"", "E", "W/\"E\"", "*", " \"E\" ", "\"other\", \"E\""] {
        let made = tenant.create(ats("orders")).await;
        let sent = form.replace('E', made.etag.trim_matches('"'));
        let patched = patch(&tenant, &made, Some(&sent), "").await.expect_status(200).written();
        assert_eq!(patched.id, made.id);
        assert_ne!(patched.etag, made.etag);
        assert_eq!(tenant.read(&made.id).await["etag"], patched.etag.as_str());
    }
}

#[tokio::test]
async fn a_query_parameter_can_replace_the_if_match_header_which_takes_precedence() {
    let tenant = support::tenant().await;
    let encoded = |etag: &str| etag.replace('"', "%22");
    for form in ["\"E\"", "E", "W/\"E\"", "*"] {
        let made = tenant.create(ats("orders")).await;
        let query = format!("?if-match={}", encoded(&form.replace('E', made.etag.trim_matches('"'))));
        patch(&tenant, &made, None, &query).await.expect_status(200);
    }
    let made = tenant.create(ats("orders")).await;
    let stale = format!("?if-match={}", encoded(STALE));
    patch(&tenant, &made, None, &stale).await.expect_error("FLOW-1404-412");
    let good = format!("?if-match={}", encoded(&made.etag));
    patch(&tenant, &made, Some(STALE), &good).await.expect_error("FLOW-1404-412").naming(STALE);
    patch(&tenant, &made, Some(&made.etag), &stale).await.expect_status(200);
}

#[tokio::test]
async fn a_patch_without_if_match_is_refused() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    for (header, query) in [(None, ""), (Some(""), ""), (None, "?if-match="), (Some(" "), "?if-match=")] {
        let answer =
            patch(&tenant, &made, header, query).await.expect_error("FLOW-1403-400").naming("If-Match");
        assert_eq!(answer.json()["title"], "Header is missing");
    }
    assert_eq!(tenant.read(&made.id).await["name"], "orders");
}

#[tokio::test]
async fn another_version_is_refused_with_both_versions_in_the_report() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let upper = made.etag.replace("-0000-0200-", "-0000-02FF-");
    for sent in [STALE, "nonsense", "W/", "**", "\"\"", &upper] {
        let answer = patch(&tenant, &made, Some(sent), "").await.expect_error("FLOW-1404-412");
        let answer = answer.naming(sent).naming(&made.etag);
        assert_eq!(answer.json()["title"], "Version not matching");
        let report = answer.json()["report"].as_object().unwrap().clone();
        for etag in [sent, &made.etag] {
            assert!(report.values().any(|value| value == etag), "{answer}");
        }
    }
    assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
}

#[tokio::test]
async fn the_second_of_two_patches_with_one_etag_is_refused_and_changes_nothing() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    tenant.patch(&made, rename("first")).await.expect_status(200);
    tenant.patch(&made, rename("second")).await.expect_error("FLOW-1404-412").naming(&made.etag);
    assert_eq!(tenant.read(&made.id).await["name"], "first");
}

#[tokio::test]
async fn an_old_version_stays_outdated_even_if_its_content_is_restored() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let renamed = tenant.patch(&made, rename("sales")).await.expect_status(200).written();
    tenant.patch(&renamed, rename("orders")).await.expect_status(200);
    tenant.patch(&made, rename("x")).await.expect_error("FLOW-1404-412");
}
