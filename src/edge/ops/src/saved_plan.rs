//! Saved plans: `plan -out`, `apply FILE`, `show FILE`.
//!
//! What is in the file is the room `saved`; here it is held against the world: whether the plan may still be applied.

use crate::configuration::{self, Configuration};
use crate::files_read::{self, FilesRead};
use crate::providers::{Extent, Providers};
use crate::session::{self, Session};
use crate::storage::Storage;
use crate::{Planned, Request, Said, Site, World, judge, local_backend, threads, variables};
use addrs::{ModuleInstance, ModulePath};
use config::ModuleTree;
use diag::{Diagnostic, Diagnostics};
use dr::Report;
use eval::{Evaluator, VariableInput};
use plan::{Complete, Mode, Plan, PlanInput, Schemas};
use saved::{Backend, Header, Opened};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use value::Value;

/// Version of drform that plans are carried by: no other one reads them.
const DRFORM: &str = env!("CARGO_PKG_VERSION");

/// A saved plan to be looked at.
pub struct Shown {
    /// The plan.
    pub plan: Plan,
    /// What it was made from.
    pub input: PlanInput,
    /// What survives now.
    pub before: Report,
    /// What survives afterwards.
    pub after: Report,
    /// What the output begins with: which world the plan is for.
    pub banner: &'static str,
}

/// What `show FILE` may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A saved plan, or what claims to be none.
    Plan,
    /// A state file.
    State,
}

/// Whether a file is a state or a plan; `path` is relative to the directory of the site.
///
/// # Errors
/// A file that cannot be read.
pub fn kind_of(site: &Site, path: &Path) -> Result<FileKind, Diagnostic> {
    let bytes = std::fs::read(site.dir.join(path)).map_err(|error| {
        let summary = "Failed to read the given file as a state or plan file";
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "There is no such file.".to_string(),
            _ => format!("{error}."),
        };
        Diagnostic::error(summary, format!("{}: {why}", path.display()))
            .next("Give a file that drform plan -out=FILE wrote, or a state file.")
    })?;
    Ok(if bytes.trim_ascii_start().starts_with(b"{") { FileKind::State } else { FileKind::Plan })
}

/// Saves a plan, also one with errors: it can be shown. `path` is relative to the directory of the site. Of a plan that
/// nothing was planned of there is nothing to save: then it does nothing.
///
/// # Errors
/// What the disk says.
pub fn save(planned: &Planned, site: &Site, path: &Path) -> Result<(), Diagnostic> {
    let plan = &planned.plan;
    if plan.complete == Complete::Errored && plan.execution.steps.is_empty() && plan.values.is_empty() {
        return Ok(());
    }
    let bytes = saved::write(&header(planned, site)?, plan)?;
    backend::write_secret(&site.dir.join(path), &bytes)
        .map_err(|error| Diagnostic { summary: "Failed to write plan file".into(), ..error.into() })
}

fn header(planned: &Planned, site: &Site) -> Result<Header, Diagnostic> {
    let PlanInput { tree, schemas, variables, options, surroundings, seed, .. } = &planned.input;
    let declared = |name: &Arc<str>| tree.root().and_then(|root| root.variables.get(name));
    let (ephemeral, lasting): (Vec<_>, Vec<_>) =
        variables.keys().filter_map(declared).partition(|variable| variable.ephemeral);
    // As they were given: whoever reads the plan is told that, and the apply converts them once more.
    let lasting = lasting
        .into_iter()
        .filter_map(|variable| Some((variable.name.clone(), variables.get(&variable.name)?.given(variable)?)));
    let fingerprints = schemas
        .iter()
        .map(|(provider, schema)| (provider.clone(), saved::fingerprint(provider, schema, &planned.plan)));
    Ok(Header {
        drform: DRFORM.into(),
        timestamp: surroundings.plan_timestamp.clone().unwrap_or_default(),
        workspace: surroundings.workspace.clone(),
        sandbox: site.world == World::Sandbox,
        backend: backend_of(site)?,
        options: options.clone(),
        seed: *seed,
        variables: lasting.collect(),
        ephemeral: ephemeral.into_iter().map(|variable| variable.name.clone()).collect(),
        schemas: fingerprints.collect(),
        configuration: planned.session.configuration.snapshot.clone(),
        lock_file: install::lock_file_text(&site.dir)?,
        files_read: planned.session.files.digests(),
    })
}

/// Root variables, evaluated.
fn values_of(
    tree: &Arc<ModuleTree>,
    surroundings: &eval::Settings,
    given: &BTreeMap<Arc<str>, VariableInput>,
) -> Evaluator {
    let mut evaluator = Evaluator::new(tree.clone(), surroundings.clone());
    evaluator.set_root_variables(given.clone());
    for name in tree.root().into_iter().flat_map(|root| root.variables.keys()) {
        // Whatever is wrong with one has been told with the plan.
        evaluator.evaluate_variable(&ModulePath::ROOT, name);
    }
    evaluator
}

