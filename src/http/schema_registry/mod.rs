//! The calls of the Schema Registry. Reference: "The other services, minimally".

mod accept;
mod create;
mod get;
mod list;
mod stats;

pub(crate) use list::MAX_LIMIT;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListSchemas, list::list)
        .on(Operation::CreateSchema, create::create)
        .on(Operation::GetSchema, get::get)
        .on(Operation::GetSchemaRegistryStats, stats::stats)
}
