//! The API of a path, the part of a path below an API's base path, and the call that a request makes.

use super::{Api, Operation};

/// Every API, the one with the most requests first.
const APIS: [Api; 12] = [
    Api::FlowService,
    Api::Streaming,
    Api::Ims,
    Api::SandboxManagement,
    Api::Connectors,
    Api::SchemaRegistry,
    Api::Catalog,
    Api::DataAccess,
    Api::DataPrep,
    Api::OldDataPrep,
    Api::Activation,
    Api::Control,
];

impl Api {
    /// The API whose base path `path` is at or below, whether or not anything is served there.
    pub(crate) fn of(path: &str) -> Option<Self> {
        APIS.into_iter().find(|api| api.strip_base(path).is_some())
    }

    /// Whether its calls need `x-sandbox-name`.
    pub(crate) fn has_sandboxes(self) -> bool {
        match self {
            Self::FlowService
            | Self::Connectors
            | Self::SchemaRegistry
            | Self::Catalog
            | Self::DataAccess
            | Self::DataPrep
            | Self::OldDataPrep
            | Self::Activation => true,
            Self::SandboxManagement | Self::Streaming | Self::Ims | Self::Control => false,
        }
    }

    /// Whether the API gateway checks the headers of its calls.
    pub(crate) fn has_gateway(self) -> bool {
        self.has_sandboxes() || self == Self::SandboxManagement
    }

    /// Whether flowmock has all calls that clients are known to make, so that another path is the client's mistake. Of the
    /// other services it has few.
    pub(crate) fn is_emulated(self) -> bool {
        matches!(self, Self::FlowService | Self::Connectors)
    }

