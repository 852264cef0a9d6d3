//! [`Description`]: the parts of the OpenAPI document with which requests and responses are compared.

use crate::base::operation::Operation;
use flowmock_json_schema::{Draft, Schema};
use serde_json::{Map, Value, json};

/// The OpenAPI document of `GET /_flowmock/openapi.json`, with compiled schemas.
pub(crate) struct Description(Vec<OperationDescription>);

impl Description {
    /// Reads an OpenAPI document in JSON.
    pub(crate) fn read(document: &str) -> Self {
        let document: Value = serde_json::from_str(document).unwrap_or_default();
        Self(
            Operation::ALL
                .iter()
                .map(|&operation| OperationDescription::read(&document, operation))
                .collect(),
        )
    }

    /// The description of an operation.
    pub(crate) fn of(&self, operation: Operation) -> &OperationDescription {
        &self.0[operation as usize] // one for each of `Operation::ALL`
    }
}

/// The key of a parameter's other spelling in the document. Client generators cannot handle two names that differ only in
/// letter case.
pub(crate) const ALIAS: &str = "x-flowmock-alias";

/// The description of one operation.
#[derive(Default)]
pub(crate) struct OperationDescription {
    parameters: Vec<Parameter>,
    /// The schema of its body.
    pub(crate) body: Option<Schema>,
    pub(crate) needs_body: bool,
    /// The statuses of its successful answers.
    pub(crate) successes: Vec<u16>,
}

/// A query parameter.
struct Parameter {
    name: String,
    /// Another accepted spelling.
    alias: Option<String>,
    values: Values,
    required: bool,
}

/// The values that a parameter takes.
pub(crate) enum Values {
    Any,
    Boolean,
    /// A whole number from 1.
    Number,
    /// One of these, or a list of them.
    Words(Vec<String>),
}

impl OperationDescription {
    fn read(document: &Value, operation: Operation) -> Self {
        let described = &document["paths"][operation.path()][operation.method().to_lowercase()];
        let parameters = described["parameters"].as_array().into_iter().flatten();
        let body = &described["requestBody"];
        // The schema refers to components by their place in the document, so they need that place here.
        let schema = || {
            let schema = body["content"].get("application/json")?.get("schema")?;
            let mut components = Map::new();
            add_components(schema, document, &mut components);
            let whole = json!({"allOf": [schema], "components": {"schemas": components}});
            Schema::compile(&whole, Draft::Draft202012).ok()
        };
        Self {
            parameters: parameters
                .filter(|parameter| parameter["in"] == "query")
                .filter_map(Parameter::read)
                .collect(),
            body: schema(),
            needs_body: body["required"] == true,
            successes: described["responses"].as_object().map(successes).unwrap_or_default(),
        }
    }

    /// The values that the parameter of that name takes; `None` if there is no such parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&Values> {
        let is_meant =
            |parameter: &&Parameter| parameter.name == name || parameter.alias.as_deref() == Some(name);
        self.parameters.iter().find(is_meant).map(|parameter| &parameter.values)
    }

    /// The names of all parameters, for a sentence.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    /// The required parameters.
    pub(crate) fn required(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().filter(|parameter| parameter.required).map(|parameter| parameter.name.as_str())
    }
}

impl Parameter {
    fn read(parameter: &Value) -> Option<Self> {
        let schema = &parameter["schema"];
        let schema = schema.get("items").unwrap_or(schema);
        let words = || {
            let words = schema["enum"].as_array()?.iter();
            Some(words.filter_map(Value::as_str).map(str::to_owned).collect())
        };
        let values = match (words(), schema["type"].as_str()) {
            (Some(words), _) => Values::Words(words),
            (None, Some("boolean")) => Values::Boolean,
            (None, Some("integer")) => Values::Number,
            _ => Values::Any,
        };
        let name = parameter["name"].as_str()?.to_owned();
        let alias = parameter[ALIAS].as_str().map(str::to_owned);
        Some(Self { name, alias, values, required: parameter["required"] == true })
    }
}

/// Adds the components to which a schema refers, directly or through others. Compiling all components would take most of
/// the time.
fn add_components(schema: &Value, document: &Value, components: &mut Map<String, Value>) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                let name = member.as_str().filter(|_| key == "$ref");
                if let Some(name) = name.and_then(|name| name.strip_prefix("#/components/schemas/"))
                    && !components.contains_key(name)
                {
                    let component = &document["components"]["schemas"][name];
                    components.insert(name.to_owned(), component.clone());
                    add_components(component, document, components);
                }
                add_components(member, document, components);
            }
        }
        Value::Array(elements) => {
            elements.iter().for_each(|element| add_components(element, document, components));
        }
        _ => {}
    }
}

/// The statuses below 400 among an operation's responses.
fn successes(responses: &Map<String, Value>) -> Vec<u16> {
    responses.keys().filter_map(|status| status.parse().ok()).filter(|status| *status < 400).collect()
}
