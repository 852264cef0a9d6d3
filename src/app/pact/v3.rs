//! The parts of a Pact file, version 3 of the specification, that flowmock writes.
//!
//! <https://github.com/pact-foundation/pact-specification/tree/version-3>. The fields below stand in alphabetical order
//! and every map is sorted, so the same requests make the same file, byte for byte.
//!
//! Decided: these types are flowmock's own, since the Pact project's crate `pact_models` brings an HTTP client and a C
//! library with it. The tests read every file with that crate, and have it verified with `pact_verifier`.

use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A whole file.
#[derive(Serialize)]
pub(super) struct PactFile {
    pub(super) consumer: Participant,
    pub(super) interactions: Vec<Interaction>,
    pub(super) metadata: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
    pub(super) provider: Participant,
}

impl PactFile {
    /// The version of the specification, for `metadata.pactSpecification.version`.
    pub(super) const VERSION: &str = "3.0.0";
}

/// A consumer or a provider.
#[derive(Serialize)]
pub(super) struct Participant {
    pub(super) name: String,
}

/// A request, the response that the consumer expects, and the states that the provider has to be in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Interaction {
    pub(super) description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) provider_states: Vec<ProviderState>,
    pub(super) request: PactRequest,
    pub(super) response: PactResponse,
}

#[derive(Serialize)]
pub(super) struct ProviderState {
    pub(super) name: Cow<'static, str>,
    params: BTreeMap<&'static str, Value>,
}

impl ProviderState {
    pub(super) fn new(
        name: impl Into<Cow<'static, str>>, params: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Self {
        Self {
            name: name.into(),
            params: params.into_iter().map(|(key, value)| (key, sorted(value))).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PactRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<JsonBody>,
    #[serde(skip_serializing_if = "Generators::is_empty")]
    pub(super) generators: Generators,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: Headers,
    #[serde(skip_serializing_if = "MatchingRules::is_empty")]
    pub(super) matching_rules: MatchingRules,
    pub(super) method: String,
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query: Option<Query>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PactResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<JsonBody>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: Headers,
    #[serde(skip_serializing_if = "MatchingRules::is_empty")]
    pub(super) matching_rules: MatchingRules,
    pub(super) status: u16,
}

/// Header values by name.
pub(super) type Headers = BTreeMap<&'static str, String>;

/// The values of each query parameter, in the order in which they were sent; a name without `=` has no value.
pub(super) type Query = BTreeMap<String, Vec<Option<String>>>;

/// A JSON body, with sorted keys.
#[derive(Serialize)]
pub(super) struct JsonBody(Value);

impl JsonBody {
    pub(super) fn new(json: Value) -> Self {
        Self(sorted(json))
    }
}

fn sorted(mut json: Value) -> Value {
    json.sort_all_objects();
    json
}

/// How the parts of a message may differ from those in the file. A part without a rule must be equal.
#[derive(Default, Serialize)]
pub(super) struct MatchingRules {
    /// By [`BodyPath`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) body: BTreeMap<BodyPath, MatchingRule>,
    /// By header name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) header: BTreeMap<&'static str, MatchingRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<MatchingRule>,
}

impl MatchingRules {
    fn is_empty(&self) -> bool {
        self.body.is_empty() && self.header.is_empty() && self.path.is_none()
    }
}

/// The rule for one place in a message. The specification allows several, combined by AND or OR; flowmock needs one.
#[derive(Serialize)]
pub(super) struct MatchingRule {
    combine: &'static str,
    matchers: [PactMatcher; 1],
}

impl From<PactMatcher> for MatchingRule {
    fn from(matcher: PactMatcher) -> Self {
        Self { combine: "AND", matchers: [matcher] }
    }
}

#[derive(Serialize)]
#[serde(tag = "match", rename_all = "lowercase")]
pub(super) enum PactMatcher {
    /// A value equal to the example.
    Equality,
    /// A whole number.
    Integer,
    /// A regular expression that the value, as text, has to match.
    Regex { regex: String },
    /// A value of the same type; `min` is the least number of elements if it is an array.
    Type {
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<usize>,
    },
}

impl PactMatcher {
    pub(super) const TYPE: Self = Self::Type { min: None };

    pub(super) fn regex(regex: impl Into<String>) -> Self {
        Self::Regex { regex: regex.into() }
    }
}

/// The place in a body where a rule holds, as a path expression of the specification: `$.items[*].id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct BodyPath(String);

impl BodyPath {
    /// The whole body.
    pub(super) fn root() -> Self {
        Self("$".to_owned())
    }

    pub(super) fn is_root(&self) -> bool {
        self.0 == "$"
    }

    /// The path of a member of the object at this path.
    pub(super) fn member(&self, key: &str) -> Self {
        let first = key.bytes().next();
        let is_identifier = first.is_some_and(|byte| byte == b'_' || byte.is_ascii_alphabetic())
            && key.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        if is_identifier {
            return Self(format!("{}.{key}", self.0));
        }
        let escaped = key.replace('\\', r"\\").replace('\'', r"\'");
        Self(format!("{}['{escaped}']", self.0))
    }

    /// The path of an element of the array at this path.
    pub(super) fn element(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// The path of all elements of the array at this path.
    pub(super) fn elements(&self) -> Self {
        Self(format!("{}[*]", self.0))
    }
}

/// The parts of a request that a verifier takes from the provider's response to a state.
#[derive(Default, Serialize)]
pub(super) struct Generators {
    /// By header name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) header: BTreeMap<&'static str, Generator>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<Generator>,
}

impl Generators {
    fn is_empty(&self) -> bool {
        self.header.is_empty() && self.path.is_none()
    }
}

/// Text in which `${name}` stands for a value from the provider's response.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Generator {
    data_type: &'static str,
    expression: String,
    r#type: &'static str,
}

impl Generator {
    pub(super) fn from_state(expression: impl Into<String>) -> Self {
        Self { data_type: "STRING", expression: expression.into(), r#type: "ProviderState" }
    }
}

#[cfg(test)]
mod tests {
    use super::BodyPath;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn paths_are_equal_to_those_of_the_pact_projects_model(
            keys in prop::collection::vec("[a-z_]{1,3}|.{0,4}|[\\\\'*\\[\\]0-9$.]{0,3}|\\[\\*\\]", 0..4), index in 0_usize..20,
        ) {
            use pact_models::path_exp::{DocPath, PathToken};
            let mut path = BodyPath::root();
            let mut tokens = vec![PathToken::Root];
            for key in keys {
                path = path.member(&key).element(index).elements();
                tokens.extend([PathToken::Field(key), PathToken::Index(index), PathToken::StarIndex]);
            }
            prop_assert_eq!(path.0, String::from(DocPath::from_tokens(tokens)));
        }
    }
}
