//! `GET /_flowmock/metrics`.

use crate::app::{App, Shared};
use crate::base::operation::{Kind, Operation};
use crate::base::tenant::Tenant;
use crate::http::answer;
use crate::http::routes::Routes;
use crate::services::neighbours::Neighbours;
use crate::services::world::{Part, Sandbox};
use crate::store::Scope;
use crate::testkit::metrics::text::{MetricType, MetricsText};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use std::cmp::Reverse;
use std::collections::HashSet;

pub(crate) fn routes() -> Routes {
    Routes::default().on(Operation::GetMetrics, metrics)
}

async fn metrics(State(app): State<Shared>) -> Response {
    let mut response = answer::json(StatusCode::OK, metrics_text(&app));
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// The largest number of sandboxes with a line of their own, the largest sandboxes first: a metrics database keeps
/// every line that it ever saw, and each test may have a sandbox of its own.
const MOST_SANDBOXES: usize = 100;

/// All metrics as text.
fn metrics_text(app: &App) -> String {
    let mut text = MetricsText::new();
    app.metrics.write(&mut text);
    write_entities(app, &mut text);
    write_faults(app, &mut text);
    write_notifications(app, &mut text);
    let (requests, bytes) = app.journal.size();
    let gauges = [
        ("flowmock_journal_requests", "Requests in the journal.", requests as f64),
        ("flowmock_journal_bytes", "Bytes that the journal takes.", bytes as f64),
        (
            "process_start_time_seconds",
            "When the server was started, in seconds since 1970.",
            app.metrics.started as f64 / 1000.0,
        ),
    ];
    for (name, help, value) in gauges {
        text.family(name, MetricType::Gauge, help);
        text.sample(name, &[], value);
    }
    text.into_string()
}

fn write_faults(app: &App, text: &mut MetricsText) {
    const FIRED: &str = "flowmock_faults_fired_total";
    text.family(
        FIRED,
        MetricType::Counter,
        "Requests that were struck, by the fault rules that there are; without one by headers of their own.",
    );
    text.sample(FIRED, &[("rule", "")], app.faults.asked());
    for fault in app.faults.list(&Part::All) {
        text.sample(FIRED, &[("rule", &fault.id)], fault.fired);
    }
}

fn write_notifications(app: &App, text: &mut MetricsText) {
    const TARGETS: &str = "flowmock_notification_targets";
    text.family(TARGETS, MetricType::Gauge, "Webhooks that are told of runs.");
    text.sample(TARGETS, &[], app.count_notification_targets());
    const QUEUED: &str = "flowmock_notifications_queued";
    text.family(QUEUED, MetricType::Gauge, "Notifications that are on their way.");
    text.sample(QUEUED, &[], app.notifications.couriers.waiting());
    const ENDED: &str = "flowmock_notifications_total";
    text.family(
        ENDED,
        MetricType::Counter,
        "Notifications that were delivered, failed, or were dropped unsent.",
    );
    for (state, count) in app.notifications.log.ended() {
        text.sample(ENDED, &[("state", state)], count);
    }
}

fn write_entities(app: &App, text: &mut MetricsText) {
    let sandboxes = app.world.all();
    let counted = |kind: Kind| {
        let count = |sandbox: &Sandbox| (sandbox.tenant.clone(), sandbox.store.count(kind, &Scope::All));
        sandboxes.iter().map(count).filter(|(_, count)| *count > 0).collect()
    };
    let counts: Vec<(Kind, Vec<(Tenant, usize)>)> =
        Kind::ALL.iter().map(|&kind| (kind, counted(kind))).collect();

    const SANDBOXES: &str = "flowmock_sandboxes";
    let plurals: Vec<&str> = Kind::ALL.iter().map(|kind| kind.plural()).collect();
    let help = format!("Sandboxes that have {}.", plurals.join(" or "));
    text.family(SANDBOXES, MetricType::Gauge, &help);
    let used: HashSet<&Tenant> =
        counts.iter().flat_map(|(_, counts)| counts).map(|(tenant, _)| tenant).collect();
    text.sample(SANDBOXES, &[], used.len());
    for (kind, counts) in counts {
        write_kind(app, text, kind.plural(), counts);
    }
    for (place, (kind, _)) in Neighbours::default().each().into_iter().enumerate() {
        let count = |sandbox: &Sandbox| (sandbox.tenant.clone(), sandbox.neighbours.each()[place].1.count());
        let counts = sandboxes.iter().map(count).filter(|(_, count)| *count > 0).collect();
        write_kind(app, text, &format!("{}s", kind.noun), counts);
    }
}

/// The number of entities or documents in each sandbox that has any. `plural` is the word for them.
fn write_kind(app: &App, text: &mut MetricsText, plural: &str, mut sandboxes: Vec<(Tenant, usize)>) {
    let name = format!("flowmock_{}", plural.replace(' ', "_"));
    let help = format!("Stored {plural} by sandbox: the largest ones, and all others under empty names.");
    text.family(&name, MetricType::Gauge, &help);
    sandboxes.sort_by_key(|(_, count)| Reverse(*count)); // stable: equals stay in the order of their names
    let (largest, others) = sandboxes.split_at(sandboxes.len().min(MOST_SANDBOXES));
    let redaction = app.redaction();
    for (tenant, count) in largest {
        let (ims_org, sandbox) = (redaction.text(&tenant.ims_org), redaction.text(&tenant.sandbox));
        text.sample(&name, &[("ims_org_id", &ims_org), ("sandbox", &sandbox)], *count);
    }
    if !others.is_empty() {
        let count: usize = others.iter().map(|(_, count)| count).sum();
        text.sample(&name, &[("ims_org_id", ""), ("sandbox", "")], count);
    }
}
