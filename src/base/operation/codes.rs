//! [`Operation::codes`]: the errors that each operation can answer.
//!
//! Errors in [`ON_DEMAND`] occur only if a test asks for them, all others by themselves. The API tests compare every
//! response with this table, and provoke each error in it. Reference: `errors.csv`.

use super::{Api, Kind, Operation, Verb};
use crate::base::error::Code;
use crate::base::error::Code::*;
use std::sync::LazyLock;

/// Codes of every operation: an internal error, a request that takes too long, and one for which there is no memory.
const SERVER: &[Code] = &[Internal, RequestTimeout, MemorySpent];

/// A request for another host name. A control call gets a refusal in its own form.
const ADDRESSED: &[Code] = &[HostNotAllowed];

/// The gateway's checks of the caller, before any service is asked.
const CALLER: &[Code] = &[
    ApiKeyMissing,
    ApiKeyInvalid,
    TokenMissing,
    TokenInvalid,
    TokenEmpty,
    OrgMissing,
    OrgEmpty,
    OrgMalformed,
    OrgNotAllowed,
    TokenOfOtherOrg,
];

/// The gateway's further checks of the sandbox, before the Flow Service is asked.
const SANDBOX: &[Code] =
    &[SandboxMissing, SandboxWildcard, SandboxNotFound, SandboxIdMismatch, SandboxIdNotAllowed];

/// A request for a token.
const TOKEN: &[Code] = &[OAuthRequestInvalid, OAuthClientInvalid, OAuthGrantUnsupported, OAuthScopeInvalid];

/// A control call that is switched off.
const SWITCHED_OFF: &[Code] = &[NoSuchRoute];

/// A query.
const QUERY: &[Code] = &[QueryTooLong, ParameterUnknown, ParameterInvalid];

/// An id in a path that is not UTF-8 or unknown.
const ID: &[Code] = &[NoSuchRoute, EntityNotFound];

/// A body, if there is one.
const BODY: &[Code] = &[ContentTypeInvalid, UnsupportedMediaType, PayloadTooLarge, BadRequest];

/// The body that defines a document of a service beside the Flow Service.
const DOCUMENT: &[Code] =
    &[ContentTypeInvalid, UnsupportedMediaType, PayloadTooLarge, BadRequest, BodyMissing, SandboxFull];

/// The parameters of a list.
const LISTING: &[Code] = &[
    LimitWithCount,
    OrderPrefix,
    OrderField,
    OperatorNotImplemented,
    OperatorWithList,
    OperatorNotAllowed,
    FilterFieldUnknown,
    OperatorUnknown,
    FilterWithoutValue,
    FilterValueKind,
];

/// An aggregate in a search of flow specs.
const AGGREGATES: &[Code] = &[AggregateUnknown, AggregateNotImplemented, AggregateField];

/// A connection that is stored, or whose source is asked.
const CONNECTION: &[Code] = &[SpecUnknown, AuthSpecUnknown, ProviderRefused];

/// A definition of that kind that is stored by that call.
const fn definition(kind: Kind, verb: Verb) -> &'static [Code] {
    match (kind, verb) {
        (kind, verb @ (Verb::List | Verb::Search | Verb::Get | Verb::Delete)) => of_fields(kind, verb),
        (Kind::Connection, Verb::Create | Verb::Act) => CONNECTION,
        (Kind::Connection, Verb::Update) => &[ServiceOwned, SpecUnknown, AuthSpecUnknown, ProviderRefused],
        (Kind::PrivateEndpoint, Verb::Update) => &[ServiceOwned, SpecUnknown],
        (Kind::PrivateEndpoint, _) => &[SpecUnknown],
        // Only their form and their base connection are checked after a PATCH.
        (Kind::SourceConnection | Kind::TargetConnection, Verb::Update) => &[ServiceOwned, SpecUnknown],
        (Kind::SourceConnection | Kind::TargetConnection, _) => {
            &[SpecUnknown, ProviderRefused, EntityNotFound, ActionNotApplicable]
        }
        (Kind::Flow, Verb::Create) => &[
            SpecUnknown,
            ProviderRefused,
            EntityNotFound,
            ActionNotApplicable,
            StateInBody,
            PolicyWithoutFields,
            MappingInvalid,
            MappingVersionUnknown,
            MappingSchemaDiffers,
        ],
        (Kind::Flow, Verb::Update) => &[
            SpecUnknown,
            ProviderRefused,
            ActionNotApplicable,
            PolicyWithoutFields,
            MappingInvalid,
            MappingVersionUnknown,
            MappingSchemaDiffers,
        ],
        (Kind::Flow, Verb::Act) => {
            &[SpecUnknown, ProviderRefused, MappingInvalid, MappingVersionUnknown, MappingSchemaDiffers]
        }
        #[cfg(test)]
        (Kind::Widget, Verb::Update) => &[ServiceOwned, BadRequest],
        #[cfg(test)]
        (Kind::Widget, _) => &[BadRequest],
    }
}

