//! [`PatchOperation`]: the operations of a PATCH, from JSON to types and onto a document.
//!
//! Reference: "Updating"; `errors.csv`, FLOW-1414-400, FLOW-1434-400, FLOW-1455-400. Decided:
//! - the keys that the service owns are refused like a connection's `/connectionSpec`, with FLOW-1414-400;
//! - an empty list of operations counts as an empty body (FLOW-1405-400);
//! - a `value` of `null` leaves the key without a value, so it is gone afterwards; an absent `value` is
//!   refused;
//! - more than 1000 operations are refused with FLOW-1000-400: each may move all of a large entity,
//!   and the thread serves nothing else meanwhile;
//! - the path `""`, which is the whole entity, is refused with FLOW-1455-400;
//! - operations that together would move more than 5 million elements of arrays and members of objects, by inserting
//!   and removing before them, are refused with FLOW-1000-400.

use super::keys::Keys;
use super::members::wrong_type;
use crate::base::error::{Code, Error, excerpt};
use crate::base::json;
use crate::base::json::{MAX_DEPTH, depth, drop_nulls};
use crate::base::operation::Kind;
use serde_json::Value;

/// The most operations that a PATCH may have.
pub(crate) const MAX_OPERATIONS: usize = 1000;

/// The largest number of elements and members that the operations of a PATCH may move. Each has 72 bytes, so moving them
/// takes about 50 ms.
const MAX_MOVES: usize = 5_000_000;

/// The number of elements and members that the operations of a PATCH have moved.
#[derive(Default)]
pub(crate) struct Moves(usize);

/// One operation. It cannot be printed: its value may be a credential.
pub(crate) struct PatchOperation {
    edit: Edit,
    path: Path,
    /// Its place in the body, for errors.
    at: String,
}

/// The effect of an operation at its path.
enum Edit {
    Add(Value),
    Replace(Value),
    Remove,
}

/// A document of that kind after a PATCH with that body; `None` if the PATCH would be refused.
pub(crate) fn patched(mut document: Value, body: &Value, kind: Kind, keys: &Keys) -> Option<Value> {
    let mut moves = Moves::default();
    for operation in PatchOperation::read_all(body.clone(), kind, keys).ok()? {
        operation.apply(&mut document, kind, &mut moves).ok()?;
    }
    drop_nulls(&mut document);
    Some(document)
}

/// A JSON pointer that is not empty: the tokens that lead to the parent, and the key or index in it.
struct Path {
    parents: Vec<String>,
    last: String,
}

impl PatchOperation {
    /// The operations in the body of a PATCH of an entity of that kind: an array of them, or a single one.
    ///
    /// # Errors
    /// FLOW-1000-400, FLOW-1405-400, FLOW-1414-400, FLOW-1434-400 or FLOW-1455-400.
    pub(crate) fn read_all(body: Value, kind: Kind, keys: &Keys) -> Result<Vec<Self>, Error> {
        match body {
            Value::Array(operations) if operations.is_empty() => {
                Err(Error::new(Code::BodyMissing, "the body holds no operation; send at least one"))
            }
            Value::Array(operations) if operations.len() > MAX_OPERATIONS => {
                let sent = operations.len();
                let detail = format!("the body holds {sent} operations; at most {MAX_OPERATIONS} are taken");
                Err(Error::bad_request(detail, ""))
            }
            Value::Array(operations) => operations
                .into_iter()
                .enumerate()
                .map(|(index, json)| Self::read(json, format!("/{index}"), kind, keys))
                .collect(),
            Value::Object(members) if !members.contains_key("op") && !members.contains_key("path") => {
                let detail = "the body is not JSON Patch; send an array of JSON Patch operations, such as \
                    [{\"op\": \"replace\", \"path\": \"/description\", \"value\": \"...\"}]";
                Err(Error::new(Code::PatchPathInvalid, detail).at("/path"))
            }
            single @ Value::Object(_) => Ok(vec![Self::read(single, String::new(), kind, keys)?]),
            other => Err(wrong_type(&other, "an array of JSON Patch operations", "")),
        }
    }

