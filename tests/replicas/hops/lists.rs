//! Lists whose pages come from different replicas.

use super::replicas;
use crate::api::landing_zone;

/// The names on all pages, each read from the next replica.
fn walk(all: &[crate::replica::Replica], first: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut next = Some(first.to_owned());
    for api in all.iter().map(|replica| &replica.api).cycle() {
        let Some(path) = next else { break };
        let page = api.get(&path).expect_status(200).json();
        let items = page["items"].as_array().expect("items");
        names.extend(items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()));
        next = page["_links"]["next"]["href"].as_str().map(str::to_owned);
        assert!(names.len() < 1000, "the links never end");
    }
    names
}

#[test]
fn the_next_page_of_a_list_can_come_from_another_replica() {
    let Some(all) = replicas("pages", &[]) else { return };
    let mut made: Vec<String> = (0..25).map(|number| format!("n{number:02}")).collect();
    for (name, replica) in made.iter().zip(all.iter().cycle()) {
        replica.api.create("/connections", &landing_zone(name));
    }
    assert_eq!(walk(&all, "/connections?limit=4&orderby=name"), made);
    made.reverse(); // the newest is first by default
    assert_eq!(walk(&all, "/connections?limit=4"), made);
}

#[test]
fn a_list_that_changes_while_it_is_read_has_every_connection_that_stays_once() {
    let Some(all) = replicas("changing-pages", &[]) else { return };
    let create =
        |number: usize| all[number % 3].api.create("/connections", &landing_zone(&format!("n{number:02}")));
    let made: Vec<_> = (0..12).map(create).collect();
    let first = all[0].api.get("/connections?limit=4&orderby=name").expect_status(200).json();
    let next = first["_links"]["next"]["href"].as_str().expect("a link");
    // One that was read and one that was not are deleted on other replicas, and one is added behind the page.
    all[1].api.delete(&format!("/connections/{}", made[1].id)).expect_status(204);
    all[2].api.delete(&format!("/connections/{}", made[7].id)).expect_status(204);
    all[1].api.create("/connections", &landing_zone("n05a"));
    let rest = walk(&all[1..], next);
    assert_eq!(rest, ["n04", "n05", "n05a", "n06", "n08", "n09", "n10", "n11"]);
}
