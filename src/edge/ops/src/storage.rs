//! State and journal of a site: read, locked, folded, written.

use crate::{Site, TERRAFORM_VERSION, World, local_backend, workspace};
use backend::{BackendError, JournalFile, LocalState, StateLock, Workspaces};
use diag::Diagnostic;
use journal::{Folded, Intent, Record, Stored};
use state::State;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Whether to hold the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locking {
    /// Hold it, waiting this long for somebody else.
    Hold(Duration),
    /// Do not: reading only, or `-lock=false`.
    Free,
}

/// What was read, and where it goes back to.
pub(crate) struct Storage {
    local: LocalState,
    journal_dir: PathBuf,
    workspace: String,
    /// Held until dropped.
    _lock: Option<StateLock>,
    /// The state file alone.
    on_disk: Arc<State>,
    /// True while it was read from one file and is to be written to another.
    to_copy: bool,
    /// The state file with the journal folded into it.
    state: Arc<State>,
    stored: Stored,
    folded: Folded,
}

impl Storage {
    /// Takes the lock and reads state and journal.
    ///
    /// # Errors
    /// A lock that somebody else holds; files that cannot be read; a state or journal that is torn in the middle or
    /// of a newer version. Nothing is written.
    pub(crate) fn open(site: &Site, locking: Locking, operation: &str) -> Result<Storage, Diagnostic> {
        let Files { workspace, read, local, journal_dir } = files(site)?;
        if read.is_some() && JournalFile::exists(&journal_dir) {
            return Err(stopped(&local));
        }
        if let (Locking::Hold(_), Some(path)) = (locking, &site.state_file) {
            unsettled_elsewhere(site, &site.dir.join(path))?;
        }
        if let (Locking::Hold(_), Some(dir)) = (locking, local.path().parent()) {
            std::fs::create_dir_all(dir).map_err(|e| cannot_make(dir, &e))?;
        }
        let lock = match locking {
            Locking::Hold(timeout) => Some(local.lock(operation, timeout)?),
            Locking::Free => None,
        };
        let on_disk = Arc::new(read_state(read.as_ref().unwrap_or(&local))?);
        let stored = read_journal(&journal_dir)?;
        let folded = fold(&on_disk, &stored.records)?;
        let state = if stored.records.is_empty() { on_disk.clone() } else { Arc::new(folded.state.clone()) };
        let to_copy = read.is_some();
        Ok(Storage { local, journal_dir, workspace, _lock: lock, on_disk, to_copy, state, stored, folded })
    }

    /// Whether an earlier run left a journal behind.
    pub(crate) fn has_journal(site: &Site) -> bool {
        files(site).is_ok_and(|files| JournalFile::exists(&files.journal_dir))
    }

