//! Every operation against the vendor's OpenAPI description, which is read where it lies and never copied. Skipped,
//! with a notice, where it is not beside the project.
//!
//! Where description and documentation disagree, flowmock follows the documentation; [`DISAGREEMENTS`] lists those
//! places, and the test insists that each still is one. `docs/contract.md` says the same in prose.

use crate::support::{self, Answer, Tenant, ats, rename};
use jsonschema::Draft;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ATS_SPEC: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

/// Answers that the documentation shows in another form than the description's schema: operation, what it answers
/// with, and a word for the case.
const DISAGREEMENTS: [(&str, &str, &str); 6] = [
    ("get", "/connections/{BASE_CONNECTION_ID}/explore", "of a table"),
    ("get", "/connections/{BASE_CONNECTION_ID}/configs", "configs"),
    ("get", "/connectionSpecs/{CONNECTION_SPEC_ID}/configs", "configs"),
    ("post", "/connectionSpecs", "the item in items"),
    ("put", "/connectionSpecs/{CONNECTION_SPEC_ID}", "the item in items"),
    ("get", "/connections", "of a count"),
];

/// Keys that are answered beside those of the schema, as documented.
const BESIDE_THE_SCHEMA: [(&str, &str); 3] =
    [("", "_links"), ("items", "providerId"), ("items", "type")];

struct Description(Value);

impl Description {
    fn load() -> Option<Self> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/flow-service.openapi.yaml");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("skipped: the OpenAPI description is not beside the project");
            return None;
        };
        Some(Self(yaml_serde::from_str(&text).expect("the description is YAML")))
    }

    fn response(&self, method: &str, path: &str, status: u16) -> &Value {
        let response = &self.0["paths"][path][method]["responses"][status.to_string()];
        assert!(response.is_object(), "{method} {path}: {status} is not described");
        response
    }

    /// The schema of an answer, whole: what it refers to is in it.
    fn schema(&self, method: &str, path: &str, status: u16) -> Option<Value> {
        let mut schema = self.response(method, path, status)["content"]["application/json"].get("schema")?.clone();
        schema["components"] = self.0["components"].clone();
        Some(schema)
    }
}
