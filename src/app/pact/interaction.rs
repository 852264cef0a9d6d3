//! Turns a request and its response into an interaction, with the provider states that it needs.

use super::example::Examples;
use super::known::{KnownContents, KnownSandboxes, misses_its_entity, tenant_of};
use super::left_out::LeftOut;
use super::references::References;
use super::states::EntityState;
use super::v3::{self, Generator, Generators, Interaction, PactRequest, PactResponse, ProviderState, Query};
use super::{rules, shape, states};
use crate::base::error::Code;
use crate::base::headers;
use crate::base::operation::{Api, Kind, Operation, Verb};
use crate::base::tenant::Tenant;
use crate::services::runs::last_run;
use crate::store::query::form_decoded;
use crate::testkit::contract::{Exchange, Header, RequestBody};
use crate::testkit::journal::Outcome;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The largest number of connections in a provider state.
const MAX_ENTITIES: usize = 100;

/// The request headers that matter to the provider: as they are sent, and in lower case.
const SENT: [(&str, &str); 7] = [
    ("Authorization", "authorization"),
    ("Content-Type", "content-type"),
    ("If-Match", headers::IF_MATCH),
    (headers::API_KEY, headers::API_KEY),
    (headers::IMS_ORG, headers::IMS_ORG),
    (headers::SANDBOX_ID, headers::SANDBOX_ID),
    (headers::SANDBOX_NAME, headers::SANDBOX_NAME),
];

/// The response headers that a client may rely on.
const ANSWERED: [(&str, &str); 2] = [("Content-Type", "content-type"), ("Location", "location")];

/// Errors that depend on the server's configuration, which no provider state describes.
const BY_CONFIGURATION: [Code; 10] = [
    Code::ApiKeyInvalid,
    Code::OrgNotAllowed,
    Code::OrgMalformed,
    Code::TokenOfOtherOrg,
    Code::SandboxNotFound,
    Code::SandboxIdNotAllowed,
    Code::SandboxFull,
    Code::PayloadTooLarge,
    Code::MemorySpent,
    Code::TooManyRequests,
];

/// A request of the consumer that may become an interaction.
pub(super) struct Candidate {
    /// The shape of the request. Requests of one shape become one interaction.
    pub(super) shape: String,
    status: u16,
    headers: Headers,
    answer: Option<Value>,
}

