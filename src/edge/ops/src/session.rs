//! Everything that one operation holds open: configuration, storage, providers, the runtime.

use crate::configuration::{self, Configuration};
use crate::drive::{self, Parallelism};
use crate::files_read::FilesRead;
use crate::interrupts::Interrupts;
use crate::pointed::pointed;
use crate::progress::Progress;
use crate::providers::{Extent, Providers, place};
use crate::scope::Ground;
use crate::storage::{Locking, Storage};
use crate::variables::{self, VariableArguments};
use crate::{Said, Site, TERRAFORM_VERSION, World, chance, local_backend};
use addrs::{Mode, ProviderConfig, ResourceInstance};
use configschema::Schema;
use diag::Diagnostics;
use eval::VariableInput;
use plan::{Plan, PlanInput, PlanOptions, Planner, Schemas};
use state::Object;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Runtime;
use value::{Marks, Path, Value};

/// What an operation is asked to do with the site, whatever the operation.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where.
    pub site: Site,
    /// Root variables from the command line.
    pub variables: VariableArguments,
    /// Whether to lock.
    pub locking: Locking,
    /// How many provider calls at once.
    pub parallelism: Parallelism,
}

/// An open site.
pub(crate) struct Session {
    pub(crate) site: Site,
    pub(crate) parallelism: Parallelism,
    pub(crate) runtime: Runtime,
    pub(crate) configuration: Configuration,
    pub(crate) inputs: BTreeMap<Arc<str>, VariableInput>,
    pub(crate) storage: Storage,
    pub(crate) providers: Arc<Providers>,
    pub(crate) settings: eval::Settings,
    /// The files that functions have read.
    pub(crate) files: Arc<FilesRead>,
    /// Names this run: tokens are made from it.
    pub(crate) run_id: Arc<str>,
    /// Listened to since something was opened that must be closed.
    pub(crate) interrupts: Option<Interrupts>,
}

impl Session {
    /// Reads configuration, variables, state and journal, and starts the providers. `None` after an error.
    pub(crate) fn open(request: &Request, operation: &str, said: &mut Said) -> Option<Session> {
        let site = request.site.clone();
        let (inputs, troubles) = variables::gather(&site, &request.variables, &mut said.texts);
        said.diagnostics.extend(troubles);
        let configuration = match operation {
            "show" | "destroy" | "console" if configuration::is_empty(&site) => configuration::read_if_any(&site, said),
            _ => configuration::read_with(&site, &inputs, said),
        };
        said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
        if site.world == World::Real {
            said.diagnostics.extend(install::overrides_in_effect(&place(&site)));
            for (name, text) in install::pointed_files(&place(&site)) {
                said.texts.insert(name, text);
            }
        }
        if said.diagnostics.has_errors() {
            return None;
        }
        if site.world == World::Real
            && let Err(troubles) = local_backend::agreed(&site, &configuration.tree, &inputs)
        {
            said.diagnostics.extend(troubles);
            return None;
        }
        let storage = said.take(Storage::open(&site, request.locking, operation))?;
        let troubles = state::integrity(storage.state());
        said.diagnostics.extend(troubles);
        if said.diagnostics.has_errors() {
            return None;
        }
        if !matches!(operation, "show" | "recover") {
            crate::not_yet::refuse(&site, &configuration.tree, said);
        }
        if said.diagnostics.has_errors() {
            return None;
        }
        let runtime = said.take(crate::threads::runtime())?;
        // Whoever types expressions may call functions of anybody; the sandbox plays only some of them.
        let anybody = operation == "console" && site.world == World::Real;
        let extent = if anybody { Extent::Required } else { Extent::Used };
        let started = Providers::start(&site, &configuration.tree, storage.state(), extent, said);
        let providers = runtime.block_on(started)?;
        let files = Arc::new(FilesRead::new(&site.dir));
        let settings = eval::Settings { files: files.clone(), ..settings(&site, &storage) };
        let run_id = run_id();
        let parallelism = request.parallelism;
        Some(Session {
            site,
            parallelism,
            runtime,
            configuration,
            inputs,
            storage,
            providers,
            settings,
            files,
            run_id,
            interrupts: None,
        })
    }

    /// Plans. The plan may be incomplete; then there are errors among what was said.
    pub(crate) fn plan(&mut self, options: PlanOptions, progress: &dyn Progress, said: &mut Said) -> (Plan, PlanInput) {
        let found = if options.mode == plan::Mode::Destroy { Diagnostics::new() } else { self.validated() };
        self.plan_valid(options, found, progress, said)
    }

    /// Plans once more, from the state as it is now. What is wrong with the configuration in itself has been said.
    pub(crate) fn plan_again(
        &mut self,
        options: PlanOptions,
        progress: &dyn Progress,
        said: &mut Said,
    ) -> (Plan, PlanInput) {
        if let Some(interrupts) = &self.interrupts {
            interrupts.resume();
        }
        self.plan_valid(options, Diagnostics::new(), progress, said)
    }

