//! Random conversations about connections, source connections, target connections and flows, compared with a simple model:
//! after each call, the server and the model must agree on status, code and state.

use crate::support::{
    self, ATS, Answer, Tenant, ats, draft, file_source, files_flow, lake_target, rename, table_flow,
    table_source, with,
};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Base,
    Source,
    Target,
    Flow,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Base, Self::Source, Self::Target, Self::Flow];

    fn collection(self) -> &'static str {
        match self {
            Self::Base => "connections",
            Self::Source => "sourceConnections",
            Self::Target => "targetConnections",
            Self::Flow => "flows",
        }
    }
}

/// A step of a conversation. Each number picks among the entities of a kind that were created so far, deleted ones included.
#[derive(Clone, Debug)]
enum Step {
    CreateBase { draft: bool },
    CreateSource { base: usize, draft: bool },
    CreateTarget { draft: bool },
    CreateFlow { source: usize, target: usize, of_tables: bool, draft: bool },
    Rename { kind: Kind, pick: usize },
    Retarget { flow: usize, target: usize },
    Rebase { source: usize, base: usize },
    Act { kind: Kind, pick: usize, op: &'static str },
    Delete { kind: Kind, pick: usize },
    List { kind: Kind },
}

#[derive(Clone, Debug)]
struct Known {
    id: String,
    name: String,
    state: &'static str,
    exists: bool,
    /// The base connection of a source connection; the source and the target of a flow.
    refers: Vec<usize>,
    /// The base connection that a flow has inherited.
    inherits: Option<usize>,
}

#[derive(Default)]
struct Model {
    known: [Vec<Known>; 4],
    names: usize,
}

impl Model {
    fn of(&self, kind: Kind) -> &[Known] {
        &self.known[kind as usize]
    }

    fn pick(&self, kind: Kind, pick: usize) -> Option<usize> {
        pick.checked_rem(self.of(kind).len())
    }

    fn get(&self, kind: Kind, index: usize) -> &Known {
        &self.known[kind as usize][index]
    }

    fn get_mut(&mut self, kind: Kind, index: usize) -> &mut Known {
        &mut self.known[kind as usize][index]
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("n{}", self.names)
    }

    fn add(&mut self, kind: Kind, known: Known) {
        self.known[kind as usize].push(known);
    }

    /// Notes that a draft flow was written, which has inherited the base connection of its source again.
    fn inherit_again(&mut self, flow: usize) {
        let known = self.get(Kind::Flow, flow);
        if known.state == "draft" {
            let inherits = self.get(Kind::Source, known.refers[0]).inherits;
            self.get_mut(Kind::Flow, flow).inherits = inherits;
        }
    }

    /// Whether a flow holds that entity.
    fn is_held(&self, kind: Kind, index: usize) -> bool {
        self.of(Kind::Flow).iter().filter(|flow| flow.exists).any(|flow| match kind {
            Kind::Base => flow.inherits == Some(index),
            Kind::Source => flow.refers[0] == index,
            Kind::Target => flow.refers[1] == index,
            Kind::Flow => false,
        })
    }
}

/// Asserts the code of a refusal, or records the write.
fn expect(answer: Answer, refusal: Option<&str>) -> Option<String> {
    match refusal {
        Some(code) => {
            answer.expect_error(code);
            None
        }
        None => {
            assert!(answer.status.is_success(), "{answer}");
            Some(answer.written().id)
        }
    }
}

fn state(draft: bool) -> &'static str {
    if draft { "draft" } else { "enabled" }
}

fn mode(draft: bool) -> &'static str {
    if draft { "?mode=draft" } else { "" }
}

async fn create(
    model: &mut Model, tenant: &Tenant, kind: Kind, body: Value, is_draft: bool, refers: Vec<usize>,
    (inherits, refusal): (Option<usize>, Option<&str>),
) {
    let name = model.name();
    let body = with(body, "/name", json!(name));
    let answer = tenant.post(&format!("/{}{}", kind.collection(), mode(is_draft)), &body).await;
    if let Some(id) = expect(answer, refusal) {
        model.add(kind, Known { id, name, state: state(is_draft), exists: true, refers, inherits });
    }
}

