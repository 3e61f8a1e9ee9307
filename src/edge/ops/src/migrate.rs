//! `init` and the backend: notes it, and takes the states along from where they were.

use crate::configuration::Configuration;
use crate::local_backend::{self, LocalBackend, Noted};
use crate::storage::{self, Locking};
use crate::{Said, Site};
use backend::{DataDir, JournalFile, LocalState, Workspaces};
use diag::{Diagnostic, Diagnostics};
use eval::VariableInput;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What `init` is to do about the backend.
#[derive(Clone, Debug)]
pub struct BackendOptions {
    /// Whether to look at it at all (`-backend=false`).
    pub backend: Looking,
    /// `-backend-config`: `NAME=VALUE`, or a file with arguments; later ones win.
    pub settings: Vec<String>,
    /// What becomes of the states when the backend is another one than before.
    pub change: Change,
    /// Copy without asking (`-force-copy`).
    pub copy: Copying,
    /// Whether to lock what is read and written.
    pub locking: Locking,
}

/// Whether the backend is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looking {
    /// It is.
    Yes,
    /// It stays what it is.
    No,
}

/// What becomes of the states when the backend changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: `init` stops and says so.
    Refuse,
    /// They are copied (`-migrate-state`).
    Migrate,
    /// What was noted is forgotten, and states there stay (`-reconfigure`); those in the directory itself are copied if
    /// somebody wants it, as with a first backend.
    Reconfigure,
}

/// Whether a copy needs a person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copying {
    /// It does.
    Ask,
    /// It does not.
    AtOnce,
}

/// How `init` speaks.
pub struct Talk<'a> {
    /// Hears lines for the user.
    pub say: &'a mut dyn FnMut(&str),
    /// Asks a question; `None` where there is nobody to answer, true for yes.
    pub ask: &'a mut dyn FnMut(&str) -> Option<bool>,
}

/// Notes the backend of the configuration. With errors nothing was noted.
pub(crate) fn backend(
    site: &Site,
    configuration: &Configuration,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
    options: &BackendOptions,
    talk: &mut Talk<'_>,
    said: &mut Said,
) {
    if options.backend == Looking::No {
        return;
    }
    match settled(site, configuration, inputs, options, talk) {
        Ok(warnings) => said.diagnostics.extend(warnings),
        Err(troubles) => said.diagnostics.extend(troubles),
    }
}

fn settled(
    site: &Site,
    configuration: &Configuration,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
    options: &BackendOptions,
    talk: &mut Talk<'_>,
) -> Result<Diagnostics, Diagnostics> {
    let declared = local_backend::declared(site, &configuration.tree, inputs)?;
    let noted = match local_backend::noted(site) {
        // What cannot be reached can be left behind.
        Err(_) if options.change == Change::Reconfigure => None,
        other => other?,
    };
    if declared.is_some() || noted.is_some() {
        (talk.say)("\nInitializing the backend...");
    }
    let mut warnings = Diagnostics::new();
    if declared.is_none() && !options.settings.is_empty() {
        let detail = "-backend-config was used without a \"backend\" block in the configuration.";
        let next = "Add terraform { backend \"local\" {} } to the configuration if the state is to be elsewhere.";
        warnings.push(Diagnostic::warning("Missing backend configuration", detail).next(next));
    }
    let wanted = match &declared {
        Some(local) => Some(with_settings(site, local.clone(), &options.settings)?),
        None => None,
    };
    let hash = declared.as_ref().map_or(0, LocalBackend::hash);
    let data = DataDir(site.data_dir());
    let same = |noted: &Noted, wanted: &LocalBackend| {
        noted.local == *wanted || (noted.hash == hash && options.settings.is_empty())
    };
    match (&noted, &wanted) {
        (None, None) => forget(&data)?,
        (Some(noted), Some(wanted)) if same(noted, wanted) => {
            if noted.hash != hash {
                data.note_backend(Some(&noted.local.note(hash))).map_err(Diagnostic::from)?;
            }
        }
        (Some(_), _) if options.change == Change::Refuse && options.copy == Copying::Ask => {
            return Err(changed().into());
        }
        (Some(_), None) if options.change == Change::Reconfigure => forget(&data)?,
        (noted, wanted) => {
            let before = match noted {
                Some(noted) if options.change != Change::Reconfigure => noted.local.clone(),
                _ => LocalBackend::default(),
            };
            let after = wanted.clone().unwrap_or_default();
            let mut migration =
                Migration { site, options, talk, from: before.workspaces(site), to: after.workspaces(site) };
            if noted.is_some() && options.change != Change::Reconfigure {
                (migration.talk.say)("Backend configuration changed!");
            }
            migration.run()?;
            match wanted {
                Some(wanted) => {
                    data.note_backend(Some(&wanted.note(hash))).map_err(Diagnostic::from)?;
                    (talk.say)("\nSuccessfully configured the backend \"local\"! drform will automatically");
                    (talk.say)("use this backend unless the backend configuration changes.");
                }
                None => {
                    forget(&data)?;
                    (talk.say)("\nSuccessfully unset the backend \"local\". drform will now operate locally.");
                }
            }
        }
    }
    Ok(warnings)
}

fn forget(data: &DataDir) -> Result<(), Diagnostic> {
    Ok(data.note_backend(None)?)
}

fn changed() -> Diagnostic {
    let detail = "A change in the backend configuration has been detected, which may require migrating existing state.";
    Diagnostic::error("Backend configuration changed", detail)
        .next("Run drform init -migrate-state to copy the state, or drform init -reconfigure to leave it where it is.")
}

