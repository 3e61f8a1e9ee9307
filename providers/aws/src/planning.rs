//! Plans and checks, as the shape of a type says: defaults, values that mean the same, replacements, tags, region.

use crate::fields::{Fields, blocks_type};
use crate::shape::{Check, Definition, Field, Group, Shape};
use crate::tags;
use configschema::{Nesting, Schema};
use sdk::{Diagnostic, Finding, Findings, PlanRequest, Planned};
use std::sync::Arc;
use value::{Path, PathStep, Type, Value};

/// A change that is being planned, for what a type does beyond the rules of its shape.
pub(crate) struct Plan {
    /// Before; `None` for a create.
    pub(crate) prior: Option<Fields>,
    /// What is written; may hold unknowns.
    pub(crate) config: Fields,
    /// After.
    pub(crate) planned: Fields,
    /// What forces a replacement.
    pub(crate) replaces: Vec<Path>,
    /// What there is to say.
    pub(crate) findings: Findings,
    /// Private data that goes with the plan. Hosts give that of the plan for the object that is replaced to the plan for
    /// its successor.
    pub(crate) private: sdk::Private,
}

impl Plan {
    /// Whether an update changes this; a create changes everything.
    pub(crate) fn changes(&self, name: &str) -> bool {
        self.prior.as_ref().is_none_or(|prior| prior.get(name) != self.planned.get(name))
    }

    /// Whether an update changes one of these.
    pub(crate) fn changes_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.changes(name))
    }

    /// Whether the object that is there goes for this change.
    pub(crate) fn is_replacement(&self) -> bool {
        let Some(prior) = &self.prior else { return false };
        let (prior, planned, config) = (prior.object(), self.planned.object(), self.config.object());
        let mut found = self.replaces.clone();
        find_replacements(self.planned.shape(), &prior, &planned, Some(&config), &Path::ROOT, &mut found);
        !found.is_empty()
    }

    /// Says that the argument cannot be as it is.
    pub(crate) fn refuse(&mut self, name: &'static str, why: impl Into<String>) {
        self.findings.push(refused(Path::attribute(name), why));
    }

    /// Says what may go wrong.
    pub(crate) fn warn(&mut self, name: &'static str, why: impl Into<String>) {
        let diagnostic = Diagnostic::warning("This may fail", why);
        self.findings.push(Finding { diagnostic, attribute: Path::attribute(name) });
    }

    /// The change cannot be made to the object that is there.
    pub(crate) fn replace_for(&mut self, name: &'static str) {
        self.replaces.push(Path::attribute(name));
    }
}

/// An argument that cannot be as it is.
pub(crate) fn refused(path: Path, why: impl Into<String>) -> Finding {
    Finding { diagnostic: Diagnostic::error("Invalid argument", why), attribute: path }
}

/// What the provider block adds to every plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The provider's region; `None` while it is unknown.
    pub(crate) region: Option<String>,
    /// `default_tags`; `None` while they are unknown.
    pub(crate) default_tags: Option<tags::Tags>,
    /// `ignore_tags`.
    pub(crate) ignored_tags: tags::Ignored,
}

/// The plan that the shape alone gives.
pub(crate) fn begin(definition: &Definition, schema: &Schema, around: &Surroundings, request: &PlanRequest) -> Plan {
    let shape = &definition.shape;
    let prior = (!request.prior.is_null()).then(|| Fields::of(shape, &request.prior));
    let filled = sdk::default_plan(schema, &[], request).value;
    let value = settled(shape, &filled, Some(&request.config), prior.as_ref().map(|_| &request.prior));
    let config = Fields::of(shape, &request.config);
    let mut planned = Fields::of(shape, &value);
    if definition.has("region") && config.is_null("region") {
        planned.set(
            "region",
            match &around.region {
                Some(region) => Value::string(region.as_str()),
                None => Value::unknown(Type::String),
            },
        );
    }
    if definition.has("tags_all") {
        let all = tags::planned_all(around.default_tags.as_ref(), &around.ignored_tags, planned.get("tags"));
        planned.set("tags_all", all);
    }
    let private = request.private.clone();
    Plan { prior, config, planned, replaces: Vec::new(), findings: Vec::new(), private }
}

/// The plan as hosts take it, with the replacements that the shape asks for.
pub(crate) fn end(definition: &Definition, plan: Plan) -> (Planned, Findings) {
    let Plan { prior, config, planned, mut replaces, mut findings, private } = plan;
    let value = planned.object();
    if let Some(prior) = prior {
        let (prior, config) = (prior.object(), config.object());
        find_replacements(&definition.shape, &prior, &value, Some(&config), &Path::ROOT, &mut replaces);
        if replaces.is_empty() {
            findings.extend(without_effect(definition, &prior, &value));
        }
    }
    (Planned { value, requires_replace: replaces, private }, findings)
}

