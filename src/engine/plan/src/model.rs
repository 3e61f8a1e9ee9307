//! What a plan is made from and what it says.

use crate::{Deferred, ExecutionGraph, Targeting, Waiting};
use addrs::{ConfigResource, Provider, ProviderConfig, ResourceInstance};
use calls::{ImportedBy, ObjectIdentity};
use config::ModuleTree;
use configschema::{ProviderSchema, Schema};
use diag::Range;
use eval::{Checked, FunctionResults, VariableInput};
use state::{DeposedKey, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{Path, Value};

/// Provider schemas by source address.
pub type Schemas = BTreeMap<Provider, Arc<ProviderSchema>>;

/// Everything that the planner is given.
#[derive(Clone)]
pub struct PlanInput {
    /// The configuration.
    pub tree: Arc<ModuleTree>,
    /// Schemas of all providers that configuration and state name.
    pub schemas: Schemas,
    /// The state before.
    pub prior: Arc<State>,
    /// Root variables as given.
    pub variables: BTreeMap<Arc<str>, VariableInput>,
    /// What the user asked for.
    pub options: PlanOptions,
    /// What expressions may read: files, workspace, paths, plan time.
    pub surroundings: eval::Settings,
    /// Seed for the keys of deposed objects.
    pub seed: u64,
}

/// What the user asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanOptions {
    /// Normal, destroy or refresh-only.
    pub mode: Mode,
    /// Whether to ask the providers what is there.
    pub refresh: Refresh,
    /// `-replace` addresses.
    pub replace: BTreeSet<ResourceInstance>,
    /// Addresses that must not be touched, because an earlier apply left their outcome in doubt.
    pub blocked: BTreeSet<ResourceInstance>,
    /// Which part is planned.
    pub targeting: Targeting,
    /// What becomes of imports to resources that no block declares.
    pub undeclared: Undeclared,
}

impl Default for PlanOptions {
    /// Plain `plan`.
    fn default() -> PlanOptions {
        PlanOptions {
            mode: Mode::Normal,
            refresh: Refresh::Yes,
            replace: BTreeSet::new(),
            blocked: BTreeSet::new(),
            targeting: Targeting::All,
            undeclared: Undeclared::Refused,
        }
    }
}

/// What becomes of imports to resources that no block declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undeclared {
    /// They are errors.
    Refused,
    /// Their objects are read, so that a block can be written for them: [`Plan::refreshed`] has them. Nothing is planned
    /// for them, and such a plan is never applied.
    Described,
}

/// What kind of plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Bring the world to the configuration.
    Normal,
    /// Delete everything in the state.
    Destroy,
    /// Only bring the state to the world.
    RefreshOnly,
}

/// Whether to read objects before planning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// Read every object.
    Yes,
    /// Trust the state (`-refresh=false`).
    No,
    /// Plan from the state, read what that would change, and plan it again (`-minimal-refresh`, as in Terraform 1.17).
    Minimal,
}

/// What will be done with one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Create.
    Create,
    /// Read a data source during apply.
    Read,
    /// Update in place.
    Update,
    /// Replace, deleting first.
    DeleteThenCreate,
    /// Replace, creating first.
    CreateThenDelete,
    /// Replace, letting go of the old object (`destroy = false`). It leaves the state when the new one is there, so that
    /// a failure loses neither.
    ForgetThenCreate,
    /// Delete.
    Delete,
    /// Drop from the state.
    Forget,
}

impl Action {
    /// True for all kinds of replacement.
    pub fn is_replace(self) -> bool {
        matches!(self, Action::DeleteThenCreate | Action::CreateThenDelete | Action::ForgetThenCreate)
    }

    /// True when an object is gone afterwards.
    pub fn destroys(self) -> bool {
        matches!(self, Action::DeleteThenCreate | Action::CreateThenDelete | Action::Delete)
    }
}

