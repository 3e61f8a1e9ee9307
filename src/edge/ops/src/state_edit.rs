//! `state mv`, `rm`, `push`, `replace-provider`, `taint`, `untaint`: the state changed by hand.
//!
//! As with every write: under the lock, with what an earlier run left folded in first, the version before kept, the file
//! replaced as a whole.

use crate::storage::{self, Locking, Storage};
use crate::{Site, TERRAFORM_VERSION, stored};
use addrs::{Provider, ResourceInstance, Target};
use backend::{JournalFile, LocalState};
use diag::{Diagnostic, Diagnostics};
use state::{Force, Moving, Object, State, Status, Unmarked};
use std::path::{Path, PathBuf};

/// Which state is changed, and how.
#[derive(Clone, Debug)]
pub struct StateEdit {
    /// Where.
    pub site: Site,
    /// Whether to lock.
    pub locking: Locking,
    /// Where the version before is kept; the usual place for `None`.
    pub backup: Option<PathBuf>,
}

/// Whether a change is only shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dry {
    /// It is (`-dry-run`).
    Yes,
    /// It is made.
    No,
}

/// What came of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// It is set, or gone.
    Done,
    /// There is no such resource instance.
    Missing,
}

/// Another state file that objects are moved into.
#[derive(Clone, Debug)]
pub struct MoveInto {
    /// The file.
    pub path: PathBuf,
    /// Where its version before is kept; the usual place for `None`.
    pub backup: Option<PathBuf>,
}

/// `state mv`: from where to where each object was moved (or would be).
///
/// # Errors
/// Addresses that do not fit together or to the state; a state that cannot be read, locked or written.
pub fn move_objects(
    edit: &StateEdit,
    (from, to): (&str, &str),
    into: Option<&MoveInto>,
    dry: Dry,
) -> Result<Vec<(String, String)>, Diagnostics> {
    let mut storage = open(edit, "state-mv")?;
    let (source, target) = both(state_address(from), state_address(to))?;
    let other = into.map(|into| Other::open(edit, into, &storage)).transpose()?;
    let destination = other.as_ref().map_or(storage.state().as_ref(), |other| &other.state);
    let moving = Moving::new((storage.state(), destination), &source, (&target, to))?;
    let told = moving.told().map(|(from, to)| (from, to.to_string())).collect();
    if dry == Dry::Yes {
        return Ok(told);
    }
    let backup = dated_backup(edit, storage.local());
    match &other {
        None => storage.change(moving.within(storage.state()), Some(&backup))?,
        Some(other) => {
            let (left, moved) = moving.across(storage.state(), &other.state);
            // First where they go: a kill in between leaves objects in both states, never in none.
            other.write(moved)?;
            storage.change(left, Some(&backup))?;
        }
    }
    Ok(told)
}

/// `state rm`: the resource instances that were forgotten (or would be), in the order of the addresses.
///
/// # Errors
/// No address, or one that is none; nothing that matches; a state that cannot be read, locked or written.
pub fn remove_objects(edit: &StateEdit, addresses: &[String], dry: Dry) -> Result<Vec<ResourceInstance>, Diagnostics> {
    let mut storage = open(edit, "state-rm")?;
    let parts = state_addresses(addresses)?;
    let gone: Vec<ResourceInstance> =
        parts.iter().flat_map(|part| storage.state().listed(Some(part))).cloned().collect();
    if dry == Dry::Yes {
        return Ok(gone);
    }
    if gone.is_empty() {
        return Err(Diagnostic::error("Invalid target address", "No matching objects found.")
            .next("drform state list shows the resource instances that the state has.")
            .into());
    }
    let backup = dated_backup(edit, storage.local());
    storage.change(storage.state().without(&gone), Some(&backup))?;
    Ok(gone)
}

