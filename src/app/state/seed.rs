//! Seed files: the documents that a server starts with.

use super::{Mode, read};
use crate::app::App;
use crate::base::document::format;
use crate::base::document::format::Format;
use crate::base::document::refusal::Problem;
use crate::base::time::Millis;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest seed file, in bytes.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;
/// The largest number of files in a folder.
const MAX_FILES: usize = 10_000;

/// A seed file and its format.
pub(crate) struct SeedFile {
    path: PathBuf,
    format: Format,
}

/// Adds the documents at `paths` to the state, in their order. A folder stands for its `.json`, `.yaml` and `.yml` files
/// in the order of their names. Entities that wait to be enabled wait from `now` on.
///
/// # Errors
/// Everything that is wrong with the files, each problem with its file. Files that are correct have been added by then:
/// a server that cannot use its seed does not start.
pub(crate) fn load(app: &App, paths: &[PathBuf], now: Millis) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for path in paths {
        match SeedFile::all_at(path) {
            Ok(files) => problems.extend(files.iter().flat_map(|file| file.add_to(app, now))),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

impl SeedFile {
    fn all_at(path: &Path) -> Result<Vec<Self>, Problem> {
        let problem = |reason: String| Problem::new(path.display().to_string(), reason);
        let unreadable = |error: io::Error| problem(format!("cannot be read: {error}"));
        if !fs::metadata(path).map_err(unreadable)?.is_dir() {
            let format = Format::by_name(&path.to_string_lossy());
            let format = format.ok_or_else(|| problem("must end in .json, .yaml or .yml".to_owned()))?;
            return Ok(vec![Self { path: path.to_owned(), format }]);
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Some(format) = Format::by_name(&name).filter(|_| !name.starts_with('.') && !path.is_dir())
            {
                files.push(Self { path, format });
            }
        }
        if files.is_empty() {
            return Err(problem("is a folder without any .json, .yaml or .yml file".to_owned()));
        }
        if files.len() > MAX_FILES {
            return Err(problem(format!("has more than {MAX_FILES} files")));
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    fn add_to(&self, app: &App, now: Millis) -> Vec<Problem> {
        let file = self.path.display().to_string();
        let text = match self.text() {
            Ok(text) => text,
            Err(reason) => return vec![Problem::new(file, reason)],
        };
        let document = match format::parse(&text, self.format) {
            Ok(document) => document,
            Err(reason) => return vec![Problem::new(file, reason)],
        };
        let with_file = |problem: Problem| {
            let path =
                if problem.path.is_empty() { file.clone() } else { format!("{file}: {}", problem.path) };
            Problem { path, ..problem }
        };
        match read(app, document, Mode::Merge) {
            Ok(state) => {
                app.add_seed(state, now);
                Vec::new()
            }
            Err(problems) => problems.into_iter().map(with_file).collect(),
        }
    }

    fn text(&self) -> Result<Vec<u8>, String> {
        let unreadable = |error: io::Error| format!("cannot be read: {error}");
        let mut text = Vec::new();
        // The size of a device or a pipe is not known before it is read.
        let mut file = File::open(&self.path).map_err(unreadable)?.take(MAX_FILE_BYTES + 1);
        file.read_to_end(&mut text).map_err(unreadable)?;
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(format!("has more than {MAX_FILE_BYTES} bytes, the most that are read"));
        }
        Ok(text)
    }
}
