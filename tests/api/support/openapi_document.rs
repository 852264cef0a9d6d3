//! [`OpenApiDocument`]: the OpenAPI document that flowmock serves. [`Answer::to`] checks every answer against it.

use crate::common::answer::Answer;
use jsonschema::{Draft, Registry, Validator};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The URI of the document while its schemas are compiled.
const URI: &str = "urn:flowmock:openapi";

static DOCUMENT: LazyLock<OpenApiDocument> = LazyLock::new(|| {
    let json: Value = serde_json::from_str(flowmock::openapi_json()).expect("JSON");
    let registry = Registry::new().draft(Draft::Draft202012).add(URI, json.clone()).expect("a resource");
    let registry = registry.prepare().expect("all references can be resolved");
    OpenApiDocument { json, registry, validators: Mutex::default() }
});

/// The document, with its compiled schemas.
pub struct OpenApiDocument {
    json: Value,
    registry: Registry<'static>,
    /// The compiled schemas by their JSON pointers.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// An operation that the document describes.
#[derive(Clone, Copy)]
pub struct Operation {
    /// In upper case.
    pub method: &'static str,
    /// The path template.
    pub path: &'static str,
    /// The operation object.
    pub json: &'static Value,
}

/// The document of the servers under test.
pub fn document() -> &'static OpenApiDocument {
    &DOCUMENT
}

impl OpenApiDocument {
    /// The whole document.
    pub fn json(&'static self) -> &'static Value {
        &self.json
    }

    /// All operations.
    pub fn operations(&'static self) -> impl Iterator<Item = Operation> {
        let paths = self.json["paths"].as_object().expect("paths");
        paths.iter().flat_map(|(path, item)| {
            let operations = item.as_object().expect("a path item");
            operations.iter().map(move |(method, json)| Operation { method: upper(method), path, json })
        })
    }

    /// The operation of a request. If several path templates match, the one with the fewest parameters wins.
    pub fn operation(&'static self, method: &str, path: &str) -> Option<Operation> {
        let method = if method == "HEAD" { "GET" } else { method };
        let template =
            self.json["paths"].as_object()?.keys().filter(|template| matches_template(template, path));
        let template = template.min_by_key(|template| template.matches('{').count())?;
        self.operations().find(|operation| operation.path == template && operation.method == method)
    }

    /// The name of the example with this title among the problem objects, which have no code in their bodies.
    pub fn problem(&'static self, title: &str) -> Option<String> {
        let examples = self.json["components"]["examples"].as_object()?;
        let is_problem = |body: &Value| body["detail"].is_string() || body["report"]["message"].is_string();
        let mut problems = examples.iter().filter(|(_, example)| is_problem(&example["value"]));
        let name = problems.find(|(_, problem)| problem["value"]["title"] == title)?.0;
        Some(name.clone())
    }

    /// The JSON at `reference`, a JSON pointer after `#`.
    pub fn at(&'static self, reference: &str) -> &'static Value {
        let pointer = reference.strip_prefix('#').expect("the reference begins with #");
        self.json.pointer(pointer).unwrap_or_else(|| panic!("the document has nothing at {reference}"))
    }

    /// `value`, or the value to which its `$ref` points.
    pub fn resolved(&'static self, value: &'static Value) -> &'static Value {
        value["$ref"].as_str().map_or(value, |reference| self.at(reference))
    }

    /// The violations in `json` of the schema at `place`.
    pub fn violations(&'static self, place: &str, json: &Value) -> Vec<String> {
        let validator = self.validator(place);
        if validator.is_valid(json) {
            return Vec::new(); // much faster than listing violations
        }
        let violations = validator.iter_errors(json);
        violations.map(|error| format!("{error} at {:?}", error.instance_path().as_str())).collect()
    }

    fn validator(&'static self, place: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            let place = place.replace('{', "%7B").replace('}', "%7D"); // braces must be escaped in a URI
            let schema = json!({"$ref": format!("{URI}{place}")});
            let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&self.registry);
            Arc::new(options.should_validate_formats(true).build(&schema).expect("a schema"))
        };
        Arc::clone(validators.entry(place.to_owned()).or_insert_with(compile))
    }

    /// Asserts that the document describes an answer to this request. It describes neither the answers on unknown paths
    /// nor those of injected faults.
    #[track_caller]
    pub fn assert_describes(&'static self, method: &str, path: &str, answer: &Answer) {
        let Some(operation) = self.operation(method, path) else { return };
        if answer.headers.contains_key("x-flowmock-fault") {
            assert!(
                operation.json["responses"]["default"].is_object(),
                "the document has no default response for faults\n{answer}"
            );
            return;
        }
        let status = answer.status.as_str();
        let response = &operation.json["responses"][status];
        assert!(response.is_object(), "{status} is not described for {method} {}\n{answer}", operation.path);
        let place = match response["$ref"].as_str() {
            Some(place) => place.to_owned(),
            None => format!("#{}/responses/{status}", operation.pointer()),
        };
        let response = self.at(&place);
        self.assert_required_headers(response, &answer.headers, answer);
        if method == "HEAD" {
            return;
        }
        let content = response["content"].as_object();
        let Some(content) = content else {
            assert!(answer.body.is_empty(), "the document describes no body\n{answer}");
            return;
        };
        let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
        assert!(content.contains_key(media_type), "{media_type} is not described\n{answer}");
        if media_type == "application/json" {
            let violations =
                self.violations(&format!("{place}/content/application~1json/schema"), &answer.json());
            assert!(violations.is_empty(), "{violations:#?}\nin {answer}");
        }
        if let Some(code) = answer.code() {
            let codes = response["x-flowmock-codes"].as_array().map(Vec::as_slice).unwrap_or_default();
            let name = operation.name();
            assert!(
                codes.iter().any(|listed| *listed == code),
                "{code} is not described for {name}\n{answer}"
            );
        }
    }

    #[track_caller]
    fn assert_required_headers(&'static self, response: &'static Value, sent: &HeaderMap, answer: &Answer) {
        for (name, header) in response["headers"].as_object().expect("headers") {
            if self.resolved(header)["required"] == true {
                assert!(sent.contains_key(name), "{name} is described as required\n{answer}");
            }
        }
    }
}

impl Operation {
    /// The `operationId`.
    pub fn name(&self) -> &'static str {
        self.json["operationId"].as_str().expect("an operationId")
    }

    /// The JSON pointer of the operation.
    pub fn pointer(&self) -> String {
        format!("/paths/{}/{}", self.path.replace('~', "~0").replace('/', "~1"), self.method.to_lowercase())
    }

    /// The names of the parameters in `place`, with their other spellings: `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<&'static str> {
        let parameters = self.json["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let parameters = parameters.iter().map(|parameter| document().resolved(parameter));
        let there = parameters.filter(|parameter| parameter["in"] == place);
        let names = |parameter: &'static Value| {
            let alias = parameter["x-flowmock-alias"].as_str();
            [Some(parameter["name"].as_str().expect("a name")), alias].into_iter().flatten()
        };
        there.flat_map(names).collect()
    }
}

fn upper(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "put" => "PUT",
        "post" => "POST",
        "patch" => "PATCH",
        "delete" => "DELETE",
        other => panic!("unknown method in a path item: {other}"),
    }
}

/// Whether a path matches a path template.
fn matches_template(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.trim_end_matches('/').split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(part))
                if expected == part || expected.starts_with('{') && !part.is_empty() => {}
            _ => return false,
        }
    }
}