/// Why this action, where the difference alone does not say it (names as in plan JSON's `action_reason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionReason {
    /// The difference says it.
    None,
    /// The object is tainted.
    ReplaceBecauseTainted,
    /// `-replace`.
    ReplaceByRequest,
    /// `replace_triggered_by`.
    ReplaceByTriggers,
    /// Attributes that cannot be updated in place.
    ReplaceBecauseCannotUpdate,
    /// The resource block is gone.
    DeleteBecauseNoResourceConfig,
    /// It was moved to where nothing is declared.
    DeleteBecauseNoMoveTarget,
    /// The module call is gone.
    DeleteBecauseNoModule,
    /// `count` became `for_each`, or the like.
    DeleteBecauseWrongRepetition,
    /// The index is past `count`.
    DeleteBecauseCountIndex,
    /// The key is not in `for_each`.
    DeleteBecauseEachKey,
    /// `enabled` is false.
    DeleteBecauseDisabled,
    /// `destroy = false` stands in the configuration.
    ForgotBecauseLifecycleDestroyInConfig,
    /// `destroy = false` stood in the configuration when the object was last applied.
    ForgotBecauseLifecycleDestroyInState,
    /// A data source whose arguments are known only during apply.
    ReadBecauseConfigUnknown,
    /// A data source that depends on something that changes.
    ReadBecauseDependencyPending,
}

/// The planned change of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceChange {
    /// Which resource instance.
    pub addr: ResourceInstance,
    /// Which deposed object; `None` for the current one.
    pub deposed: Option<DeposedKey>,
    /// Who does it.
    pub provider: ProviderConfig,
    /// Schema of the resource type; of an object whose type is gone from the provider, empty.
    pub schema: Arc<Schema>,
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: ActionReason,
    /// The object before, refreshed, with marks; null when there is none.
    pub before: Value,
    /// The object after, with marks and origins of unknowns; null when there is none.
    pub after: Value,
    /// The configuration after `ignore_changes`, unmarked; null for deletes. Write-only attributes that are set are
    /// unknown in it: the apply evaluates them again.
    pub config: Value,
    /// Private bytes for the apply.
    pub private: Arc<[u8]>,
    /// Private bytes of the object before.
    pub prior_private: Arc<[u8]>,
    /// Identity of the object before.
    pub identity: Option<ObjectIdentity>,
    /// What the module of the object says in `provider_meta`; `None` where it says nothing.
    pub meta: Option<Value>,
    /// Attributes that force the replacement, filtered.
    pub replace_paths: Vec<Path>,
    /// What the object will depend on, transitively: stored in state.
    pub dependencies: Arc<[ConfigResource]>,
    /// Whether replacements are created first, also by propagation.
    pub create_before_destroy: bool,
    /// Whether the object will be let go of instead of destroyed: stored in state.
    pub skip_destroy: bool,
    /// Header of the block that declares it.
    pub declared_at: Option<Range>,
    /// What an `import` block says of the object before, which it brings in.
    pub importing: Option<ImportedBy>,
}

impl InstanceChange {
    /// Whether an object is let go of because of `destroy = false` in a `lifecycle` block.
    pub fn is_forgotten(&self) -> bool {
        let by_lifecycle = matches!(
            self.reason,
            ActionReason::ForgotBecauseLifecycleDestroyInConfig | ActionReason::ForgotBecauseLifecycleDestroyInState
        );
        self.action == Action::ForgetThenCreate || (self.action == Action::Forget && by_lifecycle)
    }
}

/// What changed behind our back: state before refresh against the world.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Which resource instance.
    pub addr: ResourceInstance,
    /// Resource type's schema.
    pub schema: Arc<Schema>,
    /// What the state said, with marks.
    pub before: Value,
    /// What is there; null when it is gone.
    pub after: Value,
}

/// The planned change of a root output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputChange {
    /// Before, with marks; null when there was none.
    pub before: Value,
    /// After, with marks; null when it goes away.
    pub after: Value,
    /// Whether it is hidden.
    pub sensitive: bool,
    /// NoOp, Create, Update or Delete.
    pub action: Action,
}

