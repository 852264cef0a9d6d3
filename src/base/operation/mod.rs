//! [`Operation`]: every call that flowmock serves, by path and method. Routes are made from these rows
//! ([`crate::http::routes`]), so no route lacks an operation, and the journal, fault rules and metrics use the same
//! names.
//!
//! To add an operation, add a row to the table, `.on(Operation::X, handler)` to its module's `routes()`, a line to
//! [`codes`] if it has errors of its own, and a description to [`crate::http::openapi`]. Tests check the first two, the
//! compiler the last.
//!
//! To add a [`Kind`] of entity, add one `kind` line to the table, which stands for the seven operations that all kinds
//! have, its [`Verb`]s. A kind of another API than the Flow Service has a shorter line, and its operations are rows of
//! that API, each with its kind and verb.

#[macro_use]
mod table;
pub(crate) mod codes;
pub(crate) mod paths;

use memchr::memchr;

/// Where the Flow Service's paths begin. Reference: "Base path and headers".
pub(crate) const BASE_PATH: &str = Api::FlowService.base_path();

/// The whole path of a Flow Service call: the base path followed by `path`.
pub(crate) fn at(path: &str) -> String {
    format!("{BASE_PATH}{path}")
}

/// The path that the healthcheck command asks.
pub(crate) const HEALTH: &str = Operation::GetHealth.path();

/// The largest number of segments of a path below its base.
const DEEPEST: usize = 4;