fn backend_of(site: &Site) -> Result<Backend, Diagnostic> {
    if site.world == World::Sandbox {
        return Ok(Backend::default());
    }
    let noted = local_backend::noted(site)?.map(|noted| noted.local).unwrap_or_default();
    Ok(Backend { path: noted.path.map(Arc::from), workspace_dir: noted.workspace_dir.map(Arc::from) })
}

/// Reads a saved plan to be looked at: neither state nor variables are asked.
pub fn show_plan(site: &Site, path: &Path) -> (Option<Shown>, Said) {
    let mut said = Said::default();
    let shown = (|| {
        let opened = said.take(read(site, path))?;
        let site = &of_its_world(site, &opened.header);
        let inputs = saved_variables(&opened.header);
        let configuration = configuration::read_snapshot(site, &opened.header.configuration, &inputs, &mut said);
        if said.diagnostics.has_errors() {
            return None;
        }
        let runtime = said.take(threads::runtime())?;
        let started = Providers::start(site, &configuration.tree, &opened.prior, Extent::Used, &mut said);
        let providers = runtime.block_on(started)?;
        let schemas = providers.schemas().clone();
        runtime.block_on(providers.stop());
        let plan = said.take(plan_of(&opened, &schemas))?;
        let (after, _) = judge::after(&plan, &configuration, &schemas);
        let before = judge::before(&plan, &configuration, &schemas);
        let surroundings = settings(site, &opened.header);
        let input = input(&opened, (&configuration, schemas), inputs, surroundings);
        if plan.mode == Mode::Normal {
            said.diagnostics.extend(judge::last_copies(&plan, &before));
        }
        Some(Shown { plan, input, before, after, banner: site.banner() })
    })();
    (shown, said)
}

/// Reads a saved plan to be applied: after it nothing is asked or decided any more.
///
/// `None` with the reason when it must not be applied: the state, the workspace, the backend or the providers are not those
/// that it was made with.
pub fn open(request: &Request, path: &Path) -> (Option<Planned>, Said) {
    let mut said = Said::default();
    let planned = opened(request, path, &mut said);
    (planned, said)
}

fn opened(request: &Request, path: &Path, said: &mut Said) -> Option<Planned> {
    let site = request.site.clone();
    let opened = said.take(read(&site, path))?;
    let header = &opened.header;
    said.diagnostics.extend(elsewhere(&site, header).err());
    if said.diagnostics.has_errors() {
        return None;
    }
    let mut inputs = saved_variables(header);
    let configuration = configuration::read_snapshot(&site, &header.configuration, &inputs, said);
    crate::not_yet::refuse(&site, &configuration.tree, said);
    if said.diagnostics.has_errors() {
        return None;
    }
    give_variables(request, header, &configuration.tree, &mut inputs, said);
    if said.diagnostics.has_errors() {
        return None;
    }
    let storage = said.take(Storage::open(&site, request.locking, "apply"))?;
    said.diagnostics.extend(state::integrity(storage.state()));
    said.diagnostics.extend(stale(&opened, &storage).err());
    if said.diagnostics.has_errors() {
        return None;
    }
    let runtime = said.take(threads::runtime())?;
    let started = Providers::start(&site, &configuration.tree, storage.state(), Extent::Used, said);
    let providers = runtime.block_on(started)?;
    let settings = settings(&site, header);
    let session = Session {
        site: site.clone(),
        parallelism: request.parallelism,
        runtime,
        configuration,
        inputs: inputs.clone(),
        storage,
        providers,
        settings: settings.clone(),
        files: Arc::new(FilesRead::new(&site.dir)),
        run_id: session::run_id(),
        interrupts: None,
    };
    let schemas = session.providers.schemas().clone();
    let plan = said.take(plan_of(&opened, &schemas))?;
    if plan.complete == Complete::Errored {
        let detail = "There were errors when this plan was made, so that a part of it is missing.";
        let error = Diagnostic::error("Cannot apply incomplete plan", detail);
        said.diagnostics.push(error.next("Put right what drform plan complains about, and make a new plan."));
        return None;
    }
    let (after, _) = judge::after(&plan, &session.configuration, &schemas);
    let before = judge::before(&plan, &session.configuration, &schemas);
    let input = input(&opened, (&session.configuration, schemas), inputs, settings);
    let texts = said.texts.clone();
    Some(Planned { plan: Arc::new(plan), before, after, input, session, texts, announced: None })
}