/// A run that is stored.
const RUN: &[Code] = &[RunFlowUnknown, FlowIdMissing, SandboxFull];

/// A source that refuses to show data.
const EXPLORE: &[Code] = &[ProviderRefused, ProviderNotFound];

/// The states in which only the provider may change an entity.
const CHANGE: &[Code] = &[InitializingIsProviders, TransitionalState, UpdateWhileDeleting];

/// Those, a draft that a PATCH would enable, and a connection spec whose connections cannot be patched.
const UPDATE: &[Code] = &[
    InitializingIsProviders,
    TransitionalState,
    UpdateWhileDeleting,
    TransitionNotAllowed,
    PatchSwitchedOff,
];

/// Whether the real service can answer an operation with an error.
type Applies = fn(Operation) -> bool;

/// The errors that occur only on demand, each with the operations for which the real service has a cause.
const ON_DEMAND: &[(Code, Applies)] = &[
    // Provider errors: fixtures do not fail.
    (ProviderFault, asks_provider),
    (ProviderUnavailable, asks_provider),
    (ProviderTimeout, asks_provider),
    // `finalize` is refused to every user's token, whatever the state.
    (FinalizeNotAllowed, |operation| operation.verb() == Some(Verb::Act)),
    // The gateway refuses cross-sandbox queries.
    (OrderCrossSandbox, |operation| operation.codes().contains(&OrderPrefix)),
    // An empty segment of a path is no route.
    (PathWithoutId, |operation| operation.verb() == Some(Verb::Act)),
    // The other services do not fail.
    (CatalogFailed, checks_mapping),
    (DataPrepFailed, checks_mapping),
    // Only fault rules limit the rate of requests.
    (TooManyRequests, has_gateway),
    // Permissions, which are not checked.
    (TokenUnreadable, has_gateway),
    (PermissionMissing, has_gateway),
    (Forbidden, has_gateway),
    (ForbiddenByPolicy, has_gateway),
];

/// Whether the operation asks the source, or checks its params.
fn asks_provider(operation: Operation) -> bool {
    operation == Operation::TestConnection || operation.codes().contains(&ProviderRefused)
}

/// Whether the real service asks Catalog and Data Prep for what a flow refers to.
fn checks_mapping(operation: Operation) -> bool {
    let checked = matches!(operation.verb(), Some(Verb::Create | Verb::Update | Verb::Act));
    checked && operation.entity().is_some_and(|(kind, _)| kind == Kind::Flow)
}

fn has_gateway(operation: Operation) -> bool {
    operation.api().has_gateway()
}

/// The errors that no operation of the real service has: those of requests without an operation, and of a state that cannot be
/// stored.
#[cfg(test)]
pub(super) const OF_NO_OPERATION: &[Code] = &[MethodNotAllowed, StateNotStored];

