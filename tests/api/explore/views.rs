//! Exploring the tables and views of Microsoft Dynamics.

use super::{expect_refusal, explore, explored, with_auth};
use crate::support;
use serde_json::{Value, json};

fn dynamics() -> Value {
    with_auth(
        "38ad80fe-8b06-4938-94f4-d4ee80266b07",
        "Basic Authentication for Dynamics-Online",
        json!({"serviceUri": "https://acme.crm.dynamics.com", "username": "ann", "password": "c2VjcmV0"}),
    )
}

#[tokio::test]
async fn views_are_listed_beside_tables_and_their_columns_have_the_original_types() {
    let tenant = support::tenant().await;
    let made = tenant.create(dynamics()).await;
    let root = explored(&tenant, &made, "objectType=root").await;
    let kinds: Vec<_> =
        root.as_array().unwrap().iter().map(|entry| (&entry["type"], &entry["name"])).collect();
    let expected = [("table", "account"), ("view", "activecontacts"), ("table", "contact")];
    assert_eq!(
        kinds,
        expected
            .map(|(kind, name)| (json!(kind), json!(name)))
            .iter()
            .map(|(kind, name)| (kind, name))
            .collect::<Vec<_>>()
    );
    let view = explored(&tenant, &made, "objectType=view&object=activecontacts&preview=true").await;
    assert_eq!(
        view["schema"]["columns"][0],
        json!({"name": "contactid", "type": "string", "meta": {"originalType": "uniqueidentifier"}, "xdm": {"type": "string"}})
    );
    assert_eq!(
        view["schema"]["columns"][3],
        json!({"name": "modifiedon", "type": "string", "meta:xdmType": "date-time",
            "meta": {"originalType": "datetime"}, "xdm": {"type": "string", "format": "date-time"}})
    );
    assert_eq!(view["data"].as_array().unwrap().len(), 2);
    let ordered = "objectType=VIEW&object=activecontacts&preview=true&previewCount=1&primaryKey=fullname";
    assert_eq!(explored(&tenant, &made, ordered).await["data"][0]["fullname"], "Kofi Mensah");
    let configs = format!("/connections/{}/configs?objectType=view&object=activecontacts", made.id);
    let configs = tenant.get(&configs).await.expect_status(200);
    assert_eq!(configs.json()["items"][3], json!({"columnName": "modifiedon", "columnType": "date-time"}));
}

#[tokio::test]
async fn a_view_asked_for_as_a_table_is_refused_with_its_kind_and_vice_versa() {
    let tenant = support::tenant().await;
    let made = tenant.create(dynamics()).await;
    expect_refusal(explore(&tenant, &made, "objectType=table&object=activecontacts").await, "1102-404")
        .naming("activecontacts is a view, not a table; send objectType=view");
    expect_refusal(explore(&tenant, &made, "objectType=view&object=account").await, "1102-404")
        .naming("account is a table, not a view; send objectType=table");
    let unknown = "objectType=view&object=activecontacts&primaryKey=name";
    explore(&tenant, &made, unknown).await.expect_error("FLOW-1452-400").naming(
        "primaryKey=name is not a column of activecontacts; it has contactid, fullname, emailaddress1, modifiedon",
    );
}

#[tokio::test]
async fn configs_finds_a_view_without_its_type() {
    let tenant = support::tenant().await;
    let made = tenant.create(dynamics()).await;
    let configs = async |query: &str| tenant.get(&format!("/connections/{}/configs?{query}", made.id)).await;
    let typed = configs("objectType=view&object=activecontacts").await.expect_status(200).json();
    assert_eq!(configs("object=activecontacts").await.expect_status(200).json(), typed);
    expect_refusal(configs("objectType=table&object=activecontacts").await, "1102-404");
    expect_refusal(configs("object=nope").await, "1102-404").naming("the table nope does not exist");
}
