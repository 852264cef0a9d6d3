//! [`Preview`]: the rows that explore answers with.
//!
//! Reference: "Explore" (`previewCount`, `primaryKey`), `flows-errors.csv` (1394-400). Decided: without `previewCount` a
//! preview has [`DEFAULT_ROWS`], and more than [`MAX_ROWS`] are refused. `filters` selects the rows, and `primaryKey` orders
//! them, before they are counted: numbers by value, dates by time, text by its bytes, `false` before `true`, values of several
//! types by type, rows without a value last. It must name a column. Both are checked without `preview=true` too, where they
//! have no effect.

use super::content::{Column, ColumnType, Row, listed};
use super::filters::moment::Moment;
use super::filters::{Filter, Refusal};
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::store::query::{Parameters, boolean};
use serde_json::Value;
use std::cmp::Ordering;

/// The largest number of rows in a preview without `previewCount`.
pub(crate) const DEFAULT_ROWS: usize = 100;
/// The largest value of `previewCount`.
pub(crate) const MAX_ROWS: usize = 1000;
/// The rows that explore answers with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preview {
    /// Whether rows are answered at all.
    pub(crate) wanted: bool,
    /// The largest number of rows.
    count: Option<usize>,
    /// The column whose values order the rows.
    primary_key: Option<String>,
    /// The condition that the rows meet.
    pub(super) filter: Option<Filter>,
}

impl Preview {
    /// Reads `preview`, `previewCount` and `primaryKey`.
    ///
    /// # Errors
    /// FLOW-1452-400; FLOW-1100-400 with 1394-400 for a `previewCount` below one.
    pub(super) fn read(query: &Parameters) -> Result<Self, Error> {
        let wanted = query.last("preview").map(|value| boolean("preview", value)).transpose()?;
        Ok(Self {
            wanted: wanted.unwrap_or(false),
            count: query.last("previewCount").map(count).transpose()?,
            primary_key: query.last("primaryKey").map(str::to_owned),
            filter: None,
        })
    }

    /// Whether the rows are the first ones in their own order, or none.
    pub(super) fn is_plain(&self) -> bool {
        self.count.is_none() && self.primary_key.is_none() && self.filter.is_none()
    }

    /// The wanted rows of the object called `name`; `None` if no rows are wanted.
    ///
    /// # Errors
    /// FLOW-1452-400 for a `primaryKey` that is not a column; FLOW-1100-400 with 1378-400 or 1379-400 for a filter that does
    /// not fit the columns, with 1349-400 for one that takes too many steps on the rows.
    pub(super) fn of<'a>(
        &self, name: &str, columns: &[Column], rows: &'a [Row],
    ) -> Result<Option<Vec<&'a Row>>, Error> {
        if let Some(key) = &self.primary_key
            && !columns.iter().any(|column| column.name == *key)
        {
            return Err(no_column(name, key, columns));
        }
        let condition = self.filter.as_ref().map(|filter| filter.on(columns)).transpose();
        let condition = condition.map_err(Refusal::of_query)?;
        if !self.wanted {
            return Ok(None);
        }
        let mut rows = match condition {
            Some(condition) => condition.select(rows).map_err(Refusal::of_query)?,
            None => rows.iter().collect(),
        };
        if let Some(key) = &self.primary_key {
            let is_of_key = |column: &&Column| column.name == *key;
            match columns.iter().find(is_of_key).map(|column| column.kind) {
                Some(ColumnType::Date | ColumnType::DateTime) => rows.sort_by_cached_key(|row| {
                    let moment = row.get(key).and_then(Value::as_str).and_then(Moment::parse);
                    (moment.is_none(), moment)
                }),
                _ => rows.sort_by(|a, b| compare(a.get(key), b.get(key))),
            }
        }
        rows.truncate(self.count.unwrap_or(DEFAULT_ROWS));
        Ok(Some(rows))
    }
}

