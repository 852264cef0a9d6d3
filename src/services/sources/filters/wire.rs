//! [`Filter`]: the wire form of a filter, checked against what its source supports.

use super::at_source::FilterAtSource;
use super::encoding;
use super::operator::{Comparison, Operator};
use super::refusal::Refusal;
use crate::base::error::{ProviderCode, excerpt};
use crate::base::json::kind_of;
use crate::base::spelling::nearest;
use serde_json::{Map, Value};

/// The largest number of operators inside one another.
pub(super) const MAX_LEVELS: usize = 50;
/// The largest number of operators and values in a filter.
pub(super) const MAX_PARTS: usize = 1000;
/// The longest pattern of `like`, in characters.
pub(super) const MAX_PATTERN_CHARS: usize = 256;

/// A filter that its source supports, not yet checked against the columns of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    IsNull {
        column: String,
    },
    Like {
        column: String,
        pattern: String,
    },
    In {
        column: String,
        values: Vec<Value>,
    },
    /// `value` is not null.
    Compare {
        comparison: Comparison,
        column: String,
        value: Value,
    },
}

impl Filter {
    /// Reads a filter in base64, as in a query.
    ///
    /// # Errors
    /// 1389-400 and 1335-400 for the encoding, 1393-400 for `null`, and those of [`Filter::read`].
    pub(crate) fn decode(text: &str, source: &FilterAtSource<'_>) -> Result<Self, Refusal> {
        let empty = || {
            let reason = "it is null; leave the parameter out, or send the base64 of a filter";
            Refusal::new(ProviderCode::ParameterEmpty, "", reason)
        };
        if text == "null" {
            return Err(empty());
        }
        match encoding::decode(text)? {
            Value::Null => Err(empty()),
            value => Self::read(&value, source),
        }
    }

    /// Reads a filter.
    ///
    /// # Errors
    /// 1349-400 to 1352-400, 1355-400 to 1357-400, 1377-400, 1379-400, 1390-400.
    pub(crate) fn read(value: &Value, source: &FilterAtSource<'_>) -> Result<Self, Refusal> {
        let Value::Object(members) = value else {
            return Err(not_a_filter("", format!("a filter is an object, not {}; {FORM}", kind_of(value))));
        };
        let keys =
            [("type", "PQL", ProviderCode::FilterType), ("format", "pql/json", ProviderCode::FilterFormat)];
        for (key, expected, code) in keys {
            let sent = members.get(key).unwrap_or(&Value::Null);
            if sent != expected {
                let sent = match sent {
                    Value::Null => "absent".to_owned(),
                    Value::String(text) => excerpt(text),
                    other => kind_of(other).to_owned(),
                };
                return Err(Refusal::new(code, format!("/{key}"), format!("it is {sent}; send {expected}")));
            }
        }
        match members.get("value").unwrap_or(&Value::Null) {
            Value::Null => {
                let reason = format!("it is absent; send the condition, {CONDITION}");
                Err(Refusal::new(ProviderCode::FilterValueMissing, "/value", reason))
            }
            condition => Reader { source, parts: 0 }.condition(condition, "/value", 1),
        }
    }
}

/// The form of a filter, for messages.
const FORM: &str = r#"send {"type":"PQL","format":"pql/json","value":{...}}"#;
/// The form of a condition, for messages.
const CONDITION: &str = r#"{"nodeType":"fnApply","fnName":"=","params":[...]}"#;
/// The form of a column, for messages.
const COLUMN: &str = r#"{"nodeType":"fieldLookup","fieldName":"city"}"#;
/// The form of a value, for messages.
const LITERAL: &str = r#"{"nodeType":"literal","value":"DDN"}"#;

fn not_a_filter(path: impl Into<String>, reason: impl Into<String>) -> Refusal {
    Refusal::new(ProviderCode::FilterInvalid, path, reason)
}

struct Reader<'s> {
    source: &'s FilterAtSource<'s>,
    /// The number of operators and values so far.
    parts: usize,
}

