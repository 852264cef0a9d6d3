//! The bare server that flowmock is compared with: axum and nothing else. It parses the request body as JSON if the
//! workload has one, discards it, and answers with a constant: the body of an answer that flowmock gave.

use super::Failure;
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

/// The answer to a method and a route.
#[derive(Serialize, Deserialize)]
pub struct Constant {
    pub method: String,
    pub route: String,
    /// Whether the server parses the request body.
    pub reads_json: bool,
    pub status: u16,
    pub body: String,
}

/// Serves the constants in the file `answers` until the process is killed. Prints its URL as flowmock does.
pub fn serve(worker_threads: usize, answers: &Path) -> Result<(), Failure> {
    let constants: Vec<Constant> = serde_json::from_slice(&fs::read(answers)?)?;
    let router = router(constants)?;
    // Like flowmock, which uses a current-thread runtime if it has one worker thread.
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
