//! `plan -generate-config-out`: blocks for imported objects that no block declares.
//!
//! It plans twice: first the objects are looked at, and blocks written for them; then everything is planned with these
//! blocks, as if they had been there. So the plan is the one that comes of the file.

use crate::configuration;
use crate::progress::{Happening, Progress};
use crate::session::Session;
use crate::{Said, Site};
use addrs::{ProviderConfig, Resource, ResourceInstance};
use configschema::Schema;
use diag::Diagnostic;
use plan::{InstanceChange, Mode, Plan, PlanInput, PlanOptions, Undeclared};
use saved::{ModuleDir, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use value::Value;

/// What writes a resource block for an object: the resource, the provider where the block must name it, the schema, the
/// object.
pub type BlockWriter<'a> = dyn Fn(&Resource, Option<&str>, &Schema, &Value) -> String + 'a;

/// Where blocks go, and who writes them.
#[derive(Clone, Copy)]
pub struct Generating<'a> {
    /// A new file; its path is relative to the directory of the site.
    pub file: &'a Path,
    /// The writer.
    pub block: &'a BlockWriter<'a>,
}

const HEAD: &str =
    "# __generated__ by drform\n# Please review these resources and move them into your main configuration files.\n";

/// Whether blocks may be written into this file.
///
/// # Errors
/// It is there already; its name means something else; nothing is imported in this mode.
pub(crate) fn may_write(site: &Site, file: &Path, mode: Mode) -> Result<(), Diagnostic> {
    if mode != Mode::Normal {
        let detail = "Config can only be generated during a normal plan operation, and not during a refresh-only or destroy \
                      plan.";
        return Err(Diagnostic::error("Invalid generate-config-out flag", detail).next("Leave one of them out."));
    }
    if site.dir.join(file).symlink_metadata().is_ok() {
        return Err(exists(file));
    }
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if name.ends_with(".json") || name == "override.tf" || name.ends_with("_override.tf") {
        let detail =
            format!("Blocks of the language are written, and a file named {name:?} is read as something else.");
        return Err(Diagnostic::error("Invalid generate-config-out flag", detail).next("Give it another name."));
    }
    Ok(())
}

fn exists(file: &Path) -> Diagnostic {
    let detail = format!("drform can only write generated config into a new file, and {} is there.", file.display());
    Diagnostic::error("Target generated file already exists", detail)
        .next("Choose another file, or move what it holds into your configuration and delete it.")
}

/// Plans, with blocks for objects that have none.
pub(crate) fn plan(
    session: &mut Session,
    options: PlanOptions,
    Generating { file, block }: Generating<'_>,
    progress: &dyn Progress,
    said: &mut Said,
) -> (Plan, PlanInput) {
    let mut looked = Said { texts: said.texts.clone(), ..Said::default() };
    let describing = PlanOptions { undeclared: Undeclared::Described, ..options.clone() };
    let (plan, input) = session.plan(describing, &Silent, &mut looked);
    let failed = looked.diagnostics.has_errors();
    let blocks = blocks(&plan, session, block);
    if blocks.is_empty() {
        // There is nothing to write: the plan is as good as any, unless an object could not be looked at.
        return match failed {
            true => {
                said.diagnostics.extend(looked.diagnostics);
                (plan, input)
            }
            false => session.plan(options, progress, said),
        };
    }
    let text = text(&plan, &blocks);
    if let Err(unwritten) = write(&session.site, file, &text) {
        said.diagnostics.push(unwritten);
    }
    if failed {
        said.diagnostics.extend(looked.diagnostics);
        return (Plan { generated: blocks, ..plan }, input);
    }
    let snapshot = with_file(&session.configuration.snapshot, file, &text);
    session.configuration = configuration::read_snapshot(&session.site, &snapshot, &session.inputs, said);
    let (plan, input) = session.plan(options, progress, said);
    (Plan { generated: blocks, ..plan }, input)
}

/// Blocks for the objects that are imported and that no block declares.
fn blocks(plan: &Plan, session: &Session, write: &BlockWriter<'_>) -> BTreeMap<ResourceInstance, Arc<str>> {
    let Some(root) = session.configuration.tree.root() else { return BTreeMap::new() };
    let undeclared: BTreeSet<&Resource> = root.undeclared_imports().map(|import| &import.to.resource).collect();
    let is_undeclared =
        |change: &&InstanceChange| change.addr.module.is_root() && undeclared.contains(&change.addr.resource);
    let is_imported = |change: &&InstanceChange| change.importing.is_some() && is_undeclared(change);
    let block = |change: &InstanceChange| {
        let provider = named(root, change);
        write(&change.addr.resource, provider.as_deref(), &change.schema, &change.after)
    };
    plan.changes.iter().filter(is_imported).map(|change| (change.addr.clone(), block(change).into())).collect()
}

/// The provider of an object as its block says it, unless the type says it already.
fn named(root: &config::Module, change: &InstanceChange) -> Option<String> {
    let ProviderConfig { provider, alias, .. } = &change.provider;
    let name = root.local_name_for(provider).unwrap_or_else(|| provider.kind.clone());
    match alias {
        Some(alias) => Some(format!("{name}.{alias}")),
        None => (change.addr.resource.kind.split('_').next() != Some(&name)).then(|| name.to_string()),
    }
}

/// The whole file.
fn text(plan: &Plan, blocks: &BTreeMap<ResourceInstance, Arc<str>>) -> String {
    let mut text = HEAD.to_string();
    for (addr, block) in blocks {
        let imported = plan.changes.iter().find(|change| change.addr == *addr).and_then(|c| c.importing.as_ref());
        let from = imported.and_then(|by| by.id()).map(|id| format!(" from {id:?}")).unwrap_or_default();
        text.push_str(&format!("\n# __generated__ by drform{from}\n{block}"));
    }
    text
}

/// Nothing is ever overwritten.
fn write(site: &Site, file: &Path, text: &str) -> Result<(), Diagnostic> {
    let written = std::fs::File::create_new(site.dir.join(file)).and_then(|mut new| {
        new.write_all(text.as_bytes())?;
        new.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(file),
        _ => {
            let detail = format!("{}: {error}.", file.display());
            Diagnostic::error("Failed to create target generated file", detail)
                .next("Choose a file in a directory that exists and may be written to.")
        }
    })
}

/// The configuration with one more file in the root module.
fn with_file(snapshot: &Snapshot, file: &Path, text: &str) -> Snapshot {
    let mut snapshot = snapshot.clone();
    let one: (Arc<str>, Arc<str>) = (file.display().to_string().into(), text.into());
    match snapshot.directories.iter_mut().find(|directory| directory.dir.as_ref() == ".") {
        Some(root) => root.files.push(one),
        None => snapshot.directories.push(ModuleDir { dir: ".".into(), files: vec![one] }),
    }
    snapshot
}

/// Nobody is told of the first look.
struct Silent;

impl Progress for Silent {
    fn happens(&self, _: &Happening) {}
}
