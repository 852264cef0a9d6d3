//! The params that the service adds: the inlets of streaming connections (HTTP API), and params that clients leave out.
//! Reference: "Items of base connections".

use crate::support::{self, Tenant, Written, landing_zone, with, without};
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

/// The inlet of a connection, after asserting its form.
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

/// The `auth.params` of a connection without the inlet.
async fn params_of(tenant: &Tenant, id: &str) -> Value {
    let params = tenant.read(id).await["auth"]["params"].clone();
    if params.get("inletId").is_some() { without(without(params, "/inletUrl"), "/inletId") } else { params }
}

#[tokio::test]
async fn a_streaming_connection_gets_the_params_that_its_client_left_out() {
    let tenant = support::tenant().await;
    let Written { id, etag } = tenant.create(streaming(json!({"dataType": "raw"}))).await;
    let added = |name: &str| json!({"dataType": "raw", "sourceId": name, "name": name, "authenticationRequired": false});
    assert_eq!(params_of(&tenant, &id).await, added("stream"));
    // They stay when the params are replaced, even if the connection has another name by then.
    let renamed = json!([
        {"op": "replace", "path": "/name", "value": "renamed"},
        {"op": "replace", "path": "/auth/params", "value": {"dataType": "raw"}},
    ]);
    tenant.patch_if(&etag, &id, renamed).await.expect_status(200);
    assert_eq!(params_of(&tenant, &id).await, added("stream"));
    // A client may choose them.
    let chosen = json!({"dataType": "xdm", "sourceId": "s", "name": "n", "authenticationRequired": true});
    let made = tenant.create(streaming(chosen.clone())).await;
    assert_eq!(params_of(&tenant, &made.id).await, chosen);
    let other = json!([{"op": "replace", "path": "/auth/params", "value": {"dataType": "xdm", "name": "m"}}]);
    tenant.patch(&made, other).await.expect_status(200);
    assert_eq!(params_of(&tenant, &made.id).await, with(chosen, "/name", "m".into()));
    tenant.post("/connections", &streaming(json!({"name": "n"}))).await.expect_error("FLOW-1100-400");
}

#[tokio::test]
async fn salesforce_with_a_jwt_gets_the_organisation_and_its_other_auth_specs_do_not() {
    let tenant = support::tenant().await;
    let salesforce = |auth: Value| json!({"name": "crm", "auth": auth, "connectionSpec": {"id": "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5"}});
    let params = json!({
        "jwtToken": "t", "clientId": "c", "clientSecret": "s", "instanceUrl": "https://acme.my.salesforce.com",
    });
    let jwt =
        |params: Value| salesforce(json!({"specName": "OAuth2 JWT Token Credential", "params": params}));
    let made = tenant.create(jwt(params.clone())).await;
    let complete = with(params.clone(), "/orgId", tenant.ims_org.clone().into());
    assert_eq!(params_of(&tenant, &made.id).await, complete);
    let replaced = json!([{"op": "replace", "path": "/auth/params", "value": params}]);
    tenant.patch(&made, replaced).await.expect_status(200);
    assert_eq!(params_of(&tenant, &made.id).await, complete);
    let chosen = tenant.create(jwt(with(params, "/orgId", "00D".into()))).await;
    assert_eq!(params_of(&tenant, &chosen.id).await["orgId"], "00D");
    let basic = json!({"username": "u", "password": "p", "securityToken": "t"});
    let basic = salesforce(json!({"specName": "Basic Authentication", "params": basic}));
    let made = tenant.create(basic).await;
    assert!(params_of(&tenant, &made.id).await.get("orgId").is_none());
}
