//! What a server holds: out, in, and back; and its clock.

use super::control::refused;
use crate::http::openapi::describe::{Answer, Body, Description, Parameter, Tag};
use crate::http::openapi::schema::string;
use crate::http::openapi::schemas::control::REFUSED;
use crate::http::openapi::schemas::state::{CLOCK, CLOCK_CHANGE, SNAPSHOTS, STATE};
use serde_json::json;

pub(super) const TAG: Tag =
    Tag { name: "State", about: "What flowmock holds: seeds, exports, snapshots; and its clock." };

pub(super) fn export() -> Description {
    Description::new(TAG, "Export the state")
        .detail("Credentials included. The document seeds another server to an equal state.")
        .takes_all(scope())
        .answers(Answer::json(200, STATE.named(), "All that there is of that part."))
        .answers(refused())
}

pub(super) fn merge() -> Description {
    Description::new(TAG, "Add to the state")
        .detail(
            "An entity takes the place of the one with its id. When anything is wrong, nothing is changed.",
        )
        .reads(document())
        .answers(Answer::empty(204, "It is added."))
        .answers(refused())
        .answers(too_large())
}

pub(super) fn replace() -> Description {
    Description::new(TAG, "Replace the state")
        .detail("What the document does not name is gone. When anything is wrong, nothing is changed.")
        .reads(document())
        .answers(Answer::empty(204, "It is the state now."))
        .answers(refused())
        .answers(too_large())
}

pub(super) fn reset() -> Description {
    Description::new(TAG, "Reset to the seed")
        .detail("To what the seed files made of it; without any it is empty. Of everything, the clock and the fault rules too.")
        .takes_all(scope())
        .answers(Answer::empty(204, "It is as it was at the start."))
        .answers(refused())
}

pub(super) fn list_snapshots() -> Description {
    Description::new(TAG, "List snapshots")
        .answers(Answer::json(200, SNAPSHOTS.named(), "All of them, by name."))
        .answers(refused())
}

pub(super) fn save_snapshot() -> Description {
    Description::new(TAG, "Save a snapshot")
        .detail("In the place of the one with that name.")
        .takes(name())
        .takes_all(scope())
        .answers(Answer::empty(204, "It is saved."))
        .answers(refused())
}

pub(super) fn delete_snapshot() -> Description {
    Description::new(TAG, "Delete a snapshot")
        .takes(name())
        .answers(Answer::empty(204, "It is gone."))
        .answers(refused())
        .answers(no_such_snapshot())
}

pub(super) fn restore_snapshot() -> Description {
    Description::new(TAG, "Restore a snapshot")
        .detail("What it was saved of becomes what it was then.")
        .takes(name())
        .answers(Answer::empty(204, "It is restored."))
        .answers(refused())
        .answers(no_such_snapshot())
}

pub(super) fn clock() -> Description {
    Description::new(TAG, "Read the clock").answers(time()).answers(refused())
}

pub(super) fn set_clock() -> Description {
    let frozen = json!({"now": "2026-01-01T00:00:00Z"});
    let later = json!({"advanceMs": 3_600_000});
    Description::new(TAG, "Set the clock")
        .reads(
            Body::json(CLOCK_CHANGE.named(), "What is to change.")
                .or_as("application/yaml")
                .example("stand still", frozen)
                .example("an hour later", later),
        )
        .answers(time())
        .answers(refused())
        .answers(too_large())
}

pub(super) fn reset_clock() -> Description {
    Description::new(TAG, "Reset the clock to what it was at the start").answers(time()).answers(refused())
}

fn time() -> Answer {
    Answer::json(200, CLOCK.named(), "What time it is now.")
}

fn document() -> Body {
    let example = json!({"organisations": [{
        "imsOrgId": "SEED@AdobeOrg",
        "sandboxes": [{"name": "prod", "connections": [{
            "id": "4f1c0c2e-6a3b-4c55-9b2f-0d7a1e3c5b68",
            "name": "landing",
            "state": "disabled",
            "connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8"}
        }]}]
    }]});
    Body::json(STATE.named(), "The state.").or_as("application/yaml").example("a connection", example)
}

/// Which part of the server is meant.
fn scope() -> [Parameter; 2] {
    [
        Parameter::query("imsOrgId", string(), "One organisation alone. Everything if it is left out."),
        Parameter::query("sandbox", string(), "One sandbox of that organisation alone."),
    ]
}

fn name() -> Parameter {
    let name = string().with("pattern", "^[A-Za-z0-9._-]{1,100}$").example("before-the-test");
    Parameter::path("name", name, "The snapshot's name.")
}

fn too_large() -> Answer {
    Answer::json(413, REFUSED.named(), "The body has more bytes than --max-state-bytes says.")
}

fn no_such_snapshot() -> Answer {
    Answer::json(404, REFUSED.named(), "No snapshot has that name.")
}
