//! [`Reader`]: the conditions of a filter, from the root on.

use super::at_source::FilterAtSource;
use super::filter::Filter;
use super::node::{COLUMN, CONDITION, LITERAL, how, node_type, not_a_filter, read_column, read_literal};
use super::operator::Operator;
use super::refusal::Refusal;
use crate::base::error::{ProviderCode, excerpt};
use crate::base::json::kind_of;
use serde_json::Value;

/// The largest number of operators inside one another.
pub(super) const MAX_LEVELS: usize = 50;
/// The largest number of operators and values in a filter.
pub(super) const MAX_PARTS: usize = 1000;
/// The longest pattern of `like`, in characters.
pub(super) const MAX_PATTERN_CHARS: usize = 256;

/// Reads conditions and counts their parts.
pub(super) struct Reader<'s> {
    source: &'s FilterAtSource<'s>,
    /// The number of operators and values so far.
    parts: usize,
}

impl<'s> Reader<'s> {
    /// A reader of one filter for a source.
    pub(super) fn of(source: &'s FilterAtSource<'s>) -> Self {
        Self { source, parts: 0 }
    }

    fn count(&mut self, parts: usize, path: &str) -> Result<(), Refusal> {
        self.parts = self.parts.saturating_add(parts);
        if self.parts > MAX_PARTS {
            let reason = format!("a filter has at most {MAX_PARTS} operators and values");
            return Err(not_a_filter(path, reason));
        }
        Ok(())
    }

    /// Reads the condition at `path`, which is the `level`th operator from the root.
    ///
    /// # Errors
    /// 1349-400 to 1352-400, 1377-400, 1379-400, 1390-400.
    pub(super) fn condition(&mut self, node: &Value, path: &str, level: usize) -> Result<Filter, Refusal> {
        self.count(1, path)?;
        if level > MAX_LEVELS {
            return Err(not_a_filter(
                path,
                format!("at most {MAX_LEVELS} operators may contain one another"),
            ));
        }
        let Value::Object(node) = node else {
            return Err(not_a_filter(path, format!("a condition is {CONDITION}, not {}", kind_of(node))));
        };
        match node_type(node, path)? {
            "fnApply" => {}
            other => {
                let reason = format!("there is no operator, only a {other}; a condition is {CONDITION}");
                return Err(Refusal::new(ProviderCode::FilterWithoutOperator, path, reason));
            }
        }
        let at_name = format!("{path}/fnName");
        let name = match node.get("fnName") {
            Some(Value::String(name)) if !name.is_empty() => name,
            sent => {
                let reason = format!("the operator is {}; send its name, such as = or and", how(sent));
                return Err(Refusal::new(ProviderCode::FilterWithoutOperator, at_name, reason));
            }
        };
        let operator = self.source.operator(name, &at_name)?;
        let at_params = format!("{path}/params");
        let params = match node.get("params") {
            Some(Value::Array(params)) if !params.is_empty() => params,
            sent => {
                let (name, sent) = (operator.name(), how(sent));
                let reason = format!("the params of {name} are {sent}; {}", expected(operator));
                return Err(not_a_filter(at_params, reason));
            }
        };
        match operator {
            Operator::And => Ok(Filter::And(self.conditions(params, &at_params, level)?)),
            Operator::Or => Ok(Filter::Or(self.conditions(params, &at_params, level)?)),
            Operator::Not => match &params[..] {
                [condition] => {
                    let condition = self.condition(condition, &format!("{at_params}/0"), level + 1)?;
                    Ok(Filter::Not(Box::new(condition)))
                }
                several => {
                    let reason = format!(
                        "not has {} comparisons, and negates one; put them into an and or an or",
                        several.len()
                    );
                    Err(Refusal::new(ProviderCode::FilterNotOfSeveral, at_params, reason))
                }
            },
            Operator::IsNull => match &params[..] {
                [column] => Ok(Filter::IsNull { column: read_column(column, operator, &at_params)? }),
                several => Err(wrong_count(operator, several.len(), at_params)),
            },
            Operator::Like | Operator::In | Operator::Compare(_) => match &params[..] {
                [column, literal] => {
                    let column = read_column(column, operator, &at_params)?;
                    self.comparison(operator, column, literal, &format!("{at_params}/1"))
                }
                several => Err(wrong_count(operator, several.len(), at_params)),
            },
        }
    }

    fn conditions(&mut self, params: &[Value], path: &str, level: usize) -> Result<Vec<Filter>, Refusal> {
        let numbered = params.iter().enumerate();
        numbered.map(|(index, param)| self.condition(param, &format!("{path}/{index}"), level + 1)).collect()
    }

    /// Reads the value with which `operator` compares `column`.
    fn comparison(
        &mut self, operator: Operator, column: String, literal: &Value, path: &str,
    ) -> Result<Filter, Refusal> {
        let value = read_literal(literal, operator, &column, path)?;
        let path = format!("{path}/value");
        let null = |path: String| {
            let (name, column) = (operator.name(), excerpt(&column));
            let reason = format!("{name} compares the column {column} with null; use isNull");
            Refusal::new(ProviderCode::FilterNull, path, reason)
        };
        let mismatch = |expected: &str| {
            let (name, column, sent) = (operator.name(), excerpt(&column), kind_of(value));
            let reason = format!("{name} compares the column {column} with {sent}; {expected}");
            Refusal::new(ProviderCode::FilterValueType, path.clone(), reason)
        };
        match (operator, value) {
            (_, Value::Null) => Err(null(path)),
            (Operator::In, Value::Array(values)) => {
                self.count(values.len(), &path)?;
                if let Some(index) = values.iter().position(Value::is_null) {
                    return Err(null(format!("{path}/{index}")));
                }
                if values.is_empty() {
                    let reason = format!("in compares the column {} with no values", excerpt(&column));
                    return Err(not_a_filter(path, reason));
                }
                Ok(Filter::In { column, values: values.clone() })
            }
            (Operator::In, _) => Err(mismatch("send an array of values")),
            (Operator::Like, Value::String(pattern)) => {
                if pattern.chars().nth(MAX_PATTERN_CHARS).is_some() {
                    let reason = format!("a pattern of like has at most {MAX_PATTERN_CHARS} characters");
                    return Err(not_a_filter(path, reason));
                }
                Ok(Filter::Like { column, pattern: pattern.clone() })
            }
            (Operator::Like, _) => Err(mismatch("send a pattern, a string with the wildcards % and _")),
            (Operator::Compare(comparison), Value::String(_) | Value::Number(_) | Value::Bool(_)) => {
                Ok(Filter::Compare { comparison, column, value: value.clone() })
            }
            _ => Err(mismatch("send a string, a number, true or false")),
        }
    }
}

/// The params that an operator needs, for messages.
fn expected(operator: Operator) -> String {
    match operator {
        Operator::And | Operator::Or => format!("send conditions, each {CONDITION}"),
        Operator::Not => format!("send one condition, {CONDITION}"),
        Operator::IsNull => format!("send one column, {COLUMN}"),
        Operator::Like | Operator::In | Operator::Compare(_) => {
            format!("send a column, {COLUMN}, and a value, {LITERAL}")
        }
    }
}

fn wrong_count(operator: Operator, count: usize, path: String) -> Refusal {
    let number = if count == 1 { "one param".to_owned() } else { format!("{count} params") };
    not_a_filter(path, format!("{} has {number}; {}", operator.name(), expected(operator)))
}
