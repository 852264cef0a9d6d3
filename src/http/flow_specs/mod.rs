//! The calls on `/flowSpecs`, all of which other kinds share. Reference: "Flow specs".

use super::page::Links;
use super::routes::Routes;
use super::specs::{ServedSpec, create, get, list, replace, search};
use crate::app::App;
use crate::base::operation::Operation;
use crate::services::flow_specs::{FlowSpec, FlowSpecs, OwnFlowSpecs};
use crate::services::world::Parts;
use crate::store::query::{FieldType, Fields};

impl ServedSpec for FlowSpec {
    const WHOLE_LIST: Links = Links::Last;

    const FIELDS: Fields = Fields(&[
        ("id", FieldType::Id),
        ("name", FieldType::Text),
        ("providerId", FieldType::Id),
        ("version", FieldType::Text),
        ("sourceConnectionSpecIds", FieldType::Structure),
        ("targetConnectionSpecIds", FieldType::Structure),
        ("transformationSpecs", FieldType::Structure),
        ("optionSpec", FieldType::Structure),
        ("scheduleSpec", FieldType::Structure),
        ("runSpec", FieldType::Structure),
        ("attributes", FieldType::Structure),
        ("permissionsInfo", FieldType::Structure),
    ]);

    fn registry(app: &App) -> &FlowSpecs {
        &app.flow_specs
    }

    fn own(parts: &Parts) -> &OwnFlowSpecs {
        &parts.flow_specs
    }
}

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListFlowSpecs, list::list::<FlowSpec>)
        .on(Operation::CreateFlowSpec, create::create::<FlowSpec>)
        .on(Operation::SearchFlowSpecs, search::search::<FlowSpec>)
        .on(Operation::GetFlowSpec, get::get::<FlowSpec>)
        .on(Operation::ReplaceFlowSpec, replace::replace::<FlowSpec>)
}
