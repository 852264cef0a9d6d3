//! Sends the calls of a file and compares the answers.

use crate::call::{Call, CallFile, title};
use crate::shape::Shapes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::blocking::Client;
use serde_json::{Map, Value, json};

/// The base path of the Flow Service.
const BASE_PATH: &str = "/data/foundation/flowservice";

/// An answer, its body as JSON: an array if it has a value on each line, `None` if it is empty.
struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Option<Value>,
}

/// Sends the calls of a file to the server at `url`, in a sandbox that no other file uses; returns a message for each
/// call that is not answered as it should be.
pub fn replay(client: &Client, url: &str, file: &CallFile, shapes: &Shapes) -> Vec<String> {
    let sandbox = format!("calls-{}", file.name);
    let mut kept = Map::new();
    let mut failures = Vec::new();
    for (index, call) in file.calls.iter().enumerate() {
        let place = call.place(&file.name, index);
        match play(client, url, &sandbox, call, &mut kept, shapes) {
            Ok(differences) if differences.is_empty() => {}
            Ok(differences) => failures.push(format!("{place}\n    {}", differences.join("\n    "))),
            Err(reason) => failures.push(format!("{place}\n    {reason}")),
        }
    }
    failures
}

/// Sends a call and keeps its answer, with the body that was sent as `sent`; returns the differences.
fn play(
    client: &Client, url: &str, sandbox: &str, call: &Call, kept: &mut Map<String, Value>, shapes: &Shapes,
) -> Result<Vec<String>, String> {
    let path = text_of(&filled(&json!(call.path), kept)?);
    let path = path.strip_prefix(url).unwrap_or(&path);
    let is_whole = ["/data/", "/collection/", "/_flowmock/"].iter().any(|start| path.starts_with(start));
    let base = if is_whole { "" } else { BASE_PATH };
    let target = format!("{base}{path}{}", query(&call.query, kept)?);
    let method = call.method.parse().map_err(|_| format!("{} is not a method", call.method))?;
    let mut request = client.request(method, format!("{url}{target}"));
    for (name, value) in headers(&call.headers, sandbox, call.body.is_some()) {
        request = request.header(name, text_of(&filled(&value, kept)?));
    }
    let sent = call.body.as_ref().map(|body| filled(body, kept)).transpose()?;
    if let Some(body) = &sent {
        request = request.body(body.to_string());
    }
    let response = request.send().map_err(|error| error.to_string())?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().map_err(|error| error.to_string())?;
    let has_lines = headers.get("content-type").is_some_and(|value| value == "application/x-ndjson");
    let body = match bytes.is_empty() {
        true => None,
        false if has_lines => {
            Some(serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>().collect())
        }
        false => Some(serde_json::from_slice(&bytes)),
    };
    let body = body.transpose().map_err(|error| format!("the answer is not JSON: {error}"))?;
    let answer = Answer { status, headers, body };
    let mut differences = differences(call, &answer, kept, shapes)?;
    if !differences.is_empty() {
        let body = answer.body.as_ref().map(Value::to_string).unwrap_or_default();
        differences.push(format!("in {} {target}", call.method));
        differences.push(format!("answered {status} {}", body.chars().take(1000).collect::<String>()));
    }
    if let (Some(name), Some(mut body)) = (&call.keep, answer.body) {
        if let (Value::Object(members), Some(sent)) = (&mut body, sent) {
            members.insert("sent".to_owned(), sent);
        }
        kept.insert(name.clone(), body);
    }
    Ok(differences)
}

/// The differences between an answer and the one that the call should get.
fn differences(
    call: &Call, answer: &Answer, kept: &Map<String, Value>, shapes: &Shapes,
) -> Result<Vec<String>, String> {
    let mut differences = Vec::new();
    if call.status != answer.status {
        differences.push(format!("expected status {}, found {}", call.status, answer.status));
    }
    for (name, shape) in &call.answer_headers {
        let value = answer.headers.get(name).map_or("", |value| value.to_str().unwrap_or_default());
        let different = shapes.differences(&filled(shape, kept)?, &json!(value));
        differences.extend(different.iter().map(|difference| {
            format!("header {name}: expected {}, found {}", difference.expected, difference.found)
        }));
    }
    let shape = match (&call.answer, &call.refusal) {
        (Some(shape), _) => Some(filled(shape, kept)?),
        (None, Some(refusal)) => {
            let (code, parts) = refusal.first_key_value().expect("a refusal has a code");
            Some(shape_of(code, &filled_parts(parts, kept)?, answer))
        }
        (None, None) => None,
    };
    match (shape, &answer.body) {
        (Some(shape), Some(body)) => {
            differences.extend(shapes.differences(&shape, body).iter().map(ToString::to_string));
        }
        (Some(shape), None) => differences.push(format!("at \"\": expected {shape}, found an empty body")),
        (None, Some(body)) => differences.push(format!("at \"\": expected an empty body, found {body}")),
        (None, None) => {}
    }
    Ok(differences)
}

