//! The steps of a request to connections, one by one, for `benches/micro.rs`.

pub(crate) use crate::services::connections::Connection;

use crate::app::{App, Shared};
use crate::base::config::Config;
use crate::base::error::Error;
use crate::base::json;
use crate::base::json::{Nulls, drop_nulls};
use crate::base::operation::Kind;
use crate::base::operation::paths::Call;
use crate::base::tenant::{Caller, Tenant};
use crate::http::layers::Respond;
use crate::http::layers::gateway::Gateway;
use crate::http::list::ListQuery;
use crate::services::connections::SPEC;
use crate::services::entities::last_operation::LastOperation;
use crate::services::entities::patch::{Moves, PatchOperation};
use crate::services::entities::record::{EntityRecord, Stamp, Stored};
use crate::services::entities::{Completeness, Definition};
use crate::services::world::Sandbox;
use crate::store::query::{Parameters, Property};
use crate::store::{Entity, State};
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use futures_util::FutureExt;
use serde_json::Value;
use std::future::{Ready, ready};
use std::sync::Arc;

/// A server with a page of connections in a sandbox, and the requests to it.
pub(crate) struct Steps {
    app: Shared,
    sandbox: Sandbox,
    stored: Arc<Entity>,
}

const CREATE: &[u8] = br#"{"name":"orders","description":"Orders of the web shop","auth":{"specName":"Connection String Based Authentication","params":{"connectionString":"DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0IGtleQ==;EndpointSuffix=core.windows.net"}},"connectionSpec":{"id":"ecde33f2-c56f-46cc-bdea-ad151c16cd69","version":"1.0"}}"#;

const PATCH: &[u8] = br#"[{"op":"replace","path":"/description","value":"Orders, patched"},{"op":"add","path":"/auth/params/connectionString","value":"AccountName=acme;AccountKey=c2VjcmV0IGtleQ=="}]"#;

const PROPERTIES: [&str; 3] =
    ["name!=orders,\"sales, 2024\"", "createdAt>=1600000000000", "connectionSpec.id==a,b,c"];

const PAGE: usize = 100;

/// The head of a request.
pub(crate) type Head = Request<Body>;

impl Steps {
    /// # Panics
    /// If a request is refused.
    pub(crate) fn new() -> Self {
        let app = Arc::new(
            App::new(Config::default(), &crate::http::openapi::DESCRIPTION).expect("built-in fixtures"),
        );
        let sandbox = app.world.open(&Tenant::new("MICRO@AdobeOrg", "prod"), &app.env);
        let make = || record(&app, &sandbox, &define(&app, &sandbox, parse(CREATE, Nulls::Dropped)));
        let insert = || sandbox.store.insert(Kind::Connection, make()).expect("a new id");
        let stored = insert();
        for _ in 1..PAGE {
            insert();
        }
        Self { app, sandbox, stored }
    }

    /// The head of a POST.
    pub(crate) fn head(&self) -> Head {
        Request::post("/data/foundation/flowservice/connections")
            .header("Authorization", "Bearer token")
            .header("x-api-key", "key")
            .header("x-gw-ims-org-id", "MICRO@AdobeOrg")
            .header("x-sandbox-name", "prod")
            .header("Content-Type", "application/json")
            .body(Body::from(CREATE))
            .expect("a request")
    }

    /// The gateway's checks.
    pub(crate) fn gateway(&self, head: Head) -> Response {
        let call = Call::of(head.method().as_str(), head.uri().path());
        Gateway::new(Behind, &self.app).respond(head, call).now_or_never().expect("no wait")
    }

    /// The body of a POST, from bytes to JSON.
    pub(crate) fn body(&self) -> Value {
        parse(CREATE, Nulls::Dropped)
    }

    /// Validates a definition for Azure Table Storage.
    pub(crate) fn definition(&self, body: Value) -> Connection {
        define(&self.app, &self.sandbox, body)
    }

    /// Serialises a definition to its stored form.
    pub(crate) fn record(&self, definition: &Connection) -> Entity {
        record(&self.app, &self.sandbox, definition)
    }

    /// Parses three filters.
    pub(crate) fn filters(&self) -> Property {
        Property::read(PROPERTIES.into_iter(), &SPEC.fields, |_| false).expect("filters")
    }

    /// Parses the stored connection.
    pub(crate) fn stored(&self) -> Value {
        Stored::read(&self.stored).expect("a connection").json
    }

    /// Reads the body of a PATCH and applies its two operations to a stored connection.
    pub(crate) fn patch(&self, mut stored: Value) -> Value {
        let patch = parse(PATCH, Nulls::Kept);
        let operations = PatchOperation::read_all(patch, Kind::Connection, &SPEC.keys).expect("operations");
        let mut moves = Moves::default();
        for operation in operations {
            operation.apply(&mut stored, Kind::Connection, &mut moves).expect("a path");
        }
        drop_nulls(&mut stored);
        stored
    }

    /// Answers a query for a page of 100.
    pub(crate) fn page(&self) -> Response {
        let parameters = Parameters::parse("limit=100").expect("a query");
        let question = ListQuery::of_entities(&parameters, &self.sandbox, &SPEC)
            .map_err(Error::from)
            .expect("a question");
        let answer = question.answer_entities(&self.sandbox, &SPEC, &self.app);
        answer.now_or_never().expect("no wait").expect("a page")
    }
}

fn parse(text: &[u8], nulls: Nulls) -> Value {
    json::parse(text, nulls).expect("JSON")
}

fn define(app: &App, sandbox: &Sandbox, json: Value) -> Connection {
    let context = app.context(sandbox);
    Connection::read(json, Completeness::Whole, &context).expect("a connection")
}

fn record(app: &App, sandbox: &Sandbox, definition: &Connection) -> Entity {
    let now = app.env.now();
    let stamp = Stamp::new(now, &Caller::with_api_key("key"));
    let record = EntityRecord {
        id: app.env.entity_id(&sandbox.sequence),
        tenant: &sandbox.tenant,
        sandbox_id: sandbox.id(),
        created: &stamp,
        updated: &stamp,
        definition,
        state: State::Enabled,
        etag: app.env.etag(&sandbox.sequence, now),
        last_operation: &LastOperation::creation(State::Enabled, now),
    };
    record.into_entity(CREATE.len(), None).expect("what was read can be written")
}

/// A service behind the gateway that does nothing.
struct Behind;

impl Respond<Body> for Behind {
    type Future = Ready<Response>;

    fn respond(&self, _: Head, _: Call) -> Self::Future {
        ready(Response::default())
    }
}
