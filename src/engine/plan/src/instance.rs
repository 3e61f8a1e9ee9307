//! Planning one managed instance: what is asked of its provider, and what the answer means (plugin-protocol.md 9).
//!
//! Pure, and shared: the planner plans every instance with it, the applier makes its final plan with it and holds
//! the two against each other with [`confirm`].
//!
//! ```text
//! prepare(subject, prior, config) ── Question::Plan ──▶ provider
//!          ▲                                               │ answer
//!          └── Settled::AskAgain (plan as a create) ◀── settle ──▶ Settled::Planned(Outcome)
//! ```

use crate::{Action, ActionReason, InstanceChange};
use addrs::{ProviderConfig, ResourceInstance};
use calls::{Answer, ObjectIdentity, PlannedObject, Question};
use configschema::{Broken, IgnoreChanges, Schema};
use diag::{Diagnostic, Diagnostics, Range};
use state::Status;
use std::collections::BTreeSet;
use std::sync::Arc;
use value::{Content, Marks, Path, PathStep, Type, Value};

/// What is fixed about an instance before its provider is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Which resource instance.
    pub addr: ResourceInstance,
    /// Who serves it.
    pub provider: ProviderConfig,
    /// Schema of its type.
    pub schema: Arc<Schema>,
    /// Type of its objects, implied by the schema: kept, because finding it walks the whole schema.
    pub ty: Type,
    /// `ignore_changes`.
    pub ignore: Arc<IgnoreChanges>,
    /// Whether its replacement is created first, also by propagation.
    pub create_before_destroy: bool,
    /// Whether its replacement lets go of the old object (`destroy = false`).
    pub skip_destroy: bool,
    /// Why it must be replaced whatever the provider says: `-replace` or `replace_triggered_by`.
    pub forced: Option<ActionReason>,
    /// What its module says in `provider_meta`; `None` where it says nothing.
    pub meta: Option<Value>,
    /// Header of the block that declares it.
    pub declared_at: Option<Range>,
}

/// The object that is there now.
#[derive(Clone, Debug, PartialEq)]
pub struct Prior {
    /// Its value, refreshed, with marks; not null.
    pub value: Value,
    /// Bytes that only the provider understands.
    pub private: Arc<[u8]>,
    /// What tells it from all others, where its provider says so.
    pub identity: Option<ObjectIdentity>,
    /// Whether it is whole.
    pub status: Status,
}

/// A question that is on its way, and what is needed to understand the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    subject: Subject,
    /// The object before, with marks; null when there is none.
    before: Value,
    before_private: Arc<[u8]>,
    before_identity: Option<ObjectIdentity>,
    /// What the provider is told to be there: null for creates, also of the tainted and the replaced.
    prior: Value,
    prior_private: Arc<[u8]>,
    prior_identity: Option<ObjectIdentity>,
    /// The configuration without marks, before `ignore_changes`.
    original: Value,
    /// The configuration without marks, after `ignore_changes`.
    config: Value,
    /// Marks of the configuration.
    marks: Vec<(Path, Marks)>,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq)]
enum Stage {
    /// From what is there.
    First,
    /// From nothing, because it must be replaced.
    Replacement { reason: ActionReason, replace_paths: Vec<Path> },
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// It is planned; with warnings of the provider.
    Planned(Box<Outcome>, Diagnostics),
    /// It must be replaced, so its provider is asked once more, as for a create; with warnings so far.
    AskAgain(Box<Prepared>, Diagnostics),
}

/// A planned instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: ActionReason,
    /// Before, with marks; null when there is nothing.
    pub before: Value,
    /// After, with marks and origins.
    pub after: Value,
    /// The configuration that the provider planned with, unmarked: after `ignore_changes`, of a replacement
    /// before. Write-only attributes that are set are unknown in it: their values are kept nowhere.
    pub config: Value,
    /// Private bytes for the apply.
    pub private: Arc<[u8]>,
    /// Attributes that force the replacement, filtered.
    pub replace_paths: Vec<Path>,
}