/// The object with defaults, with what is there in place of what means the same, and with computed blocks.
///
/// `config` is what is written for this block where that can be told; `prior` is what is there.
fn settled(shape: &Shape, planned: &Value, config: Option<&Value>, prior: Option<&Value>) -> Value {
    let Some(values) = planned.as_object() else { return planned.clone() };
    let mut out = values.clone();
    for (name, field) in &shape.fields {
        let Some(value) = values.get(*name) else { continue };
        let written = config.and_then(|config| config.get(name));
        let before = prior.and_then(|prior| prior.get(name));
        if let Some(settled) = settled_field(field, value, written, before) {
            out.insert((*name).into(), settled);
        }
    }
    for (name, nested) in &shape.blocks {
        let Some(value) = values.get(*name) else { continue };
        let written = config.and_then(|config| config.get(name));
        let before = prior.and_then(|prior| prior.get(name));
        let none_written = value.as_items().is_some_and(<[Value]>::is_empty);
        let settled = match nested.nesting {
            _ if nested.computed && none_written => match before {
                Some(before) => before.clone(),
                None => Value::unknown(blocks_type(nested)),
            },
            Nesting::Single | Nesting::Group => settled(&nested.shape, value, written, before),
            Nesting::Set => match value.as_items() {
                Some(items) => {
                    let element = element_type(&value.ty());
                    let all = written.and_then(Value::as_items).unwrap_or_default();
                    let settle = |item| settled(&nested.shape, item, written_as(&nested.shape, item, all), None);
                    Value::set(element, items.iter().map(settle))
                }
                None => value.clone(),
            },
            _ => value.map_children(|step, item| {
                let at = Path(vec![step]);
                let item_before = before.and_then(|before| at.get(before));
                settled(&nested.shape, item, written.and_then(|written| at.get(written)), item_before)
            }),
        };
        out.insert((*name).into(), settled);
    }
    Value::object(out)
}

fn settled_field(field: &Field, planned: &Value, written: Option<&Value>, before: Option<&Value>) -> Option<Value> {
    // In the proposal what was not written may have been filled in already: the default wins over what was there.
    let not_written = match written {
        Some(written) => written.is_null() || (!planned.is_known() && written.is_known()),
        None => planned.is_null() || !planned.is_known(),
    };
    if let Some(default) = field.default.as_ref().filter(|_| not_written) {
        return Some(default.clone());
    }
    let before = before.filter(|before| !before.is_null())?;
    let same = field.same?;
    (planned.is_wholly_known() && !planned.is_null() && before != planned && same(before, planned))
        .then(|| before.clone())
}

/// The block of a set in the configuration that a planned one comes from: elements of sets have no place, so it is the
/// one that says most of what fits. None when nothing fits.
fn written_as<'a>(shape: &Shape, planned: &Value, all: &'a [Value]) -> Option<&'a Value> {
    let fits = |written: &Value| {
        shape.fields.iter().all(|(name, field)| {
            let (Some(written), Some(planned)) = (written.get(name), planned.get(name)) else { return true };
            match written.is_null() {
                true => field.computed || planned.is_null(),
                false => !written.is_wholly_known() || written == planned,
            }
        })
    };
    let says = |written: &&Value| written.children().filter(|(_, value)| !value.is_null()).count();
    all.iter().filter(|written| fits(written)).max_by_key(says)
}

fn element_type(ty: &Type) -> Type {
    match ty {
        Type::Set(element) | Type::List(element) | Type::Map(element) => (**element).clone(),
        _ => Type::Dynamic,
    }
}

/// What is different and cannot be changed. A computed attribute that nobody writes may become something else by another
/// change (it is unknown then), which is no reason to replace the object.
fn find_replacements(
    shape: &Shape,
    prior: &Value,
    planned: &Value,
    config: Option<&Value>,
    at: &Path,
    found: &mut Vec<Path>,
) {
    let step = |name: &str| at.then(PathStep::Attribute(name.into()));
    let written = |name: &str| config.and_then(|config| config.get(name));
    for (name, field) in &shape.fields {
        let follows = field.computed
            && planned.get(name).is_some_and(|planned| !planned.is_known())
            && written(name).is_some_and(Value::is_null);
        if field.replaces && prior.get(name) != planned.get(name) && !follows {
            found.push(step(name));
        }
    }
    for (name, nested) in &shape.blocks {
        let (Some(before), Some(after)) = (prior.get(name), planned.get(name)) else { continue };
        let follows = nested.computed
            && !after.is_known()
            && written(name).and_then(Value::as_items).is_some_and(<[Value]>::is_empty);
        if before == after || follows {
            continue;
        }
        let at = step(name);
        match (before.as_items(), after.as_items()) {
            (Some(old), Some(new)) if nested.nesting == Nesting::List && old.len() == new.len() => {
                let items = written(name).and_then(Value::as_items).unwrap_or_default();
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    let place = at.then(PathStep::Index(u64::try_from(index).unwrap_or_default()));
                    find_replacements(&nested.shape, old, new, items.get(index), &place, found);
                }
            }
            _ if nested.replaces || (nested.nesting == Nesting::Set && shape_replaces(&nested.shape)) => found.push(at),
            _ if nested.nesting == Nesting::Single => {
                find_replacements(&nested.shape, before, after, written(name), &at, found);
            }
            _ => {}
        }
    }
}

