//! Lists and searches.

use super::subjects::SUBJECTS;
use super::support::each;
use crate::base::operation::{Operation, Verb};
use reqwest::Method;
use serde_json::{Value, json};

#[test]
fn a_list_is_newest_first_filtered_ordered_and_projected() {
    each(|subject, server| {
        for name in ["b", "a", "c"] {
            subject.create(server, name);
        }
        let list = |query: &str| subject.list(server, query);
        assert_eq!(list("").names(), ["c", "a", "b"]);
        assert_eq!(list("orderby=name").names(), ["a", "b", "c"]);
        assert_eq!(list("orderby=-name&property=name!=b").names(), ["c", "a"]);
        assert_eq!(list("property=name==a,c&property=createdAt>=0").names(), ["c", "a"]);
        let shared = (subject.body)("")
            .pointer(&format!("/{}", subject.shared.replace('.', "/")))
            .and_then(Value::as_str)
            .unwrap()
            .to_owned();
        let query = format!("property={}=={shared}&count=true", subject.shared);
        assert_eq!(list(&query).json, json!({"count": 3}));
        let projected = list("property=name&limit=1").json;
        assert_eq!(projected["items"], json!([{"name": "c"}]));
        assert_eq!(list("property=state==draft").names(), [""; 0]);
        list("property=nothing==1").expect(400).expect_error("FLOW-1449-400", "nothing");
        list("orderby=nothing").expect(400).expect_error("FLOW-1433-400", "nothing");
        list("count=true&limit=1").expect(400).expect_error("FLOW-1401-400", "");
    });
}

#[test]
fn a_list_and_a_search_are_walked_page_by_page() {
    each(|subject, server| {
        for name in ["a", "b", "c", "d", "e"] {
            subject.create(server, name);
        }
        for query in ["limit=2", "limit=2&orderby=name", "limit=2&orderby=createdAt"] {
            let mut names = Vec::new();
            let mut next = Some(format!("/{}?{query}", subject.collection()));
            while let Some(href) = next {
                assert!(href.starts_with(&format!("/{}?", subject.collection())), "{href}");
                let page = subject.call(server, Method::GET, &href, None);
                names.extend(page.names().into_iter().map(str::to_owned));
                next = page.json["_links"]["next"]["href"].as_str().map(str::to_owned);
            }
            names.sort();
            assert_eq!(names, ["a", "b", "c", "d", "e"], "{query}");
        }
        let other = SUBJECTS.iter().find(|other| other.kind != subject.kind).unwrap();
        assert_eq!(other.list(server, "").names(), [""; 0]);
        if Operation::on(subject.kind, Verb::Search).is_none() {
            return;
        }
        let search = |body: Value| {
            subject.call(server, Method::POST, &format!("/{}/search", subject.collection()), Some(&body))
        };
        assert_eq!(search(json!({"queryString": "property=name>=d", "orderby": "name"})).names(), ["d", "e"]);
        assert_eq!(search(json!({"count": true})).json, json!({"count": 5}));
        let page = search(json!({"limit": 2})).json;
        let href = page["_links"]["next"]["href"].as_str().unwrap();
        assert!(href.starts_with(&format!("/{}?", subject.collection())), "{href}");
        search(json!({"other": 1})).expect(400).expect_error("FLOW-1451-400", "other");
    });
}
