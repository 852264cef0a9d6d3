//! Provider states: the state that an interaction needs before it is replayed, as a name and params.
//!
//! Name and params say everything that is needed, so other providers than flowmock can set the states up too. An
//! interaction about a sandbox begins with [`EMPTY`], so it does not depend on the interactions before it.

use crate::app::App;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::document::refusal::{Problem, Refused};
use crate::base::error::excerpt;
use crate::base::headers::ANY_SANDBOX;
use crate::base::operation::Kind;
use crate::base::tenant::Tenant;
use crate::services::connection_specs::ConnectionSpec;
use crate::services::flow_specs::FlowSpec;
use crate::services::specs::Spec as _;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Nothing is in the sandbox.
pub(super) const EMPTY: &str = "the sandbox is empty";
/// The sandbox has specs of its own: each state with the collection of the specs.
pub(super) const SPECS: [(&str, &str); 2] =
    [("connection specs exist", ConnectionSpec::COLLECTION), ("flow specs exist", FlowSpec::COLLECTION)];
/// The sandbox's sources show the data in the params.
pub(super) const SOURCES: &str = "sources show data";
/// The organisation has the sandboxes.
pub(super) const SANDBOXES: &str = "sandboxes exist";

/// The states that are about entities of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntityState {
    /// The entity exists, with that id and that etag.
    One,
    /// The entity exists, and the tests of the consumer were seeded with it.
    Seeded,
    /// The entities exist.
    Several,
    /// No entity has the id.
    Absent,
}

impl EntityState {
    const ALL: [Self; 4] = [Self::One, Self::Seeded, Self::Several, Self::Absent];

    /// The name of this state of that kind.
    pub(super) fn of(self, kind: Kind) -> String {
        match self {
            Self::One => format!("a {} exists", kind.noun()),
            Self::Seeded => format!("a {} of the seed exists", kind.noun()),
            Self::Several => format!("{} exist", kind.plural()),
            Self::Absent => format!("no {} has the id", kind.noun()),
        }
    }

    /// The state with that name, and its kind.
    fn named(name: &str) -> Option<(Self, Kind)> {
        let of_kind = |&kind: &Kind| Self::ALL.into_iter().map(move |state| (state, kind));
        Kind::ALL.iter().flat_map(of_kind).find(|(state, kind)| state.of(*kind) == name)
    }
}

/// The names of all states.
fn all() -> Vec<String> {
    let of_kind = |&kind: &Kind| EntityState::ALL.into_iter().map(move |state| state.of(kind));
    let specs = SPECS.map(|(name, _)| name);
    let mut all: Vec<String> = [EMPTY].into_iter().chain(specs).chain([SOURCES]).map(str::to_owned).collect();
    all.extend(Kind::ALL.iter().flat_map(of_kind));
    all.push(SANDBOXES.to_owned());
    all
}

/// Fields that verifiers add and flowmock ignores.
const PASSED_OVER: [&str; 2] = ["consumer", "states"];

impl App {
    /// Puts a provider state in place, in the form in which verifiers request it: `{"state", "params", "action"}`.
    /// Returns the values for the file's generators: `connectionId`, `etag`, and `bareEtag` without the quotes.
    ///
    /// Nothing is done after an interaction (`"action": "teardown"`), since the next one begins with an empty sandbox,
    /// and nothing for an interaction without a state, whose name is empty.
    ///
    /// # Errors
    /// Everything that is wrong with the request, which then changes nothing.
    pub(crate) fn provider_state(&self, document: &Value) -> Result<Map<String, Value>, Refused> {
        let mut problems = Problems::default();
        let asked = Asked::read(document, &mut problems);
        problems.or(asked)?.apply(self)
    }
}