type Headers = Vec<(&'static str, String)>;

impl Candidate {
    /// Reads a request.
    ///
    /// # Errors
    /// The reason why it cannot be an interaction.
    pub(super) fn of(exchange: &Exchange<'_>, examples: &Examples<'_>) -> Result<Self, LeftOut> {
        let record = exchange.record;
        let Outcome::Answered(status) = record.outcome else { return Err(LeftOut::Unanswered) };
        let operation = exchange.operation.ok_or(LeftOut::NotOfTheService)?;
        if !matches!(operation.api(), Api::FlowService | Api::Connectors | Api::SandboxManagement) {
            return Err(LeftOut::NotOfTheService);
        }
        if record.answer_headers().any(|(name, _)| name == headers::FAULT) {
            return Err(LeftOut::Fault);
        }
        let token = exchange.header("authorization").text();
        let token = token.split_once(' ').map(|(_, token)| token.trim()).unwrap_or_default();
        let is_ours_alone = match record.error {
            Some(Code::TokenInvalid) => is_bearer(exchange) && !token.contains(' '),
            Some(code) => BY_CONFIGURATION.contains(&code),
            None => false,
        };
        if is_ours_alone || status.is_server_error() {
            return Err(LeftOut::Configuration);
        }
        if !exchange.has_whole_answer() || (exchange.body == RequestBody::Unknown && exchange.has_body()) {
            return Err(LeftOut::NotKept);
        }
        // A verifier would correct a malformed query.
        if matches!(exchange.body, RequestBody::Malformed(_)) || exchange.parameters.is_none() {
            return Err(LeftOut::NotJson);
        }
        let answer = match exchange.answer() {
            "" => None,
            text => Some(serde_json::from_str(text).map_err(|_| LeftOut::NotJson)?),
        };
        let headers = sent(exchange, examples)?;
        let shape = shape::of(exchange, &headers, answer.as_ref());
        Ok(Self { shape, status: status.as_u16(), headers, answer })
    }

    /// The interaction, with that description.
    ///
    /// # Errors
    /// The reason why it is left out.
    pub(super) fn into_interaction(
        self, exchange: &Exchange<'_>, examples: &Examples<'_>, known: &mut KnownSandboxes<'_>,
        description: String,
    ) -> Result<Interaction, LeftOut> {
        let tenant = tenant_of(exchange);
        let needed = match &tenant {
            Some(tenant) => {
                let contents = known.of(tenant);
                if let Some((kind, _)) = exchange.operation.and_then(Operation::entity) {
                    // The entities in the response existed before the request.
                    shown(self.answer.as_ref()).iter().for_each(|item| contents.see(kind, item));
                }
                needed(exchange, tenant, contents, self.answer.as_ref(), examples)?
            }
            None => Needed { states: sandboxes(exchange, self.answer.as_ref()), ..Needed::default() },
        };
        let contents = tenant.as_ref().map(|tenant| &*known.of(tenant));
        let request = self.request(exchange, examples, contents, &needed)?;
        let response = self.response(exchange, examples, contents)?;
        Ok(Interaction { description, provider_states: needed.states, request, response })
    }

    fn request(
        &self, exchange: &Exchange<'_>, examples: &Examples<'_>, contents: Option<&KnownContents>,
        needed: &Needed,
    ) -> Result<PactRequest, LeftOut> {
        use crate::testkit::matching::received::Received;
        let record = exchange.record;
        let (path, query) = (examples.text(record.path())?, record.query());
        if examples.redaction.query(query) != query {
            return Err(LeftOut::Credential);
        }
        let body = match (&exchange.body, contents) {
            (RequestBody::Json(body), Some(contents)) => {
                Some(match exchange.operation.and_then(Operation::entity) {
                    Some((_, Verb::Create)) => examples.definition(&contents.own, body)?,
                    Some((kind, Verb::Update)) => {
                        examples.operations(&contents.own, body, kind, needed.original.as_ref())?
                    }
                    _ => unchanged(examples, body)?,
                })
            }
            (RequestBody::Json(body), None) => Some(unchanged(examples, body)?),
            _ => None,
        };
        let mut generators = Generators::default();
        let mut path_rule = None;
        if let Some((kind, id, etag)) = &needed.entity {
            path_rule = Some(format!("^{}$", path.replace(id.as_str(), "[0-9a-f-]{36}")));
            let expression = path.replace(id.as_str(), &format!("${{{}Id}}", kind.key()));
            generators.path = Some(Generator::from_state(expression));
            let sent = self.headers.iter().find(|(name, _)| *name == "If-Match").map(|(_, value)| value);
            let expression = match sent {
                Some(sent) if sent == etag => Some("${etag}"),
                Some(sent) if sent.as_str() == etag.trim_matches('"') => Some("${bareEtag}"),
                _ => None,
            };
            if let Some(expression) = expression {
                generators.header.insert("If-Match", Generator::from_state(expression));
            }
        }
        Ok(PactRequest {
            matching_rules: rules::of_request(&self.headers, path_rule, body.as_ref()),
            body: body.map(v3::JsonBody::new),
            generators,
            headers: self.headers.iter().cloned().collect(),
            method: record.method().to_uppercase(),
            path,
            query: (!query.is_empty()).then(|| by_name(query)),
        })
    }

    fn response(
        &self, exchange: &Exchange<'_>, examples: &Examples<'_>, contents: Option<&KnownContents>,
    ) -> Result<PactResponse, LeftOut> {
        let mut headers = Headers::new();
        for (name, lower) in ANSWERED {
            let found = exchange.record.answer_headers().find(|(found, _)| *found == lower);
            if let Some(value) = found.and_then(|(_, value)| str::from_utf8(value).ok()) {
                headers.push((name, examples.text(value)?));
            }
        }
        let shows_items = matches!(exchange.verb(), Some(Verb::Get | Verb::List | Verb::Search));
        let body = match (&self.answer, contents) {
            (Some(answer), Some(contents)) if shows_items => {
                let item = |item: &Value| examples.definition(&contents.own, &without_last_run(item));
                Some(with_items(answer, examples, item)?)
            }
            (Some(answer), _) => Some(examples.value(answer)?),
            (None, _) => None,
        };
        Ok(PactResponse {
            matching_rules: rules::of_response(&headers, body.as_ref()),
            body: body.map(v3::JsonBody::new),
            headers: headers.into_iter().collect(),
            status: self.status,
        })
    }
}

/// The parts that an interaction needs.
#[derive(Default)]
struct Needed {
    states: Vec<ProviderState>,
    /// The kind, the id as in the path, and the etag of the entity that the request is about.
    entity: Option<(Kind, String, String)>,
    /// That entity, with its credentials.
    original: Option<Value>,
}

fn needed(
    exchange: &Exchange<'_>, tenant: &Tenant, contents: &KnownContents, answer: Option<&Value>,
    examples: &Examples<'_>,
) -> Result<Needed, LeftOut> {
    let Some(operation) = exchange.operation else { return Ok(Needed::default()) };
    if operation.api() == Api::SandboxManagement {
        return Ok(Needed { states: sandboxes(exchange, answer), ..Needed::default() });
    }
    if shows_runs(exchange, answer) {
        return Err(LeftOut::NotKnown);
    }
    let mut needed = Needed { states: vec![state(tenant, states::EMPTY, None)], ..Needed::default() };
    for (name, collection) in states::SPECS {
        let specs = contents.specs.get(collection).into_iter().flat_map(BTreeMap::values);
        let specs = specs.map(|spec| unchanged(examples, spec)).collect::<Result<Vec<_>, _>>()?;
        if !specs.is_empty() {
            needed.states.push(state(tenant, name, Some((collection, specs.into()))));
        }
    }
    let asks_a_source = matches!(
        operation,
        Operation::TestConnection
            | Operation::ExploreConnection
            | Operation::GetConnectionConfigs
            | Operation::ExploreConnectionSpec
            | Operation::GetConnectionSpecConfigs
    );
    if let Some(sources) = contents.sources.as_ref().filter(|_| asks_a_source) {
        needed.states.push(state(tenant, states::SOURCES, Some(("sources", examples.value(sources)?))));
    }
    let references = references(exchange, contents)?;
    let mut own = exchange.entity();
    for &kind in Kind::ALL {
        // An entity comes after those to which it refers, and before those that refer to it.
        if let Some((kind, id)) = own.take_if(|(of, _)| *of == kind) {
            one(&mut needed, (kind, id), exchange, tenant, contents, answer, examples)?;
        }
        needed.states.extend(several(references.of(kind), kind, tenant, contents, examples)?);
    }
    if exchange.entity().is_some() {
        return Ok(needed);
    }
    if let Some(kind) = listed_kind(exchange) {
        let all = contents.entities(kind, MAX_ENTITIES).ok_or(LeftOut::TooLarge)?;
        let items = all.iter().map(|(_, item)| item);
        needed.states.extend(several(items, kind, tenant, contents, examples)?);
    }
    Ok(needed)
}

/// The kind whose entities the response lists.
fn listed_kind(exchange: &Exchange<'_>) -> Option<Kind> {
    match exchange.operation.and_then(Operation::entity)? {
        (kind, Verb::List | Verb::Search) if exchange.succeeded() => Some(kind),
        _ => None,
    }
}

/// The entities to which the request or the state of its own entities refers, without these.
fn references(exchange: &Exchange<'_>, contents: &KnownContents) -> Result<References, LeftOut> {
    let mut references = References::default();
    if let RequestBody::Json(body) = &exchange.body {
        references.follow(body, contents, MAX_ENTITIES)?;
    }
    if let Some((kind, id)) = exchange.entity().and_then(|(kind, id)| Some((kind, Uuid::try_parse(id).ok()?)))
    {
        references.follow(&json!(id), contents, MAX_ENTITIES)?;
        if matches!(exchange.record.error, Some(Code::UsedByFlow | Code::UsedByFlows)) {
            references.follow_user((kind, id), contents, MAX_ENTITIES)?;
        }
        references.remove((kind, id));
    }
    if let Some(kind) = listed_kind(exchange) {
        for (_, item) in contents.entities(kind, MAX_ENTITIES).ok_or(LeftOut::TooLarge)? {
            references.follow(&item, contents, MAX_ENTITIES)?;
        }
        references.remove_all(kind);
    }
    Ok(references)
}

/// The state in which entities of that kind exist; none if there are no such entities.
fn several<'a>(
    items: impl Iterator<Item = &'a Value>, kind: Kind, tenant: &Tenant, contents: &KnownContents,
    examples: &Examples<'_>,
) -> Result<Option<ProviderState>, LeftOut> {
    let all: Vec<Value> =
        items.map(|item| examples.definition(&contents.own, item)).collect::<Result<_, _>>()?;
    let state =
        |all: Vec<Value>| state(tenant, EntityState::Several.of(kind), Some((kind.collection(), all.into())));
    Ok((!all.is_empty()).then(|| state(all)))
}