/// The block with what the command line adds.
fn with_settings(site: &Site, mut local: LocalBackend, settings: &[String]) -> Result<LocalBackend, Diagnostics> {
    for setting in settings.iter().filter(|setting| !setting.is_empty()) {
        match setting.split_once('=') {
            Some((name, value)) => {
                if !local.set(name, Some(value.to_string())) {
                    let detail = format!(
                        "The backend configuration argument {name:?} given on the command line is not expected for the \
                         selected backend type."
                    );
                    let trouble = Diagnostic::error("Invalid backend configuration argument", detail);
                    return Err(trouble.next("The local backend takes path and workspace_dir.").into());
                }
            }
            None => from_file(site, &mut local, setting)?,
        }
    }
    match local.check() {
        Some(trouble) => Err(trouble.into()),
        None => Ok(local),
    }
}

fn from_file(site: &Site, local: &mut LocalBackend, name: &str) -> Result<(), Diagnostics> {
    let text = std::fs::read_to_string(site.dir.join(name)).map_err(|error| {
        Diagnostic::error("Failed to read file", format!("The file {name:?} could not be read: {error}."))
            .next("Write -backend-config=NAME=VALUE, or name a file with such arguments.")
    })?;
    let (file, troubles) = syntax::parse(name.into(), text.into());
    if troubles.has_errors() {
        return Err(troubles);
    }
    if let Some(block) = file.body.blocks.first() {
        let detail = format!("Blocks of type {:?} are not expected here.", block.kind.text);
        return Err(Diagnostic::error("Unsupported block type", detail).at(block.header_range()).into());
    }
    for argument in &file.body.attributes {
        let (value, troubles) = eval::constant(&argument.expr);
        if troubles.has_errors() {
            return Err(troubles);
        }
        let wrong =
            |summary: &str, detail: String| Diagnostics::from(Diagnostic::error(summary, detail).at(argument.range()));
        let text = value::convert(&value, &value::Type::String)
            .map_err(|_| wrong("Incorrect attribute value type", "A string is required.".into()))?;
        if !local.set(&argument.name.text, text.as_str().map(str::to_string)) {
            let detail = format!("An argument named {:?} is not expected here.", argument.name.text);
            return Err(wrong("Unsupported argument", detail));
        }
    }
    Ok(())
}

/// States on their way from one backend to another.
struct Migration<'a, 't> {
    site: &'a Site,
    options: &'a BackendOptions,
    talk: &'a mut Talk<'t>,
    from: Workspaces,
    to: Workspaces,
}

impl Migration<'_, '_> {
    /// Copies every state that is not empty. What is copied stays where it was, and what it replaces is kept as the backup
    /// beside it.
    fn run(&mut self) -> Result<(), Diagnostic> {
        let mut moving = Vec::new();
        for workspace in self.from.list()? {
            let (source, target) = (self.from.state(&workspace), self.to.state(&workspace));
            if !same_file(&source, &target)
                && let Some(bytes) = source.read()?
                && !is_empty(&storage::read_state(&source)?)
                && target.read()?.as_ref() != Some(&bytes)
            {
                self.settled(&workspace, &source)?;
                moving.push((workspace, source, target));
            }
        }
        if moving.is_empty() || !self.wanted(&moving)? {
            return Ok(());
        }
        for (workspace, source, target) in moving {
            let _locks = match self.options.locking {
                Locking::Hold(timeout) => {
                    Some((source.lock("migration", timeout)?, target.lock("migration", timeout)?))
                }
                Locking::Free => None,
            };
            if workspace != backend::DEFAULT_WORKSPACE {
                self.to.create(&workspace)?;
            }
            if let Some(bytes) = source.read()? {
                target.write(&bytes)?;
            }
        }
        Ok(())
    }

    /// Whether the copy is wanted.
    fn wanted(&mut self, moving: &[(String, LocalState, LocalState)]) -> Result<bool, Diagnostic> {
        if self.options.copy == Copying::AtOnce {
            return Ok(true);
        }
        let lines: Vec<String> = moving
            .iter()
            .map(|(workspace, source, target)| {
                let over = if target.path().exists() { ", replacing what is there" } else { "" };
                format!("  {workspace}: {} to {}{over}", source.path().display(), target.path().display())
            })
            .collect();
        let question = format!(
            "\nDo you want to copy existing state to the new backend?\n{}\n  \"yes\" copies, \"no\" leaves them where they \
             are and starts with what the new backend has.\n\n  Enter a value: ",
            lines.join("\n")
        );
        (self.talk.ask)(&question).ok_or_else(|| {
            Diagnostic::error("Nobody to ask", "There are states to copy, and there is no terminal to ask on.")
                .next("Run drform init -migrate-state -force-copy to copy them without being asked.")
        })
    }

    /// What a journal knows and the state does not would be lost.
    fn settled(&self, workspace: &str, source: &LocalState) -> Result<(), Diagnostic> {
        if !JournalFile::exists(&storage::journal_dir(self.site, &self.from, workspace, source)) {
            return Ok(());
        }
        let detail =
            format!("An earlier run on the workspace {workspace:?} left a journal that is not in its state yet.");
        Err(Diagnostic::error("The state is not settled", detail)
            .next("Put the backend back as it was, run drform recover, then change it."))
    }
}

fn is_empty(state: &state::State) -> bool {
    state.instances.is_empty() && state.outputs.is_empty()
}

fn same_file(a: &LocalState, b: &LocalState) -> bool {
    let real = |state: &LocalState| std::fs::canonicalize(state.path()).ok();
    a.path() == b.path() || (real(a).is_some() && real(a) == real(b))
}
