//! [`Page`]: a part of a list of objects, by position.

use crate::base::error::{Error, ProviderCode, excerpt};
use crate::services::sources::preview::below_one;
use crate::services::sources::question::json;
use crate::store::query::Parameters;
use hyper::body::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

/// The length of a page without `limit`.
const DEFAULT_LIMIT: usize = 20;
/// The greatest length of a page. Reference: "Destinations".
pub(crate) const MAX_LIMIT: usize = 100;
/// The greatest value of `start`, beyond the longest list.
const MAX_START: usize = 1_000_000_000;

/// The page that a query asks for.
#[derive(Debug)]
pub(crate) struct Page {
    start: usize,
    limit: usize,
}

impl Page {
    /// Reads `start` and `limit`.
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
        Ok(Self { start: start.unwrap_or(0), limit: limit.transpose()?.unwrap_or(DEFAULT_LIMIT) })
    }

    /// The page of `items`, in JSON.
    ///
    /// # Errors
    /// FLOW-1400-500, which no such list causes.
    pub(super) fn answer(&self, items: &[Map<String, Value>]) -> Result<Bytes, Error> {
        let rest = items.get(self.start..).unwrap_or_default();
        let page = &rest[..rest.len().min(self.limit)];
        let has_next = rest.len() > page.len();
        json(&Answer { items: page, page_info: PageInfo { has_next } })
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
    items: &'a [Map<String, Value>],
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next: bool,
}