/// Whether the response depends on the runs of a flow, which depend on the time and for which there is no state.
fn shows_runs(exchange: &Exchange<'_>, answer: Option<&Value>) -> bool {
    use crate::testkit::matching::received::Received;
    let by_runs = matches!(
        exchange.record.error,
        None | Some(Code::ProviderRefused | Code::EtagMismatch | Code::ActionNotApplicable)
    );
    match exchange.operation {
        Some(Operation::ListRuns) => exchange.succeeded() && !shown(answer).is_empty(),
        Some(Operation::GetRun | Operation::ReplaceRun | Operation::ActOnRun) => by_runs,
        Some(Operation::ListFlows | Operation::SearchFlows) => {
            let is_text = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(last_run::KEY);
            let record = exchange.record;
            !shown(answer).is_empty() && (record.query().contains(last_run::KEY) || is_text(record.body()))
        }
        _ => false,
    }
}

/// A flow without the details of its last run, which change with the time.
fn without_last_run(item: &Value) -> Cow<'_, Value> {
    if item.get(last_run::KEY).is_none() {
        return Cow::Borrowed(item);
    }
    let mut item = item.clone();
    if let Some(members) = item.as_object_mut() {
        members.shift_remove(last_run::KEY);
    }
    Cow::Owned(item)
}

