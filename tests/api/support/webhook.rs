//! [`Webhook`]: a receiver of notifications on a port of its own.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::timeout;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A receiver of notifications. It answers 200 unless it has other replies, and echoes challenges.
pub struct Webhook {
    pub url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    delivered: Mutex<Vec<Delivered>>,
    arrived: Notify,
}

/// How a webhook answers one request.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16),
    Body(&'static str),
    /// `{"challenge": <the challenge>}`.
    JsonEcho,
    Redirect(String),
    Never,
}

/// A request that a webhook got.
#[derive(Clone, Debug)]
pub struct Delivered {
    pub method: String,
    pub target: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Delivered {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Webhook {
    /// A webhook, which lives as long as the test.
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let shared = Arc::<Shared>::default();
        let routes = Router::new().fallback(receive).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, shared }
    }

    /// Answers the next requests so, in this order.
    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.replies.lock().unwrap().extend(replies);
    }

    /// Everything that was posted so far.
    pub fn posted(&self) -> Vec<Delivered> {
        self.delivered().into_iter().filter(|delivered| delivered.method == "POST").collect()
    }

    /// Everything that came so far.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.shared.delivered.lock().unwrap().clone()
    }

    /// Waits until as many notifications were posted, and returns them all.
    pub async fn wait_for(&self, count: usize) -> Vec<Delivered> {
        let waiting = async {
            loop {
                let mut arrived = std::pin::pin!(self.shared.arrived.notified());
                arrived.as_mut().enable();
                let posted = self.posted();
                if posted.len() >= count {
                    return posted;
                }
                arrived.await;
            }
        };
        match timeout(PATIENCE, waiting).await {
            Ok(posted) => posted,
            Err(_) => panic!("{count} notifications were expected, not {:#?}", self.posted()),
        }
    }
}

async fn receive(
    State(shared): State<Arc<Shared>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes,
) -> Response {
    let delivered = Delivered {
        method: method.to_string(),
        target: uri.to_string(),
        headers,
        text: String::from_utf8(body.into()).expect("UTF-8"),
    };
    shared.delivered.lock().unwrap().push(delivered);
    shared.arrived.notify_waiters();
    let reply = shared.replies.lock().unwrap().pop_front();
    let challenge =
        uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("challenge=")));
    match reply {
        Some(Reply::Status(status)) => StatusCode::from_u16(status).expect("a status").into_response(),
        Some(Reply::Body(text)) => text.into_response(),
        Some(Reply::JsonEcho) => serde_json::json!({"challenge": challenge}).to_string().into_response(),
        Some(Reply::Redirect(to)) => (StatusCode::TEMPORARY_REDIRECT, [("location", to)]).into_response(),
        Some(Reply::Never) => pending().await,
        None => challenge.unwrap_or_default().to_owned().into_response(),
    }
}
