//! What functions may see of the world: always as an argument, never by looking.

use std::sync::Arc;

/// Files that functions such as `file` read. Paths are as the user gave them, relative to the working directory.
pub trait FileSource {
    /// The bytes of a file; the error is a reason without a full stop, as in messages.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String>;
    /// True for a file that exists; the error says why something there is not a file.
    fn exists(&self, path: &str) -> Result<bool, String>;
    /// What stands in a directory, in any order; nothing for what is no directory.
    fn list(&self, directory: &str) -> Result<Vec<Entry>, String>;
}

/// Something in a directory, symbolic links followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: EntryKind,
}

/// What stands in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// Anything else, such as a socket or a broken link.
    Other,
}

/// What differs from call to call: the clock and chance. Only an apply has it.
pub trait Chance {
    /// The time, as RFC 3339 in UTC with whole seconds.
    fn now(&self) -> Arc<str>;
    /// Sixteen random bytes.
    fn bytes(&self) -> [u8; 16];
}

/// What functions may see.
#[derive(Clone)]
pub struct Surroundings<'a> {
    /// Files.
    pub files: &'a dyn FileSource,
    /// The absolute working directory, for `abspath`.
    pub working_directory: &'a str,
    /// The home directory, for `pathexpand`.
    pub home: Option<&'a str>,
    /// When the plan was made, as RFC 3339; unknown during validation.
    pub plan_timestamp: Option<Arc<str>>,
    /// For `timestamp`, `uuid` and `bcrypt`: unknown where there is none, as during a plan.
    pub chance: Option<&'a dyn Chance>,
}

/// No files.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl FileSource for NoFiles {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        Err(format!("no file exists at {path:?}"))
    }
    fn exists(&self, _: &str) -> Result<bool, String> {
        Ok(false)
    }
    fn list(&self, _: &str) -> Result<Vec<Entry>, String> {
        Ok(Vec::new())
    }
}

impl Surroundings<'static> {
    /// Nothing to see: no files, no clock, no plan yet.
    pub const NONE: Surroundings<'static> =
        Surroundings { files: &NoFiles, working_directory: "/", home: None, plan_timestamp: None, chance: None };
}
