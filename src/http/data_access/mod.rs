//! `GET /data/foundation/export/batches/{id}/meta`: the files about a batch. Reference: "Error diagnostics".
//!
//! Decided: a file is `application/x-ndjson`. `start` and `limit` select files of a list, at most 100. A path that names nothing is
//! a 404, and none at all FLOW-1452-400.

use super::answer;
use super::base_url::BaseUrl;
use super::documents::Window;
use super::extract::{Id, Query};
use super::routes::Routes;
use crate::app::Shared;
use crate::base::error::{Code, Error, excerpt};
use crate::base::operation::{Api, Operation};
use crate::services::batches::{Batch, Meta, MetaFile, meta, most_bytes};
use crate::services::runs::SandboxRuns;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

/// The parameter that names a list or a file.
const PATH: &str = "path";

/// The largest number of files in a list.
pub(crate) const MAX_LIMIT: usize = 100;

pub(crate) fn routes() -> Routes {
    Routes::default().on(Operation::GetBatchMeta, get)
}

async fn get(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, base: BaseUrl, Query(query): Query,
) -> Result<Response, Error> {
    let [start, limit] = Window::PARAMETERS;
    query.only(&[PATH, start, limit])?;
    let window = Window::read(&query, MAX_LIMIT, MAX_LIMIT)?;
    let path = query.last(PATH).unwrap_or_default();
    if path.is_empty() {
        return Err(Error::invalid_parameter(PATH, path, "input_files, row_errors or a file in one of them"));
    }
    let runs = SandboxRuns::new(&sandbox, &app.config, app.env.now());
    let batch = Batch::find(id.as_str(), &runs, &sandbox)?;
    let memory = app.budget.make(most_bytes(&batch, path)).await?;
    match meta(&batch, path) {
        Some(Meta::Lines(lines)) => Ok(answer::text("application/x-ndjson", memory.hold(lines))),
        Some(Meta::Files(files)) => {
            let here = format!("{}{}/batches/{}/meta", base.text(), Api::DataAccess.base_path(), id.as_str());
            let shown = window.of(&files);
            let data: Vec<Value> = shown.iter().map(|file| listed(file, &here)).collect();
            let page = json!({"limit": window.limit(), "count": data.len()});
            Ok(answer::ok(&json!({"data": data, "_page": page})))
        }
        None => {
            let detail = format!("the batch {} has no file {}", id.as_str(), excerpt(path));
            Err(Error::new(Code::CatalogNotFound, detail))
        }
    }
}

fn listed(file: &MetaFile, here: &str) -> Value {
    let href = format!("{here}?{PATH}={}", file.path);
    json!({"name": file.name, "length": file.length.to_string(), "_links": {"self": {"href": href}}})
}
