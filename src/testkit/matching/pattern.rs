//! [`Pattern`]: which requests are meant, part by part. Expectations and fault rules share it.

use super::compare;
use super::difference::{ABSENT, Differences, Veil, quoted, quoted_all, shown};
use super::matcher::{Actual, Matcher};
use super::path::PathPattern;
use super::subject::Subject;
use crate::base::document::member::{Members, Problems};
use crate::base::headers::{IMS_ORG, SANDBOX_NAME};
use crate::base::operation::{Api, Operation};
use hyper::Method;
use hyper::header::HeaderName;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Which requests are meant: those for which every part holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pattern(Vec<Part>);

/// One thing that is asked of a request.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Operation(Operation),
    Method(String),
    Path(PathPattern),
    ImsOrg(String),
    Sandbox(String),
    /// A header, by its name in lower case.
    Header(String, Matcher),
    /// A query parameter.
    Query(String, Matcher),
    /// What stands at a JSON pointer in the body, which is itself if the pointer is empty.
    Body(String, Matcher),
}

/// How many headers, how many parameters and how many places in the body may be asked about.
const MAX_MATCHERS: usize = 50;
/// The longest name, pointer or id that is asked about, in bytes.
const MAX_NAME_BYTES: usize = 1024;

impl Pattern {
    /// # Errors
    /// If it is not an operation that anybody could be told about.
    pub(crate) fn set_operation(&mut self, name: &str) -> Result<(), String> {
        let operation = Operation::from_name(name).filter(|operation| operation.api() != Api::Control);
        let operation = operation.ok_or_else(|| {
            let served = Operation::ALL.iter().filter(|operation| operation.api() != Api::Control);
            let names: Vec<_> = served.map(|operation| operation.name()).collect();
            format!("is none of the operations that can be asked about: {}", names.join(", "))
        })?;
        self.set(Part::Operation(operation));
        Ok(())
    }

    /// # Errors
    /// If it is no method.
    pub(crate) fn set_method(&mut self, method: &str) -> Result<(), String> {
        let method = method.to_ascii_uppercase();
        Method::from_bytes(method.as_bytes()).map_err(|_| "is no HTTP method".to_owned())?;
        self.set(Part::Method(method));
        Ok(())
    }

    /// # Errors
    /// If it is no path.
    pub(crate) fn set_path(&mut self, path: &str) -> Result<(), String> {
        self.set(Part::Path(PathPattern::parse(path)?));
        Ok(())
    }

    /// # Errors
    /// If it is too long, or empty.
    pub(crate) fn set_ims_org(&mut self, id: &str) -> Result<(), String> {
        self.set(Part::ImsOrg(checked(id)?));
        Ok(())
    }

    /// # Errors
    /// If it is too long, or empty.
    pub(crate) fn set_sandbox(&mut self, name: &str) -> Result<(), String> {
        self.set(Part::Sandbox(checked(name)?));
        Ok(())
    }

