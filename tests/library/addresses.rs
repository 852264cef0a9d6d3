//! The addresses of servers, several servers at once, and several clients at once.

use crate::{api, config, create_orders};
use flowmock::{FlowMock, HEALTH_PATH};
use std::thread;

#[test]
fn a_server_answers_as_soon_as_start_returns_and_its_urls_contain_its_address() {
    let mock = FlowMock::start();
    assert!(mock.address().ip().is_loopback() && mock.address().port() != 0);
    assert_eq!(mock.url(), format!("http://{}", mock.address()));
    assert_eq!(mock.base_url(), format!("http://{}/data/foundation/flowservice", mock.address()));
    let api = api(&mock);
    assert_eq!(api.http.get(api.url(HEALTH_PATH)).send().unwrap().status(), 200);
    assert!(api.connection_names("").is_empty());
}

#[test]
fn the_url_of_a_server_on_all_interfaces_contains_the_loopback_address() {
    let mock =
        FlowMock::with_config(config(|config| config.listen = ([0, 0, 0, 0], 0).into())).expect("it starts");
    assert!(mock.address().ip().is_unspecified());
    assert_eq!(mock.url(), format!("http://127.0.0.1:{}", mock.address().port()));
    let api = api(&mock);
    assert_eq!(api.http.get(api.url(HEALTH_PATH)).send().unwrap().status(), 200);
}

#[test]
fn two_servers_share_no_data() {
    let (first, second) = (FlowMock::start(), FlowMock::start());
    assert_ne!(first.address(), second.address());
    let (first, second) = (api(&first), api(&second));
    create_orders(&first);
    assert_eq!(first.connection_names(""), ["orders"]);
    assert!(second.connection_names("").is_empty());
}

#[test]
fn a_server_can_be_used_from_many_threads() {
    let mock = FlowMock::start();
    let api = api(&mock);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| create_orders(&api));
        }
    });
    assert_eq!(api.connection_names("").len(), 8);
}
