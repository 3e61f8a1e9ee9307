//! `count` and `for_each`: which instances there are.

use crate::evaluator::{CallValues, Evaluator, ModuleValues, Open, Phase, Repeating, Repetition};
use addrs::{InstanceKey, ModuleInstance, ModulePath};
use config::{ModuleCall, ResourceConfig};
use diag::{Diagnostic, Diagnostics, Range};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use syntax::Expression;
use value::{Content, Marks, Origin, Type, Value, convert};

/// The instances of a resource or module call.
#[derive(Clone, Debug)]
pub enum Expansion {
    /// One without a key.
    Single,
    /// So many, with numbers from zero as keys.
    Count(u32),
    /// One for each key, with `each.value`.
    Each(BTreeMap<Arc<str>, Value>),
    /// None, and what refers to it sees null: `enabled` is false.
    Disabled,
    /// Cannot be told: with [`Awaited`] before an apply, without it because of errors.
    Unknown(Option<Arc<Awaited>>),
}

/// An argument that decides which instances there are, and that only an apply makes known.
#[derive(Clone, Debug)]
pub struct Awaited {
    /// `count`, `for_each` or `enabled`.
    pub argument: &'static str,
    /// Where its expression stands.
    pub range: Range,
    /// The attributes that it waits for, as far as values tell.
    pub origins: Vec<Arc<Origin>>,
    /// What is said where nobody can wait.
    pub refusal: Diagnostic,
}

impl Expansion {
    /// The keys of the instances, in order.
    pub fn keys(&self) -> Vec<InstanceKey> {
        match self {
            Expansion::Single => vec![InstanceKey::None],
            Expansion::Count(n) => (0..*n).map(InstanceKey::Int).collect(),
            Expansion::Each(elements) => elements.keys().cloned().map(InstanceKey::String).collect(),
            Expansion::Disabled | Expansion::Unknown(_) => Vec::new(),
        }
    }

    /// What references see where some instances are not there, because they are left out of a plan: numbers up to the last
    /// one that is, and the keys that are (measured with Terraform 1.11.4).
    pub fn seen(&self, is_there: impl Fn(&InstanceKey) -> bool) -> Expansion {
        match self {
            Expansion::Count(n) => {
                let last = (0..*n).rev().find(|i| is_there(&InstanceKey::Int(*i)));
                Expansion::Count(last.map_or(0, |i| i.saturating_add(1)))
            }
            Expansion::Each(elements) => {
                let there = elements.iter().filter(|(key, _)| is_there(&InstanceKey::String((*key).clone())));
                Expansion::Each(there.map(|(key, value)| (key.clone(), value.clone())).collect())
            }
            Expansion::Single | Expansion::Disabled | Expansion::Unknown(_) => self.clone(),
        }
    }

    /// What it waits for, if it does.
    pub fn awaited(&self) -> Option<&Arc<Awaited>> {
        match self {
            Expansion::Unknown(awaited) => awaited.as_ref(),
            _ => None,
        }
    }

    /// The error of whoever cannot wait.
    pub fn refusal(&self) -> Option<Diagnostic> {
        Some(self.awaited()?.refusal.clone())
    }

    /// What `count.index` and `each` are for an instance.
    pub fn repetition(&self, key: &InstanceKey) -> Repetition {
        let count_index = match key {
            InstanceKey::Int(i) => Some(*i),
            _ => None,
        };
        let each = match (self, key) {
            (Expansion::Each(elements), InstanceKey::String(key)) => {
                elements.get(key).map(|value| (key.clone(), value.clone()))
            }
            _ => None,
        };
        Repetition { count_index, each, self_object: None }
    }
}

impl Evaluator {
    /// The instances of a module, in order; none before all calls on the way to it are expanded.
    pub fn module_instances(&self, path: &ModulePath) -> Vec<ModuleInstance> {
        self.instances.get(path).cloned().unwrap_or_default()
    }

