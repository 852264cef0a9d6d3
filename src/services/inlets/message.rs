//! Checks messages before an inlet takes them.
//!
//! Reference: "Streaming endpoint"; `flows-errors.csv`, layer inlet. Decided:
//! - A raw message is any JSON value. An XDM message is an object with an object `header`, whose `schemaRef` is an object,
//!   and an object `body`. Its `imsOrgId` may be absent, but must not be another organisation's.
//! - Validation (`syncValidation`, `synchronousValidation`) also wants the `id` of the schema and the object `xdmEntity`,
//!   that a raw message names its flow, and that a named flow is enabled and takes data from the inlet. Mappings and schemas
//!   are not evaluated.
//! - Without validation, a message is taken whatever flow it names. A message without a flow, or with one that takes no data
//!   from the inlet, counts for no run.
//! - The flow in the header or query wins over the one in the message.

use super::lookup::{DataType, Inlet};
use crate::base::error::{Code, Error, excerpt};
use crate::base::json;
use crate::base::json::Nulls;
use serde_json::Value;

/// The header or query parameter that names the flow of raw messages.
pub(crate) const FLOW_ID: &str = "x-adobe-flow-id";

/// A message that was looked at.
pub(crate) struct Checked {
    /// The flow that the request or the message names.
    pub(crate) flow: Option<String>,
    /// Whether the inlet takes the message; 400 in the form of the inlet's errors otherwise.
    pub(crate) outcome: Result<(), Error>,
}

/// Checks a message for an inlet. `flow` is the flow that the request names.
pub(crate) fn check(inlet: &Inlet, text: &[u8], flow: Option<&str>, validates: bool) -> Checked {
    let flow = |named: Option<&str>| flow.or(named).map(str::to_owned);
    let message = match json::parse(text, Nulls::Kept) {
        Ok(message) => message,
        Err(reason) => {
            let refusal = refusal(inlet, &format!("Message is not valid JSON: {reason}"));
            return Checked { flow: flow(None), outcome: Err(refusal) };
        }
    };
    let is_xdm = inlet.data_type == DataType::Xdm;
    let flow = flow(message["header"]["flowId"].as_str().filter(|_| is_xdm));
    let mut outcome = if is_xdm { check_xdm(inlet, &message, validates) } else { Ok(()) };
    if validates {
        outcome = outcome.and_then(|()| check_flow(inlet, flow.as_deref()));
    }
    Checked { flow, outcome }
}

/// Checks that a raw message names a flow, and that a named flow takes messages from the inlet.
fn check_flow(inlet: &Inlet, flow: Option<&str>) -> Result<(), Error> {
    match flow {
        None if inlet.data_type == DataType::Xdm => Ok(()),
        None => Err(refusal(inlet, &format!("Message names no flow; send its id in {FLOW_ID}"))),
        Some(flow) if inlet.flow(flow).is_some() => Ok(()),
        Some(flow) => {
            let reason = format!("Message is for {}, which is no enabled flow of this inlet", excerpt(flow));
            Err(refusal(inlet, &reason))
        }
    }
}

/// Checks the envelope of an XDM message.
fn check_xdm(inlet: &Inlet, message: &Value, validates: bool) -> Result<(), Error> {
    let refuse = |reason: &str| refusal(inlet, reason);
    let (header, body) = (&message["header"], &message["body"]);
    if !header.is_object() || !header["schemaRef"].is_object() {
        return Err(refuse("Message has no header with a schemaRef; XDM messages have both"));
    }
    if !body.is_object() {
        return Err(refuse("Message has no body; XDM messages have an object of that name beside header"));
    }
    match &header["imsOrgId"] {
        Value::Null => {}
        Value::String(org) if **org == *inlet.sandbox.tenant.ims_org => {}
        Value::String(org) => {
            let reason = format!("Message is for the organisation {}, not for the inlet's", excerpt(org));
            return Err(refuse(&reason));
        }
        _ => return Err(refuse("Message has an imsOrgId that is not a string")),
    }
    if validates && header["schemaRef"]["id"].as_str().is_none_or(str::is_empty) {
        return Err(refuse("Message has a schemaRef without id"));
    }
    if validates && !body["xdmEntity"].is_object() {
        return Err(refuse("Message has no object xdmEntity in its body"));
    }
    Ok(())
}

/// 400: the inlet does not take a message, for this reason.
pub(crate) fn refusal(inlet: &Inlet, reason: &str) -> Error {
    let detail = format!("inletId: [{}] imsOrgId: [{}] {reason}", inlet.id, inlet.sandbox.tenant.ims_org);
    Error::new(Code::InletMessageInvalid, detail)
}
