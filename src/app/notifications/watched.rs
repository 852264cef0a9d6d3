//! What the task that looks has seen of sandboxes and flows.

use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::notifications::progress::Progress;
use crate::store::Entity;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// What was seen of the sandboxes that have targets.
#[derive(Default)]
pub(super) struct Watched {
    /// Whether the task is there.
    pub(super) is_running: bool,
    /// By sandbox. With configured targets, these are all sandboxes that have flows.
    pub(super) sandboxes: HashMap<Tenant, SeenSandbox>,
    /// When everything that is not among `sandboxes` was empty.
    pub(super) since: Millis,
}

/// What was seen of a sandbox.
#[derive(Default)]
pub(super) struct SeenSandbox {
    /// When it was looked at, by the server's clock.
    pub(super) looked: Millis,
    pub(super) flows: HashMap<Uuid, SeenFlow>,
}

/// What was seen of a flow.
pub(super) struct SeenFlow {
    pub(super) progress: Progress,
    /// Whether its flow spec has notifications.
    pub(super) notifies: bool,
    /// The flow as it was seen last; `None` if it was deleted before.
    pub(super) entity: Option<Arc<Entity>>,
}
