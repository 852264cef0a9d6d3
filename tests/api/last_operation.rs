//! `lastOperation`, which every item has. Reference: "Items of base connections".

use crate::support::{self, Control, Tenant, ats, draft, ids, landing_zone, rename, state_of, with};
use serde_json::{Value, json};

/// The operation and whether it has ended, after asserting the times.
async fn last(tenant: &Tenant, id: &str) -> (String, bool) {
    let item = tenant.read(id).await;
    let last = item["lastOperation"].as_object().expect("lastOperation");
    assert_eq!(last.keys().collect::<Vec<_>>(), ["started", "updated", "operation"]);
    assert_eq!(last["started"], item["updatedAt"]);
    let has_ended = last["updated"] != 0;
    assert!(!has_ended || last["updated"] == last["started"], "{item}");
    (last["operation"].as_str().expect("text").to_owned(), has_ended)
}

#[tokio::test]
async fn the_last_operation_follows_the_writes_of_a_connection() {
    let tenant = support::tenant().await;
    let made = tenant.create_draft(draft("later")).await;
    let last = async || last(&tenant, &made.id).await;
    assert_eq!(last().await, ("draft_create".to_owned(), false));
    let auth = json!([{ "op": "add", "path": "/auth", "value": ats("x")["auth"] }]);
    tenant.patch(&made, auth).await.expect_status(200);
    assert_eq!(last().await, ("update".to_owned(), true));
    for action in ["publish", "disable", "enable"] {
        tenant.action(&made.id, &format!("op={}", action.to_uppercase())).await.expect_status(200);
        assert_eq!(last().await, (action.to_owned(), true));
    }
    let whole = tenant.create(ats("orders")).await;
    let before = tenant.read(&whole.id).await;
    assert_eq!(before["lastOperation"]["operation"], "create");
    let wrong = json!([{ "op": "remove", "path": "/name" }]);
    tenant.patch(&whole, wrong).await.expect_status(400);
    assert_eq!(tenant.read(&whole.id).await, before);
}

#[tokio::test]
async fn lists_filter_order_and_project_by_the_last_operation() {
    let tenant = support::tenant().await;
    let one = tenant.create(ats("one")).await;
    let two = tenant.create(landing_zone("two")).await;
    let three = tenant.create_draft(draft("three")).await;
    tenant.patch(&one, rename("renamed")).await.expect_status(200);
    let found = async |query: &str| {
        let (items, _) = tenant.page(&format!("/connections?{query}")).await;
        ids(&items).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("property=lastOperation.operation==create", vec![&two.id]),
        ("property=lastOperation.operation==update,draft_create&orderby=createdAt", vec![&one.id, &three.id]),
        ("property=lastOperation.updated==0", vec![&three.id]),
        ("property=lastOperation.started>0&orderby=lastOperation.updated&limit=1", vec![&three.id]),
    ] {
        assert_eq!(found(query).await.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    let (items, _) = tenant.page("/connections?property=lastOperation&property=name==two").await;
    assert_eq!(items[0].as_object().expect("an object").len(), 1);
    assert_eq!(items[0]["lastOperation"]["operation"], "create");
    let by_operation = tenant.get("/connections?property=lastOperation.operation%3E%3Dcreate").await;
    by_operation.expect_error("FLOW-1448-400");
    tenant.get("/connections?property=lastOperation.operation.x==1").await.expect_error("FLOW-1449-400");
}

#[tokio::test]
async fn a_seed_has_the_last_operation_that_it_names_or_the_one_that_explains_its_state() {
    let mock = support::server(|_| {});
    let at = |seed: Value, updated_at: i64| {
        let seed = with(seed, "/createdAt", json!(1_000));
        with(seed, "/updatedAt", json!(updated_at))
    };
    let named =
        json!({ "started": 5, "updated": "1970-01-01T00:00:00.006Z", "operation": "rotate", "by": "x" });
    let partly = json!({ "operation": "enable" });
    let in_state = |state: &str| with(landing_zone(state), "/state", json!(state));
    let connections = json!([
        at(with(landing_zone("named"), "/lastOperation", named), 2_000),
        at(with(landing_zone("partly"), "/lastOperation", partly), 2_000),
        at(landing_zone("created"), 1_000),
        at(landing_zone("changed"), 2_000),
        at(in_state("draft"), 1_000),
        at(in_state("initializing"), 2_000),
        at(in_state("updating"), 2_000),
        at(in_state("deleting"), 1_000),
    ]);
    let tenant = Tenant::on(&mock);
    let document = state_of(&tenant.ims_org, "prod", json!({ "connections": connections }));
    Control::of(&mock).merge(&document).await.expect_status(204);
    let seen = async |tenant: &Tenant| {
        let items = tenant.walk("/connections?orderby=name").await;
        let seen = items.iter().map(|item| (item["name"].clone(), item["lastOperation"].clone()));
        seen.collect::<Vec<_>>()
    };
    let expected = [
        ("changed", json!({ "started": 2_000, "updated": 2_000, "operation": "update" })),
        ("created", json!({ "started": 1_000, "updated": 1_000, "operation": "create" })),
        ("deleting", json!({ "started": 1_000, "updated": 0, "operation": "delete" })),
        ("draft", json!({ "started": 1_000, "updated": 0, "operation": "draft_create" })),
        ("initializing", json!({ "started": 2_000, "updated": 0, "operation": "create" })),
        ("named", json!({ "started": 5, "updated": 6, "operation": "rotate", "by": "x" })),
        ("partly", json!({ "started": 2_000, "updated": 2_000, "operation": "enable" })),
        ("updating", json!({ "started": 2_000, "updated": 0, "operation": "update" })),
    ]
    .map(|(name, last)| (json!(name), last));
    assert_eq!(seen(&tenant).await, expected);
    // An export has it, and a server that is seeded with the export too.
    let other = support::server(|_| {});
    other.seed(&mock.state()).expect("a state");
    assert_eq!(seen(&Tenant::on(&other).of_org(&tenant.ims_org)).await, expected);
}
