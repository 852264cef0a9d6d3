//! The connections and connection specs that can be explored, and the errors of explore.

use super::{ATS, LANDING_ZONE, ats_to, expect_refusal, explore, explored, paths, without_auth};
use crate::support::{self, Written, ats};
use serde_json::json;

#[tokio::test]
async fn every_error_of_explore_has_its_code_and_a_remedy() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    for (query, code, named) in [
        ("", "1359-400", "objectType is absent; send objectType=root"),
        ("object=orders", "1359-400", "objectType is absent"),
        ("objectType=", "1334-400", "objectType is empty; send objectType=root"),
        ("preview=true&objectType=&object=orders", "1334-400", "objectType is empty"),
        (
            "objectType=tables",
            "1358-400",
            "objectType=tables is none of root, table, view, file, folder, rest",
        ),
        ("objectType=table", "1337-400", "object is empty or absent; objectType=table needs one"),
        ("objectType=table&object=", "1337-400", "object is empty or absent"),
        ("objectType=file", "1337-400", "objectType=file needs one"),
        ("objectType=FOLDER", "1337-400", "objectType=FOLDER needs one"),
        ("objectType=rest", "1337-400", "objectType=rest needs one"),
        ("objectType=table&object=staging", "1330-400", "the table staging has no columns"),
        ("objectType=table&object=staging&preview=true", "1330-400", "the table staging has no columns"),
        ("objectType=table&object=Nope", "1102-404", "the table Nope does not exist"),
        ("objectType=rest&object=nope", "1102-404", "the resource nope does not exist"),
        ("objectType=view&object=nope", "1102-404", "the view nope does not exist"),
        ("objectType=view&object=orders", "1102-404", "orders is a table, not a view; send objectType=table"),
        ("objectType=view", "1337-400", "objectType=view needs one"),
        ("objectType=file&object=orders&fileType=json", "1102-404", "the file orders does not exist"),
        ("objectType=file&object=orders", "1359-400", "fileType is absent; send fileType=delimited"),
        ("objectType=file&object=orders&fileType=", "1399-400", "fileType has no value; send"),
        ("objectType=table&object=orders&determineProperties=true", "1371-400", "objectType=table has none"),
        ("objectType=view&object=orders&determineProperties=True", "1371-400", "objectType=view has none"),
        ("objectType=file&object=orders&determineProperties=true", "1376-400", "for this connection spec"),
        ("objectType=rest&object=orders&determineProperties=true", "1376-400", "for this connection spec"),
        ("objectType=table&object=orders&previewCount=0", "1394-400", "previewCount=0 is not a whole"),
        ("objectType=table&object=orders&preview=true&previewCount=-1", "1394-400", "from 1 to 1000"),
        ("objectType=folder&object=/orders/", "1102-404", "the folder orders does not exist"),
    ] {
        expect_refusal(explore(&tenant, &made, query).await, code).naming(named);
    }
    for (query, code, named) in [
        (
            "objectType=root&objecttype=root",
            "FLOW-1451-400",
            "objecttype is not a query parameter of this call",
        ),
        ("objectType=root&limit=5", "FLOW-1451-400", "limit is not"),
        ("objectType=table&object=orders&preview=yes", "FLOW-1452-400", "preview=yes is not true or false"),
        (
            "objectType=file&object=a&fileType=avro",
            "FLOW-1452-400",
            "fileType=avro is not delimited, json or parquet",
        ),
        (
            "objectType=file&object=a&compressionType=lz4",
            "FLOW-1452-400",
            "compressionType=lz4 is not one of none",
        ),
        (
            "objectType=file&object=a&columnDelimiter=ab",
            "FLOW-1452-400",
            "columnDelimiter=ab is not a single",
        ),
        ("objectType=file&object=a&columnDelimiter=%22", "FLOW-1452-400", "is not a single character"),
        (
            "objectType=file&object=a&encoding=UTF-16",
            "FLOW-1452-400",
            "encoding=UTF-16 is not UTF-8 or ISO-8859-1",
        ),
        (
            "objectType=table&object=orders&previewCount=1001",
            "FLOW-1452-400",
            "a whole number from 1 to 1000",
        ),
        (
            "objectType=table&object=orders&previewCount=few",
            "FLOW-1452-400",
            "previewCount=few is not a whole",
        ),
        (
            "objectType=table&object=orders&primaryKey=Nope",
            "FLOW-1452-400",
            "primaryKey=Nope is not a column of orders; it has PartitionKey, RowKey, Timestamp, Customer",
        ),
        (
            "objectType=rest&object=orders&sourceParams=%7B%7D",
            "FLOW-1452-400",
            "sourceParams is not the base64",
        ),
        ("objectType=rest&object=orders&sourceParams=WzFd", "FLOW-1452-400", "no JSON object, line 1"),
    ] {
        explore(&tenant, &made, query).await.expect_error(code).naming(named);
    }
    let unknown = "/connections/00000000-0000-4000-8000-000000000000/explore?objectType=root";
    tenant.get(unknown).await.expect_error("FLOW-1439-404").naming("00000000-0000-4000-8000-000000000000");
    tenant.get(&format!("/connections/{}/explore", made.id)).await.expect_error("FLOW-1100-400");
    tenant.post(&format!("/connections/{}/explore", made.id), &json!({})).await.expect_error("FLOW-1003-405");
}

