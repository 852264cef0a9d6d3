//! Random conversations in several sandboxes, compared with a simple model: after each call, the server and the model
//! must agree on status, code and state.

mod model;

use crate::support::{self, Tenant};
use model::{Change, Model, SANDBOXES, Seen, Step, list, take};
use proptest::prelude::*;

fn step() -> impl Strategy<Value = Step> {
    let sandbox = || 0..SANDBOXES.len();
    let pick = any::<usize>;
    let seen = prop_oneof![
        6 => Just(Seen::Current), 2 => Just(Seen::Stale), 1 => Just(Seen::Any), 1 => Just(Seen::Nothing)
    ];
    let state = prop::sample::select(vec!["enabled", "disabled", "initializing", "draft"]);
    let change = prop_oneof![
        "[a-zé\"\\\\ ]{1,8}".prop_map(Change::Rename),
        prop::option::of("[a-z]{0,8}").prop_map(Change::Describe),
        state.prop_map(Change::State),
        "[a-z]{1,8}".prop_map(Change::PartlyInvalid),
        Just(Change::ServiceOwned),
    ];
    let op = prop::sample::select(vec!["publish", "enable", "disable"]);
    prop_oneof![
        4 => (sandbox(), "[a-z]{1,8}", any::<bool>())
            .prop_map(|(sandbox, name, draft)| Step::Create { sandbox, name, draft }),
        2 => (sandbox(), pick()).prop_map(|(sandbox, pick)| Step::Get { sandbox, pick }),
        6 => (sandbox(), pick(), seen, change)
            .prop_map(|(sandbox, pick, seen, change)| Step::Patch { sandbox, pick, seen, change }),
        3 => (sandbox(), pick(), op).prop_map(|(sandbox, pick, op)| Step::Act { sandbox, pick, op }),
        2 => (sandbox(), pick()).prop_map(|(sandbox, pick)| Step::Delete { sandbox, pick }),
        1 => (sandbox(), 1..5usize).prop_map(|(sandbox, limit)| Step::List { sandbox, limit }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_server_agrees_with_a_simple_model_in_every_conversation(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let organisation = support::tenant().await;
            let tenants = SANDBOXES.map(|sandbox| organisation.in_sandbox(sandbox));
            let mut model = Model::default();
            for step in &steps {
                take(step, &mut model, &tenants).await;
            }
            for sandbox in 0..SANDBOXES.len() {
                list(&model, &tenants, sandbox, 3).await;
            }
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, max_shrink_iters: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_pact_file_of_every_conversation_is_verified_against_a_fresh_server(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mock = flowmock::FlowMock::start();
            let organisation = Tenant::on(&mock);
            let tenants = SANDBOXES.map(|sandbox| organisation.in_sandbox(sandbox));
            let mut model = Model::default();
            for step in &steps {
                take(step, &mut model, &tenants).await;
            }
            for sandbox in 0..SANDBOXES.len() {
                list(&model, &tenants, sandbox, 3).await;
            }
            let file = crate::pact::assert_verified(&mock.pact("key").expect("a file")).await;
            let about = file["metadata"]["flowmock"].as_object().expect("what is left out").clone();
            assert!(about.keys().all(|key| !key.starts_with("leftOut")), "{about:?}");
        });
    }
}
