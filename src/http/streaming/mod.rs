//! The streaming endpoint, which takes the messages of streaming connections. Reference: "Streaming endpoint".
//!
//! Decided: checks are made in this order: the inlet, its token, the size of the body, each message. Clients of the real
//! endpoint send none of the headers of the Flow Service, so the gateway does not see these calls.

mod batch;
mod delivery;
mod single;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default().on(Operation::SendMessage, single::send).on(Operation::SendMessages, batch::send)
}