operations! {
    kind Connection "connections" "connection":
        ListConnections CreateConnection (search SearchConnections)
        GetConnection UpdateConnection DeleteConnection ActOnConnection
        and {
            ["connections" / {id} / "test"] {
                GET    TestConnection
            }
            ["connections" / {id} / "explore"] {
                GET    ExploreConnection
            }
            ["connections" / {id} / "configs"] {
                GET    GetConnectionConfigs
            }
        };
    kind PrivateEndpoint "privateEndpoints" "private endpoint" in Connectors;
    kind SourceConnection "sourceConnections" "source connection":
        ListSourceConnections CreateSourceConnection
        GetSourceConnection UpdateSourceConnection DeleteSourceConnection ActOnSourceConnection;
    kind TargetConnection "targetConnections" "target connection":
        ListTargetConnections CreateTargetConnection
        GetTargetConnection UpdateTargetConnection DeleteTargetConnection ActOnTargetConnection;
    kind Flow "flows" "flow":
        ListFlows CreateFlow (search SearchFlows)
        GetFlow UpdateFlow DeleteFlow ActOnFlow;
    test kinds;

    /// The Flow Service, behind its gateway.
    FlowService "/data/foundation/flowservice" {
        ["connectionSpecs"] {
            GET    ListConnectionSpecs
            POST   CreateConnectionSpec
        }
        ["connectionSpecs" / {id}] {
            GET    GetConnectionSpec
            PUT    ReplaceConnectionSpec
        }
        ["connectionSpecs" / {id} / "explore"] {
            GET    ExploreConnectionSpec
        }
        ["connectionSpecs" / {id} / "configs"] {
            GET    GetConnectionSpecConfigs
        }
        ["flowSpecs"] {
            GET    ListFlowSpecs
            POST   CreateFlowSpec
        }
        ["flowSpecs" / "search"] {
            POST   SearchFlowSpecs
        }
        ["flowSpecs" / {id}] {
            GET    GetFlowSpec
            PUT    ReplaceFlowSpec
        }
        ["runs"] {
            GET    ListRuns
            POST   CreateRun
        }
        ["runs" / {id}] {
            GET    GetRun
            PUT    ReplaceRun
        }
        ["runs" / {id} / "action"] {
            POST   ActOnRun
        }
    }
    /// The private endpoints that connections can name, landing zones and encryption keys, behind the same gateway as the
    /// Flow Service.
    Connectors "/data/foundation/connectors" {
        ["privateEndpoints"] {
            GET    ListPrivateEndpoints (PrivateEndpoint List)
            POST   CreatePrivateEndpoint (PrivateEndpoint Create)
        }
        ["privateEndpoints" / {id}] {
            GET    GetPrivateEndpoint (PrivateEndpoint Get)
            PATCH  UpdatePrivateEndpoint (PrivateEndpoint Update)
            DELETE DeletePrivateEndpoint (PrivateEndpoint Delete)
        }
        ["landingzone"] {
            GET    GetLandingZone
        }
        ["landingzone" / "credentials"] {
            GET    GetLandingZoneCredentials
            POST   RefreshLandingZoneCredentials
        }
        ["encryption" / "keys"] {
            POST   CreateEncryptionKey
        }
    }
    /// Runs of destinations at once, behind the same gateway.
    Activation "/data/core/activation/disflowprovider" {
        ["adhocrun"] {
            POST   RunAdHoc
        }
    }
    /// The Schema Registry, behind the same gateway.
    SchemaRegistry "/data/foundation/schemaregistry" {
        ["tenant" / "schemas"] {
            GET    ListSchemas
            POST   CreateSchema
        }
        ["tenant" / "schemas" / {id}] {
            GET    GetSchema
        }
        ["stats"] {
            GET    GetSchemaRegistryStats
        }
    }
    /// The Catalog, behind the same gateway.
    Catalog "/data/foundation/catalog" {
        ["dataSets"] {
            GET    ListDataSets
            POST   CreateDataSet
        }
        ["dataSets" / {id}] {
            GET    GetDataSet
        }
        ["batches" / {id}] {
            GET    GetBatch
        }
    }
    /// Data Access, behind the same gateway.
    DataAccess "/data/foundation/export" {
        ["batches" / {id} / "meta"] {
            GET    GetBatchMeta
        }
    }
    /// Data Prep, behind the same gateway.
    DataPrep "/data/foundation/conversion" {
        ["mappingSets"] {
            POST   CreateMappingSet
        }
        ["mappingSets" / {id}] {
            GET    GetMappingSet
        }
    }
    /// Data Prep at its older path.
    OldDataPrep "/data/foundation/mappingSets" {
        [] {
            POST   CreateMappingSetAtOldPath
        }
        [{id}] {
            GET    GetMappingSetAtOldPath
        }
    }
    /// Adobe's identity service, which issues tokens and describes their accounts.
    Ims "/ims" {
        ["token" / "v1"] {
            POST   CreateTokenV1
        }
        ["token" / "v2"] {
            POST   CreateTokenV2
        }
        ["token" / "v3"] {
            POST   CreateTokenV3
        }
        ["exchange" / "jwt"] {
            POST   ExchangeJwt
        }
        ["authorize" / "v2"] {
            GET    Authorize
        }
        ["userinfo" / "v2"] {
            GET    GetUserInfo
        }
        ["profile" / "v1"] {
            GET    GetProfile
        }
        ["organizations" / "v6"] {
            GET    ListOrganisations
        }
        ["validate_token" / "v1"] {
            GET    ValidateToken
            POST   ValidateSentToken
        }
        ["revoke"] {
            POST   RevokeToken
        }
        [".well-known" / "openid-configuration"] {
            GET    GetOpenIdConfiguration
        }
        ["keys"] {
            GET    ListKeys
        }
    }
    /// Sandbox management, behind the same gateway as the Flow Service.
    SandboxManagement "/data/foundation/sandbox-management" {
        ["sandboxes"] {
            GET    ListSandboxes
        }
        ["sandboxes" / {name}] {
            GET    GetSandbox
        }
    }
    /// The endpoint that takes the messages of streaming connections, without the gateway.
    Streaming "/collection" {
        ["batch" / {id}] {
            POST   SendMessages
        }
        [{id}] {
            POST   SendMessage
        }
    }
    /// flowmock's own calls, which need no headers.
    Control "/_flowmock" {
        ["health"] {
            GET    GetHealth
        }
        ["errors"] {
            GET    ListErrors
        }
        ["faults"] {
            GET    ListFaults
            POST   AddFaults
            PUT    ReplaceFaults
            DELETE ClearFaults
        }
        ["faults" / {id}] {
            GET    GetFault
            DELETE DeleteFault
        }
        ["runs"] {
            GET    ListRunOrders
            POST   OrderRuns
            DELETE ForgetRunOrders
        }
        ["runs" / {id}] {
            POST   EndRun
        }
        ["notification-targets"] {
            GET    ListNotificationTargets
            POST   AddNotificationTarget
        }
        ["notification-targets" / {id}] {
            DELETE RemoveNotificationTarget
        }
        ["notifications"] {
            GET    ListNotifications
            DELETE ClearNotifications
        }
        ["notifications" / {id}] {
            GET    GetNotification
        }
        ["notifications" / {id} / "replay"] {
            POST   ReplayNotification
        }
        ["verify"] {
            POST   VerifyRequests
        }
        ["contract"] {
            GET    GetContractReport
            DELETE ResetContract
        }
        ["openapi.json"] {
            GET    GetOpenApi
        }
        ["requests"] {
            GET    ListRequests
            DELETE ClearRequests
        }
        ["requests" / {id}] {
            GET    GetRequest
        }
        ["requests" / {id} / "replay"] {
            POST   ReplayRequest
        }
        ["events"] {
            GET    StreamEvents
        }
        ["requests.har"] {
            GET    ExportRequests
        }
        ["inlets" / {id} / "messages"] {
            GET    ListInletMessages
            DELETE ClearInletMessages
        }
        ["metrics"] {
            GET    GetMetrics
        }
        ["info"] {
            GET    GetInfo
        }
        ["state"] {
            GET    ExportState
            POST   MergeState
            PUT    ReplaceState
        }
        ["reset"] {
            POST   Reset
        }
        ["snapshots"] {
            GET    ListSnapshots
        }
        ["snapshots" / {name}] {
            GET    GetSnapshot
            PUT    SaveSnapshot
            DELETE DeleteSnapshot
        }
        ["snapshots" / {name} / "restore"] {
            POST   RestoreSnapshot
        }
        ["pact"] {
            GET    GetPact
        }
        ["pact" / "state"] {
            POST   SetProviderState
        }
        ["clock"] {
            GET    GetClock
            PUT    SetClock
            DELETE ResetClock
        }
    }
}

