//! Verifies Pact files against a new server with the verifier of the Pact project.

use flowmock::FlowMock;
use pact_models::pact::load_pact_from_json;
use pact_verifier::callback_executors::HttpRequestProviderStateExecutor;
use pact_verifier::{
    FilterInfo, NullRequestFilterExecutor, PactSource, ProviderInfo, ProviderTransport, VerificationOptions,
    verify_provider_async,
};
use serde_json::Value;
use std::sync::Arc;

/// The file as JSON, after asserting that the model of the Pact project reads and writes it unchanged.
pub fn loaded(file: &str) -> Value {
    let json: Value = serde_json::from_str(file).expect("JSON");
    let pact = load_pact_from_json("file", &json).expect("a Pact file");
    assert_eq!(pact.specification_version(), pact_models::PactSpecification::V3);
    assert_eq!(pact.provider().name, "Adobe Flow Service");
    assert_eq!(json["metadata"]["pactSpecification"]["version"], "3.0.0");
    assert_eq!(json["metadata"]["flowmock"]["version"], env!("CARGO_PKG_VERSION"));
    let mut again = pact.to_json(pact_models::PactSpecification::V3).expect("JSON");
    // The model says that it wrote the file.
    again["metadata"].as_object_mut().expect("metadata").remove("pactRust");
    again.sort_all_objects();
    let mut sorted = json.clone();
    sorted.sort_all_objects();
    assert_eq!(again, sorted, "the Pact model does not reproduce the file");
    json
}

/// Verifies a server; returns the description and the message of each interaction that fails.
pub async fn failures(mock: &FlowMock, file: &Value) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pact.json");
    std::fs::write(&path, file.to_string()).expect("a file");
    let port = mock.address().port();
    let provider = ProviderInfo {
        name: "Adobe Flow Service".to_owned(),
        host: "127.0.0.1".to_owned(),
        transports: vec![ProviderTransport { port: Some(port), ..ProviderTransport::default() }],
        ..ProviderInfo::default()
    };
    let states = Arc::new(HttpRequestProviderStateExecutor {
        state_change_url: Some(format!("{}/_flowmock/pact/state", mock.url())),
        state_change_teardown: true,
        state_change_body: true,
        retries: 0,
    });
    let options: VerificationOptions<NullRequestFilterExecutor> =
        VerificationOptions { coloured_output: false, ..VerificationOptions::default() };
    let source = vec![PactSource::File(path.to_string_lossy().into_owned())];
    let outcome =
        verify_provider_async(provider, source, FilterInfo::None, Vec::new(), &options, None, &states, None);
    let outcome = outcome.await.expect("a verification");
    let count = file["interactions"].as_array().expect("interactions").len();
    assert_eq!(outcome.interaction_results.len(), count, "{:#?}", outcome.output);
    assert_eq!(outcome.result, outcome.errors.is_empty());
    outcome.errors.iter().map(|(what, why)| (what.clone(), format!("{why:#?}"))).collect()
}

/// Asserts that a new server passes the verification of the file; returns the file as JSON.
pub async fn assert_verified(file: &str) -> Value {
    let json = loaded(file);
    let fresh = FlowMock::start();
    let failures = failures(&fresh, &json).await;
    for (what, why) in &failures {
        eprintln!("{what}\n{why}\n");
    }
    assert!(failures.is_empty(), "{} of the interactions fail, in\n{file}", failures.len());
    json
}
