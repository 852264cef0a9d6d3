//! The query language of lists.
//!
//! [`Parameters`] splits a query into parameters. [`Listing`] parses those of a list: [`Property`] the filters and the
//! projection, [`Order`] `orderby`, [`Limit`] `limit`, [`Token`] `continuationToken`. [`next_href`] writes the link to the next
//! page. [`Fields`] describes the fields of a kind of entity. Reference: "Listing".

pub(crate) mod continuation;
pub(crate) mod fields;
pub(crate) mod filter;
pub(crate) mod limit;
pub(crate) mod link;
pub(crate) mod listing;
pub(crate) mod orderby;
pub(crate) mod parameters;
pub(crate) mod path;
pub(crate) mod pick;
pub(crate) mod projection;
pub(crate) mod property;
pub(crate) mod quoted;

pub(crate) use continuation::{Token, TokenTexts, Walk};
pub(crate) use fields::{FieldType, Fields, is_stamp};
pub(crate) use filter::{Condition, Filter, Operator, compare_numbers};
pub(crate) use limit::Limit;
pub(crate) use link::next_href;
pub(crate) use listing::{CONTINUATION, LIST_PARAMETERS, ListResult, Listing, Refusal};
pub(crate) use orderby::{Order, Place, SortKey};
pub(crate) use parameters::{Parameters, boolean, form_decoded};
pub(crate) use path::Path;
pub(crate) use pick::pick;
pub(crate) use projection::Projection;
pub(crate) use property::Property;