/// The change that a provider state asks for.
enum Asked {
    Nothing,
    Empty(Tenant),
    /// A member of the sandbox in a seed document; the params have it under the same key.
    Add(Tenant, &'static str, Value),
    Entity(Tenant, Kind, Uuid, Value),
    Absent(Tenant, Kind, Option<Uuid>),
    Sandboxes(String, Vec<Value>),
}

impl Asked {
    fn read(document: &Value, problems: &mut Problems) -> Option<Self> {
        let mut members = Member::root(document).object(problems)?;
        let state = members.take("state");
        let actions = [("setup", false), ("teardown", true)];
        let action = members.take("action").and_then(|member| member.one_of(&actions, problems));
        let params = members.take("params");
        PASSED_OVER.into_iter().for_each(|key| _ = members.take(key));
        members.end(problems);
        let name = state.as_ref().and_then(|member| member.text(problems)).unwrap_or_default();
        let known = all();
        if let Some(state) = &state
            && !name.is_empty()
            && !known.iter().any(|known| known == name)
        {
            let known: Vec<String> = known.iter().map(|state| format!("{state:?}")).collect();
            let known = known.join(", ");
            let reason = format!("{} is no state that is known here; known are {known}", excerpt(name));
            return state.refuse(reason, problems);
        }
        if name.is_empty() || action == Some(true) {
            return Some(Self::Nothing);
        }
        let none = &Value::Null;
        let mut params = params.unwrap_or(Member::at("/params", none)).object(problems)?;
        let ims_org = params.required("imsOrgId", problems);
        let ims_org = ims_org.and_then(|member| member.name(problems).map(str::to_owned));
        if name == SANDBOXES {
            let sandboxes = params.take("sandboxes").and_then(|member| member.array(problems));
            params.end(problems);
            return Some(Self::Sandboxes(ims_org?, sandboxes.unwrap_or_default().into_owned()));
        }
        let sandbox = params.required("sandbox", problems);
        let sandbox = sandbox.and_then(|member| match member.name(problems)? {
            ANY_SANDBOX => member.refuse("is no sandbox: a request for it is refused", problems),
            name => Some(name.to_owned()),
        });
        let tenant = ims_org.zip(sandbox).map(|(ims_org, sandbox)| Tenant::new(&ims_org, &sandbox));
        let mut member = |key| Some((params.required(key, problems)?, key));
        let specs = SPECS.into_iter().find(|(state, _)| *state == name);
        if let Some((_, collection)) = specs {
            let asked = Self::add(tenant, member(collection));
            params.end(problems);
            return asked;
        }
        let asked = match (name, EntityState::named(name)) {
            (SOURCES, _) => Self::add(tenant, member("sources")),
            (_, Some((EntityState::Several, kind))) => Self::add(tenant, member(kind.collection())),
            (_, Some((EntityState::One | EntityState::Seeded, kind))) => {
                let key = kind.key();
                member(key).and_then(|(member, _)| {
                    let entity = member.into_value();
                    let id = entity["id"].as_str().and_then(|id| Uuid::try_parse(id).ok());
                    if id.is_none() {
                        problems.add(format_args!("/params/{key}/id"), "must be there, and a UUID");
                    }
                    Some(Self::Entity(tenant?, kind, id?, entity))
                })
            }
            (_, Some((EntityState::Absent, kind))) => member("id").and_then(|(member, _)| {
                let id = member.text(problems)?;
                Some(Self::Absent(tenant?, kind, Uuid::try_parse(id).ok()))
            }),
            _ => tenant.map(Self::Empty),
        };
        params.end(problems);
        asked
    }

    fn add(tenant: Option<Tenant>, member: Option<(Member<'_>, &'static str)>) -> Option<Self> {
        let (member, key) = member?;
        Some(Self::Add(tenant?, key, member.into_value()))
    }

    fn apply(self, app: &App) -> Result<Map<String, Value>, Refused> {
        let mut values = Map::new();
        match self {
            Self::Nothing => {}
            Self::Empty(tenant) => app.empty(&tenant)?,
            Self::Add(tenant, key, value) => {
                add(app, &tenant, key, value, &format!("{IN_SEED}/{key}"), &format!("/params/{key}"))?;
            }
            Self::Entity(tenant, kind, id, document) => {
                let (collection, key) = (kind.collection(), kind.key());
                let place = format!("{IN_SEED}/{collection}/0");
                add(app, &tenant, collection, json!([document]), &place, &format!("/params/{key}"))?;
                if let Some(entity) = app.open(&tenant).store.get(kind, id) {
                    let etag = entity.etag.text();
                    values.insert(format!("{key}Id"), json!(id));
                    values.insert("etag".to_owned(), etag.as_str().into());
                    values.insert("bareEtag".to_owned(), etag.bare().into());
                }
            }
            Self::Absent(tenant, kind, id) => {
                let sandbox = app.open(&tenant);
                while let Some(found) = id.and_then(|id| sandbox.store.get(kind, id)) {
                    _ = sandbox.remove(kind, found.etag, found.id(), None)?;
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

/// The place of the sandbox in the seed document that [`add`] builds.
const IN_SEED: &str = "/organisations/0/sandboxes/0";

/// Adds contents to a sandbox, as a seed document does.
fn add(
    app: &App, tenant: &Tenant, key: &str, value: Value, place: &str, in_params: &str,
) -> Result<(), Refused> {
    let Tenant { ims_org, sandbox } = tenant;
    let sandbox = json!({"name": sandbox, key: value});
    let document = json!({"organisations": [{"imsOrgId": ims_org, "sandboxes": [sandbox]}]});
    app.merge(document).map_err(|refused| moved(&refused, place, in_params))
}

/// The problems of a seed document, at the places of the params that it was built from.
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

/// The params of a state of a sandbox, with further ones.
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
        fn every_provider_state_is_put_in_place_or_refused_with_a_reason(
            state in prop::sample::select(all()), key in "id|connections?|privateEndpoints?|widgets?|connectionSpecs|sources|sandboxes",
            value in any_json(),
        ) {
            let app = App::new(Config::default(), &crate::http::openapi::DESCRIPTION).expect("built-in fixtures");
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
