//! `GET /landingzone`, `GET` and `POST /landingzone/credentials`. Reference: "The other services, minimally";
//! `flows-errors.csv`, 1705-400 and 1710-400. Decided: a body of the POST must be a JSON object, and is ignored.

use crate::app::Shared;
use crate::base::error::Error;
use crate::base::json::{Nulls, kind_of};
use crate::http::answer;
use crate::http::extract::{Payload, Query};
use crate::services::connectors::landing_zone::{Credentials, ZoneType, check_action};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

/// How long files stay in a landing zone, in days.
const CONTAINER_TTL: &str = "7";

pub(super) async fn get(_: Sandbox, Query(query): Query) -> Result<Response, Error> {
    query.only(&["type"])?;
    let zone = ZoneType::read(query.last("type"))?;
    Ok(answer::ok(&json!({"containerName": zone.container(), "containerTTL": CONTAINER_TTL})))
}

pub(super) async fn credentials(
    State(app): State<Shared>, sandbox: Sandbox, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&["type"])?;
    let zone = ZoneType::read(query.last("type"))?;
    Ok(current(&app, &sandbox, zone))
}

pub(super) async fn refresh(
    State(app): State<Shared>, sandbox: Sandbox, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&["type", "action"])?;
    let zone = ZoneType::read(query.last("type"))?;
    check_action(query.last("action"))?;
    if !body.is_empty() {
        let body = body.json(Nulls::Dropped)?;
        if !body.is_object() {
            let detail = format!("the body must be an object, not {}", kind_of(&body));
            return Err(Error::bad_request(detail, ""));
        }
    }
    let renewal = app.env.entity_id(&sandbox.sequence);
    sandbox.alter(|parts| {
        Credentials::renew(&parts.neighbours.landing_zones, zone, renewal, app.env.now());
    })?;
    Ok(current(&app, &sandbox, zone))
}

/// The response with the current credentials.
fn current(app: &Shared, sandbox: &Sandbox, zone: ZoneType) -> Response {
    let zones = &sandbox.neighbours.landing_zones;
    answer::ok(&Credentials::of(zones, zone, &sandbox.tenant, app.env.now()))
}
