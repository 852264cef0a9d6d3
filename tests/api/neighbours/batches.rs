//! Batches: `/data/foundation/catalog/batches` and `/data/foundation/export/batches`. Reference: "Error diagnostics".

use super::get;
use crate::support::{self, Answer, Control, Tenant, batch, batch_of, batched_flow, read_run, run_now};
use flowmock::FlowMock;
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

const START: i64 = 1_767_225_600_000;

/// A server whose clock stands still, and a tenant of it.
struct Stage {
    mock: FlowMock,
    control: Control,
    tenant: Tenant,
}

impl Stage {
    fn new() -> Self {
        let mock = support::server(|config| {
            config.clock = Some(UNIX_EPOCH + Duration::from_millis(START as u64));
        });
        let (control, tenant) = (Control::of(&mock), Tenant::on(&mock));
        Self { mock, control, tenant }
    }

    /// The run of a new flow with those options that ends at once with that outcome.
    async fn run(&self, options: Value, mut outcome: Value) -> Value {
        for key in ["copyMs", "promotionMs"] {
            outcome[key] = 0.into();
        }
        let flow = batched_flow(&self.tenant, options).await;
        read_run(&self.tenant, &run_now(&self.control, &flow, &outcome).await).await
    }

    async fn entry(&self, batch: &str) -> Value {
        let read = get(&self.tenant, &format!("/catalog/batches/{batch}")).await.expect_status(200).json();
        assert_eq!(read.as_object().unwrap().keys().collect::<Vec<_>>(), [batch]);
        read[batch].clone()
    }

    async fn meta(&self, batch: &str, path: &str) -> Answer {
        get(&self.tenant, &format!("/export/batches/{batch}/meta?path={path}")).await
    }

    /// The names of the files in a list.
    async fn files(&self, batch: &str, path: &str) -> Vec<Value> {
        let list = self.meta(batch, path).await.expect_status(200).json();
        let files = list["data"].as_array().unwrap().clone();
        assert_eq!(list["_page"], json!({"limit": 100, "count": files.len()}));
        files
    }

