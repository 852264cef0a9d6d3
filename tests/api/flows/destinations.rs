//! Flows to destinations. Reference: "Destinations".

use super::create;
use crate::support::{self, PROFILES, Tenant, landing_zone, with};
use serde_json::{Value, json};

/// A flow of segments to the landing zone, without selectors.
async fn segments(tenant: &Tenant) -> Value {
    let source = json!({"name": "profiles", "connectionSpec": {"id": PROFILES, "version": "1.0"}});
    let source = tenant.create_at("/sourceConnections", &source).await.id;
    let target = tenant.create_at("/targetConnections", &landing_zone("segments")).await.id;
    json!({
        "name": "segments",
        "flowSpec": {"id": support::SEGMENTS_FLOW, "version": "1.0"},
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [{
            "name": "GeneralTransform",
            "params": {"segmentSelectors": {"selectors": []}, "profileSelectors": {"selectors": []}}
        }]
    })
}

#[tokio::test]
async fn selectors_are_completed_and_patched_one_after_the_other() {
    let tenant = support::tenant().await;
    let id = create(&tenant, &segments(&tenant).await).await.expect_status(201).written().id;
    let item = tenant.item("flows", &id).await;
    assert_eq!(item["inheritedAttributes"]["properties"], json!({"isDestinationFlow": true}));
    let source = &item["inheritedAttributes"]["sourceConnections"][0];
    assert_eq!(source["typeInfo"], json!({"type": "ProfileFragments", "id": "ups"}));
    assert!(source["baseConnection"]["id"].is_string());
    let selector = |id: &str| json!({"type": "PLATFORM_SEGMENT", "value": {"id": id, "name": id}});
    let selectors = "/transformations/0/params/segmentSelectors/selectors";
    let add: Vec<Value> = ["one", "two", "three"]
        .map(|id| json!({"op": "add", "path": format!("{selectors}/-"), "value": selector(id)}))
        .into();
    tenant.change("flows", &id, json!(add)).await.expect_status(200);
    let profile = json!([
        {"op": "add", "path": "/transformations/0/params/profileSelectors/selectors/-",
         "value": {"type": "JSON_PATH", "value": {"path": "person.name.firstName"}}},
        {"op": "add", "path": "/transformations/0/params/profileMapping", "value": {"mappingId": "a", "mappingVersion": 0}},
        {"op": "add", "path": "/transformations/0/params/mandatoryFields", "value": ["person.name.firstName"]},
    ]);
    tenant.change("flows", &id, profile).await.expect_status(200);
    let params = tenant.item("flows", &id).await["transformations"][0]["params"].clone();
    let first = &params["segmentSelectors"]["selectors"][0]["value"];
    assert!(first["createTime"].is_string() && first["updateTime"] == first["createTime"], "{first}");
    let value = &params["profileSelectors"]["selectors"][0]["value"];
    assert_eq!(value["operator"], "EXISTS");
    assert_eq!(
        value["mapping"],
        json!({
            "sourceType": "text/x.schema-path",
            "source": "person.name.firstName",
            "destination": "person.name.firstName",
            "identity": false,
            "primaryIdentity": false,
            "functionVersion": 0,
            "copyModeMapping": false,
            "sourceAttribute": "person.name.firstName",
            "destinationXdmPath": "person.name.firstName"
        })
    );
    assert_eq!(params["profileMapping"]["mappingId"], "a");
    // Two removals remove the first and the third; their values are ignored.
    let remove: Vec<Value> = [0, 1]
        .map(
            |place| json!({"op": "Remove", "path": format!("{selectors}/{place}"), "value": selector("any")}),
        )
        .into();
    tenant.change("flows", &id, json!(remove)).await.expect_status(200);
    let params = tenant.item("flows", &id).await["transformations"][0]["params"].clone();
    assert_eq!(params["segmentSelectors"]["selectors"].as_array().expect("selectors").len(), 1);
    assert_eq!(params["segmentSelectors"]["selectors"][0]["value"]["id"], "two");
}

#[tokio::test]
async fn a_destination_needs_the_targets_of_its_flow_spec_and_no_schedule() {
    let tenant = support::tenant().await;
    let whole = segments(&tenant).await;
    let lake = tenant.lake_target().await;
    let wrong = with(whole.clone(), "/targetConnectionIds", json!([lake]));
    create(&tenant, &wrong).await.expect_error("FLOW-1413-400").at("/targetConnectionIds");
    let file = tenant.file_source().await;
    let wrong = with(whole.clone(), "/sourceConnectionIds", json!([file]));
    create(&tenant, &wrong).await.expect_error("FLOW-1413-400").at("/sourceConnectionIds");
    let spelt = with(whole.clone(), "/transformations/0/name", json!("General Transform"));
    let made = create(&tenant, &spelt).await.expect_status(201).written();
    assert_eq!(tenant.item("flows", &made.id).await["transformations"][0]["name"], "General Transform");
    // A PATCH may name several connections.
    let target = whole["targetConnectionIds"][0].clone();
    let second = tenant.create_at("/targetConnections", &landing_zone("second")).await.id;
    let patch = json!([{"op": "replace", "path": "/targetConnectionIds", "value": [target, second]}]);
    tenant.change("flows", &made.id, patch).await.expect_status(200);
    let item = tenant.item("flows", &made.id).await;
    assert_eq!(item["inheritedAttributes"]["targetConnections"][1]["id"], second.as_str());
}

#[tokio::test]
async fn a_patch_of_a_selector_changes_its_update_time_alone() {
    let mock = support::server(|config| config.clock = Some(std::time::UNIX_EPOCH));
    let (control, tenant) = (support::Control::of(&mock), Tenant::on(&mock));
    let mut flow = segments(&tenant).await;
    let selector = |id: &str| json!({"type": "PLATFORM_SEGMENT", "value": {"id": id, "name": id}});
    flow["transformations"][0]["params"]["segmentSelectors"]["selectors"] =
        json!([selector("one"), selector("two")]);
    let id = create(&tenant, &flow).await.expect_status(201).written().id;
    let times = async || {
        let item = tenant.item("flows", &id).await;
        let selectors = item["transformations"][0]["params"]["segmentSelectors"]["selectors"].clone();
        [0, 1].map(|place| {
            let value = &selectors[place]["value"];
            (value["createTime"].clone(), value["updateTime"].clone())
        })
    };
    let zero = (json!("0"), json!("0"));
    control.set_clock(json!({"advanceMs": 5000})).await;
    tenant.change("flows", &id, support::rename("sales")).await.expect_status(200);
    tenant.act("flows", &id, "disable").await.expect_status(200);
    assert_eq!(times().await, [zero.clone(), zero.clone()]);
    let name = "/transformations/0/params/segmentSelectors/selectors/1/value/name";
    let patch = json!([{"op": "replace", "path": name, "value": "three"}]);
    tenant.change("flows", &id, patch).await.expect_status(200);
    assert_eq!(times().await, [zero.clone(), (json!("0"), json!("5"))]);
    control.set_clock(json!({"advanceMs": 5000})).await;
    let whole = "/transformations/0/params/segmentSelectors/selectors/0";
    let mut changed = selector("one");
    changed["value"]["exportMode"] = json!("DAILY_FULL_EXPORT");
    let patch = json!([{"op": "replace", "path": whole, "value": changed}]);
    tenant.change("flows", &id, patch).await.expect_status(200);
    assert_eq!(times().await, [(json!("0"), json!("10")), (json!("0"), json!("5"))]);
}
