//! [`Listing`]: the parsed parameters of a list.
//!
//! Reference: "Listing"; `errors.csv`, FLOW-1401-400. Decided: `count=true` ignores the parameters about pages, except that
//! it cannot be combined with `limit`, as the catalogue says. A client may send a token alone, as its link has it, or beside the
//! parameters of the list; another limit or projection beside it takes effect, other filters or another order are refused.

use super::property::is_projection;
use super::{Fields, Limit, Order, Parameters, Place, Property, Token, Walk, boolean, continuation};
use crate::base::error::{Code, Error};
use crate::base::tenant::Tenant;
use std::borrow::Cow;

/// The parameters of a list.
pub(crate) const LIST_PARAMETERS: [&str; 5] = ["property", "orderby", "limit", "count", CONTINUATION];

/// The parameter with a continuation token.
pub(crate) const CONTINUATION: &str = "continuationToken";

/// The parameters of a list.
pub(crate) struct Listing<'a> {
    /// The parameters of the list, whether the client has sent them or they come from its token.
    pub(crate) parameters: Cow<'a, Parameters>,
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

impl<'a> Listing<'a> {
    /// Parses the parameters of the list under the path segment `collection`, which must be among [`LIST_PARAMETERS`].
    /// `is_own` says whether some entity has an undocumented top-level key.
    ///
    /// # Errors
    /// FLOW-1401-400, FLOW-1452-400, and those of [`Property::read`] and [`Order::parse`].
    pub(crate) fn read(
        collection: &str, parameters: &'a Parameters, tenant: &Tenant, default_order: &str, fields: &Fields,
        is_own: impl Fn(&str) -> bool,
    ) -> Result<Self, Refusal> {
        let of = |parameter| move |error| Refusal { parameter, error };
        let text = parameters.last(CONTINUATION);
        // On later pages, the last entity with that key may have been deleted.
        let is_own = |field: &str| text.is_some() || is_own(field);
        let sent = Terms::read(parameters, default_order, fields, is_own)?;
        let count = parameters.last("count").map(|count| boolean("count", count)).transpose();
        let text = match (count.map_err(of("count"))?, sent.limit, text) {
            (Some(true), Some(_), _) => return Err(of("limit")(Error::of(Code::LimitWithCount))),
            (Some(true), None, _) => return Ok(sent.listing(Cow::Borrowed(parameters), ListResult::Count)),
            (_, limit, None) => {
                return Ok(sent.listing(Cow::Borrowed(parameters), ListResult::Page { after: None, limit }));
            }
            (_, _, Some(text)) => text,
        };
        let token = Token::read(text).map_err(of(CONTINUATION))?;
        let (parameters, terms) = if token.carried == Parameters::default() {
            (Cow::Borrowed(parameters), sent)
        } else {
            let all = continued(parameters, &token.carried);
            let terms = Terms::read(&all, default_order, fields, is_own);
            // The client's own parameters are good, so the token's are not.
            let terms = terms.map_err(|_| of(CONTINUATION)(continuation::refused()))?;
            (Cow::Owned(all), terms)
        };
        let walk = Walk { tenant, collection, order: &terms.order, filter: &terms.property.filter };
        let after = Some(walk.place(token).map_err(of(CONTINUATION))?);
        let limit = terms.limit;
        Ok(terms.listing(parameters, ListResult::Page { after, limit }))
    }
}

/// The parsed parameters that a token carries.
struct Terms {
    property: Property,
    order: Order,
    limit: Option<Limit>,
}

impl Terms {
    fn read(
        parameters: &Parameters, default_order: &str, fields: &Fields, is_own: impl Fn(&str) -> bool + Copy,
    ) -> Result<Self, Refusal> {
        let of = |parameter| move |error| Refusal { parameter, error };
        let property = Property::read(parameters.all("property"), fields, is_own).map_err(of("property"))?;
        let order = parameters.last("orderby").unwrap_or(default_order);
        let order = Order::parse(order, fields, is_own).map_err(of("orderby"))?;
        let limit = parameters.last("limit").map(Limit::parse).transpose().map_err(of("limit"))?;
        Ok(Self { property, order, limit })
    }

    fn listing(self, parameters: Cow<'_, Parameters>, wanted: ListResult) -> Listing<'_> {
        let Self { property, order, limit: _ } = self;
        Listing { parameters, property, order, wanted }
    }
}

/// The parameters of a later page: the client's own and, where it sends none, those that its token carries.
fn continued(sent: &Parameters, carried: &Parameters) -> Parameters {
    let mut all = Parameters::default();
    for is_wanted in [is_projection, |text: &str| !is_projection(text)] {
        let source = if sent.all("property").any(is_wanted) { sent } else { carried };
        let values = source.all("property").filter(|value| is_wanted(value));
        values.for_each(|value| all.push("property", value.to_owned()));
    }
    for name in ["orderby", "limit"] {
        let value = sent.last(name).or_else(|| carried.last(name));
        all.push(name, value.unwrap_or_default().to_owned());
    }
    all
}
