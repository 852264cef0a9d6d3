//! `POST /collection/{inletId}`: a single message.

use super::delivery::Delivery;
use crate::app::Shared;
use crate::app::inlets::Tally;
use crate::base::error::Error;
use crate::http::answer;
use crate::services::inlets::mailbox::InletMessage;
use crate::services::inlets::message::Checked;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receipt<'a> {
    inlet_id: &'a str,
    xaction_id: &'a str,
    received_time_ms: i64,
}

pub(super) async fn send(State(app): State<Shared>, delivery: Delivery) -> Result<Response, Error> {
    let Delivery { inlet, body, now, .. } = &delivery;
    let Checked { flow, outcome } = delivery.check(body);
    if let Some(flow) = &flow {
        let mut tally = Tally::default();
        tally.count(flow, outcome.is_ok(), body.len());
        app.count_events(inlet, *now, tally)?;
    }
    outcome?;
    let xaction_id = app.xaction_id(inlet, *now);
    let receipt = Receipt { inlet_id: &inlet.id, xaction_id: &xaction_id, received_time_ms: *now };
    let answer = answer::ok(&receipt);
    let message = serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
    let message = message.map_err(Error::internal)?; // it has been parsed before
    app.take_messages(inlet, vec![InletMessage::new(xaction_id, None, *now, flow, message)]);
    Ok(answer)
}
