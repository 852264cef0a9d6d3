//! [`Redaction`] applied to the values that verifications and fault rules show.

use super::{Redaction, Shown};
use crate::testkit::matching::difference::Redact;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Shows values as the journal does.
impl Redact for Redaction<'_> {
    fn header(&self, name: &str, value: &str) -> String {
        self.header(name, value.as_bytes())
    }

    fn parameter(&self, name: &str, value: &str) -> String {
        let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let shown = self.parameters(&format!("{}={}", encoded(name), encoded(value)));
        shown.into_iter().next().map(|(_, value)| value).unwrap_or_default()
    }

    fn json(&self, pointer: &str, value: &Value) -> Value {
        self.value_at(pointer, value)
    }

    fn text(&self, body: &str) -> String {
        match self.body("", body.as_bytes(), true) {
            Shown::Text(text) => text,
            Shown::Json(value) => value.to_string(),
            Shown::Omitted(reason) => format!("[{} bytes, not shown: {reason}]", body.len()),
        }
    }

    fn path(&self, path: &str) -> String {
        self.path(path)
    }
}