async fn take(step: &Step, model: &mut Model, tenant: &Tenant) {
    match *step {
        Step::CreateBase { draft: is_draft } => {
            let body = if is_draft { with(draft("x"), "/auth", ats("x")["auth"].clone()) } else { ats("x") };
            create(model, tenant, Kind::Base, body, is_draft, vec![], (None, None)).await;
        }
        Step::CreateSource { base, draft: is_draft } => {
            let Some(base) = model.pick(Kind::Base, base) else {
                return create(model, tenant, Kind::Source, file_source("x"), is_draft, vec![], (None, None))
                    .await;
            };
            let known = model.get(Kind::Base, base);
            let refusal = match (known.exists, known.state) {
                (false, _) => Some("FLOW-1439-404"),
                (true, "draft") if !is_draft => Some("FLOW-1422-400"),
                _ => None,
            };
            let body = table_source("x", &known.id);
            create(model, tenant, Kind::Source, body, is_draft, vec![base], (Some(base), refusal)).await;
        }
        Step::CreateTarget { draft: is_draft } => {
            create(model, tenant, Kind::Target, lake_target("x"), is_draft, vec![], (None, None)).await;
        }
        Step::CreateFlow { source, target, of_tables, draft: is_draft } => {
            let (Some(source), Some(target)) =
                (model.pick(Kind::Source, source), model.pick(Kind::Target, target))
            else {
                return;
            };
            let ends = [model.get(Kind::Source, source), model.get(Kind::Target, target)];
            let body = if of_tables { table_flow } else { files_flow }("x", &ends[0].id, &ends[1].id);
            let inherits = ends[0].inherits;
            let refusal = flow_refusal(model, source, target, of_tables, is_draft);
            create(model, tenant, Kind::Flow, body, is_draft, vec![source, target], (inherits, refusal))
                .await;
        }
        Step::Rename { kind, pick } => {
            let Some(index) = model.pick(kind, pick) else { return };
            let name = model.name();
            let known = model.get(kind, index);
            let refusal = change_refusal(model, kind, known);
            let answer = tenant.change(kind.collection(), &known.id, rename(&name)).await;
            if expect(answer, refusal).is_some() {
                model.get_mut(kind, index).name = name;
                if kind == Kind::Flow {
                    model.inherit_again(index);
                }
            }
        }
        Step::Retarget { flow, target } => {
            let (Some(flow), Some(target)) = (model.pick(Kind::Flow, flow), model.pick(Kind::Target, target))
            else {
                return;
            };
            let (known, next) = (model.get(Kind::Flow, flow), model.get(Kind::Target, target));
            let refusal = match (known.exists, next.exists, next.state) {
                (false, ..) | (_, false, _) => Some("FLOW-1439-404"),
                _ if change_refusal(model, Kind::Flow, known).is_some() => Some("FLOW-1439-404"),
                // One that it has already is not checked again.
                (.., "draft") if known.state != "draft" && known.refers[1] != target => Some("FLOW-1422-400"),
                _ => None,
            };
            let patch = json!([{"op": "replace", "path": "/targetConnectionIds", "value": [next.id]}]);
            let answer = tenant.change("flows", &known.id, patch).await;
            if expect(answer, refusal).is_some() {
                model.get_mut(Kind::Flow, flow).refers[1] = target;
                model.inherit_again(flow);
            }
        }
        Step::Rebase { source, base } => {
            let (Some(source), Some(base)) = (model.pick(Kind::Source, source), model.pick(Kind::Base, base))
            else {
                return;
            };
            let (known, next) = (model.get(Kind::Source, source), model.get(Kind::Base, base));
            let is_table = !known.refers.is_empty();
            let is_same = known.inherits == Some(base);
            let refusal = match (known.exists, next.exists) {
                (false, _) => Some("FLOW-1439-404"),
                (true, true) if is_table => None,
                (true, true) => Some("FLOW-1413-400"),
                // A source connection that is in use keeps what it has inherited.
                (true, false) if is_same && known.state != "draft" => None,
                (true, false) => Some("FLOW-1439-404"),
            };
            let patch = json!([{"op": "add", "path": "/baseConnectionId", "value": next.id}]);
            let answer = tenant.change("sourceConnections", &known.id, patch).await;
            if expect(answer, refusal).is_some() {
                let known = model.get_mut(Kind::Source, source);
                (known.refers, known.inherits) = (vec![base], Some(base));
            }
        }
        Step::Act { kind, pick, op } => act(model, tenant, kind, pick, op).await,
        Step::Delete { kind, pick } => {
            let Some(index) = model.pick(kind, pick) else { return };
            let known = model.get(kind, index);
            let answer = tenant.remove(kind.collection(), &known.id).await;
            match (known.exists, model.is_held(kind, index)) {
                (false, _) => _ = answer.expect_error("FLOW-1439-404"),
                (true, true) if kind == Kind::Base => _ = answer.expect_error("FLOW-1418-400"),
                (true, true) => _ = answer.expect_error("FLOW-1447-400"),
                (true, false) => {
                    answer.expect_status(204);
                    model.get_mut(kind, index).exists = false;
                }
            }
        }
        Step::List { kind } => assert_equal(model, tenant, kind).await,
    }
}

