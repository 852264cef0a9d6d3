//! [`Operation`]: everything that flowmock serves, a row each, by path and method. Routes are made of these rows
//! ([`crate::http::routes`]), so there is none without an operation, and whoever sees a method and a path (the
//! journal, fault rules, metrics) calls it by the same name.
//!
//! A new operation is a row here, `.on(Operation::X, handler)` in its module's `routes()`, a line in [`codes`] for the
//! errors that it answers with, and an entry in a chapter of [`crate::http::openapi`]; the compiler asks for the line, a unit test for the entry.

pub(crate) mod codes;
pub(crate) mod paths;

/// Where the Flow Service's paths begin. Reference: "Base path and headers".
pub(crate) const BASE_PATH: &str = Api::FlowService.base_path();

/// The whole path of a Flow Service call: the base path followed by `path`.
pub(crate) fn at(path: &str) -> String {
    format!("{BASE_PATH}{path}")
}

/// The path that the healthcheck command asks.
pub(crate) const HEALTH: &str = Operation::GetHealth.path();

/// The most segments that a path has behind its base.
const DEEPEST: usize = 4;

/// `["connections" / {id} / "test"]` as what a path's segments are matched against.
macro_rules! pattern {
    ([ $( $segment:tt )/ * ]) => { [ $( pattern!(@ $segment) ),* ] };
    (@ { $parameter:ident }) => { _ };
    (@ $literal:literal) => { $literal };
}

/// `["connections" / {id} / "test"]` behind its base, as the template that the router takes and people read.
macro_rules! template {
    ($base:literal [ $( $segment:tt )/ * ]) => { concat!($base $(, template!(@ $segment) )*) };
    (@ { $parameter:ident }) => { concat!("/{", stringify!($parameter), "}") };
    (@ $literal:literal) => { concat!("/", $literal) };
}

macro_rules! operations {
    ($( $(#[$api_doc:meta])* $api:ident $base:literal {
        $( $path:tt { $( $method:ident $variant:ident $name:literal )* } )*
    } )*) => {
        /// What an operation belongs to: each has its own base path.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Api { $( $(#[$api_doc])* $api, )* }

        impl Api {
            /// What its paths begin with.
            pub(crate) const fn base_path(self) -> &'static str {
                match self { $( Self::$api => $base, )* }
            }
        }

        /// A method on a path template. `as usize` is an index below [`Operation::COUNT`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Operation {
            $( $( $( #[doc = concat!(stringify!($method), " ", template!($base $path))] $variant, )* )* )*
        }

        impl Operation {
            /// Every operation, in the order of their indexes.
            pub(crate) const ALL: &'static [Self] = &[ $( $( $( Self::$variant, )* )* )* ];

            /// How many there are.
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// The operation that a request asks for: its method in upper case, its path as sent, percent-encoded and
            /// with or without a slash at its end. `None` where the router answers 404 or 405.
            ///
            /// HEAD is GET without the body, here as in the router.
            pub(crate) fn of(method: &str, path: &str) -> Option<Self> {
                let method = if method == "HEAD" { "GET" } else { method };
                $(
                    if let Some(rest) = below($base, path) {
                        let (segments, count) = split(rest)?;
                        return match segments.get(..count)? {
                            // In the order of the rows: what is spelt out stands before a parameter, and wins
                            // whatever the method, as in the router.
                            $( pattern!($path) => match method {
                                $( stringify!($method) => Some(Self::$variant), )*
                                _ => None,
                            }, )*
                            _ => None,
                        };
                    }
                )*
                None
            }

            /// The operation of that [`name`](Self::name), letter for letter.
            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $( $( $( $name => Some(Self::$variant), )* )* )*
                    _ => None,
                }
            }

            /// Its name, in camel case: `createConnection`. Unique, and the `operationId` in the OpenAPI document.
            pub(crate) const fn name(self) -> &'static str {
                match self { $( $( $( Self::$variant => $name, )* )* )* }
            }

            /// Its method, in upper case.
            pub(crate) const fn method(self) -> &'static str {
                match self { $( $( $( Self::$variant => stringify!($method), )* )* )* }
            }

            /// Its whole path, parameters in braces: `/data/foundation/flowservice/connections/{id}`.
            pub(crate) const fn path(self) -> &'static str {
                match self { $( $( $( Self::$variant => template!($base $path), )* )* )* }
            }

            /// What it belongs to.
            pub(crate) const fn api(self) -> Api {
                match self { $( $( $( Self::$variant => Api::$api, )* )* )* }
            }
        }
    };
}

