//! [`Probe`]: a client that sends requests and records the errors in their answers.

use super::{filled, id_for};
use crate::support::{self, Answer, Operation, PRIVATE_ENDPOINTS, Tenant, document};
use flowmock::FlowMock;
use reqwest::Client;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::collections::BTreeSet;

/// A client with a server of its own, and the errors that it has met.
pub struct Probe {
    pub mock: FlowMock,
    pub tenant: Tenant,
    pub client: Client,
    /// Pairs of an operation and an error code.
    pub met: BTreeSet<(String, String)>,
}

/// A request that an operation accepts, with methods that change parts of it.
#[derive(Clone)]
pub struct Call {
    pub operation: Operation,
    pub id: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
}

/// Whether the gateway of the platform checks the headers of this operation.
pub fn is_behind_gateway(operation: Operation) -> bool {
    operation.path.starts_with("/data/")
}

/// Whether the operation is about private endpoints.
pub fn is_about_private_endpoints(operation: Operation) -> bool {
    operation.path.starts_with(PRIVATE_ENDPOINTS)
}

/// A form that an operation of the identity service accepts.
pub fn grant(operation: Operation) -> String {
    let client = "client_id=key&client_secret=secret";
    match operation.name() {
        "createTokenV1" => format!("{client}&grant_type=authorization_code&code=one"),
        "exchangeJwt" => format!("{client}&jwt_token={}", support::service_jwt("key")),
        "revokeToken" | "validateSentToken" => format!("{client}&token=one"),
        _ => format!("{client}&grant_type=client_credentials"),
    }
}

impl Call {
    /// A call without an existing entity, which reaches only the gateway.
    pub fn of(operation: Operation) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", HeaderValue::from_static("key"));
        headers.insert("x-sandbox-name", HeaderValue::from_static("prod"));
        Self { operation, id: "an-id".to_owned(), query: String::new(), headers, body: None }
    }

    pub fn header(mut self, name: &str, value: Option<&[u8]>) -> Self {
        let name: HeaderName = name.parse().expect("a header's name");
        self.headers.remove(&name);
        if let Some(value) = value {
            self.headers.insert(name, HeaderValue::from_bytes(value).expect("a header's value"));
        }
        self
    }

    pub fn query(self, query: &str) -> Self {
        Self { query: format!("?{query}"), ..self }
    }

    pub fn id(self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self }
    }

    pub fn body(self, body: impl ToString) -> Self {
        Self { body: Some(body.to_string().into_bytes()), ..self }
    }
}

impl Probe {
    pub fn of(mock: FlowMock) -> Self {
        Self { tenant: Tenant::on(&mock), mock, client: support::client(), met: BTreeSet::new() }
    }

    /// Sends a call and records the error in its answer.
    pub async fn send(&mut self, call: Call) {
        let url = format!("{}{}{}", self.mock.url(), filled(call.operation.path, &call.id), call.query);
        let method = call.operation.method.parse().expect("a method");
        let request = self.client.request(method, url).headers(call.headers);
        let request = call.body.into_iter().fold(request, |request, body| request.body(body));
        let answer = Answer::to(request).await;
        if answer.status.is_client_error() {
            self.met.extend(answer.code().map(|code| (call.operation.name().to_owned(), code)));
        }
    }

    /// A request that the operation accepts, with an entity of its own.
    pub async fn call(&self, operation: Operation) -> Call {
        let id = id_for(operation, &self.tenant).await;
        let mut headers: HeaderMap = self
            .tenant
            .headers()
            .into_iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        if operation.parameters("header").contains(&"If-Match") {
            headers.insert("if-match", HeaderValue::from_static("*"));
        }
        if operation.name() == "getSchema" {
            headers.insert("accept", HeaderValue::from_static("application/vnd.adobe.xed+json; version=1"));
        }
        let query = match operation.name() {
            "actOnConnection" | "actOnFlow" => "?op=disable",
            "actOnSourceConnection" | "actOnTargetConnection" => "?op=publish",
            "exploreConnection" => "?objectType=root",
            "authorize" => "?client_id=key&redirect_uri=http%3A%2F%2Flocalhost%2F",
            "validateToken" => "?token=one",
            "getBatchMeta" => "?path=nothing",
            "getLandingZone" | "getLandingZoneCredentials" => "?type=user_drop_zone",
            "refreshLandingZoneCredentials" => "?type=user_drop_zone&action=refresh",
            _ => "",
        };
        let mut body = operation.json["requestBody"].is_object().then(|| b"{}".to_vec());
        if operation.path.starts_with("/ims/") && operation.method == "POST" {
            let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert("content-type", content_type);
            body = Some(grant(operation).into_bytes());
        }
        Call { operation, id, query: query.to_owned(), headers, body }
    }

    /// A request that the operation with this name accepts.
    pub async fn named(&self, name: &str) -> Call {
        let operation =
            document().operations().find(|operation| operation.name() == name).expect("an operation");
        self.call(operation).await
    }
}
