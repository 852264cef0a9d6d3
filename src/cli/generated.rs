//! The completions and manual pages in `packages/` are those of the command line. `FLOWMOCK_WRITE_DOCS=1 cargo test
//! completions_and_manual_pages` writes them.

use super::{Cli, groups};
use clap::CommandFactory;
use clap_complete::Shell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The files in `folder`, by name.
fn files_in(folder: &Path) -> BTreeMap<PathBuf, String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.file_name().unwrap().into(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn completions_and_manual_pages_in_packages_are_those_of_the_command_line() {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("packages");
    let made = tempfile::tempdir().unwrap();
    let [completions, man] = ["completions", "man"].map(|name| made.path().join(name));
    [&completions, &man].map(|folder| fs::create_dir(folder).unwrap());
    for shell in [Shell::Bash, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut groups::arrange(Cli::command()), "flowmock", &completions)
            .unwrap();
    }
    clap_mangen::generate_to(groups::arrange(Cli::command()), &man).unwrap();
    for made in [completions, man] {
        let kept = packages.join(made.file_name().unwrap());
        let expected = files_in(&made);
        if files_in(&kept) != expected && env::var_os("FLOWMOCK_WRITE_DOCS").is_some() {
            _ = fs::remove_dir_all(&kept);
            fs::create_dir_all(&kept).unwrap();
            expected.iter().for_each(|(name, text)| fs::write(kept.join(name), text).unwrap());
        }
        let found = files_in(&kept);
        let outdated: Vec<_> =
            expected.iter().filter(|(name, text)| found.get(*name) != Some(text)).collect();
        let outdated: Vec<_> = outdated.into_iter().map(|(name, _)| name).collect();
        assert!(
            outdated.is_empty() && found.len() == expected.len(),
            "{outdated:?} in {} differ from the command line",
            kept.display()
        );
    }
}