fn read(site: &Site, path: &Path) -> Result<Opened, Diagnostic> {
    let name = path.display().to_string();
    let unreadable = |why: String| {
        Diagnostic::error(format!("Failed to load {name:?} as a plan file"), why)
            .next("Make a plan with drform plan -out=FILE, and give FILE.")
    };
    let whole = site.dir.join(path);
    if whole.is_dir() {
        let why = "It is a directory, not a plan file.".to_string();
        return Err(unreadable(why).next("To work in another directory, write drform -chdir=DIR before the command."));
    }
    let bytes = std::fs::read(&whole).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => unreadable("There is no such file.".to_string()),
        _ => unreadable(format!("{error}.")),
    })?;
    saved::open(&bytes, DRFORM).map_err(|error| unreadable(error.to_string()))
}

/// The site in the world that the plan was made for.
fn of_its_world(site: &Site, header: &Header) -> Site {
    let world = if header.sandbox { World::Sandbox } else { World::Real };
    Site { world, ..site.clone() }
}

fn saved_variables(header: &Header) -> BTreeMap<Arc<str>, VariableInput> {
    header.variables.iter().map(|(name, value)| (name.clone(), VariableInput::Value(value.clone()))).collect()
}

fn settings(site: &Site, header: &Header) -> eval::Settings {
    eval::Settings {
        workspace: header.workspace.clone(),
        plan_timestamp: Some(header.timestamp.clone()),
        ..session::settings_of(site)
    }
}

fn input(
    opened: &Opened,
    (configuration, schemas): (&Configuration, Schemas),
    variables: BTreeMap<Arc<str>, VariableInput>,
    surroundings: eval::Settings,
) -> PlanInput {
    PlanInput {
        tree: configuration.tree.clone(),
        schemas,
        prior: opened.prior.clone(),
        variables,
        options: opened.header.options.clone(),
        surroundings,
        seed: opened.header.seed,
    }
}

/// The plan, if the providers are still the ones that it was made with.
fn plan_of(opened: &Opened, schemas: &Schemas) -> Result<Plan, Diagnostic> {
    let plan = opened.plan(schemas)?;
    for (provider, fingerprint) in &opened.header.schemas {
        let same = schemas.get(provider).is_some_and(|now| saved::fingerprint(provider, now, &plan) == *fingerprint);
        if !same {
            let detail =
                format!("What {provider} says of its resource types is not what it said when the plan was made.");
            return Err(Diagnostic::error("The provider is another one than the plan was made with", detail)
                .next("Install the version that the plan was made with, or make a new plan."));
        }
    }
    Ok(plan)
}

/// Whether the plan is for this place.
fn elsewhere(site: &Site, header: &Header) -> Result<(), Diagnostic> {
    let no = |what: &str, detail: String, next: &str| Err(Diagnostic::error(what, detail).next(next));
    match (header.sandbox, site.world) {
        (true, World::Real) => {
            let detail = "It was made with -sandbox: it says what happens in the simulated cloud.".to_string();
            return no("Saved plan is for the sandbox", detail, "Apply it with drform apply -sandbox FILE.");
        }
        (false, World::Sandbox) => {
            let detail = "It was made without -sandbox: it is for real providers.".to_string();
            return no("Saved plan is not for the sandbox", detail, "Make a plan with drform plan -sandbox -out=FILE.");
        }
        _ => {}
    }
    let workspace = crate::current_workspace(site)?;
    if *workspace != *header.workspace {
        let detail =
            format!("It was made in the workspace {:?}; {workspace:?} is selected now.", header.workspace.as_ref());
        return no(
            "Saved plan is for another workspace",
            detail,
            "Select its workspace with drform workspace select, or make a new plan.",
        );
    }
    if backend_of(site)? != header.backend {
        let detail = "The backend was initialised anew since: the state is kept in another place.".to_string();
        return no("Saved plan is for another backend", detail, "Make a new plan.");
    }
    if site.world == World::Real
        && !install::choose_alike(install::lock_file_text(&site.dir)?.as_ref(), header.lock_file.as_ref())
    {
        let detail = "The dependency lock file chooses other providers than when the plan was made.".to_string();
        return no("Inconsistent dependency lock file", detail, "Make a new plan.");
    }
    let changed = files_read::changed(&site.dir, &header.files_read);
    if !changed.is_empty() {
        let detail =
            format!("Functions read them for the plan, and they are not what they were: {}.", changed.join(", "));
        return no("Files have changed since the plan was made", detail, "Make a new plan, or bring them back.");
    }
    Ok(())
}

