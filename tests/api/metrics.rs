//! `GET /_flowmock/metrics` and `GET /_flowmock/info`.

use crate::support::{self, Answer, Tenant, ats};
use flowmock::FlowMock;
use std::collections::{HashMap, HashSet};

async fn control(mock: &FlowMock, path: &str) -> Answer {
    let answer = Answer::to(support::client().get(format!("{}/_flowmock{path}", mock.url()))).await;
    answer.expect_status(200)
}

/// A sample: its labels in order, and its value.
type Sample = (Vec<(String, String)>, f64);

/// Parses the text format as Prometheus does, and applies the checks of its linter.
fn parse(text: &str) -> HashMap<String, Vec<Sample>> {
    assert!(text.ends_with('\n'), "{text}");
    let (mut samples, mut types): (HashMap<String, Vec<Sample>>, HashMap<&str, &str>) = Default::default();
    let (mut helped, mut current) = (HashSet::new(), "");
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help");
            assert!(helped.insert(name) && !help.is_empty(), "{line}");
            current = name;
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert_eq!(name, current, "TYPE follows HELP");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{line}");
            assert!(types.insert(name, kind).is_none(), "{line}");
        } else {
            let (name, labels, value) = sample(line);
            let family = if types.get(current) == Some(&"histogram") {
                name.strip_suffix("_bucket")
                    .or_else(|| name.strip_suffix("_sum"))
                    .or_else(|| name.strip_suffix("_count"))
            } else {
                Some(name)
            };
            assert_eq!(family, Some(current), "the samples of a family are adjacent: {line}");
            let of_name = samples.entry(name.to_owned()).or_default();
            assert!(of_name.iter().all(|(known, _)| *known != labels), "twice: {line}");
            of_name.push((labels, value));
        }
    }
    for (name, _) in types.iter().filter(|(_, kind)| **kind == "histogram") {
        check_histogram(name, &samples);
    }
    samples
}

fn sample(line: &str) -> (&str, Vec<(String, String)>, f64) {
    let (series, value) = line.rsplit_once(' ').expect("a value");
    let value = value.parse().unwrap_or_else(|_| panic!("a number in {line}"));
    let (name, labels) = series.split_once('{').map_or((series, ""), |(name, rest)| {
        (name, rest.strip_suffix('}').unwrap_or_else(|| panic!("a brace in {line}")))
    });
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{line}");
    let labels = labels.split("\",").filter(|label| !label.is_empty()).map(|label| {
        let (name, value) = label.split_once("=\"").unwrap_or_else(|| panic!("a label in {line}"));
        (name.to_owned(), value.trim_end_matches('"').to_owned())
    });
    (name, labels.collect(), value)
}

fn check_histogram(name: &str, samples: &HashMap<String, Vec<Sample>>) {
    let Some(counts) = samples.get(&format!("{name}_count")) else { return };
    for (labels, count) in counts {
        let buckets: Vec<(f64, f64)> = samples[&format!("{name}_bucket")]
            .iter()
            .filter(|(of, _)| of[..of.len() - 1] == labels[..])
            .map(|(of, value)| {
                let (label, bound) = of.last().unwrap();
                assert_eq!(label, "le");
                (bound.replace("+Inf", "inf").parse().unwrap(), *value)
            })
            .collect();
        assert!(
            buckets.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1),
            "{buckets:?}"
        );
        assert_eq!(buckets.last(), Some(&(f64::INFINITY, *count)));
        assert_eq!(samples[&format!("{name}_sum")].iter().filter(|(of, _)| of == labels).count(), 1);
    }
}

