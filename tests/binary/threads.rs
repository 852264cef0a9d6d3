//! The number of threads of the server.

use crate::common::process::Server;
use std::{fs, thread};

/// Each thread takes memory, so their number must not grow with the number of clients.
#[test]
fn concurrent_resets_start_no_thread_per_client() {
    const WORKERS: usize = 2;
    let server = Server::start(["--worker-threads", &WORKERS.to_string()]);
    let (client, url) = (&server.api().http, server.url("/_flowmock/reset?imsOrgId=TEST@AdobeOrg"));
    let reset_repeatedly = |number: usize| {
        for _ in 0..20 {
            let answer = client.post(format!("{url}&sandbox=s{number}")).send().unwrap();
            assert_eq!(answer.status(), 204);
        }
    };
    thread::scope(|scope| {
        for number in 0..48 {
            let reset_repeatedly = &reset_repeatedly;
            scope.spawn(move || reset_repeatedly(number));
        }
    });
    let tasks = fs::read_dir(format!("/proc/{}/task", server.pid())).unwrap();
    let names = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default());
    let workers = names.filter(|name| name.trim_end() == "flowmock-worker").count();
    assert!(workers <= WORKERS + 4, "{workers} threads");
}
