//! Whether a plan keeps to the configuration.

#[cfg(test)]
mod tests;

use crate::broken::shown;
use crate::compatible::holds_sensitive;
use crate::implied::{attribute_type, block_type, implied_type};
use crate::{Attribute, AttributeType, Block, Broken, NestedAttributes, NestedBlock, Nesting};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Path, PathStep, Type, Value};

/// What in a planned object the provider had no right to plan: configured arguments must be planned as
/// configured, or as they are when that means the same; only computed attributes are the provider's to fill.
///
/// Values come without marks.
pub fn assert_plan_valid(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<Broken> {
    let mut check = Check { broken: Vec::new() };
    check.block(block, Three { prior, config, planned }, &Path::ROOT);
    check.broken
}

/// The same part of the three objects.
#[derive(Clone, Copy)]
struct Three<'v> {
    prior: &'v Value,
    config: &'v Value,
    planned: &'v Value,
}

impl Three<'_> {
    /// The parts under a name; null where there is none, unknown in an unknown.
    fn attribute(&self, name: &str, ty: &Type) -> [Value; 3] {
        [self.prior, self.config, self.planned].map(|object| match object.get(name) {
            Some(part) => part.clone(),
            None if object.is_known() => Value::null(ty.clone()),
            None => Value::unknown(ty.clone()),
        })
    }
}

struct Check {
    broken: Vec<Broken>,
}

impl Check {
    fn say(&mut self, path: &Path, reason: impl Into<String>) {
        self.broken.push(Broken::new(path, reason));
    }

    /// False when there is nothing more to compare.
    fn both_present(&mut self, at: Three<'_>, path: &Path) -> bool {
        match (at.planned.is_null(), at.config.is_null()) {
            (true, false) => self.say(path, "planned for absence but config wants existence"),
            (false, true) => self.say(path, "planned for existence but config wants absence"),
            (planned_null, _) => return !planned_null,
        }
        false
    }

    fn block(&mut self, block: &Block, at: Three<'_>, path: &Path) {
        if !self.both_present(at, path) {
            return;
        }
        self.attributes(&block.attributes, at, path);
        for (name, nested) in &block.blocks {
            let [prior, config, planned] = at.attribute(name, &block_type(nested));
            let path = path.then(PathStep::Attribute(name.clone()));
            self.blocks(nested, Three { prior: &prior, config: &config, planned: &planned }, &path);
        }
    }

    fn attributes(&mut self, attributes: &BTreeMap<Arc<str>, Attribute>, at: Three<'_>, path: &Path) {
        for (name, attribute) in attributes {
            let [prior, config, planned] = at.attribute(name, &attribute_type(attribute));
            let path = path.then(PathStep::Attribute(name.clone()));
            self.attribute(attribute, Three { prior: &prior, config: &config, planned: &planned }, &path);
        }
    }

    fn attribute(&mut self, attribute: &Attribute, at: Three<'_>, path: &Path) {
        let Three { prior, config, planned } = at;
        if planned == config || planned == prior && !prior.is_null() && !config.is_null() {
            return;
        }
        if attribute.write_only {
            if !planned.is_null() {
                self.say(path, "planned a value for a write-only attribute");
            }
            return;
        }
        if attribute.computed && (!attribute.optional || config.is_null()) {
            return;
        }
        if config.is_null() {
            let what = if holds_sensitive(attribute) { "a sensitive value".into() } else { shown(planned) };
            self.say(path, format!("planned {what} for a non-computed attribute"));
            return;
        }
        if let AttributeType::Nested(nested) = &attribute.ty {
            self.nested(nested, at, path);
            return;
        }
        let or_prior = if prior.is_null() { "" } else { " or prior value" };
        if attribute.sensitive {
            self.say(path, format!("sensitive planned value does not match config value{or_prior}"));
            return;
        }
        let or_prior = if prior.is_null() { String::new() } else { format!("{or_prior} {}", shown(prior)) };
        let (planned, config) = (shown(planned), shown(config));
        self.say(path, format!("planned value {planned} does not match config value {config}{or_prior}"));
    }

