//! State bytes in a file.
//!
//! Two wishes pull apart here. A file is replaced safely by renaming a finished one over it; but Terraform locks the
//! *inode* of the state file, keeps it open while it waits, and would go on with the old inode after we let go. So a
//! write under the lock (1) finishes and syncs the new file, (2) locks the new inode while nobody knows its name,
//! (3) renames it, (4) overwrites the *old*, now nameless inode with a sentence that is not a state. Whoever waited with
//! the old file open reads that sentence and stops, instead of planning from yesterday and writing into nowhere.

use crate::lock::{HeldFile, StateLock};
use crate::{BackendError, place};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What stands in the nameless rest of a replaced state file.
const MOVED_ON: &str = "drform has replaced this state file while you waited for its lock. Run the command again.\n";

/// The state of one workspace in a file. Clones share the lock.
#[derive(Clone, Debug)]
pub struct LocalState {
    path: PathBuf,
    /// Where the previous version is kept, if anywhere.
    backup: Option<PathBuf>,
    shared: Arc<Mutex<Shared>>,
}

/// What all clones of a [`LocalState`] know.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// The state file that we hold locked.
    pub(crate) held: Option<HeldFile>,
    /// True once this run has kept the previous version.
    backed_up: bool,
}

impl LocalState {
    /// The state in the file at `path`.
    pub fn new(path: impl Into<PathBuf>) -> LocalState {
        let path = path.into();
        let mut backup = path.as_os_str().to_owned();
        backup.push(".backup");
        LocalState { path, backup: Some(backup.into()), shared: Arc::default() }
    }

    /// The same with the previous version kept elsewhere, or nowhere.
    pub fn keeping(self, backup: Option<PathBuf>) -> LocalState {
        LocalState { backup, ..self }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the previous version is kept, if anywhere.
    pub fn backup_path(&self) -> Option<&Path> {
        self.backup.as_deref()
    }

    /// The bytes; `None` when there are none (no file, or an empty one, as Terraform leaves it while it plans).
    pub fn read(&self) -> Result<Option<Vec<u8>>, BackendError> {
        let shared = self.shared();
        let bytes = match &shared.held {
            Some(held) => read_whole(&held.file).map(Some),
            None => match fs::read(&self.path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
                other => other.map(Some),
            },
        };
        Ok(bytes.map_err(BackendError::file("read", &self.path))?.filter(|b| !b.is_empty()))
    }

    /// Writes the bytes so that at every moment the old or the new ones are there in full, and keeps the previous
    /// version on the first write of a run. When it returns, they are on the disk.
    pub fn write(&self, bytes: &[u8]) -> Result<(), BackendError> {
        self.write_keeping(bytes, self.backup_path())
    }

    /// The same, with the previous version kept at `backup`, or nowhere.
    pub fn write_keeping(&self, bytes: &[u8], backup: Option<&Path>) -> Result<(), BackendError> {
        let before = self.read()?;
        if before.as_deref() == Some(bytes) {
            return Ok(());
        }
        place::make_directory(place::directory_of(&self.path))?;
        let mut shared = self.shared();
        let keeps_other = backup != self.backup_path();
        if let (Some(before), Some(backup)) = (before.filter(|_| keeps_other || !shared.backed_up), backup) {
            // As secret as the state itself.
            place::replace_like(backup, &before, fs::metadata(&self.path).ok().as_ref())?;
        }
        self.put(&mut shared, bytes)?;
        shared.backed_up = true;
        Ok(())
    }

    /// Makes sure that what the file holds is on the disk, also when an earlier process wrote it and died before it
    /// could say so. A file that is not there is fine.
    pub fn sync(&self) -> Result<(), BackendError> {
        let target = place::resolve(&self.path);
        match fs::File::open(&target).and_then(|file| file.sync_all()) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(BackendError::file("sync", &self.path)(e)),
            Ok(()) => place::sync_directory(place::directory_of(&target)),
        }
    }

    fn put(&self, shared: &mut Shared, bytes: &[u8]) -> Result<(), BackendError> {
        let target = place::resolve(&self.path);
        let like = fs::metadata(&target).ok();
        let finished = place::write_beside(&target, bytes, like.as_ref())?;
        let trouble = BackendError::file("write", &self.path);
        let new = match &shared.held {
            Some(_) => Some(HeldFile::of_new(finished.as_file()).map_err(BackendError::file("lock", &self.path))?),
            None => None,
        };
        match finished.persist(&target) {
            Ok(_) => {}
            Err(e) if e.error.kind() == io::ErrorKind::ResourceBusy => {
                // A file that is itself a mount point (one file given to a container) cannot be renamed over.
                // The finished copy stays beside it until the bytes are in their place.
                return write_in_place(&target, shared, bytes).map_err(trouble);
            }
            Err(e) => return Err(trouble(e.error)),
        }
        if let (Some(held), Some(new)) = (&mut shared.held, new) {
            let old = held.move_to(new);
            say_moved_on(old);
        }
        place::sync_directory(place::directory_of(&target))
    }

    /// Takes the lock, or says who has it.
    pub fn try_lock(&self, operation: &str) -> Result<StateLock, BackendError> {
        StateLock::take(self, operation)
    }

    /// Takes the lock; waits up to `timeout` for it and then says who has it. Blocks the thread.
    pub fn lock(&self, operation: &str, timeout: Duration) -> Result<StateLock, BackendError> {
        StateLock::wait(self, operation, timeout)
    }

    pub(crate) fn shared(&self) -> MutexGuard<'_, Shared> {
        // A panic elsewhere leaves the fields whole: each is set in one step.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Overwrites a replaced inode that has no name any more. One that still has a name (a hard link of the user) is left.
fn say_moved_on(old: &File) {
    if old.metadata().is_ok_and(|m| m.nlink() == 0) && old.write_all_at(MOVED_ON.as_bytes(), 0).is_ok() {
        let _ = old.set_len(MOVED_ON.len() as u64);
    }
}

/// The same for a file that we lock but never wrote, after its name was removed.
pub(crate) fn abandon(file: &File) {
    say_moved_on(file);
}

fn read_whole(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(file.metadata()?.len()).unwrap_or(0)];
    let mut at = 0;
    while let Some(rest) = bytes.get_mut(at..).filter(|r| !r.is_empty()) {
        match file.read_at(rest, at as u64)? {
            0 => break,
            n => at += n,
        }
    }
    bytes.truncate(at);
    Ok(bytes)
}

/// Overwrites before it cuts: a reader never finds an empty file.
fn write_in_place(target: &Path, shared: &Shared, bytes: &[u8]) -> io::Result<()> {
    let opened;
    let file = match &shared.held {
        Some(held) => &held.file,
        None => {
            opened = fs::OpenOptions::new().write(true).open(target)?;
            &opened
        }
    };
    file.write_all_at(bytes, 0)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}
