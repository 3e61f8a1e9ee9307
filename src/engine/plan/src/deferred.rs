//! What is planned in a later wave, and what later waves may do without being asked about again (README decision 10).
//!
//! While it is not known which instances a resource has, it and everything that depends on it is *deferred*: the plan is
//! that of one wave, exact in what it says, and announces the rest. The next wave is a plan of its own.

use crate::{Action, ActionReason, InstanceChange, Plan};
use addrs::{PartialInstance, PartialInstances, ProviderConfig, ResourceInstance};
use configschema::Schema;
use diag::{Diagnostic, Range};
use state::DeposedKey;
use std::collections::BTreeSet;
use std::sync::Arc;
use value::Value;

/// A resource instance, or all that may come of a resource, that this plan leaves to a later wave.
#[derive(Clone, Debug, PartialEq)]
pub struct Deferred {
    /// Which instances.
    pub addr: PartialInstance,
    /// Which deposed object; only of deletes.
    pub deposed: Option<DeposedKey>,
    /// Who will do it.
    pub provider: ProviderConfig,
    /// Schema of the resource type.
    pub schema: Arc<Schema>,
    /// What is likely: a create, a read, an update of what is there, or a delete that waits for others.
    pub action: Action,
    /// Why, where the difference alone does not say it.
    pub reason: ActionReason,
    /// What it waits for.
    pub because: Because,
    /// The object that is there, with marks; null when there is none or when it stands for many.
    pub before: Value,
    /// What the configuration says of it so far, with marks; the rest is unknown.
    pub after: Value,
    /// Instances in the state that it stands for: they stay as they are in this wave.
    pub there: Vec<ResourceInstance>,
    /// Header of the block that declares it.
    pub declared_at: Option<Range>,
}

/// What a deferred resource waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Because {
    /// Which instances there are is not known.
    Keys(Arc<Waiting>),
    /// It depends on something that is deferred; the address of that.
    Prerequisite(Arc<str>),
    /// It is to be deleted, but something that is deferred was made with it: the address of that.
    Used(Arc<str>),
}

/// An expression that decides which instances there are, and that is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The resource or module call whose instances these are, in its module instance.
    pub block: Arc<str>,
    /// `count`, `for_each` or `enabled`.
    pub argument: Arc<str>,
    /// Where the expression stands.
    pub range: Range,
    /// What it waits for, such as `aws_instance.db.id`.
    pub on: Vec<Arc<str>>,
}

/// What the waves after one may do without a new question: what that one announced.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    deferred: PartialInstances,
    deletes: BTreeSet<(ResourceInstance, Option<DeposedKey>)>,
    /// How many resources and calls were left to later waves: it must fall with every wave.
    left: usize,
}

impl Bounds {
    /// What a plan announces.
    pub fn of(plan: &Plan) -> Bounds {
        let (deletes, others): (Vec<&Deferred>, Vec<&Deferred>) =
            plan.deferred.iter().partition(|deferred| deferred.action == Action::Delete);
        let delete = |deferred: &Deferred| Some((deferred.addr.instance()?, deferred.deposed.clone()));
        Bounds {
            deferred: others.into_iter().map(|deferred| deferred.addr.clone()).collect(),
            deletes: deletes.into_iter().filter_map(delete).collect(),
            left: plan.left,
        }
    }

    /// The same after a wave that kept to it. What that one announces was announced, or is asked about.
    pub fn after(self, plan: &Plan) -> Bounds {
        Bounds { left: plan.left, ..self }
    }

    /// The changes of a later wave that were not announced.
    pub fn exceeded<'p>(&self, plan: &'p Plan) -> Vec<&'p InstanceChange> {
        plan.changes.iter().filter(|change| !self.allow(change)).collect()
    }

    fn allow(&self, change: &InstanceChange) -> bool {
        match change.action {
            // Nothing is changed by them.
            Action::Read => true,
            Action::NoOp if change.importing.is_none() => true,
            Action::NoOp | Action::Create | Action::Update => self.deferred.contain(&change.addr),
            Action::Delete => self.deletes.contains(&(change.addr.clone(), change.deposed.clone())),
            Action::DeleteThenCreate | Action::CreateThenDelete | Action::ForgetThenCreate | Action::Forget => false,
        }
    }

    /// Whether a later wave leaves less behind than the one before it: otherwise there might be no end.
    ///
    /// # Errors
    /// What to do about it.
    pub fn progress(&self, plan: &Plan) -> Result<(), Box<Diagnostic>> {
        if plan.left < self.left || !plan.has_deferred() {
            return Ok(());
        }
        let Some(waiting) = plan.awaited.first() else { return Ok(()) };
        let detail = format!(
            "What {} waited for was applied, and still no more of the configuration can be planned than before: something \
             that {} depends on changes in every wave.",
            waiting.argument, waiting.block
        );
        let trouble = Diagnostic::error("No progress from wave to wave", detail).at(waiting.range.clone());
        Err(Box::new(trouble.about(waiting.block.to_string()).next(
            "Everything up to here is applied and kept. Decide the instances by something that stays the same, then apply \
             again.",
        )))
    }
}
