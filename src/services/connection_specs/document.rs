//! [`ConnectionSpec`]: a connection spec, from its document to the bytes of a response and the schemas that check
//! params.
//!
//! Reference: "Connection specs" (an item). Decided: a document needs `id`, `name` and `version`; one without a
//! `providerId` belongs to a batch source; unknown keys are kept and returned. `null`s count as absent.

use super::bounds::{Budget, MAX_AUTH_SPECS};
use super::cost::SchemaCost;
use super::extension::Extension;
use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::base::document::refusal::Problem;
use crate::base::error::excerpt;
use crate::services::entities::documents::JsonDocument;
use crate::services::sources::Layout;
use crate::services::sources::filters::FilterAtSource;
use crate::services::sources::source::SpecSource;
use crate::services::specs::load;
use crate::services::specs::spec::{IdentifiedDocument, check_stamps, nonempty, read_id};
use crate::services::specs::{Compile, Layer, Spec};
use flowmock_json_schema::{Draft, NotCompiled, Schema};
use include_dir::{Dir, include_dir};
use serde_json::{Map, Value};
use std::sync::{LazyLock, OnceLock};

/// The provider of batch sources.
const BATCH_PROVIDER: &str = "0ed90a81-07f4-4586-8190-b40eccef1c5a";

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/connection-specs");

static BUILT_IN: LazyLock<Layer<ConnectionSpec>> =
    LazyLock::new(|| Layer::of(load::embedded(&FILES).expect("a test reads every built-in document")));

/// A connection spec.
#[derive(Debug)]
pub(crate) struct ConnectionSpec {
    identified: IdentifiedDocument,
    /// The ways to authenticate; empty if none is needed.
    pub(crate) auth_specs: Vec<AuthSpec>,
    /// The part of the document that only flowmock reads.
    pub(crate) extension: Extension,
}

/// One way to authenticate.
#[derive(Debug)]
pub(crate) struct AuthSpec {
    /// The name that `auth.specName` refers to. Two auth specs may have the same name.
    pub(crate) name: String,
    /// The schema of `auth.params`, compiled.
    params: OnceLock<ParamsSchema>,
}

/// A compiled schema of `auth.params`.
#[derive(Debug)]
pub(super) struct ParamsSchema {
    pub(super) schema: Schema,
    /// The cost of a check with it; zero for a built-in schema.
    pub(super) cost: SchemaCost,
}

impl Spec for ConnectionSpec {
    const COLLECTION: &'static str = "connectionSpecs";
    const NOUN: &'static str = "connection spec";
    const FOLDER: &'static str = "connection-specs";
    const HAS_UNIQUE_NAMES: bool = false;
    const IS_SLOW_TO_READ: bool = true;

    fn identified(&self) -> &IdentifiedDocument {
        &self.identified
    }

    fn shares_id(&self) -> bool {
        self.extension.shares_id
    }

    fn built_in() -> &'static Layer<Self> {
        &BUILT_IN
    }

    fn seed(&self) -> Value {
        let mut document = self.document().clone();
        if let Value::Object(members) = &mut document {
            self.extension.put_back(members);
        }
        document
    }

    fn read_at(path: String, document: Value, compile: Compile, problems: &mut Problems) -> Option<Self> {
        let before = problems.count();
        let Value::Object(mut document) = document else {
            return Member::at(path, &document).object(problems).and(None);
        };
        let extension = Extension::take(&mut document, &path, problems);
        document.entry("providerId").or_insert_with(|| BATCH_PROVIDER.into());
        let document = Value::Object(document);
        let mut members = Member::at(&*path, &document).object(problems)?;
        let id = members.required("id", problems).and_then(|id| read_id(&id, problems));
        let [name, version] =
            ["name", "version"].map(|key| nonempty(members.required(key, problems), problems));
        let auth_specs = read_auth_specs(members.take("authSpec"), problems);
        check_stamps(&mut members, problems);
        check_optional_keys(&mut members, problems);
        if let (Some(auth_specs), Compile::Now) = (&auth_specs, compile)
            && problems.count() == before
        {
            let mut budget = Budget::default();
            for (index, auth_spec) in auth_specs.iter().enumerate() {
                match compile_bounded(&document, index, &mut budget) {
                    Ok(compiled) => _ = auth_spec.params.set(compiled),
                    Err(problem) => problems.add(format_args!("{path}{}", problem.path), problem.reason),
                }
            }
        }
        if problems.count() > before {
            return None;
        }
        Some(Self {
            auth_specs: auth_specs?,
            extension,
            identified: IdentifiedDocument::new(id?, name?, version?, document),
        })
    }
}

