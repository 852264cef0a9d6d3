//! [`DiskLog`]: a log in a folder.
//!
//! `log-00000001` has [frames](frame) of records, one for each append. From time to time `state-00000002` is written with
//! the records that make the state at the end of `log-00000001`; what comes later is in `log-00000002`. When the state is
//! complete, older files are deleted. So the state is that of the newest complete state file, and of the log with its
//! number and all later ones. `lock` is locked while a server uses the folder.

mod files;
mod folder;
pub(crate) mod frame;
mod recovery;
mod snapshot;
#[cfg(test)]
mod tests;

pub(crate) use folder::{Folder, OpenError};

use super::log::{Log, LogError, New, Snapshot};
use crate::base::config::StateSync;
use crate::base::error::Code;
use crate::services::world::recorder::NotRecorded;
use files::Storage;
use frame::Frame;
use snapshot::DiskSnapshot;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How long a log is, in bytes, before a snapshot replaces it. It is also at least as long as the last snapshot.
const SNAPSHOT_AFTER: u64 = 16 * 1024 * 1024;

/// How often an append is made to last with `--state-sync interval`.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// A log in a folder.
pub(crate) struct DiskLog {
    folder: Arc<Folder>,
    sync: StateSync,
    /// The number of the file to which is appended.
    generation: u64,
    file: Box<dyn Storage>,
    /// The length of the file up to the last complete append.
    length: u64,
    /// The length of the logs that the next snapshot replaces.
    since_snapshot: u64,
    /// The length of the last snapshot, which the thread that writes it sets.
    snapshot_length: Arc<AtomicU64>,
    /// Whether a snapshot is being written.
    is_writing: Arc<AtomicBool>,
    /// Whether something was appended that may not last.
    is_unsettled: bool,
    /// Why nothing can be appended any more.
    broken: Option<String>,
    /// The next frame.
    frame: Frame,
}

impl DiskLog {
    /// Stores records behind all others: all of them or none.
    pub(super) fn append(&mut self, records: &[Vec<u8>]) -> Result<(), NotRecorded> {
        if let Some(broken) = &self.broken {
            let reason = format!("{broken}; nothing more is stored until flowmock is started again");
            return Err(NotRecorded { code: Code::StateNotStored, reason });
        }
        let frame = self.frame.fill(records);
        let length = frame.len() as u64;
        if let Err(error) = self.file.write_all(frame) {
            return Err(self.refuse(&error, false));
        }
        if self.sync == StateSync::Always {
            if let Err(error) = self.file.sync() {
                return Err(self.refuse(&error, true));
            }
        } else {
            self.is_unsettled = true;
        }
        self.length += length;
        self.since_snapshot += length;
        Ok(())
    }

    fn refuse(&mut self, error: &io::Error, may_be_stored: bool) -> NotRecorded {
        let folder = self.folder.path().display();
        // The beginning of the frame is removed, so that the next one can be read.
        if let Err(cut) = self.file.cut(self.length) {
            self.broken = Some(format!("{folder} cannot be repaired after an error: {cut}"));
        } else if may_be_stored {
            self.broken = Some(format!("{folder} could not be made to last: {error}"));
        }
        let remedy = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                "free some space there, or reset what is not needed"
            }
            _ => "see that the disk works, and start flowmock again",
        };
        NotRecorded {
            code: Code::StateNotStored,
            reason: format!("the change cannot be stored in {folder} (--state): {error}; {remedy}"),
        }
    }
}

impl Log for DiskLog {
    fn exchange(&mut self, records: &[Vec<u8>], each: &mut dyn FnMut(New<'_>)) -> Result<(), LogError> {
        if !records.is_empty() {
            self.append(records).map_err(LogError::Refused)?;
        }
        (0..records.len()).for_each(|at| each(New::Own(at)));
        Ok(())
    }

    fn begin(&mut self, records: &[Vec<u8>]) -> Result<(), LogError> {
        self.append(records).map_err(LogError::Refused)
    }

    fn wants_snapshot(&self) -> bool {
        let enough = self.snapshot_length.load(Ordering::Relaxed).max(SNAPSHOT_AFTER);
        self.since_snapshot >= enough && self.broken.is_none() && !self.is_writing.load(Ordering::Acquire)
    }

    fn begin_snapshot(&mut self) -> Result<Option<Box<dyn Snapshot>>, NotRecorded> {
        self.settle();
        let generation = self.generation + 1;
        let created = self.folder.create_log(generation);
        let (file, length) = created.map_err(|error| self.refuse(&error, false))?;
        (self.generation, self.file, self.length, self.since_snapshot) = (generation, file, length, 0);
        self.is_writing.store(true, Ordering::Release);
        Ok(Some(Box::new(DiskSnapshot {
            folder: Arc::clone(&self.folder),
            generation,
            length: Arc::clone(&self.snapshot_length),
            is_writing: Arc::clone(&self.is_writing),
        })))
    }

    fn settles_after(&self) -> Option<Duration> {
        (self.sync == StateSync::Interval).then_some(SYNC_EVERY)
    }

    fn settle(&mut self) {
        if !self.is_unsettled || self.sync == StateSync::Never {
            return;
        }
        match self.file.sync() {
            Ok(()) => self.is_unsettled = false,
            Err(error) => {
                tracing::error!("{} could not be made to last: {error}", self.folder.path().display())
            }
        }
    }
}
