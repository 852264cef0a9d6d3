//! The calls on `/connections` that no other kind of entity has, an operation a file; [`access`] prepares the question to a
//! source.

pub(crate) mod access;
pub(crate) mod configs;
pub(crate) mod explore;
pub(crate) mod test;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::TestConnection, test::test)
        .on(Operation::ExploreConnection, explore::explore)
        .on(Operation::GetConnectionConfigs, configs::configs)
}
