//! Removes credentials from requests and responses that leave the journal.
//!
//! Every way out goes through [`Redaction`]: records as JSON, the HAR export, the differences in a failed verification.
//! This happens when records are read, not when they are recorded, since nearly all records are never read. A body that
//! cannot be parsed is not shown, except for its size.
//!
//! Decided: credentials are values that an auth spec marks (`"format": "password"`), everything else in `auth.params`,
//! values with the name of a credential anywhere, and text that looks like a connection string, a signed URL or a
//! token. Hiding too much is better than too little.

pub(crate) mod credential;
mod matching;
#[cfg(test)]
mod tests;

use credential::{Names, PARAMETERS, may_hold_one, plain};

use crate::base::json;
use crate::base::json::Nulls;
use crate::store::query::TokenTexts;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// The replacement for a credential.
pub(crate) const REDACTED: &str = "[redacted]";

/// The replacement for a credential in a query, since a URL cannot contain brackets.
pub(crate) const REDACTED_IN_QUERY: &str = "%5Bredacted%5D";

/// Decides how the contents of the journal are shown.
pub(crate) struct Redaction<'a> {
    /// `None` hides nothing.
    names: Option<Names<'a>>,
}

/// A body in the form in which it may be shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shown {
    /// A JSON value.
    Json(Value),
    /// Text.
    Text(String),
    /// Not shown, for this reason.
    Omitted(&'static str),
}

impl<'a> Redaction<'a> {
    /// Shows everything as it is.
    pub(crate) const NONE: Self = Self { names: None };

    /// Hides credentials: values under one of `names` in an auth spec, and everything that looks like a credential.
    pub(crate) fn of_specs(names: &'a HashSet<String>) -> Self {
        Self { names: Some(Names { of_specs: names }) }
    }
}

impl Redaction<'_> {
    /// A header's value; `name` is in lower case.
    pub(crate) fn header(&self, name: &str, value: &[u8]) -> String {
        let value = String::from_utf8_lossy(value);
        let Some(names) = &self.names else { return value.into_owned() };
        if matches!(name, "authorization" | "proxy-authorization") {
            return authorization(&value);
        }
        if names.have_header(name) {
            return REDACTED.to_owned();
        }
        self.text(&value)
    }

    /// The path of a request.
    pub(crate) fn path(&self, path: &str) -> String {
        self.text(path)
    }

    /// Any text.
    pub(crate) fn text(&self, text: &str) -> String {
        self.borrowed(text).into_owned()
    }

    /// Any text, copied only if it is hidden.
    pub(crate) fn borrowed<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.names {
            Some(names)
                if may_hold_one(text) && (names.are_in(text) || has_token_of_credential(names, text)) =>
            {
                REDACTED.into()
            }
            _ => text.into(),
        }
    }

    /// A query or a form, encoded as it was sent.
    pub(crate) fn query(&self, query: &str) -> String {
        let Some(names) = &self.names else { return query.to_owned() };
        let order = order_of(query);
        let pairs = query.split('&').map(|pair| {
            let (name, value) =
                pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value)));
            let (plain_name, plain_value) = (decoded(name), decoded(value.unwrap_or_default()));
            if names.are_in(&plain_name) {
                return Cow::Borrowed(REDACTED_IN_QUERY);
            }
            match parameter(names, &plain_name, &plain_value, order.as_deref()) {
                None => Cow::Borrowed(pair),
                Some(shown) => format!("{name}={}", shown.replace(REDACTED, REDACTED_IN_QUERY)).into(),
            }
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// The decoded parameters of a query or a form.
    pub(crate) fn parameters(&self, query: &str) -> Vec<(String, String)> {
        let query = self.query(query);
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(n, v)| (decoded(n), decoded(v)))
            .collect()
    }

    /// A body of that content type; `whole` says whether `bytes` are all of it.
    pub(crate) fn body(&self, content_type: &str, bytes: &[u8], whole: bool) -> Shown {
        if whole {
            if is_form(content_type)
                && let Ok(text) = str::from_utf8(bytes)
            {
                return Shown::Text(self.query(text));
            }
            if let Ok(mut value) = json::parse(bytes, Nulls::Kept) {
                if let Some(names) = &self.names {
                    Walk { names, place: Place::Anywhere, in_text: false }.value(&mut value);
                }
                return Shown::Json(value);
            }
        }
        match (&self.names, str::from_utf8(bytes)) {
            (None, Ok(text)) => Shown::Text(text.to_owned()),
            (None, Err(_)) => Shown::Omitted("it is not text"),
            (Some(_), _) if whole => Shown::Omitted("it is neither JSON nor a form: it may hold credentials"),
            (Some(_), _) => Shown::Omitted("it was not kept whole: it may hold credentials"),
        }
    }

    /// A value at `pointer` in a JSON body.
    pub(crate) fn value_at(&self, pointer: &str, value: &Value) -> Value {
        let mut value = value.clone();
        if let Some(names) = &self.names {
            let place = if names_credential(names, pointer) { Place::Credential } else { Place::Anywhere };
            Walk { names, place, in_text: false }.value(&mut value);
        }
        value
    }
}

