//! `POST /collection/batch/{inletId}`: several messages, each of which is taken or refused by itself.
//!
//! Decided: a body without an array `messages` is a 400, and a batch of more than 10,000 messages a 413.

use super::delivery::Delivery;
use crate::app::Shared;
use crate::app::inlets::Tally;
use crate::base::error::{Code, Error};
use crate::http::answer;
use crate::services::inlets::mailbox::InletMessage;
use crate::services::inlets::message::{Checked, refusal};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The largest number of messages in a batch.
const MAX_MESSAGES: usize = 10_000;

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receipt<'a> {
    inlet_id: &'a str,
    batch_id: &'a str,
    received_time_ms: i64,
    responses: Vec<Outcome>,
}

/// What became of a message.
#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    #[serde(rename_all = "camelCase")]
    Taken { xaction_id: String },
    #[serde(rename_all = "camelCase")]
    Refused { status_code: u16, message: String },
}

pub(super) async fn send(State(app): State<Shared>, delivery: Delivery) -> Result<Response, Error> {
    let Delivery { inlet, body, now, .. } = &delivery;
    let Batch { messages } = serde_json::from_slice(body)
        .map_err(|_| refusal(inlet, "The body is not an object with an array of messages"))?;
    if messages.len() > MAX_MESSAGES {
        let detail = format!("the batch has {} messages, and may have {MAX_MESSAGES}", messages.len());
        return Err(Error::new(Code::InletBodyTooLarge, detail));
    }
    let batch_id = app.xaction_id(inlet, *now);
    let mut responses = Vec::with_capacity(messages.len());
    let (mut taken, mut tally) = (Vec::new(), Tally::default());
    for message in messages {
        let Checked { flow, outcome } = delivery.check(message.get().as_bytes());
        if let Some(flow) = &flow {
            tally.count(flow, outcome.is_ok(), message.get().len());
        }
        responses.push(match outcome {
            Ok(()) => {
                let xaction_id = app.xaction_id(inlet, *now);
                let (id, batch) = (xaction_id.clone(), Some(batch_id.clone()));
                taken.push(InletMessage::new(id, batch, *now, flow, message.to_owned()));
                Outcome::Taken { xaction_id }
            }
            Err(error) => Outcome::Refused {
                status_code: error.code().status().as_u16(),
                message: error.detail().to_owned(),
            },
        });
    }
    app.take_messages(inlet, taken);
    app.count_events(inlet, *now, tally)?;
    let receipt = Receipt { inlet_id: &inlet.id, batch_id: &batch_id, received_time_ms: *now, responses };
    let body = serde_json::to_vec(&receipt).map_err(Error::internal)?;
    Ok(answer::json(StatusCode::MULTI_STATUS, body))
}
