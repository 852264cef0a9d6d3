//! The calls of the Catalog. Reference: "The other services, minimally".

mod batch;
mod create;
mod get;
mod list;
mod wire;

pub(crate) use list::MAX_LIMIT;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListDataSets, list::list)
        .on(Operation::CreateDataSet, create::create)
        .on(Operation::GetDataSet, get::get)
        .on(Operation::GetBatch, batch::get)
}
