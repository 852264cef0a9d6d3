//! The calls of Data Prep, at their path and at the older one. Reference: "The other services, minimally".

mod create;
mod get;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::CreateMappingSet, create::create)
        .on(Operation::GetMappingSet, get::get)
        .on(Operation::CreateMappingSetAtOldPath, create::create)
        .on(Operation::GetMappingSetAtOldPath, get::get)
}