/// Whether a text is a whole number below one.
pub(super) fn below_one(text: &str) -> bool {
    match text.strip_prefix('-') {
        Some(digits) => is_number(digits),
        None => is_number(text) && text.bytes().all(|byte| byte == b'0'),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// # Errors
/// As for [`Preview::read`].
fn count(text: &str) -> Result<usize, Error> {
    let expected = || format!("a whole number from 1 to {MAX_ROWS}");
    if below_one(text) {
        let detail = format!("previewCount={} is not {}", excerpt(text), expected());
        return Err(Error::provider(ProviderCode::BelowOne, detail));
    }
    let number = Some(text).filter(|text| is_number(text)).and_then(|text| text.parse().ok());
    let number = number.filter(|number| *number <= MAX_ROWS);
    number.ok_or_else(|| Error::invalid_parameter("previewCount", text, &expected()))
}

/// FLOW-1452-400: `key` is no column of the object called `name`.
fn no_column(name: &str, key: &str, columns: &[Column]) -> Error {
    let (names, meant) = listed(columns, key);
    let hint = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
    let expected = format!("a column of {}; it has {names}{hint}", excerpt(name));
    Error::invalid_parameter("primaryKey", key, &expected)
}

fn compare(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one, other) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        // Whole numbers that are equal as doubles come after the double, so that the order is total.
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            let as_doubles = a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal);
            as_doubles.then_with(|| a.as_i64().cmp(&b.as_i64()))
        }
        (Some(Value::String(a)), Some(Value::String(b))) => a.cmp(b),
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a.cmp(b),
        // Records of a JSON file may mix types.
        (Some(a), Some(b)) => rank(a).cmp(&rank(b)),
    }
}

/// The place of a value's type in the order of rows.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(query: &str) -> Result<Preview, Error> {
        Preview::read(&Parameters::parse(query).unwrap())
    }

    fn rows(values: &[Value]) -> Vec<Row> {
        values.iter().map(|value| value.as_object().unwrap().clone()).collect()
    }

    #[test]
    fn the_primary_key_orders_the_rows_before_they_are_counted() {
        let columns = [Column::new("k", ColumnType::Long), Column::new("t", ColumnType::Text)];
        let (small, large) =
            (json!({"k": 9_007_199_254_740_992_i64}), json!({"k": 9_007_199_254_740_993_i64}));
        let rows = rows(&[json!({"t": "z"}), large.clone(), json!({"k": -1.5, "t": "b"}), small.clone()]);
        let ordered = |query: &str| {
            let shown = read(query).unwrap().of("t", &columns, &rows).unwrap();
            shown.map(|rows| rows.into_iter().cloned().map(Value::Object).collect::<Vec<_>>())
        };
        let (lowest, keyless) = (json!({"k": -1.5, "t": "b"}), json!({"t": "z"}));
        assert_eq!(
            ordered("preview=true&primaryKey=k").unwrap(),
            [lowest.clone(), small.clone(), large.clone(), keyless.clone()]
        );
        assert_eq!(
            ordered("preview=true&primaryKey=k&previewCount=1").unwrap(),
            std::slice::from_ref(&lowest)
        );
        assert_eq!(ordered("preview=true&primaryKey=t").unwrap(), [lowest, keyless, large, small]);
        assert_eq!(ordered("preview=true&previewCount=1000").unwrap().len(), 4);
        assert_eq!(ordered("previewCount=1&primaryKey=t"), None);
        let error = read("primaryKey=q").unwrap().of("orders", &columns, &rows).unwrap_err();
        assert_eq!(error.detail(), "primaryKey=q is not a column of orders; it has k, t");
    }

    #[test]
    fn a_primary_key_orders_dates_by_time() {
        let columns = [Column::new("at", ColumnType::DateTime)];
        let texts = ["2024-05-02T00:30:00+02:00", "2024-05-01T23:00:00Z", "2024-05-01T12:00:00.5Z"];
        let mut all = vec![json!({})];
        all.extend(texts.map(|at| json!({"at": at})));
        let rows = rows(&all);
        let shown = read("preview=true&primaryKey=at").unwrap().of("t", &columns, &rows).unwrap().unwrap();
        let order: Vec<_> = shown.into_iter().map(|row| row.get("at").and_then(Value::as_str)).collect();
        assert_eq!(order, [Some(texts[2]), Some(texts[0]), Some(texts[1]), None]);
    }

    proptest! {
        #[test]
        fn a_count_is_a_whole_number_from_1_to_1000(text in "-?[0-9]{1,5}|.{0,8}") {
            let number: Option<i64> = text.parse().ok().filter(|_| !text.starts_with('+'));
            match (count(&text), number) {
                (Ok(count), number) => prop_assert_eq!(Some(count as i64), number),
                (Err(_), number) => prop_assert!(number.is_none_or(|number| !(1..=1000).contains(&number))),
            }
        }
    }
}
