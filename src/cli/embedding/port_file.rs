//! [`PortFile`]: the file that tells the program that started the server where it listens.

use serde_json::json;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;

/// The file of `--port-file`.
pub(crate) struct PortFile {
    path: PathBuf,
    /// Whether it is a file of its own, not a pipe or a descriptor of another program.
    is_regular: bool,
}

impl PortFile {
    /// Removes what an earlier server left, so that nobody reads an old address.
    ///
    /// # Errors
    /// A sentence that names the file, if it is a folder, cannot be removed, or has no folder.
    pub(crate) fn prepare(path: PathBuf) -> Result<Self, String> {
        let failed = |reason: String| format!("--port-file {}: {reason}", path.display());
        let found = match fs::metadata(&path) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(format!("cannot be read: {error}"))),
        };
        if found.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(failed("is a folder; name a file in it".to_owned()));
        }
        let is_regular = found.as_ref().is_none_or(fs::Metadata::is_file);
        if found.is_some() && is_regular {
            fs::remove_file(&path).map_err(|error| failed(format!("cannot be removed: {error}")))?;
        }
        if found.is_none() && !folder_of(&path).is_dir() {
            return Err(failed("its folder does not exist".to_owned()));
        }
        Ok(Self { path, is_regular })
    }

    /// Writes the line for a server that is reached at `url` and `address`. A regular file appears whole.
    ///
    /// # Errors
    /// A sentence that names the file, if it cannot be written.
    pub(crate) fn write(&self, url: &str, address: SocketAddr) -> Result<(), String> {
        let line = line(url, address);
        if !self.is_regular {
            let path = self.path.clone();
            // Opening a pipe waits for its reader, who may come late or never.
            let write = move || {
                let written = File::options()
                    .write(true)
                    .open(&path)
                    .and_then(|mut pipe| pipe.write_all(line.as_bytes()));
                if let Err(error) = written {
                    tracing::warn!("--port-file {}: cannot be written: {error}", path.display());
                }
            };
            let started = thread::Builder::new().name("flowmock-port-file".to_owned()).spawn(write);
            return started.map(drop).map_err(|error| format!("cannot start a thread: {error}"));
        }
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let beside = self.path.with_file_name(name);
        fs::write(&beside, &line).and_then(|()| fs::rename(&beside, &self.path)).map_err(|error| {
            _ = fs::remove_file(&beside);
            format!("--port-file {}: cannot be written: {error}", self.path.display())
        })
    }

    /// Removes the file, unless another server has written its own there since.
    pub(crate) fn remove(&self, url: &str, address: SocketAddr) {
        if self.is_regular && fs::read_to_string(&self.path).is_ok_and(|text| text == line(url, address)) {
            _ = fs::remove_file(&self.path);
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The line in the file.
fn line(url: &str, address: SocketAddr) -> String {
    let line = json!({
        "url": url,
        "address": address.ip(),
        "port": address.port(),
        "pid": std::process::id(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    format!("{line}\n")
}