impl ConnectionSpec {
    /// The layout of its source; `None` if the source cannot be explored.
    pub(crate) fn layout(&self) -> Option<Layout> {
        let named = self.document()["exploreSpec"]["type"].as_str().map(Layout::from_name);
        named.or(self.extension.explorable.then_some(Layout::Streaming))
    }

    /// Its source.
    pub(crate) fn source(&self) -> SpecSource<'_> {
        SpecSource { spec_id: self.id(), spec_name: self.name(), layout: self.layout() }
    }

    /// Whether its connections authenticate.
    pub(crate) fn has_auth_specs(&self) -> bool {
        !self.auth_specs.is_empty()
    }

    /// Whether connections of the spec lead to a destination.
    pub(crate) fn is_destination(&self) -> bool {
        self.document()["attributes"]["isDestination"] == true
    }

    /// The compiled schema of the auth spec with that index.
    pub(super) fn params(&self, index: usize) -> &ParamsSchema {
        self.auth_specs[index].params.get_or_init(|| {
            let schema = Schema::compile(&self.document()["authSpec"][index]["spec"], Draft::Draft7).expect(
                "a document that was not compiled when it was read is built in, and a test compiles those",
            );
            ParamsSchema { schema, cost: SchemaCost::default() }
        })
    }
}

/// Reads the built-in documents, and has the schema library compile its meta-schema, so that no request has to wait for this.
pub(crate) fn prepare() {
    LazyLock::force(&BUILT_IN);
    _ = Schema::compile(&Value::Object(Map::new()), Draft::Draft7);
}

/// Compiles the user-supplied schema of the auth spec with that index.
///
/// # Errors
/// The first [`Problem`] of the schema.
fn compile_bounded(document: &Value, index: usize, budget: &mut Budget) -> Result<ParamsSchema, Problem> {
    let schema = &document["authSpec"][index]["spec"];
    let at = format!("/authSpec/{index}/spec");
    let cost = budget.take(schema, &at)?;
    match Schema::compile_interruptible(schema, Draft::Draft7) {
        Ok(schema) => Ok(ParamsSchema { schema, cost }),
        Err(NotCompiled::Invalid(error)) => {
            let pointer = format!("{at}{}", error.instance_path());
            let error = excerpt(&error.masked().to_string()); // masked: a value may be long or secret
            Err(Problem::new(pointer, format!("is not a valid JSON Schema: {error}")))
        }
        Err(NotCompiled::Interrupted) => {
            Err(Problem::new(at, "takes too long to compile; make it smaller, and its patterns simpler"))
        }
    }
}

fn read_auth_specs(member: Option<Member<'_>>, problems: &mut Problems) -> Option<Vec<AuthSpec>> {
    let Some(member) = member else { return Some(Vec::new()) };
    let mut auth_specs = Vec::new();
    for member in member.elements(0..=MAX_AUTH_SPECS, problems)? {
        let Some(mut auth_spec) = member.object(problems) else { continue };
        let name = nonempty(auth_spec.required("name", problems), problems);
        nonempty(auth_spec.take("type"), problems);
        if let Some(schema) = auth_spec.required("spec", problems)
            && !schema.value().is_object()
        {
            schema.expected::<()>("a JSON Schema, an object", problems);
        }
        auth_specs.extend(name.map(|name| AuthSpec { name, params: OnceLock::new() }));
    }
    Some(auth_specs)
}

