//! The calls that connection specs and flow specs share, one operation to a file. [`ServedSpec`] says where the specs of a
//! kind are.

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod own;
pub(crate) mod replace;
pub(crate) mod search;

use super::page::Links;
use crate::app::App;
use crate::services::specs::{OwnSpecs, Registry, Spec};
use crate::services::world::Sandbox;
use crate::store::query::Fields;

/// A kind of spec with its place in a server and in a sandbox.
pub(crate) trait ServedSpec: Spec {
    /// The links of a list without `limit`, which has all of them.
    const WHOLE_LIST: Links;

    /// The fields that filters and orders may name.
    const FIELDS: Fields;

    /// The specs that the server has for all tenants.
    fn registry(app: &App) -> &Registry<Self>;

    /// The specs that only the sandbox sees.
    fn own(sandbox: &Sandbox) -> &OwnSpecs<Self>;
}
