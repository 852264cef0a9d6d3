//! [`write`]: the inputs of a write, from the parts of the server.

use crate::app::App;
use crate::base::tenant::Caller;
use crate::services::entities::Write;
use crate::services::world::Sandbox;

/// A write of that caller to that sandbox.
pub(super) fn write<'a>(app: &'a App, sandbox: &'a Sandbox, caller: &'a Caller) -> Write<'a> {
    let App { env, config, specs, .. } = app;
    Write { sandbox, caller, env, config, specs }
}