    fn plan_valid(
        &mut self,
        mut options: PlanOptions,
        found: Diagnostics,
        progress: &dyn Progress,
        said: &mut Said,
    ) -> (Plan, PlanInput) {
        options.blocked = self.blocked();
        let input = PlanInput {
            tree: self.configuration.tree.clone(),
            schemas: self.providers.schemas().clone(),
            prior: self.storage.state().clone(),
            variables: self.inputs.clone(),
            options,
            surroundings: self.settings.clone(),
            seed: seed(&self.run_id),
        };
        if found.has_errors() {
            // Nothing is asked about a configuration that is wrong in itself.
            said.diagnostics.extend(found);
            return (plan::Plan::errored(&input), input);
        }
        let mut planner = Planner::new(input.clone());
        let telling = (progress, &mut self.interrupts);
        self.runtime.block_on(drive::plan(&mut planner, &self.providers, self.parallelism, telling));
        if let Some(interrupts) = &self.interrupts {
            interrupts.pause();
        }
        let (plan, diagnostics) = planner.finish();
        let diagnostics = pointed(diagnostics, &self.configuration.tree, self.providers.schemas());
        // Validation has already warned of some things that planning comes across again.
        let anew: Diagnostics = found
            .into_iter()
            .filter(|f| !diagnostics.iter().any(|d| d.subject == f.subject && d.summary == f.summary))
            .collect();
        said.diagnostics.extend(anew);
        said.diagnostics.extend(diagnostics);
        (plan, input)
    }

    /// What expressions are evaluated on.
    pub(crate) fn ground(&self) -> Ground<'_> {
        Ground {
            tree: &self.configuration.tree,
            settings: &self.settings,
            inputs: &self.inputs,
            providers: &self.providers,
            runtime: &self.runtime,
            state: self.storage.state(),
        }
    }

    /// What is wrong with the configuration whatever the state is; planning would not come to all of it.
    fn validated(&self) -> Diagnostics {
        let tree = &self.configuration.tree;
        let (graph, troubles) = eval::expression_graph(tree);
        if troubles.has_errors() {
            return troubles;
        }
        let mut found =
            self.runtime.block_on(crate::validate::found(&self.providers, tree, &graph, &self.settings)).diagnostics;
        found.extend(troubles);
        found
    }

    /// The schema of a managed resource type or data source.
    pub(crate) fn schema(&self, addr: &ResourceInstance, provider: &ProviderConfig) -> Option<&Arc<Schema>> {
        schema_of(self.providers.schemas(), addr, provider)
    }

    /// The current object of a resource instance as the state has it, with marks.
    pub(crate) fn decoded(&self, addr: &ResourceInstance) -> Option<Value> {
        self.ground().decoded(addr)
    }

    /// An object decoded by its schema, with marks; `None` when it does not fit.
    pub(crate) fn decode(&self, addr: &ResourceInstance, provider: &ProviderConfig, object: &Object) -> Option<Value> {
        decoded(self.providers.schemas(), addr, provider, object)
    }

    fn blocked(&self) -> std::collections::BTreeSet<ResourceInstance> {
        self.storage.unresolved().iter().map(|intent| intent.addr.clone()).collect()
    }

    /// Ends the provider processes.
    pub(crate) fn close(&self) {
        self.runtime.block_on(self.providers.stop());
    }
}

/// The schema of a managed resource type or data source; a provider may be known under the host of another registry.
pub(crate) fn schema_of<'s>(
    schemas: &'s Schemas,
    addr: &ResourceInstance,
    provider: &ProviderConfig,
) -> Option<&'s Arc<Schema>> {
    let same = || schemas.iter().find(|(known, _)| known.same_as(&provider.provider)).map(|(_, schema)| schema);
    let schema = schemas.get(&provider.provider).or_else(same)?;
    match addr.resource.mode {
        Mode::Managed => schema.resources.get(&addr.resource.kind),
        Mode::Data => schema.data_sources.get(&addr.resource.kind),
        Mode::Ephemeral => schema.ephemeral.get(&addr.resource.kind),
    }
}

/// An object decoded by its schema, with marks; `None` when it does not fit.
pub(crate) fn decoded(
    schemas: &Schemas,
    addr: &ResourceInstance,
    provider: &ProviderConfig,
    object: &Object,
) -> Option<Value> {
    let schema = schema_of(schemas, addr, provider)?;
    let node = value::json::parse(&object.attributes).ok()?;
    let value = value::json::decode(&node, &configschema::implied_type(&schema.block)).ok()?;
    let configured: Vec<(Path, Marks)> = object.sensitive.iter().map(|p| (p.clone(), Marks::SENSITIVE)).collect();
    let value = value.mark_paths(&configured);
    let by_schema = configschema::sensitive_paths(&schema.block, &value);
    Some(value.mark_paths(&by_schema))
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
    }
}

/// What expressions see while something is planned.
fn settings(site: &Site, storage: &Storage) -> eval::Settings {
    eval::Settings {
        workspace: storage.workspace().into(),
        plan_timestamp: Some(chance::now().into()),
        ..settings_of(site)
    }
}

/// What expressions see of a site before anything else is known.
pub(crate) fn settings_of(site: &Site) -> eval::Settings {
    eval::Settings {
        phase: eval::Phase::Plan,
        workspace: "default".into(),
        cwd: configuration::working_directory(&site.dir).into(),
        home: site.environment.get("HOME").map(Arc::from),
        files: Arc::new(install::ModuleFiles::new(&site.dir)),
        plan_timestamp: None,
        chance: None,
    }
}

/// A name that no other run has.
pub(crate) fn run_id() -> Arc<str> {
    uuid::Uuid::new_v4().to_string().into()
}

/// A number for the keys of deposed objects.
pub(crate) fn seed(run_id: &str) -> u64 {
    run_id
        .bytes()
        .filter(u8::is_ascii_hexdigit)
        .take(16)
        .fold(0, |seed, digit| seed << 4 | u64::from(char::from(digit).to_digit(16).unwrap_or_default()))
}