/// A state of a sandbox, with further params.
fn state(
    tenant: &Tenant, name: impl Into<Cow<'static, str>>, more: Option<(&'static str, Value)>,
) -> ProviderState {
    ProviderState::new(name, states::params(tenant, more))
}

/// Adds the needs of a request about one entity, by the kind and the id in its path.
fn one(
    needed: &mut Needed, (kind, sent_id): (Kind, &str), exchange: &Exchange<'_>, tenant: &Tenant,
    contents: &KnownContents, answer: Option<&Value>, examples: &Examples<'_>,
) -> Result<(), LeftOut> {
    if misses_its_entity(exchange, sent_id) {
        needed.states.push(state(
            tenant,
            EntityState::Absent.of(kind),
            Some(("id", examples.text(sent_id)?.into())),
        ));
        return Ok(());
    }
    let id = Uuid::try_parse(sent_id).ok();
    let Some((id, mut connection)) = id.and_then(|id| Some((id, contents.entity(kind, id)?))) else {
        // A request that was refused before the entity was looked up needs none.
        return if exchange.succeeded() { Err(LeftOut::NotKnown) } else { Ok(()) };
    };
    let is_seeds = contents.is_seeds(kind, id, &connection);
    if exchange.verb() == Some(Verb::Update)
        && let Some(etag) = etag_at(exchange, answer)
    {
        connection["etag"] = etag.into();
    }
    let etag = connection["etag"].as_str().unwrap_or_default().to_owned();
    let example = examples.definition(&contents.own, &connection)?;
    let name = if is_seeds { EntityState::Seeded } else { EntityState::One }.of(kind);
    needed.states.push(state(tenant, name, Some((kind.key(), example))));
    needed.entity = Some((kind, sent_id.to_owned(), etag));
    needed.original = Some(connection);
    Ok(())
}

/// The etag of a connection before a PATCH, as the request or the refusal names it.
fn etag_at(exchange: &Exchange<'_>, answer: Option<&Value>) -> Option<String> {
    if exchange.record.error == Some(Code::EtagMismatch) {
        return answer?.pointer("/report/current")?.as_str().map(str::to_owned);
    }
    let sent = exchange.header(headers::IF_MATCH).text();
    let sent = sent.strip_prefix("W/").unwrap_or(sent).trim_matches('"');
    let is_one = exchange.succeeded() && sent.len() > 1 && !sent.contains([',', ' ']);
    is_one.then(|| format!("\"{sent}\""))
}

