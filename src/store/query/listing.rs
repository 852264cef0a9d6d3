//! [`Listing`]: the parsed parameters of a list.
//!
//! Reference: "Listing"; `errors.csv`, FLOW-1401-400. Decided: `count=true` ignores the parameters about pages, except that
//! it cannot be combined with `limit`, as the catalogue says.

use super::{Fields, Limit, Order, Parameters, Place, Property, Walk, boolean};
use crate::base::error::{Code, Error};
use crate::base::tenant::Tenant;

/// The parameters of a list.
pub(crate) const LIST_PARAMETERS: [&str; 5] = ["property", "orderby", "limit", "count", CONTINUATION];

/// The parameter with a continuation token.
pub(crate) const CONTINUATION: &str = "continuationToken";

/// The parameters of a list.
pub(crate) struct Listing {
    /// The filters and the projection.
    pub(crate) property: Property,
    /// The order.
    pub(crate) order: Order,
    pub(crate) wanted: ListResult,
}

/// The requested part of a list.
pub(crate) enum ListResult {
    /// The number of items.
    Count,
    /// The items behind `after`; `limit` is the client's, if it gives one.
    Page { after: Option<Place>, limit: Option<Limit> },
}

/// An error and the parameter that caused it.
pub(crate) struct Refusal {
    pub(crate) parameter: &'static str,
    pub(crate) error: Error,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

impl Listing {
    /// Parses the parameters, which must be among [`LIST_PARAMETERS`]. `is_own` says whether some entity has an undocumented
    /// top-level key.
    ///
    /// # Errors
    /// FLOW-1401-400, FLOW-1452-400, and those of [`Property::read`] and [`Order::parse`].
    pub(crate) fn read(
        parameters: &Parameters, tenant: &Tenant, default_order: &str, fields: &Fields,
        is_own: impl Fn(&str) -> bool,
    ) -> Result<Self, Refusal> {
        let of = |parameter| move |error| Refusal { parameter, error };
        let token = parameters.last(CONTINUATION);
        // On later pages, the last entity with that key may have been deleted.
        let is_own = |field: &str| token.is_some() || is_own(field);
        let property = Property::read(parameters.all("property"), fields, is_own).map_err(of("property"))?;
        let order = parameters.last("orderby").unwrap_or(default_order);
        let order = Order::parse(order, fields, is_own).map_err(of("orderby"))?;
        let limit = parameters.last("limit").map(Limit::parse).transpose().map_err(of("limit"))?;
        let count = parameters.last("count").map(|count| boolean("count", count)).transpose();
        let wanted = match (count.map_err(of("count"))?, limit) {
            (Some(true), Some(_)) => return Err(of("limit")(Error::of(Code::LimitWithCount))),
            (Some(true), None) => ListResult::Count,
            (_, limit) => {
                let walk = Walk { tenant, order: &order, filter: &property.filter };
                let after = token.map(|token| walk.place(token)).transpose().map_err(of(CONTINUATION))?;
                ListResult::Page { after, limit }
            }
        };
        Ok(Self { property, order, wanted })
    }
}
