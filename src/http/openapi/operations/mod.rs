//! What each operation is for, takes and answers, by what it is about.

pub(crate) mod connections;
pub(crate) mod contract;
pub(crate) mod control;
pub(crate) mod faults;
pub(crate) mod journal;
pub(crate) mod pact;
pub(crate) mod sandboxes;
pub(crate) mod sources;
pub(crate) mod specs;
pub(crate) mod state;
pub(crate) mod tokens;
pub(crate) mod verify;

pub(super) use control::unauthorized;

use super::describe::{Description, Parameter, Tag};
use super::schema::{Schema, array, boolean, integer, string};
use crate::base::operation::Operation;
use crate::store::query::Limit;

/// The document's chapters.
pub(super) const TAGS: [Tag; 12] = [
    connections::TAG,
    specs::TAG,
    sources::TAG,
    sandboxes::TAG,
    tokens::TAG,
    control::TAG,
    state::TAG,
    journal::TAG,
    faults::TAG,
    verify::TAG,
    pact::TAG,
    contract::TAG,
];

/// What there is to say of an operation. One that is not here does not compile.
pub(super) fn describe(operation: Operation) -> Description {
    match operation {
        Operation::ListConnections => connections::list(),
        Operation::CreateConnection => connections::create(),
        Operation::SearchConnections => connections::search(),
        Operation::GetConnection => connections::get(),
        Operation::UpdateConnection => connections::update(),
        Operation::DeleteConnection => connections::delete(),
        Operation::ActOnConnection => connections::act(),
        #[cfg(test)]
        Operation::ListWidgets => connections::list(),
        #[cfg(test)]
        Operation::CreateWidget => connections::create(),
        #[cfg(test)]
        Operation::SearchWidgets => connections::search(),
        #[cfg(test)]
        Operation::GetWidget => connections::get(),
        #[cfg(test)]
        Operation::UpdateWidget => connections::update(),
        #[cfg(test)]
        Operation::DeleteWidget => connections::delete(),
        #[cfg(test)]
        Operation::ActOnWidget => connections::act(),
        Operation::TestConnection => sources::test(),
        Operation::ExploreConnection => sources::explore(),
        Operation::GetConnectionConfigs => sources::configs(),
        Operation::ExploreConnectionSpec => sources::explore_spec(),
        Operation::GetConnectionSpecConfigs => sources::spec_configs(),
        Operation::ListConnectionSpecs => specs::list(),
        Operation::CreateConnectionSpec => specs::create(),
        Operation::GetConnectionSpec => specs::get(),
        Operation::ReplaceConnectionSpec => specs::replace(),
        Operation::CreateTokenV1 => tokens::by_code(),
        Operation::CreateTokenV2 | Operation::CreateTokenV3 => tokens::by_credentials(),
        Operation::ListSandboxes => sandboxes::list(),
        Operation::GetSandbox => sandboxes::get(),
        Operation::GetHealth => control::health(),
        Operation::ListErrors => control::errors(),
        Operation::GetOpenApi => control::openapi(),
        Operation::ListRequests => journal::list(),
        Operation::ClearRequests => journal::clear(),
        Operation::GetRequest => journal::get(),
        Operation::ExportRequests => journal::export(),
        Operation::GetMetrics => journal::metrics(),
        Operation::GetInfo => journal::info(),
        Operation::ExportState => state::export(),
        Operation::MergeState => state::merge(),
        Operation::ReplaceState => state::replace(),
        Operation::Reset => state::reset(),
        Operation::ListSnapshots => state::list_snapshots(),
        Operation::SaveSnapshot => state::save_snapshot(),
        Operation::DeleteSnapshot => state::delete_snapshot(),
        Operation::RestoreSnapshot => state::restore_snapshot(),
        Operation::GetClock => state::clock(),
        Operation::SetClock => state::set_clock(),
        Operation::ResetClock => state::reset_clock(),
        Operation::ListFaults => faults::list(),
        Operation::AddFaults => faults::add(),
        Operation::ReplaceFaults => faults::replace(),
        Operation::ClearFaults => faults::clear(),
        Operation::GetFault => faults::get(),
        Operation::DeleteFault => faults::delete(),
        Operation::GetPact => pact::get(),
        Operation::SetProviderState => pact::set_state(),
        Operation::VerifyRequests => verify::verify(),
        Operation::GetContractReport => contract::report(),
        Operation::ResetContract => contract::reset(),
    }
}

/// The parameters of a list; `limit` is how long a page may be. Reference: "Listing".
fn listing(limit: Schema) -> [Parameter; 5] {
    [
        Parameter::query(
            "property",
            array(string()),
            "A filter, `path OP value` with `==`, `!=`, `<`, `<=`, `>` or `>=`, and of values after `==` any of a \
             list; all filters must hold. Without an operator a projection: the top-level keys that items have.",
        ),
        Parameter::query(
            "orderby",
            string(),
            "A field: `-name` descending, `name` or `+name` ascending. Ties are broken by `id`.",
        ),
        Parameter::query("limit", limit, "How many items a page has at most."),
        Parameter::query(
            "count",
            boolean().default_is(false),
            "Answer the number of entities alone. Not together with `limit`. In any letter case.",
        ),
        continuation(),
    ]
}

/// How long a page may be.
fn limit() -> Schema {
    integer().within(1, Limit::MAX.into())
}

/// The parameter that goes on where a page ended.
fn continuation() -> Parameter {
    let about = "Where to go on: from `_links.next.href` of the page before.";
    Parameter::query(crate::store::query::CONTINUATION, string(), about)
}
