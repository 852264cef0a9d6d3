//! Next links: whether they are followed, and as they are. Reference: "Listing".

use super::number;
use crate::base::operation::{Operation, Verb};
use crate::store::query::{CONTINUATION, Parameters};
use crate::testkit::contract::bounded::Bounded;
use crate::testkit::contract::exchange::{Body, Exchange};
use crate::testkit::contract::model::Offence;
use crate::testkit::contract::rules::{Findings, RuleId};
use serde_json::Value;

/// How many next links are remembered of a test.
const MAX_LINKS: usize = 64;

/// The next links that a test was given, by their tokens.
pub(super) struct Pages(Bounded<u64, Link>);

impl Default for Pages {
    fn default() -> Self {
        Self(Bounded::new(MAX_LINKS))
    }
}

struct Link {
    /// How many parameters it has, and a number for them.
    parameters: usize,
    fingerprint: u64,
    /// What a report says if it is never followed; `None` once it was, or if it need not be.
    open: Option<Offence>,
}

impl Pages {
    pub(super) fn look_at(
        &mut self, exchange: &Exchange<'_>, follows_links: &mut bool, offence: &dyn Fn(&str) -> Offence,
        found: &mut Findings,
    ) {
        let is_list =
            exchange.verb() == Some(Verb::List) || exchange.operation == Some(Operation::ListConnectionSpecs);
        if !is_list && exchange.verb() != Some(Verb::Search) {
            return;
        }
        if let Some(token) = exchange.parameter(CONTINUATION) {
            *follows_links = true;
            if let Some(link) = self.0.get_mut(&number(&token)) {
                link.open = None;
                // A search goes on with its own body, and the token beside.
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
                .then(|| offence("the answer has a next link, and it was not followed so far"));
            let count = parameters.iter().count();
            let link = Link { parameters: count, fingerprint: fingerprint(&parameters, count), open };
            self.0.insert(number(&token), link);
        }
    }

    /// The requests whose answers went on, if nobody did.
    pub(super) fn not_followed(&self) -> impl Iterator<Item = &Offence> {
        self.0.iter().filter_map(|(_, link)| link.open.as_ref())
    }
}

impl Link {
    /// Whether a query is this link's: behind its parameters a client may repeat its own `limit` and `count`.
    fn is_followed_by(&self, query: &Parameters) -> bool {
        fingerprint(query, self.parameters) == self.fingerprint
            && query.iter().skip(self.parameters).all(|(name, _)| matches!(name, "limit" | "count"))
    }
}

/// A number for the first `count` parameters.
fn fingerprint(parameters: &Parameters, count: usize) -> u64 {
    number(&parameters.iter().take(count).collect::<Vec<_>>())
}

/// Whether who asked so wants everything, and not just the first few: those that some order puts first, or any one.
fn must_be_followed(exchange: &Exchange<'_>) -> bool {
    let (limit, orderby) = match &exchange.body {
        Body::Json(body) if exchange.verb() == Some(Verb::Search) => {
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

/// The query of the next link in an answer. It stands behind the items, in whose texts the quotes are escaped.
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
    fn a_link_is_followed_as_it_is_and_a_client_may_repeat_its_own_limit() {
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
