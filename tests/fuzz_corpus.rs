//! Every input that fuzzing kept, old findings among them, still satisfies its property. docs/fuzzing.md.

use flowmock::internals::fuzz::{Check, TARGETS};
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::{fs, io};

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

fn files(folder: &Path) -> io::Result<BTreeSet<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn fails(check: Check, file: &Path) -> bool {
    let data = fs::read(file).unwrap();
    catch_unwind(|| check(&data)).is_err()
}

#[test]
fn every_input_that_was_kept_satisfies_its_property() {
    for (target, check) in TARGETS {
        let inputs = files(&corpora().join(target)).unwrap_or_else(|error| panic!("{target}: {error}"));
        assert!(!inputs.is_empty(), "{target} has no inputs");
        let failing: Vec<_> = inputs.iter().filter(|file| fails(check, file)).collect();
        assert!(failing.is_empty(), "{target} fails on {failing:?}");
    }
}

#[test]
fn every_target_can_be_fuzzed_and_every_kept_input_is_replayed() {
    let named: BTreeSet<PathBuf> = TARGETS.iter().map(|(target, _)| corpora().join(target)).collect();
    assert_eq!(files(&corpora()).unwrap(), named);
    let sources = corpora().with_file_name("fuzz_targets");
    let named: BTreeSet<PathBuf> =
        TARGETS.iter().map(|(target, _)| sources.join(target).with_extension("rs")).collect();
    assert_eq!(files(&sources).unwrap(), named);
}

#[test]
fn what_is_kept_is_small() {
    let sizes = TARGETS.iter().flat_map(|(target, _)| files(&corpora().join(target)).unwrap());
    let bytes: u64 = sizes.map(|file| fs::metadata(file).unwrap().len()).sum();
    assert!(bytes < 300_000, "{bytes} bytes: minimise with fuzz/run, and keep less");
}
