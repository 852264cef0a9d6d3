//! [`Examples`]: made-up values that replace credentials.
//!
//! The journal's redaction decides what a credential is. An example has the type of the original and is as valid or as
//! invalid by the connection spec's schema, so that the response stays the same. Decided: a connection string keeps the
//! account's name and its other public parts, since they choose the source; a value that the connection spec lists
//! itself (an `enum`) is public; an interaction for which no example can be found is left out.

use super::left_out::LeftOut;
use crate::app::App;
use crate::base::error::Code;
use crate::base::json::drop_nulls;
use crate::base::operation::Kind;
use crate::services::connection_specs::OwnSpecs;
use crate::services::entities::documents::JsonDocument as _;
use crate::services::entities::patch::patched;
use crate::services::kinds;
use crate::testkit::journal::Redaction;
use serde_json::{Map, Value, json};

/// The example for an account key, and for anything else that has to be base64.
const BASE64: &str = "ZXhhbXBsZQ==";

/// The largest number of credentials for which candidates are checked by the schema, each with the whole connection.
const MAX_JUDGED: usize = 100;

/// The largest number of violations by which two sets of params are compared.
const MAX_VIOLATIONS: usize = 50;

/// Finds examples for credentials.
pub(super) struct Examples<'a> {
    pub(super) app: &'a App,
    pub(super) redaction: &'a Redaction<'a>,
}

/// The violations of the spec's schema by a connection's params, each with its place.
type SchemaVerdict = Option<Vec<(Code, String)>>;

impl Examples<'_> {
    /// The example for a value outside of a connection's `auth`.
    ///
    /// # Errors
    /// If a key looks like a credential.
    pub(super) fn value(&self, original: &Value) -> Result<Value, LeftOut> {
        self.replaced(original, &|_| Vec::new(), |_| None)
    }

    /// Text that must be sent unchanged.
    ///
    /// # Errors
    /// If it contains a credential.
    pub(super) fn text(&self, original: &str) -> Result<String, LeftOut> {
        let is_plain = self.redaction.text(original) == original;
        is_plain.then(|| original.to_owned()).ok_or(LeftOut::Credential)
    }

    /// The example for an item, or for the definition in the body of a POST.
    ///
    /// # Errors
    /// If no example has the original's verdict.
    pub(super) fn definition(&self, own: &OwnSpecs, original: &Value) -> Result<Value, LeftOut> {
        let listed = |leaf: &Value| self.is_listed(own, original, leaf).then(|| leaf.clone());
        self.replaced(original, &|leaf| listed(leaf).into_iter().collect(), |value| self.verdict(own, value))
    }

    /// The example for the operations of a PATCH of `before`, an entity of that kind.
    ///
    /// # Errors
    /// As [`Examples::definition`].
    pub(super) fn operations(
        &self, own: &OwnSpecs, original: &Value, kind: Kind, before: Option<&Value>,
    ) -> Result<Value, LeftOut> {
        let after = |body: &Value| patched(before?.clone(), body, kind, &kinds::spec(kind).keys);
        let whole = after(original);
        let listed = |leaf: &Value| {
            let is_listed = whole.as_ref().is_some_and(|whole| self.is_listed(own, whole, leaf));
            is_listed.then(|| leaf.clone())
        };
        self.replaced(original, &|leaf| listed(leaf).into_iter().collect(), |body| {
            self.verdict(own, &after(body)?)
        })
    }

    /// `original` with another value in every hidden place: the first candidate that keeps the verdict.
    fn replaced(
        &self, original: &Value, first: &dyn Fn(&Value) -> Vec<Value>,
        verdict: impl Fn(&Value) -> SchemaVerdict,
    ) -> Result<Value, LeftOut> {
        let shown = self.redaction.value_at("", original);
        let mut hidden = Vec::new();
        hidden_in(original, &shown, String::new(), &mut hidden)?;
        let mut example = original.clone();
        if hidden.is_empty() {
            return Ok(example);
        }
        let wanted = verdict(original);
        if wanted.is_some() && hidden.len() > MAX_JUDGED {
            return Err(LeftOut::TooLarge);
        }
        for pointer in hidden {
            let leaf = original.pointer(&pointer).cloned().unwrap_or_default();
            let candidates = first(&leaf).into_iter().chain(candidates(&leaf));
            let fits = candidates.into_iter().any(|candidate| {
                let Some(place) = example.pointer_mut(&pointer) else { return false };
                *place = candidate;
                verdict(&example) == wanted
            });
            if !fits {
                return Err(LeftOut::Credential);
            }
        }
        Ok(example)
    }

    /// The verdict of the connection spec on a connection's `auth`; `None` if there is no such spec.
    fn verdict(&self, own: &OwnSpecs, connection: &Value) -> SchemaVerdict {
        let mut connection = connection.clone();
        drop_nulls(&mut connection);
        let text = |pointer| connection.pointer(pointer).and_then(Value::as_str);
        let specs = self.app.specs.of(own);
        let spec = specs.resolve(text("/connectionSpec/id")?, text("/connectionSpec/version")).ok()?;
        let no_params = Value::Object(Map::new());
        let params = connection.pointer("/auth/params").unwrap_or(&no_params);
        let leniency = self.app.config.leniency();
        let refusals = spec.check_auth(text("/auth/specName"), params, leniency, MAX_VIOLATIONS).err();
        let refusals = refusals.unwrap_or_default();
        let violation = |error: &crate::base::error::Error| {
            (error.code(), error.pointer().unwrap_or_default().to_owned())
        };
        Some(refusals.iter().map(violation).collect())
    }

    /// Whether the connection's spec lists that value for a param.
    fn is_listed(&self, own: &OwnSpecs, connection: &Value, leaf: &Value) -> bool {
        let id = connection.pointer("/connectionSpec/id").and_then(Value::as_str).unwrap_or_default();
        let specs = self.app.specs.of(own);
        specs.versions(id).iter().any(|spec| lists(&spec.document()["authSpec"], leaf))
    }
}

