//! [`Page`]: a part of a list of objects, by position.

use crate::base::error::{Error, ProviderCode, excerpt};
use crate::services::sources::preview::below_one;
use crate::services::sources::question::json;
use crate::store::query::Parameters;
use hyper::body::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The length of a page without `limit`.
const DEFAULT_LIMIT: usize = 20;
/// The greatest length of a page. Reference: "Destinations".
pub(crate) const MAX_LIMIT: usize = 100;
/// The greatest value of `start`, beyond the longest list.
const MAX_START: usize = 1_000_000_000;
/// The key that every object keeps in a projection.
const ID: &str = "id";

/// The page that a query asks for.
#[derive(Debug)]
pub(crate) struct Page {
    start: usize,
    limit: usize,
    /// The keys of each object; all of them if `None`.
    properties: Option<HashSet<String>>,
}

impl Page {
    /// Reads `start`, `limit` and `properties`.
    ///
    /// # Errors
    /// FLOW-1452-400; FLOW-1100-400 with 1394-400 for a `limit` below one.
    pub(super) fn read(query: &Parameters) -> Result<Self, Error> {
        let start = query.last("start").map(|text| whole("start", text, 0, MAX_START)).transpose()?;
        let limit = query.last("limit").map(|text| match below_one(text) {
            false => whole("limit", text, 1, MAX_LIMIT),
            true => {
                let detail = format!("limit={} is not a whole number from 1 to {MAX_LIMIT}", excerpt(text));
                Err(Error::provider(ProviderCode::BelowOne, detail))
            }
        });
        let properties = query.last("properties");
        let names = |text: &str| text.split(',').map(|name| name.trim().to_owned()).collect();
        Ok(Self {
            start: start.unwrap_or(0),
            limit: limit.transpose()?.unwrap_or(DEFAULT_LIMIT),
            properties: properties.map(names),
        })
    }

    /// The page of `items`, in JSON.
    ///
    /// # Errors
    /// FLOW-1400-500, which no such list causes.
    pub(super) fn answer(&self, items: &[Map<String, Value>]) -> Result<Bytes, Error> {
        let rest = items.get(self.start..).unwrap_or_default();
        let page = &rest[..rest.len().min(self.limit)];
        let has_next = rest.len() > page.len();
        let items = page.iter().map(|item| self.projected(item)).collect();
        json(&Answer { items, page_info: PageInfo { has_next } })
    }

    fn projected<'a>(&self, item: &'a Map<String, Value>) -> Vec<(&'a String, &'a Value)> {
        let is_wanted =
            |name: &str| name == ID || self.properties.as_ref().is_none_or(|wanted| wanted.contains(name));
        item.iter().filter(|(name, _)| is_wanted(name)).collect()
    }
}

fn whole(name: &str, text: &str, min: usize, max: usize) -> Result<usize, Error> {
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|text| text.parse().ok()).filter(|number| (min..=max).contains(number));
    number.ok_or_else(|| Error::invalid_parameter(name, text, &format!("a whole number from {min} to {max}")))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(serialize_with = "objects")]
    items: Vec<Vec<(&'a String, &'a Value)>>,
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next: bool,
}

/// Each list of members as an object.
fn objects<S: serde::Serializer>(items: &[Vec<(&String, &Value)>], serializer: S) -> Result<S::Ok, S::Error> {
    struct Object<'a>(&'a [(&'a String, &'a Value)]);
    impl Serialize for Object<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().copied())
        }
    }
    serializer.collect_seq(items.iter().map(|item| Object(item)))
}
