//! Provider states: what has to be there before an interaction is replayed, by name and params, and putting it there.
//!
//! The names and params say all that is needed, so that another provider than flowmock can do the same. An interaction
//! about a sandbox begins with [`EMPTY`], so that it does not matter what was replayed before.

use crate::app::App;
use crate::base::document::object::Object;
use crate::base::document::refusal::{Problem, Refused};
use crate::base::error::excerpt;
use crate::base::tenant::Tenant;
use crate::http::layers::gateway::ANY_SANDBOX;
use crate::services::connections::KIND;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Nothing is in the sandbox.
pub(super) const EMPTY: &str = "the sandbox is empty";
/// The sandbox has connection specs of its own.
pub(super) const SPECS: &str = "connection specs exist";
/// The sandbox's sources show what the params say.
pub(super) const SOURCES: &str = "sources show data";
/// The connection is there, with that id and that etag.
pub(super) const CONNECTION: &str = "a connection exists";
/// The same, of one that the consumer's tests were seeded with.
pub(super) const SEEDED: &str = "a connection of the seed exists";
/// The connections are there.
pub(super) const CONNECTIONS: &str = "connections exist";
/// No connection has the id.
pub(super) const ABSENT: &str = "no connection has the id";
/// The organisation has the sandboxes.
pub(super) const SANDBOXES: &str = "sandboxes exist";

const ALL: [&str; 8] = [EMPTY, SPECS, SOURCES, CONNECTION, SEEDED, CONNECTIONS, ABSENT, SANDBOXES];

/// What a verifier may send besides, which tells us nothing.
const PASSED_OVER: [&str; 2] = ["consumer", "states"];

impl App {
    /// Puts a provider state in place, as verifiers ask for it: `{"state", "params", "action"}`. Answers with the
    /// values that the file's generators ask for: `connectionId`, `etag` and `bareEtag`, the same without its quotes.
    ///
    /// Nothing is done after an interaction (`"action": "teardown"`): the next one begins with an empty sandbox. Nor
    /// for one that needs no state, whose name is empty.
    ///
    /// # Errors
    /// Everything that is wrong with it; then nothing was changed.
    pub(crate) fn provider_state(&self, document: &Value) -> Result<Map<String, Value>, Refused> {
        let mut problems = Vec::new();
        let asked = Asked::read(document, &mut problems);
        match asked {
            Some(asked) if problems.is_empty() => asked.apply(self),
            _ => Err(Refused::invalid(problems)),
        }
    }
}

/// What is to be done.
enum Asked<'a> {
    Nothing,
    Empty(Tenant),
    /// A member of the sandbox in a seed document, by the name that the params have for it.
    Add(Tenant, &'static str, &'static str, Value),
    Connection(Tenant, Uuid, &'a Value),
    Absent(Tenant, Option<Uuid>),
    Sandboxes(&'a str, &'a [Value]),
}

impl<'a> Asked<'a> {
    fn read(document: &'a Value, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut object = Object::read(document, "", problems)?;
        let state = object.text("state", problems);
        let action = object.text("action", problems);
        let params = object.get("params");
        PASSED_OVER.into_iter().for_each(|key| _ = object.get(key));
        object.refuse_others(problems);
        let state = state.unwrap_or_default();
        if action.is_some_and(|action| !matches!(action, "setup" | "teardown")) {
            problems.push(Problem::new("/action", "must be setup or teardown"));
        }
        if !state.is_empty() && !ALL.contains(&state) {
            let known = ALL.map(|state| format!("{state:?}")).join(", ");
            let reason = format!("{} is no state that is known here; known are {known}", excerpt(state));
            problems.push(Problem::new("/state", reason));
            return None;
        }
        if state.is_empty() || action == Some("teardown") {
            return Some(Self::Nothing);
        }
        let none = &Value::Null;
        let mut params = Object::read(params.unwrap_or(none), "/params", problems)?;
        let ims_org = params.name("imsOrgId", problems);
        let ims_org = params.required("imsOrgId", ims_org, problems);
        if state == SANDBOXES {
            let sandboxes = params.array("sandboxes", problems);
            params.refuse_others(problems);
            return Some(Self::Sandboxes(ims_org?, sandboxes));
        }
        let sandbox = params.name("sandbox", problems);
        let sandbox = params.required("sandbox", sandbox, problems);
        if sandbox == Some(ANY_SANDBOX) {
            problems.push(Problem::new("/params/sandbox", "is no sandbox: a request for it is refused"));
        }
        let tenant = ims_org.zip(sandbox).map(|(ims_org, sandbox)| Tenant::new(ims_org, sandbox));
        let asked = match state {
            SPECS => Self::member(tenant, "connectionSpecs", "connectionSpecs", &mut params, problems),
            SOURCES => Self::member(tenant, "sources", "sources", &mut params, problems),
            CONNECTIONS => Self::member(tenant, "connections", "connections", &mut params, problems),
            CONNECTION | SEEDED => {
                let connection = params.get("connection");
                let connection = params.required("connection", connection, problems);
                let id = connection.and_then(|connection| Uuid::try_parse(connection["id"].as_str()?).ok());
                if connection.is_some() && id.is_none() {
                    problems.push(Problem::new("/params/connection/id", "must be there, and a UUID"));
                }
                tenant.zip(id).zip(connection).map(|((tenant, id), it)| Self::Connection(tenant, id, it))
            }
            ABSENT => {
                let id = params.text("id", problems);
                let id = params.required("id", id, problems);
                tenant.zip(id).map(|(tenant, id)| Self::Absent(tenant, Uuid::try_parse(id).ok()))
            }
            _ => tenant.map(Self::Empty),
        };
        params.refuse_others(problems);
        asked
    }