    /// The part of `path` below this API's base path: empty, or beginning with a slash. `None` if `path` is outside the
    /// API.
    pub(crate) fn strip_base(self, path: &str) -> Option<&str> {
        path.strip_prefix(self.base_path()).filter(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Whether `path` belongs to flowmock's own API. No fault is injected there, and the journal does not record it.
pub(crate) fn is_control(path: &str) -> bool {
    Api::Control.strip_base(path).is_some()
}

/// The address of the page that shows the server in a browser.
pub(crate) const PAGE: &str = "/_flowmock/ui";

/// The beginning of the paths at which the page calls the APIs, without being recorded.
const UNRECORDED: &str = "/_flowmock/unrecorded";

/// Whether `path` is that of the page, of a view or of a file. Whether there is a page is another question.
pub(crate) fn is_page(path: &str) -> bool {
    path.strip_prefix(PAGE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The path that an unrecorded call is for: `/data/x` for `/_flowmock/unrecorded/data/x`. `None` for every other call.
pub(crate) fn unrecorded(path: &str) -> Option<&str> {
    path.strip_prefix(UNRECORDED).filter(|rest| rest.starts_with('/')).map(trimmed)
}

/// `path` with one slash at its beginning and none at its end, as the router sees it.
pub(crate) fn trimmed(path: &str) -> &str {
    // Nearly every path is so already.
    if let [b'/', second, .., last] = path.as_bytes()
        && *second != b'/'
        && *last != b'/'
    {
        return path;
    }
    let end = path.trim_end_matches('/').len();
    let start = path.len() - path.trim_start_matches('/').len();
    if end == 0 { &path[..path.len().min(1)] } else { &path[start.saturating_sub(1)..end] }
}

/// The call that a request makes. It is determined when the request arrives; the gateway replaces that of an unrecorded call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// flowmock's own API.
    Control,
    /// Anything else: this operation, or `None` where the router answers 404 or 405.
    Service(Option<Operation>),
}

impl Call {
    /// The operation of a request with this method and path. The path may have needless slashes.
    pub(crate) fn of(method: &str, path: &str) -> Self {
        let path = trimmed(path);
        if is_control(path) {
            return Self::Control;
        }
        Self::Service(Operation::of(method, path))
    }
}

/// The part of `path` below the base path of an API whose entities live in sandboxes; `None` if it is outside of them.
pub(crate) fn below_base(path: &str) -> Option<&str> {
    // The older path of Data Prep is its collection: the part below the base path would be an id alone.
    const ABOVE_OLD_DATA_PREP: &str = "/data/foundation";
    let api = Api::of(path).filter(|api| api.has_sandboxes())?;
    if api == Api::OldDataPrep { path.strip_prefix(ABOVE_OLD_DATA_PREP) } else { api.strip_base(path) }
}

/// The part of `path` that [`below_base`] finds, or else `path` itself.
pub(crate) fn without_base(path: &str) -> &str {
    below_base(path).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_every_operation_belongs_to_its_api() {
        for operation in Operation::ALL {
            assert_eq!(Api::of(operation.path()), Some(operation.api()));
        }
    }

    #[test]
    fn exactly_the_services_of_the_platform_are_behind_its_gateway() {
        for api in APIS {
            assert_eq!(api.has_gateway(), api.base_path().starts_with("/data/"), "{api:?}");
            assert_eq!(api.has_sandboxes(), api.has_gateway() && api != Api::SandboxManagement, "{api:?}");
        }
    }

    #[test]
    fn a_path_belongs_to_the_api_whose_base_path_it_is_at_or_below() {
        for (path, api) in [
            ("/data/foundation/flowservice", Some(Api::FlowService)),
            ("/data/foundation/flowservice/", Some(Api::FlowService)),
            ("/data/foundation/flowservice/no/such/path", Some(Api::FlowService)),
            ("/data/foundation/flowservices", None),
            ("/data/foundation/sandbox-management/sandboxes", Some(Api::SandboxManagement)),
            ("/data/foundation/catalog/dataSets/1", Some(Api::Catalog)),
            ("/data/foundation/export/batches/1/meta", Some(Api::DataAccess)),
            ("/data/foundation/mappingSets", Some(Api::OldDataPrep)),
            ("/data/foundation/conversion/mappingSets", Some(Api::DataPrep)),
            ("/ims/token/v3", Some(Api::Ims)),
            ("/collection/0a", Some(Api::Streaming)),
            ("/collections", None),
            ("/_flowmock", Some(Api::Control)),
            ("/_flowmock/health", Some(Api::Control)),
            ("/_flowmockery", None),
            ("/data", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Api::of(path), api, "{path}");
            assert_eq!(is_control(path), api == Some(Api::Control), "{path}");
        }
    }

    #[test]
    fn a_call_is_a_control_call_or_one_of_the_services_operations() {
        assert_eq!(Call::of("GET", "/_flowmock/health"), Call::Control);
        assert_eq!(Call::of("GET", "/_flowmock/nowhere"), Call::Control);
        assert_eq!(Call::of("GET", "//_flowmock/info"), Call::Control);
        let connections = "/data/foundation/flowservice/connections";
        for slashes in ["", "/", "//"] {
            let call = Call::of("GET", &format!("{connections}{slashes}"));
            assert_eq!(call, Call::Service(Some(Operation::ListConnections)));
            let call = Call::of("GET", &format!("{slashes}{connections}"));
            assert_eq!(call, Call::Service(Some(Operation::ListConnections)));
        }
        assert_eq!(Call::of("PUT", connections), Call::Service(None));
        assert_eq!(Call::of("GET", "/"), Call::Service(None));
    }

    #[test]
    fn the_base_path_is_stripped_as_a_whole_or_not_at_all() {
        assert_eq!(Api::FlowService.strip_base("/data/foundation/flowservice"), Some(""));
        assert_eq!(Api::FlowService.strip_base("/data/foundation/flowservice/a/b"), Some("/a/b"));
        assert_eq!(Api::FlowService.strip_base("/data/foundation/flowservicea"), None);
        assert_eq!(without_base("/data/foundation/flowservice/a"), "/a");
        assert_eq!(without_base("/data/foundation/connectors/privateEndpoints"), "/privateEndpoints");
        assert_eq!(without_base("/data/foundation/mappingSets/1"), "/mappingSets/1");
        assert_eq!(without_base("/data/foundation/conversion/mappingSets/1"), "/mappingSets/1");
        assert_eq!(without_base("/ims/token/v3"), "/ims/token/v3");
    }
}