operations! {
    /// The Flow Service, behind its gateway.
    FlowService "/data/foundation/flowservice" {
        ["connections"] {
            GET    ListConnections          "listConnections"
            POST   CreateConnection         "createConnection"
        }
        ["connections" / "search"] {
            POST   SearchConnections        "searchConnections"
        }
        ["connections" / {id}] {
            GET    GetConnection            "getConnection"
            PATCH  UpdateConnection         "updateConnection"
            DELETE DeleteConnection         "deleteConnection"
        }
        ["connections" / {id} / "test"] {
            GET    TestConnection           "testConnection"
        }
        ["connections" / {id} / "explore"] {
            GET    ExploreConnection        "exploreConnection"
        }
        ["connections" / {id} / "configs"] {
            GET    GetConnectionConfigs     "getConnectionConfigs"
        }
        ["connections" / {id} / "action"] {
            POST   ActOnConnection          "actOnConnection"
        }
        ["connectionSpecs"] {
            GET    ListConnectionSpecs      "listConnectionSpecs"
            POST   CreateConnectionSpec     "createConnectionSpec"
        }
        ["connectionSpecs" / {id}] {
            GET    GetConnectionSpec        "getConnectionSpec"
            PUT    ReplaceConnectionSpec    "replaceConnectionSpec"
        }
        ["connectionSpecs" / {id} / "explore"] {
            GET    ExploreConnectionSpec    "exploreConnectionSpec"
        }
        ["connectionSpecs" / {id} / "configs"] {
            GET    GetConnectionSpecConfigs "getConnectionSpecConfigs"
        }
    }
    /// Adobe's identity service, which issues tokens.
    Ims "/ims" {
        ["token" / "v1"] {
            POST   CreateTokenV1            "createTokenV1"
        }
        ["token" / "v2"] {
            POST   CreateTokenV2            "createTokenV2"
        }
        ["token" / "v3"] {
            POST   CreateTokenV3            "createTokenV3"
        }
    }
    /// Sandbox management, behind the same gateway as the Flow Service.
    SandboxManagement "/data/foundation/sandbox-management" {
        ["sandboxes"] {
            GET    ListSandboxes            "listSandboxes"
        }
        ["sandboxes" / {name}] {
            GET    GetSandbox               "getSandbox"
        }
    }
    /// flowmock's own calls, which need no headers.
    Control "/_flowmock" {
        ["health"] {
            GET    GetHealth                "getHealth"
        }
        ["errors"] {
            GET    ListErrors               "listErrors"
        }
        ["faults"] {
            GET    ListFaults               "listFaults"
            POST   AddFaults                "addFaults"
            PUT    ReplaceFaults            "replaceFaults"
            DELETE ClearFaults              "clearFaults"
        }
        ["faults" / {id}] {
            GET    GetFault                 "getFault"
            DELETE DeleteFault              "deleteFault"
        }
        ["verify"] {
            POST   VerifyRequests           "verifyRequests"
        }
        ["contract"] {
            GET    GetContractReport        "getContractReport"
            DELETE ResetContract            "resetContract"
        }
        ["openapi.json"] {
            GET    GetOpenApi               "getOpenApi"
        }
        ["requests"] {
            GET    ListRequests             "listRequests"
            DELETE ClearRequests            "clearRequests"
        }
        ["requests" / {id}] {
            GET    GetRequest               "getRequest"
        }
        ["requests.har"] {
            GET    ExportRequests           "exportRequests"
        }
        ["metrics"] {
            GET    GetMetrics               "getMetrics"
        }
        ["info"] {
            GET    GetInfo                  "getInfo"
        }
        ["state"] {
            GET    ExportState              "exportState"
            POST   MergeState               "mergeState"
            PUT    ReplaceState             "replaceState"
        }
        ["reset"] {
            POST   Reset                    "reset"
        }
        ["snapshots"] {
            GET    ListSnapshots            "listSnapshots"
        }
        ["snapshots" / {name}] {
            PUT    SaveSnapshot             "saveSnapshot"
            DELETE DeleteSnapshot           "deleteSnapshot"
        }
        ["snapshots" / {name} / "restore"] {
            POST   RestoreSnapshot          "restoreSnapshot"
        }
        ["pact"] {
            GET    GetPact                  "getPact"
        }
        ["pact" / "state"] {
            POST   SetProviderState         "setProviderState"
        }
        ["clock"] {
            GET    GetClock                 "getClock"
            PUT    SetClock                 "setClock"
            DELETE ResetClock               "resetClock"
        }
    }
}

