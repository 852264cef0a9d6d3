//! [`Description`]: what the document says of one operation beside its row and its codes, in few words.

use super::schema::Schema;
use crate::base::headers;
use serde_json::{Map, Value, json};

/// What an operation is for, what it takes, and what it answers when it does not refuse.
pub(super) struct Description {
    tag: Tag,
    summary: &'static str,
    detail: &'static str,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    answers: Vec<Answer>,
}

/// A chapter of the document.
#[derive(Clone, Copy)]
pub(super) struct Tag {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
}

/// A parameter in the path, the query or the head.
pub(super) struct Parameter {
    place: &'static str,
    name: &'static str,
    about: &'static str,
    required: bool,
    deprecated: bool,
    schema: Schema,
}

/// What a request carries.
pub(super) struct Body {
    about: &'static str,
    required: bool,
    media_types: Vec<&'static str>,
    schema: Schema,
    examples: Vec<(&'static str, Value)>,
}

/// What an operation answers.
pub(super) struct Answer {
    status: u16,
    about: &'static str,
    content: Option<(&'static str, Schema)>,
    headers: Vec<(&'static str, Value)>,
}

impl Description {
    /// A description of one sentence, without a full stop.
    pub(super) fn new(tag: Tag, summary: &'static str) -> Self {
        Self { tag, summary, detail: "", parameters: Vec::new(), body: None, answers: Vec::new() }
    }

    /// What the sentence leaves out, in Markdown.
    pub(super) fn detail(self, detail: &'static str) -> Self {
        Self { detail, ..self }
    }

    /// It takes this parameter.
    pub(super) fn takes(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// It takes all of these.
    pub(super) fn takes_all(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// It takes a body.
    pub(super) fn reads(self, body: Body) -> Self {
        Self { body: Some(body), ..self }
    }

    /// It answers so.
    pub(super) fn answers(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// Its answers by status, as Response Objects.
    pub(super) fn responses(&mut self) -> Map<String, Value> {
        let answers = self.answers.drain(..);
        answers.map(|answer| (answer.status.to_string(), answer.into())).collect()
    }

    /// As an Operation Object without responses; `headers` are parameters that other operations take too.
    pub(super) fn into_operation(self, id: &str, headers: impl Iterator<Item = Value>) -> Map<String, Value> {
        let mut operation = Map::new();
        let mut set = |key: &str, value: Value| operation.insert(key.to_owned(), value);
        set("operationId", id.into());
        set("tags", json!([self.tag.name]));
        set("summary", self.summary.into());
        if !self.detail.is_empty() {
            set("description", self.detail.into());
        }
        let parameters: Vec<Value> = self.parameters.into_iter().map(Value::from).chain(headers).collect();
        if !parameters.is_empty() {
            set("parameters", parameters.into());
        }
        if let Some(body) = self.body {
            set("requestBody", body.into());
        }
        operation
    }
}

impl Parameter {
    /// A part of the path.
    pub(super) fn path(name: &'static str, schema: Schema, about: &'static str) -> Self {
        Self { required: true, ..Self::new("path", name, schema, about) }
    }

    /// A parameter of the query, which may be left out.
    pub(super) fn query(name: &'static str, schema: Schema, about: &'static str) -> Self {
        Self::new("query", name, schema, about)
    }

    /// A header, which may be left out.
    pub(super) fn header(name: &'static str, schema: Schema, about: &'static str) -> Self {
        Self::new("header", name, schema, about)
    }

    fn new(place: &'static str, name: &'static str, schema: Schema, about: &'static str) -> Self {
        Self { place, name, about, required: false, deprecated: false, schema }
    }

    /// It cannot be left out.
    pub(super) fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// There is a better way to say the same.
    pub(super) fn deprecated(self) -> Self {
        Self { deprecated: true, ..self }
    }
}

impl From<Parameter> for Value {
    fn from(parameter: Parameter) -> Self {
        let Parameter { place, name, about, required, deprecated, schema } = parameter;
        let mut object = json!({"name": name, "in": place, "description": about});
        if required {
            object["required"] = true.into();
        }
        if deprecated {
            object["deprecated"] = true.into();
        }
        object["schema"] = schema.into();
        object
    }
}

impl Body {
    /// JSON, which must be there.
    pub(super) fn json(schema: Schema, about: &'static str) -> Self {
        Self { about, required: true, media_types: vec!["application/json"], schema, examples: Vec::new() }
    }

    /// A form, which must be there.
    pub(super) fn form(schema: Schema, about: &'static str) -> Self {
        Self { media_types: vec!["application/x-www-form-urlencoded"], ..Self::json(schema, about) }
    }

    /// It may be left out.
    pub(super) fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// Another media type does too.
    pub(super) fn or_as(mut self, media_type: &'static str) -> Self {
        self.media_types.push(media_type);
        self
    }

    /// A body that a reader can send.
    pub(super) fn example(mut self, name: &'static str, value: Value) -> Self {
        self.examples.push((name, value));
        self
    }
}

impl From<Body> for Value {
    fn from(body: Body) -> Self {
        let mut content = json!({"schema": Self::from(body.schema)});
        for (name, value) in body.examples {
            content["examples"][name] = json!({"value": value});
        }
        let content: Map<String, Self> =
            body.media_types.into_iter().map(|media_type| (media_type.to_owned(), content.clone())).collect();
        json!({"description": body.about, "required": body.required, "content": content})
    }
}

impl Answer {
    /// An answer without a body.
    pub(super) fn empty(status: u16, about: &'static str) -> Self {
        Self { status, about, content: None, headers: Vec::new() }
    }

    /// An answer of JSON.
    pub(super) fn json(status: u16, schema: Schema, about: &'static str) -> Self {
        Self { content: Some(("application/json", schema)), ..Self::empty(status, about) }
    }

    /// An answer of text.
    pub(super) fn text(status: u16, media_type: &'static str, about: &'static str) -> Self {
        Self { content: Some((media_type, super::schema::string())), ..Self::empty(status, about) }
    }

    /// With a header, which is always there.
    pub(super) fn header(mut self, name: &'static str, schema: Schema, about: &str) -> Self {
        let header = json!({"description": about, "required": true, "schema": Value::from(schema)});
        self.headers.push((name, header));
        self
    }
}

impl From<Answer> for Value {
    fn from(answer: Answer) -> Self {
        let mut response = json!({"description": answer.about, "headers": request_id_header()});
        for (name, header) in answer.headers {
            response["headers"][name] = header;
        }
        if let Some((media_type, schema)) = answer.content {
            response["content"] = json!({ media_type: {"schema": Value::from(schema)} });
        }
        response
    }
}

/// The reference to a component.
pub(super) fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

/// The header that every answer has, as the beginning of a response's headers.
pub(super) fn request_id_header() -> Value {
    json!({ headers::REQUEST_ID: reference("headers", "RequestId") })
}