impl Operation {
    /// The errors of this operation when no test asks for others, in the catalogue's order.
    pub(crate) fn codes(self) -> &'static [Code] {
        static CODES: LazyLock<Vec<Vec<Code>>> = LazyLock::new(|| {
            let can =
                |operation: &Operation, code: &Code| operation.groups().any(|group| group.contains(code));
            let codes = |operation| Code::ALL.iter().filter(|code| can(operation, code)).copied().collect();
            Operation::ALL.iter().map(codes).collect()
        });
        CODES.get(self as usize).map_or(&[], Vec::as_slice)
    }

    /// The errors that clients of this operation must handle: its [`codes`](Self::codes), and those on demand for which the
    /// real service has a cause. They are in the catalogue's order. A wrong host is not among them: it is a mistake in the
    /// client's configuration, not an error for the client to handle.
    pub(crate) fn documented_codes(self) -> impl Iterator<Item = Code> {
        let on_demand =
            move |code: &Code| ON_DEMAND.iter().any(|(listed, applies)| listed == code && applies(self));
        let is_handled = |code: &Code| *code != HostNotAllowed;
        let codes = Code::ALL.iter().copied().filter(is_handled);
        codes.filter(move |code| self.codes().contains(code) || on_demand(code))
    }

    fn groups(self) -> impl Iterator<Item = &'static [Code]> {
        let before: &[&[Code]] = match self.api() {
            api if api.has_sandboxes() => &[ADDRESSED, CALLER, SANDBOX],
            api if api.has_gateway() => &[ADDRESSED, CALLER],
            Api::Control if self == Self::GetHealth => &[],
            Api::Control => &[SWITCHED_OFF],
            _ => &[ADDRESSED],
        };
        let (shared, of_kind, of_states): (&[&[Code]], &[Code], &[Code]) = match self.entity() {
            None => (&[], &[], &[]),
            Some((kind, verb)) => (of_verb(verb), definition(kind, verb), of_states(kind, verb)),
        };
        let own = shared.iter().chain(self.own()).copied();
        [SERVER, of_kind, of_states].into_iter().chain(before.iter().copied()).chain(own)
    }

    /// The errors of an operation that only some kinds have, besides those of its API.
    fn own(self) -> &'static [&'static [Code]] {
        match self {
            Self::TestConnection | Self::GetConnectionSpec | Self::GetFlowSpec => &[QUERY, ID],
            Self::ExploreConnection | Self::GetConnectionConfigs => &[QUERY, ID, CONNECTION, EXPLORE],
            Self::ListConnectionSpecs | Self::ListFlowSpecs => &[QUERY, LISTING],
            Self::SearchFlowSpecs => &[QUERY, BODY, &[BodyMissing], LISTING, AGGREGATES],
            Self::CreateConnectionSpec | Self::CreateFlowSpec => {
                &[QUERY, BODY, &[BodyMissing, SpecTokenOfUser]]
            }
            Self::ReplaceConnectionSpec | Self::ReplaceFlowSpec => {
                &[QUERY, ID, BODY, &[BodyMissing, SpecTokenOfUser]]
            }
            Self::ExploreConnectionSpec | Self::GetConnectionSpecConfigs => &[QUERY, ID, EXPLORE],
            Self::ListRuns => &[QUERY, LISTING],
            Self::GetRun => &[QUERY, ID],
            Self::CreateRun => &[QUERY, BODY, RUN, &[BodyMissing, FlowStateForbids, ProviderRefused]],
            Self::ReplaceRun => &[
                QUERY,
                ID,
                BODY,
                RUN,
                &[BodyMissing, IfMatchMissing, EtagMismatch],
                &[RunTokenOfUser, PredecessorRunUnknown, PredecessorFlowUnknown],
            ],
            Self::ActOnRun => &[QUERY, ID, BODY, &[EtagMismatch, ProviderRefused, SandboxFull]],
            Self::CreateTokenV1 | Self::CreateTokenV3 => {
                &[TOKEN, &[OAuthGrantInvalid, OAuthClientUnauthorized]]
            }
            Self::CreateTokenV2 => &[TOKEN],
            Self::ExchangeJwt => &[&[OAuthRequestInvalid, OAuthClientInvalid, OAuthGrantInvalid]],
            Self::GetUserInfo | Self::GetProfile | Self::ListOrganisations => &[&[OAuthTokenInvalid]],
            Self::Authorize | Self::ValidateToken | Self::ValidateSentToken | Self::RevokeToken => {
                &[&[OAuthRequestInvalid, OAuthClientInvalid]]
            }
            Self::GetLandingZone | Self::GetLandingZoneCredentials => &[QUERY, &[ProviderRefused]],
            Self::RefreshLandingZoneCredentials => &[QUERY, BODY, &[ProviderRefused]],
            Self::CreateEncryptionKey => &[QUERY, DOCUMENT, &[ProviderRefused]],
            Self::ListSchemas | Self::GetSchemaRegistryStats | Self::ListDataSets => &[QUERY],
            Self::GetSchema => &[QUERY, ID, &[AcceptInvalid]],
            Self::GetDataSet | Self::GetBatch | Self::GetBatchMeta => {
                &[QUERY, &[NoSuchRoute, CatalogNotFound]]
            }
            Self::GetMappingSet | Self::GetMappingSetAtOldPath => &[QUERY, ID],
            Self::CreateSchema
            | Self::CreateDataSet
            | Self::CreateMappingSet
            | Self::CreateMappingSetAtOldPath => &[QUERY, DOCUMENT],
            Self::SendMessage | Self::SendMessages => &[
                &[InletNotFound, InletUnauthorized, InletMessageInvalid, InletBodyTooLarge],
                &[UnsupportedMediaType, QueryTooLong, ParameterInvalid],
            ],
            Self::ListInletMessages | Self::ClearInletMessages => &[&[NoSuchRoute]],
            Self::RemoveNotificationTarget | Self::GetNotification | Self::ReplayNotification => {
                &[&[NoSuchRoute]]
            }
            Self::RunAdHoc => &[QUERY, BODY, &[BodyMissing, EntityNotFound, FlowStateForbids, SandboxFull]],
            Self::ListSandboxes => &[&[SandboxQueryInvalid]],
            Self::GetSandbox => &[&[NoSuchRoute, SandboxQueryInvalid, SandboxUnknown]],
            Self::GetRequest
            | Self::ReplayRequest
            | Self::GetFault
            | Self::DeleteFault
            | Self::GetSnapshot
            | Self::DeleteSnapshot
            | Self::EndRun => &[&[NoSuchRoute]],
            Self::Reset => &[&[UnsupportedMediaType, PayloadTooLarge, BadRequest]],
            Self::SaveSnapshot | Self::RestoreSnapshot => {
                &[&[NoSuchRoute, UnsupportedMediaType, PayloadTooLarge, BadRequest]]
            }
            _ => &[],
        }
    }
}