    /// What the journal knows and the state cannot take, because another tool changed it meanwhile.
    pub(crate) fn conflicts(&self) -> impl Iterator<Item = Diagnostic> + '_ {
        self.folded.conflicts.iter().map(Diagnostic::from)
    }

    /// The journal folded into the state file.
    pub(crate) fn folded(&self) -> &Folded {
        &self.folded
    }

    /// The state as it is known: file and journal together.
    pub(crate) fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Name of the workspace.
    pub(crate) fn workspace(&self) -> &str {
        &self.workspace
    }

    /// Lineage of the state: of one that was never written, the one that an earlier run chose for it, or a new one.
    pub(crate) fn lineage(&self) -> Arc<str> {
        if !self.state.lineage.is_empty() {
            return self.state.lineage.clone();
        }
        match &self.folded.begin {
            Some(begin) => begin.lineage.clone(),
            None => uuid::Uuid::new_v4().to_string().into(),
        }
    }

    /// Changes whose outcome is in doubt.
    pub(crate) fn unresolved(&self) -> &[Arc<Intent>] {
        &self.folded.unresolved
    }

    /// The journal as it was read.
    pub(crate) fn stored(&self) -> &Stored {
        &self.stored
    }

    /// True when there is no state at all: neither a file nor anything in the journal.
    pub(crate) fn is_nothing(&self) -> bool {
        self.state.lineage.is_empty() && self.state.is_empty() && self.stored.records.is_empty()
    }

    /// The state file.
    pub(crate) fn local(&self) -> &LocalState {
        &self.local
    }

    /// Writes a state made from this one by hand; its serial is one higher if its content is another. The version before
    /// is kept at `backup`. Only where no journal is open: its records would not fit any more.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn change(&mut self, new: State, backup: Option<&Path>) -> Result<(), Diagnostic> {
        if state::content_equal(&self.state, &new) {
            return Ok(());
        }
        let new = State {
            lineage: self.lineage(),
            serial: self.state.serial + 1,
            terraform_version: TERRAFORM_VERSION.into(),
            ..new
        };
        self.replace(new, backup)
    }

    /// Writes a state as it is.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn replace(&mut self, new: State, backup: Option<&Path>) -> Result<(), Diagnostic> {
        self.local.write_keeping(state::v4::print(&new).as_bytes(), backup)?;
        self.on_disk = Arc::new(new);
        self.state = self.on_disk.clone();
        Ok(())
    }

    /// Opens the journal for appending, its torn end cut off. What is written to another file than it was read from is
    /// there before anything happens: the journal belongs to that file.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn journal(&mut self) -> Result<JournalFile, BackendError> {
        if std::mem::take(&mut self.to_copy) && !self.on_disk.lineage.is_empty() {
            self.local.write(state::v4::print(&self.on_disk).as_bytes())?;
        }
        JournalFile::open(&self.journal_dir)
    }

    /// Reads the journal again, folds it into the state file, and retires it unless something is still in doubt.
    ///
    /// # Errors
    /// What the disk says: the journal stays, and the next run folds it.
    pub(crate) fn fold_in(&mut self) -> Result<(), Diagnostic> {
        self.stored = read_journal(&self.journal_dir)?;
        let folded = fold(&self.on_disk, &self.stored.records)?;
        if state::content_equal(&self.on_disk, &folded.state) {
            // The process that wrote it may have died before it was on the disk, and the journal is about to go.
            self.local.sync()?;
        } else {
            self.local.write(state::v4::print(&folded.state).as_bytes())?;
        }
        self.state = Arc::new(folded.state.clone());
        self.folded = folded;
        if !JournalFile::exists(&self.journal_dir) {
            return Ok(());
        }
        if self.folded.unresolved.is_empty() {
            self.on_disk = self.state.clone();
            JournalFile::open(&self.journal_dir)?.retire()?;
            self.stored = Stored::none();
        }
        Ok(())
    }
}

/// The files of a site, as `-state`, `-state-out` and `-backup` have them.
struct Files {
    workspace: String,
    /// Where the state is read, if not where it is written.
    read: Option<LocalState>,
    /// Where it is written.
    local: LocalState,
    journal_dir: PathBuf,
}

fn files(site: &Site) -> Result<Files, Diagnostic> {
    let (workspace, workspaces) = workspace(site)?;
    let own = workspaces.state(&workspace);
    let at = |path: &PathBuf| {
        let path = site.dir.join(path);
        if is_same(&path, own.path()) { own.clone() } else { LocalState::new(path) }
    };
    let read = site.state_file.as_ref().map_or_else(|| own.clone(), at);
    let local = site.state_out.as_ref().map_or_else(|| read.clone(), at);
    let journal_dir = journal_dir(site, &workspaces, &workspace, &local);
    let read = (!is_same(read.path(), local.path())).then_some(read);
    let local = match &site.backup {
        None => local,
        Some(path) if path.as_os_str() == "-" => local.keeping(None),
        Some(path) => local.keeping(Some(site.dir.join(path))),
    };
    Ok(Files { workspace, read, local, journal_dir })
}