    /// # Errors
    /// If that is no header, or nothing that could be asked of one.
    pub(crate) fn add_header(&mut self, name: &str, matcher: Matcher) -> Result<(), String> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "is no header's name".to_owned())?;
        matcher.check_for_text()?;
        self.add(Part::Header(name.as_str().to_owned(), matcher));
        Ok(())
    }

    /// # Errors
    /// If that is nothing that could be asked of a parameter.
    pub(crate) fn add_query(&mut self, name: &str, matcher: Matcher) -> Result<(), String> {
        matcher.check_for_text()?;
        self.add(Part::Query(checked(name)?, matcher));
        Ok(())
    }

    /// # Errors
    /// If that is no JSON pointer.
    pub(crate) fn add_body(&mut self, pointer: &str, matcher: Matcher) -> Result<(), String> {
        self.add(Part::Body(checked_pointer(pointer)?, matcher));
        Ok(())
    }

    /// In the place of the part of its kind, or behind the others.
    fn set(&mut self, part: Part) {
        let kind = std::mem::discriminant(&part);
        match self.0.iter_mut().find(|other| std::mem::discriminant(*other) == kind) {
            Some(other) => *other = part,
            None => self.insert(part),
        }
    }

    /// Together with the part that asks about the same, or behind the others.
    fn add(&mut self, part: Part) {
        let field = part.field();
        match self.0.iter_mut().find(|other| other.field() == field).and_then(Part::matcher_mut) {
            Some(other) => {
                if let Some(more) = part.into_matcher() {
                    *other = other.clone().and(more);
                }
            }
            None => self.insert(part),
        }
    }

    /// What costs more to find out comes later: nothing is read of a request that another part rules out.
    fn insert(&mut self, part: Part) {
        let at = self.0.iter().position(|other| other.rank() > part.rank()).unwrap_or(self.0.len());
        self.0.insert(at, part);
    }

    /// Reads the keys of `members` that say which requests are meant.
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
                if let Some(matcher) = Matcher::read(&member, problems) {
                    member.check(add(&mut pattern, name, matcher), problems);
                }
            }
        }
        pattern
    }

    /// Adds what [`Pattern::read`] reads, each value as `veil` shows it.
    pub(crate) fn write(&self, members: &mut Map<String, Value>, veil: &dyn Veil) {
        for part in &self.0 {
            let (key, name, matcher) = match part {
                Part::Header(name, matcher) => ("headers", name, matcher),
                Part::Query(name, matcher) => ("query", name, matcher),
                Part::Body(pointer, matcher) => ("body", pointer, matcher),
                Part::Operation(operation) => {
                    members.insert("operation".to_owned(), operation.name().into());
                    continue;
                }
                Part::Method(text) | Part::ImsOrg(text) | Part::Sandbox(text) => {
                    members.insert(part.field(), text.as_str().into());
                    continue;
                }
                Part::Path(path) => {
                    members.insert(part.field(), path.to_string().into());
                    continue;
                }
            };
            // What is not an object yet becomes one.
            members.entry(key).or_insert(Value::Null)[name] = matcher.document(&part.veil(veil));
        }
    }

    /// How many parts there are.
    pub(crate) fn parts(&self) -> usize {
        self.0.len()
    }

    /// Whether the request is meant.
    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        self.0.iter().all(|part| part.holds(subject))
    }

    /// Whether the body has to be known for that.
    pub(crate) fn asks_for_body(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Body(..)))
    }

    /// Whether the request is meant as far as that can be said without its body.
    pub(crate) fn may_match(&self, subject: &Subject<'_>) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Body(..)) || part.holds(subject))
    }

    /// How many parts hold.
    pub(crate) fn matched(&self, subject: &Subject<'_>) -> usize {
        self.0.iter().filter(|part| part.holds(subject)).count()
    }

    /// Where the request is not what is meant.
    pub(crate) fn differences(&self, subject: &Subject<'_>, veil: &dyn Veil) -> Differences {
        let mut found = Differences::default();
        for part in self.0.iter().filter(|part| !part.holds(subject)) {
            part.differences(subject, veil, &mut found);
        }
        found
    }

    /// A line for each part.
    pub(crate) fn describe(&self, veil: &dyn Veil) -> Vec<String> {
        match &self.0[..] {
            [] => vec!["any request".to_owned()],
            parts => parts.iter().map(|part| format!("{}: {}", part.field(), part.expected(veil))).collect(),
        }
    }
}

impl Part {
    /// What it is about, as a difference names it.
    fn field(&self) -> String {
        match self {
            Self::Operation(_) => "operation".to_owned(),
            Self::Method(_) => "method".to_owned(),
            Self::Path(_) => "path".to_owned(),
            Self::ImsOrg(_) => "imsOrgId".to_owned(),
            Self::Sandbox(_) => "sandbox".to_owned(),
            Self::Header(name, _) => format!("header {name}"),
            Self::Query(name, _) => format!("query {name}"),
            Self::Body(pointer, _) => compare::field(pointer),
        }
    }

    /// How the values of its matcher are shown.
    fn veil(&self, veil: &dyn Veil) -> impl Fn(&Value) -> Value {
        move |value| match (self, value) {
            (Self::Header(name, _), Value::String(text)) => veil.header(name, text).into(),
            (Self::Query(name, _), Value::String(text)) => veil.parameter(name, text).into(),
            (Self::Body(pointer, _), value) => veil.json(pointer, value),
            _ => value.clone(),
        }
    }

