//! Every input in `fuzz/corpus`, among them those of past bugs, satisfies the property of its target. See
//! `docs/fuzzing.md`.

use flowmock::internals::fuzz::{Check, TARGETS};
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The folder with a subfolder of inputs for each target.
fn corpus_folder() -> PathBuf {
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
fn every_input_in_the_corpus_satisfies_the_property_of_its_target() {
    for (target, check) in TARGETS {
        let inputs = files(&corpus_folder().join(target)).unwrap_or_else(|error| panic!("{target}: {error}"));
        assert!(!inputs.is_empty(), "{target} has no inputs");
        let failing: Vec<_> = inputs.iter().filter(|file| fails(check, file)).collect();
        assert!(failing.is_empty(), "{target} fails on {failing:?}");
    }
}

#[test]
fn every_target_has_a_fuzz_program_and_a_folder_of_inputs_and_there_are_no_others() {
    let named: BTreeSet<PathBuf> = TARGETS.iter().map(|(target, _)| corpus_folder().join(target)).collect();
    assert_eq!(files(&corpus_folder()).unwrap(), named);
    let sources = corpus_folder().with_file_name("fuzz_targets");
    let named: BTreeSet<PathBuf> =
        TARGETS.iter().map(|(target, _)| sources.join(target).with_extension("rs")).collect();
    assert_eq!(files(&sources).unwrap(), named);
}

#[test]
fn the_corpus_is_small() {
    let sizes = TARGETS.iter().flat_map(|(target, _)| files(&corpus_folder().join(target)).unwrap());
    let bytes: u64 = sizes.map(|file| fs::metadata(file).unwrap().len()).sum();
    assert!(bytes < 300_000, "the corpus has {bytes} bytes: minimise it");
}
