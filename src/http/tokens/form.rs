//! Forms: the parameters in the body of a request to the identity service.
//!
//! Reference: "Tokens and sandboxes" has `application/x-www-form-urlencoded`; Adobe's library for Node sends
//! `multipart/form-data` (RFC 7578).

use super::refusal::invalid;
use crate::base::error::Error;
use crate::store::query::Parameters;
use axum::http::{HeaderMap, header};
use futures_util::stream;
use hyper::body::Bytes;
use multer::Multipart;
use std::convert::Infallible;

/// The largest number of parts in a multipart form.
const MAX_PARTS: usize = 100;

/// Reads the form in a body of that content type. Its names and values may have at most `max_bytes` in total.
///
/// # Errors
/// `invalid_request`. The error quotes nothing from the form, which may contain a secret.
pub(super) async fn read(headers: &HeaderMap, body: Bytes, max_bytes: usize) -> Result<Parameters, Error> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let text = str::from_utf8(&body).map_err(|_| invalid("the form is not text"))?;
        return urlencoded(text, max_bytes);
    }
    if media_type.eq_ignore_ascii_case("multipart/form-data") {
        let boundary = multer::parse_boundary(content_type)
            .map_err(|_| invalid("Content-Type: multipart/form-data must have a boundary"))?;
        return multipart(body, boundary, max_bytes).await;
    }
    let detail = "Content-Type must be application/x-www-form-urlencoded or multipart/form-data for a request with a body";
    Err(invalid(detail))
}

/// Reads a query or an urlencoded form.
///
/// # Errors
/// `invalid_request`.
pub(super) fn urlencoded(text: &str, max_bytes: usize) -> Result<Parameters, Error> {
    check_size(text.len(), max_bytes)?;
    Parameters::parse(text).map_err(|_| invalid("the parameters are not well-formed percent-encoded UTF-8"))
}

async fn multipart(body: Bytes, boundary: String, max_bytes: usize) -> Result<Parameters, Error> {
    let malformed = |_| invalid("the multipart form is malformed");
    let mut parts = Multipart::new(stream::iter([Ok::<_, Infallible>(body)]), boundary);
    let mut parameters = Parameters::default();
    let (mut count, mut bytes) = (0, 0);
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        count += 1;
        if count > MAX_PARTS {
            return Err(invalid(format!("the multipart form has more than {MAX_PARTS} parts")));
        }
        let name = part.name().ok_or_else(|| invalid("a part of the multipart form has no name"))?.to_owned();
        let value = part.bytes().await.map_err(malformed)?;
        bytes += name.len() + value.len();
        check_size(bytes, max_bytes)?;
        let value = str::from_utf8(&value).map_err(|_| invalid("the form is not text"))?;
        parameters.push(&name, value.to_owned());
    }
    Ok(parameters)
}

fn check_size(bytes: usize, max_bytes: usize) -> Result<(), Error> {
    if bytes <= max_bytes {
        return Ok(());
    }
    Err(invalid(format!("the parameters have {bytes} bytes; at most {max_bytes} are taken")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use futures_util::FutureExt;
    use proptest::prelude::*;

    fn read_now(content_type: &str, body: &str, max_bytes: usize) -> Result<Parameters, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
        read(&headers, body.to_owned().into(), max_bytes).now_or_never().expect("the body is there")
    }

    fn part(name: &str, value: &str) -> String {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    #[test]
    fn both_kinds_of_forms_have_the_same_parameters() {
        let multipart = part("code", "a b&c") + &part("scope", "") + &part("client_id", "key") + "--b--\r\n";
        let multipart = read_now("multipart/form-data; boundary=b", &multipart, 100).unwrap();
        let urlencoded =
            read_now("application/x-www-form-urlencoded", "code=a+b%26c&scope=&client_id=key", 100);
        assert_eq!(multipart, urlencoded.unwrap());
        assert_eq!(multipart.last("code"), Some("a b&c"));
    }

    #[test]
    fn a_multipart_form_is_bounded_and_must_be_whole() {
        let detail = |content_type: &str, body: &str, max_bytes: usize| {
            read_now(content_type, body, max_bytes).unwrap_err().detail().to_owned()
        };
        let of = "multipart/form-data; boundary=b";
        let whole = part("code", "abc") + "--b--\r\n";
        assert!(read_now(of, &whole, 7).is_ok());
        assert!(detail(of, &whole, 6).contains("7 bytes; at most 6"));
        assert!(detail(of, &whole[..whole.len() - 20], 99).contains("malformed"));
        assert!(detail(of, "--b\r\nnonsense\r\n\r\n", 99).contains("malformed"));
        assert!(detail("multipart/form-data", &whole, 99).contains("boundary"));
        let many = part("a", "").repeat(MAX_PARTS + 1) + "--b--\r\n";
        assert!(detail(of, &many, 9999).contains("more than 100 parts"));
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in r"(--b|\r\n|Content-Disposition: form-data; name=|a|:|;|.){0,30}") {
            _ = read_now("multipart/form-data; boundary=b", &body, 100);
        }
    }
}
