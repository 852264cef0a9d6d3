//! [`RequestFilter`]: selects requests of the journal.

use super::readers::ClearedPart;
use super::record::{Outcome, Record};
use super::{Entry, Journal};
use crate::base::document::refusal::{Problem, Refused};
use crate::base::error::{Code, excerpt};
use crate::base::operation::Operation;
use crate::base::operation::paths::below_base;
use crate::base::time;
use crate::base::time::Millis;
use crate::store::query::Parameters;
use crate::testkit::matching::methods::builder_methods;
use crate::testkit::matching::received::Received;
use std::str::FromStr;

/// Selects requests of the journal: the newest ones that meet every condition.
///
/// It corresponds to the query of `GET /_flowmock/requests`, and can be parsed from one:
///
/// ```
/// # fn main() -> Result<(), flowmock::Refused> {
/// use flowmock::RequestFilter;
///
/// let refused: RequestFilter = "operation=createConnection&status=4xx".parse()?;
/// let polls = RequestFilter::new().method("GET").path("/connections/*").limit(10);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct RequestFilter {
    operation: Option<Operation>,
    method: Option<String>,
    path: Option<String>,
    ims_org: Option<String>,
    sandbox: Option<String>,
    status: Option<Status>,
    error_code: Option<String>,
    request_id: Option<String>,
    since: Option<Millis>,
    since_id: Option<u64>,
    limit: Option<usize>,
    all_replicas: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Status {
    Exactly(u16),
    /// A class of statuses: `4xx`.
    Class(u16),
}

/// The parameters of `GET /_flowmock/requests`; `limit` is the last.
const PARAMETERS: [&str; 11] = [
    "operation",
    "method",
    "path",
    "imsOrgId",
    "sandbox",
    "status",
    "errorCode",
    "requestId",
    "since",
    "sinceId",
    "limit",
];

/// The parameters of `DELETE /_flowmock/requests`.
const OF_A_TENANT: [&str; 2] = ["imsOrgId", "sandbox"];

/// The only value of [`REPLICAS`].
const ALL: &str = "must be all, or left out for the requests of this server";

/// The parameter that asks for the requests of all replicas.
const REPLICAS: &str = "replicas";

impl RequestFilter {
    /// Selects all requests.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects requests for that operation, for example `createConnection`.
    ///
    /// # Panics
    /// If there is no operation with that name: a misspelt one would look as if there had been no request.
    pub fn operation(mut self, name: &str) -> Self {
        let operation = Operation::from_name(name);
        self.operation =
            Some(operation.unwrap_or_else(|| panic!("{name:?} is no operation; there are {}", operations())));
        self
    }

    builder_methods! {
        /// Selects requests with that method, in any letter case.
        method(method: impl Into<String>) => self.method = Some(method.into());
        /// Selects requests with that path or, if it ends in `*`, with a path that begins so. It is the whole path or
        /// the part below the base path of the Flow Service.
        path(path: impl Into<String>) => self.path = Some(path.into());
        /// Selects requests for that organisation, as `x-gw-ims-org-id` names it.
        ims_org(ims_org: impl Into<String>) => self.ims_org = Some(ims_org.into());
        /// Selects requests for that sandbox, as `x-sandbox-name` names it.
        sandbox(sandbox: impl Into<String>) => self.sandbox = Some(sandbox.into());
        /// Selects requests that were answered with that status.
        status(status: u16) => self.status = Some(Status::Exactly(status));
        /// Selects requests that were refused with that error, for example `FLOW-1404-412`.
        error_code(code: impl Into<String>) => self.error_code = Some(code.into());
        /// Selects requests with that request id.
        request_id(request_id: impl Into<String>) => self.request_id = Some(request_id.into());
        /// Selects requests that came later than the one with that id.
        since_id(id: u64) => self.since_id = Some(id);
        /// Selects at most that many requests, the newest ones.
        limit(limit: usize) => self.limit = Some(limit);
    }

    /// Reads the query of `GET /_flowmock/requests.har`, which is about the requests of one server.
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it.
    pub(crate) fn read(query: &str) -> Result<Self, Refused> {
        Self::read_of(query, &PARAMETERS)
    }

    /// Reads the query of `GET /_flowmock/requests`, which may be about the requests of [all replicas](Self::of_all_replicas).
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it.
    pub(crate) fn read_of_list(query: &str) -> Result<Self, Refused> {
        Self::read_of_replicas(query, &PARAMETERS)
    }

    /// Reads the query of `DELETE /_flowmock/requests`, which selects the requests of a tenant, or all.
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it.
    pub(crate) fn read_of_tenant(query: &str) -> Result<Self, Refused> {
        Self::read_of_replicas(query, &OF_A_TENANT)
    }

