//! The OpenAPI document of what is served. Every answer that a test gets is held against it.

use super::Answer;
use jsonschema::{Draft, Registry, Validator};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// What the document is known by while schemas in it are compiled.
const URI: &str = "urn:flowmock:openapi";

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let json: Value = serde_json::from_str(flowmock::openapi_json()).expect("JSON");
    let registry = Registry::new().draft(Draft::Draft202012).add(URI, json.clone()).expect("a resource");
    let registry = registry.prepare().expect("references that lead somewhere");
    Document { json, registry, validators: Mutex::default() }
});

pub struct Document {
    json: Value,
    registry: Registry<'static>,
    /// The compiled schemas, by their places in the document.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// An operation as the document has it.
#[derive(Clone, Copy)]
pub struct Described {
    /// In upper case.
    pub method: &'static str,
    /// The template.
    pub path: &'static str,
    pub json: &'static Value,
}

/// The document of the servers under test.
pub fn document() -> &'static Document {
    &DOCUMENT
}

impl Document {
    pub fn json(&'static self) -> &'static Value {
        &self.json
    }

    /// Every operation.
    pub fn operations(&'static self) -> impl Iterator<Item = Described> {
        let paths = self.json["paths"].as_object().expect("paths");
        paths.iter().flat_map(|(path, item)| {
            let operations = item.as_object().expect("a path item");
            operations.iter().map(move |(method, json)| Described { method: upper(method), path, json })
        })
    }

    /// What a request asks for: of the templates that its path fits the one that spells out most.
    pub fn operation(&'static self, method: &str, path: &str) -> Option<Described> {
        let method = if method == "HEAD" { "GET" } else { method };
        let template = self.json["paths"].as_object()?.keys().filter(|template| fits(template, path));
        let template = template.min_by_key(|template| template.matches('{').count())?;
        self.operations().find(|operation| operation.path == template && operation.method == method)
    }

    /// What the problem object with that title is called, which has no code in its body.
    pub fn problem(&'static self, title: &str) -> Option<String> {
        let examples = self.json["components"]["examples"].as_object()?;
        let mut problems = examples.iter().filter(|(_, example)| example["value"]["detail"].is_string());
        let name = problems.find(|(_, problem)| problem["value"]["title"] == title)?.0;
        Some(name.clone())
    }

    /// The JSON at that place, which begins with `#`.
    pub fn at(&'static self, reference: &str) -> &'static Value {
        let pointer = reference.strip_prefix('#').expect("a place in the document");
        self.json.pointer(pointer).unwrap_or_else(|| panic!("nothing is at {reference}"))
    }

    /// `value`, or what it refers to.
    pub fn resolved(&'static self, value: &'static Value) -> &'static Value {
        value["$ref"].as_str().map_or(value, |reference| self.at(reference))
    }

    /// What in `json` the schema at that place does not allow.
    pub fn faults(&'static self, place: &str, json: &Value) -> Vec<String> {
        let validator = self.validator(place);
        if validator.is_valid(json) {
            return Vec::new(); // which is found out faster than what is wrong
        }
        let faults = validator.iter_errors(json);
        faults.map(|fault| format!("{fault} at {:?}", fault.instance_path().as_str())).collect()
    }

    fn validator(&'static self, place: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            let place = place.replace('{', "%7B").replace('}', "%7D"); // as a URI takes them
            let schema = json!({"$ref": format!("{URI}{place}")});
            let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&self.registry);
            Arc::new(options.should_validate_formats(true).build(&schema).expect("a schema"))
        };
        Arc::clone(validators.entry(place.to_owned()).or_insert_with(compile))
    }

    /// Asserts that the answer is one that the document says can come. A path without an operation can have any, and so
    /// can a request that a fault struck on purpose.
    #[track_caller]
    pub fn allows(&'static self, method: &str, path: &str, answer: &Answer) {
        let Some(operation) = self.operation(method, path) else { return };
        if answer.headers.contains_key("x-flowmock-fault") {
            assert!(operation.json["responses"]["default"].is_object(), "no fault is described\n{answer}");
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
        self.allows_headers(response, &answer.headers, answer);
        if method == "HEAD" {
            return;
        }
        let content = response["content"].as_object();
        let Some((media_type, _)) = content.and_then(|content| content.iter().next()) else {
            assert!(answer.body.is_empty(), "no body is described\n{answer}");
            return;
        };
        let sent = answer.header("content-type").split(';').next();
        assert_eq!(sent, Some(media_type.as_str()), "{answer}");
        if media_type == "application/json" {
            let faults = self.faults(&format!("{place}/content/application~1json/schema"), &answer.json());
            assert!(faults.is_empty(), "{faults:#?}\nin {answer}");
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
    fn allows_headers(&'static self, response: &'static Value, sent: &HeaderMap, answer: &Answer) {
        for (name, header) in response["headers"].as_object().expect("headers") {
            if self.resolved(header)["required"] == true {
                assert!(sent.contains_key(name), "{name} is described as required\n{answer}");
            }
        }
    }
}

impl Described {
    pub fn name(&self) -> &'static str {
        self.json["operationId"].as_str().expect("an operationId")
    }

    /// Where it stands in the document.
    pub fn pointer(&self) -> String {
        format!("/paths/{}/{}", self.path.replace('~', "~0").replace('/', "~1"), self.method.to_lowercase())
    }

    /// The names of its parameters at that place: `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<&'static str> {
        let parameters = self.json["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let parameters = parameters.iter().map(|parameter| document().resolved(parameter));
        let there = parameters.filter(|parameter| parameter["in"] == place);
        there.map(|parameter| parameter["name"].as_str().expect("a name")).collect()
    }
}

fn upper(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "put" => "PUT",
        "post" => "POST",
        "patch" => "PATCH",
        "delete" => "DELETE",
        other => panic!("a path item has the key {other}"),
    }
}

/// Whether a path is one of the template's.
fn fits(template: &str, path: &str) -> bool {
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
