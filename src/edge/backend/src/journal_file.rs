//! The journal's bytes: appended, synced, read again, put away.

use crate::{BackendError, place};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Name of the journal that is being written.
const CURRENT: &str = "current.journal";
/// Name of the last journal that was folded into the state, kept for people to look at.
const FOLDED: &str = "folded.journal";

/// An append-only file. The lock of the state guards it: only its holder opens one for writing.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    file: File,
    length: u64,
    broken: bool,
}

impl JournalFile {
    /// True when a directory holds a journal that was not put away: a run died, or is at work.
    pub fn exists(directory: &Path) -> bool {
        directory.join(CURRENT).exists()
    }

    /// Opens the journal of a directory, makes both if they are not there, durably.
    pub fn open(directory: &Path) -> Result<JournalFile, BackendError> {
        place::make_directory(directory)?;
        let path = directory.join(CURRENT);
        let trouble = BackendError::file("open", &path);
        // It holds what providers answered, secrets too: nobody else may read it.
        let mut options = OpenOptions::new();
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.read(true).append(true).create(true).open(&path).map_err(trouble)?;
        let length = file.metadata().map_err(BackendError::file("open", &path))?.len();
        // Not only when we made it: a run may have died between making and syncing.
        place::sync_directory(directory)?;
        Ok(JournalFile { path, file, length, broken: false })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it holds.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// True when it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds bytes at the end; durable after [`JournalFile::sync`]. After a failure nothing of them is left: the file is
    /// cut back, or refuses everything further if it cannot be cut.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), BackendError> {
        self.check()?;
        let written = self.file.write_all(bytes);
        if let Err(e) = written {
            self.broken = self.file.set_len(self.length).is_err();
            return Err(BackendError::file("append to", &self.path)(e));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Returns when everything appended is on the disk. After a failure the system may have dropped the bytes and a
    /// second sync would lie; so the file takes no more.
    pub fn sync(&mut self) -> Result<(), BackendError> {
        self.check()?;
        self.file.sync_data().map_err(|e| {
            self.broken = true;
            BackendError::file("sync", &self.path)(e)
        })
    }

    /// All bytes from the start.
    pub fn read_all(&self) -> Result<Vec<u8>, BackendError> {
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            File::open(&self.path)?.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(BackendError::file("read", &self.path))
    }

    /// Cuts a torn tail off, durably.
    pub fn truncate_to(&mut self, length: u64) -> Result<(), BackendError> {
        self.check()?;
        let length = length.min(self.length);
        self.file
            .set_len(length)
            .and_then(|()| self.file.sync_all())
            .map_err(BackendError::file("truncate", &self.path))?;
        self.length = length;
        Ok(())
    }

    /// Puts the journal away after its records are in the state, durably. The last one is kept to look at.
    pub fn retire(self) -> Result<(), BackendError> {
        let folded = self.path.with_file_name(FOLDED);
        fs::rename(&self.path, &folded).map_err(BackendError::file("put away", &self.path))?;
        place::sync_directory(place::directory_of(&self.path))
    }

    fn check(&self) -> Result<(), BackendError> {
        match self.broken {
            true => Err(BackendError::Broken { path: self.path.clone() }),
            false => Ok(()),
        }
    }
}