/// An `Authorization` header. A known scheme is shown.
fn authorization(value: &str) -> String {
    const SCHEMES: [&str; 7] = ["bearer", "basic", "digest", "negotiate", "sharedkey", "ntlm", "hawk"];
    match value.trim().split_once(' ') {
        Some((scheme, _)) if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) => {
            format!("{scheme} {REDACTED}")
        }
        _ if value.trim().is_empty() => String::new(),
        _ => REDACTED.to_owned(),
    }
}

fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Decodes `+` and `%xx` as far as possible.
fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The field that a query orders by.
fn order_of(query: &str) -> Option<String> {
    let mut orders = query.split('&').filter_map(|pair| pair.strip_prefix("orderby="));
    orders.rfind(|order| !order.is_empty()).map(decoded)
}

/// The part of a parameter's value that may be shown; `None` if all of it may.
fn parameter(names: &Names<'_>, name: &str, value: &str, order: Option<&str>) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    let hidden = || Some(REDACTED.to_owned());
    match plain(name).as_str() {
        "property" => condition(names, value),
        "continuationtoken" => {
            if names.are_in(value) || token_holds_credential(names, value, order) {
                hidden()
            } else {
                None
            }
        }
        name if PARAMETERS.contains(&name) => hidden(),
        _ if names.have(name) || names.are_in(value) => hidden(),
        _ => None,
    }
}

/// Whether a continuation token may contain a credential: in a filter of its list, or as the value of the field that the list is
/// ordered by. `order` is the field in the query; without one, and without one in the token, the field is unknown.
fn token_holds_credential(names: &Names<'_>, token: &str, order: Option<&str>) -> bool {
    let TokenTexts { key, parameters } = TokenTexts::of(token);
    let carried = parameters.iter().find(|(name, _)| *name == "orderby").map(|(_, order)| order.as_str());
    let of_order = carried.or(order).map_or(key.is_some(), |order| names_credential(names, order));
    let mut shown = parameters.iter().map(|(_, value)| value.as_str()).chain(key.as_deref());
    let is_filter = |(name, value): &(&str, String)| *name == "property" && condition(names, value).is_some();
    of_order || shown.any(|text| names.are_in(text)) || parameters.iter().any(is_filter)
}

/// Whether the text quotes a continuation token that may contain a credential, as a request's URL in a message does.
fn has_token_of_credential(names: &Names<'_>, text: &str) -> bool {
    const NAME: &str = "continuationToken=";
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    // Looks for one byte first, since preparing the search for the name takes longer than scanning a whole path.
    text.contains('=')
        && text.match_indices(NAME).any(|(at, _)| {
            let token = text[at + NAME.len()..].split(|c| !is_of_token(c)).next();
            token.is_some_and(|token| token_holds_credential(names, token, None))
        })
}

/// The part of a filter that may be shown, such as `auth.params.password==[redacted]`; `None` if all of it may.
fn condition(names: &Names<'_>, text: &str) -> Option<String> {
    let is_of_path =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']' | '$' | '%' | ' ');
    let path_ends = text.find(|c| !is_of_path(c)).unwrap_or(text.len());
    let (path, rest) = text.split_at(path_ends);
    // Without an operator, text behind the first word is not part of a path; a list of names is public.
    let path = if rest.starts_with(',') { path } else { path.trim() };
    let word_ends = path.find(' ').unwrap_or(path.len());
    if names_credential(names, path) && !(rest.starts_with(',') && word_ends == path.len()) {
        let operator_ends = rest.find(|c| !"=!<>~".contains(c)).unwrap_or(rest.len());
        let (operator, value) = rest.split_at(operator_ends);
        if operator.is_empty() && value.is_empty() && word_ends == path.len() {
            return None;
        }
        return Some(format!("{}{operator}{REDACTED}", &path[..word_ends]));
    }
    names.are_in(text).then(|| REDACTED.to_owned())
}

/// Whether the value at a path is a credential. The path is a filter's (`auth.params.x`), a JSON pointer
/// (`/auth/params/x`) or a name. It may begin elsewhere than the connection (`/items/0/auth/params/x`).
fn names_credential(names: &Names<'_>, path: &str) -> bool {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let mut segments =
        path.split(['.', '/', '[', ']', ',', ' ', '+', '#', '$']).filter(|part| !part.is_empty());
    let mut from_auth = segments.clone().skip_while(|segment| plain(segment) != "auth");
    let under_auth =
        from_auth.next().is_some() && from_auth.next().is_none_or(|segment| plain(segment) != "specname");
    under_auth || segments.any(|segment| names.have(segment))
}