    async fn lines(&self, batch: &str, path: &str) -> Vec<Value> {
        let answer = self.meta(batch, path).await.expect_status(200);
        assert_eq!(answer.header("content-type"), "application/x-ndjson");
        let text = String::from_utf8(answer.body).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn diagnostics() -> Value {
    json!({"errorDiagnosticsEnabled": true, "partialIngestionPercent": 5})
}

fn some_rejected() -> Value {
    let conversion = json!({"code": "MAPPER-3700-400", "message": "no such field", "count": 2});
    json!({"rejected": [{"code": "INGEST-1401-400"}, conversion]})
}

#[track_caller]
fn assert_not_found(answer: &Answer, text: &str) {
    let body = answer.json();
    assert_eq!((answer.status.as_u16(), &body["title"]), (404, &json!("NotFoundError")), "{answer}");
    assert!(body["detail"].as_str().is_some_and(|detail| detail.contains(text)), "{answer}");
    assert_eq!(answer.code().as_deref(), Some("catalog_not_found"));
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn with_diagnostics_a_batch_names_the_codes_and_its_files_the_rows() {
    let stage = Stage::new();
    let run = stage.run(diagnostics(), some_rejected()).await;
    let batch = batch_of(&run);
    let entry = stage.entry(&batch).await;
    for (key, value) in [
        ("id", json!(batch)),
        ("externalId", json!(batch)),
        ("status", json!("success")),
        ("tags", json!({"acp_enableErrorDiagnostics": true, "acp_partialIngestionPercent": 5})),
        ("relatedObjects", json!([{"type": "dataSet", "id": "5e2e5a2c1a2b3c4d5e6f7a8b"}])),
        ("imsOrg", json!(stage.tenant.ims_org)),
        ("started", json!(START)),
        ("completed", json!(START)),
    ] {
        assert_eq!(entry[key], value, "{key}");
    }
    let counts = json!({
        "inputByteSize": 24012, "inputFileCount": 1, "inputRecordCount": 100, "outputRecordCount": 97,
        "failedRecordCount": 3,
    });
    assert_eq!(entry["metrics"], counts);
    let of_run = &run["activities"][1]["statusSummary"]["extensions"]["errors"];
    for (place, (code, count)) in
        [("INGEST-1212-400", Value::Null), ("INGEST-1401-400", json!(1)), ("MAPPER-3700-400", json!(2))]
            .into_iter()
            .enumerate()
    {
        let error = &entry["errors"][place];
        assert_eq!((&error["code"], &error["recordCount"]), (&json!(code), &count));
        assert_eq!(error["description"], of_run[place]["message"]);
    }
    assert_eq!(entry["errors"].as_array().unwrap().len(), 3);

    let files = stage.files(&batch, "row_errors").await;
    let names: Vec<_> = files.iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["parsing_errors_0.json", "conversion_errors_0.json"]);
    for file in &files {
        let name = file["name"].as_str().unwrap();
        let (url, length) = (stage.mock.url(), file["length"].as_str().unwrap());
        let href = format!("{url}/data/foundation/export/batches/{batch}/meta?path=row_errors%2F{name}");
        assert_eq!(file["_links"]["self"]["href"], href);
        let answer = stage.meta(&batch, &format!("row_errors%2F{name}")).await.expect_status(200);
        assert_eq!(answer.body.len().to_string(), length);
    }
    let parsing = stage.lines(&batch, "row_errors%2Fparsing_errors_0.json").await;
    let [corrupt] = parsing.as_slice() else { panic!("{parsing:?}") };
    assert!(corrupt["_corrupt_record"].is_string() && corrupt.get("RowKey").is_none(), "{corrupt}");
    assert_eq!(
        (&corrupt["_errors"][0]["code"], &corrupt["_filename"]),
        (&json!("1401"), &json!("Customers"))
    );
    let errors = json!([{"code": "3700", "message": "no such field"}]);
    let row = |number| {
        json!({
            "RowKey": format!("RowKey {number}"), "Name": format!("Name {number}"), "_errors": errors,
            "_filename": "Customers",
        })
    };
    let conversion = stage.lines(&batch, "row_errors%2Fconversion_errors_0.json").await;
    assert_eq!(conversion, [row(2), row(3)]);
    assert_eq!(stage.lines(&batch, "row_error_samples.json").await, [parsing, conversion].concat());

    let [read] = &*stage.files(&batch, "input_files").await else { panic!("one file") };
    assert_eq!(read["name"], "fileMetaData1.json");
    let lines = stage.lines(&batch, "input_files%2FfileMetaData1.json").await;
    assert_eq!(lines, [json!({"path": "Customers"})]);
}

#[tokio::test]
async fn without_diagnostics_a_batch_says_only_that_rows_were_rejected() {
    let stage = Stage::new();
    let batch = batch_of(&stage.run(json!({"partialIngestionPercent": 5}), some_rejected()).await);
    let entry = stage.entry(&batch).await;
    assert_eq!((&entry["status"], &entry["metrics"]["failedRecordCount"]), (&json!("success"), &json!(3)));
    assert_eq!(entry["tags"]["acp_enableErrorDiagnostics"], false);
    let [error] = entry["errors"].as_array().unwrap().as_slice() else { panic!("{entry}") };
    assert_eq!((&error["code"], error.get("recordCount")), (&json!("INGEST-1211-400"), None));
    assert_eq!(stage.files(&batch, "row_errors").await, [json!(null); 0]);
    for path in ["row_error_samples.json", "row_errors%2Fconversion_errors_0.json"] {
        assert_not_found(&stage.meta(&batch, path).await, &path.replace("%2F", "/"));
    }
    assert_eq!(stage.files(&batch, "input_files").await.len(), 1);
}

#[tokio::test]
async fn a_plain_success_has_no_errors() {
    let stage = Stage::new();
    let batch = batch_of(&stage.run(diagnostics(), json!({})).await);
    let entry = stage.entry(&batch).await;
    assert_eq!((&entry["errors"], &entry["metrics"]["failedRecordCount"]), (&json!([]), &json!(0)));
    assert_eq!(stage.files(&batch, "row_errors").await, [json!(null); 0]);
}

#[tokio::test]
async fn a_failed_run_has_a_failed_batch() {
    let stage = Stage::new();
    let batch = batch_of(&stage.run(diagnostics(), json!({"outcome": "promotionFailed"})).await);
    let entry = stage.entry(&batch).await;
    assert_eq!((&entry["status"], &entry["errors"][0]["code"]), (&json!("failed"), &json!("133")));
    assert_eq!(
        (&entry["metrics"]["inputFileCount"], &entry["metrics"]["outputRecordCount"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(stage.lines(&batch, "input_files%2FfileMetaData1.json").await, [json!(null); 0]);

    let rejected = json!({"rejected": [{"code": "INGEST-1555-400", "count": 6}]});
    let batch = batch_of(&stage.run(diagnostics(), rejected).await);
    let entry = stage.entry(&batch).await;
    assert_eq!((&entry["status"], &entry["errors"][1]["recordCount"]), (&json!("failed"), &json!(6)));
    assert_eq!(entry["metrics"]["outputRecordCount"], 0);
    assert_eq!(stage.lines(&batch, "row_errors%2Fconversion_errors_0.json").await.len(), 6);
}

#[tokio::test]
async fn a_file_has_at_most_a_thousand_rows_and_the_samples_ten() {
    let stage = Stage::new();
    let many = json!({"rejected": [{"code": "MAPPER-3700-400", "count": 5_000_000}]});
    let batch = batch_of(&stage.run(diagnostics(), many).await);
    assert_eq!(stage.lines(&batch, "row_errors%2Fconversion_errors_0.json").await.len(), 1000);
    assert_eq!(stage.lines(&batch, "row_error_samples.json").await.len(), 10);
    assert_eq!(stage.entry(&batch).await["errors"][1]["recordCount"], 5_000_000);
}

#[tokio::test]
async fn a_batch_exists_from_the_promotion_on_and_is_loading_until_the_run_ends() {
    let stage = Stage::new();
    let flow = batched_flow(&stage.tenant, diagnostics()).await;
    let mut outcome = some_rejected();
    for key in ["copyMs", "promotionMs"] {
        outcome[key] = 1000.into();
    }
    let run = run_now(&stage.control, &flow, &outcome).await;
    stage.control.set_clock(json!({"advanceMs": 2000})).await;
    let batch = batch_of(&read_run(&stage.tenant, &run).await);
    assert_eq!(stage.entry(&batch).await["status"], "success");

    stage.control.set_clock(json!({"now": START + 1500})).await;
    let entry = stage.entry(&batch).await;
    let input = json!({"inputByteSize": 24012, "inputFileCount": 1, "inputRecordCount": 100});
    assert_eq!(
        (&entry["status"], &entry["metrics"], &entry["errors"]),
        (&json!("loading"), &input, &json!([]))
    );
    assert_eq!((&entry["started"], entry.get("completed")), (&json!(START + 1000), None));
    assert_eq!(stage.files(&batch, "row_errors").await, [json!(null); 0]);
    assert_eq!(stage.files(&batch, "input_files").await.len(), 1);
    let errors = stage.meta(&batch, "row_errors%2Fparsing_errors_0.json").await;
    assert_not_found(&errors, "parsing_errors_0.json");

    stage.control.set_clock(json!({"now": START + 999})).await;
    assert_not_found(&stage.meta(&batch, "input_files").await, &batch);
}

#[tokio::test]
async fn an_unknown_batch_is_the_catalogs_own_404_and_so_is_one_of_another_sandbox() {
    let stage = Stage::new();
    let batch = batch(&stage.control, &stage.tenant).await;
    stage.entry(&batch).await;
    let strangers = [stage.tenant.in_sandbox("dev"), Tenant::on(&stage.mock)];
    for stranger in &strangers {
        for path in
            [format!("/catalog/batches/{batch}"), format!("/export/batches/{batch}/meta?path=row_errors")]
        {
            assert_not_found(&get(stranger, &path).await, &batch);
        }
    }
    for id in ["nobody", "01EHEJSX3H0PBMRGAVYAKHFG22", "é".repeat(13).as_str()] {
        let answer = get(&stage.tenant, &format!("/catalog/batches/{id}")).await;
        assert_not_found(&answer, id);
    }
    get(&stage.tenant, "/catalog/batches/%ff").await.expect_error("FLOW-1003-404");
    get(&stage.tenant, &format!("/catalog/batches/{batch}?x=1")).await.expect_error("FLOW-1451-400");
}

#[tokio::test]
async fn a_path_without_a_file_is_a_404_and_a_missing_path_a_400() {
    let stage = Stage::new();
    let batch = batch(&stage.control, &stage.tenant).await;
    for path in [
        "nothing",
        "row_errors%2F",
        "row_errors%2Fnothing.json",
        "input_files%2Fparsing_errors_0.json",
        "row_errors%2F..%2Finput_files",
        "%2Frow_errors",
    ] {
        assert_not_found(&stage.meta(&batch, path).await, &path.replace("%2F", "/"));
    }
    let meta = format!("/export/batches/{batch}/meta");
    for query in ["", "?path=", "?path=row_errors&limit=0", "?path=row_errors&limit=101"] {
        get(&stage.tenant, &format!("{meta}{query}")).await.expect_error("FLOW-1452-400");
    }
    let unknown = get(&stage.tenant, &format!("{meta}?path=row_errors&nonsense=1")).await;
    unknown.expect_error("FLOW-1451-400").naming("nonsense");
    let page = get(&stage.tenant, &format!("{meta}?path=row_errors&start=1&limit=1")).await.json();
    assert_eq!(page["data"][0]["name"], "conversion_errors_0.json");
    assert_eq!(page["_page"], json!({"limit": 1, "count": 1}));
}