/// The plan: every choice is in it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Normal, destroy or refresh-only.
    pub mode: Mode,
    /// Changes in address order, no-ops included; deposed objects after the current one.
    pub changes: Vec<InstanceChange>,
    /// What changed behind our back, in address order.
    pub drift: Vec<Drift>,
    /// Attributes that may have influenced the changes, in address order: drift of others is not shown with a normal plan
    /// (features-and-traps.md 98).
    pub relevant: Vec<(ResourceInstance, Path)>,
    /// Root outputs.
    pub outputs: BTreeMap<Arc<str>, OutputChange>,
    /// What apply does.
    pub execution: ExecutionGraph,
    /// The state that the plan starts from: upgraded and refreshed, moves done.
    pub refreshed: Arc<State>,
    /// The state as it was read.
    pub prior: Arc<State>,
    /// Objects that got another address (`moved`, or `count` added or taken away): new address to old. `changes` and
    /// `refreshed` have the new ones.
    pub moved: BTreeMap<ResourceInstance, ResourceInstance>,
    /// Provider configurations in use and what they were configured with, as far as known while planning. What is
    /// ephemeral is unknown in it: the apply evaluates it again.
    pub provider_configs: BTreeMap<ProviderConfig, Value>,
    /// Values of data sources that were read while planning, and of every instance (planned): what analysis reads, and
    /// what references see. In destroy mode the objects as they are before, because provider configurations are made
    /// from them; in refresh-only mode as they are.
    pub values: BTreeMap<ResourceInstance, Value>,
    /// What functions of providers gave: the apply must be given the same.
    pub functions: FunctionResults,
    /// What became of the conditions, as far as it is known while planning.
    pub checked: Vec<Checked>,
    /// Whether everything was planned.
    pub complete: Complete,
    /// What was asked to be planned: unless it is [`Targeting::All`], other changes may be pending.
    pub targeting: Targeting,
    /// Resource blocks that were written for imported objects (`-generate-config-out`). Planning leaves it empty: whoever
    /// wrote them notes them here.
    pub generated: BTreeMap<ResourceInstance, Arc<str>>,
    /// What is left to later waves, in address order.
    pub deferred: Vec<Deferred>,
    /// What decides it, and is not known yet.
    pub awaited: Vec<Arc<Waiting>>,
    /// How many resources, module calls and providers are left to later waves, wholly or in part.
    pub left: usize,
}

/// Whether everything was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complete {
    /// Yes.
    Yes,
    /// Errors stopped some of it: shown, never applied.
    Errored,
}

impl Plan {
    /// The plan that nothing came of, because its input is wrong.
    pub fn errored(input: &PlanInput) -> Plan {
        Plan {
            mode: input.options.mode,
            changes: Vec::new(),
            drift: Vec::new(),
            relevant: Vec::new(),
            outputs: BTreeMap::new(),
            execution: ExecutionGraph::default(),
            refreshed: input.prior.clone(),
            prior: input.prior.clone(),
            moved: BTreeMap::new(),
            provider_configs: BTreeMap::new(),
            values: BTreeMap::new(),
            functions: FunctionResults::default(),
            checked: Vec::new(),
            complete: Complete::Errored,
            targeting: input.options.targeting.clone(),
            generated: BTreeMap::new(),
            deferred: Vec::new(),
            awaited: Vec::new(),
            left: 0,
        }
    }

    /// True when this is one wave of several: something is left that only its apply makes known.
    pub fn has_deferred(&self) -> bool {
        self.left > 0
    }

    /// True when applying would change an object, its address, an output or (refresh-only) the state.
    pub fn has_changes(&self) -> bool {
        let objects = self.changes.iter().any(|c| c.action != Action::NoOp || c.importing.is_some());
        let outputs = self.outputs.values().any(|o| o.action != Action::NoOp);
        objects || outputs || !self.moved.is_empty() || (self.mode == Mode::RefreshOnly && !self.drift.is_empty())
    }

    /// How many objects are imported.
    pub fn imported(&self) -> usize {
        self.changes.iter().filter(|change| change.importing.is_some()).count()
    }

    /// How many objects are added, changed and destroyed, as in the summary line.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |pick: fn(Action) -> bool| self.changes.iter().filter(|c| pick(c.action)).count();
        (count(|a| a == Action::Create || a.is_replace()), count(|a| a == Action::Update), count(Action::destroys))
    }

    /// How many objects are let go of because of `destroy = false` in a `lifecycle` block.
    pub fn forgotten(&self) -> usize {
        self.changes.iter().filter(|change| change.is_forgotten()).count()
    }
}