    fn read_of_replicas(query: &str, known: &[&str]) -> Result<Self, Refused> {
        let filter = Self::read_of(query, &[known, &[REPLICAS]].concat())?;
        // Whoever forgot the value wants more than the requests of this server.
        if query.split('&').any(|pair| matches!(pair.strip_prefix(REPLICAS), Some("" | "="))) {
            return Err(Refused::because(REPLICAS, format!("{REPLICAS} has no value; {ALL}")));
        }
        if filter.all_replicas && filter.since_id.is_some() {
            let reason = "sinceId is an id of one journal, and each replica has its own; with replicas=all, select with since";
            return Err(Refused::because("sinceId", reason));
        }
        Ok(filter)
    }

    /// Whether the requests of all replicas are meant.
    pub(crate) fn of_all_replicas(&self) -> bool {
        self.all_replicas
    }

    /// The largest number of requests that are selected, which is `default` if the filter has none.
    pub(crate) fn most(&self, default: usize) -> usize {
        self.limit.unwrap_or(default)
    }

    /// Reads the query of `GET /_flowmock/events`, which has no end.
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it.
    pub(crate) fn read_of_stream(query: &str) -> Result<Self, Refused> {
        let all_but_limit = PARAMETERS.split_last().map_or(&[][..], |(_, others)| others);
        Self::read_of(query, all_but_limit)
    }

    fn read_of(query: &str, known: &[&str]) -> Result<Self, Refused> {
        let parameters = Parameters::parse(query).map_err(|error| Refused::because("", error.detail()))?;
        let (mut filter, mut problems) = (Self::default(), Vec::new());
        for (name, value) in parameters.iter() {
            let outcome = if known.contains(&name) {
                filter.set(name, value)
            } else {
                Err(format!("is not a parameter of this call; it takes {}", known.join(", ")))
            };
            if let Err(reason) = outcome {
                let name = excerpt(name);
                problems.push(Problem::new(name.clone(), format!("{name} {reason}")));
            }
        }
        if problems.is_empty() { Ok(filter) } else { Err(Refused::invalid(problems)) }
    }

    /// Sets the value of the parameter with that name, one of [`PARAMETERS`]. The last value of several counts.
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let text = || Some(value.to_owned());
        match name {
            "operation" => {
                let operation = Operation::from_name(value);
                self.operation = Some(operation.ok_or_else(|| format!("must be one of {}", operations()))?);
            }
            "method" => self.method = text(),
            "path" => self.path = text(),
            "imsOrgId" => self.ims_org = text(),
            "sandbox" => self.sandbox = text(),
            "status" => self.status = Some(Status::read(value)?),
            "errorCode" => {
                if !Code::ALL.iter().any(|code| code.code() == value) {
                    return Err(
                        "must be a code of the catalogue, which GET /_flowmock/errors lists".to_owned()
                    );
                }
                self.error_code = text();
            }
            "requestId" => self.request_id = text(),
            REPLICAS if value.eq_ignore_ascii_case("all") => self.all_replicas = true,
            REPLICAS => return Err(ALL.to_owned()),
            "since" => self.since = Some(since(value)?),
            "sinceId" => {
                let id =
                    value.parse().map_err(|_| "must be the id of a request in the journal".to_owned())?;
                self.since_id = Some(id);
            }
            _ => {
                let limit = value.parse().ok().filter(|&limit| limit > 0);
                self.limit = Some(limit.ok_or_else(|| "must be a whole number of at least 1".to_owned())?);
            }
        }
        Ok(())
    }

    /// The selected requests, newest first; at most `limit` unless the filter has a limit.
    pub(crate) fn of(&self, journal: &Journal, limit: usize) -> Vec<Entry> {
        let entries = journal.entries_since(self.since_id.unwrap_or(0));
        let fitting = entries.into_iter().rev().filter(|entry| self.fits(&entry.record));
        fitting.take(self.most(limit)).collect()
    }

    /// The organisation and the sandbox whose requests are selected.
    pub(crate) fn tenant(&self) -> ClearedPart {
        ClearedPart { ims_org: self.ims_org.clone(), sandbox: self.sandbox.clone() }
    }

    /// The id of the request after which the selected ones came, if one was given.
    pub(crate) fn after(&self) -> Option<u64> {
        self.since_id
    }

    /// Whether a request is selected.
    pub(crate) fn fits(&self, record: &Record) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found.is_some_and(|found| found == wanted))
        };
        self.since.is_none_or(|since| record.time >= since)
            && self.status.is_none_or(|status| status.fits(record.outcome))
            && self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(record.method()))
            && self.path.as_ref().is_none_or(|path| path_fits(path, record.path()))
            && self.operation.is_none_or(|operation| record.operation() == Some(operation))
            && is(&self.error_code, record.error.map(Code::code))
            && is(&self.ims_org, record.ims_org().as_deref())
            && is(&self.sandbox, record.sandbox().as_deref())
            && is(&self.request_id, record.request_id().as_deref())
    }
}

