//! What a saved plan holds besides the plan.

use crate::archive::hex;
use addrs::{Mode, ModulePath, Provider, ResourceInstance};
use configschema::{ProviderSchema, Schema};
use plan::{Plan, PlanOptions, Schemas};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::Value;
use value::json::Node;

/// Everything about a plan that an apply must find again, or hold against what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Version of drform that wrote it: the only one that applies it.
    pub drform: Arc<str>,
    /// When it was made, as `plantimestamp()` says.
    pub timestamp: Arc<str>,
    /// Workspace that it is for.
    pub workspace: Arc<str>,
    /// Whether it is for the simulated cloud.
    pub sandbox: bool,
    /// Where the state lies.
    pub backend: Backend,
    /// What was asked for.
    pub options: PlanOptions,
    /// Seed for the keys of deposed objects.
    pub seed: u64,
    /// Root variables that were given, without marks; never ephemeral ones.
    pub variables: BTreeMap<Arc<str>, Value>,
    /// Ephemeral root variables that were given: the apply must be given them again.
    pub ephemeral: BTreeSet<Arc<str>>,
    /// Fingerprints of the providers' schemas, as far as the plan is made with them.
    pub schemas: BTreeMap<Provider, Arc<str>>,
    /// The configuration.
    pub configuration: Snapshot,
    /// Text of the dependency lock file, if there is one.
    pub lock_file: Option<Arc<str>>,
    /// SHA-256 of every file that functions read, by its path as the functions had it.
    pub files_read: BTreeMap<Arc<str>, Arc<str>>,
}

/// The arguments of the local backend, as `init` noted them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backend {
    /// `path`
    pub path: Option<Arc<str>>,
    /// `workspace_dir`
    pub workspace_dir: Option<Arc<str>>,
}

/// Every file that the configuration was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Directories of modules with their files.
    pub directories: Vec<ModuleDir>,
    /// Where each call of a module led.
    pub calls: Vec<CalledModule>,
    /// Name and text of each `*.dr.hcl` file.
    pub dr_files: Vec<(Arc<str>, Arc<str>)>,
}

/// The configuration files of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleDir {
    /// Directory, relative to the root module.
    pub dir: Arc<str>,
    /// Name, with the directory, and text of each file.
    pub files: Vec<(Arc<str>, Arc<str>)>,
}

/// Where a call of a module led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledModule {
    /// Directory of the module that calls.
    pub from_dir: Arc<str>,
    /// `source` as it is written.
    pub source: Arc<str>,
    /// The module that is called.
    pub module: ModulePath,
    /// Directory that it is in.
    pub dir: Arc<str>,
}

/// A plan file of which everything is read but the plan.
pub struct Opened {
    /// What it says of itself.
    pub header: Header,
    /// The state that it was made from.
    pub prior: Arc<State>,
    pub(crate) refreshed: Arc<State>,
    pub(crate) plan: Node,
}

/// The schema of an object; of one whose type is gone from the provider, an empty one.
pub fn schema_of(schemas: &Schemas, provider: &Provider, addr: &ResourceInstance) -> Arc<Schema> {
    let same = || schemas.iter().find(|(known, _)| known.same_as(provider)).map(|(_, schema)| schema);
    let found = schemas.get(provider).or_else(same).and_then(|schema| {
        let kinds = match addr.resource.mode {
            Mode::Managed => &schema.resources,
            Mode::Data => &schema.data_sources,
            Mode::Ephemeral => &schema.ephemeral,
        };
        kinds.get(&addr.resource.kind)
    });
    found.cloned().unwrap_or_default()
}

/// A fingerprint of what a plan is made with of a provider: its own block and the types of the objects in the plan. Another
/// version of a provider, or another build of it, mostly has another one.
pub fn fingerprint(provider: &Provider, schema: &ProviderSchema, plan: &Plan) -> Arc<str> {
    let of_provider = plan.changes.iter().filter(|change| change.provider.provider.same_as(provider));
    let kinds: BTreeSet<(Mode, &str)> =
        of_provider.map(|change| (change.addr.resource.mode, change.addr.resource.kind.as_ref())).collect();
    let mut text = format!("{:?}\n", schema.provider);
    for (mode, kind) in kinds {
        let kinds = match mode {
            Mode::Managed => &schema.resources,
            Mode::Data => &schema.data_sources,
            Mode::Ephemeral => &schema.ephemeral,
        };
        text.push_str(&format!("{mode:?} {kind} {:?}\n", kinds.get(kind)));
    }
    hex(text.as_bytes()).into()
}