/// The sandboxes in a response of sandbox management.
fn sandboxes(exchange: &Exchange<'_>, answer: Option<&Value>) -> Vec<ProviderState> {
    let Some(answer) = answer.filter(|_| exchange.succeeded()) else { return Vec::new() };
    let ims_org = exchange.header(headers::IMS_ORG).text();
    let items = match exchange.operation {
        Some(Operation::ListSandboxes) => answer["sandboxes"].as_array().cloned().unwrap_or_default(),
        Some(Operation::GetSandbox) => vec![answer.clone()],
        _ => return Vec::new(),
    };
    let keys = || ["name"].into_iter().chain(crate::services::sandboxes::About::KEYS);
    let said = |item: Value| -> Map<String, Value> {
        keys().filter_map(|key| Some((key.to_owned(), item.get(key)?.clone()))).collect()
    };
    let items: Vec<_> = items.into_iter().map(said).collect();
    if items.is_empty() || ims_org.is_empty() {
        return Vec::new();
    }
    let params = [("imsOrgId", json!(ims_org)), ("sandboxes", json!(items))];
    vec![ProviderState::new(states::SANDBOXES, params)]
}

/// The connections in a response.
fn shown(answer: Option<&Value>) -> &[Value] {
    answer.and_then(|answer| answer["items"].as_array()).map(Vec::as_slice).unwrap_or_default()
}

fn with_items(
    answer: &Value, examples: &Examples<'_>, item: impl Fn(&Value) -> Result<Value, LeftOut>,
) -> Result<Value, LeftOut> {
    let mut rest = answer.clone();
    let items = rest.as_object_mut().and_then(|members| members.shift_remove("items"));
    let mut example = examples.value(&rest)?;
    if let Some(items) = items {
        let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
        example["items"] = items.iter().map(item).collect::<Result<Vec<_>, _>>()?.into();
    }
    Ok(example)
}

/// A value that must be sent unchanged.
fn unchanged(examples: &Examples<'_>, value: &Value) -> Result<Value, LeftOut> {
    let example = examples.value(value)?;
    if example == *value { Ok(example) } else { Err(LeftOut::Credential) }
}

/// The headers that matter, without credentials.
fn sent(exchange: &Exchange<'_>, examples: &Examples<'_>) -> Result<Headers, LeftOut> {
    let mut headers = Headers::new();
    for (name, lower) in SENT {
        let value = match exchange.header(lower) {
            Header::Absent => continue,
            Header::NotAscii => return Err(LeftOut::NotJson),
            Header::Is(_) if lower == "authorization" => authorization(exchange),
            Header::Is(value) => {
                let shown = examples.redaction.header(lower, value.as_bytes());
                if shown != value {
                    return Err(LeftOut::Credential);
                }
                value.to_owned()
            }
        };
        headers.push((name, value));
    }
    Ok(headers)
}

fn is_bearer(exchange: &Exchange<'_>) -> bool {
    let scheme = exchange.header("authorization").text().split(' ').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("bearer")
}

/// The example for an `Authorization` header, as valid or invalid as the original.
fn authorization(exchange: &Exchange<'_>) -> String {
    let sent = exchange.header("authorization").text();
    match sent.split_once(' ').map(|(_, token)| token.trim()) {
        Some(token) if is_bearer(exchange) && !token.contains(' ') => rules::TOKEN.to_owned(),
        Some(_) if is_bearer(exchange) => "Bearer not a token".to_owned(),
        None if is_bearer(exchange) => "Bearer".to_owned(),
        _ => "Basic ZXhhbXBsZQ==".to_owned(),
    }
}

/// The parameters of a query, by name.
fn by_name(query: &str) -> Query {
    let decoded = |text: &str| form_decoded(text).unwrap_or_else(|| text.to_owned());
    let mut parameters = Query::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (name, Some(decoded(value))),
            None => (parameter, None),
        };
        parameters.entry(decoded(name)).or_default().push(value);
    }
    parameters
}