    fn read(mut json: Value, at: String, kind: Kind, keys: &Keys) -> Result<Self, Error> {
        let Some(members) = json.as_object_mut() else {
            let detail = format!("an operation must be an object, not {}", json::kind_of(&json));
            return Err(Error::bad_request(detail, at));
        };
        let value = members.shift_remove("value");
        let path = Path::read(members.get("path"), &at, kind, keys)?;
        let op = match members.get("op") {
            Some(Value::String(op)) => op.to_ascii_lowercase(),
            Some(other) => {
                return Err(Error::bad_request(
                    format!("op must be a string, not {}", json::kind_of(other)),
                    at + "/op",
                ));
            }
            None => String::new(),
        };
        let value = value.map(|mut value| {
            drop_nulls(&mut value);
            value
        });
        let edit = match (op.as_str(), value) {
            ("remove", _) => Edit::Remove,
            ("add", Some(value)) => Edit::Add(value),
            ("replace", Some(value)) => Edit::Replace(value),
            ("add" | "replace", None) => {
                return Err(Error::bad_request(format!("{op} needs a value"), at + "/value"));
            }
            ("", _) => {
                return Err(Error::new(Code::OpUnknown, "op is absent; it is one of add, replace, remove")
                    .at(at + "/op"));
            }
            (op, _) => {
                let detail = format!("op {} is none of add, replace, remove", excerpt(op));
                return Err(Error::new(Code::OpUnknown, detail).at(at + "/op"));
            }
        };
        if let Edit::Add(value) | Edit::Replace(value) = &edit
            && path.parents.len() + 1 + depth(value) > MAX_DEPTH
        {
            return Err(Error::bad_request(
                format!("the value would nest deeper than {MAX_DEPTH} levels"),
                at + "/value",
            ));
        }
        Ok(Self { edit, path, at })
    }

    /// The steps of its path.
    pub(crate) fn path(&self) -> impl Iterator<Item = &str> {
        self.path.parents.iter().chain([&self.path.last]).map(String::as_str)
    }

    /// The pointer to the value that it changes, for an error.
    pub(crate) fn pointer(&self) -> String {
        self.path.pointer()
    }

    /// The pointer to a part of it in the body of the PATCH.
    pub(crate) fn place(&self, part: &str) -> String {
        format!("{}{part}", self.at)
    }

    /// Its value; `None` if it removes one.
    pub(crate) fn value(&self) -> Option<&Value> {
        match &self.edit {
            Edit::Add(value) | Edit::Replace(value) => Some(value),
            Edit::Remove => None,
        }
    }

    /// The operation with another value.
    pub(crate) fn with_value(&self, value: Value) -> Self {
        let edit = match self.edit {
            Edit::Replace(_) => Edit::Replace(value),
            _ => Edit::Add(value),
        };
        let Path { parents, last } = &self.path;
        Self { edit, path: Path { parents: parents.clone(), last: last.clone() }, at: self.at.clone() }
    }

    /// The operation as JSON.
    pub(crate) fn to_json(&self) -> Value {
        let tokens = self.path();
        let path: String = tokens.map(|token| format!("/{}", json::pointer_token(token))).collect();
        let (op, value) = match &self.edit {
            Edit::Add(value) => ("add", Some(value)),
            Edit::Replace(value) => ("replace", Some(value)),
            Edit::Remove => ("remove", None),
        };
        let mut members = serde_json::Map::new();
        members.insert("op".to_owned(), op.into());
        members.insert("path".to_owned(), path.into());
        let value = value.filter(|value| !value.is_null()); // no answer has a null
        members.extend(value.map(|value| ("value".to_owned(), value.clone())));
        members.into()
    }

