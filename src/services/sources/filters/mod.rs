//! Filters that a source applies to its rows: the `filters` of explore, and of source connections.
//!
//! Reference: "Source connections" (`params.filters`, the operators), "Explore"; `flows-errors.csv` (1335-400, 1349-400 to
//! 1357-400, 1377-400 to 1379-400, 1389-400, 1390-400).
//!
//! ```text
//! filter    = {"type": "PQL", "format": "pql/json", "value": condition}
//! condition = {"nodeType": "fnApply", "fnName": "and" | "or", "params": [condition, ...]}
//!           | {"nodeType": "fnApply", "fnName": "not", "params": [condition]}
//!           | {"nodeType": "fnApply", "fnName": "isNull", "params": [column]}
//!           | {"nodeType": "fnApply", "fnName": "=" | "!=" | "<" | "<=" | ">" | ">=" | "like" | "in", "params": [column, literal]}
//! column    = {"nodeType": "fieldLookup", "fieldName": text}
//! literal   = {"nodeType": "literal", "value": text | number | boolean | [value, ...]}
//! ```
//! Decided where the reference is silent:
//! - Other keys of a node are ignored: PQL has more, such as `literalType`.
//! - A row without a value is treated as in SQL: comparing it is neither true nor false, nor is the negation of that.
//! - Text is compared by bytes, also by `like`, in which a backslash makes `%`, `_` and itself ordinary characters.
//! - `isNull` needs no mention in the connection spec, whose documented lists lack it.

pub(crate) mod at_source;
pub(crate) mod columns;
pub(crate) mod condition;
pub(crate) mod encoding;
pub(crate) mod filter;
pub(crate) mod moment;
pub(crate) mod node;
pub(crate) mod operand;
pub(crate) mod operator;
pub(crate) mod pattern;
pub(crate) mod reader;
pub(crate) mod refusal;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

pub(crate) use at_source::FilterAtSource;
pub(crate) use filter::Filter;
pub(crate) use refusal::Refusal;
