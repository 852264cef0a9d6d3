//! Whether next links are followed, and without changes to the list. Reference: "Listing", "What holds for all five".

use super::fingerprint::hash;
use crate::base::operation::{Operation, Verb};
use crate::store::query::{CONTINUATION, Parameters};
use crate::testkit::contract::exchange::{Exchange, RequestBody};
use crate::testkit::contract::fifo_map::FifoMap;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::model::RecordedViolation;
use crate::testkit::contract::rule::RuleId;
use serde_json::Value;
use std::collections::HashSet;

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
    /// The hashes of the parameters that may stand beside its token: those of the list that gave it. `None` if the list was a
    /// search, whose parameters are in its body.
    parameters: Option<HashSet<u64>>,
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
        let mut own = is_list.then(|| exchange.parameters.as_ref().map(hashes).unwrap_or_default());
        if let Some(token) = exchange.parameter(CONTINUATION) {
            *follows_links = true;
            if let Some(link) = self.0.get_mut(&hash(&token)) {
                link.open = None;
                if is_list
                    && let Some(parameters) = &exchange.parameters
                    && !link.is_followed_by(parameters)
                {
                    found.add(
                        RuleId::NextLinkRebuilt,
                        "a parameter beside the token is none of the list that gave it",
                    );
                }
                // The link of a page that was asked for by its token alone belongs to the same list.
                own = match (own, &link.parameters) {
                    (Some(own), Some(before)) => Some(own.union(before).copied().collect()),
                    _ => None,
                };
            }
        }
        if exchange.succeeded()
            && let Some(query) = next_link(exchange.answer())
            && let Ok(parameters) = Parameters::parse(query)
            && let Some(token) = parameters.last(CONTINUATION)
        {
            let open = (must_be_followed(exchange) && !exchange.allows(RuleId::PageNotFollowed))
                .then(|| violation("the answer has a next link, and it was not followed so far"));
            // A link whose parameters are too long for its token has them beside it.
            let parameters = own.map(|own| own.union(&hashes(&parameters)).copied().collect());
            self.0.insert(hash(&token), Link { parameters, open });
        }
    }

    /// The requests whose next links were not followed.
    pub(super) fn not_followed(&self) -> impl Iterator<Item = &RecordedViolation> {
        self.0.iter().filter_map(|(_, link)| link.open.as_ref())
    }
}

impl Link {
    /// Whether a query asks for the list that gave this link: it has the token alone, or beside parameters of that list.
    fn is_followed_by(&self, query: &Parameters) -> bool {
        self.parameters.as_ref().is_none_or(|known| hashes(query).is_subset(known))
    }
}

/// The hashes of the parameters that determine a list.
fn hashes(parameters: &Parameters) -> HashSet<u64> {
    let of_page = |name: &str| matches!(name, "limit" | "count" | CONTINUATION);
    parameters.iter().filter(|(name, _)| !of_page(name)).map(|pair| hash(&pair)).collect()
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
        let answer = r#"{"items":[{"name":"\"_links\":{\"next\":{\"href\":\"x?y\""}],"_links":{"next":{"href":"/connections?continuationToken=a"}}}"#;
        assert_eq!(next_link(answer), Some("continuationToken=a"));
        assert_eq!(next_link(r#"{"items":[],"_links":{}}"#), None);
    }

    #[test]
    fn a_link_is_followed_alone_or_beside_parameters_of_its_list() {
        let parse = |query| Parameters::parse(query).unwrap();
        let list = parse("property=name%3D%3Dx&limit=2&orderby=name");
        let link = Link { parameters: Some(hashes(&list)), open: None };
        for query in [
            "continuationToken=a",
            "continuationToken=a&limit=5&count=False",
            "limit=2&property=name==x&continuationToken=a",
            "orderby=name&property=name==x&continuationToken=a",
        ] {
            assert!(link.is_followed_by(&parse(query)), "{query}");
        }
        for query in ["continuationToken=a&property=name", "continuationToken=a&orderby=-name"] {
            assert!(!link.is_followed_by(&parse(query)), "{query}");
            assert!(Link { parameters: None, open: None }.is_followed_by(&parse(query)), "{query}");
        }
    }
}
