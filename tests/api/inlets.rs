//! The inlets of streaming connections (HTTP API). Reference: "Items of base connections".

use crate::support::{self, Tenant, Written, landing_zone};
use serde_json::{Value, json};

const HTTP_API: &str = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";

fn streaming(params: Value) -> Value {
    json!({
        "name": "stream",
        "auth": {"specName": "Streaming Connection", "params": params},
        "connectionSpec": {"id": HTTP_API, "version": "1.0"}
    })
}

fn params() -> Value {
    json!({"sourceId": "s", "dataType": "xdm", "name": "s"})
}

/// The inlet of a connection, after asserting its form and that nothing else was added to `params`.
async fn inlet(tenant: &Tenant, id: &str) -> [String; 2] {
    let mut item = tenant.read(id).await;
    let params = item["auth"]["params"].as_object_mut().expect("params");
    let [url, id] = ["inletUrl", "inletId"].map(|key| params.remove(key).expect("an inlet"));
    let (url, id) = (url.as_str().expect("text").to_owned(), id.as_str().expect("text").to_owned());
    assert!(id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    assert_eq!(url, format!("https://dcs.adobedc.net/collection/{id}"));
    [url, id]
}

#[tokio::test]
async fn a_streaming_connection_gets_an_inlet_of_its_own_that_no_client_chooses() {
    let tenant = support::tenant().await;
    let one = tenant.create(streaming(params())).await;
    let first = inlet(&tenant, &one.id).await;
    // A client may send back the params that it has read.
    let mut copied = params();
    copied["inletUrl"] = first[0].clone().into();
    copied["inletId"] = "chosen".into();
    let two = tenant.create(streaming(copied)).await;
    let second = inlet(&tenant, &two.id).await;
    assert_ne!(first, second);
    let other = tenant.create(landing_zone("other")).await;
    assert!(tenant.read(&other.id).await.get("auth").is_none());
}

#[tokio::test]
async fn a_patch_keeps_the_inlet_whatever_it_does() {
    let tenant = support::tenant().await;
    let Written { id, mut etag } = tenant.create(streaming(params())).await;
    let first = inlet(&tenant, &id).await;
    for operation in [
        json!({"op": "replace", "path": "/name", "value": "renamed"}),
        json!({"op": "replace", "path": "/auth/params", "value": params()}),
        json!({"op": "replace", "path": "/auth", "value": {"specName": "Streaming Connection", "params": params()}}),
        json!({"op": "remove", "path": "/auth/params/inletId"}),
        json!({"op": "replace", "path": "/auth/params/inletUrl", "value": "https://elsewhere.example.com/"}),
    ] {
        etag = tenant.patch_if(&etag, &id, json!([operation])).await.expect_status(200).written().etag;
        assert_eq!(inlet(&tenant, &id).await, first);
    }
    tenant.action(&id, "op=disable").await.expect_status(200);
    assert_eq!(inlet(&tenant, &id).await, first);
}

#[tokio::test]
async fn a_draft_gets_its_inlet_with_its_params() {
    let tenant = support::tenant().await;
    let bare = json!({"name": "later", "connectionSpec": {"id": HTTP_API}});
    let draft = tenant.create_draft(bare).await;
    assert!(tenant.read(&draft.id).await.get("auth").is_none());
    let auth = json!({"specName": "Streaming Connection", "params": params()});
    tenant.patch(&draft, json!([{"op": "add", "path": "/auth", "value": auth}])).await.expect_status(200);
    let first = inlet(&tenant, &draft.id).await;
    tenant.action(&draft.id, "op=publish").await.expect_status(200);
    assert_eq!(inlet(&tenant, &draft.id).await, first);
}

#[tokio::test]
async fn equal_ids_get_equal_inlets_and_a_state_document_keeps_them() {
    let seeded = || support::server(|config| config.deterministic = Some(7));
    let (one, two) = (seeded(), seeded());
    let of = |mock| Tenant::on(mock).of_org("A@AdobeOrg");
    let made = of(&one).create(streaming(params())).await;
    assert_eq!(made.id, of(&two).create(streaming(params())).await.id);
    let first = inlet(&of(&one), &made.id).await;
    assert_eq!(first, inlet(&of(&two), &made.id).await);

    // An imported inlet is kept, even by a server with other ids.
    let elsewhere = support::server(|_| {});
    elsewhere.seed(&one.state()).expect("a state");
    assert_eq!(first, inlet(&of(&elsewhere), &made.id).await);
    let mut connection = streaming(params());
    connection["id"] = "4f1c0c2e-6a3b-4c55-9b2f-0d7a1e3c5b68".into();
    connection["auth"]["params"]["inletUrl"] = "https://dcs.adobedc.net/collection/abc".into();
    connection["auth"]["params"]["inletId"] = "abc".into();
    let sandboxes = |name: &str, connection: Value| json!({"name": name, "connections": [connection]});
    let mut without = connection.clone();
    without["auth"]["params"] = params();
    elsewhere
        .seed(&json!({"organisations": [{"imsOrgId": "B@AdobeOrg", "sandboxes": [
            sandboxes("own", connection), sandboxes("one", without.clone()), sandboxes("two", without),
        ]}]}))
        .expect("a state");
    let tenant = of(&elsewhere).of_org("B@AdobeOrg");
    let id = "4f1c0c2e-6a3b-4c55-9b2f-0d7a1e3c5b68";
    assert_eq!(tenant.in_sandbox("own").read(id).await["auth"]["params"]["inletId"], "abc");
    // The inlets of one id in two sandboxes differ.
    assert_ne!(inlet(&tenant.in_sandbox("one"), id).await, inlet(&tenant.in_sandbox("two"), id).await);
}
