//! Whether what came is what was planned.

#[cfg(test)]
mod tests;

use crate::broken::shown;
use crate::{Attribute, AttributeType, Block, Broken, NestedBlock, Nesting};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, Path, PathStep, Type, Value, conforms};

/// What in the actual object is not as planned: known parts must have come out as they are, unknown parts as
/// promised.
///
/// Values come without marks.
pub fn assert_object_compatible(block: &Block, planned: &Value, actual: &Value) -> Vec<Broken> {
    let mut check = Check { broken: Vec::new() };
    check.block(block, planned, actual, &Path::ROOT);
    check.broken
}

struct Check {
    broken: Vec<Broken>,
}

impl Check {
    fn say(&mut self, path: &Path, reason: impl Into<String>) {
        self.broken.push(Broken::new(path, reason));
    }

    fn block(&mut self, block: &Block, planned: &Value, actual: &Value, path: &Path) {
        match (planned.is_null(), actual.is_null()) {
            (true, true) => return,
            (true, false) => return self.say(path, "was absent, but now present"),
            (false, true) if planned.is_known() => return self.say(path, "was present, but now absent"),
            _ => {}
        }
        if !planned.is_known() || planned == actual {
            return;
        }
        self.attributes(&block.attributes, planned, actual, path);
        for (name, nested) in &block.blocks {
            if let (Some(planned), Some(actual)) = (planned.get(name), actual.get(name)) {
                self.blocks(nested, planned, actual, &path.then(PathStep::Attribute(name.clone())));
            }
        }
    }

    fn attributes(&mut self, attributes: &BTreeMap<Arc<str>, Attribute>, planned: &Value, actual: &Value, path: &Path) {
        for (name, attribute) in attributes {
            let (Some(planned), Some(actual)) = (planned.get(name), actual.get(name)) else {
                continue;
            };
            let path = path.then(PathStep::Attribute(name.clone()));
            let mut found = Check { broken: Vec::new() };
            found.value(planned, actual, &path);
            if !found.broken.is_empty() && holds_sensitive(attribute) {
                // The reasons below name values.
                self.say(&path, "inconsistent values for sensitive attribute");
            } else {
                self.broken.append(&mut found.broken);
            }
        }
    }

    fn blocks(&mut self, nested: &NestedBlock, planned: &Value, actual: &Value, path: &Path) {
        if let Nesting::Single | Nesting::Group = nested.nesting {
            return self.block(&nested.block, planned, actual, path);
        }
        let absent = |v: &Value| !v.is_known() || v.is_null();
        if absent(planned) || absent(actual) || planned == actual {
            return;
        }
        match (planned.as_items(), actual.as_items()) {
            (Some(before), Some(now)) if nested.nesting == Nesting::Set => {
                if before.len() < now.len() {
                    self.say(path, format!("block set length changed from {} to {}", before.len(), now.len()));
                }
                let same = |p: &Value, a: &Value| assert_object_compatible(&nested.block, p, a).is_empty();
                self.pair(before, now, path, Words::of(&nested.block), same);
            }
            (Some(before), Some(now)) if before.len() != now.len() => {
                self.say(path, format!("block count changed from {} to {}", before.len(), now.len()));
            }
            (Some(before), Some(now)) => {
                for (i, (planned, actual)) in before.iter().zip(now).enumerate() {
                    self.block(&nested.block, planned, actual, &path.then(PathStep::Index(i as u64)));
                }
            }
            _ => self.by_key(planned, actual, path, "block", |check, planned, actual, path| {
                check.block(&nested.block, planned, actual, path);
            }),
        }
    }

    fn by_key(
        &mut self,
        planned: &Value,
        actual: &Value,
        path: &Path,
        what: &str,
        inside: impl Fn(&mut Check, &Value, &Value, &Path),
    ) {
        let key = |step: &PathStep| match step {
            PathStep::Attribute(name) | PathStep::Key(name) => name.clone(),
            PathStep::Index(i) => i.to_string().into(),
        };
        for (step, planned) in planned.children() {
            match actual.get(&key(&step)) {
                Some(actual) => inside(self, planned, actual, &path.then(step)),
                None => self.say(path, format!("{what} {:?} has vanished", key(&step))),
            }
        }
        for (step, _) in actual.children() {
            if planned.get(&key(&step)).is_none() {
                self.say(path, format!("new {what} {:?} has appeared", key(&step)));
            }
        }
    }