/// The shape of an error: its title, three equal messages that contain the `parts`, and the request id of the answer.
fn shape_of(code: &str, parts: &[String], answer: &Answer) -> Value {
    let message = answer.body.as_ref().map_or(&Value::Null, |body| &body["errorMessage"]);
    let mut contains: Vec<_> = parts.iter().map(|part| format!("<has {part}>")).collect();
    if matches!(code, "FLOW-1100-400" | "FLOW-1101-404") {
        contains.push("<like ^Error from flow provider: [0-9]{4}-[0-9]{3}: >".to_owned());
    }
    let request_id = answer.headers.get("x-request-id").and_then(|id| id.to_str().ok());
    json!({
        "type": format!("https://ns.adobe.com/aep/errors/{code}"),
        "title": title(code),
        "status": code.rsplit('-').next().and_then(|status| status.parse::<u16>().ok()),
        "report": {"detailed-message": message, "request-id": request_id, "...": "<any>"},
        "errorMessage": {"<all of>": contains},
        "errorDetails": message
    })
}

/// The headers of a call: those that every call needs, replaced by the call's own.
fn headers(own: &Map<String, Value>, sandbox: &str, has_body: bool) -> Map<String, Value> {
    let mut headers = Map::from_iter([
        ("authorization".to_owned(), json!("Bearer {ACCESS_TOKEN}")),
        ("x-api-key".to_owned(), json!("{API_KEY}")),
        ("x-gw-ims-org-id".to_owned(), json!("DOCUMENTED@AdobeOrg")),
        ("x-sandbox-name".to_owned(), json!(sandbox)),
    ]);
    if has_body {
        headers.insert("content-type".to_owned(), json!("application/json"));
    }
    headers.extend(own.iter().map(|(name, value)| (name.to_lowercase(), value.clone())));
    headers.retain(|_, value| !value.is_null());
    headers
}

/// The query with its `?`; empty without parameters. An object is sent as the base64 of its JSON.
fn query(parameters: &Map<String, Value>, kept: &Map<String, Value>) -> Result<String, String> {
    let mut query = String::new();
    for (name, value) in parameters {
        let value = filled(value, kept)?;
        for value in value.as_array().unwrap_or(&vec![value.clone()]) {
            query.push(if query.is_empty() { '?' } else { '&' });
            let text = match value {
                Value::Object(_) => STANDARD.encode(value.to_string()),
                _ => text_of(value),
            };
            query += &format!("{name}={}", utf8_percent_encode(&text, NON_ALPHANUMERIC));
        }
    }
    Ok(query)
}

/// The text of a value: a string without its quotes.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value with each `{{name.key.0}}` in its strings and keys replaced by that part of a kept answer, and each
/// `{{name.key.0 after /}}` by the end of that part, behind its last `/`.
///
/// # Errors
/// If an answer was not kept or has no such part.
fn filled(value: &Value, kept: &Map<String, Value>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => filled_text(text, kept)?,
        Value::Array(items) => items.iter().map(|item| filled(item, kept)).collect::<Result<_, _>>()?,
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(key, member)| Ok((text_of(&filled_text(key, kept)?), filled(member, kept)?)));
            Value::Object(members.collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}

fn filled_parts(parts: &[String], kept: &Map<String, Value>) -> Result<Vec<String>, String> {
    parts.iter().map(|part| Ok(text_of(&filled_text(part, kept)?))).collect()
}

