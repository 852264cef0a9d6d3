//! Restores credentials in rules that a client reads from the list, where they are redacted, and sends back.
//!
//! Decided: a redacted value in a rule with an existing id, at the place of a credential, stands for the credential of the
//! existing rule. Anywhere else it would match nothing, so [`Pattern`](crate::testkit::matching) refuses it.

use super::active::Fault;
use crate::testkit::matching::difference::Redact;
use serde_json::Value;

/// Puts the credentials of the existing rules back into a document of rules.
pub(crate) fn restore(document: &mut Value, in_force: &[Fault], redact: &dyn Redact) {
    let rules = match document {
        Value::Object(members) if members.contains_key("faults") => members.get_mut("faults"),
        other => Some(other),
    };
    let rules = match rules {
        Some(Value::Array(rules)) => rules.as_mut_slice(),
        Some(rule) => std::slice::from_mut(rule),
        None => return,
    };
    for rule in rules {
        let id = rule.get("id").and_then(Value::as_str);
        let Some(fault) = in_force.iter().find(|fault| Some(fault.id.as_str()) == id) else { continue };
        let shown = fault.rule.document(redact);
        if let (Some(sent), Some(shown), Some(kept)) =
            (rule.get_mut("match"), shown.get("match"), fault.rule.to_json().get("match"))
        {
            restore_value(sent, shown, kept);
        }
    }
}

/// Replaces each part of `sent` that equals its redacted form in `shown` with the original in `kept`.
fn restore_value(sent: &mut Value, shown: &Value, kept: &Value) {
    if sent == shown {
        *sent = kept.clone();
        return;
    }
    match (sent, shown, kept) {
        (Value::Object(sent), Value::Object(shown), Value::Object(kept)) => {
            for (key, sent) in sent {
                if let (Some(shown), Some(kept)) = (shown.get(key), kept.get(key)) {
                    restore_value(sent, shown, kept);
                }
            }
        }
        (Value::Array(sent), Value::Array(shown), Value::Array(kept)) => {
            for (sent, (shown, kept)) in sent.iter_mut().zip(shown.iter().zip(kept)) {
                restore_value(sent, shown, kept);
            }
        }
        _ => {}
    }
}