impl FromStr for RequestFilter {
    type Err = Refused;

    /// Reads the query of `GET /_flowmock/requests`, without its `?`.
    fn from_str(query: &str) -> Result<Self, Refused> {
        Self::read(query)
    }
}

impl Status {
    fn read(text: &str) -> Result<Self, String> {
        let class = text
            .to_ascii_lowercase()
            .strip_suffix("xx")
            .and_then(|class| class.parse().ok())
            .map(Self::Class);
        let exactly = || text.parse().ok().map(Self::Exactly);
        let status = class.or_else(exactly).filter(|status| match status {
            Self::Class(class) => (1..=9).contains(class),
            Self::Exactly(status) => (100..=999).contains(status),
        });
        status.ok_or_else(|| "must be a status such as 404, or a class of them such as 4xx".to_owned())
    }

    fn fits(self, outcome: Outcome) -> bool {
        let Outcome::Answered(status) = outcome else { return false };
        match self {
            Self::Exactly(wanted) => status.as_u16() == wanted,
            Self::Class(class) => status.as_u16() / 100 == class,
        }
    }
}

/// Whether a request's path is `wanted`, or begins so if that ends in `*`.
fn path_fits(wanted: &str, path: &str) -> bool {
    let below = below_base(path).filter(|below| !below.is_empty());
    let fits = |path: &str| match wanted.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => path == wanted.trim_end_matches('/') || path == wanted,
    };
    fits(path) || below.is_some_and(fits)
}

fn since(text: &str) -> Result<Millis, String> {
    if let Ok(millis) = text.parse() {
        return Ok(millis);
    }
    time::parse(text).map_err(|expected| format!("{expected}, or milliseconds since 1970"))
}

fn operations() -> String {
    Operation::ALL.iter().map(|operation| operation.name()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::operation::BASE_PATH;

    fn problems(query: &str) -> Vec<(String, String)> {
        let refused = RequestFilter::read(query).unwrap_err();
        refused.problems().iter().map(|problem| (problem.path.clone(), problem.reason.clone())).collect()
    }

    #[test]
    fn every_mistake_in_a_query_is_reported_at_once() {
        let found = problems(
            "operation=createConnections&status=44&status=xx&errorCode=FLOW-1&since=yesterday&sinceId=-1&limit=0&user=me",
        );
        let of: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(of, ["operation", "status", "status", "errorCode", "since", "sinceId", "limit", "user"]);
        assert!(found[0].1.contains("createConnection,"), "{}", found[0].1);
        assert!(found[7].1.contains("operation, method, path, imsOrgId, sandbox, status"), "{}", found[7].1);
        assert!(RequestFilter::read("path=%zz").is_err());
        assert_eq!(RequestFilter::read_of_tenant("status=404").unwrap_err().problems().len(), 1);
        _ = RequestFilter::read_of_tenant("imsOrgId=A@AdobeOrg&sandbox=prod").unwrap();
    }

    #[test]
    fn queries_and_methods_make_equal_filters() {
        let query = "operation=getConnection&method=get&path=/connections/*&imsOrgId=A@AdobeOrg&sandbox=prod&status=404\
                     &errorCode=FLOW-1439-404&requestId=1&sinceId=7&limit=3";
        let filter = RequestFilter::new()
            .operation("getConnection")
            .method("get")
            .path("/connections/*")
            .ims_org("A@AdobeOrg")
            .sandbox("prod")
            .status(404)
            .error_code("FLOW-1439-404")
            .request_id("1")
            .since_id(7)
            .limit(3);
        assert_eq!(query.parse(), Ok(filter));
        assert_eq!("".parse(), Ok(RequestFilter::new()));
        assert_eq!("since=1000".parse::<RequestFilter>(), "since=1970-01-01T00:00:01Z".parse());
    }

    #[test]
    fn a_path_is_whole_or_below_the_base_path() {
        let path = format!("{BASE_PATH}/connections/a");
        for wanted in
            ["/connections/a", "/connections/a/", "/connections/*", "/connections*", "*", &path, "/data/*"]
        {
            assert!(path_fits(wanted, &path), "{wanted}");
        }
        for wanted in ["/connections", "/connections/b*", "connections/a", "/a", ""] {
            assert!(!path_fits(wanted, &path), "{wanted}");
        }
    }

    #[test]
    #[should_panic(expected = "getConnection")]
    fn a_misspelt_operation_panics() {
        _ = RequestFilter::new().operation("getConnections");
    }
}