#[tokio::test]
async fn another_organisation_cannot_explore_the_connection() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    explore(&tenant.in_sandbox("dev"), &made, "objectType=root").await.expect_error("FLOW-1439-404");
    explore(&support::tenant().await, &made, "objectType=root").await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn the_test_of_an_unreachable_account_fails_and_other_calls_are_refused() {
    let tenant = support::tenant().await;
    let test = |made: Written| {
        let tenant = tenant.clone();
        async move { tenant.get(&format!("/connections/{}/test", made.id)).await.expect_status(200).json() }
    };
    let offline = tenant.create(ats_to("acmeoffline")).await;
    assert_eq!(test(offline.clone()).await, json!({"result": false}));
    for query in ["objectType=root", "objectType=table&object=orders"] {
        expect_refusal(explore(&tenant, &offline, query).await, "1308-400")
            .naming("the source cannot be reached: the storage account acmeoffline is disabled");
    }
    expect_refusal(tenant.get(&format!("/connections/{}/configs", offline.id)).await, "1308-400");
    for account in ["acmearchive", "nobodyknows"] {
        let made = tenant.create(ats_to(account)).await;
        assert_eq!(test(made).await, json!({"result": true}), "{account}");
    }
    let landing_zone = tenant.create(without_auth(LANDING_ZONE)).await;
    assert_eq!(test(landing_zone).await, json!({"result": true}));
}

#[tokio::test]
async fn a_disabled_connection_and_a_draft_with_params_can_be_explored() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let disable = format!("/connections/{}/action?op=disable", made.id);
    tenant.post(&disable, &json!({})).await.expect_status(200);
    assert_eq!(tenant.read(&made.id).await["state"], "disabled");
    assert_eq!(paths(&tenant, &made, "objectType=root").await.len(), 4);

    let mut body = ats("draft");
    body["auth"].as_object_mut().unwrap().remove("params");
    let draft = tenant.post("/connections?mode=draft", &body).await.expect_status(201).written();
    let of_draft = |call: &str| format!("/connections/{}/{call}", draft.id);
    for call in ["explore?objectType=root", "configs"] {
        expect_refusal(tenant.get(&of_draft(call)).await, "1304-400")
            .naming("auth.params.connectionString is required and absent")
            .at("/auth/params/connectionString");
    }
    assert_eq!(tenant.get(&of_draft("test")).await.json(), json!({"result": false}));
    let params = json!([{"op": "add", "path": "/auth/params", "value": ats("x")["auth"]["params"]}]);
    let draft = tenant.patch(&draft, params).await.expect_status(200).written();
    assert_eq!(tenant.read(&draft.id).await["state"], "draft");
    assert_eq!(paths(&tenant, &draft, "objectType=root").await.len(), 4);
    assert_eq!(tenant.get(&of_draft("test")).await.json(), json!({"result": true}));
}