/// Checks the optional keys. All others are the client's own.
fn check_optional_keys(document: &mut Members<'_>, problems: &mut Problems) {
    for key in ["providerId", "type"] {
        nonempty(document.take(key), problems);
    }
    let explore = document.take("exploreSpec").and_then(|member| member.object(problems));
    // The type says how the source is laid out.
    nonempty(explore.and_then(|mut explore| explore.take("type")), problems);
    let attributes = document.take("attributes").and_then(|member| member.object(problems));
    if let Some(declared) = attributes.and_then(|mut attributes| attributes.take("filterAtSource")) {
        FilterAtSource::check(declared, problems);
    }
    for key in ["sourceSpec", "permissionsInfo"] {
        document.take(key).and_then(|member| member.object(problems));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::json::{Nulls, parse};

    fn read(text: &str) -> Result<ConnectionSpec, Problem> {
        ConnectionSpec::read(parse(text.as_bytes(), Nulls::Dropped).unwrap(), Compile::Now)
    }

    #[test]
    fn a_problem_is_reported_with_its_place() {
        let cases = [
            ("[]", "", "must be an object, not an array"),
            ("{}", "/id", "is missing"),
            (r#"{"id":1}"#, "/id", "must be a string, not a number; put it in quotes"),
            (r#"{"id":""}"#, "/id", "must not be empty"),
            (r#"{"id":"a/b"}"#, "/id", "must be at most 128 letters, digits"),
            (r#"{"id":"a"}"#, "/name", "is missing"),
            (r#"{"id":"a","name":"b"}"#, "/version", "is missing"),
            (r#"{"authSpec":{}}"#, "/authSpec", "must be an array, not an object"),
            (r#"{"authSpec":[1]}"#, "/authSpec/0", "must be an object, not a number"),
            (r#"{"authSpec":[{"name":"a","spec":{}},{"name":"a"}]}"#, "/authSpec/1/spec", "is missing"),
            (
                r#"{"authSpec":[{"name":"a","spec":[]}]}"#,
                "/authSpec/0/spec",
                "must be a JSON Schema, an object, not an array",
            ),
            (r#"{"authSpec":[{"name":"a","type":1,"spec":{}}]}"#, "/authSpec/0/type", "must be a string"),
            (
                r#"{"authSpec":[{"name":"a","spec":{"properties":{"p":{"type":"strin"}}}}]}"#,
                "/authSpec/0/spec/properties/p/type",
                "is not a valid JSON Schema",
            ),
            (
                r##"{"authSpec":[{"name":"a","spec":{"$ref":"#/x"}}]}"##,
                "/authSpec/0/spec/$ref",
                "must lead to a place in the same schema",
            ),
            (
                r#"{"authSpec":[{"name":"a","spec":{"$ref":"http://x.test/y"}}]}"#,
                "/authSpec/0/spec/$ref",
                "must lead to a place in the same schema",
            ),
            (r#"{"providerId":1}"#, "/providerId", "must be a string"),
            (r#"{"exploreSpec":[]}"#, "/exploreSpec", "must be an object, not an array"),
            (r#"{"attributes":[]}"#, "/attributes", "must be an object, not an array"),
            (
                r#"{"attributes":{"filterAtSource":true}}"#,
                "/attributes/filterAtSource",
                "must be an object, not a boolean",
            ),
            (
                r#"{"attributes":{"filterAtSource":{"enabled":"yes"}}}"#,
                "/attributes/filterAtSource/enabled",
                "must be true or false",
            ),
            (
                r#"{"attributes":{"filterAtSource":{"queryLanguage":""}}}"#,
                "/attributes/filterAtSource/queryLanguage",
                "must not be empty",
            ),
            (
                r#"{"attributes":{"filterAtSource":{"logicalOperators":"and"}}}"#,
                "/attributes/filterAtSource/logicalOperators",
                "must be an array, not a string",
            ),
            (
                r#"{"attributes":{"filterAtSource":{"comparisonOperators":["=",1]}}}"#,
                "/attributes/filterAtSource/comparisonOperators/1",
                "must be a string, not a number",
            ),
            (r#"{"x-flowmock":{"patchAllowed":1}}"#, "/x-flowmock/patchAllowed", "must be true or false"),
            (r#"{"x-flowmock":{"a/b":1}}"#, "/x-flowmock/a~1b", "is not known; the keys here are"),
            (r#"{"x-flowmock":true}"#, "/x-flowmock", "must be an object, not a boolean"),
        ];
        for (text, pointer, reason) in cases {
            let sound = r#"{"id":"a","name":"b","version":"1.0","#;
            let text = if text.contains("\"id\"") || text.len() == 2 {
                text.to_owned()
            } else {
                sound.to_owned() + &text[1..]
            };
            let problem = read(&text).expect_err(&text);
            assert_eq!(problem.path, pointer, "{text}: {problem:?}");
            assert!(problem.reason.contains(reason), "{text}: {problem:?}");
        }
    }

    #[test]
    fn the_returned_document_lacks_the_extension() {
        let spec = read(
            r#"{"x-flowmock":{"patchAllowed":false},"id":"a","name":"b","version":"1","c":[null],"d":null}"#,
        )
        .unwrap();
        let item = r#"{"id":"a","name":"b","version":"1","c":[null],"providerId":"PROVIDER"}"#
            .replace("PROVIDER", BATCH_PROVIDER);
        assert_eq!(str::from_utf8(spec.item()).unwrap(), item);
        assert!(!spec.extension.patch_allowed && !spec.extension.shares_id);
    }
}
