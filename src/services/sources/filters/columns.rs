//! A filter against the columns of a table: each column must exist, and each value have its type.

use super::condition::{Condition, Test};
use super::filter::Filter;
use super::operand::{Comparable, Operand};
use super::operator::Operator;
use super::pattern::Pattern;
use super::refusal::Refusal;
use crate::base::error::{ProviderCode, excerpt};
use crate::base::json::kind_of;
use crate::services::sources::content::{Column, listed};
use serde_json::Value;

impl Filter {
    /// The condition on the rows of a table with these columns.
    ///
    /// # Errors
    /// 1378-400 for an unknown column, 1379-400 for a value of another type than the column's.
    pub(crate) fn on(&self, columns: &[Column]) -> Result<Condition, Refusal> {
        Columns(columns).condition(self, "/value")
    }
}

struct Columns<'c>(&'c [Column]);

impl Columns<'_> {
    /// The condition for the part of a filter at `path`.
    fn condition(&self, filter: &Filter, path: &str) -> Result<Condition, Refusal> {
        let all = |filters: &[Filter]| {
            let numbered = filters.iter().enumerate();
            numbered
                .map(|(index, filter)| self.condition(filter, &format!("{path}/params/{index}")))
                .collect::<Result<Vec<_>, _>>()
        };
        let (column, test) = match filter {
            Filter::And(filters) => return Ok(Condition::And(all(filters)?)),
            Filter::Or(filters) => return Ok(Condition::Or(all(filters)?)),
            Filter::Not(filter) => {
                let condition = self.condition(filter, &format!("{path}/params/0"))?;
                return Ok(Condition::Not(Box::new(condition)));
            }
            Filter::IsNull { column } => {
                self.column(column, Operator::IsNull, path)?;
                (column, Test::IsNull)
            }
            Filter::Like { column, pattern } => {
                let found = self.column(column, Operator::Like, path)?;
                if Comparable::of(found.kind) != Some(Comparable::Text) {
                    let reason = format!(
                        "like compares the column {}, of type {}, with a string; it is for columns of type string",
                        excerpt(column),
                        type_name(found)
                    );
                    let path = format!("{path}/params/1/value");
                    return Err(Refusal::new(ProviderCode::FilterValueType, path, reason));
                }
                (column, Test::Like(Pattern::parse(pattern)))
            }
            Filter::In { column, values } => {
                let found = self.column(column, Operator::In, path)?;
                let numbered = values.iter().enumerate();
                let operand = |(index, value): (usize, &Value)| {
                    operand(found, value, Operator::In, format!("{path}/params/1/value/{index}"))
                };
                (column, Test::In(numbered.map(operand).collect::<Result<_, _>>()?))
            }
            Filter::Compare { comparison, column, value } => {
                let operator = Operator::Compare(*comparison);
                let found = self.column(column, operator, path)?;
                let operand = operand(found, value, operator, format!("{path}/params/1/value"))?;
                (column, Test::Compare(*comparison, operand))
            }
        };
        Ok(Condition::Column { column: column.clone(), test })
    }

    /// The column called `name`, which `operator` tests at `path`.
    fn column(&self, name: &str, operator: Operator, path: &str) -> Result<&Column, Refusal> {
        self.0.iter().find(|column| column.name == name).ok_or_else(|| {
            let (names, meant) = listed(self.0, name);
            let hint = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "));
            let reason = format!(
                "{} names the column {}, which does not exist; {hint}the columns are {names}",
                operator.name(),
                excerpt(name)
            );
            Refusal::new(ProviderCode::FilterColumnUnknown, format!("{path}/params/0/fieldName"), reason)
        })
    }
}

/// The value in the type of the column.
fn operand(column: &Column, value: &Value, operator: Operator, path: String) -> Result<Operand, Refusal> {
    let comparable = Comparable::of(column.kind);
    comparable.and_then(|comparable| comparable.operand(value)).ok_or_else(|| {
        let sent = match value {
            Value::String(_) if comparable == Some(Comparable::Moment) => "a string that is no date",
            value => kind_of(value),
        };
        let remedy = match comparable {
            Some(comparable) => format!("send {}", comparable.expected()),
            None => "such a column takes only isNull".to_owned(),
        };
        let (operator, name, kind) = (operator.name(), excerpt(&column.name), type_name(column));
        let reason = format!("{operator} compares the column {name}, of type {kind}, with {sent}; {remedy}");
        Refusal::new(ProviderCode::FilterValueType, path, reason)
    })
}

/// The type of a column, for messages.
fn type_name(column: &Column) -> &'static str {
    column.kind.format().unwrap_or(column.kind.name())
}