fn filled_text(text: &str, kept: &Map<String, Value>) -> Result<Value, String> {
    let Some((before, rest)) = text.split_once("{{") else { return Ok(json!(text)) };
    let (path, after) = rest.split_once("}}").ok_or_else(|| format!("{text} lacks a }}}}"))?;
    let (path, end) = path.split_once(" after ").map_or((path, None), |(path, end)| (path, Some(end)));
    let mut keys = path.split('.');
    let answer = keys.next().and_then(|name| kept.get(name));
    let part = keys.fold(answer, |part, key| match part? {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        Value::Object(members) => members.get(key),
        _ => None,
    });
    let part = part.ok_or_else(|| format!("no earlier answer has {path}"))?;
    if before.is_empty() && after.is_empty() && end.is_none() {
        return Ok(part.clone());
    }
    let text = text_of(part);
    let part = match end {
        Some(end) => text.rsplit_once(end).ok_or_else(|| format!("{text} has no {end}"))?.1,
        None => &text,
    };
    Ok(json!(format!("{before}{part}{}", text_of(&filled_text(after, kept)?))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flowmock::FlowMock;

    const CREATE: &str = r#"{
        "title": "A connection is created", "method": "POST", "path": "/connections",
        "body": {"name": "orders", "connectionSpec": {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1"}},
        "status": 201, "answer": {"id": "<uuid>", "etag": "<etag>"}, "keep": "made"
    }"#;

    /// The messages about a call that follows [`CREATE`].
    fn failures(call: &str) -> Vec<String> {
        let shapes = Shapes::parse("{}").unwrap();
        let file = CallFile::parse("wrong", &format!("[{CREATE}, {call}]"), &shapes).unwrap();
        replay(&Client::new(), &FlowMock::start().url(), &file, &shapes)
    }

    /// A GET of the connection, with this end of the call.
    fn get(end: &str) -> String {
        format!(
            r#"{{"title": "It is read", "method": "GET", "path": "/connections/{{{{made.id}}}}", {end}}}"#
        )
    }

    #[test]
    fn an_answer_as_expected_is_no_failure() {
        let item =
            r#"{"id": "{{made.id}}", "name": "{{made.sent.name}}", "etag": "{{made.etag}}", "...": "<any>"}"#;
        let call = get(&format!(r#""status": 200, "answer": {{"items": [{item}]}}"#));
        assert_eq!(failures(&call), [""; 0]);
        let unknown = r#"{
            "title": "No such id", "method": "GET", "path": "/connections/none", "status": 404,
            "refusal": {"FLOW-1439-404": ["none"]}
        }"#;
        assert_eq!(failures(unknown), [""; 0]);
    }

    #[test]
    fn a_wrong_answer_is_found_and_named_by_its_file_call_place_expectation_and_finding() {
        let item = |members: &str| get(&format!(r#""status": 200, "answer": {{"items": [{{{members}}}]}}"#));
        let cases = [
            (get(r#""status": 404, "answer": "<any>""#), "expected status 404, found 200"),
            (
                item(r#""name": "sales", "...": "<any>""#),
                r#"at "/items/0/name": expected "sales", found "orders""#,
            ),
            (
                item(r#""colour": "<any>", "...": "<any>""#),
                r#"at "/items/0/colour": expected "<any>", found nothing"#,
            ),
            (get(r#""status": 200, "answer": {}"#), r#"at "/items": expected nothing, found [{"id""#),
            (get(r#""status": 200"#), r#"at "": expected an empty body, found {"items""#),
            (
                get(r#""status": 200, "answer": "<any>", "answerHeaders": {"content-type": "text/plain"}"#),
                r#"header content-type: expected "text/plain", found "application/json""#,
            ),
            (
                get(r#""status": 200, "refusal": {"FLOW-1439-404": []}"#),
                r#"at "/type": expected "https://ns.adobe.com/aep/errors/FLOW-1439-404", found nothing"#,
            ),
            (
                r#"{
                    "title": "It is read", "method": "GET", "path": "/connections/none", "status": 404,
                    "refusal": {"FLOW-1439-404": ["colour"]}
                }"#
                .to_owned(),
                r#"at "/errorMessage": expected <has colour>, found "no entity"#,
            ),
        ];
        for (call, expected) in cases {
            let failures = failures(&call);
            let [message] = &failures[..] else { panic!("{failures:?}") };
            let start = format!("wrong.json, call 2, \"It is read\"\n    {expected}");
            assert!(message.starts_with(&start), "{message}\ndoes not begin with\n{start}");
            assert!(message.contains("\n    in GET /data/foundation/flowservice/connections/"), "{message}");
            assert!(message.contains("\n    answered "), "{message}");
        }
    }

    #[test]
    fn parts_of_kept_answers_fill_texts_and_keys() {
        let kept = json!({"made": {"url": "/runs/7", "count": 3}}).as_object().unwrap().clone();
        let filled = |value| filled(&value, &kept);
        let expected = json!({"run 7": ["7", 3, "3 of /runs/7"]});
        let forms = ["{{made.url after /}}", "{{made.count}}", "{{made.count}} of {{made.url}}"];
        assert_eq!(filled(json!({"run {{made.url after /}}": forms})), Ok(expected));
        assert_eq!(filled(json!("{{made.url after @}}")), Err("/runs/7 has no @".to_owned()));
    }

    #[test]
    fn a_call_that_needs_what_no_answer_had_fails() {
        let call = get(r#""status": 200, "answer": "<any>""#).replace("made.id", "made.colour");
        let expected = "wrong.json, call 2, \"It is read\"\n    no earlier answer has made.colour";
        assert_eq!(failures(&call), [expected]);
    }
}