/// Whether the state is still the one that the plan was made from.
fn stale(opened: &Opened, storage: &Storage) -> Result<(), Diagnostic> {
    let (then, now) = (&opened.prior, storage.state());
    if !then.lineage.is_empty() && then.lineage != now.lineage {
        let detail = "The state that is here now is not the one that the plan was made from, nor one that came of it.";
        return Err(Diagnostic::error("Saved plan does not match the given state", detail)
            .next("Apply it where it was made, or make a new plan."));
    }
    if then.lineage != now.lineage || then.serial != now.serial {
        let detail =
            "The state was changed after the plan was made, by another operation or because the plan was applied.";
        return Err(
            Diagnostic::error("Saved plan is stale", detail).next("Make a new plan: it says what is left to be done.")
        );
    }
    let doubtful = storage.unresolved().iter().find(|intent| !opened.header.options.blocked.contains(&intent.addr));
    match doubtful {
        Some(intent) => {
            let detail =
                format!("Since the plan was made, the outcome of a change of {} came into doubt.", intent.addr);
            Err(Diagnostic::error("Saved plan is stale", detail)
                .next("Settle it with drform recover; then make a new plan."))
        }
        None => Ok(()),
    }
}

/// Takes the ephemeral variables that the plan was given, and nothing else: the others are in the plan, so that whoever
/// sets one to another value expects something that will not happen.
fn give_variables(
    request: &Request,
    header: &Header,
    tree: &Arc<ModuleTree>,
    inputs: &mut BTreeMap<Arc<str>, VariableInput>,
    said: &mut Said,
) {
    let (typed, troubles) = variables::of_command_line(&request.site, &request.variables, &mut said.texts);
    said.diagnostics.extend(troubles);
    let saved = values_of(tree, &settings(&request.site, header), inputs);
    let anew = values_of(tree, &settings(&request.site, header), &typed);
    let value = |of: &Evaluator, name: &str| -> Option<Value> {
        Some(of.variable_value(&ModuleInstance::ROOT, name)?.unmark_deep().0)
    };
    for name in typed.keys() {
        let Some(declared) = tree.root().and_then(|root| root.variables.get(name)) else {
            let detail = format!("The root module does not declare a variable named {name:?}.");
            said.diagnostics.push(Diagnostic::error("Value for undeclared variable", detail).next("Leave it out."));
            continue;
        };
        if declared.ephemeral || value(&saved, name) == value(&anew, name) {
            continue;
        }
        let detail = format!("The plan was made with another value of {name:?}, and keeps it.");
        said.diagnostics.push(
            Diagnostic::error("Can't change variable when applying a saved plan", detail)
                .next("Leave it out, or make a new plan with the new value."),
        );
    }
    let environment = variables::of_environment(&request.site);
    let around = values_of(tree, &settings(&request.site, header), &environment);
    for name in environment.keys().filter(|name| !typed.contains_key(*name)) {
        let lasting = tree.root().and_then(|root| root.variables.get(name)).is_some_and(|v| !v.ephemeral);
        if lasting && value(&saved, name) != value(&around, name) {
            let detail = format!(
                "The environment sets {name:?} to another value than the plan was made with, which is what counts."
            );
            said.diagnostics.push(
                Diagnostic::warning("Ignoring variable when applying a saved plan", detail)
                    .next("Make a new plan if the new value is wanted."),
            );
        }
    }
    let wanted = |name: &Arc<str>| tree.root().and_then(|root| root.variables.get(name)).is_some_and(|v| v.ephemeral);
    if header.ephemeral.is_empty() {
        said.diagnostics.extend(typed.keys().filter(|name| wanted(name)).map(|name| not_set(name)));
        return;
    }
    let (given, troubles) = variables::gather(&request.site, &request.variables, &mut said.texts);
    said.diagnostics.extend(troubles);
    said.diagnostics.extend(
        given.keys().filter(|name| wanted(name) && !header.ephemeral.contains(*name)).map(|name| not_set(name)),
    );
    let mut missing = Diagnostics::new();
    for name in &header.ephemeral {
        match given.get(name) {
            Some(value) => {
                inputs.insert(name.clone(), value.clone());
            }
            None => {
                let detail = format!(
                    "The ephemeral variable {name:?} was set for the plan, which does not keep it, and is not set now."
                );
                let next = format!("Set it again, for example with -var '{name}=…'.");
                missing.push(Diagnostic::error("No value for required variable", detail).next(next));
            }
        }
    }
    said.diagnostics.extend(missing);
}

fn not_set(name: &str) -> Diagnostic {
    let detail = format!("The ephemeral variable {name:?} was not set for the plan, and must not be set now.");
    Diagnostic::error("Ephemeral variable was not set during planning", detail)
        .next("Leave it out, or make a new plan with it.")
}
