use super::{Api, DEEPEST, Operation};
use std::collections::HashSet;

/// The operation's path with a value for every parameter.
fn sample(operation: Operation) -> String {
    let fill = |segment: &'static str| if segment.starts_with('{') { "a%20b.c" } else { segment };
    operation.path().split('/').map(fill).collect::<Vec<_>>().join("/")
}

fn connections(rest: &str) -> String {
    format!("{}/connections{rest}", Api::FlowService.base_path())
}

#[test]
fn names_are_unique_camel_case_and_found_again() {
    let mut names = HashSet::new();
    for &operation in Operation::ALL {
        let name = operation.name();
        assert!(names.insert(name), "{name} twice");
        assert!(name.starts_with(|first: char| first.is_ascii_lowercase()), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}");
        assert_eq!(Operation::from_name(name), Some(operation));
        assert!(name.eq_ignore_ascii_case(&format!("{operation:?}")), "{name} is {operation:?}");
    }
    for unknown in ["", "CreateConnection", "createconnection", "createConnections"] {
        assert_eq!(Operation::from_name(unknown), None);
    }
}

#[test]
fn indexes_are_the_positions_in_all() {
    for (index, &operation) in Operation::ALL.iter().enumerate() {
        assert_eq!(operation as usize, index);
    }
    assert_eq!(Operation::ALL.len(), Operation::COUNT);
}

#[test]
fn every_operation_is_found_by_its_own_path_with_and_without_a_slash_at_its_end() {
    for &operation in Operation::ALL {
        let path = sample(operation);
        assert_eq!(Operation::of(operation.method(), &path), Some(operation), "{path}");
        assert_eq!(Operation::of(operation.method(), &format!("{path}/")), Some(operation), "{path}/");
        let depth = operation.path().strip_prefix(operation.api().base_path()).unwrap().matches('/').count();
        assert!(depth <= DEEPEST, "{path}");
    }
}

#[test]
fn similar_paths_are_no_operation() {
    for &operation in Operation::ALL {
        let (method, path) = (operation.method(), sample(operation));
        let misses = [
            format!("{path}//"),
            format!("/{path}"),
            format!("{path}/nowhere/at/all"),
            format!("{path}z/"),
            path.replacen(operation.api().base_path(), &format!("{}z", operation.api().base_path()), 1),
            path.to_uppercase(),
        ];
        // A longer last segment matches only if it is a parameter.
        let misses = misses.iter().filter(|miss| !(miss.ends_with("z/") && path.ends_with(".c")));
        for miss in misses {
            assert_eq!(Operation::of(method, miss), None, "{method} {miss}");
        }
        for method in ["", "TRACE", "OPTIONS", "CONNECT", "get", "BREW"] {
            assert_eq!(Operation::of(method, &path), None, "{method} {path}");
        }
    }
    for path in ["", "/", "/data/foundation/flowservice", "/data/foundation/flowservice/", "/_flowmock"] {
        assert_eq!(Operation::of("GET", path), None, "{path}");
    }
    for rest in ["//test", "/a/b/test", "/a/test/b", "/a/nowhere", "//"] {
        assert_eq!(Operation::of("GET", &connections(rest)), None, "{rest}");
    }
}

#[test]
fn search_is_not_the_id_of_a_connection() {
    let path = connections("/search");
    assert_eq!(Operation::of("POST", &path), Some(Operation::SearchConnections));
    for method in ["GET", "PATCH", "DELETE"] {
        assert_eq!(Operation::of(method, &path), None, "the router answers {method} with 405");
    }
    assert_eq!(Operation::of("GET", &connections("/search/test")), Some(Operation::TestConnection));
}

#[test]
fn head_is_the_operation_of_get() {
    assert_eq!(Operation::of("HEAD", &connections("")), Some(Operation::ListConnections));
    assert_eq!(Operation::of("HEAD", &connections("/search")), None);
}

#[test]
fn the_parameter_of_a_path_is_found_where_its_template_has_it() {
    for &operation in Operation::ALL {
        let path = sample(operation);
        let parameter = operation.path().contains('{').then_some("a%20b.c");
        assert_eq!(Operation::matched(operation.method(), &path), Some((operation, parameter)));
    }
    let matched =
        |path: &str| Operation::matched("GET", &connections(path)).and_then(|(_, id)| id.map(str::to_owned));
    assert_eq!(matched("/x/explore").as_deref(), Some("x"));
    assert_eq!(matched("/search").as_deref(), None);
    assert_eq!(matched("").as_deref(), None);
}
