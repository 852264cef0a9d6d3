//! PATCH of a connection. Reference: "Updating"; `errors.csv`, FLOW-1414-400, FLOW-1417-400,
//! FLOW-1434-400, FLOW-1445-400, FLOW-1455-400, FLOW-1456-400. For the precondition, see [`if_match`](super::if_match).

mod allowed_changes;
mod operations;

use crate::support::{self, ats, with};
use serde_json::{Value, json};

/// Asserts that each body is refused with its code and its pointer, and that nothing changes.
async fn refused(cases: impl IntoIterator<Item = (Value, &'static str, &'static str)>) {
    let tenant = support::tenant().await;
    let made = tenant.create(with(ats("orders"), "/tags", json!(["a", "b"]))).await;
    let before = tenant.read(&made.id).await;
    for (operations, code, pointer) in cases {
        tenant.patch(&made, operations).await.expect_error(code).at(pointer);
        assert_eq!(tenant.read(&made.id).await, before);
    }
}
