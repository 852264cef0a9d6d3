//! [`Storage`]: the file to which a log is appended, which tests replace by one that fails.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// A file to which is appended.
pub(crate) trait Storage: Send {
    /// Appends all of `bytes`. After an error, a part of them may be there.
    ///
    /// # Errors
    /// The system's.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes everything that was appended last.
    ///
    /// # Errors
    /// The system's.
    fn sync(&mut self) -> io::Result<()>;

    /// Removes everything behind the first `length` bytes.
    ///
    /// # Errors
    /// The system's.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Storage for File {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        Write::write_all(self, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::Start(length)).map(drop)
    }
}