/// Prepares the question for an instance that the configuration wants. `config` may carry marks.
///
/// # Errors
/// Ephemeral values where they would be stored, and paths of `ignore_changes` that cannot be applied.
pub fn prepare(subject: &Subject, prior: Option<&Prior>, config: &Value) -> Result<Prepared, Diagnostics> {
    let (original, marks) = config.unmark_deep();
    refuse_ephemeral(subject, &original, &marks)?;
    // Ephemeral values end here: what is planned is stored.
    let marks = marks.into_iter().filter(|(_, m)| m.contains(Marks::SENSITIVE));
    let marks = marks.map(|(path, _)| (path, Marks::SENSITIVE)).collect();
    let nothing = Value::null(subject.ty.clone());
    let there = prior.filter(|p| p.status == Status::Ready);
    let before = prior.map_or_else(|| nothing.clone(), |p| p.value.clone());
    let prior_value = there.map_or(nothing, |p| p.value.unmark_deep().0);
    let config = ignoring(subject, &prior_value, &original);
    Ok(Prepared {
        subject: subject.clone(),
        before,
        before_private: prior.map_or_else(empty_bytes, |p| p.private.clone()),
        before_identity: prior.and_then(|p| p.identity.clone()),
        prior: prior_value,
        prior_private: there.map_or_else(empty_bytes, |p| p.private.clone()),
        prior_identity: there.and_then(|p| p.identity.clone()),
        original,
        config,
        marks,
        stage: Stage::First,
    })
}

impl Prepared {
    /// What the provider is to be asked.
    pub fn question(&self) -> Question {
        Question::Plan {
            provider: self.subject.provider.clone(),
            kind: self.subject.addr.resource.kind.clone(),
            prior: self.prior.clone(),
            proposed: configschema::proposed_new(&self.subject.schema.block, &self.prior, &self.config),
            config: self.config.clone(),
            private: self.prior_private.clone(),
            identity: self.prior_identity.clone(),
            meta: self.subject.meta.clone(),
        }
    }

    /// Private bytes and identity of the object before, whatever the provider is told.
    pub(crate) fn before_kept(&self) -> (Arc<[u8]>, Option<ObjectIdentity>) {
        (self.before_private.clone(), self.before_identity.clone())
    }

    /// The instance that it is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }
}

/// Understands the answer to [`Prepared::question`].
///
/// # Errors
/// What the provider said, or which promise it broke.
pub fn settle(prepared: Prepared, answer: Answer) -> Result<Settled, Diagnostics> {
    let subject = &prepared.subject;
    let (planned, warnings) = match answer {
        Answer::Planned(planned, diagnostics) => {
            let diagnostics = about(&subject.addr, subject.declared_at.as_ref(), diagnostics);
            match planned {
                Some(planned) if !diagnostics.has_errors() => (planned, diagnostics),
                _ if diagnostics.has_errors() => return Err(diagnostics),
                _ => return Err(no_answer(subject).into()),
            }
        }
        _ => return Err(no_answer(subject).into()),
    };
    if let Err(error) = value::conforms(&planned.planned, &subject.ty) {
        return Err(invalid_plan(subject, &format!(": {error}.")).into());
    }
    let mut trouble = broken_write_only(subject, &planned.planned, "Provider produced invalid plan", "during planning");
    let after = match &prepared.stage {
        Stage::First => {
            if !planned.legacy {
                trouble.extend(broken_promises(&prepared, &planned.planned));
            }
            let after = &planned.planned;
            if planned.legacy { ignoring(subject, &prepared.prior, after) } else { after.clone() }
        }
        Stage::Replacement { .. } => planned.planned.clone(),
    };
    if trouble.has_errors() {
        return Err(trouble);
    }
    match prepared.stage.clone() {
        Stage::First => first(prepared, planned, after, warnings),
        Stage::Replacement { reason, replace_paths } => {
            let action = replacement(&prepared.subject);
            let outcome = outcome(prepared, after, planned.private, Chosen { action, reason, replace_paths });
            Ok(Settled::Planned(Box::new(outcome), Diagnostics::new()))
        }
    }
}

struct Chosen {
    action: Action,
    reason: ActionReason,
    replace_paths: Vec<Path>,
}

