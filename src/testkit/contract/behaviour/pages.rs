//! Whether next links are followed, and unchanged. Reference: "Listing".

use super::fingerprint::hash;
use crate::base::operation::{Operation, Verb};
use crate::store::query::{CONTINUATION, Parameters};
use crate::testkit::contract::exchange::{Exchange, RequestBody};
use crate::testkit::contract::fifo_map::FifoMap;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::model::RecordedViolation;
use crate::testkit::contract::rule::RuleId;
use serde_json::Value;

/// Number of next links in a test's history.
const MAX_LINKS: usize = 64;

/// The next links that a test was given, by the hash of their tokens.
pub(super) struct Pages(FifoMap<u64, Link>);

impl Default for Pages {
    fn default() -> Self {
        Self(FifoMap::new(MAX_LINKS))
    }
}

struct Link {
    /// Number of its parameters.
    parameters: usize,
    /// The hash of its parameters.
    fingerprint: u64,
    /// The record of the request that returned it; `None` once it was followed, or if it need not be.
    open: Option<RecordedViolation>,
}

impl Pages {
    pub(super) fn observe(
        &mut self, exchange: &Exchange<'_>, follows_links: &mut bool,
        violation: &dyn Fn(&str) -> RecordedViolation, found: &mut Findings,
    ) {
        let is_list = exchange.operation.is_some_and(Operation::is_list);
        if !is_list && !exchange.operation.is_some_and(Operation::is_search) {
            return;
        }
        if let Some(token) = exchange.parameter(CONTINUATION) {
            *follows_links = true;
            if let Some(link) = self.0.get_mut(&hash(&token)) {
                link.open = None;
                // A search repeats its body, so its parameters differ from the link's.
                if is_list
                    && let Some(parameters) = &exchange.parameters
                    && !link.is_followed_by(parameters)
                {
                    found.add(
                        RuleId::NextLinkRebuilt,
                        "the parameters are not those of the link, in its order",
                    );
                }
            }
        }
        if exchange.succeeded()
            && let Some(query) = next_link(exchange.answer())
            && let Ok(parameters) = Parameters::parse(query)
            && let Some(token) = parameters.last(CONTINUATION)
        {
            let open = (must_be_followed(exchange) && !exchange.allows(RuleId::PageNotFollowed))
                .then(|| violation("the answer has a next link, and it was not followed so far"));
            let count = parameters.iter().count();
            let link = Link { parameters: count, fingerprint: fingerprint(&parameters, count), open };
            self.0.insert(hash(&token), link);
        }
    }

    /// The requests whose next links were not followed.
    pub(super) fn not_followed(&self) -> impl Iterator<Item = &RecordedViolation> {
        self.0.iter().filter_map(|(_, link)| link.open.as_ref())
    }
}

impl Link {
    /// Whether a query is that of this link. A client may append its own `limit` and `count`.
    fn is_followed_by(&self, query: &Parameters) -> bool {
        fingerprint(query, self.parameters) == self.fingerprint
            && query.iter().skip(self.parameters).all(|(name, _)| matches!(name, "limit" | "count"))
    }
}

/// The hash of the first `count` parameters.
fn fingerprint(parameters: &Parameters, count: usize) -> u64 {
    hash(&parameters.iter().take(count).collect::<Vec<_>>())
}

/// Whether a request asks for a whole list. `limit` with `orderby`, or `limit=1`, asks for the first few only.
fn must_be_followed(exchange: &Exchange<'_>) -> bool {
    let (limit, orderby) = match &exchange.body {
        RequestBody::Json(body) if exchange.verb() == Some(Verb::Search) => {
            let text = |key: &str| {
                body.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            };
            let inner = body.get("queryString").and_then(Value::as_str).unwrap_or_default();
            let inner = Parameters::parse(inner).unwrap_or_default();
            let both = |key: &str| text(key).or_else(|| inner.last(key).map(str::to_owned));
            (both("limit"), both("orderby"))
        }
        _ => {
            let own = |key: &str| exchange.parameter(key).map(str::to_owned);
            (own("limit"), own("orderby"))
        }
    };
    match (limit.as_deref(), orderby) {
        (None, _) => true,
        (Some("1"), _) | (Some(_), Some(_)) => false,
        (Some(_), None) => true,
    }
}

/// The query of the next link in a response. The link comes after the items. Quotes inside of items are escaped, so
/// no item can contain the searched text.
fn next_link(answer: &str) -> Option<&str> {
    let (_, rest) = answer.rsplit_once(r#""_links":{"next":{"href":""#)?;
    let (href, _) = rest.split_once('"')?;
    href.split_once('?').map(|(_, query)| query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_link_is_found_behind_the_items() {
        let answer = r#"{"items":[{"name":"\"_links\":{\"next\":{\"href\":\"x?y\""}],"_links":{"next":{"href":"/connections?continuationToken=a&limit=1"}}}"#;
        assert_eq!(next_link(answer), Some("continuationToken=a&limit=1"));
        assert_eq!(next_link(r#"{"items":[],"_links":{}}"#), None);
    }

    #[test]
    fn a_link_is_followed_unchanged_and_a_client_may_repeat_its_own_limit() {
        let parse = |query| Parameters::parse(query).unwrap();
        let parameters = parse("continuationToken=a&property=name%3D%3Dx&limit=2");
        let link = Link { parameters: 3, fingerprint: fingerprint(&parameters, 3), open: None };
        for query in [
            "continuationToken=a&property=name%3D%3Dx&limit=2",
            "continuationToken=a&property=name==x&limit=2&limit=2&count=False",
        ] {
            assert!(link.is_followed_by(&parse(query)), "{query}");
        }
        for query in [
            "continuationToken=a",
            "continuationToken=a&limit=2",
            "limit=2&property=name==x&continuationToken=a",
            "continuationToken=a&property=name==x&limit=2&orderby=name",
        ] {
            assert!(!link.is_followed_by(&parse(query)), "{query}");
        }
    }
}
