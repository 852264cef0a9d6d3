//! The amounts of data in runs for which nothing is ordered: those of the source's fixture.

use super::{MINUTE, START, Stage};
use crate::support::{self, DATA_LANDING_ZONE, FILES_FLOW, Tenant, Written, state_of};
use serde_json::{Value, json};

const HOUR: i64 = 60 * MINUTE;

fn hourly() -> Value {
    json!({"startTime": START / 1000, "frequency": "hour", "interval": 1})
}

/// Gives the sandbox a table of two rows and a tree of files.
async fn seed(stage: &Stage) {
    let row = |name: &str| json!({"PartitionKey": "a", "RowKey": name, "Timestamp": "2024-05-01T08:00:00Z"});
    let sources = json!({
        "azure-table-storage": {"tables": {
            "Orders": {"columns": [], "rows": [row("one"), row("two")]},
            "Empty": {"columns": [], "rows": []},
        }},
        "landing-zone": {"files": {
            "dlz-user-container/orders/a.csv": "id,city\n1,Pune\n2,Dehradun\n",
            "dlz-user-container/orders/b.jsonl": "{\"id\": 3}\n",
            "dlz-user-container/orders/old/c.csv": "id\n4\n5\n6\n",
            "dlz-user-container/readme.bin": "x",
        }},
    });
    let Tenant { ims_org, sandbox, .. } = &stage.tenant;
    stage.control.merge(&state_of(ims_org, sandbox, json!({"sources": sources}))).await.expect_status(204);
}

async fn table_flow(stage: &Stage, table: &str) -> Written {
    let ends = stage.ends_of_table(table).await;
    stage.flow_of(ends, hourly(), json!({})).await
}

async fn files_flow(stage: &Stage, params: Value) -> Written {
    let source = json!({
        "name": "files", "connectionSpec": {"id": DATA_LANDING_ZONE, "version": "1.0"},
        "data": {"format": "delimited"}, "params": params,
    });
    let source = stage.tenant.create_at("/sourceConnections", &source).await;
    let mut flow = support::files_flow("files", &source.id, &stage.target().await);
    flow["flowSpec"]["id"] = json!(FILES_FLOW);
    flow["scheduleParams"] = hourly();
    stage.tenant.create_at("/flows", &flow).await
}

/// The rows, bytes and files that each run of a flow read, newest first.
async fn read_by(stage: &Stage, flow: &Written) -> Vec<[Option<u64>; 3]> {
    let one = |run: &Value| {
        let metrics = &run["metrics"];
        [
            metrics["recordSummary"]["inputRecordCount"].as_u64(),
            metrics["sizeSummary"]["inputBytes"].as_u64(),
            metrics["fileSummary"]["inputFileCount"].as_u64(),
        ]
    };
    stage.runs(flow).await.iter().map(one).collect()
}

#[tokio::test]
async fn a_run_reads_the_rows_of_its_table() {
    let stage = Stage::new();
    seed(&stage).await;
    let (orders, empty, unknown) = (
        table_flow(&stage, "Orders").await,
        table_flow(&stage, "Empty").await,
        table_flow(&stage, "Nowhere").await,
    );
    stage.advance(HOUR + MINUTE).await;
    let read = read_by(&stage, &orders).await;
    let bytes = read[0][1].expect("bytes");
    let rows = [("one", 0), ("two", 0)].map(|(name, _)| {
        json!({"PartitionKey": "a", "RowKey": name, "Timestamp": "2024-05-01T08:00:00Z"}).to_string().len()
            as u64
    });
    assert_eq!(bytes, rows.iter().sum::<u64>());
    assert_eq!(read, [[Some(2), Some(bytes), read[0][2]]; 2]);
    let of_table = stage.runs(&orders).await.remove(0);
    let info = &of_table["metrics"]["fileSummary"]["manifest"]["fileInfo"][0];
    assert!(info["path"].is_string() && info.get("pathPrefix").is_none(), "{info}");
    assert_eq!(read_by(&stage, &empty).await[0][..2], [Some(0), Some(0)]);
    assert_eq!(read_by(&stage, &unknown).await[0][..2], [Some(100), Some(24_012)]);
}

