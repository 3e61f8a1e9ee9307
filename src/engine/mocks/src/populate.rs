//! Filling in what a provider would compute.

use crate::fill;
use configschema::{Attribute, AttributeType, Block, NestedAttributes, Nesting, attribute_type};
use diag::{Diagnostic, Diagnostics, Range};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use value::{Content, Value};

/// Values that a test gives.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// An object with what is given; `None` where everything is made up.
    pub values: Option<Value>,
    /// Whether they are known while planning already.
    pub while_planning: bool,
    /// Where they are written.
    pub range: Option<Range>,
}

/// Which computed attributes are filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Those that are null: nobody has configured them.
    Null,
    /// Those that are unknown: it was planned that they become known.
    Unknown,
}

impl When {
    fn takes(self, value: &Value) -> bool {
        match self {
            When::Null => value.is_null(),
            When::Unknown => !value.is_known(),
        }
    }
}

/// What strings are made up from: the same place of the same object always gets the same one.
pub(crate) struct Draw {
    pub(crate) seed: u64,
    pub(crate) object: String,
}

impl Draw {
    /// Eight letters and digits.
    pub(crate) fn string(&self, place: &[Arc<str>]) -> String {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut hasher = DefaultHasher::new();
        (self.seed, &self.object, place).hash(&mut hasher);
        let mut rest = hasher.finish();
        let mut letter = || {
            let at = usize::try_from(rest % LETTERS.len() as u64).unwrap_or_default();
            rest /= LETTERS.len() as u64;
            char::from(LETTERS.get(at).copied().unwrap_or(b'a'))
        };
        (0..8).map(|_| letter()).collect()
    }
}

/// The object with its computed attributes filled in.
pub(crate) fn populate(
    object: &Value,
    block: &Block,
    source: Option<&Source>,
    (when, draw): (When, &Draw),
) -> (Value, Diagnostics) {
    let nothing = Source::default();
    let source = source.unwrap_or(&nothing);
    let mut filling = Filling { when, source, draw: Some(draw), place: Vec::new(), troubles: Diagnostics::new() };
    let value = filling.block(object, block, source.values.as_ref());
    (value, filling.troubles)
}

/// The object with its computed attributes unknown, where nobody has configured them.
pub(crate) fn unknown(object: &Value, block: &Block) -> Value {
    let source = Source::default();
    let mut filling =
        Filling { when: When::Null, source: &source, draw: None, place: Vec::new(), troubles: Diagnostics::new() };
    filling.block(object, block, None)
}

struct Filling<'a> {
    when: When,
    source: &'a Source,
    /// Where strings come from; `None` leaves everything unknown.
    draw: Option<&'a Draw>,
    place: Vec<Arc<str>>,
    troubles: Diagnostics,
}

impl Filling<'_> {
    /// `given` stands for all blocks at this place: of a list or a set nobody can name a single one.
    fn block(&mut self, object: &Value, block: &Block, given: Option<&Value>) -> Value {
        let Some(members) = object.as_object() else { return object.clone() };
        let mut filled: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        for (name, member) in members {
            self.place.push(name.clone());
            let inner = self.given(given, name);
            let value = match (block.attributes.get(name), block.blocks.get(name)) {
                (Some(attribute), _) => self.attribute(member, attribute, inner.as_ref()),
                (None, Some(nested)) => match nested.nesting {
                    Nesting::Single | Nesting::Group => self.block(member, &nested.block, inner.as_ref()),
                    _ => self.each(member, |this, one| this.block(one, &nested.block, inner.as_ref())),
                },
                (None, None) => member.clone(),
            };
            filled.insert(name.clone(), value);
            self.place.pop();
        }
        Value { content: Content::Object(filled.into()), marks: object.marks }
    }

    fn each(&mut self, collection: &Value, mut change: impl FnMut(&mut Self, &Value) -> Value) -> Value {
        if collection.is_null() || !collection.is_known() {
            return collection.clone();
        }
        collection.map_children(|_, one| change(self, one))
    }

    fn attribute(&mut self, value: &Value, attribute: &Attribute, given: Option<&Value>) -> Value {
        if attribute.computed && self.when.takes(value) {
            return self.made(attribute, given);
        }
        match &attribute.ty {
            AttributeType::Nested(nested) => match nested.nesting {
                Nesting::Single | Nesting::Group => self.nested(value, nested, given),
                _ => self.each(value, |this, one| this.nested(one, nested, given)),
            },
            AttributeType::Plain(_) => value.clone(),
        }
    }

    fn nested(&mut self, object: &Value, nested: &NestedAttributes, given: Option<&Value>) -> Value {
        let Some(members) = object.as_object() else { return object.clone() };
        let mut filled: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        for (name, member) in members {
            self.place.push(name.clone());
            let inner = self.given(given, name);
            let value = match nested.attributes.get(name) {
                Some(attribute) => self.attribute(member, attribute, inner.as_ref()),
                None => member.clone(),
            };
            filled.insert(name.clone(), value);
            self.place.pop();
        }
        Value { content: Content::Object(filled.into()), marks: object.marks }
    }

    /// What is given for a part.
    fn given(&mut self, given: Option<&Value>, name: &str) -> Option<Value> {
        let given = given?;
        if given.as_object().is_some() {
            return given.get(name).cloned();
        }
        let outer = self.place.split_last().map(|(_, outer)| outer.join(".")).unwrap_or_default();
        let detail = format!(
            "An object is needed for attribute {outer:?} in the values of the mock, but there is {}.",
            given.ty().friendly_name()
        );
        self.trouble("Failed to compute attribute", detail);
        None
    }

    fn made(&mut self, attribute: &Attribute, given: Option<&Value>) -> Value {
        let Some(draw) = self.draw else { return Value::unknown(attribute_type(attribute)) };
        if let Some(given) = given {
            let mut place = self.place.clone();
            match fill::attribute(given, attribute, draw, &mut place) {
                Ok(value) => return value,
                Err(error) => {
                    let detail = format!(
                        "No value of the type {} could be made from the values of the mock for the attribute {:?}: {error}.",
                        attribute_type(attribute).friendly_name(),
                        place.join(".")
                    );
                    self.trouble("Failed to compute attribute", detail);
                }
            }
        }
        fill::generated_attribute(attribute, draw, &mut self.place)
    }

    fn trouble(&mut self, summary: &str, detail: String) {
        let mut trouble = Diagnostic::error(summary, detail).next("Give a value of the attribute's type.");
        if let Some(range) = &self.source.range {
            trouble = trouble.related("the values", range.clone());
        }
        if !self.troubles.iter().any(|known| *known == trouble) {
            self.troubles.push(trouble);
        }
    }
}
