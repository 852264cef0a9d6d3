//! [`Operation::codes`]: which errors an operation can answer with.
//!
//! A client that handles these has handled what the operation does by itself. Those of [`ON_DEMAND`] it meets only
//! where a test asks for them. The API tests hold every answer that they get against this table, and provoke what it
//! promises. Reference: `errors.csv`.

use super::{Api, Operation};
use crate::base::error::Code;
use crate::base::error::Code::*;
use std::sync::LazyLock;

/// What anything may answer: a fault of ours, and a request that takes too long.
const SERVER: &[Code] = &[Internal, RequestTimeout];

/// What the gateway checks of who asks, before any service is asked.
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

/// What the gateway checks besides, of the sandbox, before the Flow Service is asked.
const SANDBOX: &[Code] =
    &[SandboxMissing, SandboxWildcard, SandboxNotFound, SandboxIdMismatch, SandboxIdNotAllowed];

/// What is wrong with any request for a token.
const TOKEN: &[Code] = &[OAuthRequestInvalid, OAuthClientInvalid, OAuthGrantUnsupported, OAuthScopeInvalid];

/// What any call of flowmock's own is where these are switched off.
const SWITCHED_OFF: &[Code] = &[NoSuchRoute];

/// What is wrong with any query.
const QUERY: &[Code] = &[QueryTooLong, ParameterUnknown, ParameterInvalid];

/// What is wrong with an id in a path: it is not UTF-8, or nothing has it.
const ID: &[Code] = &[NoSuchRoute, EntityNotFound];

/// What is wrong with a body, if there is one.
const BODY: &[Code] = &[ContentTypeInvalid, UnsupportedMediaType, PayloadTooLarge, BadRequest];

/// What the parameters of a list can be beside malformed.
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
];

/// What makes a connection that is to be stored, or asked of its source, unfit for its connection spec.
const DEFINITION: &[Code] = &[SpecUnknown, AuthSpecUnknown, ProviderRefused];

/// What a source refuses to show.
const EXPLORE: &[Code] = &[ProviderRefused, ProviderNotFound];

/// The states in which nobody but the provider may change a connection.
const UPDATE: &[Code] = &[InitializingIsProviders, TransitionalState, UpdateWhileDeleting];

/// Whether the real service can answer an operation with an error.
type Applies = fn(Operation) -> bool;

/// The errors that no operation comes to by itself, each with those that the real service can answer with it.
const ON_DEMAND: &[(Code, Applies)] = &[
    // What a provider could say for itself, and there is none behind the fixtures.
    (ProviderFault, asks_provider),
    (ProviderUnavailable, asks_provider),
    (ProviderTimeout, asks_provider),
    // `finalize` is refused to every user's token before its state is looked at.
    (FinalizeNotAllowed, |operation| operation == Operation::ActOnConnection),
    // There are no flows that could use a connection.
    (UsedByFlows, |operation| operation == Operation::DeleteConnection),
    // Cross-sandbox queries end at the gateway.
    (OrderCrossSandbox, |operation| operation.codes().contains(&OrderPrefix)),
    // There are as many requests as a test likes, but for a rule that limits them.
    (TooManyRequests, has_gateway),
    // Permissions, which are nobody's yet.
    (TokenUnreadable, has_gateway),
    (PermissionMissing, has_gateway),
    (Forbidden, has_gateway),
    (ForbiddenByPolicy, has_gateway),
];

/// Whether it asks the source, or has it look at what the client sends.
fn asks_provider(operation: Operation) -> bool {
    operation == Operation::TestConnection || operation.codes().contains(&ProviderRefused)
}

fn has_gateway(operation: Operation) -> bool {
    matches!(operation.api(), Api::FlowService | Api::SandboxManagement)
}

/// The errors of requests that ask for no operation.
#[cfg(test)]
pub(super) const OF_NO_OPERATION: &[Code] = &[MethodNotAllowed];