    fn expected(&self, veil: &dyn Veil) -> String {
        match self {
            Self::Operation(operation) => operation.name().to_owned(),
            Self::Method(method) => method.clone(),
            Self::Path(path) => path.to_string(),
            Self::ImsOrg(text) | Self::Sandbox(text) => quoted(text),
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => {
                matcher.describe(&self.veil(veil))
            }
        }
    }

    /// What costs least to find out has the lowest.
    fn rank(&self) -> usize {
        match self {
            Self::Method(_) => 0,
            Self::Operation(_) => 1,
            Self::Path(_) => 2,
            Self::ImsOrg(_) | Self::Sandbox(_) => 3,
            Self::Header(..) => 4,
            Self::Query(..) => 5,
            Self::Body(..) => 6,
        }
    }

    fn matcher_mut(&mut self) -> Option<&mut Matcher> {
        match self {
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => Some(matcher),
            _ => None,
        }
    }

    fn into_matcher(self) -> Option<Matcher> {
        match self {
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => Some(matcher),
            _ => None,
        }
    }

    fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Operation(operation) => subject.operation() == Some(*operation),
            Self::Method(method) => subject.method() == method,
            Self::Path(path) => path.fits(subject.path()),
            Self::ImsOrg(id) => subject.header(IMS_ORG).first().is_some_and(|actual| actual == id),
            Self::Sandbox(name) => subject.header(SANDBOX_NAME).first().is_some_and(|actual| actual == name),
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => {
                self.actual(subject).is_some_and(|actual| matcher.holds(&actual))
            }
        }
    }

    /// What its matcher is asked of, if it has one.
    fn actual<'a>(&self, subject: &'a Subject<'a>) -> Option<Actual<'a>> {
        match self {
            Self::Header(name, _) => Some(Actual::Texts(subject.header(name))),
            Self::Query(name, _) => Some(Actual::Texts(subject.query(name))),
            Self::Body(pointer, _) if pointer.is_empty() => Some(Actual::Body(subject)),
            Self::Body(pointer, _) => {
                Some(Actual::Json(subject.body().and_then(|body| body.pointer(pointer))))
            }
            _ => None,
        }
    }

    fn differences(&self, subject: &Subject<'_>, veil: &dyn Veil, found: &mut Differences) {
        let actual = match self {
            Self::Operation(_) => subject.operation().map_or("none", Operation::name).to_owned(),
            Self::Method(_) => subject.method().to_owned(),
            Self::Path(_) => veil.path(subject.path()),
            Self::ImsOrg(_) => quoted_all(&subject.header(IMS_ORG)),
            Self::Sandbox(_) => quoted_all(&subject.header(SANDBOX_NAME)),
            Self::Header(_, matcher) | Self::Query(_, matcher) | Self::Body(_, matcher) => {
                return self.mismatches(matcher, subject, veil, found);
            }
        };
        found.add(self.field(), &self.expected(veil), &actual);
    }

    /// What its matcher misses, each place by itself where it is about JSON.
    fn mismatches(&self, matcher: &Matcher, subject: &Subject<'_>, veil: &dyn Veil, found: &mut Differences) {
        let hidden = veil;
        let Some(actual) = self.actual(subject) else { return };
        for matcher in matcher.each().iter().filter(|matcher| !matcher.holds(&actual)) {
            if let (Self::Body(pointer, _), Some((expected, actual, extent))) =
                (self, matcher.comparison(&actual))
            {
                compare::differences(pointer, expected, actual, extent, veil, found);
                continue;
            }
            let veil = self.veil(veil);
            let actual = match &actual {
                Actual::Texts(texts) => {
                    let shown = |text: &Cow<'_, str>| match veil(&Value::from(&**text)) {
                        Value::String(text) => Cow::Owned(text),
                        other => other.to_string().into(),
                    };
                    quoted_all(&texts.iter().map(shown).collect::<Vec<_>>())
                }
                Actual::Body(_) if subject.body_is_text() => quoted(&hidden.text(&subject.text())),
                json => json.json().map_or_else(|| ABSENT.to_owned(), |value| shown(&veil(value))),
            };
            found.add(self.field(), &matcher.describe(&veil), &actual);
        }
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
        return Err("is no JSON pointer: one begins with a slash, ~ is written ~0 and a slash in a key ~1; \
                    the empty one is the whole body"
            .to_owned());
    }
    if pointer.len() > MAX_NAME_BYTES {
        return Err(format!("is longer than {MAX_NAME_BYTES} bytes"));
    }
    Ok(pointer.to_owned())
}