/// `state push`: puts a state in the place of the one that is there.
///
/// # Errors
/// Text that is no state; unless forced an older state, or one of another lineage.
pub fn push_state(edit: &StateEdit, bytes: Vec<u8>, force: Force) -> Result<(), Diagnostics> {
    let pushed = read_pushed(bytes)?;
    let mut storage = open_any(edit, "state-push")?;
    let existing = (!storage.is_nothing()).then(|| storage.state().as_ref());
    let lineage = if pushed.lineage.is_empty() { storage.lineage() } else { pushed.lineage.clone() };
    let new = State::pushed(existing, State { lineage, ..pushed }, force)?;
    let backup = edit.backup.as_ref().map(|path| edit.site.dir.join(path));
    let backup = backup.or_else(|| storage.local().backup_path().map(Path::to_path_buf));
    if existing.is_some_and(|existing| *existing == new) {
        return Ok(());
    }
    storage.replace(State { terraform_version: TERRAFORM_VERSION.into(), ..new }, backup.as_deref())?;
    Ok(())
}

fn read_pushed(bytes: Vec<u8>) -> Result<State, Diagnostic> {
    let wrong = |diagnostic: Diagnostic| {
        Diagnostic { summary: "Error reading source state".into(), detail: diagnostic.detail, ..diagnostic }
            .next("Nothing was changed. Push what drform state pull printed, or a state file.")
    };
    let text = String::from_utf8(bytes).map_err(|_| wrong(Diagnostic::error("", "It is not text.")))?;
    state::v4::parse(&text).map_err(|error| wrong(Diagnostic::from(error)))
}

/// Somebody who is asked whether the resources of one provider may be given to another.
pub type Approve<'a> = dyn Fn(&Provider, &Provider, &[Target]) -> Result<bool, Diagnostic> + 'a;

/// `state replace-provider`: the resources that have another provider now. `approve` is asked before, with their
/// addresses and the full names of both providers; `None` when it says no.
///
/// # Errors
/// Names that are no providers; a state that cannot be read, locked or written.
pub fn replace_provider(
    edit: &StateEdit,
    (from, to): (&str, &str),
    approve: &Approve<'_>,
) -> Result<Option<usize>, Diagnostics> {
    let (from, to) = both(provider("from", from), provider("to", to))?;
    let mut storage = open(edit, "state-replace-provider")?;
    let (new, resources) = storage.state().with_provider(&from, &to);
    if resources.is_empty() {
        return Ok(Some(0));
    }
    if !approve(&from, &to, &resources)? {
        return Ok(None);
    }
    let backup = dated_backup(edit, storage.local());
    storage.change(new, Some(&backup))?;
    Ok(Some(resources.len()))
}

/// `taint` and `untaint`: marks the current object of a resource instance.
///
/// # Errors
/// An object that cannot be marked so; a state that cannot be read, locked or written.
pub fn mark(edit: &StateEdit, addr: &ResourceInstance, status: Status) -> Result<Marked, Diagnostics> {
    let operation = if status == Status::Tainted { "taint" } else { "untaint" };
    let mut storage = open_any(edit, operation)?;
    let new = match storage.state().marked(addr, status) {
        Ok(new) => new,
        Err(Unmarked::Empty | Unmarked::Missing) => return Ok(Marked::Missing),
        Err(Unmarked::OnlyDeposed) => {
            let detail = format!("{addr} is part-way through a create_before_destroy replacement.");
            return Err(Diagnostic::error("No such resource instance", detail)
                .next("Run drform apply to complete the replacement first.")
                .into());
        }
        Err(Unmarked::NotTainted) => {
            let detail = format!("{addr} is not currently tainted, and so it cannot be untainted.");
            return Err(Diagnostic::error("Resource instance is not tainted", detail).into());
        }
    };
    let backup = match &edit.backup {
        None => storage.local().backup_path().map(Path::to_path_buf),
        Some(path) if path.as_os_str() == "-" => None,
        Some(path) => Some(edit.site.dir.join(path)),
    };
    storage.change(new, backup.as_deref())?;
    Ok(Marked::Done)
}

/// The resource instances that `state list` shows: all, or those in the parts, one after the other; with an id only those
/// whose attribute `id` it is.
///
/// # Errors
/// No state; addresses that are none, or that match nothing.
pub fn listed(site: &Site, addresses: &[String], id: Option<&str>) -> Result<Vec<ResourceInstance>, Diagnostics> {
    stored::settled(site)?;
    let storage = Storage::open(site, Locking::Free, "state-list")?;
    if storage.is_nothing() {
        return Err(no_state(storage.local()).into());
    }
    let state = storage.state();
    let mut found = match addresses.is_empty() {
        true => state.listed(None).into_iter().cloned().collect(),
        false => in_parts(state, addresses)?,
    };
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        let current = |addr: &ResourceInstance| state.object(addr, None).and_then(|object| id_of(object));
        found.retain(|addr| current(addr).as_deref() == Some(id));
    }
    Ok(found)
}

