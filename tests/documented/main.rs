//! Documented calls, held as data: `calls/` has a file for every source and destination, `chains/` one for every chain from a
//! base connection to runs, `general/` one for every other subject. Each call is sent to a server, and its answer is compared
//! with the documented one.
//!
//! docs/add-a-source.md explains the notation.

#![allow(unreachable_pub)] // a test program exports nothing

mod call;
mod coverage;
mod guide;
mod replay;
mod shape;
mod word;

use call::CallFile;
use flowmock::{Config, FlowMock, InletUrl};
use replay::replay;
use reqwest::blocking::Client;
use shape::Shapes;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The path of a file or folder beside this one.
fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documented").join(name)
}

/// The named shapes.
fn shapes() -> Shapes {
    Shapes::parse(include_str!("shapes.json")).unwrap_or_else(|reason| panic!("shapes.json: {reason}"))
}

/// Replays files side by side, each in a sandbox of its own.
///
/// # Panics
/// If a call is not answered as it should be, with all such calls.
#[track_caller]
fn assert_answered(mock: &FlowMock, files: &[CallFile], shapes: &Shapes) {
    const THREADS: usize = 4;
    let client = Client::new();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let failed = replay(&client, &mock.url(), file, shapes);
                    failures.lock().unwrap().extend(failed);
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "{} calls failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_documented_call_is_answered_as_documented() {
    let (mock, shapes) = (FlowMock::start(), shapes());
    let mut files = CallFile::all_in(&beside("calls"), &shapes);
    files.extend(CallFile::all_in(&beside("general"), &shapes));
    assert_answered(&mock, &files, &shapes);
}

#[test]
fn every_documented_chain_runs_from_its_connection_to_its_runs() {
    let shapes = shapes();
    for file in CallFile::all_in(&beside("chains"), &shapes) {
        // Each on its own server, whose clock it moves.
        let mock = FlowMock::with_config(Config::default().with_inlet_url(InletUrl::Local));
        assert_answered(&mock.unwrap_or_else(|error| panic!("{error}")), &[file], &shapes);
    }
}

#[test]
fn the_own_calls_of_a_fixtures_folder_are_answered() {
    let Some(folder) = env::var_os("FLOWMOCK_FIXTURES").map(PathBuf::from) else {
        eprintln!("skipped: FLOWMOCK_FIXTURES names no folder");
        return;
    };
    let shapes = shapes();
    let files = CallFile::all_in(&folder.join("calls"), &shapes);
    let mock = FlowMock::with_config(Config::default().with_fixtures(folder));
    assert_answered(&mock.unwrap_or_else(|error| panic!("{error}")), &files, &shapes);
}