/// Chooses the action after the first answer (plugin-protocol.md 9.9–9.12).
fn first(
    prepared: Prepared,
    planned: PlannedObject,
    after: Value,
    warnings: Diagnostics,
) -> Result<Settled, Diagnostics> {
    let subject = &prepared.subject;
    let done = |prepared: Prepared, chosen: Chosen| {
        let outcome = outcome(prepared, after.clone(), planned.private.clone(), chosen);
        Ok(Settled::Planned(Box::new(outcome), warnings.clone()))
    };
    if prepared.prior.is_null() {
        let tainted = !prepared.before.is_null();
        // A trigger is named as the reason whatever the action, also of a create (observed with Terraform 1.11.4).
        let triggered = subject.forced.filter(|reason| *reason == ActionReason::ReplaceByTriggers);
        let (action, reason) = match tainted {
            true => (replacement(subject), ActionReason::ReplaceBecauseTainted),
            false => (Action::Create, ActionReason::None),
        };
        let reason = triggered.unwrap_or(reason);
        return done(prepared, Chosen { action, reason, replace_paths: Vec::new() });
    }
    let replace_paths = forcing_paths(&prepared, &planned, &after)?;
    if subject.forced.is_none() && replace_paths.is_empty() {
        let same = prepared.prior == after && same_marks(&prepared, &after);
        let action = if same { Action::NoOp } else { Action::Update };
        return done(prepared, Chosen { action, reason: ActionReason::None, replace_paths });
    }
    let reason = subject.forced.unwrap_or(ActionReason::ReplaceBecauseCannotUpdate);
    let again = Prepared {
        prior: Value::null(subject.ty.clone()),
        prior_private: planned.private.clone(),
        // What is made is another object.
        prior_identity: None,
        config: prepared.original.clone(),
        stage: Stage::Replacement { reason, replace_paths },
        ..prepared
    };
    Ok(Settled::AskAgain(Box::new(again), warnings))
}

fn replacement(subject: &Subject) -> Action {
    match (subject.skip_destroy, subject.create_before_destroy) {
        (true, _) => Action::ForgetThenCreate,
        (false, true) => Action::CreateThenDelete,
        (false, false) => Action::DeleteThenCreate,
    }
}

fn outcome(prepared: Prepared, after: Value, private: Arc<[u8]>, chosen: Chosen) -> Outcome {
    let after = marked(&prepared.subject, &after, &prepared.marks);
    let after = with_origins(&prepared.subject.addr, &after, &prepared.config);
    Outcome {
        action: chosen.action,
        reason: chosen.reason,
        before: prepared.before,
        after,
        config: configschema::without_write_only(&prepared.subject.schema.block, &prepared.config),
        private,
        replace_paths: chosen.replace_paths,
    }
}

/// A value with the marks of the configuration and of the schema.
fn marked(subject: &Subject, value: &Value, marks: &[(Path, Marks)]) -> Value {
    value.mark_paths(marks).mark_paths(&schema_marks(&subject.schema, value))
}

/// Where the schema says that a value must not be shown.
pub(crate) fn schema_marks(schema: &Schema, value: &Value) -> Vec<(Path, Marks)> {
    configschema::sensitive_paths(&schema.block, value)
}

/// Compares where values are marked, as sets (features-and-traps.md 20, 21).
fn same_marks(prepared: &Prepared, after: &Value) -> bool {
    let marked_after = marked(&prepared.subject, after, &prepared.marks);
    let places = |value: &Value| value.unmark_deep().1.into_iter().collect::<BTreeSet<_>>();
    let before = &prepared.before;
    if before.all_marks().is_empty() && marked_after.all_marks().is_empty() {
        return true;
    }
    let before = before.mark_paths(&schema_marks(&prepared.subject.schema, before));
    places(&before) == places(&marked_after)
}

/// A planned value each of whose unknown parts says which attribute of which instance will decide it.
pub(crate) fn with_origins(addr: &ResourceInstance, planned: &Value, config: &Value) -> Value {
    if planned.is_wholly_known() {
        return planned.clone();
    }
    adopt_origins(planned, config).with_origin(&addr.to_string().into())
}