/// The pointers of the values in `original` that are hidden.
fn hidden_in(
    original: &Value, shown: &Value, pointer: String, hidden: &mut Vec<String>,
) -> Result<(), LeftOut> {
    match (original, shown) {
        (Value::Object(members), Value::Object(shown)) => {
            for (key, value) in members {
                let shown = shown.get(key).ok_or(LeftOut::Credential)?; // the key itself is hidden
                hidden_in(
                    value,
                    shown,
                    format!("{pointer}/{}", crate::base::json::pointer_token(key)),
                    hidden,
                )?;
            }
        }
        (Value::Array(elements), Value::Array(shown)) => {
            for (index, (value, shown)) in elements.iter().zip(shown).enumerate() {
                hidden_in(value, shown, format!("{pointer}/{index}"), hidden)?;
            }
        }
        (Value::Bool(_) | Value::Null, _) => {}
        _ if original != shown => hidden.push(pointer),
        _ => {}
    }
    Ok(())
}

/// Whether a schema contains the value in an `enum` or as a `const`.
fn lists(schema: &Value, value: &Value) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(key, member)| match (key.as_str(), member) {
            ("enum", Value::Array(values)) => values.contains(value),
            ("const", constant) => constant == value,
            _ => lists(member, value),
        }),
        Value::Array(elements) => elements.iter().any(|element| lists(element, value)),
        _ => false,
    }
}

/// The candidates that may replace a value, the likeliest first.
fn candidates(leaf: &Value) -> Vec<Value> {
    match leaf {
        Value::String(text) if text.is_empty() => vec![leaf.clone()],
        Value::String(text) => {
            let mut all = Vec::new();
            if text.contains('=') && text.split(';').all(|part| part.is_empty() || part.contains('=')) {
                all.push(connection_string(text));
            }
            if let Some((scheme, _)) = text.split_once("://")
                && scheme.bytes().all(|byte| byte.is_ascii_lowercase())
            {
                all.push(format!("{scheme}://example.com/"));
                all.push(format!("{scheme}://example.com/?sig={BASE64}"));
            }
            all.extend(["example", "example.com", "someone@example.com", BASE64].map(str::to_owned));
            all.push(masked(text));
            all.into_iter().map(Value::String).collect()
        }
        Value::Number(number) if number.is_f64() => vec![json!(1.5)],
        _ => [1, 443, 1000, 0].map(Value::from).to_vec(),
    }
}

/// A connection string with the public parts of another.
fn connection_string(text: &str) -> String {
    let part = |part: &str| {
        let Some((key, value)) = part.split_once('=') else { return part.to_owned() };
        let value = match key.trim().to_ascii_lowercase().as_str() {
            "accountname" | "defaultendpointsprotocol" | "endpointsuffix" | "usedevelopmentstorage" => value,
            // A signature may follow.
            "tableendpoint" | "blobendpoint" => value.split('?').next().unwrap_or_default(),
            "accountkey" => BASE64,
            "sharedaccesssignature" => "sv=2024-01-01&sig=ZXhhbXBsZQ%3D%3D",
            _ => "example",
        };
        format!("{key}={value}")
    };
    text.split(';').map(part).collect::<Vec<_>>().join(";")
}

/// Text of the same form: each letter and each digit is replaced by another.
fn masked(text: &str) -> String {
    let mask = |c: char| match c {
        'a'..='z' => 'x',
        'A'..='Z' => 'X',
        '0'..='9' => '0',
        c if c.is_alphanumeric() => 'x',
        c => c,
    };
    text.chars().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::config::Config;
    use proptest::prelude::*;

    fn connection(app: &App, original: &Value) -> Result<Value, LeftOut> {
        let redaction = app.concealing();
        Examples { app, redaction: &redaction }.definition(&OwnSpecs::default(), original)
    }

    fn app() -> App {
        App::new(Config::default(), &crate::http::openapi::DESCRIPTION).expect("built-in fixtures")
    }

    fn ats(connection_string: &str) -> Value {
        json!({
            "name": "orders",
            "connectionSpec": {"id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0"},
            "auth": {
                "specName": "Connection String Based Authentication",
                "params": {"connectionString": connection_string},
            },
        })
    }

    #[test]
    fn a_connection_string_keeps_its_account_and_loses_its_key() {
        let app = app();
        let original = ats(
            "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net",
        );
        let example = connection(&app, &original).unwrap();
        let expected = "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=ZXhhbXBsZQ==;EndpointSuffix=core.windows.net";
        assert_eq!(example["auth"]["params"]["connectionString"], expected);
        assert_eq!(example["name"], "orders");
    }

    #[test]
    fn a_malformed_value_gets_a_malformed_example() {
        let app = app();
        for broken in ["AccountName=acme;AccountKey=not base64!", "nothing of the kind", "AccountName=acme"] {
            let original = ats(broken);
            let redaction = app.concealing();
            let examples = Examples { app: &app, redaction: &redaction };
            let own = OwnSpecs::default();
            let Ok(example) = examples.definition(&own, &original) else { continue };
            assert_eq!(examples.verdict(&own, &example), examples.verdict(&own, &original), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn no_account_key_remains(key in "[a-z]{24}") {
            let app = app();
            let original = ats(&format!("AccountName=acme;AccountKey={key}"));
            let example = connection(&app, &original).unwrap().to_string();
            prop_assert!(!example.contains(&key), "{}", example);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}|[a-zA-Z=;:/?]{0,40}") {
            _ = candidates(&json!(text));
        }
    }
}