fn is_same(a: &Path, b: &Path) -> bool {
    a == b || std::fs::canonicalize(a).ok().zip(std::fs::canonicalize(b).ok()).is_some_and(|(a, b)| a == b)
}

/// The state of another directory may have a journal there, which only that directory settles.
fn unsettled_elsewhere(site: &Site, path: &Path) -> Result<(), Diagnostic> {
    let elsewhere = path.parent().is_some_and(|dir| !is_same(dir, &site.dir));
    let journal = path.with_file_name(".drform").join("journal");
    if !elsewhere || path.file_name() != Some("terraform.tfstate".as_ref()) || !JournalFile::exists(&journal) {
        return Ok(());
    }
    let detail = format!("An earlier run left a journal that is not in {} yet.", path.display());
    Err(Diagnostic::error("The state is not settled", detail)
        .next("Nothing was changed. Run drform recover in the directory that the state belongs to."))
}

/// An earlier run that wrote to another file than it read from was stopped: it is not to be begun again.
fn stopped(local: &LocalState) -> Diagnostic {
    let path = local.path().display();
    let detail = format!("An earlier run that wrote its state to {path} was stopped. What it did is known there.");
    Diagnostic::error("The state is not settled", detail)
        .next(format!("Go on from there: run the command with -state={path} alone."))
}

/// Name of the workspace, and where states lie.
fn workspace(site: &Site) -> Result<(String, Workspaces), Diagnostic> {
    Ok((workspace::current_workspace(site)?, workspaces(site)?))
}

/// Where states lie: where `init` has noted it, else in the directory.
///
/// # Errors
/// A note of a backend that we do not reach.
pub(crate) fn workspaces(site: &Site) -> Result<Workspaces, Diagnostic> {
    Ok(match site.world {
        World::Sandbox => Workspaces::new(site.state_dir()),
        World::Real => local_backend::noted(site)?.map(|noted| noted.local).unwrap_or_default().workspaces(site),
    })
}

/// Where the journal of a state lies: with the other things of the site, or beside a state that is kept elsewhere, so that
/// whoever else works on that state finds it.
pub(crate) fn journal_dir(site: &Site, workspaces: &Workspaces, workspace: &str, state: &LocalState) -> PathBuf {
    let is_own = state.path() == workspaces.state(workspace).path();
    if is_own && *workspaces == Workspaces::new(site.state_dir()) {
        return site.journal_dir(workspace);
    }
    let name = state.path().file_name().unwrap_or_default().to_string_lossy();
    state.path().with_file_name(".drform").join(format!("journal-{name}"))
}

/// The state in a file; the empty one where there is none.
///
/// # Errors
/// A file that cannot be read, or that is no state.
pub(crate) fn read_state(local: &LocalState) -> Result<State, Diagnostic> {
    let Some(bytes) = local.read()? else {
        return Ok(State::default());
    };
    let path = local.path().display().to_string();
    let text = String::from_utf8(bytes).map_err(|_| {
        Diagnostic::error("The state cannot be read", format!("{path} is not text."))
            .next("Restore the state from its backup beside it; drform never writes over a state that it cannot read.")
    })?;
    state::v4::parse(&text).map_err(|error| {
        let diagnostic = Diagnostic::from(error);
        Diagnostic { detail: format!("{path}: {}", diagnostic.detail), ..diagnostic }
    })
}

fn read_journal(dir: &std::path::Path) -> Result<Stored, Diagnostic> {
    if !JournalFile::exists(dir) {
        return Ok(Stored::none());
    }
    let bytes = JournalFile::open(dir)?.read_all()?;
    Ok(journal::read(&bytes)?)
}

fn fold(prior: &State, records: &[Record]) -> Result<Folded, Diagnostic> {
    Ok(journal::fold(prior, records)?)
}

fn cannot_make(dir: &std::path::Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("Cannot make a directory", format!("{}: {error}.", dir.display()))
        .next("Make sure that you may write there, or choose another directory with -chdir.")
}