/// The error of creating or publishing a flow.
fn flow_refusal(
    model: &Model, source: usize, target: usize, of_tables: bool, is_draft: bool,
) -> Option<&'static str> {
    let ends = [model.get(Kind::Source, source), model.get(Kind::Target, target)];
    let is_table = !ends[0].refers.is_empty();
    let base_is_gone = ends[0].inherits.is_some_and(|base| !model.get(Kind::Base, base).exists);
    match () {
        () if ends.iter().any(|end| !end.exists) => Some("FLOW-1439-404"),
        () if !is_draft && is_table != of_tables => Some("FLOW-1413-400"),
        () if !is_draft && ends.iter().any(|end| end.state == "draft") => Some("FLOW-1422-400"),
        // The flow would hold it.
        () if base_is_gone => Some("FLOW-1439-404"),
        () => None,
    }
}

/// The error of a PATCH that changes nothing to which rules apply. A draft finds its base connection again with each PATCH.
fn change_refusal(model: &Model, kind: Kind, known: &Known) -> Option<&'static str> {
    let inherits = match kind {
        Kind::Flow => model.get(Kind::Source, known.refers[0]).inherits,
        _ => known.inherits,
    };
    let base_is_gone = inherits.is_some_and(|base| !model.get(Kind::Base, base).exists);
    (!known.exists || known.state == "draft" && base_is_gone).then_some("FLOW-1439-404")
}

async fn act(model: &mut Model, tenant: &Tenant, kind: Kind, pick: usize, op: &'static str) {
    let Some(index) = model.pick(kind, pick) else { return };
    let known = model.get(kind, index);
    let base = known.inherits.map(|base| model.get(Kind::Base, base));
    let switches = matches!(kind, Kind::Base | Kind::Flow);
    let refusal = match (known.exists, op, known.state) {
        (false, ..) => Some("FLOW-1439-404"),
        (true, "publish", "draft") if kind == Kind::Source => match base {
            Some(base) if !base.exists => Some("FLOW-1439-404"),
            Some(base) if base.state == "draft" => Some("FLOW-1422-400"),
            _ => None,
        },
        (true, "publish", "draft") if kind == Kind::Flow => {
            let item = tenant.item("flows", &known.id).await;
            let of_tables = item["flowSpec"]["id"] == support::TABLES_FLOW;
            flow_refusal(model, known.refers[0], known.refers[1], of_tables, false)
        }
        (true, "publish", "draft") => None,
        (true, "publish", _) | (true, _, "draft") => Some("FLOW-1422-400"),
        (true, ..) if !switches => Some("FLOW-1422-400"),
        (true, "enable", "enabled") | (true, "disable", "disabled") if kind == Kind::Base => {
            Some("FLOW-1422-400")
        }
        _ => None,
    };
    let answer = tenant.act(kind.collection(), &known.id, op).await;
    if expect(answer, refusal).is_some() {
        if kind == Kind::Flow {
            model.inherit_again(index);
        }
        model.get_mut(kind, index).state = if op == "disable" { "disabled" } else { "enabled" };
    }
}