/// Unknown values that the provider took over from the configuration keep where they come from: the wire forgets it
/// (recovery.md 2.2).
fn adopt_origins(planned: &Value, config: &Value) -> Value {
    match (&planned.content, &config.content) {
        (Content::Unknown(ty, refinement, None), Content::Unknown(_, _, Some(origin))) => {
            let content = Content::Unknown(ty.clone(), refinement.clone(), Some(origin.clone()));
            Value { content, marks: planned.marks }
        }
        (Content::Set(..), _) => planned.clone(),
        _ if planned.is_wholly_known() || config.is_wholly_known() => planned.clone(),
        _ => planned.map_children(|step, part| match part_at(config, step) {
            Some(config) => adopt_origins(part, config),
            None => part.clone(),
        }),
    }
}

fn part_at(value: &Value, step: PathStep) -> Option<&Value> {
    match (step, &value.content) {
        (PathStep::Attribute(name) | PathStep::Key(name), _) => value.get(&name),
        (PathStep::Index(_), Content::Set(..)) => None,
        (PathStep::Index(i), _) => value.as_items()?.get(usize::try_from(i).ok()?),
    }
}

/// The value with `ignore_changes` applied against what is there.
fn ignoring(subject: &Subject, prior: &Value, value: &Value) -> Value {
    configschema::apply_ignore_changes(&subject.schema.block, prior, value, &subject.ignore)
}

/// The paths that force a replacement, filtered (plugin-protocol.md 9.9).
fn forcing_paths(prepared: &Prepared, planned: &PlannedObject, after: &Value) -> Result<Vec<Path>, Diagnostics> {
    let subject = &prepared.subject;
    configschema::replace_paths(&planned.requires_replace, &prepared.prior, after, &subject.schema.block)
        .map_err(|broken| broken.iter().map(|b| invalid_plan(subject, &said(b))).collect())
}

/// Promises that the planned object breaks.
fn broken_promises(prepared: &Prepared, planned: &Value) -> Diagnostics {
    let subject = &prepared.subject;
    let block = &subject.schema.block;
    let broken = configschema::assert_plan_valid(block, &prepared.prior, &prepared.config, planned);
    broken.iter().map(|b| invalid_plan(subject, &said(b))).collect()
}

/// Write-only arguments that came back with a value.
pub(crate) fn broken_write_only(subject: &Subject, value: &Value, summary: &str, when: &str) -> Diagnostics {
    let broken = configschema::assert_write_only_null(&subject.schema.block, value);
    let provider = subject.provider.provider.to_string();
    let errors = broken.iter().map(|b| {
        let detail = format!(
            "Provider {provider:?} returned a value for the write-only attribute \"{}.{}\" {when}. Write-only \
             attributes cannot be read back from the provider.{BUG}",
            subject.addr, b.path
        );
        Diagnostic::error(summary, detail)
    });
    about(&subject.addr, subject.declared_at.as_ref(), errors.collect())
}