    /// Finds the instances of a called module, in each instance of its caller. To be called once for each module, its
    /// caller first. What is not known yet is no error here: see [`Evaluator::awaited_calls`].
    pub fn expand_module(&mut self, called: &ModulePath) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let tree = self.tree.clone();
        let Some((parent_path, name)) = called.parent() else { return diagnostics };
        let Some(call) = tree.module(&parent_path).and_then(|module| module.module_calls.get(&name)) else {
            return diagnostics;
        };
        let mut instances = Vec::new();
        for parent in self.module_instances(&parent_path) {
            let (expansion, troubles) = self.expand_call(&parent, call);
            diagnostics.extend(troubles);
            for key in expansion.keys() {
                let instance = parent.child(name.clone(), key);
                self.values.insert(instance.clone(), ModuleValues::default());
                instances.push(instance);
            }
            let values = self.values.entry(parent).or_default();
            values.calls.insert(name.clone(), CallValues { expansion, whole: OnceLock::new() });
        }
        self.instances.insert(called.clone(), instances);
        diagnostics
    }

    /// The instances of the caller in which it is not known yet which instances of a module there are; to be asked after
    /// [`Evaluator::expand_module`].
    pub fn awaited_calls(&self, called: &ModulePath) -> Vec<(ModuleInstance, Arc<Awaited>)> {
        let Some((parent, name)) = called.parent() else { return Vec::new() };
        let awaited = |caller: ModuleInstance| {
            let awaited = self.values.get(&caller)?.calls.get(&name)?.expansion.awaited()?.clone();
            Some((caller, awaited))
        };
        self.module_instances(&parent).into_iter().filter_map(awaited).collect()
    }

    /// In validation one instance stands for all, and the call itself is unknown to those who refer to it.
    pub(crate) fn open_module(&mut self, called: &ModulePath) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let tree = self.tree.clone();
        let Some((parent_path, name)) = called.parent() else { return diagnostics };
        let Some(call) = tree.module(&parent_path).and_then(|module| module.module_calls.get(&name)) else {
            return diagnostics;
        };
        let mut instances = Vec::new();
        for parent in self.module_instances(&parent_path) {
            let (_, troubles) = self.expand_call(&parent, call);
            diagnostics.extend(troubles);
            let instance = parent.child(name.clone(), InstanceKey::None);
            self.values.insert(instance.clone(), ModuleValues::default());
            instances.push(instance);
            if call.count.is_none() && call.for_each.is_none() && call.enabled.is_none() {
                let single = CallValues { expansion: Expansion::Single, whole: OnceLock::new() };
                self.values.entry(parent).or_default().calls.insert(name.clone(), single);
            }
        }
        self.instances.insert(called.clone(), instances);
        diagnostics
    }

    fn expand_call(&self, parent: &ModuleInstance, call: &ModuleCall) -> (Expansion, Diagnostics) {
        let what = format!("module.{}", call.name);
        self.expand(parent, [&call.count, &call.for_each, &call.enabled], &what)
    }

    /// The instances of a resource in a module instance. That they are not known yet is no error here: who cannot wait for
    /// an apply says what [`Expansion::refusal`] says.
    pub fn expand_resource(&self, module: &ModuleInstance, resource: &ResourceConfig) -> (Expansion, Diagnostics) {
        let what = resource.addr.to_string();
        self.expand(module, [&resource.count, &resource.for_each, &resource.lifecycle.enabled], &what)
    }

    /// Whether `prevent_destroy` of a resource says that nothing of it is destroyed in a module instance. Constant in
    /// Terraform; any expression of the module in OpenTofu 1.12.
    pub fn prevents_destroy(&self, module: &ModuleInstance, resource: &ResourceConfig) -> (bool, Diagnostics) {
        let Some(expr) = &resource.lifecycle.prevent_destroy else { return (false, Diagnostics::new()) };
        let validating = self.settings.phase == Phase::Validate;
        let repeating = match validating {
            true => Repeating::Open(Open::default()),
            false => Repeating::Instance(&Repetition::NONE),
        };
        let (value, mut diagnostics) = self.evaluate_bound(module, expr, repeating, &[]);
        if diagnostics.has_errors() {
            return (true, diagnostics);
        }
        let mut refuse = |detail: String| {
            let trouble = Diagnostic::error("Invalid prevent_destroy argument", detail).at(expr.range());
            diagnostics.push(trouble.next("Give true or false, known while planning."));
            true
        };
        let prevents = match convert(&value, &Type::Bool).map(|value| value.content) {
            _ if value.marks.contains(Marks::EPHEMERAL) => {
                refuse("Whether objects may be destroyed must not be decided by an ephemeral value.".into())
            }
            Ok(Content::Bool(prevents)) => prevents,
            Ok(Content::Null(_)) => false,
            Ok(_) if validating => false,
            Ok(_) => refuse("Whether objects may be destroyed is not known before an apply.".into()),
            Err(e) => refuse(format!("Unsuitable value for prevent_destroy: {e}.")),
        };
        (prevents, diagnostics)
    }

    pub(crate) fn expand(
        &self,
        module: &ModuleInstance,
        [count, for_each, enabled]: [&Option<Expression>; 3],
        what: &str,
    ) -> (Expansion, Diagnostics) {
        let (Some(expr), argument) = (match (count, for_each, enabled) {
            (Some(expr), ..) => (Some(expr), "count"),
            (_, Some(expr), _) => (Some(expr), "for_each"),
            (.., Some(expr)) => (Some(expr), "enabled"),
            _ => (None, ""),
        }) else {
            return (Expansion::Single, Diagnostics::new());
        };
        let repeating = match self.settings.phase {
            Phase::Validate => Repeating::Open(Open::default()),
            _ => Repeating::Instance(&Repetition::NONE),
        };
        let (value, mut diagnostics) = self.evaluate_bound(module, expr, repeating, &[]);
        if diagnostics.has_errors() {
            return (Expansion::Unknown(None), diagnostics);
        }
        let result = match argument {
            "count" => count_of(&value, what),
            "for_each" => elements_of(&value, what),
            _ => enabled_of(&value, what),
        };
        let refusal = match result {
            Ok(expansion) => return (expansion, diagnostics),
            Err(refusal) => refusal,
        };
        let Refusal { detail, next, unknown } = refusal;
        let refusal = Diagnostic::error(format!("Invalid {argument} argument"), detail)
            .at(expr.range())
            .involving(argument, crate::describe(&value))
            .next(next);
        if unknown {
            let awaited = Awaited { argument, range: expr.range(), origins: origins(&value), refusal };
            return (Expansion::Unknown(Some(Arc::new(awaited))), diagnostics);
        }
        diagnostics.push(refusal);
        (Expansion::Unknown(None), diagnostics)
    }
}

