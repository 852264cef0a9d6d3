use super::*;
use crate::base::operation::Kind;
use crate::services::kinds;
use crate::store::query::{Property, SortKey};
use crate::store::{Etag, Key, Position, State};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;
use uuid::Uuid;

/// More than one batch, with ties in everything but the id.
const COUNT: u128 = 1300;

/// Entities in a store, and as plain JSON.
static FILLED: LazyLock<(Store, Vec<Value>)> = LazyLock::new(|| {
    let store = Store::default();
    let items: Vec<Value> = (0..COUNT).map(item).collect();
    for item in &items {
        let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap();
        let id = Uuid::parse_str(text("/id")).unwrap();
        let entity = Entity {
            position: Position::new(item["createdAt"].as_i64().unwrap(), id),
            etag: Etag::new(0, 0),
            state: State::Enabled,
            keys: [text("/name"), text("/connectionSpec/id"), text("/state")].map(Key::of),
            more: None,
            item: item.to_string().into_bytes().into(),
        };
        store.insert(Kind::Connection, entity).unwrap();
    }
    (store, items)
});

fn item(number: u128) -> Value {
    let mixed = number * 7919 % COUNT;
    let name = match mixed % 50 {
        // Only the end of the text, which is not part of the key, differs.
        0 => format!("{}{}", "é".repeat(100), mixed % 3),
        other => format!("n{other}"),
    };
    json!({
        "id": Uuid::from_u128(mixed), "createdAt": 1_600_000_000_000_u64 + number as u64 / 9, "name": name,
        "connectionSpec": {"id": "spec"}, "state": if mixed.is_multiple_of(40) { "draft" } else { "enabled" },
        "rank": if mixed.is_multiple_of(3) { json!(mixed % 7) } else { json!(format!("r{}", mixed % 7)) },
    })
}

fn filters() -> impl Strategy<Value = Vec<String>> {
    let long = "é".repeat(100);
    let filter = prop_oneof![
        (0..60).prop_map(|n| format!("name==n{n},n{}", n / 2)),
        (0..4).prop_map(move |n| format!("name=={long}{n}")),
        Just("name!=n1,n2,n3".into()),
        Just("state==draft".into()),
        Just("state==enabled".into()),
        Just("connectionSpec.id==spec".into()),
        Just("connectionSpec.id==other".into()),
        (0..COUNT).prop_map(|n| format!("id=={},{},x", Uuid::from_u128(n), Uuid::from_u128(n / 2))),
        (0..200_u64).prop_map(|n| format!("createdAt>={}", 1_600_000_000_000 + n)),
        (0..8).prop_map(|n| format!("rank>={n}")),
        Just("rank==1,r1".into()),
    ];
    prop::collection::vec(filter, 0..3)
}

fn orders() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["createdAt", "name", "state", "connectionSpec.id", "id", "rank"]);
    (field, any::<bool>())
        .prop_map(|(field, descending)| if descending { format!("-{field}") } else { field.into() })
}

proptest! {
    #[test]
    fn a_walk_by_pages_equals_filtering_and_sorting_everything(
        filters in filters(), order in orders(), limit in prop::sample::select(vec![60, 700, 2000]),
    ) {
        let (store, items) = &*FILLED;
        let spec = kinds::spec(Kind::Connection);
        let filter = Property::read(filters.iter().map(String::as_str), &spec.fields, |_| true).unwrap().filter;
        let order = Order::parse(&order, &spec.fields, |_| true).unwrap();
        let place = |item: &Value| Place {
            key: order.path.get(item).map_or(SortKey::Absent, SortKey::of),
            id: Uuid::parse_str(item["id"].as_str().unwrap()).unwrap(),
        };
        let mut expected: Vec<Place> = items.iter().filter(|item| filter.matches(item)).map(place).collect();
        expected.sort_by(|one, other| order.compare(one, other));

        let selection = Selection::new(store, spec, &filter, &order);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(async {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = selection.page(after, limit).await;
                found.extend(page.iter().map(|entity| selection.place(entity)));
                after = found.last().cloned();
                if page.len() < limit {
                    return found;
                }
            }
        });
        prop_assert_eq!(runtime.block_on(selection.count()), expected.len());
        prop_assert_eq!(found, expected);
    }
}
