//! [`Description`]: the OpenAPI description of the vendor.

use super::VendorOperation;
use crate::support::Answer;
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub struct Description(pub Value);

impl Description {
    pub fn load() -> Option<Self> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/flow-service.openapi.yaml");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("skipped: the vendor's OpenAPI description is not beside the project");
            return None;
        };
        Some(Self(yaml_serde::from_str(&text).expect("the description is YAML")))
    }

    /// The schema of an answer, if the description has one. References in it are resolved within the description.
    pub fn schema(&self, (method, path): VendorOperation, answer: &Answer) -> Option<Validator> {
        let responses = &self.0["paths"][path][method]["responses"];
        let response = responses.get(answer.status.as_str());
        let response = response
            .unwrap_or_else(|| panic!("the description of {method} {path} does not include\n{answer}"));
        let mut schema = response["content"]["application/json"].get("schema")?.clone();
        schema["components"] = self.0["components"].clone();
        Some(jsonschema::options().with_draft(Draft::Draft4).build(&schema).expect("the schema compiles"))
    }

    /// The keys of a schema in the description.
    pub fn keys(&self, schema: &str) -> BTreeSet<String> {
        let properties = self.0["components"]["schemas"][schema]["properties"].as_object();
        properties.expect("a schema of an object").keys().cloned().collect()
    }

    /// Asserts that the description allows the answer.
    #[track_caller]
    pub fn assert_allows(&self, operation: VendorOperation, answer: &Answer) {
        let Some(schema) = self.schema(operation, answer) else { return };
        let body = answer.json();
        let faults: Vec<String> = schema
            .iter_errors(&body)
            .map(|fault| format!("{} at {}", fault, fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}\n{answer}");
    }

    /// Asserts that the description still does not allow the answer, which follows the documentation.
    #[track_caller]
    pub fn assert_disagrees(&self, operation: VendorOperation, answer: &Answer) {
        let schema = self.schema(operation, answer).expect("the description has a schema");
        assert!(
            !schema.is_valid(&answer.json()),
            "the description allows this now: update docs/openapi.md\n{answer}"
        );
    }
}

/// The documented shape of an error, which the description lacks.
pub fn error_schema() -> Validator {
    let schema = json!({
        "oneOf": [
            {
                "type": "object",
                "properties": {"error_code": {"type": "string"}, "message": {"type": "string"}},
                "required": ["error_code", "message"],
                "additionalProperties": false
            },
            {
                "type": "object",
                "properties": {
                    "type": {"enum": ["/placeholder/type/uri"]}, "status": {"enum": [400]},
                    "title": {"enum": ["BadRequestError"]}, "detail": {"type": "string"}
                },
                "required": ["type", "status", "title", "detail"],
                "additionalProperties": false
            },
            {
                "type": "object",
                "properties": {
                    "type": {"pattern": "^https://ns\\.adobe\\.com/aep/errors/FLOW-[0-9]{4}-[45][0-9]{2}$"},
                    "title": {"type": "string", "minLength": 1},
                    "status": {"type": "integer"},
                    "report": {
                        "type": "object",
                        "properties": {"detailed-message": {"type": "string"}, "request-id": {"type": "string"}},
                        "additionalProperties": {"type": "string"},
                        "required": ["detailed-message", "request-id"]
                    },
                    "errorMessage": {"type": "string", "minLength": 1},
                    "errorDetails": {"type": "string", "minLength": 1}
                },
                "required": ["type", "title", "status", "report", "errorMessage", "errorDetails"],
                "additionalProperties": false
            }
        ]
    });
    jsonschema::options().with_draft(Draft::Draft7).build(&schema).expect("the schema compiles")
}
