//! The final plan of one instance: only for what could not be planned wholly (plugin-protocol.md 10.2, 10.3).

use crate::desired::Desired;
use addrs::ResourceInstance;
use calls::{Answer, Question};
use configschema::IgnoreChanges;
use diag::{Diagnostic, Diagnostics};
use journal::Act;
use plan::InstanceChange;
use plan::instance::{Outcome, Prepared, Prior, Settled, Subject, confirm, prepare, settle};
use state::Status;
use std::sync::Arc;
use value::{Path, Type, Value};

/// What a change is made from: values without marks.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    pub(crate) prior: Value,
    pub(crate) planned: Value,
    pub(crate) config: Value,
    pub(crate) private: Arc<[u8]>,
    /// Paths that the configuration marks sensitive.
    pub(crate) sensitive: Arc<[Path]>,
}

/// The next thing to do for an instance.
#[allow(clippy::large_enum_variant, reason = "lives for one call")]
pub(crate) enum Next {
    /// It can be changed.
    Change(Box<Ready>),
    /// Its provider plans once more.
    Ask(Box<Final>, Question),
    /// It cannot be changed.
    Fail(Diagnostics),
}

/// A final plan on its way.
pub(crate) struct Final {
    prepared: Prepared,
    /// The configuration without marks, before `ignore_changes`: what the apply is told.
    config: Value,
}

/// Null of the type of a change's objects. One of the values that are there is mostly null already, which saves
/// walking the schema.
pub(crate) fn nothing(change: &InstanceChange) -> Value {
    let known = [&change.before, &change.after, &change.config].into_iter().find(|value| value.is_null());
    let typed = known.map(|value| value.ty()).filter(|ty| *ty != Type::Dynamic);
    Value::null(typed.unwrap_or_else(|| configschema::implied_type(&change.schema.block)))
}

/// Starts a create or an update.
pub(crate) fn begin(desired: &Desired, change: &InstanceChange, act: Act) -> Next {
    let addr = &change.addr;
    let troubles = desired.preconditions(addr);
    if troubles.has_errors() {
        return Next::Fail(troubles);
    }
    let ignores =
        desired.block(addr).is_some_and(|block| !matches!(block.lifecycle.ignore_changes, config::IgnoreChanges::None));
    if change.config.is_wholly_known() && (act == Act::Create || !ignores) {
        return Next::Change(Box::new(as_planned(change, act)));
    }
    let (config, troubles) = desired.configuration(addr, &change.schema);
    if troubles.has_errors() {
        return Next::Fail(troubles);
    }
    let bare = config.unmark_deep().0;
    if change.config.is_wholly_known() {
        // Only the request differs: it holds the configuration as written, without `ignore_changes`.
        return Next::Change(Box::new(Ready { config: bare, ..as_planned(change, act) }));
    }
    let subject = subject(desired, change);
    let prior = prior(change, act);
    match prepare(&subject, prior.as_ref(), &config) {
        Ok(prepared) => {
            let question = prepared.question();
            Next::Ask(Box::new(Final { prepared, config: bare }), question)
        }
        Err(troubles) => Next::Fail(troubles),
    }
}

/// What was planned is what is done.
fn as_planned(change: &InstanceChange, act: Act) -> Ready {
    Ready {
        prior: prior(change, act).map_or_else(|| nothing(change), |prior| prior.value.unmark_deep().0),
        planned: change.after.unmark_deep().0,
        config: change.config.clone(),
        private: change.private.clone(),
        sensitive: crate::object::sensitive(&change.after),
    }
}

/// Of a create there is nothing before, also when it is half of a replacement.
fn prior(change: &InstanceChange, act: Act) -> Option<Prior> {
    (act == Act::Update).then(|| Prior {
        value: change.before.clone(),
        private: change.prior_private.clone(),
        identity: change.identity.clone(),
        status: Status::Ready,
    })
}

/// Goes on with the answer to a final plan.
pub(crate) fn advance(planning: Final, answer: Answer, change: &InstanceChange, act: Act) -> Next {
    match settle(planning.prepared, answer) {
        Err(troubles) => Next::Fail(troubles),
        Ok(Settled::AskAgain(prepared, _)) => {
            let question = prepared.question();
            Next::Ask(Box::new(Final { prepared: *prepared, config: planning.config }), question)
        }
        Ok(Settled::Planned(outcome, _)) => match confirm(change, &outcome) {
            Err(troubles) => Next::Fail(troubles),
            Ok(()) => Next::Change(Box::new(finally(*outcome, planning.config, change, act))),
        },
    }
}

fn finally(outcome: Outcome, config: Value, change: &InstanceChange, act: Act) -> Ready {
    Ready {
        prior: prior(change, act).map_or_else(|| nothing(change), |prior| prior.value.unmark_deep().0),
        planned: outcome.after.unmark_deep().0,
        config,
        private: outcome.private,
        sensitive: crate::object::sensitive(&outcome.after),
    }
}

/// Whether a read of a data source gave what its schema promises.
pub(crate) fn wrong_data(addr: &ResourceInstance, value: &Value, change: &InstanceChange) -> Diagnostics {
    let why = if value.is_null() {
        "it is null".to_owned()
    } else if let Err(error) = value::conforms(value, &configschema::implied_type(&change.schema.block)) {
        error.to_string()
    } else if !value.is_wholly_known() {
        "it holds unknown values".to_owned()
    } else {
        return Diagnostics::new();
    };
    let detail = format!(
        "Provider {:?} returned an invalid value for {addr} when it was read: {why}.\n\nThis is a bug in the provider, which \
         should be reported in the provider's own issue tracker.",
        change.provider.provider.to_string()
    );
    Diagnostic::error("Provider produced invalid object", detail).about(addr.to_string()).into()
}

fn subject(desired: &Desired, change: &InstanceChange) -> Subject {
    let ignore = match desired.block(&change.addr).map(|block| &block.lifecycle.ignore_changes) {
        None | Some(config::IgnoreChanges::None) => IgnoreChanges::Paths(Vec::new()),
        Some(config::IgnoreChanges::All) => IgnoreChanges::All,
        Some(config::IgnoreChanges::Paths(entries)) => {
            IgnoreChanges::Paths(entries.iter().map(|(path, _)| path.clone()).collect())
        }
    };
    Subject {
        addr: change.addr.clone(),
        provider: change.provider.clone(),
        schema: change.schema.clone(),
        ty: configschema::implied_type(&change.schema.block),
        ignore: Arc::new(ignore),
        create_before_destroy: change.create_before_destroy,
        skip_destroy: change.skip_destroy,
        forced: None,
        meta: change.meta.clone(),
        declared_at: change.declared_at.clone(),
    }
}
