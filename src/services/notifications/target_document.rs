//! Reads a [`Target`] from a control call or a state document.
//!
//! ```yaml
//! id: hook                          # optional
//! url: http://127.0.0.1:9000/hook
//! events: [start, success, failure] # all by default; the older forms have no start
//! form: current                     # or event, messages
//! flowId: 5e7c9bd8-2c19-4a46-a8b9-f2b2ba1fca2c
//! headers: {authorization: Bearer secret}
//! attempts: 3
//! retryMs: 500
//! timeoutMs: 5000
//! ```

use super::event::EventKind;
use super::host::way_to;
use super::payload::Form;
use super::target::{DeliveryTerms, Target};
use crate::base::config::NotificationUrl;
use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::base::secret::Secret;
use hyper::header::{self, HeaderName};
use hyper::http::HeaderValue;
use uuid::Uuid;

/// The most headers of a target, and the longest value of one.
const MOST_HEADERS: usize = 20;
const LONGEST_HEADER: usize = 4096;

impl Target {
    /// Reads a target, which gets `default_id` if it names none. Hosts must be local or `allowed`. Mistakes are added to
    /// `problems`.
    pub(crate) fn read(
        member: Member<'_>, default_id: impl FnOnce() -> String, allowed: &[String], problems: &mut Problems,
    ) -> Option<Self> {
        let mut members = member.object(problems)?;
        let target = Self::read_members(&mut members, default_id, allowed, problems);
        members.end(problems);
        target
    }

    /// Reads the members of a target, and leaves the others.
    pub(crate) fn read_members(
        members: &mut Members<'_>, default_id: impl FnOnce() -> String, allowed: &[String],
        problems: &mut Problems,
    ) -> Option<Self> {
        let before = problems.count();
        let id = match members.take("id") {
            Some(id) => read_id(&id, problems),
            None => Some(default_id()),
        };
        let url = members.required("url", problems).and_then(|url| read_url(&url, allowed, problems));
        let form =
            members.take("form").and_then(|form| form.one_of(&Form::CHOICES, problems)).unwrap_or_default();
        let events = match members.take("events") {
            Some(events) => read_events(events, form, problems),
            None => EventKind::ALL.into_iter().filter(|kind| form.has(*kind)).collect(),
        };
        let flow = members.take("flowId").and_then(|flow| {
            let id = flow.text(problems).map(Uuid::try_parse)?;
            flow.check(id.map_err(|_| "must be the id of a flow"), problems)
        });
        let headers =
            members.take("headers").map(|headers| read_headers(headers, problems)).unwrap_or_default();
        let default = DeliveryTerms::default();
        let mut number =
            |key, least, most| members.take(key).and_then(|member| member.whole(least..=most, problems));
        let delivery = DeliveryTerms {
            attempts: number("attempts", 1, DeliveryTerms::MOST_ATTEMPTS)
                .and_then(|attempts| u32::try_from(attempts).ok())
                .unwrap_or(default.attempts),
            retry_ms: number("retryMs", 0, DeliveryTerms::LONGEST_MS).unwrap_or(default.retry_ms),
            timeout_ms: number("timeoutMs", 1, DeliveryTerms::LONGEST_MS).unwrap_or(default.timeout_ms),
        };
        let (Some(id), Some(url), true) = (id, url, problems.count() == before) else { return None };
        Some(Self { id, url, events, form, flow, headers, delivery })
    }
}

fn read_id(member: &Member<'_>, problems: &mut Problems) -> Option<String> {
    let id = member.text(problems)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if (1..=64).contains(&id.len()) && id.bytes().all(is_plain) {
        return Some(id.to_owned());
    }
    member.refuse("must be 1 to 64 letters, digits, and . _ -", problems)
}

fn read_url(member: &Member<'_>, allowed: &[String], problems: &mut Problems) -> Option<NotificationUrl> {
    let url = member.text(problems)?.parse::<NotificationUrl>().map_err(|reason| format!("is {reason}"));
    let url = member.check(url, problems)?;
    member.check(way_to(url.host(), allowed), problems).map(|_| url)
}