    /// Every element of either set must have a counterpart in the other.
    fn pair(
        &mut self,
        before: &[Value],
        now: &[Value],
        path: &Path,
        words: Words,
        same: impl Fn(&Value, &Value) -> bool,
    ) {
        // Elements that did not change need no search.
        let lonely = |from: &[Value], to: &[Value], same: &dyn Fn(&Value, &Value) -> bool| -> Vec<Value> {
            from.iter().filter(|v| !has(to, v) && !to.iter().any(|x| same(v, x))).cloned().collect()
        };
        for element in lonely(before, now, &same) {
            let element = words.element(&element);
            self.say(path, format!("planned set element {element}does not correlate with any element in actual"));
        }
        for element in lonely(now, before, &|a, p| same(p, a)) {
            let element = words.element(&element);
            self.say(path, format!("actual set element {element}does not correlate with any element in plan"));
        }
    }

    fn value(&mut self, planned: &Value, actual: &Value, path: &Path) {
        if planned == actual {
            return;
        }
        if !planned.is_known() {
            return self.promised(planned, actual, path);
        }
        if planned.is_null() != actual.is_null() || !actual.is_known() {
            return self.say(path, format!("was {}, but now {}", shown(planned), shown(actual)));
        }
        match (&planned.content, &actual.content) {
            (Content::List(_, before), Content::List(_, now)) | (Content::Tuple(before), Content::Tuple(now)) => {
                self.in_order(before, now, path);
            }
            (Content::Set(_, before), Content::Set(_, now)) => {
                if before.len() < now.len() {
                    self.say(path, format!("length changed from {} to {}", before.len(), now.len()));
                }
                let same = |p: &Value, a: &Value| {
                    let mut found = Check { broken: Vec::new() };
                    found.value(p, a, &Path::ROOT);
                    found.broken.is_empty()
                };
                self.pair(before, now, path, Words::Shown, same);
            }
            (Content::Map(..), Content::Map(..)) | (Content::Object(_), Content::Object(_)) => {
                self.by_key(planned, actual, path, "element", Check::value);
            }
            (Content::Null(_), Content::Null(_)) => {}
            _ => self.say(path, format!("was {}, but now {}", shown(planned), shown(actual))),
        }
    }

    fn promised(&mut self, planned: &Value, actual: &Value, path: &Path) {
        let ty = planned.ty();
        if ty == Type::Dynamic {
            return;
        }
        if let Err(error) = conforms(actual, &ty) {
            return self.say(path, format!("wrong final value type: {error}"));
        }
        if !actual.is_known() || planned.may_become(actual) {
            return;
        }
        self.say(path, format!("final value {} does not conform to what the plan promised of it", shown(actual)));
    }

    fn in_order(&mut self, before: &[Value], now: &[Value], path: &Path) {
        for (i, (planned, actual)) in before.iter().zip(now).enumerate() {
            self.value(planned, actual, &path.then(PathStep::Index(i as u64)));
        }
        for i in now.len()..before.len() {
            self.say(path, format!("element {i} has vanished"));
        }
        for i in before.len()..now.len() {
            self.say(path, format!("new element {i} has appeared"));
        }
    }
}

/// True when the elements of a set hold this one as it is.
fn has(elements: &[Value], element: &Value) -> bool {
    match elements.binary_search_by(|x| Value::set_order(x, element)) {
        Ok(i) => elements.get(i) == Some(element) || elements.contains(element),
        Err(_) => false,
    }
}

/// Whether elements of a set may be named in reasons.
#[derive(Clone, Copy)]
enum Words {
    Shown,
    Hidden,
}

impl Words {
    fn of(block: &Block) -> Words {
        if block.holds_sensitive() { Words::Hidden } else { Words::Shown }
    }

    fn element(self, value: &Value) -> String {
        match self {
            Words::Shown => format!("{} ", shown(value)),
            Words::Hidden => String::new(),
        }
    }
}

/// True when the attribute or one nested in it is sensitive.
pub(crate) fn holds_sensitive(attribute: &Attribute) -> bool {
    attribute.sensitive
        || match &attribute.ty {
            AttributeType::Nested(nested) => nested.attributes.values().any(holds_sensitive),
            AttributeType::Plain(_) => false,
        }
}

impl Block {
    /// True when an attribute anywhere in the block is sensitive.
    pub fn holds_sensitive(&self) -> bool {
        self.attributes.values().any(holds_sensitive) || self.blocks.values().any(|b| b.block.holds_sensitive())
    }
}