fn labels(labels: &[(&str, &str)]) -> Vec<(String, String)> {
    labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn metrics_count_requests_by_operation_and_status_without_control_calls() {
    let mock = support::server(|_| {});
    let (one, two) = (Tenant::on(&mock), Tenant::on(&mock));
    for tenant in [&one, &one, &two] {
        tenant.create(ats("orders")).await;
    }
    one.get("/connections/nobody").await.expect_status(404);
    one.get("/nowhere").await.expect_status(404);
    for path in ["/health", "/metrics", "/nowhere"] {
        Answer::to(support::client().get(format!("{}/_flowmock{path}", mock.url()))).await;
    }
    let answer = control(&mock, "/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let samples = parse(str::from_utf8(&answer.body).unwrap());
    assert_eq!(
        samples["flowmock_requests_total"],
        [
            (labels(&[("operation", "createConnection"), ("status", "201")]), 3.0),
            (labels(&[("operation", "getConnection"), ("status", "404")]), 1.0),
            (labels(&[("operation", "none"), ("status", "404")]), 1.0),
        ]
    );
    let counts = &samples["flowmock_request_duration_seconds_count"];
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<f64>(), 5.0);
    assert!(samples["flowmock_request_duration_seconds_sum"].iter().all(|(_, seconds)| *seconds > 0.0));
    let of = |tenant: &Tenant| labels(&[("ims_org_id", &tenant.ims_org), ("sandbox", "prod")]);
    assert_eq!(samples["flowmock_connections"], [(of(&one), 2.0), (of(&two), 1.0)]);
    assert_eq!(samples["flowmock_sandboxes"][0].1, 2.0);
    assert_eq!(samples["flowmock_journal_requests"][0].1, 5.0);
    assert!(samples["flowmock_journal_bytes"][0].1 > 1000.0);
    assert!(samples["process_start_time_seconds"][0].1 > 1e9);
}

#[tokio::test]
async fn the_metrics_of_an_unused_server_are_valid() {
    let mock = support::server(|config| config.journal_requests = 0);
    let samples = parse(str::from_utf8(&control(&mock, "/metrics").await.body).unwrap());
    assert_eq!(samples["flowmock_sandboxes"][0].1, 0.0);
    assert!(!samples.contains_key("flowmock_requests_total"));
}

#[tokio::test]
async fn metrics_list_the_largest_sandboxes_and_a_correct_total() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    for number in 0..103 {
        tenant.in_sandbox(&format!("s{number}")).create(ats("orders")).await;
    }
    let large = tenant.in_sandbox("s102");
    large.create(ats("orders")).await;
    let samples = parse(str::from_utf8(&control(&mock, "/metrics").await.body).unwrap());
    let connections = &samples["flowmock_connections"];
    assert_eq!(connections.len(), 101);
    assert_eq!(connections[0], (labels(&[("ims_org_id", &large.ims_org), ("sandbox", "s102")]), 2.0));
    assert_eq!(connections[100], (labels(&[("ims_org_id", ""), ("sandbox", "")]), 3.0));
    assert_eq!(connections.iter().map(|(_, count)| count).sum::<f64>(), 104.0);
    assert_eq!(samples["flowmock_sandboxes"][0].1, 103.0);
}

#[tokio::test]
async fn info_reports_the_version_the_start_and_the_configuration() {
    let mock = support::server(|config| {
        config.cors = true;
        config.journal_requests = 0;
        config.max_body_bytes = 4096;
    });
    let info = control(&mock, "/info").await.json();
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert!(info["startedAt"].as_str().unwrap() <= info["time"].as_str().unwrap(), "{info}");
    assert_eq!(info["features"], serde_json::json!(["ui", "cors"]));
    let configuration = &info["configuration"];
    assert_eq!(configuration["maxBodyBytes"], 4096);
    assert_eq!(configuration["requestTimeoutMs"], 30_000);
    assert_eq!(configuration["journalRequests"], 0);
    assert_eq!(configuration["listen"], "127.0.0.1:0");
    assert!(configuration.get("fixtures").is_none());
}

#[tokio::test]
async fn documents_of_other_services_are_counted_by_sandbox() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let request = tenant.absolute(reqwest::Method::POST, "/data/foundation/schemaregistry/tenant/schemas");
    let request = support::with_headers(request, tenant.headers()).header("Content-Type", "application/json");
    let schema = serde_json::json!({"type": "object", "title": "Orders", "allOf": [{"$ref": "https://ns.adobe.com/xdm/context/profile"}]});
    Answer::to(request.body(schema.to_string())).await.expect_status(201);
    let text = String::from_utf8(control(&mock, "/metrics").await.body).expect("text");
    let samples = parse(&text);
    let labels = [("ims_org_id", &tenant.ims_org), ("sandbox", &tenant.sandbox)];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.clone())).to_vec();
    assert_eq!(samples["flowmock_schemas"], [(labels, 1.0)]);
    for name in ["data_sets", "mapping_sets", "landing_zones", "encryption_keys"] {
        assert!(text.contains(&format!("# TYPE flowmock_{name} gauge\n")), "{name}");
        assert!(!samples.contains_key(&format!("flowmock_{name}")), "{name}");
    }
}