/// Where what is unknown in a value comes from, each attribute once.
pub fn origins(value: &Value) -> Vec<Arc<Origin>> {
    let mut found: BTreeSet<Arc<Origin>> = BTreeSet::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match &value.content {
            Content::Unknown(_, _, Some(origin)) => {
                found.insert(origin.clone());
            }
            Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => open.extend(items.iter()),
            Content::Map(_, members) | Content::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    found.into_iter().collect()
}

/// Why a value is not a number of instances or a collection of keys.
struct Refusal {
    detail: String,
    next: String,
    /// True when a later value may be one.
    unknown: bool,
}

fn refuse<T>(detail: impl Into<String>, next: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { detail: detail.into(), next: next.into(), unknown: false })
}

fn target_advice(what: &str, argument: &str) -> String {
    format!(
        "Decide {argument} of {what} from values that are known while planning, such as input variables; or first apply \
         a configuration of only what {argument} depends on."
    )
}

fn count_of(value: &Value, what: &str) -> Result<Expansion, Refusal> {
    let next = "Give a whole number from zero up.";
    if value.marks.contains(Marks::EPHEMERAL) {
        return refuse(
            "The given \"count\" is derived from an ephemeral value, which cannot be kept between plan and apply. Use only non-ephemeral values to specify a number of resource instances.",
            next,
        );
    }
    if value.is_null() {
        let detail = "The given \"count\" argument value is null. An integer is required.";
        return refuse(detail, "Give a whole number; zero means no instance.");
    }
    let unsuitable = |why: String| format!("The given \"count\" argument value is unsuitable: {why}.");
    let number = match convert(value, &Type::Number) {
        Ok(number) => number,
        Err(e) => return refuse(unsuitable(e.to_string()), next),
    };
    let Content::Number(number) = &number.content else {
        return Err(Refusal {
            detail: "The \"count\" value depends on resource attributes that cannot be determined until apply, so the \
                     number of instances cannot be predicted."
                .into(),
            next: target_advice(what, "count"),
            unknown: true,
        });
    };
    if number.signum() < 0 {
        return refuse(unsuitable("must be greater than or equal to zero".into()), next);
    }
    if !number.is_integer() {
        return refuse(unsuitable("must be a whole number".into()), "Round it with floor() or ceil().");
    }
    match number.to_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| i32::try_from(*n).is_ok()) {
        Some(n) => Ok(Expansion::Count(n)),
        None => refuse(unsuitable("must be at most 2147483647".into()), next),
    }
}

