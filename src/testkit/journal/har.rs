//! Requests of the journal as a HAR file, which the tools of browsers open. Reference: HAR 1.2,
//! <http://www.softwareishard.com/blog/har-12-spec/>.
//!
//! Decided: values that the format requires and a server does not know are -1 (sizes of heads) or 0 (times on the wire:
//! the journal knows only how long the response took to make). A request without a response has the status 0, as in
//! browsers. Keys that begin with `_` are flowmock's own, as the format allows.

use super::show::{Each, RecordedBody, RecordedOutcome, RecordedRequest};
use super::{Entry, Redaction};
use hyper::{StatusCode, Version};
use serde::Serialize;
use serde_json::{Value, json};

/// The location of the server: `https` or `http`, and the address for requests without a `Host`.
#[derive(Clone, Copy)]
pub(crate) struct ServerLocation<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
}

/// The HAR document of entries, which are in the order of their time.
pub(crate) fn har(
    entries: &[Entry], redaction: &Redaction<'_>, server: ServerLocation<'_>,
) -> impl Serialize {
    #[derive(Serialize)]
    struct Har<T> {
        log: Log<T>,
    }
    #[derive(Serialize)]
    struct Log<T> {
        version: &'static str,
        creator: Creator,
        entries: T,
    }
    #[derive(Serialize)]
    struct Creator {
        name: &'static str,
        version: &'static str,
    }
    let shown = move |entry: &Entry| {
        self::entry(&RecordedRequest::of(entry, redaction), entry.record.version, redaction, server)
    };
    let creator = Creator { name: "flowmock", version: env!("CARGO_PKG_VERSION") };
    Har { log: Log { version: "1.2", creator, entries: Each(move || entries.iter().map(shown)) } }
}

fn entry(
    recorded: &RecordedRequest, version: Version, redaction: &Redaction<'_>, server: ServerLocation<'_>,
) -> Value {
    let millis = recorded.duration_micros as f64 / 1000.0;
    let mut entry = json!({
        "startedDateTime": recorded.time,
        "time": millis,
        "request": request(recorded, version, redaction, server),
        "response": response(recorded, version),
        "cache": {},
        "timings": {"send": 0, "wait": millis, "receive": 0},
        "_id": recorded.id,
    });
    let ours = [
        ("_operation", &recorded.operation),
        ("_requestId", &recorded.request_id),
        ("_errorCode", &recorded.error_code),
    ];
    for (key, value) in ours {
        if let Some(value) = value {
            entry[key] = value.as_str().into();
        }
    }
    match recorded.outcome {
        RecordedOutcome::Answered => {}
        RecordedOutcome::Reset => entry["comment"] = "the connection was reset on purpose".into(),
        RecordedOutcome::ClientGone => entry["comment"] = "the client went away".into(),
    }
    entry
}

fn request(
    recorded: &RecordedRequest, version: Version, redaction: &Redaction<'_>, server: ServerLocation<'_>,
) -> Value {
    let host = value_of(&recorded.headers, "host").unwrap_or(server.host);
    let query = if recorded.query.is_empty() { String::new() } else { format!("?{}", recorded.query) };
    let mut request = json!({
        "method": recorded.method,
        "url": format!("{}://{host}{}{query}", server.scheme, recorded.path),
        "httpVersion": version_name(version),
        "cookies": cookies(&recorded.headers, "cookie"),
        "headers": pairs(&recorded.headers),
        "queryString": pairs(&redaction.parameters(&recorded.query)),
        "headersSize": -1,
        "bodySize": recorded.body.as_ref().map_or(0, |body| body.bytes),
    });
    if let Some(body) = &recorded.body {
        let mime_type = value_of(&recorded.headers, "content-type").unwrap_or_default();
        let mut data = json!({"mimeType": mime_type, "text": text(body)});
        comment(&mut data, body);
        request["postData"] = data;
    }
    request
}

fn response(recorded: &RecordedRequest, version: Version) -> Value {
    let status = recorded.status.unwrap_or(0);
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let body = recorded.response_body.as_ref();
    let mut content = json!({
        "size": body.map_or(0, |body| body.bytes),
        "mimeType": value_of(&recorded.response_headers, "content-type").unwrap_or("x-unknown"),
    });
    if let Some(body) = body {
        content["text"] = text(body).into();
        comment(&mut content, body);
    }
    json!({
        "status": status,
        "statusText": reason.unwrap_or_default(),
        "httpVersion": version_name(version),
        "cookies": cookies(&recorded.response_headers, "set-cookie"),
        "headers": pairs(&recorded.response_headers),
        "content": content,
        "redirectURL": value_of(&recorded.response_headers, "location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": body.map_or(0, |body| body.bytes),
    })
}

fn text(body: &RecordedBody) -> String {
    match (&body.json, &body.text) {
        (Some(json), _) => json.to_string(),
        (None, Some(text)) => text.clone(),
        (None, None) => String::new(),
    }
}

/// Adds a comment that says why `text` is not complete.
fn comment(content: &mut Value, body: &RecordedBody) {
    if let Some(reason) = &body.omitted {
        content["comment"] = format!("not shown: {reason}").into();
    } else if body.truncated {
        content["comment"] = "the journal kept the beginning".into();
    }
}

fn version_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    }
}

fn value_of<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

fn pairs(pairs: &[(String, String)]) -> Vec<Value> {
    pairs.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}

/// The cookies in a header. Their values are credentials, so there are none when credentials are hidden.
fn cookies(headers: &[(String, String)], header: &str) -> Vec<Value> {
    let lines = headers.iter().filter(|(name, _)| name == header).map(|(_, value)| value.as_str());
    let cookies = lines.flat_map(|line| {
        // The attributes of a cookie follow it.
        let cookies = line.split(';').map(str::trim);
        cookies.take(if header == "cookie" { usize::MAX } else { 1 })
    });
    cookies
        .filter_map(|cookie| cookie.split_once('='))
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}
