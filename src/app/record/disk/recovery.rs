//! Reads the records in a folder, and opens its log for more.

use super::DiskLog;
use super::files::Storage;
use super::folder::{FORM, Folder, Head, OpenError};
use super::frame::{self, Found, Frame};
use crate::base::config::StateSync;
use std::fs::{self, OpenOptions};
use std::io::{BufReader, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

impl Folder {
    /// Shows `apply` each record in the folder, in their order, and opens the log for more.
    ///
    /// # Errors
    /// [`OpenError`] for a file that cannot be read, is damaged or was written by a newer version, and for a record that
    /// `apply` refuses.
    pub(crate) fn recover(
        self, sync: StateSync, apply: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<DiskLog, OpenError> {
        let failed = |error| OpenError::Io(self.path().to_owned(), error);
        let state = self.generations("state-").map_err(failed)?.pop();
        let mut snapshot_length = 0;
        if let Some(state) = state {
            snapshot_length = self.read(&self.state(state), false, apply)?;
        }
        let first = state.unwrap_or(0);
        self.clean(first);
        let logs: Vec<u64> = self.generations("log-").map_err(failed)?;
        let mut since_snapshot = 0;
        let mut length = 0;
        for &log in &logs {
            length = self.read(&self.log(log), Some(&log) == logs.last(), apply)?;
            since_snapshot += length;
        }
        let (generation, file): (u64, Box<dyn Storage>) = match logs.last() {
            Some(&newest) if length > 0 => {
                let file = OpenOptions::new().write(true).open(self.log(newest)).map_err(failed)?;
                file.set_len(length).map_err(failed)?;
                (&file).seek(SeekFrom::Start(length)).map_err(failed)?;
                (newest, Box::new(file))
            }
            // There is none, or its head was not written.
            newest => {
                let generation = newest.copied().unwrap_or(first.max(1));
                let (file, head) = self.create_log(generation).map_err(failed)?;
                length = head;
                (generation, file)
            }
        };
        Ok(DiskLog {
            folder: Arc::new(self),
            sync,
            generation,
            file,
            length,
            since_snapshot,
            snapshot_length: Arc::new(AtomicU64::new(snapshot_length)),
            is_writing: Arc::new(AtomicBool::new(false)),
            is_unsettled: false,
            broken: None,
            frame: Frame::default(),
        })
    }

    /// Shows `apply` each record of a file; returns the length of its whole frames. Only at the end of the newest log half a
    /// frame is no error: nobody was told that it was stored.
    fn read(
        &self, path: &Path, may_be_torn: bool, apply: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<u64, OpenError> {
        let failed = |error| OpenError::Io(path.to_owned(), error);
        let damaged = |at: u64, reason: &str| OpenError::Damaged(path.to_owned(), at, reason.to_owned());
        let size = fs::metadata(path).map_err(failed)?.len();
        let mut file = BufReader::new(fs::File::open(path).map_err(failed)?);
        let mut at = 0;
        loop {
            let body = match frame::read(&mut file, size - at).map_err(failed)? {
                Found::End => return Ok(at),
                Found::Torn(bytes) if may_be_torn => {
                    tracing::warn!(
                        "{}: {bytes} bytes at the end are half of a change that was never answered; they are removed",
                        path.display()
                    );
                    return Ok(at);
                }
                Found::Torn(_) => return Err(damaged(at, "is not whole")),
                Found::Damaged => return Err(damaged(at, "does not have its checksum")),
                Found::Frame(body) => body,
            };
            if at == 0 {
                self.check_head(path, &body)?;
            } else {
                for record in frame::records(&body) {
                    apply(record).map_err(|reason| damaged(at, &reason))?;
                }
            }
            const HEAD: u64 = 18;
            at += HEAD + body.len() as u64;
        }
    }

    fn check_head(&self, path: &Path, body: &[u8]) -> Result<(), OpenError> {
        let head: Head = serde_json::from_slice(body.trim_ascii_end()).map_err(|_| {
            OpenError::Damaged(path.to_owned(), 0, "is not the head of a file of flowmock".to_owned())
        })?;
        // Form 1 is the first, so there is none to be migrated yet; `decode` is the place for that.
        if head.form > FORM { Err(OpenError::Newer(path.to_owned(), head.flowmock)) } else { Ok(()) }
    }
}