/// The action of an operation on entities of its [`Kind`]: the operations that all kinds share. Reference: "Operations on
/// /connections".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// `GET /<collection>`
    List,
    /// `POST /<collection>`
    Create,
    /// `POST /<collection>/search`
    Search,
    /// `GET /<collection>/{id}`
    Get,
    /// `PATCH /<collection>/{id}`
    Update,
    /// `DELETE /<collection>/{id}`
    Delete,
    /// `POST /<collection>/{id}/action`
    Act,
}

impl Operation {
    /// The operation that does `verb` with entities of that kind; `None` if the kind has none.
    pub(crate) fn on(kind: Kind, verb: Verb) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.entity() == Some((kind, verb)))
    }

    /// The verb; `None` if the operation is not one that all kinds have.
    pub(crate) fn verb(self) -> Option<Verb> {
        self.entity().map(|(_, verb)| verb)
    }

    /// Whether it lists items, with the parameters of a list in the query.
    pub(crate) fn is_list(self) -> bool {
        self.verb() == Some(Verb::List)
            || matches!(self, Self::ListConnectionSpecs | Self::ListFlowSpecs | Self::ListRuns)
    }

    /// Whether it lists items, with the parameters of a list in the body.
    pub(crate) fn is_search(self) -> bool {
        self.verb() == Some(Verb::Search) || self == Self::SearchFlowSpecs
    }

    /// The operation of a request with that method, in upper case, and that path as sent: percent-encoded, with or without
    /// a slash at its end. `None` where the router answers 404 or 405.
    ///
    /// HEAD is GET without the body, here as in the router.
    pub(crate) fn of(method: &str, path: &str) -> Option<Self> {
        Self::matched(method, path).map(|(operation, _)| operation)
    }

    /// The operation with that [`name`](Self::name), letter for letter.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }
}

impl Kind {
    /// The key of a single entity in a document: `connection`.
    pub(crate) fn key(self) -> &'static str {
        let collection = self.collection();
        collection.strip_suffix('s').unwrap_or(collection)
    }
}

/// The place of the parameter among the segments of a template.
const fn parameter_of(segments: &[&str]) -> Option<usize> {
    let mut index = 0;
    while index < segments.len() {
        if segments[index].as_bytes()[1] == b'{' {
            return Some(index);
        }
        index += 1;
    }
    None
}

/// The part of `path` below `base`, if it is at or below it.
fn below<'a>(base: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The segments of a path below its base, and their number. `None` for more segments than any route has, and for an
/// empty segment, which no parameter matches.
fn split(path: &str) -> Option<([&str; DEEPEST], usize)> {
    let (mut segments, mut count) = ([""; DEEPEST], 0);
    let Some(mut rest) = path.strip_suffix('/').unwrap_or(path).strip_prefix('/') else {
        return Some((segments, count));
    };
    loop {
        let end = memchr(b'/', rest.as_bytes()).unwrap_or(rest.len());
        let (segment, behind) = rest.split_at(end);
        if segment.is_empty() {
            return None;
        }
        *segments.get_mut(count)? = segment;
        count += 1;
        match behind.strip_prefix('/') {
            None => return Some((segments, count)),
            Some(next) => rest = next,
        }
    }
}

/// `CreateConnection` as `createConnection`, in bytes.
const fn camel_case<const LENGTH: usize>(variant: &str) -> [u8; LENGTH] {
    let (mut name, mut index) = ([0; LENGTH], 0);
    while index < LENGTH {
        name[index] = variant.as_bytes()[index];
        index += 1;
    }
    name[0] = name[0].to_ascii_lowercase();
    name
}

/// A name in ASCII, as every variant's is.
const fn ascii(name: &'static [u8]) -> &'static str {
    match str::from_utf8(name) {
        Ok(name) => name,
        Err(_) => panic!("a variant's name is not ASCII"),
    }
}

#[cfg(test)]
mod tests;
