//! What the applier wants of the world, and what it tells about its progress.

use crate::Change;
use addrs::{Provider, ResourceInstance};
use calls::Question;
use journal::{Act, Batch};
use state::{DeposedKey, OutputState};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{Marks, Value};

/// Names a question or a change until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(crate) u64);

/// Something that the edge is to do. Effects of one batch may be done in any order and at the same time.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "effects are taken and done, not kept")]
pub enum Effect {
    /// Append to the journal and sync; then call `appended`. If that fails, stop: nothing that was not reported as
    /// appended has happened.
    Append(Batch),
    /// Ask a provider something that changes nothing; then call `answer`.
    Ask(Ticket, Question),
    /// Send the change; then call `changed`, also when the provider died (`in_doubt`), or `not_started` if it was
    /// never sent. It is never cut off by a time limit.
    Change(Ticket, Change),
    /// Run the provisioner; then call `provisioned`, or `not_started`. What is interrupted has failed.
    Provision(Ticket, Provision),
}

/// A provisioner that is to run for an object.
#[derive(Clone, PartialEq)]
pub struct Provision {
    /// For which object.
    pub addr: ResourceInstance,
    /// Which one: `local-exec`, `remote-exec` or `file`.
    pub kind: Arc<str>,
    /// Its arguments, without marks.
    pub config: Value,
    /// How the machine is reached, without marks.
    pub connection: Option<Value>,
    /// Marks of its arguments: with any, neither its output nor its arguments may be shown.
    pub hidden: Marks,
    /// Whether the names of the machine and of the user there are marked. Passwords and keys always are secret, and the
    /// output may be shown nevertheless.
    pub nameless: bool,
}

/// Without the values: they may hold secrets.
impl std::fmt::Debug for Provision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provision")
            .field("addr", &self.addr.to_string())
            .field("kind", &self.kind)
            .field("hidden", &self.hidden)
            .finish_non_exhaustive()
    }
}

/// Progress, for views. Times are the edge's.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A change is on its way to the provider.
    Started {
        /// Which resource instance.
        addr: ResourceInstance,
        /// Which deposed object; `None` for the current one.
        deposed: Option<DeposedKey>,
        /// What is done.
        act: Act,
    },
    /// A change is done and on disk.
    Finished {
        /// Which resource instance.
        addr: ResourceInstance,
        /// Which deposed object; `None` for the current one.
        deposed: Option<DeposedKey>,
        /// What was done.
        act: Act,
    },
    /// A change failed; the diagnostics say why.
    Failed {
        /// Which resource instance.
        addr: ResourceInstance,
        /// Which deposed object; `None` for the current one.
        deposed: Option<DeposedKey>,
        /// What was tried.
        act: Act,
    },
    /// A provisioner runs.
    Provisioning {
        /// For which object.
        addr: ResourceInstance,
        /// Which one.
        kind: Arc<str>,
    },
    /// A provisioner did its work.
    Provisioned {
        /// For which object.
        addr: ResourceInstance,
        /// Which one.
        kind: Arc<str>,
    },
    /// A provisioner failed; the diagnostics say why.
    ProvisionFailed {
        /// For which object.
        addr: ResourceInstance,
        /// Which one.
        kind: Arc<str>,
    },
    /// A data source is being read.
    Reading(ResourceInstance),
    /// A data source was read.
    Read(ResourceInstance),
}

/// How many changes may be open at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So many intents without outcome: after a crash each of them is in doubt (Terraform's `-parallelism`).
    pub open: usize,
    /// Providers that are not counted, because their lost answers can be found out without a person.
    pub unlimited: BTreeSet<Provider>,
}

impl Default for Limits {
    /// Ten, as Terraform has it; `terraform_data` is free.
    fn default() -> Self {
        Limits { open: 10, unlimited: BTreeSet::from([Provider::builtin()]) }
    }
}

/// What an apply came to, as in the summary line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApplySummary {
    /// Objects made.
    pub added: usize,
    /// Objects changed in place.
    pub changed: usize,
    /// Objects destroyed.
    pub destroyed: usize,
    /// Objects that left the state and live on.
    pub forgotten: usize,
    /// Changes that failed.
    pub failed: usize,
    /// Changes whose outcome is in doubt: the journal keeps them.
    pub in_doubt: usize,
    /// Changes that were not begun, because what they wait for failed or the apply was interrupted.
    pub skipped: usize,
}

/// The end of an apply.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// Counts.
    pub summary: ApplySummary,
    /// Outputs of the root module as they are stored now.
    pub outputs: BTreeMap<Arc<str>, OutputState>,
}
