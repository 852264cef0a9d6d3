use super::files::Storage;
use super::folder::write_head;
use super::frame::{self, Found, Frame};
use super::{DiskLog, Folder, OpenError};
use crate::app::record::log::Log;
use crate::base::config::StateSync;
use crate::base::error::Code;
use proptest::prelude::*;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

fn records(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Opens the log in a folder; returns it and what it has.
fn open(path: &Path) -> Result<(DiskLog, Vec<String>), OpenError> {
    let mut found = Vec::new();
    let mut apply = |record: &[u8]| {
        found.push(String::from_utf8_lossy(record).into_owned());
        Ok(())
    };
    let log = Folder::open(path)?.recover(StateSync::Always, &mut apply)?;
    Ok((log, found))
}

fn found(path: &Path) -> Vec<String> {
    open(path).unwrap().1
}

fn snapshot(log: &mut DiskLog, texts: &[&str]) {
    log.begin_snapshot().unwrap().unwrap().store(&mut records(texts).into_iter().map(Ok)).unwrap();
}

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

#[test]
fn what_was_appended_is_found_again_in_its_order() {
    let folder = TempDir::new().unwrap();
    let (mut log, nothing) = open(folder.path()).unwrap();
    assert!(nothing.is_empty());
    log.append(&records(&["a", "b"])).unwrap();
    log.append(&records(&["c"])).unwrap();
    drop(log);
    let (mut log, found) = open(folder.path()).unwrap();
    assert_eq!(found, ["a", "b", "c"]);
    log.append(&records(&["d"])).unwrap();
    drop(log);
    assert_eq!(self::found(folder.path()), ["a", "b", "c", "d"]);
}

#[test]
fn a_snapshot_replaces_what_came_before_it() {
    let folder = TempDir::new().unwrap();
    let (mut log, _) = open(folder.path()).unwrap();
    log.append(&records(&["a", "b"])).unwrap();
    snapshot(&mut log, &["ab"]);
    log.append(&records(&["c"])).unwrap();
    drop(log);
    assert_eq!(names(folder.path()), ["lock", "log-00000002", "state-00000002"]);
    assert_eq!(found(folder.path()), ["ab", "c"]);
}

#[test]
fn a_snapshot_that_is_not_completed_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let (mut log, _) = open(folder.path()).unwrap();
    log.append(&records(&["a"])).unwrap();
    let unfinished = log.begin_snapshot().unwrap().unwrap();
    assert!(!log.wants_snapshot());
    log.append(&records(&["b"])).unwrap();
    drop((log, unfinished));
    fs::write(folder.path().join("state-00000002.new"), "half").unwrap();
    assert_eq!(found(folder.path()), ["a", "b"]);
}

#[test]
fn a_frame_that_ends_anywhere_is_removed_and_the_log_goes_on() {
    let whole = TempDir::new().unwrap();
    let (mut log, _) = open(whole.path()).unwrap();
    log.append(&records(&["a"])).unwrap();
    let path = whole.path().join("log-00000001");
    let before = fs::metadata(&path).unwrap().len() as usize;
    log.append(&records(&["b", "c"])).unwrap();
    drop(log);
    let bytes = fs::read(&path).unwrap();
    for end in before..bytes.len() {
        let torn = TempDir::new().unwrap();
        fs::write(torn.path().join("log-00000001"), &bytes[..end]).unwrap();
        let (mut log, found) = open(torn.path()).unwrap();
        assert_eq!(found, ["a"], "{end}");
        log.append(&records(&["d"])).unwrap();
        drop(log);
        assert_eq!(self::found(torn.path()), ["a", "d"], "{end}");
    }
    // The last bytes were not written, although the file has its length.
    for zeros_from in before..bytes.len() {
        let torn = TempDir::new().unwrap();
        let mut bytes = bytes.clone();
        bytes[zeros_from..].fill(0);
        fs::write(torn.path().join("log-00000001"), &bytes).unwrap();
        assert_eq!(found(torn.path()), ["a"], "{zeros_from}");
    }
}

#[test]
fn a_log_whose_head_was_not_written_is_begun_again() {
    for length in 0..10 {
        let folder = TempDir::new().unwrap();
        let mut head = File::create(folder.path().join("log-00000001")).unwrap();
        write_head(&mut head).unwrap();
        head.set_len(length).unwrap();
        let (mut log, nothing) = open(folder.path()).unwrap();
        assert!(nothing.is_empty());
        log.append(&records(&["a"])).unwrap();
        drop(log);
        assert_eq!(found(folder.path()), ["a"]);
    }
}

#[test]
fn damage_before_the_end_is_refused_with_its_place() {
    let folder = TempDir::new().unwrap();
    let (mut log, _) = open(folder.path()).unwrap();
    log.append(&records(&["a"])).unwrap();
    let path = folder.path().join("log-00000001");
    let at = fs::metadata(&path).unwrap().len();
    log.append(&records(&["bbbb"])).unwrap();
    log.append(&records(&["c"])).unwrap();
    drop(log);
    let mut bytes = fs::read(&path).unwrap();
    bytes[at as usize + 20] ^= 1;
    fs::write(&path, bytes).unwrap();
    let message = open(folder.path()).err().unwrap().to_string();
    let expected =
        format!("{} is damaged: the record at byte {at} does not have its checksum", path.display());
    assert!(message.starts_with(&expected), "{message}");
}

