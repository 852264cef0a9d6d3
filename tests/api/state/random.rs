//! Random states and random damage: exporting and seeding reproduces every state, and a damaged document breaks
//! nothing.

use super::{ONE, whole};
use crate::support;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, max_shrink_iters: 200, ..Config::default() })
}

/// JSON values without `null` in objects, where it counts as absent.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let in_array = prop_oneof![9 => inner.clone(), 1 => Just(Value::Null)];
        prop_oneof![
            prop::collection::vec(in_array, 0..5).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..5)
                .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

fn connection() -> impl Strategy<Value = Value> {
    let spec = prop_oneof![
        Just(json!({ "id": super::LANDING_ZONE })),
        Just(json!({ "id": super::LANDING_ZONE, "version": "1.0", "note": [1] })),
        Just(json!({ "id": "mine", "version": "1.0" })),
    ];
    let state =
        prop::sample::select(vec!["initializing", "enabled", "disabled", "draft", "updating", "deleting"]);
    let etag = (any::<u32>(), any::<u32>())
        .prop_map(|(write, second)| format!("\"{write:08x}-0000-0200-0000-{second:08x}0000\""));
    let known = (
        prop::option::of(any::<u128>()),
        ".{1,12}",
        prop::option::of(".{0,12}"),
        spec,
        prop::option::of(state),
        prop::option::of(0..253_402_300_799_999_i64),
        prop::option::of(etag),
        prop::option::of("[ -~]{1,20}"),
    );
    let own = prop::collection::vec(("(own|x|_).{0,5}", json_value()), 0..4);
    (known, own).prop_map(|((id, name, description, spec, state, created_at, etag, writer), own)| {
        let mut connection = json!({ "name": name, "connectionSpec": spec });
        let mut set = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                connection[key] = value;
            }
        };
        set("id", id.map(|id| uuid(id).into()));
        set("description", description.map(Value::from));
        set("state", state.map(Value::from));
        set("createdAt", created_at.map(Value::from));
        set("updatedAt", created_at.map(Value::from));
        set("etag", etag.map(Value::from));
        set("createdBy", writer.clone().map(Value::from));
        set("updatedClient", writer.map(Value::from));
        own.into_iter().for_each(|(key, value)| set(&key, Some(value)));
        connection
    })
}

