//! Every error that the document lists for an operation can be provoked. That no other error occurs is checked by
//! `Answer::to`.

use super::probe::{Probe, is_behind_gateway};
use crate::support::{self, Operation, ats, document, file_source, lake_target, private_endpoint, with};
use flowmock::Auth;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Errors that no single request can provoke: an internal error, a slow network, and memory that other clients hold.
const NOT_PROVOCABLE: [&str; 3] = ["FLOW-1400-500", "FLOW-1004-408", "FLOW-1004-503"];

/// An error that takes ten thousand calls: as many runs of a flow must have been replaced.
const AFTER_MANY_CALLS: (&str, &str) = ("replaceRun", "FLOW-1004-403");

/// Fills the sandbox of a probe with as many documents of the services beside the Flow Service as it takes.
fn fill(probe: &Probe) {
    const MAX: usize = 10_000;
    let many = |document: fn(usize) -> Value| (0..MAX).map(document).collect::<Vec<_>>();
    let contents = json!({
        "schemas": many(|number| json!({"$id": number.to_string(), "title": "x"})),
        "dataSets": many(|number| json!({"id": number.to_string(), "name": "x"})),
        "mappingSets": many(|number| json!({"id": number.to_string(), "mappings": []})),
        "encryptionKeys": many(|number| json!({"publicKeyId": number.to_string(), "encryptionAlgorithm": "PGP"})),
    });
    let (ims_org, sandbox) = (&probe.tenant.ims_org, &probe.tenant.sandbox);
    probe.mock.seed(&support::state_of(ims_org, sandbox, contents)).expect("a seed");
}

/// The errors that the document lists for an operation.
fn described_errors(operation: Operation) -> impl Iterator<Item = (String, String)> {
    let responses = operation.json["responses"].as_object().expect("responses").values();
    let codes = responses.flat_map(|response| {
        let codes = &document().resolved(response)["x-flowmock-codes"];
        codes.as_array().into_iter().flatten().map(|code| code.as_str().expect("a code"))
    });
    codes.map(move |code| (operation.name().to_owned(), code.to_owned()))
}

#[tokio::test]
async fn every_described_error_can_be_provoked() {
    let mut probe = Probe::of(support::server(|_| {}));
    for operation in document().operations() {
        if is_behind_gateway(operation) {
            probe.send_wrong_headers(operation).await;
            probe.send_wrong_query(operation).await;
        }
        if operation.path.starts_with("/ims/") {
            probe.send_wrong_tokens(operation).await;
        }
        if operation.path.starts_with("/collection") {
            probe.send_wrong_messages(operation).await;
        }
        probe.send_wrong_path(operation).await;
        probe.send_wrong_body(operation).await;
    }
    probe.send_wrong_chunks();
    probe.send_wrong_lists().await;
    probe.send_wrong_definitions().await;
    probe.send_wrong_calls_of_neighbours().await;
    probe.send_wrong_patches().await;
    probe.send_wrong_states().await;
    probe.send_wrong_actions().await;
    probe.send_wrong_sources().await;
    probe.send_wrong_chains().await;
    probe.send_wrong_runs().await;
    probe.send_runs_to_full_flows().await;
    let mut full = Probe::of(support::server(|config| config.max_connections_per_sandbox = 1));
    let create = full.named("createConnection").await.body(ats("one too many"));
    full.send(create).await;
    let create = full.named("createPrivateEndpoint").await.body(private_endpoint("one"));
    full.send(create).await;
    let create = full.named("createSourceConnection").await.body(file_source("one too many"));
    full.send(create).await;
    let create = full.named("createTargetConnection").await.body(lake_target("one too many"));
    full.send(create).await;
    let mut full_of_flows = Probe::of(support::server(|config| config.max_connections_per_sandbox = 1));
    let create = full_of_flows.named("createFlow").await;
    let flow = full_of_flows.tenant.item("flows", &create.id).await;
    full_of_flows.send(create.body(with(flow, "/state", json!(null)))).await;
    let mut filled = Probe::of(support::server(|_| {}));
    fill(&filled);
    for (name, body) in [
        ("createSchema", json!({"title": "one too many"})),
        ("createDataSet", json!({"name": "one too many"})),
        ("createMappingSet", json!({"mappings": []})),
        ("createMappingSetAtOldPath", json!({"mappings": []})),
        ("createEncryptionKey", json!({"encryptionAlgorithm": "PGP", "params": {"passPhrase": "x"}})),
    ] {
        let create = filled.named(name).await.body(body);
        filled.send(create).await;
    }

    let mut of_user = Probe::of(support::server(|config| config.check_token_kinds = true));
    of_user.send_tokens_of_users().await;

    let mut referring = Probe::of(support::server(|config| config.check_references = true));
    referring.send_broken_references().await;

    let mut restrictive = Probe::of(support::server(|config| {
        config.auth = Auth::Issued;
        config.allow_organisations = vec!["A@AdobeOrg".into(), "B@AdobeOrg".into()];
    }));
    let service =
        json!({"clientId": "key", "clientSecret": "secret", "imsOrgId": "A@AdobeOrg", "kind": "service"});
    let mut of_service = Probe::of(support::server(|_| {}));
    of_service.mock.seed(&json!({"clients": [service]})).expect("a seed");
    for name in ["createTokenV1", "createTokenV3"] {
        let form = "client_id=key&client_secret=secret&grant_type=authorization_code&code=one";
        let call = of_service.named(name).await.body(form);
        of_service.send(call).await;
    }
    let mut silent = Probe::of(support::server(|config| config.control = false));
    for operation in document().operations() {
        if is_behind_gateway(operation) {
            restrictive.send_for_other_organisations(operation).await;
        } else {
            let call = silent.call(operation).await;
            silent.send(call).await;
        }
    }

    let mut misaddressed = Probe::of(support::server(|_| {}));
    for operation in document().operations().filter(|operation| !operation.path.starts_with("/_flowmock")) {
        let call = misaddressed.call(operation).await.header("Host", Some(b"evil.example"));
        misaddressed.send(call).await;
    }

    let probes = [
        misaddressed,
        of_user,
        probe,
        full,
        full_of_flows,
        filled,
        referring,
        restrictive,
        of_service,
        silent,
    ];
    let met: BTreeSet<_> = probes.iter().flat_map(|probe| &probe.met).cloned().collect();
    let described: BTreeSet<_> = document().operations().flat_map(described_errors).collect();
    let is_provocable = |(operation, code): &(String, String)| {
        !NOT_PROVOCABLE.contains(&code.as_str()) && (&**operation, &**code) != AFTER_MANY_CALLS
    };
    let missing: Vec<_> = described.difference(&met).filter(|pair| is_provocable(pair)).collect();
    assert!(missing.is_empty(), "described, but not met: {missing:#?}");
}