#[tokio::test]
async fn a_run_reads_its_file_or_the_files_of_its_folder() {
    let stage = Stage::new();
    seed(&stage).await;
    let (a, b, c) = (26, 10, 9);
    for (params, expected) in [
        (json!({"path": "dlz-user-container/orders/a.csv"}), [2, a, 1]),
        (json!({"path": "/dlz-user-container/orders/", "type": "folder"}), [3, a + b, 2]),
        (json!({"path": "dlz-user-container/orders", "recursive": "true"}), [6, a + b + c, 3]),
        (json!({"path": "dlz-user-container/readme.bin"}), [100, 24_012, 1]),
        (json!({"path": "dlz-user-container/*.csv"}), [100, 24_012, 1]),
    ] {
        let flow = files_flow(&stage, params.clone()).await;
        stage.advance(MINUTE).await;
        assert_eq!(read_by(&stage, &flow).await[0], expected.map(Some), "{params}");
        let run = stage.runs(&flow).await.remove(0);
        let info = &run["metrics"]["fileSummary"]["manifest"]["fileInfo"][0];
        assert_eq!(info["pathPrefix"], params["path"]);
        assert!(info["path"].as_str().is_some_and(|path| path.ends_with("meta?path=input_files")), "{info}");
    }
}

#[tokio::test]
async fn a_flow_keeps_the_amounts_of_its_creation_and_an_export_has_them() {
    let stage = Stage::new();
    seed(&stage).await;
    let flow = table_flow(&stage, "Orders").await;
    let Tenant { ims_org, sandbox, .. } = &stage.tenant;
    let none = json!({"sources": {"azure-table-storage": {"tables": {}}}});
    stage.control.merge(&state_of(ims_org, sandbox, none)).await.expect_status(204);
    stage.tenant.act("flows", &flow.id, "disable").await.expect_status(200);
    stage.tenant.act("flows", &flow.id, "enable").await.expect_status(200);
    stage.advance(HOUR + MINUTE).await;
    assert_eq!(read_by(&stage, &flow).await[0][0], Some(2));
    let document: Value = serde_json::from_str(&stage.control.export().await).unwrap();
    let other = Stage::new();
    other.advance(HOUR + MINUTE).await;
    other.control.merge(&document).await.expect_status(204);
    let tenant = stage.tenant.clone();
    let seen = Tenant::on(&other.mock).of_org(&tenant.ims_org);
    let runs = seen.walk(&format!("/runs?property=flowId=={}", flow.id)).await;
    // The addresses in the runs differ by the port.
    let amounts = |runs: &[Value]| -> Vec<[Value; 2]> {
        let parts = |run: &Value| ["recordSummary", "sizeSummary"].map(|part| run["metrics"][part].clone());
        runs.iter().map(parts).collect()
    };
    assert_eq!(amounts(&runs), amounts(&stage.runs(&flow).await));
}

#[tokio::test]
async fn an_order_and_rejected_rows_count_from_the_amounts_of_the_source() {
    let stage = Stage::new();
    seed(&stage).await;
    let flow = table_flow(&stage, "Orders").await;
    stage.order(json!({"flowId": flow.id, "run": 2, "rows": 4})).await.expect_status(201);
    stage.advance(HOUR + MINUTE).await;
    let read = read_by(&stage, &flow).await;
    let bytes = read[1][1].expect("bytes");
    assert_eq!(read[0][..2], [Some(4), Some(2 * bytes)]);
}

#[tokio::test]
async fn a_flow_keeps_the_path_of_its_creation_until_it_gets_another_source() {
    let stage = Stage::new();
    let flow = files_flow(&stage, json!({"path": "dlz-user-container/a.csv"})).await;
    let prefix = async || {
        stage.advance(HOUR + MINUTE).await;
        let run = stage.runs(&flow).await.remove(0);
        run["metrics"]["fileSummary"]["manifest"]["fileInfo"][0]["pathPrefix"].clone()
    };
    let item = stage.read_flow(&flow).await;
    let source = item["sourceConnectionIds"][0].as_str().unwrap();
    let moved = json!([{"op": "replace", "path": "/params/path", "value": "dlz-user-container/b.csv"}]);
    stage.tenant.change("sourceConnections", source, moved).await.expect_status(200);
    stage.patch_flow(&flow, support::rename("renamed")).await;
    assert_eq!(prefix().await, "dlz-user-container/a.csv");
    let other = stage.tenant.file_source().await;
    let patch = json!([{"op": "replace", "path": "/sourceConnectionIds", "value": [other]}]);
    stage.patch_flow(&flow, patch).await;
    assert_eq!(prefix().await, "dlz-user-container/orders.csv");
}