#[test]
fn a_second_server_and_files_of_a_newer_version_are_refused() {
    let folder = TempDir::new().unwrap();
    let (log, _) = open(folder.path()).unwrap();
    let message = open(folder.path()).err().unwrap().to_string();
    let by = format!("is in use by another flowmock (process {}); stop it", std::process::id());
    assert!(message.contains(&by), "{message}");
    drop(log);
    let mut frame = Frame::default();
    let newer = frame.fill(&records(&[r#"{"flowmock":"9.1.0","form":2}"#]));
    fs::write(folder.path().join("log-00000001"), newer).unwrap();
    let message = open(folder.path()).err().unwrap().to_string();
    assert!(message.contains("9.1.0") && message.contains(env!("CARGO_PKG_VERSION")), "{message}");
}

/// A file that fails as it is told.
struct Failing {
    file: File,
    fault: Arc<Fault>,
}

#[derive(Default)]
struct Fault {
    /// 0 works, 1 writes half and is full, 2 writes half and breaks, 3 does not sync, 4 neither writes nor cuts.
    kind: AtomicU8,
    synced: Mutex<u32>,
}

impl Failing {
    fn half(&mut self, bytes: &[u8], kind: ErrorKind) -> io::Result<()> {
        Write::write_all(&mut self.file, &bytes[..bytes.len() / 2])?;
        Err(kind.into())
    }
}

impl Storage for Failing {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.fault.kind.load(Ordering::Relaxed) {
            1 => self.half(bytes, ErrorKind::StorageFull),
            2 | 4 => self.half(bytes, ErrorKind::Other),
            _ => Storage::write_all(&mut self.file, bytes),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        *self.fault.synced.lock().unwrap() += 1;
        if self.fault.kind.load(Ordering::Relaxed) == 3 {
            return Err(ErrorKind::Other.into());
        }
        Storage::sync(&mut self.file)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        if self.fault.kind.load(Ordering::Relaxed) == 4 {
            return Err(ErrorKind::Other.into());
        }
        Storage::cut(&mut self.file, length)
    }
}

/// A log whose file fails as it is told.
fn failing(path: &Path) -> (DiskLog, Arc<Fault>) {
    let (mut log, _) = open(path).unwrap();
    let mut file = OpenOptions::new().write(true).open(path.join("log-00000001")).unwrap();
    io::Seek::seek(&mut file, io::SeekFrom::End(0)).unwrap();
    let fault = Arc::new(Fault::default());
    log.file = Box::new(Failing { file, fault: Arc::clone(&fault) });
    (log, fault)
}

#[test]
fn a_full_or_failing_disk_refuses_a_change_and_takes_the_next_one() {
    for kind in [1, 2] {
        let folder = TempDir::new().unwrap();
        let (mut log, fault) = failing(folder.path());
        log.append(&records(&["a"])).unwrap();
        fault.kind.store(kind, Ordering::Relaxed);
        let refused = log.append(&records(&["b"])).unwrap_err();
        assert_eq!(refused.code, Code::StateNotStored);
        let remedy = if kind == 1 { "free some space there" } else { "see that the disk works" };
        assert!(refused.reason.contains(remedy), "{}", refused.reason);
        fault.kind.store(0, Ordering::Relaxed);
        log.append(&records(&["c"])).unwrap();
        drop(log);
        assert_eq!(found(folder.path()), ["a", "c"]);
    }
}

#[test]
fn after_a_failure_that_cannot_be_undone_nothing_more_is_stored() {
    for kind in [3, 4] {
        let folder = TempDir::new().unwrap();
        let (mut log, fault) = failing(folder.path());
        log.append(&records(&["a"])).unwrap();
        fault.kind.store(kind, Ordering::Relaxed);
        assert!(log.append(&records(&["b"])).is_err());
        fault.kind.store(0, Ordering::Relaxed);
        let refused = log.append(&records(&["c"])).unwrap_err();
        assert!(refused.reason.ends_with("until flowmock is started again"), "{}", refused.reason);
        drop(log);
        assert_eq!(found(folder.path()), ["a"]);
    }
}

#[test]
fn only_always_syncs_each_append() {
    for (sync, now, settled) in
        [(StateSync::Always, 2, 2), (StateSync::Interval, 0, 1), (StateSync::Never, 0, 0)]
    {
        let folder = TempDir::new().unwrap();
        let (mut log, fault) = failing(folder.path());
        log.sync = sync;
        log.append(&records(&["a"])).unwrap();
        log.append(&records(&["b"])).unwrap();
        assert_eq!(*fault.synced.lock().unwrap(), now);
        assert_eq!(log.settles_after().is_some(), sync == StateSync::Interval);
        log.settle();
        log.settle();
        assert_eq!(*fault.synced.lock().unwrap(), settled, "{sync:?}");
    }
}

proptest! {
    #[test]
    fn a_frame_is_read_back_or_found_torn(
        texts in prop::collection::vec("[a-z{}\":]{1,40}", 1..5), cut in any::<prop::sample::Index>(),
    ) {
        let written: Vec<Vec<u8>> = texts.iter().map(|text| text.clone().into_bytes()).collect();
        let mut frame = Frame::default();
        let bytes = frame.fill(&written).to_vec();
        let Found::Frame(body) = frame::read(&mut &bytes[..], bytes.len() as u64).unwrap() else { panic!() };
        let read: Vec<&[u8]> = frame::records(&body).collect();
        prop_assert_eq!(read, written.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let cut = cut.index(bytes.len());
        let end = frame::read(&mut &bytes[..cut], cut as u64).unwrap();
        prop_assert_eq!(end, if cut == 0 { Found::End } else { Found::Torn(cut as u64) });
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        _ = frame::read(&mut &bytes[..], bytes.len() as u64);
    }
}