/// `enabled` (OpenTofu 1.11): the rules are those of OpenTofu.
fn enabled_of(value: &Value, what: &str) -> Result<Expansion, Refusal> {
    let next = "Give true or false.";
    if value.marks.contains(Marks::SENSITIVE) {
        return refuse(
            "Whether there is an instance shows in every plan, so that \"enabled\" must not be decided by sensitive values.",
            "If it is no secret, use nonsensitive().",
        );
    }
    if value.marks.contains(Marks::EPHEMERAL) {
        return refuse(
            "The given \"enabled\" is derived from an ephemeral value, which cannot be kept between plan and apply.",
            next,
        );
    }
    if value.is_null() {
        return refuse("The given \"enabled\" argument value is null. True or false is required.", next);
    }
    match convert(value, &Type::Bool).map(|value| value.content) {
        Ok(Content::Bool(true)) => Ok(Expansion::Single),
        Ok(Content::Bool(false)) => Ok(Expansion::Disabled),
        Ok(_) => Err(Refusal {
            detail:
                "The \"enabled\" value depends on resource attributes that cannot be determined until apply, so it is \
                     not known whether there is an instance."
                    .into(),
            next: target_advice(what, "enabled"),
            unknown: true,
        }),
        Err(e) => refuse(format!("The given \"enabled\" argument value is unsuitable: {e}."), next),
    }
}

fn elements_of(value: &Value, what: &str) -> Result<Expansion, Refusal> {
    let accepted = "Give a map, an object or a set of strings, for example with toset().";
    if value.marks.contains(Marks::EPHEMERAL) {
        return refuse(
            "The given \"for_each\" value is derived from an ephemeral value, which cannot be kept between plan and apply. Use only non-ephemeral values to specify a resource's instance keys.",
            accepted,
        );
    }
    if value.marks.contains(Marks::SENSITIVE) {
        return refuse(
            "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. If used, the \
             sensitive value could be exposed as a resource instance key.",
            "If the keys are no secret, take them out with nonsensitive(), for example nonsensitive(keys(x)).",
        );
    }
    let unsuitable = |why: &str| format!("The given \"for_each\" argument value is unsuitable: {why}.");
    match &value.content {
        Content::Null(_) => refuse(
            unsuitable("the given \"for_each\" argument value is null. A map, or set of strings is allowed"),
            "Use an empty map or set for no instance.",
        ),
        Content::Map(_, elements) | Content::Object(elements) => Ok(Expansion::Each((**elements).clone())),
        Content::Set(element, items) => set_elements(element, items, what),
        Content::Unknown(Type::Dynamic | Type::Map(_) | Type::Object(_), ..) => Err(Refusal {
            detail:
                "The \"for_each\" map includes keys derived from resource attributes that cannot be determined until \
                     apply, so that the full set of keys that will identify the instances is not known."
                    .into(),
            next: format!(
                "Use a map whose keys are written in the configuration; values may be unknown. Or: {}",
                target_advice(what, "for_each")
            ),
            unknown: true,
        }),
        Content::Unknown(Type::Set(element), ..) if matches!(**element, Type::String | Type::Dynamic) => {
            Err(unknown_set(what))
        }
        _ => {
            let ty = value.ty().friendly_name();
            let why = format!(
                "the \"for_each\" argument must be a map, or set of strings, and you have provided a value of type {ty}"
            );
            refuse(unsuitable(&why), accepted)
        }
    }
}

fn unknown_set(what: &str) -> Refusal {
    Refusal {
        detail:
            "The \"for_each\" set includes values derived from resource attributes that cannot be determined until \
                 apply, so that the full set of keys that will identify the instances is not known."
                .into(),
        next: format!(
            "Use a map whose keys are written in the configuration instead of a set. Or: {}",
            target_advice(what, "for_each")
        ),
        unknown: true,
    }
}

fn set_elements(element: &Type, items: &[Value], what: &str) -> Result<Expansion, Refusal> {
    let unsuitable = |why: String| format!("The given \"for_each\" argument value is unsuitable: {why}.");
    if items.iter().any(|item| !item.is_wholly_known()) {
        return Err(unknown_set(what));
    }
    if items.is_empty() {
        return Ok(Expansion::Each(BTreeMap::new()));
    }
    if *element != Type::String {
        let why = format!(
            "\"for_each\" supports maps and sets of strings, but you have provided a set containing type {}",
            element.friendly_name()
        );
        return refuse(unsuitable(why), "Turn the elements into strings, or use a map.");
    }
    let mut elements = BTreeMap::new();
    for item in items {
        match &item.content {
            Content::String(key) => elements.insert(key.clone(), item.clone()),
            _ => {
                let why = "\"for_each\" sets must not contain null values".to_string();
                return refuse(unsuitable(why), "Take null out, for example with compact().");
            }
        };
    }
    Ok(Expansion::Each(elements))
}
