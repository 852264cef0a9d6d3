//! [`ApiClient`]: the blocking HTTP client of one server.

use super::requests::{CONNECTIONS, HEADERS};
use reqwest::blocking::{Client, RequestBuilder};
use serde_json::Value;

/// An HTTP client with the URL of the server that it calls.
pub struct ApiClient {
    pub http: Client,
    url: String,
}

impl ApiClient {
    /// A client of the server at `url`, which has no final slash.
    pub fn to(url: impl Into<String>) -> Self {
        Self { http: Client::new(), url: url.into() }
    }

    /// The URL of `path` on the server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A GET of `path` with [`HEADERS`].
    pub fn get(&self, path: &str) -> RequestBuilder {
        with_headers(self.http.get(self.url(path)))
    }

    /// A create request with [`HEADERS`].
    pub fn post(&self, body: &Value) -> RequestBuilder {
        self.post_with("", body)
    }

    /// A create request with [`HEADERS`] and a query, which begins with `?`.
    pub fn post_with(&self, query: &str, body: &Value) -> RequestBuilder {
        with_headers(self.http.post(self.url(CONNECTIONS) + query)).json(body)
    }

    /// The names of all connections, in the order of the list with `query`.
    #[track_caller]
    pub fn connection_names(&self, query: &str) -> Vec<String> {
        let answer = self.get(&format!("{CONNECTIONS}{query}")).send().unwrap();
        let page: Value = answer.error_for_status().unwrap().json().unwrap();
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }
}

fn with_headers(request: RequestBuilder) -> RequestBuilder {
    HEADERS.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}
