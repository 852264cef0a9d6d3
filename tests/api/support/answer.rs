//! Assertions on answers that need the OpenAPI document or the API.

use super::{Written, document};
use crate::common::answer::Answer;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

impl Answer {
    /// Sends a request and returns the answer, after asserting that the OpenAPI document describes it.
    pub async fn to(request: RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.expect("the request is valid");
        let described = format!(
            "{} {}\n{}",
            request.method(),
            request.url(),
            request.body().and_then(|body| body.as_bytes()).map(String::from_utf8_lossy).unwrap_or_default()
        );
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let mut response =
            client.execute(request).await.unwrap_or_else(|error| panic!("{described}\n{error:?}"));
        let (status, headers) = (response.status(), response.headers().clone());
        // A stream of events has no end; its first piece stands for it.
        let is_stream = headers.get("content-type").is_some_and(|value| value == "text/event-stream");
        let body = if is_stream {
            response.chunk().await.map(Option::unwrap_or_default)
        } else {
            response.bytes().await
        };
        let body = body.unwrap_or_else(|error| panic!("{described}\n{error:?}")).to_vec();
        let answer = Self { request: described, status, headers, body };
        document().assert_describes(method.as_str(), &path, &answer);
        answer
    }

    /// Asserts the gateway's answer to an unknown content type.
    #[track_caller]
    pub fn expect_content_type_problem(self) -> Self {
        let expected = json!({
            "type": "/placeholder/type/uri",
            "status": 400,
            "title": "BadRequestError",
            "detail": "A valid content-type must be specified",
        });
        assert_eq!(self.json(), expected, "{self}");
        assert_eq!(self.header("content-type"), "application/json", "{self}");
        self.expect_status(400)
    }

    /// The name of the error in the OpenAPI document; `None` if the answer is not an error of the catalogue.
    pub fn code(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let text = |key: &str| body[key].as_str().map(str::to_owned);
        let flow = text("type")
            .and_then(|kind| Some(kind.strip_prefix("https://ns.adobe.com/aep/errors/")?.to_owned()));
        let is_error = self.status.is_client_error() || self.status.is_server_error();
        let code = flow.or(text("error_code")).or(text("error"));
        code.or_else(|| document().problem(body["title"].as_str()?)).filter(|_| is_error)
    }

    /// The `id` and the `etag` in the answer to a write, which has no other keys.
    #[track_caller]
    pub fn written(&self) -> Written {
        let body = self.json();
        assert_eq!(body.as_object().expect("the body is an object").len(), 2, "{self}");
        let text = |key: &str| body[key].as_str().unwrap_or_else(|| panic!("no {key} in\n{self}")).to_owned();
        Written { id: text("id"), etag: text("etag") }
    }
}
