//! Writes to standard output, standard error and files.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a message to standard error. Text from a server must have passed [`printable`](flowmock::printable).
pub(crate) fn say(line: &str) {
    _ = writeln!(io::stderr(), "flowmock: {line}");
}

/// Writes to standard output.
pub(crate) fn print(text: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        // The reader (`head`, a pager) has closed the pipe: the exit code is the same as if it had read everything.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Replaces the contents of a file, completely or not at all. Anything else at that path, such as a pipe, is written to.
pub(crate) fn replace(file: &Path, text: &[u8]) -> io::Result<()> {
    let known = fs::metadata(file).ok();
    if known.as_ref().is_some_and(|known| !known.is_file()) {
        return fs::OpenOptions::new().write(true).open(file)?.write_all(text);
    }
    // Replaces the target of a symbolic link, not the link.
    let file = if known.is_some() { fs::canonicalize(file)? } else { file.to_owned() };
    let mut name = file.file_name().map(ToOwned::to_owned).unwrap_or_default();
    name.push(format!(".{}.tmp", std::process::id()));
    let new = file.with_file_name(name);
    let outcome = write_new(&new, text, known.as_ref()).and_then(|()| fs::rename(&new, &file));
    if outcome.is_err() {
        _ = fs::remove_file(&new);
    }
    outcome
}

fn write_new(file: &Path, text: &[u8], like: Option<&fs::Metadata>) -> io::Result<()> {
    let mut new = File::create_new(file)?;
    if let Some(like) = like {
        new.set_permissions(like.permissions())?;
    }
    new.write_all(text)?;
    new.sync_all()
}