/// The methods by which a type with a field `pattern` says which requests it means.
macro_rules! pattern_methods {
    () => {
        /// Requests for the operation of that name, such as `createConnection`.
        ///
        /// # Panics
        /// If there is no such operation.
        #[track_caller]
        pub fn operation(mut self, name: &str) -> Self {
            self.pattern
                .set_operation(name)
                .unwrap_or_else(|reason| panic!("the operation {name:?} {reason}"));
            self
        }

        /// Requests with that method, in any letter case.
        ///
        /// # Panics
        /// If it is no HTTP method.
        #[track_caller]
        pub fn method(mut self, method: &str) -> Self {
            self.pattern.set_method(method).unwrap_or_else(|reason| panic!("the method {method:?} {reason}"));
            self
        }

        /// Requests to that path, with or without the base path of the Flow Service. `*` and `{name}` stand for
        /// any one segment, `**` at the end for any number of them.
        ///
        /// # Panics
        /// If it does not begin with a slash, or has a query.
        #[track_caller]
        pub fn path(mut self, path: &str) -> Self {
            self.pattern.set_path(path).unwrap_or_else(|reason| panic!("the path {path:?} {reason}"));
            self
        }

        /// Requests of that organisation: `x-gw-ims-org-id`.
        ///
        /// # Panics
        /// If it is empty, or longer than 1024 bytes.
        #[track_caller]
        pub fn ims_org(mut self, id: &str) -> Self {
            self.pattern.set_ims_org(id).unwrap_or_else(|reason| panic!("the organisation {reason}"));
            self
        }

        /// Requests in that sandbox: `x-sandbox-name`.
        ///
        /// # Panics
        /// If it is empty, or longer than 1024 bytes.
        #[track_caller]
        pub fn sandbox(mut self, name: &str) -> Self {
            self.pattern.set_sandbox(name).unwrap_or_else(|reason| panic!("the sandbox {reason}"));
            self
        }

        /// Requests with such a header, by its name in any letter case.
        ///
        /// # Panics
        /// If it is no header's name, or the matcher is about JSON.
        #[track_caller]
        pub fn header(
            mut self, name: &str, matcher: impl Into<$crate::testkit::expectation::Matcher>,
        ) -> Self {
            let added = self.pattern.add_header(name, matcher.into());
            added.unwrap_or_else(|reason| panic!("the header {name:?}: {reason}"));
            self
        }

        /// Requests with such a query parameter, decoded.
        ///
        /// # Panics
        /// If the name is empty, or the matcher is about JSON.
        #[track_caller]
        pub fn query(
            mut self, name: &str, matcher: impl Into<$crate::testkit::expectation::Matcher>,
        ) -> Self {
            let added = self.pattern.add_query(name, matcher.into());
            added.unwrap_or_else(|reason| panic!("the query parameter {name:?}: {reason}"));
            self
        }

        /// Requests with such a body.
        #[track_caller]
        pub fn body(self, matcher: impl Into<$crate::testkit::expectation::Matcher>) -> Self {
            self.body_at("", matcher)
        }

        /// Requests with a body in which such a value stands at that JSON pointer (RFC 6901).
        ///
        /// # Panics
        /// If it is no JSON pointer.
        #[track_caller]
        pub fn body_at(
            mut self, pointer: &str, matcher: impl Into<$crate::testkit::expectation::Matcher>,
        ) -> Self {
            let added = self.pattern.add_body(pointer, matcher.into());
            added.unwrap_or_else(|reason| panic!("the pointer {pointer:?} {reason}"));
            self
        }
    };
}
pub(crate) use pattern_methods;
