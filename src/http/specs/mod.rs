//! The calls that connection specs and flow specs share, one operation to a file. [`ServedSpec`] says where the specs of a
//! kind are.

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod own;
pub(crate) mod replace;
pub(crate) mod search;

use super::blocking::{blocking, with_brought_specs};
use super::page::Links;
use crate::app::{App, Shared};
use crate::base::error::Error;
use crate::services::specs::{OwnSpecs, Registry, Spec};
use crate::services::world::Parts;
use crate::store::query::Fields;
use std::sync::Arc;

/// A kind of spec with its place in a server and in a sandbox.
pub(crate) trait ServedSpec: Spec {
    /// The links of a list without `limit`, which has all of them.
    const WHOLE_LIST: Links;

    /// The fields that filters and orders may name.
    const FIELDS: Fields;

    /// The specs that the server has for all tenants.
    fn registry(app: &App) -> &Registry<Self>;

    /// The specs that only the sandbox with these parts sees.
    fn own(parts: &Parts) -> &OwnSpecs<Self>;
}

/// Does the work of a POST or PUT, which may have to wait for a control call, on another thread.
async fn write<S: ServedSpec, T: Send + 'static>(
    app: &Shared, work: impl FnOnce(&App) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    if S::IS_SLOW_TO_READ {
        return with_brought_specs(true, app, work).await;
    }
    let app = Arc::clone(app);
    blocking(move || work(&app)).await
}