/// Asserts that a list has what the model knows, and that no flow refers to nothing.
async fn assert_equal(model: &Model, tenant: &Tenant, kind: Kind) {
    let items = tenant.walk(&format!("/{}?limit=3", kind.collection())).await;
    let expected: Vec<&Known> = model.of(kind).iter().filter(|known| known.exists).collect();
    assert_eq!(items.len(), expected.len());
    for known in expected {
        let item = items.iter().find(|item| item["id"] == known.id.as_str());
        let item = item.unwrap_or_else(|| panic!("{} is not listed", known.id));
        assert_eq!((&item["name"], &item["state"]), (&json!(known.name), &json!(known.state)));
        let id = |kind, index: usize| json!(model.get(kind, index).id);
        match kind {
            Kind::Source if !known.refers.is_empty() => {
                let base = id(Kind::Base, known.refers[0]);
                assert_eq!(item["baseConnectionId"], base);
                let inherited = &item["inheritedAttributes"]["baseConnection"];
                assert_eq!((&inherited["id"], &inherited["connectionSpec"]["id"]), (&base, &json!(ATS)));
            }
            Kind::Flow => {
                let ends = [(Kind::Source, "source", 0), (Kind::Target, "target", 1)];
                for (kind, side, place) in ends {
                    let end = model.get(kind, known.refers[place]);
                    assert!(end.exists, "a flow refers to nothing: {item}");
                    assert_eq!(item[format!("{side}ConnectionIds")], json!([end.id]));
                    assert_eq!(
                        item["inheritedAttributes"][format!("{side}Connections")][0]["id"],
                        end.id.as_str()
                    );
                }
                let base = &item["inheritedAttributes"]["sourceConnections"][0]["baseConnection"]["id"];
                assert_eq!(*base, known.inherits.map_or(Value::Null, |base| id(Kind::Base, base)));
            }
            _ => {}
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let pick = any::<usize>;
    let draft = || prop::bool::weighted(0.3);
    let kind = || prop::sample::select(Kind::ALL.to_vec());
    let op = prop::sample::select(vec!["publish", "publish", "enable", "disable"]);
    prop_oneof![
        2 => draft().prop_map(|draft| Step::CreateBase { draft }),
        3 => (pick(), draft()).prop_map(|(base, draft)| Step::CreateSource { base, draft }),
        2 => draft().prop_map(|draft| Step::CreateTarget { draft }),
        6 => (pick(), pick(), prop::bool::weighted(0.8), draft()).prop_map(|(source, target, of_tables, draft)| {
            Step::CreateFlow { source, target, of_tables, draft }
        }),
        2 => (kind(), pick()).prop_map(|(kind, pick)| Step::Rename { kind, pick }),
        2 => (pick(), pick()).prop_map(|(flow, target)| Step::Retarget { flow, target }),
        1 => (pick(), pick()).prop_map(|(source, base)| Step::Rebase { source, base }),
        4 => (kind(), pick(), op).prop_map(|(kind, pick, op)| Step::Act { kind, pick, op }),
        5 => (kind(), pick()).prop_map(|(kind, pick)| Step::Delete { kind, pick }),
        1 => kind().prop_map(|kind| Step::List { kind }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_server_agrees_with_a_simple_model_of_references_in_every_conversation(
        steps in prop::collection::vec(step(), 1..70),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let tenant = support::tenant().await;
            let mut model = Model::default();
            for step in &steps {
                take(step, &mut model, &tenant).await;
            }
            for kind in Kind::ALL {
                assert_equal(&model, &tenant, kind).await;
            }
        });
    }
}
