//! Metrics in the text format of Prometheus. Reference: <https://prometheus.io/docs/instrumenting/exposition_formats/>,
//! version 0.0.4.

use super::{BOUNDS, Metrics};
use crate::base::operation::Operation;
use std::fmt::{Display, Write};
use std::sync::atomic::Ordering;

/// The text of metrics while it is built: one family after another, each with its help and its type.
pub(crate) struct MetricsText(String);

/// The type of a family.
#[derive(Clone, Copy)]
pub(crate) enum MetricType {
    /// Values only grow.
    Counter,
    /// Values go up and down.
    Gauge,
    /// Counts of durations by their size.
    Histogram,
}

impl MetricsText {
    pub(crate) fn new() -> Self {
        Self(String::with_capacity(8 * 1024))
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }

    /// Begins a family; `help` is one line.
    pub(crate) fn family(&mut self, name: &str, kind: MetricType, help: &str) {
        let kind = match kind {
            MetricType::Counter => "counter",
            MetricType::Gauge => "gauge",
            MetricType::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// Adds a value of the current family.
    pub(crate) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        // Writing to a string cannot fail.
        _ = self.0.write_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            _ = write!(self.0, "{}{label}=\"{text}\"", if index == 0 { "{" } else { "," });
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        self.line(format_args!(" {value}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        _ = self.0.write_fmt(line);
        self.0.push('\n');
    }
}

impl Metrics {
    /// Adds the counted values.
    pub(crate) fn write(&self, text: &mut MetricsText) {
        const TOTAL: &str = "flowmock_requests_total";
        text.family(
            TOTAL,
            MetricType::Counter,
            "Requests by operation (none: what is served nowhere) and status (none: no answer).",
        );
        for (operation, counts) in self.rows() {
            for (slot, count) in counts.by_status.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                if let Some(status) = self.statuses.name(slot).filter(|_| count > 0) {
                    text.sample(TOTAL, &[("operation", operation), ("status", &status)], count);
                }
            }
        }

        const DURATION: &str = "flowmock_request_duration_seconds";
        text.family(
            DURATION,
            MetricType::Histogram,
            "Time from a request's head to its answer, in seconds, by operation.",
        );
        for (operation, counts) in self.rows() {
            // Read once: the buckets and the total must agree while counting goes on.
            let buckets = counts.by_duration.each_ref().map(|count| count.load(Ordering::Relaxed));
            let total: u64 = buckets.iter().sum();
            if total == 0 {
                continue;
            }
            let bounds = BOUNDS.iter().map(|(_, name)| *name).chain(["+Inf"]);
            let mut cumulative = 0;
            for (bound, count) in bounds.zip(buckets) {
                cumulative += count;
                text.sample(
                    &format!("{DURATION}_bucket"),
                    &[("operation", operation), ("le", bound)],
                    cumulative,
                );
            }
            let seconds = counts.nanos.load(Ordering::Relaxed) as f64 / 1e9;
            text.sample(&format!("{DURATION}_sum"), &[("operation", operation)], seconds);
            text.sample(&format!("{DURATION}_count"), &[("operation", operation)], total);
        }
    }

    fn rows(&self) -> impl Iterator<Item = (&'static str, &super::Counts)> {
        let names = Operation::ALL.iter().map(|operation| operation.name()).chain(["none"]);
        names.zip(&self.operations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::StatusCode;
    use std::time::Duration;

    #[test]
    fn durations_are_counted_in_their_buckets_and_add_up() {
        let metrics = Metrics::default();
        let ok = Some(StatusCode::OK);
        for micros in [1, 50, 51, 9_999, 20_000_000] {
            metrics.count(Some(Operation::GetConnection), ok, Duration::from_micros(micros));
        }
        metrics.count(None, None, Duration::MAX);
        let mut text = MetricsText::new();
        metrics.write(&mut text);
        let text = text.into_string();
        for line in [
            "flowmock_requests_total{operation=\"getConnection\",status=\"200\"} 5",
            "flowmock_requests_total{operation=\"none\",status=\"none\"} 1",
            "flowmock_request_duration_seconds_bucket{operation=\"getConnection\",le=\"0.00005\"} 2",
            "flowmock_request_duration_seconds_bucket{operation=\"getConnection\",le=\"0.0001\"} 3",
            "flowmock_request_duration_seconds_bucket{operation=\"getConnection\",le=\"0.01\"} 4",
            "flowmock_request_duration_seconds_bucket{operation=\"getConnection\",le=\"10\"} 4",
            "flowmock_request_duration_seconds_bucket{operation=\"getConnection\",le=\"+Inf\"} 5",
            "flowmock_request_duration_seconds_sum{operation=\"getConnection\"} 20.010101",
            "flowmock_request_duration_seconds_count{operation=\"getConnection\"} 5",
            "flowmock_request_duration_seconds_bucket{operation=\"none\",le=\"10\"} 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert!(!text.contains("createConnection"), "what never came up is left out");
    }

    #[test]
    fn bounds_ascend_and_agree_with_their_texts() {
        for (micros, seconds) in BOUNDS {
            let parsed: f64 = seconds.parse().unwrap();
            assert!((parsed * 1e6 - micros as f64).abs() < 1e-6, "{seconds}");
        }
        assert!(BOUNDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn labels_are_escaped() {
        let mut text = MetricsText::new();
        text.sample("a", &[("b", "\"\\\n")], 1);
        assert_eq!(text.into_string(), "a{b=\"\\\"\\\\\\n\"} 1\n");
    }
}
