//! Masking by value: what is marked sensitive in one place is not shown in another, where a provider copied it to an
//! attribute that it does not call sensitive (`terraform_data.output`, a rendered template, an address with a password).

use plan::Plan;
use state::DecodedObject;
use std::collections::BTreeSet;
use std::sync::Arc;
use value::{Content, Marks, Value};

/// Shorter texts are too common to be taken for secrets wherever they stand.
const CHARACTERS_MIN: usize = 8;

/// The texts that must not be shown.
#[derive(Default)]
pub(crate) struct Secrets(BTreeSet<Arc<str>>);

impl Secrets {
    /// All sensitive texts of a plan.
    pub(crate) fn of_plan(plan: &Plan) -> Secrets {
        let mut secrets = Secrets::default();
        for change in &plan.changes {
            secrets.collect(&change.before, Marks::NONE);
            secrets.collect(&change.after, Marks::NONE);
        }
        for drift in &plan.drift {
            secrets.collect(&drift.before, Marks::NONE);
            secrets.collect(&drift.after, Marks::NONE);
        }
        for output in plan.outputs.values() {
            let marks = if output.sensitive { Marks::SENSITIVE } else { Marks::NONE };
            secrets.collect(&output.before, marks);
            secrets.collect(&output.after, marks);
        }
        secrets
    }

    /// All sensitive texts of stored objects.
    pub(crate) fn of_objects(objects: &[DecodedObject]) -> Secrets {
        let mut secrets = Secrets::default();
        objects.iter().for_each(|object| secrets.collect(&object.value, Marks::NONE));
        secrets
    }

    /// True when there is nothing to hide.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn collect(&mut self, value: &Value, above: Marks) {
        let marks = above.union(value.marks);
        match &value.content {
            Content::String(text) if marks.contains(Marks::SENSITIVE) && text.chars().count() >= CHARACTERS_MIN => {
                self.0.insert(text.clone());
            }
            _ => value.children().for_each(|(_, part)| self.collect(part, marks)),
        }
    }

    /// The value with every text that holds a secret marked.
    pub(crate) fn mask(&self, value: &Value) -> Value {
        match &value.content {
            Content::String(text) if self.0.iter().any(|secret| text.contains(secret.as_ref())) => {
                value.clone().marked(Marks::SENSITIVE)
            }
            _ => value.map_children(|_, part| self.mask(part)),
        }
    }

    /// The plan as it may be shown.
    pub(crate) fn mask_plan(&self, plan: &Plan) -> Plan {
        let mut plan = plan.clone();
        for change in &mut plan.changes {
            change.before = self.mask(&change.before);
            change.after = self.mask(&change.after);
        }
        for drift in &mut plan.drift {
            drift.before = self.mask(&drift.before);
            drift.after = self.mask(&drift.after);
        }
        for output in plan.outputs.values_mut() {
            output.before = self.mask(&output.before);
            output.after = self.mask(&output.after);
        }
        plan
    }
}

#[cfg(test)]
mod tests;