/// Warnings for changes that come too late for the object that is there.
fn without_effect(definition: &Definition, prior: &Value, planned: &Value) -> Findings {
    let changed = |name: &str| match (prior.get(name), planned.get(name)) {
        (Some(before), Some(after)) => after.is_known() && before != after,
        _ => false,
    };
    let late = definition.shape.fields.iter().filter(|(name, field)| field.once && changed(name));
    let warned = late.map(|(name, _)| {
        let why = format!(
            "{name} counts only while the {} is made. The one that is there stays as it is, and only the state takes the \
             new value. Replace it if it must be made with the new value.",
            definition.called
        );
        let diagnostic = Diagnostic::warning("No effect on what is there", why);
        Finding { diagnostic, attribute: Path::attribute(*name) }
    });
    warned.collect()
}

fn shape_replaces(shape: &Shape) -> bool {
    shape.fields.values().any(|field| field.replaces) || shape.blocks.values().any(|nested| nested.replaces)
}

/// Checks what is known of a configuration.
pub(crate) fn check(definition: &Definition, config: &Value) -> Findings {
    let mut findings = Vec::new();
    check_shape(&definition.shape, config, &Path::ROOT, &mut findings);
    for group in &definition.groups {
        check_group(group, config, &mut findings);
    }
    findings
}

fn check_shape(shape: &Shape, object: &Value, at: &Path, findings: &mut Findings) {
    for (name, field) in &shape.fields {
        let Some(value) = object.get(name) else { continue };
        let path = at.then(PathStep::Attribute((*name).into()));
        for check in &field.checks {
            check_value(name, check, value, &path, field.sensitive, findings);
        }
    }
    for (name, nested) in &shape.blocks {
        let Some(blocks) = object.get(name) else { continue };
        let path = at.then(PathStep::Attribute((*name).into()));
        if matches!(nested.nesting, Nesting::Single | Nesting::Group) {
            check_shape(&nested.shape, blocks, &path, findings);
            continue;
        }
        for (step, block) in blocks.children() {
            check_shape(&nested.shape, block, &path.then(step), findings);
        }
    }
}

fn check_value(name: &str, check: &Check, value: &Value, path: &Path, secret: bool, findings: &mut Findings) {
    if let (Some(items), false) = (value.as_items(), matches!(check, Check::Custom(_))) {
        for item in items {
            check_value(name, check, item, path, secret, findings);
        }
        return;
    }
    let shown = |text: String| if secret { "the value given".into() } else { text };
    let wrong = match check {
        Check::OneOf(words) => value
            .as_str()
            .filter(|text| !words.contains(text))
            .map(|text| format!("{name} must be one of {}; it is {}.", words.join(", "), shown(format!("{text:?}")))),
        Check::Between(least, most) => value.as_number().and_then(|number| match number.to_i64() {
            Some(whole) if (*least..=*most).contains(&whole) => None,
            Some(whole) => Some(format!("{name} must be from {least} to {most}; it is {}.", shown(whole.to_string()))),
            None => Some(format!("{name} must be a whole number from {least} to {most}.")),
        }),
        Check::Length(least, most) => value.as_str().map(|text| text.chars().count()).and_then(|length| {
            (!(*least..=*most).contains(&length))
                .then(|| format!("{name} must have {least} to {most} characters; it has {length}."))
        }),
        Check::Custom(check) if value.is_known() && !value.is_null() => {
            check(value).err().map(|why| format!("{name} cannot be used: {why}"))
        }
        Check::Custom(_) => None,
    };
    if let Some(why) = wrong {
        findings.push(refused(path.clone(), why));
    }
}

fn check_group(group: &Group, config: &Value, findings: &mut Findings) {
    // Blocks that are not written are empty collections.
    let written = |name: &str| {
        config.get(name).is_some_and(|value| !value.is_null() && !value.as_items().is_some_and(<[Value]>::is_empty))
    };
    let known = |name: &str| config.get(name).is_none_or(Value::is_known);
    let path = |name: &str| Path::attribute(Arc::<str>::from(name));
    let (names, least, most) = match group {
        Group::AtMostOne(names) => (*names, 0, 1),
        Group::ExactlyOne(names) => (*names, 1, 1),
        Group::AtLeastOne(names) => (*names, 1, names.len()),
        Group::Needs(names) => {
            let Some((first, needed)) = names.split_first() else { return };
            let missing = needed.iter().filter(|name| !written(name)).copied().collect::<Vec<_>>();
            if written(first) && !missing.is_empty() {
                findings.push(refused(path(first), format!("{first} needs {} to be set too.", missing.join(", "))));
            }
            return;
        }
    };
    let all = names.join(", ");
    let set: Vec<&str> = names.iter().copied().filter(|name| written(name)).collect();
    let surely: Vec<&str> = set.iter().copied().filter(|name| known(name)).collect();
    if let ([_, second, ..], true) = (surely.as_slice(), most == 1) {
        let why = format!("Only one of {all} can be set; {} are.", surely.join(", "));
        findings.push(refused(path(second), why));
    } else if set.len() < least {
        findings.push(refused(Path::ROOT, format!("One of {all} must be set.")));
    }
}

#[cfg(test)]
#[path = "planning_tests.rs"]
mod tests;