/// The place of a value in a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    /// `auth`, or below it.
    Auth,
    /// A place where every value is a credential.
    Credential,
    /// A schema in an auth spec, where names of credentials are names of properties.
    Schema,
}

/// A walk through a body.
#[derive(Clone, Copy)]
struct Walk<'a> {
    names: &'a Names<'a>,
    place: Place,
    /// Whether this is JSON inside of a string. Strings with JSON inside of that are hidden unread.
    in_text: bool,
}

impl Walk<'_> {
    fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    // As deep as `json::parse` reads.
    fn value(self, value: &mut Value) {
        match value {
            Value::Null => {}
            Value::Object(members) => self.members(members),
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.value(element)),
            _ if matches!(self.place, Place::Credential | Place::Auth) => *value = REDACTED.into(),
            Value::String(text) => {
                if let Some(shown) = self.text(text) {
                    *text = shown;
                }
            }
            Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn members(self, members: &mut Map<String, Value>) {
        let of_operation = self.place_of_operation(members);
        // A token request may contain the code of a log-in. In an error's body, `code` is not a credential.
        let asks_for_token = members.keys().any(|key| plain(key) == "granttype");
        for (key, value) in members.iter_mut() {
            let place = match (self.place, plain(key).as_str()) {
                (Place::Credential, _) => Place::Credential,
                (_, "code") if asks_for_token => Place::Credential,
                (Place::Auth, "specname") if !value.is_object() => Place::Anywhere,
                (Place::Auth, _) => Place::Credential,
                (Place::Anywhere, "value") if of_operation.is_some() => {
                    of_operation.unwrap_or(Place::Credential)
                }
                (Place::Anywhere, "op" | "path" | "from") if of_operation.is_some() => Place::Anywhere,
                // A misspelt `value` holds the credential as well.
                (Place::Anywhere, _) if of_operation.is_some() => Place::Credential,
                (Place::Anywhere, "auth") => Place::Auth,
                (Place::Anywhere, "authspec") if value.is_array() => Place::Schema,
                (Place::Schema, _) => Place::Schema,
                _ if names_credential(self.names, key) => Place::Credential,
                _ => Place::Anywhere,
            };
            if plain(key) == "querystring"
                && let Value::String(query) = value
            {
                let redaction = Redaction { names: Some(Names { of_specs: self.names.of_specs }) };
                *query = redaction.query(query);
            }
            self.at(place).value(value);
        }
        let keys_hide = |key: &String| self.names.are_in(key);
        if members.keys().any(keys_hide) {
            *members = std::mem::take(members)
                .into_iter()
                .map(|(key, value)| if keys_hide(&key) { (REDACTED.to_owned(), value) } else { (key, value) })
                .collect();
        }
    }

    /// The place where a PATCH operation puts its value, if the value may be a credential. With an unreadable path it
    /// counts as one.
    fn place_of_operation(self, members: &Map<String, Value>) -> Option<Place> {
        let named =
            |name: &'static str| members.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name));
        let mut paths = named("path").filter_map(|(_, path)| path.as_str()).peekable();
        if paths.peek().is_some() {
            return paths.filter_map(|path| self.place_at(path)).next_back();
        }
        // The path of an operation may be misspelt too.
        let is_operation = named("op").any(|(_, op)| op.is_string());
        is_operation.then_some(Place::Credential)
    }

    /// The place where a PATCH operation with that path puts its value, if it may be a credential.
    fn place_at(self, path: &str) -> Option<Place> {
        let path = path.replace("~1", "/").replace("~0", "~");
        if !names_credential(self.names, &path) {
            return None;
        }
        let is_auth = plain(&path) == "auth";
        Some(if is_auth { Place::Auth } else { Place::Credential })
    }

    /// The part of a string that may be shown; `None` if all of it may.
    fn text(self, text: &str) -> Option<String> {
        // A link to the next page is a path and a query.
        if text.starts_with('/')
            && let Some((path, query)) = text.split_once('?')
        {
            let redaction = Redaction { names: Some(Names { of_specs: self.names.of_specs }) };
            return Some(format!("{}?{}", redaction.text(path), redaction.query(query)));
        }
        if text.starts_with(['{', '['])
            && let Ok(mut inner) = json::parse(text.as_bytes(), Nulls::Kept)
        {
            if self.in_text {
                return Some(REDACTED.to_owned());
            }
            let before = inner.clone();
            Self { in_text: true, ..self }.value(&mut inner);
            return (inner != before).then(|| inner.to_string());
        }
        (self.names.are_in(text) || has_token_of_credential(self.names, text)).then(|| REDACTED.to_owned())
    }
}