/// The attribute `id`, where it is a string.
fn id_of(object: &Object) -> Option<String> {
    match &object.flat_attributes {
        Some(flat) => flat.get("id").map(ToString::to_string),
        None => value::json::parse(&object.attributes).ok()?.get("id")?.as_str().map(str::to_string),
    }
}

fn in_parts(state: &State, addresses: &[String]) -> Result<Vec<ResourceInstance>, Diagnostics> {
    let mut troubles = Diagnostics::new();
    let mut found = Vec::new();
    for part in state_addresses(addresses)? {
        let before = found.len();
        found.extend(state.listed(Some(&part)).into_iter().cloned());
        if found.len() == before {
            troubles.push(unknown(&part));
        }
    }
    if troubles.has_errors() { Err(troubles) } else { Ok(found) }
}

fn unknown(part: &Target) -> Diagnostic {
    let (summary, what) = match part {
        Target::Module(_) => ("Unknown module", "module"),
        Target::Resource(..) => ("Unknown resource", "resource"),
        Target::Instance(_) => ("Unknown resource instance", "resource instance"),
    };
    Diagnostic::error(summary, format!("The current state contains no {what} {part}."))
        .next("drform state list shows all; what is new in the configuration gets into the state by drform apply.")
}

/// Opens a state that must be there.
fn open(edit: &StateEdit, operation: &str) -> Result<Storage, Diagnostics> {
    let storage = open_any(edit, operation)?;
    if storage.is_nothing() {
        return Err(no_state(storage.local()).into());
    }
    Ok(storage)
}

/// What commands about the state say where there is none.
pub(crate) fn no_state(local: &LocalState) -> Diagnostic {
    let detail = format!("There is no state: {} does not exist or is empty.", local.path().display());
    Diagnostic::error("No state file was found", detail)
        .next("Run this where drform or Terraform has been run, or name a state file with -state.")
}

/// Opens a state with the lock held, the journal of an earlier run folded in, nothing in doubt.
fn open_any(edit: &StateEdit, operation: &str) -> Result<Storage, Diagnostics> {
    let site = own_state(&edit.site)?;
    if site.state_file.is_none() {
        stored::settled_for_writing(&site)?;
    }
    let mut storage = Storage::open(&site, edit.locking, operation)?;
    if site.state_file.is_some() {
        unsettled_beside(storage.local().path())?;
        return Ok(storage);
    }
    if let Some(conflict) = storage.conflicts().find(Diagnostic::is_error) {
        return Err(conflict.into());
    }
    if let Some(intent) = storage.unresolved().first() {
        let more = match storage.unresolved().len() {
            1 => String::new(),
            count => format!(" (and of {} more)", count - 1),
        };
        let detail =
            format!("An earlier run was stopped, and what became of its change of {}{more} is not known.", intent.addr);
        return Err(Diagnostic::error("A change is in doubt", detail)
            .next("Nothing was changed. Run drform recover first: it finds out, or takes your word for it.")
            .into());
    }
    if Storage::has_journal(&site) {
        if edit.locking == Locking::Free {
            let detail = "An earlier run left a journal that is not in the state file yet.";
            return Err(Diagnostic::error("The state is not settled", detail)
                .next("Run the command with the lock (without -lock=false), or drform recover.")
                .into());
        }
        storage.fold_in()?;
    }
    Ok(storage)
}

/// The site; `-state` that names the very state of the site is no other state: it has a journal.
fn own_state(site: &Site) -> Result<Site, Diagnostic> {
    let Some(path) = &site.state_file else { return Ok(site.clone()) };
    let own = Site { state_file: None, ..site.clone() };
    let Ok(workspaces) = storage::workspaces(&own) else { return Ok(site.clone()) };
    let state = workspaces.state(&crate::current_workspace(&own)?);
    let same = std::fs::canonicalize(site.dir.join(path)).ok().zip(std::fs::canonicalize(state.path()).ok());
    Ok(if same.is_some_and(|(a, b)| a == b) { own } else { site.clone() })
}