fn read_events(member: Member<'_>, form: Form, problems: &mut Problems) -> Vec<EventKind> {
    const CHOICES: [(&str, EventKind); 3] = [
        (EventKind::Start.name(), EventKind::Start),
        (EventKind::Success.name(), EventKind::Success),
        (EventKind::Failure.name(), EventKind::Failure),
    ];
    let mut events = Vec::new();
    for member in member.elements(1..=CHOICES.len(), problems).unwrap_or_default() {
        match member.one_of(&CHOICES, problems) {
            Some(kind) if !form.has(kind) => {
                let reason =
                    format!("is not an event of the form {}, which has no payload for it", form.name());
                problems.add(member.path(), reason);
            }
            Some(kind) if events.contains(&kind) => problems.add(member.path(), "is there twice"),
            kind => events.extend(kind),
        }
    }
    events
}

fn read_headers(member: Member<'_>, problems: &mut Problems) -> Vec<(HeaderName, Secret<HeaderValue>)> {
    let own = [
        header::HOST,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::TE,
        header::TRAILER,
        header::EXPECT,
    ];
    let mut headers = Vec::new();
    for (name, member) in member.entries(MOST_HEADERS, problems) {
        let name = HeaderName::try_from(&name).ok().filter(|name| !own.contains(name));
        let Some(name) = name else {
            problems.add(member.path(), "is not the name of a header that a notification can have");
            continue;
        };
        let Some(text) = member.text(problems) else { continue };
        match HeaderValue::try_from(text) {
            Ok(value) if text.len() <= LONGEST_HEADER && text.is_ascii() => {
                headers.push((name, Secret::new(value)))
            }
            _ => problems
                .add(member.path(), format!("must be at most {LONGEST_HEADER} visible ASCII characters")),
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(document: &Value) -> Result<Target, Vec<String>> {
        let mut problems = Problems::default();
        let target = Target::read(Member::root(document), || "target-1".to_owned(), &[], &mut problems);
        target
            .filter(|_| problems.is_empty())
            .ok_or_else(|| problems.into_list().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_target_survives_its_document_and_hides_its_credentials() {
        let document = json!({
            "id": "hook", "url": "http://127.0.0.1:9000/?code=hunter2", "events": ["failure"], "form": "messages",
            "flowId": "5e7c9bd8-2c19-4a46-a8b9-f2b2ba1fca2c", "headers": {"authorization": "Bearer hunter2"},
            "attempts": 1, "retryMs": 0, "timeoutMs": 1
        });
        let target = read(&document).unwrap();
        assert_eq!(target.exposed(), document);
        assert!(!format!("{target:?}{}", target.shown()).contains("hunter2"));
        let plain = read(&json!({"url": "http://[::1]:9000"})).unwrap();
        assert_eq!(plain, Target::plain("target-1".into(), "http://[::1]:9000/".parse().unwrap()));
        let older = read(&json!({"url": "http://localhost", "form": "event"})).unwrap();
        assert_eq!(older.events, [EventKind::Success, EventKind::Failure]);
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let wrong = json!({
            "id": "a/b", "url": "http://10.0.0.1/", "events": ["start", "end", "failure"], "form": "event",
            "flowId": "f", "headers": {"host": "a", "a b": "c", "x": "\n", "y": 1}, "attempts": 0, "retryMs": 60_001,
            "timeoutMs": 0, "sandbox": "prod"
        });
        let problems = read(&wrong).unwrap_err();
        for path in [
            "/id",
            "/url",
            "/events/0",
            "/events/1",
            "/flowId",
            "/headers/host",
            "/headers/a b",
            "/headers/x",
            "/headers/y",
            "/attempts",
            "/retryMs",
            "/timeoutMs",
            "/sandbox",
        ] {
            assert_eq!(
                problems.iter().filter(|problem| problem.starts_with(&format!("{path}:"))).count(),
                1,
                "{path} {problems:#?}"
            );
        }
        assert!(read(&json!({"url": "http://localhost", "events": ["failure", "failure"]})).is_err());
        assert!(read(&json!({})).unwrap_err()[0].starts_with("/url: is missing"));
    }
}
