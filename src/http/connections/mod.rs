//! The calls that only `/connections` has, one operation to a file; [`access`] prepares a connection for its source.

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
