//! [`FilterAtSource`]: the filters that a source supports, which its connection spec declares as
//! `attributes.filterAtSource`.

use super::operator::Operator;
use super::refusal::Refusal;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::error::{ProviderCode, excerpt};
use crate::base::spelling::nearest;
use serde_json::Value;

/// The query language into which flowmock can translate a filter.
const LANGUAGE: &str = "SQL";

/// The keys of the operators that combine conditions, and of those that test a column. Each has the documented operators,
/// which are those of a connection spec without the key.
const OPERATORS: [(&str, &[&str]); 2] = [
    ("logicalOperators", &["and", "or", "not"]),
    ("comparisonOperators", &["=", "!=", "<", "<=", ">", ">=", "like", "in"]),
];

/// The largest number of operators in a list.
const MAX_OPERATORS: usize = 100;

/// The filters that a source supports.
#[derive(Clone, Debug)]
pub(crate) struct FilterAtSource<'s> {
    /// The name of the connection spec.
    source: &'s str,
    logical: Vec<&'s str>,
    comparison: Vec<&'s str>,
}

impl<'s> FilterAtSource<'s> {
    /// Checks the form of `attributes.filterAtSource` in a connection spec.
    pub(crate) fn check(declared: Member<'_>, problems: &mut Problems) {
        let Some(mut members) = declared.object(problems) else { return };
        members.take("enabled").and_then(|enabled| enabled.boolean(problems));
        members.take("queryLanguage").and_then(|name| name.nonempty(problems).map(str::len));
        for (key, _) in OPERATORS {
            let list = members.take(key).and_then(|list| list.elements(0..=MAX_OPERATORS, problems));
            for name in list.unwrap_or_default() {
                name.nonempty(problems);
            }
        }
    }

    /// The filters that the connection spec called `source` supports, by its document.
    ///
    /// # Errors
    /// 1353-400 if it supports none, 1354-400 for another query language than SQL.
    pub(crate) fn of(source: &'s str, document: &'s Value) -> Result<Self, Refusal> {
        let declared = &document["attributes"]["filterAtSource"];
        if declared["enabled"] != Value::Bool(true) {
            let reason = format!(
                "{source} does not filter at the source: its connection spec has no attributes.filterAtSource that is \
                 enabled; leave the filter out"
            );
            return Err(Refusal::new(ProviderCode::FilterNotAtSource, "", reason));
        }
        // A spec of one's own may leave the language out.
        let language = &declared["queryLanguage"];
        if !language.is_null() && !language.as_str().is_some_and(|name| name.eq_ignore_ascii_case(LANGUAGE)) {
            let reason = format!(
                "{source} has the query language {} in attributes.filterAtSource.queryLanguage of its connection spec; \
                 only {LANGUAGE} is supported",
                excerpt(&language.to_string())
            );
            return Err(Refusal::new(ProviderCode::FilterLanguage, "", reason));
        }
        let names = |(key, documented): (&str, &[&'s str])| match declared[key].as_array() {
            Some(list) => list.iter().filter_map(Value::as_str).collect(),
            None => documented.to_vec(),
        };
        let [logical, comparison] = OPERATORS.map(names);
        Ok(Self { source, logical, comparison })
    }

    /// The operator called `name`, at the place `path` of the filter.
    ///
    /// # Errors
    /// 1351-400 if the connection spec does not list it, 1352-400 if it lists it but SQL has none like it.
    pub(super) fn operator(&self, name: &str, path: &str) -> Result<Operator, Refusal> {
        let known = Operator::from_name(name);
        let is_listed = |list: &[&str]| list.iter().any(|listed| listed.eq_ignore_ascii_case(name));
        match known {
            Some(operator @ Operator::IsNull) => return Ok(operator),
            Some(operator @ (Operator::And | Operator::Or | Operator::Not)) if is_listed(&self.logical) => {
                return Ok(operator);
            }
            Some(operator @ (Operator::Compare(_) | Operator::Like | Operator::In))
                if is_listed(&self.comparison) =>
            {
                return Ok(operator);
            }
            None if is_listed(&self.logical) || is_listed(&self.comparison) => {
                let reason = format!(
                    "the connection spec of {} lists the operator {}, but {LANGUAGE} has none like it",
                    self.source,
                    excerpt(name)
                );
                return Err(Refusal::new(ProviderCode::FilterOperatorNotNative, path, reason));
            }
            _ => {}
        }
        let supported = || self.logical.iter().chain(&self.comparison).copied().chain(["isNull"]);
        let meant = match name {
            "==" => Some("="),
            "<>" => Some("!="),
            name => nearest(name, supported()),
        };
        let hint = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "));
        let reason = format!(
            "{} does not support the operator {}; {hint}it supports {}",
            self.source,
            excerpt(name),
            supported().collect::<Vec<_>>().join(", ")
        );
        Err(Refusal::new(ProviderCode::FilterOperatorUnsupported, path, reason))
    }
}
