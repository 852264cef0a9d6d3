//! Warnings about names in a folder of fixtures that have no effect because they are probably misspelt.

use super::Sources;
use crate::base::spelling::meant;
use std::path::Path;

/// The folders that are read.
const FOLDERS: [&str; 4] = ["connection-specs", "flow-specs", "sources", "configs"];

impl Sources {
    /// The sources and configs in the folder whose names are none of `known`, the names of connection specs, and the folders
    /// that are nearly called like one that is read. A connection spec that a sandbox gets later may still have such a name.
    pub(crate) fn misnamed(&self, folder: &Path, known: &[&str]) -> Vec<String> {
        let hint = |name: &str, known: &[&str]| {
            let meant = meant(name, known.iter().copied());
            meant.map_or(String::new(), |meant| format!("; did you mean {meant}?"))
        };
        let sources = self.fixtures.added_names().map(|name| ("sources", name));
        let configs = self.spec_configs.names().map(|name| ("configs", name));
        let mut warnings: Vec<String> = sources
            .chain(configs)
            .filter(|(_, name)| !known.contains(name))
            .map(|(part, name)| {
                let hint = hint(name, known);
                format!("{part}/{name} of the fixtures has no effect: no connection spec has this name{hint}")
            })
            .collect();
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
        warnings.extend(folders.filter_map(|name| {
            let name = name.to_string_lossy();
            let is_read = FOLDERS.contains(&&*name);
            let hint = hint(&name, &FOLDERS);
            let is_near = !is_read && !hint.is_empty();
            is_near.then(|| format!("the folder {name} of the fixtures is not read{hint}"))
        }));
        warnings.sort_unstable();
        warnings
    }
}
