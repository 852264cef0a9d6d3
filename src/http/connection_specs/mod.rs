//! The calls on `/connectionSpecs`: those that all [specs](super::specs) share, and those of connection specs alone, one
//! operation to a file.

pub(crate) mod configs;
pub(crate) mod explore;

use super::page::Links;
use super::routes::Routes;
use super::specs::{ServedSpec, create, get, list, replace};
use crate::app::App;
use crate::base::operation::Operation;
use crate::services::connection_specs::{ConnectionSpec, OwnSpecs, Registry};
use crate::services::world::Parts;
use crate::store::query::{FieldType, Fields};

impl ServedSpec for ConnectionSpec {
    const WHOLE_LIST: Links = Links::Absent;

    const FIELDS: Fields = Fields(&[
        ("id", FieldType::Id),
        ("name", FieldType::Text),
        ("providerId", FieldType::Id),
        ("version", FieldType::Text),
        ("type", FieldType::Text),
        ("authSpec", FieldType::Structure),
        ("sourceSpec", FieldType::Structure),
        ("exploreSpec", FieldType::Structure),
        ("attributes", FieldType::Structure),
        ("permissionsInfo", FieldType::Structure),
    ]);

    fn registry(app: &App) -> &Registry {
        &app.specs
    }

    fn own(parts: &Parts) -> &OwnSpecs {
        &parts.specs
    }
}

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListConnectionSpecs, list::list::<ConnectionSpec>)
        .on(Operation::CreateConnectionSpec, create::create::<ConnectionSpec>)
        .on(Operation::GetConnectionSpec, get::get::<ConnectionSpec>)
        .on(Operation::ReplaceConnectionSpec, replace::replace::<ConnectionSpec>)
        .on(Operation::ExploreConnectionSpec, explore::explore)
        .on(Operation::GetConnectionSpecConfigs, configs::configs)
}