    /// Applies the operation to `document`, an entity of that kind. An error leaves it half-changed: work on a copy.
    /// `moves` counts the moves of the earlier operations.
    ///
    /// # Errors
    /// FLOW-1455-400 if the path does not exist, FLOW-1000-400 if the operation would move too much.
    pub(crate) fn apply(&self, document: &mut Value, kind: Kind, moves: &mut Moves) -> Result<(), Error> {
        let Path { parents, last } = &self.path;
        let parent = parents.iter().try_fold(document, |value, token| match value {
            Value::Object(members) => members.get_mut(token),
            Value::Array(elements) => elements.get_mut(index(token)?),
            _ => None,
        });
        moves.add(parent.as_deref().map_or(0, |parent| self.moves_in(parent)), &self.at)?;
        let done = match parent {
            Some(Value::Object(members)) => match &self.edit {
                Edit::Add(value) => {
                    members.insert(last.clone(), value.clone());
                    Some(())
                }
                Edit::Replace(value) => members.get_mut(last).map(|member| *member = value.clone()),
                Edit::Remove => members.shift_remove(last).map(drop),
            },
            Some(Value::Array(elements)) => match (&self.edit, index(last)) {
                (Edit::Add(value), _) if last == "-" => {
                    elements.push(value.clone());
                    Some(())
                }
                (Edit::Add(value), Some(index)) if index <= elements.len() => {
                    elements.insert(index, value.clone());
                    Some(())
                }
                (Edit::Replace(value), Some(index)) => {
                    elements.get_mut(index).map(|element| *element = value.clone())
                }
                (Edit::Remove, Some(index)) if index < elements.len() => {
                    elements.remove(index);
                    Some(())
                }
                _ => None,
            },
            _ => None,
        };
        done.ok_or_else(|| {
            let detail = format!("the path {} does not exist in the {}", self.path.pointer(), kind.noun());
            Error::new(Code::PatchPathInvalid, detail).at(format!("{}/path", self.at))
        })
    }
}

impl PatchOperation {
    /// The number of elements or members in `parent` after the one that the operation adds or removes.
    fn moves_in(&self, parent: &Value) -> usize {
        match (&self.edit, parent) {
            (Edit::Replace(_), _) => 0,
            (_, Value::Array(elements)) => {
                index(&self.path.last).map_or(0, |at| elements.len().saturating_sub(at))
            }
            (Edit::Remove, Value::Object(members)) => members.len(), // the position of a member is unknown
            _ => 0,
        }
    }
}

impl Moves {
    fn add(&mut self, moves: usize, at: &str) -> Result<(), Error> {
        self.0 = self.0.saturating_add(moves);
        if self.0 <= MAX_MOVES {
            return Ok(());
        }
        let detail = format!(
            "with this operation the PATCH would move more than {MAX_MOVES} elements and members that follow those it \
             adds and removes; append with /-, or replace the array as a whole"
        );
        Err(Error::bad_request(detail, format!("{at}/path")))
    }
}

impl Path {
    fn read(json: Option<&Value>, at: &str, kind: Kind, keys: &Keys) -> Result<Self, Error> {
        let refuse = |code, detail: String| Err(Error::new(code, detail).at(format!("{at}/path")));
        let text = match json {
            Some(Value::String(text)) => text,
            Some(other) => {
                return refuse(
                    Code::PatchPathInvalid,
                    format!("path must be a string, not {}", json::kind_of(other)),
                );
            }
            None => {
                return refuse(
                    Code::PatchPathInvalid,
                    "path is absent; it is a JSON pointer such as /description".into(),
                );
            }
        };
        let tokens: Option<Vec<String>> =
            text.strip_prefix('/').map(|rest| rest.split('/').map(unescape).collect()).unwrap_or(None);
        let Some(mut parents) = tokens else {
            let (text, noun) = (excerpt(text), kind.noun());
            let detail =
                format!("path {text} is not a JSON pointer to a part of the {noun}, such as /description");
            return refuse(Code::PatchPathInvalid, detail);
        };
        let last = parents.pop().unwrap_or_default();
        let first = parents.first().unwrap_or(&last);
        if keys.is_fixed(first) && !keys.is_providers {
            let first = excerpt(first);
            return refuse(Code::ServiceOwned, format!("/{first} is the service's; a PATCH cannot touch it"));
        }
        Ok(Self { parents, last })
    }

    /// The pointer as text, for an error.
    fn pointer(&self) -> String {
        let tokens = self.parents.iter().chain([&self.last]);
        excerpt(&tokens.map(|token| format!("/{}", json::pointer_token(token))).collect::<String>())
    }
}

