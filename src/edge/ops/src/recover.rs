//! What became of changes whose answer was lost: asked before anything new is planned.

use crate::drive::{self, Parallelism};
use crate::progress::{Happening, Progress};
use crate::session::{self, Session};
use crate::storage::{Locking, Storage};
use crate::{Request, Said, TERRAFORM_VERSION, scope};
use addrs::ResourceInstance;
use apply::Recovery;
use diag::Diagnostic;
use journal::{Begin, How, Intent, Outcome, Record, Writer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Before an apply: if an earlier run died, finds out what it did and brings the journal into the state.
pub fn recover_first(request: &Request, progress: &dyn Progress) -> Said {
    let mut said = Said::default();
    if !Storage::has_journal(&request.site) {
        return said;
    }
    let Some(mut storage) = said.take(Storage::open(&request.site, request.locking, "recover")) else {
        return said;
    };
    if request.locking == Locking::Free {
        return said;
    }
    said.diagnostics.extend(storage.conflicts());
    if storage.unresolved().is_empty() {
        said.take(storage.fold_in());
        return said;
    }
    drop(storage);
    settle(request, progress)
}

/// `drform recover`: as before an apply, and takes a person's word for what nobody can find out.
pub fn recover(request: &Request, never_made: &[String], progress: &dyn Progress) -> Said {
    let mut said = Said::default();
    let mut declared = BTreeSet::new();
    for address in never_made {
        match addrs::parse_resource_instance(address) {
            Ok(addr) => {
                declared.insert(addr);
            }
            Err(error) => {
                said.diagnostics.push(Diagnostic::error("Invalid address", format!("{address:?}: {error}.")).next(
                    "Write the address of one resource instance, such as aws_instance.db[0], quoted for your shell.",
                ))
            }
        }
    }
    if said.diagnostics.has_errors() {
        return said;
    }
    if !declared.is_empty() {
        return declare(request, &declared, progress);
    }
    if !Storage::has_journal(&request.site) {
        progress.happens(&Happening::Important("Nothing is in doubt.".into()));
        return said;
    }
    let said = recover_first(request, progress);
    if said.diagnostics.is_empty() {
        progress.happens(&Happening::Important("Nothing is in doubt any more.".into()));
    }
    said
}

/// Asks the providers about every unresolved intent.
fn settle(request: &Request, progress: &dyn Progress) -> Said {
    let mut said = Said::default();
    let Some(mut session) = Session::open(request, "recover", &mut said) else {
        return said;
    };
    let unresolved = session.storage.unresolved().to_vec();
    let count = unresolved.len();
    let s = if count == 1 { "" } else { "s" };
    progress.happens(&Happening::Important(format!(
        "An earlier run was stopped: finding out about {count} change{s} whose outcome is not known."
    )));
    let repeat = unresolved.iter().map(|intent| (intent.id, session.providers.repeat(intent))).collect();
    let schemas = session.providers.schemas();
    let begin = begin(&session.storage, &session.run_id);
    let mut recovery = Recovery::new(session.storage.stored(), session.storage.folded(), begin, schemas, &repeat);
    let troubles = scope::configure(&session, &recovery.providers());
    said.diagnostics.extend(troubles.into_iter().filter(Diagnostic::is_error));
    if said.diagnostics.has_errors() {
        return said;
    }
    let Some(mut journal) = said.take(session.storage.journal()) else {
        return said;
    };
    let parallelism: Parallelism = session.parallelism;
    let turned =
        session.runtime.block_on(drive::recover(&mut recovery, &mut journal, (&session.providers, parallelism)));
    drop(journal);
    let (recovered, diagnostics) = recovery.finish();
    for intent in &recovered.resolved {
        progress.happens(&Happening::Line(format!("{}: found out", intent.addr)));
    }
    said.diagnostics.extend(diagnostics);
    said.take(turned);
    said.take(session.storage.fold_in());
    said
}

/// Writes down a person's word: these changes were never made.
fn declare(request: &Request, declared: &BTreeSet<ResourceInstance>, progress: &dyn Progress) -> Said {
    let mut said = Said::default();
    let Some(mut storage) = said.take(Storage::open(&request.site, request.locking, "recover")) else {
        return said;
    };
    let by_address: BTreeMap<&ResourceInstance, &Arc<Intent>> =
        storage.unresolved().iter().map(|intent| (&intent.addr, intent)).collect();
    let mut writer = Writer::new(storage.stored());
    // Only a run may say what became of a change; the one that left it has ended.
    let run = session::run_id();
    writer.push(Record::Begin(begin(&storage, &run)));
    for addr in declared {
        match by_address.get(addr) {
            Some(intent) => {
                writer.push(Record::Resolved { intent: intent.id, how: How::Person, outcome: Outcome::Nothing });
                progress.happens(&Happening::Important(format!("{addr}: taken as never made.")));
            }
            None => said.diagnostics.push(
                Diagnostic::error("Nothing in doubt", format!("No change of {addr} is in doubt."))
                    .next("drform recover lists what is."),
            ),
        }
    }
    if said.diagnostics.has_errors() {
        return said;
    }
    if let Some(batch) = writer.take() {
        let written = storage.journal().and_then(|mut journal| drive::Log::write(&mut journal, &batch));
        if said.take(written).is_none() {
            return said;
        }
    }
    said.take(storage.fold_in());
    said
}

fn begin(storage: &Storage, run: &Arc<str>) -> Begin {
    let state = storage.state();
    Begin {
        run: run.clone(),
        lineage: storage.lineage(),
        serial: state.serial,
        operation: "recover".into(),
        terraform_version: TERRAFORM_VERSION.into(),
    }
}