impl Operation {
    /// The errors that this operation can answer with when nobody asks for others, in the catalogue's order.
    pub(crate) fn codes(self) -> &'static [Code] {
        static CODES: LazyLock<Vec<Vec<Code>>> = LazyLock::new(|| {
            let can =
                |operation: &Operation, code: &Code| operation.groups().any(|group| group.contains(code));
            let codes = |operation| Code::ALL.iter().filter(|code| can(operation, code)).copied().collect();
            Operation::ALL.iter().map(codes).collect()
        });
        CODES.get(self as usize).map_or(&[], Vec::as_slice)
    }

    /// The errors that a client of this operation has to reckon with: its [`codes`](Self::codes), and those that the
    /// real service has causes for and flowmock answers on demand. In the catalogue's order.
    pub(crate) fn documented_codes(self) -> impl Iterator<Item = Code> {
        let on_demand =
            move |code: &Code| ON_DEMAND.iter().any(|(listed, applies)| listed == code && applies(self));
        Code::ALL.iter().copied().filter(move |code| self.codes().contains(code) || on_demand(code))
    }

    fn groups(self) -> impl Iterator<Item = &'static [Code]> {
        let before: &[&[Code]] = match self.api() {
            Api::FlowService => &[CALLER, SANDBOX],
            Api::SandboxManagement => &[CALLER],
            Api::Control if self != Self::GetHealth => &[SWITCHED_OFF],
            Api::Ims | Api::Control => &[],
        };
        [SERVER].into_iter().chain(before.iter().copied()).chain(self.own().iter().copied())
    }

    /// What is this operation's own.
    fn own(self) -> &'static [&'static [Code]] {
        match self {
            Self::ListConnections | Self::ListConnectionSpecs => &[QUERY, LISTING],
            Self::SearchConnections => &[QUERY, BODY, &[BodyMissing], LISTING],
            Self::CreateConnection => &[QUERY, BODY, &[BodyMissing, SandboxFull], DEFINITION],
            Self::GetConnection | Self::TestConnection | Self::GetConnectionSpec => &[QUERY, ID],
            Self::UpdateConnection => &[
                QUERY,
                ID,
                BODY,
                UPDATE,
                DEFINITION,
                &[BodyMissing, IfMatchMissing, EtagMismatch, OpUnknown, ServiceOwned, PatchPathInvalid],
                &[PatchStateInvalid, TransitionNotAllowed, PatchSwitchedOff],
            ],
            Self::DeleteConnection => {
                &[QUERY, ID, &[InitializingIsProviders, StateForbidsChange, DeleteWhileDeleting]]
            }
            Self::ExploreConnection | Self::GetConnectionConfigs => &[QUERY, ID, DEFINITION, EXPLORE],
            Self::ActOnConnection => &[
                QUERY,
                ID,
                BODY,
                UPDATE,
                DEFINITION,
                &[OpUnknown, SubOpUnknown, SubOpNotSupported, SubOpProgressCombined, ProviderOnlyAction],
                &[StatusUnknown, FailedWithProgress, PercentNotComplete, ActionNotApplicable],
            ],
            Self::CreateConnectionSpec => &[QUERY, BODY, &[BodyMissing]],
            Self::ReplaceConnectionSpec => &[QUERY, ID, BODY, &[BodyMissing]],
            Self::ExploreConnectionSpec | Self::GetConnectionSpecConfigs => &[QUERY, ID, EXPLORE],
            Self::CreateTokenV1 => &[TOKEN, &[OAuthGrantInvalid, OAuthClientUnauthorized]],
            Self::CreateTokenV2 | Self::CreateTokenV3 => &[TOKEN],
            Self::ListSandboxes => &[&[SandboxQueryInvalid]],
            Self::GetSandbox => &[&[NoSuchRoute, SandboxQueryInvalid, SandboxUnknown]],
            Self::GetHealth | Self::ListErrors | Self::GetOpenApi => &[],
            Self::ListRequests | Self::ClearRequests | Self::ExportRequests => &[],
            Self::GetRequest => &[&[NoSuchRoute]],
            Self::GetMetrics | Self::GetInfo => &[],
            Self::ExportState | Self::MergeState | Self::ReplaceState | Self::ListSnapshots => &[],
            Self::Reset => &[&[UnsupportedMediaType, PayloadTooLarge, BadRequest]],
            Self::SaveSnapshot | Self::RestoreSnapshot => {
                &[&[NoSuchRoute, UnsupportedMediaType, PayloadTooLarge, BadRequest]]
            }
            Self::DeleteSnapshot => &[&[NoSuchRoute]],
            Self::GetPact | Self::SetProviderState => &[],
            Self::GetClock | Self::SetClock | Self::ResetClock => &[],
            Self::ListFaults | Self::AddFaults | Self::ReplaceFaults | Self::ClearFaults => &[],
            Self::GetFault | Self::DeleteFault => &[&[NoSuchRoute]],
            Self::VerifyRequests | Self::GetContractReport | Self::ResetContract => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, OF_NO_OPERATION, ON_DEMAND, Operation};

    #[test]
    fn every_error_is_some_operations_or_on_demand_or_no_operations_and_only_one_of_these() {
        for code in Code::ALL {
            let by_operations = Operation::ALL.iter().any(|operation| operation.codes().contains(code));
            let on_demand = ON_DEMAND.iter().any(|(listed, _)| listed == code);
            let places = [by_operations, on_demand, OF_NO_OPERATION.contains(code)];
            assert_eq!(places.iter().filter(|&&is| is).count(), 1, "{code:?}: {places:?}");
            let is_documented = Operation::ALL
                .iter()
                .any(|operation| operation.documented_codes().any(|known| known == *code));
            assert_eq!(is_documented, by_operations || on_demand, "{code:?}");
        }
    }
}