/// Ephemeral values must not be stored: only write-only arguments take them (features-and-traps.md 24).
pub fn refuse_ephemeral(subject: &Subject, config: &Value, marks: &[(Path, Marks)]) -> Result<(), Diagnostics> {
    let ephemeral: Vec<&Path> =
        marks.iter().filter(|(_, m)| m.contains(Marks::EPHEMERAL)).map(|(path, _)| path).collect();
    if ephemeral.is_empty() {
        return Ok(());
    }
    let allowed = configschema::write_only_paths(&subject.schema.block, config);
    let refused = ephemeral.into_iter().filter(|path| !allowed.iter().any(|a| path.0.starts_with(&a.0)));
    let errors: Diagnostics = refused
        .map(|path| {
            let detail = format!(
                "Ephemeral values are not valid for {:?}, because it is not a write-only attribute and must be \
                 persisted to state.",
                path.to_string()
            );
            Diagnostic::error("Invalid use of ephemeral value", detail)
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(about(&subject.addr, subject.declared_at.as_ref(), errors)) }
}

/// A broken promise as what follows an address.
fn said(broken: &Broken) -> String {
    match broken.path == Path::ROOT {
        true => format!(": {}.", broken.reason),
        false => format!(".{}: {}.", broken.path, broken.reason),
    }
}

fn empty_bytes() -> Arc<[u8]> {
    Arc::from(&[][..])
}

/// Diagnostics that name the instance and, where they name no place, its block.
pub fn about(addr: &ResourceInstance, declared_at: Option<&Range>, diagnostics: Diagnostics) -> Diagnostics {
    if diagnostics.is_empty() {
        return diagnostics;
    }
    let address = addr.to_string();
    diagnostics.map(|d| {
        let d = match declared_at {
            Some(range) => d.at_if_missing(range),
            None => d,
        };
        if d.address.is_some() { d } else { d.about(address.clone()) }
    })
}

fn no_answer(subject: &Subject) -> Diagnostic {
    Diagnostic::error(
        "Provider gave no plan",
        format!(
            "Provider {:?} answered the plan of {} without a planned object.{BUG}",
            subject.provider.provider.to_string(),
            subject.addr
        ),
    )
    .about(subject.addr.to_string())
}

/// How Terraform ends messages about promises that a provider broke.
pub(crate) const BUG: &str =
    "\n\nThis is a bug in the provider, which should be reported in the provider's own issue tracker.";

/// The error about a broken promise.
pub(crate) fn invalid_plan(subject: &Subject, what: &str) -> Diagnostic {
    let provider = subject.provider.provider.to_string();
    let detail = format!("Provider {provider:?} planned an invalid value for {}{what}{BUG}", subject.addr);
    let diagnostic = Diagnostic::error("Provider produced invalid plan", detail).about(subject.addr.to_string());
    match &subject.declared_at {
        Some(range) => diagnostic.at(range.clone()),
        None => diagnostic,
    }
}

/// The error about an object that is none of the type's.
pub(crate) fn invalid_object(subject: &Subject, why: &str) -> Diagnostics {
    let provider = subject.provider.provider.to_string();
    let detail = format!("Provider {provider:?} returned an invalid value for {}: {why}.{BUG}", subject.addr);
    Diagnostic::error("Provider produced invalid object", detail).about(subject.addr.to_string()).into()
}

/// Holds the plan made with all values known against the plan that was shown: what became known must fit into what was
/// unknown, and the action must be the same (plugin-protocol.md 10.3, features-and-traps.md 57). `now` is the outcome of
/// [`prepare`] and [`settle`] during apply; for the create half of a replacement its prior is `None`.
///
/// There is no exemption for the legacy SDK here.
///
/// # Errors
/// "Provider produced inconsistent final plan", once for each difference.
pub fn confirm(shown: &InstanceChange, now: &Outcome) -> Result<(), Diagnostics> {
    let provider = shown.provider.provider.to_string();
    let addr = &shown.addr;
    let inconsistent = |what: String| {
        let detail = format!(
            "When expanding the plan for {addr} to include new values learned so far during apply, provider {provider:?} \
             {what}.{BUG}"
        );
        let diagnostic = Diagnostic::error("Provider produced inconsistent final plan", detail).about(addr.to_string());
        match &shown.declared_at {
            Some(range) => diagnostic.at(range.clone()),
            None => diagnostic,
        }
    };
    let fits = match (shown.action, now.action) {
        (a, b) if a == b => true,
        (Action::Update, Action::NoOp) => true,
        (a, Action::Create) => a.is_replace(),
        _ => false,
    };
    if !fits {
        let what = format!("changed the planned action from {} to {}", verb(shown.action), verb(now.action));
        return Err(inconsistent(what).into());
    }
    let (planned, actual) = (shown.after.unmark_deep().0, now.after.unmark_deep().0);
    let broken = configschema::assert_object_compatible(&shown.schema.block, &planned, &actual);
    if broken.is_empty() {
        return Ok(());
    }
    Err(broken.iter().map(|b| inconsistent(format!("produced an invalid new value for {b}"))).collect())
}

/// An action as messages name it.
fn verb(action: Action) -> &'static str {
    match action {
        Action::NoOp => "no-op",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::DeleteThenCreate | Action::CreateThenDelete | Action::ForgetThenCreate => "replace",
        Action::Delete => "delete",
        Action::Forget => "forget",
    }
}