/// A UUID in the format of the service.
fn uuid(id: u128) -> String {
    let hex = format!("{id:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn sandbox() -> impl Strategy<Value = Value> {
    let files = prop::collection::vec(("[a-c]{1,3}(\\.csv)?", ".{0,20}"), 0..4);
    let counters = (0..1000_u64, 0..1000_u64);
    (prop::collection::vec(connection(), 0..8), files, counters).prop_map(
        |(mut connections, files, (entities, requests))| {
            // Ids must be unique.
            let mut seen = std::collections::HashSet::new();
            connections.retain(|connection| connection.get("id").is_none_or(|id| seen.insert(id.clone())));
            let files: Map<String, Value> =
                files.into_iter().map(|(path, text)| (path, text.into())).collect();
            json!({
                "connectionSpecs": [super::own_spec("mine", "my-source")],
                "connections": connections,
                "sources": { "amazon-s3": { "files": files } },
                "counters": { "entities": entities, "requests": requests },
            })
        },
    )
}

fn state() -> impl Strategy<Value = Value> {
    let name = "[!-~]([ -~]{0,10}[!-~])?".prop_filter("no sandbox", |name| name != "*");
    let sandboxes = prop::collection::btree_map(name, sandbox(), 0..3);
    let organisations = prop::collection::btree_map("[!-~]([ -~]{0,10}[!-~])?", sandboxes, 0..3);
    organisations.prop_map(|organisations| {
        let organisations = organisations.into_iter().map(|(ims_org, sandboxes)| {
            let sandboxes = sandboxes.into_iter().map(|(name, mut sandbox)| {
                sandbox["name"] = name.into();
                sandbox
            });
            json!({ "imsOrgId": ims_org, "sandboxes": sandboxes.collect::<Vec<_>>() })
        });
        json!({ "organisations": organisations.collect::<Vec<_>>() })
    })
}

#[test]
fn exporting_and_seeding_any_state_reproduces_the_export() {
    for seed in [None, Some(3)] {
        let [one, other] = [(); 2].map(|()| support::server(|config| config.deterministic = seed));
        let run = runner(64).run(&state(), |document| {
            one.set_state(&document).map_err(|refused| TestCaseError::fail(refused.to_string()))?;
            let export = one.state();
            other.reset();
            other.seed(&export).map_err(|refused| TestCaseError::fail(refused.to_string()))?;
            prop_assert_eq!(other.state().to_string(), export.to_string());
            one.set_state(&export).map_err(|refused| TestCaseError::fail(refused.to_string()))?;
            prop_assert_eq!(one.state().to_string(), export.to_string());
            Ok(())
        });
        run.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// A random change to a document.
#[derive(Clone, Debug)]
enum Damage {
    Replace(usize, Value),
    Remove(usize),
    Rename(usize, String),
    Repeat(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = 0..400_usize;
    prop_oneof![
        4 => (place.clone(), json_value()).prop_map(|(at, value)| Damage::Replace(at, value)),
        2 => place.clone().prop_map(Damage::Remove),
        2 => (place.clone(), ".{0,8}").prop_map(|(at, name)| Damage::Rename(at, name)),
        2 => place.prop_map(Damage::Repeat),
    ]
}

/// The pointers of all values of the document, in preorder.
fn nodes<'a>(value: &'a mut Value, at: &mut usize) -> Option<&'a mut Value> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Value::Object(members) => members.values_mut().find_map(|member| nodes(member, at)),
        Value::Array(elements) => elements.iter_mut().find_map(|element| nodes(element, at)),
        _ => None,
    }
}

impl Damage {
    fn apply(self, document: &mut Value) {
        let (Self::Replace(mut at, _)
        | Self::Remove(mut at)
        | Self::Rename(mut at, _)
        | Self::Repeat(mut at)) = self;
        let Some(node) = nodes(document, &mut at) else { return };
        match (self, node) {
            (Self::Replace(_, value), node) => *node = value,
            (Self::Remove(at), Value::Object(members)) => {
                let key = members.keys().nth(at % members.len().max(1)).cloned();
                key.map(|key| members.remove(&key));
            }
            (Self::Rename(at, name), Value::Object(members)) => {
                let key = members.keys().nth(at % members.len().max(1)).cloned();
                let value = key.and_then(|key| members.remove(&key));
                value.map(|value| members.insert(name, value));
            }
            (Self::Repeat(at), Value::Array(elements)) if !elements.is_empty() => {
                elements.push(elements[at % elements.len()].clone());
            }
            (_, node) => *node = Value::Null,
        }
    }
}

#[test]
fn a_damaged_document_is_accepted_completely_or_not_at_all() {
    let mock = support::server(|config| config.deterministic = Some(9));
    let other = support::server(|config| config.deterministic = Some(9));
    let before = support::state_of(
        "BEFORE@AdobeOrg",
        "prod",
        json!({ "connections": [super::landing_zone(ONE, "before")] }),
    );
    mock.set_state(&before).unwrap();
    let untouched = mock.state();
    let mut refused = 0;
    let run = runner(400).run(&prop::collection::vec(damage(), 1..4), |damages| {
        let mut document = whole();
        damages.into_iter().for_each(|damage| damage.apply(&mut document));
        for outcome in [mock.seed(&document), mock.set_state(&document)] {
            let Err(problems) = outcome else {
                let export = mock.state();
                other.set_state(&export).map_err(|refused| TestCaseError::fail(refused.to_string()))?;
                prop_assert_eq!(other.state(), export);
                mock.set_state(&untouched).unwrap();
                continue;
            };
            prop_assert!(!problems.problems().is_empty() && problems.problems().len() <= 101);
            for problem in problems.problems() {
                // The place exists, or its parent does.
                let parent = problem.path.rsplit_once('/').map_or("", |(parent, _)| parent);
                prop_assert!(
                    document.pointer(parent).is_some()
                        || problem.reason.contains("missing")
                        || problem.reason.contains("absent")
                        || problem.path.ends_with('…'),
                    "{problem}"
                );
            }
            prop_assert_eq!(mock.state(), untouched.clone());
        }
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    // These documents guarantee that both outcomes occur.
    for (damage, outcome) in [(Damage::Repeat(0), false), (Damage::Rename(0, "organisations".into()), true)] {
        let mut document = whole();
        damage.apply(&mut document);
        refused += usize::from(!outcome && mock.seed(&document).is_err());
    }
    assert_eq!(refused, 1);
}

proptest! {
    #![proptest_config(Config::with_cases(128))]

    #[test]
    fn no_yaml_text_causes_a_panic(text in "[\\-\\?:,\\[\\]{}#&*!|>'\"%@`a-c0-9 \n~.<]{0,60}") {
        static MOCK: std::sync::LazyLock<flowmock::FlowMock> = std::sync::LazyLock::new(flowmock::FlowMock::start);
        _ = MOCK.seed_yaml(&text);
        prop_assert_eq!(MOCK.state(), json!({ "organisations": [] }));
    }
}
