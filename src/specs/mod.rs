//! Connection specs: what a connection may connect to, and the JSON Schemas that its `auth.params` must
//! satisfy.
//!
//! They are data: documents under `fixtures/connection-specs/`, compiled into the binary, each the item that
//! `GET /connectionSpecs` is documented to answer with. A folder of the user's adds to them, and so does each
//! tenant by POST and PUT. [`document`] is one of them, [`registry`] all of them, [`load`] the files,
//! [`validate`] what they mean for a connection; the other files are an operation each. Reference:
//! "Connection specs".

mod bounds;
mod configs;
mod create;
mod document;
mod explore;
mod extension;
mod get;
mod list;
mod load;
mod own;
mod registry;
mod replace;
mod validate;

pub(crate) use document::ConnectionSpec;
pub(crate) use registry::{OwnSpecs, Registry, TenantSpecs};
pub(crate) use validate::Completeness;

use crate::error::Error;
use crate::operation::Operation;
use crate::web::extract::Id;
use crate::web::routes::Routes;

/// What paths and error reports call them.
const COLLECTION: &str = "connectionSpecs";

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListConnectionSpecs, list::list)
        .on(Operation::CreateConnectionSpec, create::create)
        .on(Operation::GetConnectionSpec, get::get)
        .on(Operation::ReplaceConnectionSpec, replace::replace)
        .on(Operation::ExploreConnectionSpec, explore::explore)
        .on(Operation::GetConnectionSpecConfigs, configs::configs)
}

fn not_found(id: &Id) -> Error {
    Error::not_found(COLLECTION, id.as_str())
}