    fn nested(&mut self, nested: &NestedAttributes, at: Three<'_>, path: &Path) {
        if !self.both_present(at, path) {
            return;
        }
        if !at.planned.is_known() {
            self.say(path, "planned unknown for configured value");
            return;
        }
        if !at.config.is_known() {
            self.say(path, "planned a known value for an unknown configured value");
            return;
        }
        let object = || Type::object(nested.attributes.iter().map(|(n, a)| (n.clone(), attribute_type(a))));
        match nested.nesting {
            Nesting::Single | Nesting::Group => self.attributes(&nested.attributes, at, path),
            Nesting::List | Nesting::Map => {
                if self.same_elements(at, path, "element") {
                    self.each(at, path, &object(), |check, at, path| {
                        if check.both_present(at, path) {
                            check.attributes(&nested.attributes, at, path);
                        }
                    });
                }
            }
            Nesting::Set => self.possible_count(at, path),
        }
    }

    /// Elements of sets cannot be paired, so only their number can be wrong.
    fn possible_count(&mut self, at: Three<'_>, path: &Path) {
        let (Some((low, high)), Some((want_low, want_high))) = (at.planned.length_range(), at.config.length_range())
        else {
            return;
        };
        if high.is_some_and(|high| high < want_low) || want_high.is_some_and(|want| low > want) {
            self.say(path, format!("count in plan ({low}) disagrees with count in config ({want_low})"));
        }
    }

    fn blocks(&mut self, nested: &NestedBlock, at: Three<'_>, path: &Path) {
        let Three { config, planned, .. } = at;
        if planned.is_null() && nested.nesting != Nesting::Single {
            self.say(path, "planned null for a block, which is never null");
            return;
        }
        if planned == config {
            return;
        }
        if !config.is_known() {
            self.say(path, "planned a value for blocks that are not known in the configuration");
            return;
        }
        if !planned.is_known() {
            self.say(path, "planned unknown for blocks that are known in the configuration");
            return;
        }
        match nested.nesting {
            Nesting::Single | Nesting::Group => self.block(&nested.block, at, path),
            Nesting::List | Nesting::Map => {
                if self.same_elements(at, path, "block") {
                    let object = implied_type(&nested.block);
                    self.each(at, path, &object, |check, at, path| check.block(&nested.block, at, path));
                }
            }
            Nesting::Set => {
                if planned.children().any(|(_, element)| !element.is_known()) {
                    self.say(path, "planned an unknown block");
                }
            }
        }
    }

    /// True when the plan has the elements the configuration has.
    fn same_elements(&mut self, at: Three<'_>, path: &Path, what: &str) -> bool {
        if let (Some(planned), Some(config)) = (at.planned.as_items(), at.config.as_items()) {
            if planned.len() != config.len() {
                let (planned, config) = (planned.len(), config.len());
                self.say(path, format!("{what} count in plan ({planned}) disagrees with count in config ({config})"));
            }
            return planned.len() == config.len();
        }
        let before = self.broken.len();
        for (step, _) in at.planned.children() {
            if at_step(at.config, &step).is_none() {
                self.say(&path.then(step), format!("{what} in plan is not in config"));
            }
        }
        for (step, _) in at.config.children() {
            if at_step(at.planned, &step).is_none() {
                self.say(&path.then(step), format!("{what} in config is not in plan"));
            }
        }
        self.broken.len() == before
    }

    fn each(&mut self, at: Three<'_>, path: &Path, object: &Type, inside: impl Fn(&mut Check, Three<'_>, &Path)) {
        let none = Value::null(object.clone());
        for (step, planned) in at.planned.children() {
            let Some(config) = at_step(at.config, &step) else { continue };
            let prior = at_step(at.prior, &step).unwrap_or(&none);
            inside(self, Three { prior, config, planned }, &path.then(step));
        }
    }
}

fn at_step<'v>(value: &'v Value, step: &PathStep) -> Option<&'v Value> {
    match step {
        PathStep::Attribute(name) | PathStep::Key(name) => value.get(name),
        PathStep::Index(i) => value.as_items()?.get(usize::try_from(*i).ok()?),
    }
}
