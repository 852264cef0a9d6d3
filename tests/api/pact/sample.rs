//! A whole file, byte for byte: `tests/api/pact/sample.json`.

use super::{Shop, verifying};
use crate::support::{self, Tenant, landing_zone, rename, with};
use reqwest::Method;
use serde_json::json;

const SAMPLE: &str = include_str!("sample.json");

#[tokio::test]
async fn the_same_requests_make_the_same_file_byte_for_byte() {
    let mock = support::server(|config| config.deterministic = Some(7));
    let tenant = Tenant::on(&mock).of_org("SAMPLE@AdobeOrg");
    let client = Shop(&tenant);
    // Keys that a path has to quote, and numbers that are no integers.
    let odd = json!({"it's": [{"a\\b": 1.5}, []], "0": [[true]], "é": {}, "_ok1": "", "*": -1e30});
    let made = client.post("/connections", &with(landing_zone("odd"), "/odd", odd)).await;
    let path = format!("/connections/{}", made["id"].as_str().expect("an id"));
    client.get("/connections?property=name==a+b%20c&property=state&%6Cimit=1&orderby=name&count").await;
    client.get("/connections?property=name,state&orderby=name").await;
    let etag = made["etag"].as_str();
    client.send_with(Method::PATCH, &path, Some(&rename("new")), etag).await;
    client.send_with(Method::PATCH, &path, Some(&rename("newer")), etag).await;
    client.send(Method::POST, "/connections", Some(&json!(null))).await;
    client.send(Method::POST, "/connections", Some(&json!([7]))).await;
    client.send(Method::DELETE, &path, None).await;
    client.get(&path).await;
    let file = mock.pact("shop").expect("a file");
    let version = format!("\"version\": {:?}", env!("CARGO_PKG_VERSION"));
    assert!(file.contains(&version), "{version}");
    if file != SAMPLE {
        let path = std::env::temp_dir().join("flowmock-pact-sample.json");
        std::fs::write(&path, &file).expect("a file");
        let unlike = file.lines().zip(SAMPLE.lines()).find(|(line, wanted)| line != wanted);
        panic!("the file differs from the sample, first in {unlike:?}; it is at {}", path.display());
    }
    verifying::assert_verified(&file).await;
}