impl Reader<'_> {
    fn count(&mut self, parts: usize, path: &str) -> Result<(), Refusal> {
        self.parts = self.parts.saturating_add(parts);
        if self.parts > MAX_PARTS {
            let reason = format!("a filter has at most {MAX_PARTS} operators and values");
            return Err(not_a_filter(path, reason));
        }
        Ok(())
    }

    /// Reads the condition at `path`, which is the `level`th operator from the root.
    fn condition(&mut self, node: &Value, path: &str, level: usize) -> Result<Filter, Refusal> {
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
        let name = match node.get("fnName").unwrap_or(&Value::Null) {
            Value::String(name) if !name.is_empty() => name,
            sent => {
                let sent = match sent {
                    Value::Null => "absent",
                    Value::String(_) => "empty",
                    other => kind_of(other),
                };
                let reason = format!("the operator is {sent}; send its name, such as = or and");
                return Err(Refusal::new(ProviderCode::FilterWithoutOperator, at_name, reason));
            }
        };
        let operator = self.source.operator(name, &at_name)?;
        let at_params = format!("{path}/params");
        let params = match node.get("params").unwrap_or(&Value::Null) {
            Value::Array(params) if !params.is_empty() => params,
            sent => {
                let sent = match sent {
                    Value::Null => "absent",
                    Value::Array(_) => "empty",
                    other => kind_of(other),
                };
                let reason = format!("the params of {} are {sent}; {}", operator.name(), expected(operator));
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

/// The type of a node.
///
/// # Errors
/// 1349-400 unless it is one of those known.
fn node_type<'n>(node: &'n Map<String, Value>, path: &str) -> Result<&'n str, Refusal> {
    const KNOWN: [&str; 3] = ["fnApply", "fieldLookup", "literal"];
    let sent = node.get("nodeType").unwrap_or(&Value::Null);
    let reason = match sent {
        Value::String(text) if KNOWN.contains(&&**text) => return Ok(text),
        Value::String(text) => {
            let meant = nearest(text, KNOWN);
            let hint = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
            format!("{} is none of {}{hint}", excerpt(text), KNOWN.join(", "))
        }
        Value::Null => format!("it is absent; send {}", KNOWN.join(", ")),
        other => format!("it is {}; send {}", kind_of(other), KNOWN.join(", ")),
    };
    Err(not_a_filter(format!("{path}/nodeType"), reason))
}

/// The node of the type `expected`, whose form is `form`.
fn node_of<'n>(
    node: &'n Value, expected: &str, form: &str, operator: Operator, path: &str,
) -> Result<&'n Map<String, Value>, Refusal> {
    let sent = match node {
        Value::Object(members) => match node_type(members, path)? {
            sent if sent == expected => return Ok(members),
            sent => format!("a {sent}"),
        },
        other => kind_of(other).to_owned(),
    };
    Err(not_a_filter(path, format!("{} needs a {expected} here, not {sent}; send {form}", operator.name())))
}

/// The name in the first param.
fn read_column(node: &Value, operator: Operator, at_params: &str) -> Result<String, Refusal> {
    let path = format!("{at_params}/0");
    match node_of(node, "fieldLookup", COLUMN, operator, &path)?.get("fieldName") {
        Some(Value::String(name)) if !name.is_empty() => Ok(name.clone()),
        sent => {
            let sent = match sent {
                None | Some(Value::Null) => "absent",
                Some(Value::String(_)) => "empty",
                Some(other) => kind_of(other),
            };
            let reason = format!("the column of {} is {sent}; send its name", operator.name());
            Err(not_a_filter(format!("{path}/fieldName"), reason))
        }
    }
}

/// The value in the second param; null if it is absent, since nulls in a body count as absent.
fn read_literal<'n>(
    node: &'n Value, operator: Operator, column: &str, path: &str,
) -> Result<&'n Value, Refusal> {
    let literal = node_of(node, "literal", LITERAL, operator, path).map_err(|mut refusal| {
        refusal.reason += &format!("; {} compares the column {}", operator.name(), excerpt(column));
        refusal
    })?;
    Ok(literal.get("value").unwrap_or(&Value::Null))
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
