//! [`File`]: a file of the page, and how it is served.

use crate::base::error::Error;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use hyper::body::Bytes;
use std::io::{self, Read};

/// A file of the page.
pub(super) struct File {
    /// The path below `page/`.
    pub(super) path: &'static str,
    /// Its bytes, compressed with gzip.
    pub(super) gzip: &'static [u8],
}

impl File {
    /// The bytes of the file.
    ///
    /// # Errors
    /// None that a file of the build script can cause.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        GzDecoder::new(self.gzip).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// 200 with the file: compressed if the client takes that, as browsers do.
    pub(super) fn response(&self, request: &HeaderMap) -> Response {
        let is_compressed = takes_gzip(request);
        let bytes = if is_compressed { Ok(self.gzip.into()) } else { self.bytes().map(Bytes::from) };
        let mut response = match bytes {
            Ok(bytes) => response(self.path, bytes),
            Err(error) => return Error::internal(error).into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if is_compressed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// Whether `Accept-Encoding` names gzip, and does not refuse it.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let quality = quality.trim().strip_prefix("q=").and_then(|quality| quality.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && quality.is_none_or(|quality| quality > 0.0)
    })
}

/// The rules under which a browser runs the page: it loads nothing from elsewhere, runs no script but the files, sends no
/// form, and is shown in no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The headers of every response that carries a part of the page.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// 200 with the contents of a file.
pub(super) fn response(path: &str, bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let content_type = HeaderValue::from_static(content_type(path));
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// Adds the headers that protect the page.
pub(super) fn secure(response: &mut Response) {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

/// The content type by the ending of a file's name.
pub(super) fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_client_that_takes_gzip_gets_it() {
        let takes = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(value).unwrap());
            takes_gzip(&headers)
        };
        for value in ["gzip", "br, GZIP;q=0.5", "deflate,gzip ; q=1", "gzip, deflate, br, zstd"] {
            assert!(takes(value), "{value}");
        }
        for value in ["", "identity", "gzip;q=0", "gzip; q=0.0", "gzipx"] {
            assert!(!takes(value), "{value}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
