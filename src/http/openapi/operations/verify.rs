//! Whether the requests came that should have come.

use super::control::{refused, too_large};
use crate::http::openapi::describe::{Answer, Body, Description, Tag};
use crate::http::openapi::schemas::expectations::{EXPECTED, VERIFICATION};
use serde_json::json;

pub(super) const TAG: Tag =
    Tag { name: "Verification", about: "Whether the requests came that should have come." };

pub(super) fn verify() -> Description {
    let once = json!({
        "operation": "createConnection",
        "headers": {"x-sandbox-name": "prod"},
        "body": {"/name": {"contains": "orders"}, "/description": {"absent": true}},
        "times": {"atMost": 1}
    });
    let in_order = json!({"inOrder": [
        {"operation": "createConnection", "times": {"atLeast": 0}},
        {"operation": "getConnection", "times": {"atLeast": 0}}
    ]});
    Description::new(TAG, "Verify the requests that came")
        .detail("Those in the journal. A failed verification is an answer too, with the requests that came nearest.")
        .reads(
            Body::json(EXPECTED.named(), "What should have come.")
                .or_as("application/yaml")
                .example("at most once", once)
                .example("in order", in_order),
        )
        .answers(Answer::json(200, VERIFICATION.named(), "Whether it did."))
        .answers(refused())
        .answers(too_large())
}
