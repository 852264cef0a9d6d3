//! Checks messages before an inlet takes them.
//!
//! Reference: "Streaming endpoint"; `flows-errors.csv`, layer inlet. Decided:
//! - A raw message is any JSON value. An XDM message is an object with an object `header`, whose `schemaRef` is an object,
//!   and an object `body`. Its `imsOrgId` may be absent, but must not be another organisation's.
//! - Validation (`syncValidation`, `synchronousValidation`) also wants the `id` of the schema and the object `xdmEntity`, and
//!   of a raw message that its flow is named. Mappings and schemas are not evaluated.
//! - The flow in the header or query wins over the one in the message.

use super::lookup::{DataType, Inlet};
use crate::base::error::{Code, Error, excerpt};
use crate::base::json;
use crate::base::json::Nulls;
use serde_json::Value;

/// The header or query parameter that names the flow of raw messages.
pub(crate) const FLOW_ID: &str = "x-adobe-flow-id";

/// The flow of a checked message, if one is named.
pub(crate) type FlowId = Option<String>;

/// Checks a message for an inlet. `flow` is the flow that the request names. Returns the message's flow.
///
/// # Errors
/// 400 in the form of the inlet's errors.
pub(crate) fn check(
    inlet: &Inlet, text: &[u8], flow: Option<&str>, validates: bool,
) -> Result<FlowId, Error> {
    let refuse = |reason: &str| refusal(inlet, reason);
    let message = json::parse(text, Nulls::Kept)
        .map_err(|reason| refuse(&format!("Message is not valid JSON: {reason}")))?;
    if inlet.data_type == DataType::Raw {
        if validates && flow.is_none() {
            return Err(refuse(&format!("Message names no flow; send its id in {FLOW_ID}")));
        }
        return Ok(flow.map(str::to_owned));
    }
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
    Ok(flow.or(header["flowId"].as_str()).map(str::to_owned))
}

/// 400: the inlet does not take a message, for this reason.
pub(crate) fn refusal(inlet: &Inlet, reason: &str) -> Error {
    let detail = format!("inletId: [{}] imsOrgId: [{}] {reason}", inlet.id, inlet.sandbox.tenant.ims_org);
    Error::new(Code::InletMessageInvalid, detail)
}