#[tokio::test]
async fn only_a_connection_spec_without_auth_specs_is_explored_by_its_own_id() {
    let tenant = support::tenant().await;
    let made = tenant.create(without_auth(LANDING_ZONE)).await;
    let file = "objectType=file&object=crm/customers.csv&fileType=delimited&preview=true";
    for query in ["objectType=root", file] {
        let path = format!("/connectionSpecs/{LANDING_ZONE}/explore?{query}");
        let answer = tenant.get(&path).await.expect_status(200);
        assert_eq!(answer.json(), explored(&tenant, &made, query).await, "{query}");
    }
    let configs = tenant.get(&format!("/connections/{}/configs", made.id)).await.json();
    for call in ["explore", "configs", "configs?object=crm/2024/orders.tsv"] {
        let answer = tenant.get(&format!("/connectionSpecs/{LANDING_ZONE}/{call}")).await.expect_status(200);
        assert_eq!(answer.json() == configs, !call.contains("object"), "{call}");
    }
    let of_spec = async |spec: &str, call: &str| tenant.get(&format!("/connectionSpecs/{spec}/{call}")).await;
    for query in ["", "?objectType=root", "?objectType=table&object=orders"] {
        expect_refusal(of_spec(ATS, &format!("explore{query}")).await, "1372-400").naming(
            "azure-table-storage is explored through a base connection, with GET /connections/{id}/explore",
        );
    }
    // The destination Data Landing Zone has no auth specs either, and nothing to explore.
    for spec in ["10440537-2a7b-4583-ac39-ed38d4b848e8", "6ff5654f-19d5-427d-bd3e-c0ebc802389a"] {
        expect_refusal(of_spec(spec, "explore?objectType=root").await, "1336-400")
            .naming("does not support explore");
    }
    let of_ats = async |call: &str| of_spec(ATS, call).await;
    let made = tenant.create(ats("orders")).await;
    let configs = tenant.get(&format!("/connections/{}/configs", made.id)).await.json();
    assert_eq!(of_ats("configs").await.expect_status(200).json(), configs);
    let of_zone = async |call: &str| of_spec(LANDING_ZONE, call).await;
    expect_refusal(of_zone("explore?objectType=folder&object=nope").await, "1102-404");
    expect_refusal(of_zone("explore?objectType=").await, "1334-400");
    expect_refusal(of_zone("explore?object=crm").await, "1359-400");
    of_zone("explore?limit=1").await.expect_error("FLOW-1451-400").naming("limit");
    of_ats("configs?limit=1").await.expect_error("FLOW-1451-400").naming("limit");
    for call in ["explore", "configs"] {
        let answer = of_spec("nope", call).await.expect_error("FLOW-1439-404").naming("nope");
        assert_eq!(answer.json()["report"]["type"], "connectionSpecs");
    }
}

#[tokio::test]
async fn every_built_in_connection_spec_is_explored_according_to_its_explore_spec() {
    let tenant = support::tenant().await;
    let specs = tenant.get("/connectionSpecs").await.expect_status(200).json();
    let specs = specs["items"].as_array().expect("items");
    assert!(specs.len() > 60);
    for (index, spec) in specs.iter().enumerate() {
        // A copy without auth specs, which can be explored by its own id.
        let (id, mut copy) = (format!("copy-{index}"), spec.clone());
        copy["id"] = json!(id);
        copy["authSpec"] = json!([]);
        tenant.post("/connectionSpecs", &copy).await.expect_status(201);
        let answer = tenant.get(&format!("/connectionSpecs/{id}/explore?objectType=root")).await;
        let kind = match spec["exploreSpec"]["type"].as_str() {
            None => {
                expect_refusal(answer, "1336-400");
                continue;
            }
            Some("FileSystem") => "folder",
            Some("Tabular") => "table",
            Some("Resource") => "rest",
            Some(other) => panic!("{}: {other}", spec["name"]),
        };
        assert_eq!(answer.expect_status(200).json()[0]["type"], kind, "{}", spec["name"]);
    }
}
