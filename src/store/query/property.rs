//! The parameter `property`: a filter if it contains an operator, else a projection. Reference: "Listing".

use super::fields::Fields;
use super::filter::{Condition, Filter};
use super::{Path, Projection};
use crate::base::error::{Code, Error};

/// All `property` parameters of a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Property {
    pub(crate) filter: Filter,
    /// `None` selects all keys.
    pub(crate) projection: Option<Projection>,
}

/// The largest number of filters in a query.
const MAX_CONDITIONS: usize = 50;

impl Property {
    /// Parses the values of all `property` parameters. `is_own` says whether some entity has an undocumented top-level key.
    ///
    /// # Errors
    /// FLOW-1440-400, FLOW-1443-400, FLOW-1448-400 to FLOW-1450-400, FLOW-1452-400, FLOW-1453-400.
    pub(crate) fn read<'a>(
        parameters: impl Iterator<Item = &'a str>, fields: &Fields, is_own: impl Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        let mut property = Self::default();
        for text in parameters {
            let text = text.trim();
            let (path, rest) = Path::read(text).map_err(|reason| {
                let detail = format!("property does not begin with the path of a field: {reason}");
                Error::new(Code::FilterFieldUnknown, detail)
            })?;
            if ends_in_projection(rest) {
                property.projection.get_or_insert_default().add(text)?;
            } else {
                property.filter.0.push(Condition::read(path, rest, fields, &is_own)?);
            }
            if property.filter.0.len() > MAX_CONDITIONS {
                return Err(Error::new(Code::ParameterInvalid, "there are more than 50 filters; send fewer"));
            }
        }
        Ok(property)
    }
}

/// Whether a value of `property` is a projection.
pub(crate) fn is_projection(text: &str) -> bool {
    Path::read(text.trim()).is_ok_and(|(_, rest)| ends_in_projection(rest))
}

/// Whether a value is a projection, by the text after its first path.
fn ends_in_projection(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::query::fields::tests::FIELDS;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(parameters: &[&str]) -> Result<Property, Error> {
        Property::read(parameters.iter().copied(), &FIELDS, |root| root == "own")
    }

    #[test]
    fn filters_are_anded_and_projections_united() {
        let property = read(&["name==a,b", "name, state", "createdAt > 5", "id"]).unwrap();
        assert_eq!(property.filter.0.len(), 2);
        assert!(property.filter.matches(&json!({"name": "b", "createdAt": 6})));
        assert!(!property.filter.matches(&json!({"name": "b", "createdAt": 5})));
        let item = json!({"id": 1, "other": 2, "state": 3, "name": 4}).to_string();
        let item = property.projection.unwrap().of(item.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&item).unwrap(), r#"{"id":1,"state":3,"name":4}"#);
        assert_eq!(read(&[]).unwrap(), Property::default());
    }

    #[test]
    fn each_mistake_has_its_code() {
        let cases = [
            ("foo==1", Code::FilterFieldUnknown),
            ("==1", Code::FilterFieldUnknown),
            ("!name", Code::FilterFieldUnknown),
            ("name.==1", Code::FilterFieldUnknown),
            ("own[0]==1", Code::FilterFieldUnknown),
            ("name[]==1", Code::FilterFieldUnknown),
            ("name.first==1", Code::FilterFieldUnknown),
            ("name=~a", Code::OperatorUnknown),
            ("name<>a", Code::OperatorUnknown),
            ("name===a", Code::OperatorUnknown),
            ("name!a", Code::OperatorUnknown),
            ("name^a", Code::OperatorUnknown),
            ("name like a", Code::OperatorUnknown),
            ("name\"a\"", Code::OperatorUnknown),
            ("name~a", Code::OperatorNotImplemented),
            ("name!~a", Code::OperatorNotImplemented),
            ("id>=a", Code::OperatorNotAllowed),
            ("id>a,b", Code::OperatorNotAllowed),
            ("spec==a", Code::OperatorNotAllowed),
            ("createdAt>1,2", Code::OperatorWithList),
            ("name<a,b", Code::OperatorWithList),
            ("createdAt==abc", Code::ParameterInvalid),
            ("createdAt==1,abc", Code::ParameterInvalid),
            ("name==\"a", Code::ParameterInvalid),
            ("name==\"a\"b", Code::ParameterInvalid),
            ("name,a.b", Code::ParameterInvalid),
            ("name,", Code::ParameterInvalid),
            ("name,id==1", Code::ParameterInvalid),
            ("parts.x==a", Code::FilterSpecField),
            ("parts.x.y~a", Code::FilterSpecField),
            ("parts==a", Code::OperatorNotAllowed),
            ("name=={}", Code::FilterValueKind),
            ("name=={\"a\":1,\"b\":[2]}", Code::FilterValueKind),
            ("name==a,{\"b\":1}", Code::FilterValueKind),
            ("name!=[1, 2]", Code::FilterValueKind),
            ("name==", Code::FilterWithoutValue),
            ("name= ", Code::FilterWithoutValue),
            ("name==a,,b", Code::FilterWithoutValue),
            ("name==a,", Code::FilterWithoutValue),
        ];
        for (text, code) in cases {
            assert_eq!(read(&[text]).expect_err(text).code(), code, "{text}");
        }
        assert_eq!(read(&vec!["id"; 101]).unwrap_err().code(), Code::ParameterInvalid);
        assert_eq!(read(&vec!["id==1"; 51]).unwrap_err().code(), Code::ParameterInvalid);
        let values = |count| format!("id=={}", vec!["1"; count].join(","));
        assert!(read(&[&values(1000)]).is_ok());
        assert_eq!(read(&[&values(1001)]).unwrap_err().code(), Code::ParameterInvalid);
    }

    #[test]
    fn text_that_begins_like_json_is_text() {
        for text in ["name=={a}", "name==[", "name==\"{}\"", "name==\"[1]\",b", "own=={,}"] {
            let filter = read(&[text]).unwrap_or_else(|error| panic!("{text}: {error:?}")).filter;
            assert_eq!(read(&[&filter.0[0].to_string()]).unwrap().filter, filter, "{text}");
        }
    }

    #[test]
    fn a_refused_value_is_quoted_with_the_operator_that_was_sent() {
        for text in ["createdAt>abc", "createdAt>=abc", "createdAt=abc", "createdAt==abc", "createdAt!=abc"] {
            let error = read(&[text]).expect_err(text);
            assert_eq!(error.detail(), format!("{text}: the value is not a number"));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            text in any::<String>(),
            near in "(id|name|own|a)[a.\\[\\]\"=!<>~, 1]{0,10}",
        ) {
            let _ = read(&[&text, &near]);
            let _ = read(&[&near]);
        }
    }
}