/// A token of a JSON pointer without its escapes; `None` if an escape is malformed (RFC 6901).
fn unescape(token: &str) -> Option<String> {
    let mut plain = String::with_capacity(token.len());
    let mut characters = token.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '~' => match characters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

/// An array index: digits without a leading zero (RFC 6901).
fn index(token: &str) -> Option<usize> {
    let plain = token == "0" || (!token.starts_with('0') && token.bytes().all(|byte| byte.is_ascii_digit()));
    plain.then(|| token.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const KIND: Kind = Kind::Connection;
    const KEYS: &Keys = &Keys {
        body: &[],
        owned: &["id", "version", "etag"],
        fixed: &["connectionSpec"],
        meaningless: &[],
        is_providers: false,
    };

    fn apply(mut document: Value, body: Value) -> Result<Value, Error> {
        let mut moves = Moves::default();
        for operation in PatchOperation::read_all(body, KIND, KEYS)? {
            operation.apply(&mut document, KIND, &mut moves)?;
        }
        Ok(document)
    }

    #[test]
    fn operations_follow_json_patch_in_any_letter_case() {
        let document = json!({"a": 1, "list": [1, 2], "b/c": {"~": 1}});
        let body = json!([
            {"op": "add", "path": "/d", "value": {"e": null, "f": 1}},
            {"op": "REPLACE", "path": "/a", "value": 2},
            {"op": "Add", "path": "/list/0", "value": 0},
            {"op": "add", "path": "/list/-", "value": 3},
            {"op": "add", "path": "/list/4", "value": 4},
            {"op": "replace", "path": "/list/1", "value": "one"},
            {"op": "remove", "path": "/list/2", "value": "ignored"},
            {"op": "replace", "path": "/b~1c/~0", "value": 2},
            {"op": "add", "path": "/n", "value": null},
        ]);
        let expected = json!({"a": 2, "list": [0, "one", 3, 4], "b/c": {"~": 2}, "d": {"f": 1}, "n": null});
        assert_eq!(apply(document, body).unwrap(), expected);
        assert_eq!(apply(json!({"a": 1}), json!({"op": "remove", "path": "/a"})).unwrap(), json!({}));
    }

    #[test]
    fn each_invalid_patch_has_its_code_and_names_its_place() {
        let cases = [
            (json!(1), Code::BadRequest, ""),
            (json!([]), Code::BodyMissing, "-"),
            (json!([1]), Code::BadRequest, "/0"),
            (json!({"path": "/a"}), Code::OpUnknown, "/op"),
            (json!([{"op": "move", "from": "/a", "path": "/b"}]), Code::OpUnknown, "/0/op"),
            (json!([{"op": 1, "path": "/a"}]), Code::BadRequest, "/0/op"),
            (json!([{"op": "add", "path": "/a"}]), Code::BadRequest, "/0/value"),
            (json!([{"op": "add", "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "add", "path": 1, "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "add", "path": "a", "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "add", "path": "", "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "add", "path": "/a~2", "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "add", "path": "/a~", "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "replace", "path": "/x", "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (
                json!([{"op": "remove", "path": "/a"}, {"op": "remove", "path": "/x/y"}]),
                Code::PatchPathInvalid,
                "/1/path",
            ),
            (json!([{"op": "add", "path": "/a/b", "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "add", "path": "/list/3", "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "remove", "path": "/list/01"}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "replace", "path": "/list/-", "value": 1}]), Code::PatchPathInvalid, "/0/path"),
            (json!([{"op": "add", "path": "/connectionSpec", "value": {}}]), Code::ServiceOwned, "/0/path"),
            (json!([{"op": "remove", "path": "/connectionSpec/version"}]), Code::ServiceOwned, "/0/path"),
            (json!([{"op": "replace", "path": "/etag", "value": "x"}]), Code::ServiceOwned, "/0/path"),
        ];
        for (body, code, pointer) in cases {
            let error = apply(json!({"a": 1, "list": [1, 2]}), body.clone()).expect_err(&body.to_string());
            assert_eq!(error.code(), code, "{body}: {error:?}");
            assert_eq!(error.pointer().unwrap_or("-"), pointer, "{body}");
        }
    }

    #[test]
    fn an_entity_as_a_patch_is_refused_with_the_form_of_a_patch() {
        for body in [json!({"name": "x"}), json!({}), json!(1)] {
            let error = apply(json!({"name": "a"}), body.clone()).expect_err(&body.to_string());
            assert!(error.detail().contains("an array of JSON Patch operations"), "{error:?}");
        }
    }

    #[test]
    fn a_patch_has_at_most_1000_operations() {
        let many = |count| json!(vec![json!({"op": "add", "path": "/l/-", "value": 0}); count]);
        let applied = apply(json!({"l": []}), many(MAX_OPERATIONS)).unwrap();
        assert_eq!(applied["l"].as_array().unwrap().len(), MAX_OPERATIONS);
        let error = apply(json!({"l": []}), many(MAX_OPERATIONS + 1)).unwrap_err();
        assert_eq!((error.code(), error.pointer()), (Code::BadRequest, Some("")));
    }

    #[test]
    fn a_patch_moves_at_most_5_million_elements() {
        let array = |length: usize| json!({"l": vec![0; length]});
        let many =
            |op: &str, path: &str| json!(vec![json!({"op": op, "path": path, "value": 1}); MAX_OPERATIONS]);
        // Operations at the head of a long array, at its end, or in place.
        let applied = apply(array(4_000), many("add", "/l/0")).unwrap();
        assert_eq!(applied["l"].as_array().unwrap().len(), 5_000);
        apply(array(4_000), many("remove", "/l/0")).unwrap();
        for (op, path) in [("add", "/l/-"), ("add", "/l/500000"), ("replace", "/l/0")] {
            apply(array(500_000), many(op, path)).unwrap();
        }
        for (op, pointer) in [("add", "/9/path"), ("remove", "/10/path")] {
            let error = apply(array(500_000), many(op, "/l/0")).unwrap_err();
            assert_eq!((error.code(), error.pointer()), (Code::BadRequest, Some(pointer)), "{op}: {error:?}");
            assert!(error.detail().contains("more than 5000000 elements"), "{error:?}");
        }
        let members: serde_json::Map<String, Value> =
            (0..50_000).map(|n| (n.to_string(), json!(0))).collect();
        let removals: Vec<Value> =
            (0..1000).map(|n| json!({"op": "remove", "path": format!("/o/{n}")})).collect();
        let error = apply(json!({"o": members}), json!(removals)).unwrap_err();
        assert_eq!(error.code(), Code::BadRequest);
    }

    #[test]
    fn operations_cannot_nest_deeper_than_the_parser_reads() {
        let nested = |levels: usize| (0..levels).fold(json!(1), |value, _| json!({"a": value}));
        let path = "/a".repeat(60);
        let deep = apply(nested(60), json!([{"op": "add", "path": path, "value": nested(61)}])).unwrap();
        assert!(json::parse(deep.to_string().as_bytes(), json::Nulls::Kept).is_ok());
        let error = apply(nested(60), json!([{"op": "add", "path": path, "value": nested(62)}])).unwrap_err();
        assert_eq!((error.code(), error.pointer()), (Code::BadRequest, Some("/0/value")));
    }

    proptest! {
        #[test]
        fn no_path_makes_it_panic(path in "(/|[a-z0-9~-]|é){0,12}", op in "add|replace|remove") {
            let body = json!({"op": op, "path": path, "value": 1});
            let _ = apply(json!({"a": [1, {"b": []}], "": {"": 1}}), body);
        }

        #[test]
        fn an_added_value_can_be_read_and_removed(key in "[^\u{0}]{0,8}", value in any::<i64>()) {
            prop_assume!(!KEYS.is_fixed(&key));
            let path = format!("/{}", json::pointer_token(&key));
            let added = apply(json!({}), json!({"op": "add", "path": path, "value": value})).unwrap();
            prop_assert_eq!(&added, &json!({key: value}));
            prop_assert_eq!(apply(added, json!({"op": "remove", "path": path})).unwrap(), json!({}));
        }
    }
}
