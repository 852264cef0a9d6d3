//! Credentials in URLs and in texts that everybody can read. Reference: "Base path and headers", "A base connection".
//!
//! A credential is whatever the journal would redact.

use super::body::operations;
use crate::base::operation::Verb;
use crate::store::query::CONTINUATION;
use crate::testkit::contract::exchange::{Exchange, RequestBody};
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use crate::testkit::journal::Redaction;
use crate::testkit::matching::received::Received;
use serde_json::Value;

pub(super) fn check(exchange: &Exchange<'_>, found: &mut Findings) {
    let (record, redaction) = (exchange.record, exchange.redaction());
    if redaction.path(record.path()) != record.path() {
        found.add(RuleId::CredentialInUrl, "it is in the path");
    }
    for pair in record.query().split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap_or_default();
        // The service creates continuation tokens, so the client is not responsible for their contents.
        if name != CONTINUATION && redaction.query(pair) != pair {
            found.add(RuleId::CredentialInUrl, format!("it is in the parameter {}", exchange.shown(name)));
        }
    }
    let RequestBody::Json(body) = &exchange.body else { return };
    match exchange.verb() {
        Some(Verb::Create) => {
            for key in ["name", "description"] {
                check_text(redaction, key, body.get(key), found);
            }
        }
        Some(Verb::Update) => {
            for operation in operations(body) {
                if let Some(path @ ("/name" | "/description")) = operation.get("path").and_then(Value::as_str)
                {
                    check_text(redaction, path, operation.get("value"), found);
                }
            }
        }
        _ => {}
    }
}

fn check_text(redaction: &Redaction<'_>, place: &str, text: Option<&Value>, found: &mut Findings) {
    if let Some(text) = text.and_then(Value::as_str)
        && redaction.text(text) != text
    {
        found.add(RuleId::CredentialInText, format!("it is in {place}"));
    }
}