/// A state file of somebody else may have a journal beside it, that only its own directory can settle.
fn unsettled_beside(path: &Path) -> Result<(), Diagnostic> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let own = path.with_file_name(".drform");
    let journals = [own.join("journal"), own.join(format!("journal-{name}"))];
    if journals.iter().any(|journal| JournalFile::exists(journal)) {
        let detail = format!("An earlier run left a journal that is not in {} yet.", path.display());
        return Err(Diagnostic::error("The state is not settled", detail)
            .next("Nothing was changed. Run drform recover in the directory that the state belongs to."));
    }
    Ok(())
}

/// The state that `state mv -state-out` moves into.
struct Other {
    local: LocalState,
    _lock: Option<backend::StateLock>,
    state: State,
    backup: PathBuf,
}

impl Other {
    fn open(edit: &StateEdit, into: &MoveInto, source: &Storage) -> Result<Other, Diagnostics> {
        let local = LocalState::new(edit.site.dir.join(&into.path));
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        if real(local.path()).is_some_and(|path| Some(path) == real(source.local().path())) {
            let detail = format!("{} is the state that objects are moved out of.", local.path().display());
            return Err(Diagnostic::error("Invalid target state", detail).next("Leave -state-out away.").into());
        }
        unsettled_beside(local.path())?;
        let lock = match edit.locking {
            Locking::Hold(timeout) => Some(local.lock("state-mv", timeout).map_err(Diagnostic::from)?),
            Locking::Free => None,
        };
        let state = storage::read_state(&local)?;
        let backup = match &into.backup {
            Some(path) => edit.site.dir.join(path),
            None => dated(&local),
        };
        Ok(Other { local, _lock: lock, state, backup })
    }

    fn write(&self, new: State) -> Result<(), Diagnostic> {
        let lineage = match self.state.lineage.is_empty() {
            true => uuid::Uuid::new_v4().to_string().into(),
            false => self.state.lineage.clone(),
        };
        let new = State { lineage, serial: self.state.serial + 1, terraform_version: TERRAFORM_VERSION.into(), ..new };
        Ok(self.local.write_keeping(state::v4::print(&new).as_bytes(), Some(&self.backup))?)
    }
}

/// Where the version before is kept: where the user says, else beside the state with the time in its name.
fn dated_backup(edit: &StateEdit, local: &LocalState) -> PathBuf {
    match &edit.backup {
        Some(path) if path.as_os_str() != "-" => edit.site.dir.join(path),
        _ => dated(local),
    }
}

/// `terraform.tfstate.SECONDS.backup`, as Terraform names it; a name that no file has.
fn dated(local: &LocalState) -> PathBuf {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
    let named = |seconds: u64| {
        let mut name = local.path().as_os_str().to_owned();
        name.push(format!(".{seconds}.backup"));
        PathBuf::from(name)
    };
    (now..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(now))
}

fn state_address(text: &str) -> Result<Target, Diagnostic> {
    addrs::parse_target(text).map_err(|error| {
        Diagnostic::error("Invalid address", format!("{text:?}: {error}."))
            .next("Write an address such as aws_instance.db[\"a\"] or module.net[0], quoted for your shell.")
    })
}

fn state_addresses(texts: &[String]) -> Result<Vec<Target>, Diagnostics> {
    let mut troubles = Diagnostics::new();
    let mut parts = Vec::new();
    for text in texts {
        match state_address(text) {
            Ok(part) => parts.push(part),
            Err(trouble) => troubles.push(trouble),
        }
    }
    if troubles.has_errors() { Err(troubles) } else { Ok(parts) }
}

fn provider(which: &str, text: &str) -> Result<Provider, Diagnostic> {
    // A bare name is one of HashiCorp's, whatever else it may mean in a configuration.
    let full = if text.contains('/') { text.to_string() } else { format!("hashicorp/{text}") };
    addrs::parse_provider(&full).map_err(|error| {
        Diagnostic::error(format!("Invalid {which:?} provider {text:?}"), format!("{error}."))
            .next("Write a source address such as hashicorp/aws or example.com/acme/cloud.")
    })
}

/// Both results, or the troubles of both.
fn both<A, B>(a: Result<A, Diagnostic>, b: Result<B, Diagnostic>) -> Result<(A, B), Diagnostics> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(a.err().into_iter().chain(b.err()).collect()),
    }
}