    fn member(
        tenant: Option<Tenant>, key: &'static str, in_seed: &'static str, params: &mut Object<'a>,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let value = params.get(key);
        let value = params.required(key, value, problems)?;
        Some(Self::Add(tenant?, key, in_seed, value.clone()))
    }

    fn apply(self, app: &App) -> Result<Map<String, Value>, Refused> {
        let mut values = Map::new();
        match self {
            Self::Nothing => {}
            Self::Empty(tenant) => app.empty(&tenant),
            Self::Add(tenant, key, in_seed, value) => {
                let place = format!("{IN_SEED}/{in_seed}");
                add(app, &tenant, in_seed, value, &place, &format!("/params/{key}"))?;
            }
            Self::Connection(tenant, id, connection) => {
                let place = format!("{IN_SEED}/connections/0");
                add(app, &tenant, "connections", json!([connection]), &place, "/params/connection")?;
                if let Some(entity) = app.world.open(&tenant, &app.env).store.get(KIND, id) {
                    let etag = entity.etag.text();
                    values.insert("connectionId".to_owned(), json!(id));
                    values.insert("etag".to_owned(), etag.as_str().into());
                    values.insert("bareEtag".to_owned(), etag.bare().into());
                }
            }
            Self::Absent(tenant, id) => {
                let sandbox = app.world.open(&tenant, &app.env);
                while let Some(found) = id.and_then(|id| sandbox.store.get(KIND, id)) {
                    _ = sandbox.store.remove_if(KIND, found.etag, found.id());
                }
            }
            Self::Sandboxes(ims_org, sandboxes) => {
                let document = json!({"organisations": [{"imsOrgId": ims_org, "sandboxes": sandboxes}]});
                app.merge(document)
                    .map_err(|refused| moved(&refused, "/organisations/0/sandboxes", "/params/sandboxes"))?;
            }
        }
        Ok(values)
    }
}

/// Where the contents of the sandbox stand in the seed document that [`add`] makes.
const IN_SEED: &str = "/organisations/0/sandboxes/0";

/// Adds to a sandbox what a seed document could add.
fn add(
    app: &App, tenant: &Tenant, key: &str, value: Value, place: &str, in_params: &str,
) -> Result<(), Refused> {
    let Tenant { ims_org, sandbox } = tenant;
    let sandbox = json!({"name": sandbox, key: value});
    let document = json!({"organisations": [{"imsOrgId": ims_org, "sandboxes": [sandbox]}]});
    app.merge(document).map_err(|refused| moved(&refused, place, in_params))
}

/// The problems of a seed document as those of the params that it was made of.
fn moved(refused: &Refused, from: &str, to: &str) -> Refused {
    let problem = |problem: &Problem| {
        let path = match problem.path.strip_prefix(from) {
            Some(rest) => format!("{to}{rest}"),
            None => "/params".to_owned(),
        };
        Problem::new(path, problem.reason.clone())
    };
    Refused::invalid(refused.problems().iter().map(problem).collect())
}

/// The params of a state of a sandbox, and what else it says.
pub(super) fn params(
    tenant: &Tenant, more: Option<(&'static str, Value)>,
) -> impl Iterator<Item = (&'static str, Value)> {
    let Tenant { ims_org, sandbox } = tenant;
    [("imsOrgId", json!(ims_org)), ("sandbox", json!(sandbox))].into_iter().chain(more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::config::Config;
    use proptest::prelude::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z*]{0,6}|139f6a5f-a78b-4744-9f6a-5fa78bd74431".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let keys = "id|name|etag|connectionSpec|state|title|auth|[a-z]{1,3}";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((keys, inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_is_put_in_place_or_refused_with_a_reason(
            state in prop::sample::select(ALL.to_vec()), key in "id|connections?|connectionSpecs|sources|sandboxes",
            value in any_json(),
        ) {
            let app = App::new(Config::default()).expect("built-in fixtures");
            let params = json!({"imsOrgId": "A@AdobeOrg", "sandbox": "prod", key: value});
            match app.provider_state(&json!({"state": state, "params": params, "action": "setup"})) {
                Ok(values) => prop_assert!(values.len() == 3 || values.is_empty()),
                Err(refused) => {
                    let in_params = |problem: &Problem| problem.path.starts_with("/params");
                    prop_assert!(refused.problems().iter().all(in_params), "{refused}");
                    prop_assert!(app.world.all().is_empty());
                }
            }
        }
    }
}
