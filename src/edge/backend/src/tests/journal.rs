use crate::{BackendError, JournalFile};
use std::fs;
use std::io::ErrorKind;

#[test]
fn appends_reads_cuts_and_retires() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join(".drform/journal");
    assert!(!JournalFile::exists(&place));
    let mut journal = JournalFile::open(&place).unwrap();
    assert!(journal.is_empty());
    journal.append(b"one ").unwrap();
    journal.append(b"two torn").unwrap();
    journal.sync().unwrap();
    drop(journal);
    let mut journal = JournalFile::open(&place).unwrap();
    assert_eq!(journal.read_all().unwrap(), b"one two torn");
    journal.truncate_to(8).unwrap();
    journal.append(b"three").unwrap();
    journal.sync().unwrap();
    assert_eq!((journal.read_all().unwrap(), journal.len()), (b"one two three".to_vec(), 13));
    assert!(JournalFile::exists(&place));
    journal.retire().unwrap();
    assert!(!JournalFile::exists(&place));
    assert_eq!(fs::read(place.join("folded.journal")).unwrap(), b"one two three");
}

#[test]
fn others_may_not_read_it() {
    use std::os::unix::fs::MetadataExt;
    let dir = tempfile::tempdir().unwrap();
    let journal = JournalFile::open(dir.path()).unwrap();
    assert_eq!(fs::metadata(journal.path()).unwrap().mode() & 0o077, 0);
}

#[test]
fn a_full_disk_is_an_error_that_says_so() {
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", dir.path().join("current.journal")).unwrap();
    let mut journal = JournalFile::open(dir.path()).unwrap();
    let error = journal.append(b"record").unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::StorageFull));
    assert!(error.to_string().contains("current.journal: No space left on device"), "{error}");
    assert!(error.next_step().starts_with("Free some space"));
    // A device cannot be cut back, so nothing more is taken.
    assert!(matches!(journal.append(b"more"), Err(BackendError::Broken { .. })));
    assert!(matches!(journal.sync(), Err(BackendError::Broken { .. })));
}
