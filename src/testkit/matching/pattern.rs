//! [`Pattern`]: the conditions with which an expectation or a fault rule matches requests.

use super::difference::{Differences, Redact};
use super::matcher::Matcher;
use super::parsed::ParsedRequest;
use super::part::PatternPart;
use super::path::PathPattern;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Members;
use crate::base::operation::{Api, Operation};
use crate::testkit::journal::redact::{REDACTED, REDACTED_IN_QUERY};
use hyper::Method;
use hyper::header::HeaderName;
use serde_json::{Map, Value};

/// Matches the requests that fulfil every part.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pattern(Vec<PatternPart>);

/// The largest number of headers, of parameters, and of places in the body.
const MAX_MATCHERS: usize = 50;
/// The longest name, pointer or id, in bytes.
const MAX_NAME_BYTES: usize = 1024;

impl Pattern {
    /// # Errors
    /// If it is not an operation of a service, but of flowmock itself or none.
    pub(crate) fn set_operation(&mut self, name: &str) -> Result<(), String> {
        let operation = Operation::from_name(name).filter(|operation| operation.api() != Api::Control);
        let operation = operation.ok_or_else(|| {
            let served = Operation::ALL.iter().filter(|operation| operation.api() != Api::Control);
            let names: Vec<_> = served.map(|operation| operation.name()).collect();
            format!("is none of the operations that can be asked about: {}", names.join(", "))
        })?;
        self.set(PatternPart::Operation(operation));
        Ok(())
    }

    /// # Errors
    /// If it is not an HTTP method.
    pub(crate) fn set_method(&mut self, method: &str) -> Result<(), String> {
        let method = method.to_ascii_uppercase();
        Method::from_bytes(method.as_bytes()).map_err(|_| "is not an HTTP method".to_owned())?;
        self.set(PatternPart::Method(method));
        Ok(())
    }

    /// # Errors
    /// If it is not a path.
    pub(crate) fn set_path(&mut self, path: &str) -> Result<(), String> {
        self.set(PatternPart::Path(PathPattern::parse(path)?));
        Ok(())
    }

    /// # Errors
    /// If it is empty or too long.
    pub(crate) fn set_ims_org(&mut self, id: &str) -> Result<(), String> {
        self.set(PatternPart::ImsOrg(checked(id)?));
        Ok(())
    }

    /// # Errors
    /// If it is empty or too long.
    pub(crate) fn set_sandbox(&mut self, name: &str) -> Result<(), String> {
        self.set(PatternPart::Sandbox(checked(name)?));
        Ok(())
    }

