//! The server to compare with: axum and nothing else. It parses a body as JSON where the workload has one,
//! throws it away, and answers with a constant: the very bytes that flowmock answered with once.

use crate::Failure;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::routing::{MethodFilter, on};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tokio::net::TcpListener;
use tokio::runtime;

/// What it answers to a method and route.
#[derive(Serialize, Deserialize)]
pub struct Constant {
    pub method: String,
    pub route: String,
    /// Whether it parses the request's body.
    pub reads_json: bool,
    pub status: u16,
    pub body: String,
}

/// Serves the constants in that file until it is killed. Says on standard output where, as flowmock does.
pub fn serve(worker_threads: usize, answers: &Path) -> Result<(), Failure> {
    let constants: Vec<Constant> = serde_json::from_slice(&fs::read(answers)?)?;
    let router = router(constants)?;
    // One thread means a runtime of one thread, since it means that to flowmock.
    let mut builder = match worker_threads {
        1 => runtime::Builder::new_current_thread(),
        _ => runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.worker_threads(worker_threads).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("bare listens on http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
        axum::serve(listener, router).await
    })?;
    Ok(())
}

fn router(constants: Vec<Constant>) -> Result<Router, Failure> {
    let mut router = Router::new();
    for Constant { method, route, reads_json, status, body } in constants {
        let filter = MethodFilter::try_from(axum::http::Method::try_from(method.as_str())?)?;
        let (status, body) = (StatusCode::from_u16(status)?, Bytes::from(body));
        let answer = move || (status, [(header::CONTENT_TYPE, "application/json")], body.clone());
        router = if reads_json {
            router.route(&route, on(filter, async move |_: Json<Value>| answer()))
        } else {
            router.route(&route, on(filter, async move || answer()))
        };
    }
    Ok(router)
}
