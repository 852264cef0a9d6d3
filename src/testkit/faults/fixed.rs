//! [`FixedAnswer`]: an answer that a rule spells out.

use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use std::fmt;

/// The largest number of headers in such an answer.
const MAX_HEADERS: usize = 50;

/// An answer that a rule spells out.
#[derive(Clone, PartialEq)]
pub(crate) struct FixedAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<Value>,
}

impl FixedAnswer {
    /// An answer with that status, without headers and body.
    ///
    /// # Errors
    /// If it is not a status from 200 to 599.
    pub(super) fn new(status: u16) -> Result<Self, String> {
        let status = StatusCode::from_u16(status).ok().filter(|status| (200..600).contains(&status.as_u16()));
        let status = status.ok_or_else(|| "must be a status, 200 to 599".to_owned())?;
        Ok(Self { status, headers: Vec::new(), body: None })
    }

    /// Adds a header.
    ///
    /// # Errors
    /// If it is not a header, is set by the server, or is one too many.
    pub(super) fn add_header(&mut self, name: &str, value: &str) -> Result<(), String> {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| "is not the name of a header".to_owned())?;
        let value = HeaderValue::from_str(value).map_err(|_| "is not the value of a header".to_owned())?;
        let ours = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION, header::UPGRADE];
        if ours.contains(&name) || name == crate::base::headers::REQUEST_ID {
            return Err("is for the server to set".to_owned());
        }
        if self.headers.len() == MAX_HEADERS {
            return Err(format!("is one too many; at most {MAX_HEADERS} headers are sent"));
        }
        self.headers.push((name, value));
        Ok(())
    }

    /// Sets the body.
    ///
    /// # Errors
    /// If an answer with that status has no body.
    pub(super) fn set_body(&mut self, body: Value) -> Result<(), String> {
        if matches!(self.status.as_u16(), 204 | 205 | 304) {
            return Err(format!("an answer with status {} has no body", self.status.as_u16()));
        }
        self.body = Some(body);
        Ok(())
    }

    pub(super) fn read(
        status: Member<'_>, headers: Option<Member<'_>>, body: Option<Member<'_>>, problems: &mut Problems,
    ) -> Option<Self> {
        let number = status.value().as_u64().and_then(|status| u16::try_from(status).ok());
        let mut fixed = status.check(Self::new(number.unwrap_or_default()), problems)?;
        let headers = headers.map(|member| member.entries(MAX_HEADERS, problems));
        for (name, member) in headers.unwrap_or_default() {
            // A header may have several values, such as Set-Cookie.
            let values = match member.value() {
                Value::Array(_) => member.elements(1..=MAX_HEADERS, problems).unwrap_or_default(),
                _ => vec![member],
            };
            for member in values {
                if let Some(value) = member.text(problems) {
                    member.check(fixed.add_header(&name, value), problems);
                }
            }
        }
        if let Some(body) = body {
            body.check(fixed.set_body(body.value().clone()), problems);
        }
        Some(fixed)
    }

    pub(super) fn headers_document(&self) -> Value {
        let mut members: Map<String, Value> = Map::new();
        for (name, value) in &self.headers {
            let value = Value::from(String::from_utf8_lossy(value.as_bytes()));
            match members.get_mut(name.as_str()) {
                None => _ = members.insert(name.as_str().to_owned(), value),
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        members.into()
    }

    /// The bytes of the body and their content type: a string is text, any other value is JSON.
    pub(crate) fn content(&self) -> (Bytes, Option<HeaderValue>) {
        match &self.body {
            None => (Bytes::new(), None),
            Some(Value::String(text)) => {
                (text.clone().into(), Some(HeaderValue::from_static("text/plain; charset=utf-8")))
            }
            Some(json) => (json.to_string().into(), Some(HeaderValue::from_static("application/json"))),
        }
    }
}

/// Only the status: the rest may contain credentials.
impl fmt::Debug for FixedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedAnswer").field("status", &self.status).finish_non_exhaustive()
    }
}