/// What follows `base` in `path`, if it is at or below it.
fn below<'a>(base: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The segments of a path behind its base, and how many there are. `None` if there are more than any route has, or
/// an empty one, which no parameter stands for.
fn split(path: &str) -> Option<([&str; DEEPEST], usize)> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let (mut segments, mut count) = ([""; DEEPEST], 0);
    for segment in path.split('/').skip(1) {
        if segment.is_empty() {
            return None;
        }
        *segments.get_mut(count)? = segment;
        count += 1;
    }
    Some((segments, count))
}

#[cfg(test)]
mod tests {
    use super::{Api, DEEPEST, Operation};
    use std::collections::HashSet;

    /// The operation's path with something for every parameter.
    fn sample(operation: Operation) -> String {
        let fill = |segment: &'static str| if segment.starts_with('{') { "a%20b.c" } else { segment };
        operation.path().split('/').map(fill).collect::<Vec<_>>().join("/")
    }

    fn connections(rest: &str) -> String {
        format!("{}/connections{rest}", Api::FlowService.base_path())
    }

    #[test]
    fn names_are_unique_camel_case_and_found_again() {
        let mut names = HashSet::new();
        for &operation in Operation::ALL {
            let name = operation.name();
            assert!(names.insert(name), "{name} twice");
            assert!(name.starts_with(|first: char| first.is_ascii_lowercase()), "{name}");
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}");
            assert_eq!(Operation::from_name(name), Some(operation));
            assert!(name.eq_ignore_ascii_case(&format!("{operation:?}")), "{name} is {operation:?}");
        }
        for unknown in ["", "CreateConnection", "createconnection", "createConnections"] {
            assert_eq!(Operation::from_name(unknown), None);
        }
    }

    #[test]
    fn indexes_are_the_places_in_the_list_of_all() {
        for (index, &operation) in Operation::ALL.iter().enumerate() {
            assert_eq!(operation as usize, index);
        }
        assert_eq!(Operation::ALL.len(), Operation::COUNT);
    }

    #[test]
    fn every_operation_is_found_by_its_own_path_with_and_without_a_slash_at_its_end() {
        for &operation in Operation::ALL {
            let path = sample(operation);
            assert_eq!(Operation::of(operation.method(), &path), Some(operation), "{path}");
            assert_eq!(Operation::of(operation.method(), &format!("{path}/")), Some(operation), "{path}/");
            let depth =
                operation.path().strip_prefix(operation.api().base_path()).unwrap().matches('/').count();
            assert!(depth <= DEEPEST, "{path}");
        }
    }

    #[test]
    fn near_misses_are_no_operation() {
        for &operation in Operation::ALL {
            let (method, path) = (operation.method(), sample(operation));
            let misses = [
                format!("{path}//"),
                format!("/{path}"),
                format!("{path}/nowhere/at/all"),
                format!("{path}z/"),
                path.replacen(operation.api().base_path(), &format!("{}z", operation.api().base_path()), 1),
                path.to_uppercase(),
            ];
            // A segment of its own is longer by a letter: another one, unless it is a parameter.
            let misses = misses.iter().filter(|miss| !(miss.ends_with("z/") && path.ends_with(".c")));
            for miss in misses {
                assert_eq!(Operation::of(method, miss), None, "{method} {miss}");
            }
            for method in ["", "TRACE", "OPTIONS", "CONNECT", "get", "BREW"] {
                assert_eq!(Operation::of(method, &path), None, "{method} {path}");
            }
        }
        for path in ["", "/", "/data/foundation/flowservice", "/data/foundation/flowservice/", "/_flowmock"] {
            assert_eq!(Operation::of("GET", path), None, "{path}");
        }
        for rest in ["//test", "/a/b/test", "/a/test/b", "/a/nowhere", "//"] {
            assert_eq!(Operation::of("GET", &connections(rest)), None, "{rest}");
        }
    }

    #[test]
    fn the_search_is_no_connection_of_that_name() {
        let path = connections("/search");
        assert_eq!(Operation::of("POST", &path), Some(Operation::SearchConnections));
        for method in ["GET", "PATCH", "DELETE"] {
            assert_eq!(Operation::of(method, &path), None, "the router answers {method} with 405");
        }
        assert_eq!(Operation::of("GET", &connections("/search/test")), Some(Operation::TestConnection));
    }

    #[test]
    fn head_is_the_get_of_that_path() {
        assert_eq!(Operation::of("HEAD", &connections("")), Some(Operation::ListConnections));
        assert_eq!(Operation::of("HEAD", &connections("/search")), None);
    }
}
