//! The lock of a state file.
//!
//! Terraform takes an fcntl record lock on the whole state file. We take the same kind of lock, but one that belongs to
//! the open file description: both exclude each other, and ours does not vanish when some other part of this process
//! closes the same file, and excludes a second user in this process too.

use crate::local_state::{LocalState, abandon};
use crate::{BackendError, LockHolder, place};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a waiting process asks again: quick enough for people, slow enough for the machine.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// A locked state file, and the locked inodes that it replaced.
#[derive(Debug)]
pub(crate) struct HeldFile {
    /// The file that the path leads to.
    pub(crate) file: File,
    /// Replaced inodes stay locked until the end: who waits on one must not clean up after itself while we work. A run
    /// writes its state a few times (the journal takes the rest), so they stay few.
    replaced: Vec<File>,
    /// True when the file did not exist before we locked it.
    created: bool,
}

impl HeldFile {
    /// Locks a file that nobody else can know yet.
    pub(crate) fn of_new(file: &File) -> io::Result<HeldFile> {
        // A clone shares the open file description, and so the lock.
        let file = file.try_clone()?;
        match set_lock(&file)? {
            Taken::Yes => Ok(HeldFile { file, replaced: Vec::new(), created: false }),
            Taken::No => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Goes over to the file that has replaced this one, and gives the replaced one.
    pub(crate) fn move_to(&mut self, new: HeldFile) -> &File {
        let old = std::mem::replace(&mut self.file, new.file);
        self.created = false;
        self.replaced.push(old);
        self.replaced.last().unwrap_or(&self.file)
    }
}

/// The lock of a state, held until this value is dropped.
#[derive(Debug)]
#[must_use = "the lock is released as soon as this is dropped"]
pub struct StateLock {
    state: LocalState,
    info: LockHolder,
}

impl StateLock {
    pub(crate) fn wait(state: &LocalState, operation: &str, timeout: Duration) -> Result<StateLock, BackendError> {
        let end = Instant::now() + timeout;
        loop {
            match Self::take(state, operation) {
                Err(BackendError::Locked { .. }) if Instant::now() < end => {
                    std::thread::sleep(ASK_AGAIN_AFTER.min(end.saturating_duration_since(Instant::now())));
                }
                other => return other,
            }
        }
    }

    pub(crate) fn take(state: &LocalState, operation: &str) -> Result<StateLock, BackendError> {
        let path = state.path();
        place::make_directory(place::directory_of(path))?;
        let mut shared = state.shared();
        if shared.held.is_some() {
            return Err(refused(path, None));
        }
        let held = loop {
            if let Some(held) = attempt(path)? {
                break held;
            }
        };
        place::sweep(&place::resolve(path));
        let info = LockHolder::new(operation, path);
        info.write(path)?;
        shared.held = Some(held);
        drop(shared);
        Ok(StateLock { state: state.clone(), info })
    }

    /// What others are told about this lock.
    pub fn info(&self) -> &LockHolder {
        &self.info
    }
}

impl Drop for StateLock {
    fn drop(&mut self) {
        let path = self.state.path();
        let mut shared = self.state.shared();
        // While we still hold it: the next holder's word must not be removed by us.
        if LockHolder::read(path).is_none_or(|word| word.id == self.info.id) {
            let _ = fs::remove_file(LockHolder::place(path));
        }
        if let Some(held) = shared.held.take()
            && held.created
            && held.file.metadata().is_ok_and(|m| m.len() == 0)
            && fs::remove_file(path).is_ok()
        {
            abandon(&held.file);
        }
    }
}

/// One try; `None` when the path leads elsewhere by the time that we have the lock.
fn attempt(path: &Path) -> Result<Option<HeldFile>, BackendError> {
    let open = |create: bool| {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        if create {
            // It becomes the state, which is its owner's alone.
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.create_new(true);
        }
        options.open(path)
    };
    let (file, created) = match open(false) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => match open(true) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            other => (other.map_err(BackendError::file("create", path))?, true),
        },
        other => (other.map_err(BackendError::file("open", path))?, false),
    };
    match set_lock(&file).map_err(BackendError::file("lock", path))? {
        Taken::No => Err(refused(path, Some(&file))),
        Taken::Yes if same_file(&file, path) => Ok(Some(HeldFile { file, replaced: Vec::new(), created })),
        Taken::Yes => Ok(None),
    }
}

fn same_file(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(a), Ok(b)) => a.dev() == b.dev() && a.ino() == b.ino(),
        _ => false,
    }
}

enum Taken {
    Yes,
    No,
}

/// The whole file, however long it grows.
fn whole_file() -> nix::libc::flock {
    nix::libc::flock {
        l_type: nix::libc::F_WRLCK as _,
        l_whence: nix::libc::SEEK_SET as _,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    }
}

fn set_lock(file: &File) -> io::Result<Taken> {
    let lock = whole_file();
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let request = FcntlArg::F_OFD_SETLK(&lock);
    // Elsewhere the lock belongs to the process. We keep one descriptor per state file and read through it.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let request = FcntlArg::F_SETLK(&lock);
    match fcntl(file, request) {
        Ok(_) => Ok(Taken::Yes),
        Err(Errno::EAGAIN | Errno::EACCES) => Ok(Taken::No),
        Err(errno) => Err(errno.into()),
    }
}

/// Who holds the lock of an open file, where the system tells: the lock of a file description has no process.
fn holding_process(file: &File) -> Option<i32> {
    let mut lock = whole_file();
    fcntl(file, FcntlArg::F_GETLK(&mut lock)).ok()?;
    (lock.l_type != nix::libc::F_UNLCK as nix::libc::c_short && lock.l_pid > 0).then_some(lock.l_pid)
}

fn refused(path: &Path, file: Option<&File>) -> BackendError {
    BackendError::Locked {
        path: path.to_path_buf(),
        holder: LockHolder::read(path).map(Box::new),
        process: file.and_then(holding_process),
    }
}
