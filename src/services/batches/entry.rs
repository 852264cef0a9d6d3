//! The entry of a batch in the Catalog. Reference: "Error diagnostics".
//!
//! Decided: the status is `loading` until the run ends, and then `failed` if the run failed and `success` otherwise. A batch that
//! is loading has no counts of what it writes, no `completed` and no errors. The input of a table is `parquet`, as copied.

use super::batch::Batch;
use crate::base::tenant::Tenant;
use crate::services::runs::Shape;
use crate::services::runs::outcome::Status;
use crate::services::runs::plan::Volume;
use crate::services::runs::source_run::{ROWS_REJECTED, SOME_REJECTED, message_of, message_of_rejected};
use serde_json::{Map, Value, json};

/// The service as the author of a batch.
const SERVICE: &str = "acp_foundation_connectors";

/// The entry of a batch, without its id as key.
pub(crate) fn entry(batch: &Batch, tenant: &Tenant) -> Value {
    let (run, plan, written) = (&batch.run, &batch.runs.plan, batch.written());
    let is_complete = batch.is_complete();
    let status = match run.status {
        Status::Failed => "failed",
        _ if is_complete => "success",
        _ => "loading",
    };
    let started = written.promoted_from();
    let updated = if is_complete { run.end } else { started };
    let mut tags = Map::new();
    tags.insert("acp_enableErrorDiagnostics".to_owned(), plan.error_diagnostics.into());
    if let Some(percent) = plan.partial_ingestion_percent {
        tags.insert("acp_partialIngestionPercent".to_owned(), number(percent));
    }
    let data_set = batch.data_set.iter().map(|id| json!({"type": "dataSet", "id": id}));
    let format = match plan.facts.shape {
        Shape::Files => batch.source["data"]["format"].as_str(),
        _ => None,
    };
    let mut entry = json!({
        "id": batch.id,
        "externalId": batch.id,
        "status": status,
        "tags": tags,
        "relatedObjects": data_set.collect::<Vec<Value>>(),
        "inputFormat": {"format": format.unwrap_or("parquet")},
        "imsOrg": &*tenant.ims_org,
        "sandboxId": tenant.sandbox_id(),
        "version": "1.0.0",
        "created": started,
        "updated": updated,
        "createdClient": SERVICE,
        "createdUser": SERVICE,
        "updatedUser": SERVICE,
        "started": started,
    });
    if is_complete {
        entry["completed"] = run.end.into();
    }
    entry["metrics"] = metrics(batch);
    entry["errors"] = errors(batch).into();
    entry
}

fn metrics(batch: &Batch) -> Value {
    let written = batch.written();
    let Volume { rows, bytes, files } = match written.found_no_files() && batch.is_complete() {
        true => Volume { rows: 0, bytes: 0, files: 0 },
        false => written.volume(),
    };
    let mut metrics = json!({"inputByteSize": bytes, "inputFileCount": files, "inputRecordCount": rows});
    if batch.is_complete() {
        let counts = written.counts();
        metrics["outputRecordCount"] = counts.output_record_count.into();
        metrics["failedRecordCount"] = counts.failed_record_count.into();
    }
    metrics
}

/// Why the batch failed, and which rows were rejected. Without error diagnostics, that rows were rejected is all there is to read.
fn errors(batch: &Batch) -> Vec<Value> {
    if !batch.is_complete() {
        return Vec::new();
    }
    let written = batch.written();
    let error = |code: &str, description: &str| json!({"code": code, "description": description});
    let mut errors = Vec::new();
    if let Some((code, message)) = written.promotion_failure() {
        errors.push(error(code, &message));
    }
    let rejected: Vec<_> = written.rejected().iter().filter(|rejected| rejected.count > 0).collect();
    if rejected.is_empty() {
        return errors;
    }
    if !batch.runs.plan.error_diagnostics {
        errors.push(error(SOME_REJECTED, message_of(SOME_REJECTED)));
        return errors;
    }
    errors.push(error(ROWS_REJECTED, &written.rejected_text()));
    errors.extend(rejected.into_iter().map(|rejected| {
        let mut error = error(&rejected.code, message_of_rejected(rejected));
        error["recordCount"] = rejected.count.into();
        error
    }));
    errors
}

/// The percentage, as a whole number if it is one.
fn number(percent: f64) -> Value {
    if percent.fract() == 0.0 && percent.abs() < 1e9 { json!(percent as i64) } else { json!(percent) }
}