/// The errors that the fields of a kind cause in its lists.
const fn of_fields(kind: Kind, verb: Verb) -> &'static [Code] {
    match (kind, verb) {
        (
            Kind::Connection | Kind::PrivateEndpoint | Kind::SourceConnection | Kind::TargetConnection,
            Verb::List | Verb::Search,
        ) => &[FilterSpecField],
        _ => &[],
    }
}

/// The errors that the states of a kind cause.
const fn of_states(kind: Kind, verb: Verb) -> &'static [Code] {
    match (kind, verb) {
        // Every state allows everything.
        (Kind::PrivateEndpoint, _) => &[],
        // They are never `initializing`.
        (Kind::SourceConnection | Kind::TargetConnection | Kind::Flow, Verb::Update) => {
            &[TransitionalState, TransitionNotAllowed]
        }
        (Kind::SourceConnection | Kind::TargetConnection, Verb::Delete) => &[StateForbidsChange, UsedByFlow],
        (Kind::Flow, Verb::Delete) => &[StateForbidsChange],
        (Kind::SourceConnection | Kind::TargetConnection | Kind::Flow, Verb::Act) => &[TransitionalState],
        (_, Verb::Update) => UPDATE,
        (Kind::Connection, Verb::Delete) => {
            &[InitializingIsProviders, StateForbidsChange, UsedByFlows, DeleteWhileDeleting]
        }
        #[cfg(test)]
        (Kind::Widget, Verb::Delete) => &[InitializingIsProviders, StateForbidsChange, DeleteWhileDeleting],
        (_, Verb::Act) => CHANGE,
        _ => &[],
    }
}

/// The errors of an operation that all kinds have, besides those of its API, of the kind's definitions and of its states.
const fn of_verb(verb: Verb) -> &'static [&'static [Code]] {
    match verb {
        Verb::List => &[QUERY, LISTING],
        Verb::Search => &[QUERY, BODY, &[BodyMissing], LISTING],
        Verb::Create => &[QUERY, BODY, &[BodyMissing, SandboxFull]],
        Verb::Get => &[QUERY, ID],
        Verb::Update => &[
            QUERY,
            ID,
            BODY,
            &[BodyMissing, IfMatchMissing, EtagMismatch, OpUnknown, PatchPathInvalid, PatchStateInvalid],
        ],
        Verb::Delete => &[QUERY, ID],
        Verb::Act => &[
            QUERY,
            ID,
            BODY,
            &[
                EtagMismatch,
                OpUnknown,
                SubOpUnknown,
                SubOpNotSupported,
                SubOpProgressCombined,
                ProviderOnlyAction,
            ],
            &[StatusUnknown, FailedWithProgress, PercentNotComplete, ActionNotApplicable],
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, OF_NO_OPERATION, ON_DEMAND, Operation};

    #[test]
    fn every_error_is_in_exactly_one_table() {
        for code in Code::ALL {
            let by_operations = Operation::ALL.iter().any(|operation| operation.codes().contains(code));
            let on_demand = ON_DEMAND.iter().any(|(listed, _)| listed == code);
            let places = [by_operations, on_demand, OF_NO_OPERATION.contains(code)];
            assert_eq!(places.iter().filter(|&&is| is).count(), 1, "{code:?}: {places:?}");
            let is_documented = Operation::ALL
                .iter()
                .any(|operation| operation.documented_codes().any(|known| known == *code));
            let is_handled = *code != Code::HostNotAllowed;
            assert_eq!(is_documented, is_handled && (by_operations || on_demand), "{code:?}");
        }
    }
}
