//! [`DiskSnapshot`]: a state file that is being written.

use super::folder::{Folder, private, write_head};
use super::frame::Frame;
use crate::app::record::log::Snapshot;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A state file that is being written.
pub(super) struct DiskSnapshot {
    pub(super) folder: Arc<Folder>,
    pub(super) generation: u64,
    pub(super) length: Arc<AtomicU64>,
    pub(super) is_writing: Arc<AtomicBool>,
}

impl DiskSnapshot {
    fn write(&self, records: &mut dyn Iterator<Item = Result<Vec<u8>, String>>) -> io::Result<u64> {
        let (path, mut frame) = (self.folder.state(self.generation), Frame::default());
        let unfinished = path.with_extension("new");
        let mut file =
            private(OpenOptions::new().write(true).create(true).truncate(true)).open(&unfinished)?;
        let mut length = write_head(&mut file)?;
        for record in records {
            let bytes = frame.fill(&[record.map_err(io::Error::other)?]);
            file.write_all(bytes)?;
            length += bytes.len() as u64;
        }
        file.sync_all()?;
        fs::rename(unfinished, path)?;
        self.folder.sync()?;
        Ok(length)
    }
}

impl Snapshot for DiskSnapshot {
    fn store(
        self: Box<Self>, records: &mut dyn Iterator<Item = Result<Vec<u8>, String>>,
    ) -> Result<(), String> {
        let length = self.write(records).map_err(|error| {
            _ = fs::remove_file(self.folder.state(self.generation).with_extension("new"));
            format!("{}: {error}", self.folder.path().display())
        })?;
        self.length.store(length, Ordering::Relaxed);
        self.folder.clean(self.generation);
        Ok(())
    }
}

impl Drop for DiskSnapshot {
    fn drop(&mut self) {
        self.is_writing.store(false, Ordering::Release);
    }
}
