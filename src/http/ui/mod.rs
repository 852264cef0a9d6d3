//! The page at `/_flowmock/ui`, which shows requests, state, faults and contract reports in a browser.
//!
//! The page is HTML, style sheets and ES modules in `page/`, which are part of the program, compressed. It makes control calls like any
//! other client; this module only serves its files. Every view answers `index.html`, and the page reads from its URL which
//! view to show.
//!
//! Decided: the files need no control token, since the page has to be there to ask for it, and tell a stranger no more than
//! the health check does. For the same reason a link from a page of another origin may open it, unlike other control calls;
//! the page changes nothing until somebody uses it, and its headers keep other pages from framing it.

mod file;
mod files;
mod front_door;

pub(crate) use front_door::{is_visit, redirect};

use crate::app::Shared;
use crate::base::error::Error;
use crate::base::operation::paths::PAGE;
use crate::http::refuse::no_such_route;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use file::File;
use hyper::body::Bytes;
use ring::digest::{Context, SHA256};
use std::sync::LazyLock;

/// The views, each with an address of its own.
const VIEWS: [&str; 5] = ["requests", "state", "faults", "contract", "overview"];

/// The routes of the page. They are no operations: clients of flowmock have no use for them.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route(PAGE, get(index))
        .route(&format!("{PAGE}/{{view}}"), get(view))
        .route(&format!("{PAGE}/files/{{version}}/{{*path}}"), get(part))
}

/// `index.html` with its placeholders filled in.
struct Index {
    html: String,
    etag: HeaderValue,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let html = files::INDEX
        .replace("{{files}}", &format!("{PAGE}/files/{}", *HASH))
        .replace("{{version}}", env!("CARGO_PKG_VERSION"));
    let etag = HeaderValue::from_str(&format!("\"{}\"", *HASH));
    Index { html, etag: etag.unwrap_or(HeaderValue::from_static("\"page\"")) }
});

/// A hash of the version and of all files, in hexadecimal. It is part of the files' addresses, so that browsers may cache
/// them for ever.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Context::new(&SHA256);
    let mut add = |bytes: &[u8]| {
        hash.update(&(bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    [env!("CARGO_PKG_VERSION"), files::INDEX].into_iter().for_each(|text| add(text.as_bytes()));
    for File { path, gzip } in files::FILES {
        add(path.as_bytes());
        add(gzip);
    }
    hash.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

/// `GET /_flowmock/ui`: the page, or 304 if the browser has it.
async fn index(headers: HeaderMap) -> Response {
    let known = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|sent| sent.to_str().ok());
    let mut known = known.flat_map(|sent| sent.split(',')).map(|etag| etag.trim().trim_start_matches("W/"));
    let mut response = if known.any(|etag| etag == "*" || INDEX.etag == etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        file::response("index.html", Bytes::from_static(INDEX.html.as_bytes()))
    };
    file::secure(&mut response);
    response.headers_mut().insert(header::ETAG, INDEX.etag.clone());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// `GET /_flowmock/ui/{view}`.
async fn view(app: State<Shared>, Path(view): Path<String>, uri: Uri, headers: HeaderMap) -> Response {
    if VIEWS.contains(&view.as_str()) { index(headers).await } else { missing(app, uri).await }
}

/// `GET /_flowmock/ui/files/{hash}/{path}`: a file of the page, which never changes under this address.
async fn part(
    app: State<Shared>, Path((hash, path)): Path<(String, String)>, uri: Uri, headers: HeaderMap,
) -> Response {
    let file = files::FILES.iter().find(|file| file.path == path).filter(|_| hash == *HASH);
    let Some(file) = file else { return missing(app, uri).await };
    let mut response = file.response(&headers);
    file::secure(&mut response);
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, forever);
    response
}

async fn missing(app: State<Shared>, uri: Uri) -> Response {
    let error: Error = no_such_route(app, uri).await;
    error.into_response()
}

#[cfg(test)]
mod tests;