    /// # Errors
    /// If it is not the name of a header, or the matcher cannot be applied to one.
    pub(crate) fn add_header(&mut self, name: &str, matcher: Matcher) -> Result<(), String> {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| "is not the name of a header".to_owned())?;
        matcher.check_for_text()?;
        self.add(PatternPart::Header(name.as_str().to_owned(), matcher));
        Ok(())
    }

    /// # Errors
    /// If the name is empty or too long, or the matcher cannot be applied to a parameter.
    pub(crate) fn add_query(&mut self, name: &str, matcher: Matcher) -> Result<(), String> {
        matcher.check_for_text()?;
        self.add(PatternPart::Query(checked(name)?, matcher));
        Ok(())
    }

    /// # Errors
    /// If it is not a JSON pointer.
    pub(crate) fn add_body(&mut self, pointer: &str, matcher: Matcher) -> Result<(), String> {
        self.add(PatternPart::Body(checked_pointer(pointer)?, matcher));
        Ok(())
    }

    /// Adds a part, which replaces the one about the same property.
    fn set(&mut self, part: PatternPart) {
        let kind = std::mem::discriminant(&part);
        match self.0.iter_mut().find(|other| std::mem::discriminant(*other) == kind) {
            Some(other) => *other = part,
            None => self.insert(part),
        }
    }

    /// Adds a part. If there is one about the same field, both matchers have to match.
    fn add(&mut self, part: PatternPart) {
        let field = part.field();
        match self.0.iter_mut().find(|other| other.field() == field).and_then(PatternPart::matcher_mut) {
            Some(other) => {
                if let Some(more) = part.into_matcher() {
                    *other = other.clone().and(more);
                }
            }
            None => self.insert(part),
        }
    }

    /// Inserts a part before those that cost more to check, so that a body is only parsed if the rest matches.
    fn insert(&mut self, part: PatternPart) {
        let at = self.0.iter().position(|other| other.rank() > part.rank()).unwrap_or(self.0.len());
        self.0.insert(at, part);
    }

    /// Reads the conditions among `members`.
    pub(crate) fn read(members: &mut Members<'_>, problems: &mut Problems) -> Self {
        let mut pattern = Self::default();
        type Set = fn(&mut Pattern, &str) -> Result<(), String>;
        let texts: [(&'static str, Set); 5] = [
            ("operation", Self::set_operation),
            ("method", Self::set_method),
            ("path", Self::set_path),
            ("imsOrgId", Self::set_ims_org),
            ("sandbox", Self::set_sandbox),
        ];
        for (key, set) in texts {
            if let Some(member) = members.take(key)
                && let Some(text) = member.text(problems)
            {
                member.check(set(&mut pattern, text), problems);
            }
        }
        type Add = fn(&mut Pattern, &str, Matcher) -> Result<(), String>;
        let matchers: [(&'static str, Add); 3] =
            [("headers", Self::add_header), ("query", Self::add_query), ("body", Self::add_body)];
        for (key, add) in matchers {
            let entries = members.take(key).map(|member| member.entries(MAX_MATCHERS, problems));
            for (name, member) in entries.unwrap_or_default() {
                if has_redacted(member.value()) {
                    let reason = "contains [redacted], which stands for a credential that is not shown and matches \
                                  nothing; write the credential";
                    member.refuse::<()>(reason, problems);
                } else if let Some(matcher) = Matcher::read(member.borrowed(), problems) {
                    member.check(add(&mut pattern, &name, matcher), problems);
                }
            }
        }
        pattern
    }

    /// Adds the members that [`Pattern::read`] reads, each value as `redact` shows it.
    pub(crate) fn write(&self, members: &mut Map<String, Value>, redact: &dyn Redact) {
        for part in &self.0 {
            let (key, name, matcher) = match part {
                PatternPart::Header(name, matcher) => ("headers", name, matcher),
                PatternPart::Query(name, matcher) => ("query", name, matcher),
                PatternPart::Body(pointer, matcher) => ("body", pointer, matcher),
                PatternPart::Operation(operation) => {
                    members.insert("operation".to_owned(), operation.name().into());
                    continue;
                }
                PatternPart::Method(text) | PatternPart::ImsOrg(text) | PatternPart::Sandbox(text) => {
                    members.insert(part.field(), text.as_str().into());
                    continue;
                }
                PatternPart::Path(path) => {
                    members.insert(part.field(), path.to_string().into());
                    continue;
                }
            };
            // Indexing with a name turns `null` into an object.
            members.entry(key).or_insert(Value::Null)[name] = matcher.document(&part.redacted(redact));
        }
    }

    /// The path in the pattern, if no operation can have it.
    pub(crate) fn unknown_path(&self) -> Option<String> {
        self.0.iter().find_map(|part| match part {
            PatternPart::Path(path) if !path.can_fit_an_operation() => Some(path.to_string()),
            _ => None,
        })
    }

    /// The organisation, if the pattern matches only its requests.
    pub(crate) fn ims_org(&self) -> Option<&str> {
        self.0
            .iter()
            .find_map(|part| if let PatternPart::ImsOrg(id) = part { Some(id.as_str()) } else { None })
    }

    /// The sandbox, if the pattern matches only its requests.
    pub(crate) fn sandbox(&self) -> Option<&str> {
        self.0
            .iter()
            .find_map(|part| if let PatternPart::Sandbox(name) = part { Some(name.as_str()) } else { None })
    }

    /// The number of parts.
    pub(crate) fn parts(&self) -> usize {
        self.0.len()
    }

    /// Whether the request fulfils every part.
    pub(crate) fn matches(&self, request: &ParsedRequest<'_>) -> bool {
        self.0.iter().all(|part| part.holds(request))
    }

    /// Whether a part is about the body.
    pub(crate) fn asks_for_body(&self) -> bool {
        self.0.iter().any(|part| matches!(part, PatternPart::Body(..)))
    }

    /// Whether the request fulfils every part that is not about the body.
    pub(crate) fn may_match(&self, request: &ParsedRequest<'_>) -> bool {
        self.0.iter().all(|part| matches!(part, PatternPart::Body(..)) || part.holds(request))
    }

    /// The number of parts that the request fulfils.
    pub(crate) fn matched(&self, request: &ParsedRequest<'_>) -> usize {
        self.0.iter().filter(|part| part.holds(request)).count()
    }

    /// The differences between the request and the parts.
    pub(crate) fn differences(&self, request: &ParsedRequest<'_>, redact: &dyn Redact) -> Differences {
        let mut found = Differences::default();
        for part in self.0.iter().filter(|part| !part.holds(request)) {
            part.differences(request, redact, &mut found);
        }
        found
    }

    /// Describes each part in a line.
    pub(crate) fn describe(&self, redact: &dyn Redact) -> Vec<String> {
        match &self.0[..] {
            [] => vec!["any request".to_owned()],
            parts => {
                parts.iter().map(|part| format!("{}: {}", part.field(), part.expected(redact))).collect()
            }
        }
    }
}

/// Whether a value contains the text that the journal shows in place of a credential.
fn has_redacted(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(REDACTED) || text.contains(REDACTED_IN_QUERY),
        Value::Array(values) => values.iter().any(has_redacted),
        Value::Object(members) => members.values().any(has_redacted),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn checked(name: &str) -> Result<String, String> {
    match name.len() {
        1..=MAX_NAME_BYTES => Ok(name.to_owned()),
        _ => Err(format!("is empty, or longer than {MAX_NAME_BYTES} bytes")),
    }
}

fn checked_pointer(pointer: &str) -> Result<String, String> {
    let escapes_are_whole =
        pointer.split('~').skip(1).all(|behind| behind.starts_with('0') || behind.starts_with('1'));
    if !(pointer.is_empty() || pointer.starts_with('/')) || !escapes_are_whole {
        return Err(
            "is not a JSON pointer: one begins with a slash, ~ is written ~0 and a slash in a key ~1; \
                    the empty one is the whole body"
                .to_owned(),
        );
    }
    if pointer.len() > MAX_NAME_BYTES {
        return Err(format!("is longer than {MAX_NAME_BYTES} bytes"));
    }
    Ok(pointer.to_owned())
}
