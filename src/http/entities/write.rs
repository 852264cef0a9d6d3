//! [`write`]: the inputs of a write, from the parts of the server.

use crate::app::App;
use crate::base::tenant::Caller;
use crate::base::time::Millis;
use crate::http::extract::InitializingFor;
use crate::services::entities::Write;
use crate::services::world::Sandbox;

/// A write of that caller to that sandbox, after which an enabled entity is so at once.
pub(crate) fn write<'a>(app: &'a App, sandbox: &'a Sandbox, caller: &'a Caller) -> Write<'a> {
    let App { env, config, specs, flow_specs, sources, inlets, .. } = app;
    Write {
        sandbox,
        caller,
        env,
        config,
        specs,
        flow_specs,
        sources,
        inlets,
        id: None,
        initializing_for: None,
    }
}

/// [`write`] that leaves an entity `initializing` first, if a fault rule says so.
pub(super) fn write_initializing<'a>(
    app: &'a App, sandbox: &'a Sandbox, caller: &'a Caller, InitializingFor(time): InitializingFor,
) -> Write<'a> {
    let initializing_for = time.map(|time| time.as_millis() as Millis); // at most an hour
    Write { initializing_for, ..write(app, sandbox, caller) }
}
