//! The object of a type, read and written by name.

use crate::shape::{Nested, Shape, parse_duration};
use configschema::Nesting;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use value::{Type, Value};

/// An object: configuration, prior, planned or what is there. Every name in it must be in the shape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fields {
    shape: SameShape,
    values: BTreeMap<Arc<str>, Value>,
}

/// A shape does not take part in comparisons.
#[derive(Clone, Debug)]
struct SameShape(Arc<Shape>);

impl PartialEq for SameShape {
    fn eq(&self, _: &SameShape) -> bool {
        true
    }
}

impl Fields {
    /// The object with nothing in it: attributes null, no blocks.
    pub(crate) fn empty(shape: &Arc<Shape>) -> Fields {
        let attributes = shape.fields.iter().map(|(name, field)| (Arc::from(*name), Value::null(field.ty.clone())));
        let blocks = shape.blocks.iter().map(|(name, nested)| (Arc::from(*name), no_blocks(nested)));
        Fields { values: attributes.chain(blocks).collect(), shape: SameShape(shape.clone()) }
    }

    /// An object of this shape; null and unknown ones are empty.
    pub(crate) fn of(shape: &Arc<Shape>, object: &Value) -> Fields {
        match object.as_object() {
            Some(values) => Fields { values: values.clone(), shape: SameShape(shape.clone()) },
            None => Fields::empty(shape),
        }
    }

    pub(crate) fn shape(&self) -> &Arc<Shape> {
        &self.shape.0
    }

    /// The whole, as hosts take it.
    pub(crate) fn object(&self) -> Value {
        Value::object(self.values.clone())
    }

    /// The same with null for everything that is unknown.
    pub(crate) fn known(&self) -> Fields {
        let values = self.values.iter().map(|(name, value)| (name.clone(), self.known_value(name, value))).collect();
        Fields { values, shape: self.shape.clone() }
    }

    fn known_value(&self, name: &str, value: &Value) -> Value {
        match self.shape().blocks.get(name) {
            Some(nested) if !value.is_known() => no_blocks(nested),
            Some(nested) if nested.nesting == Nesting::Single => match value.is_null() {
                true => value.clone(),
                false => Fields::of(&nested.shape, value).known().object(),
            },
            Some(nested) => value.map_children(|_, block| Fields::of(&nested.shape, block).known().object()),
            None => without_unknowns(value),
        }
    }

    /// What stands under a name; null when the name is not there, which is a mistake of ours.
    pub(crate) fn get(&self, name: &str) -> &Value {
        static NOTHING: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| Value::null(Type::Dynamic));
        let found = self.values.get(name);
        debug_assert!(found.is_some(), "no argument {name:?} in the shape");
        found.unwrap_or(&NOTHING)
    }

    /// Whether the name is in the shape.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Not known yet, wholly or in part.
    pub(crate) fn is_unknown(&self, name: &str) -> bool {
        !self.get(name).is_wholly_known()
    }

    /// Neither written nor filled in.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.get(name).is_null()
    }

    /// A text that is known and not null; the empty text is one.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).as_str()
    }

    /// A text that is known and not empty.
    pub(crate) fn filled_text(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// The id of the object; empty before it has one.
    pub(crate) fn id(&self) -> &str {
        self.text("id").unwrap_or_default()
    }

    pub(crate) fn int(&self, name: &str) -> Option<i32> {
        self.get(name).as_number().and_then(|number| number.to_i64()).and_then(|number| i32::try_from(number).ok())
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).as_bool()
    }

    /// Known and true.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.flag(name) == Some(true)
    }

    /// The known texts of a list or set.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let items = self.get(name).as_items().unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(String::from).collect()
    }

    /// The known texts of a map.
    pub(crate) fn text_map(&self, name: &str) -> BTreeMap<String, String> {
        self.get(name)
            .children()
            .filter_map(|(step, value)| match step {
                value::PathStep::Key(key) => Some((key.to_string(), value.as_str()?.to_owned())),
                _ => None,
            })
            .collect()
    }

    /// The blocks of a type that are known; one or none for single ones.
    pub(crate) fn blocks(&self, name: &str) -> Vec<Fields> {
        let Some(nested) = self.shape().blocks.get(name) else {
            debug_assert!(false, "no block {name:?} in the shape");
            return Vec::new();
        };
        let value = self.get(name);
        match nested.nesting {
            Nesting::Single | Nesting::Group if value.as_object().is_some() => {
                vec![Fields::of(&nested.shape, value)]
            }
            _ => {
                let items = value.as_items().unwrap_or_default();
                items.iter().filter(|item| item.is_known()).map(|item| Fields::of(&nested.shape, item)).collect()
            }
        }
    }

    /// The first block of a type.
    pub(crate) fn one(&self, name: &str) -> Option<Fields> {
        self.blocks(name).into_iter().next()
    }

    /// How long to wait for an operation, from the `timeouts` block.
    pub(crate) fn timeout(&self, operation: &str) -> Option<Duration> {
        self.values.get("timeouts")?.get(operation)?.as_str().and_then(parse_duration)
    }

    /// Puts a value under a name of the shape.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        match self.values.get_mut(name) {
            Some(place) => *place = value,
            None => debug_assert!(false, "no argument {name:?} in the shape"),
        }
    }

    pub(crate) fn set_text<T: AsRef<str>>(&mut self, name: &str, text: Option<T>) {
        self.set(name, text.map_or(Value::null(Type::String), |text| Value::string(text.as_ref())));
    }

    /// A text, or null for an empty one too.
    pub(crate) fn set_filled_text<T: AsRef<str>>(&mut self, name: &str, text: Option<T>) {
        self.set_text(name, text.filter(|text| !text.as_ref().is_empty()));
    }

    /// A text that only the configuration decides about: what the API shows as nothing stays null or empty, as written.
    pub(crate) fn set_written_text<T: AsRef<str>>(&mut self, name: &str, text: Option<T>) {
        let text = text.filter(|text| !text.as_ref().is_empty());
        if text.is_some() || self.text(name) != Some("") {
            self.set_text(name, text);
        }
    }

    pub(crate) fn set_int(&mut self, name: &str, number: Option<impl Into<i64>>) {
        self.set(name, number.map_or(Value::null(Type::Number), |number| Value::int(number.into())));
    }

    pub(crate) fn set_flag(&mut self, name: &str, flag: Option<bool>) {
        self.set(name, flag.map_or(Value::null(Type::Bool), Value::bool));
    }

    /// A list or set of texts, as the shape has it. Order is kept in lists.
    pub(crate) fn set_texts<T: AsRef<str>>(&mut self, name: &str, texts: impl IntoIterator<Item = T>) {
        let items = texts.into_iter().map(|text| Value::string(text.as_ref()));
        let value = match self.shape().fields.get(name).map(|field| &field.ty) {
            Some(Type::Set(_)) => Value::set(Type::String, items),
            _ => Value::list(Type::String, items),
        };
        self.set(name, value);
    }

    pub(crate) fn set_text_map(&mut self, name: &str, map: BTreeMap<String, String>) {
        self.set(name, Value::map(Type::String, map.into_iter().map(|(key, text)| (key, Value::string(text)))));
    }

    /// Makes a name null (blocks: none).
    pub(crate) fn clear(&mut self, name: &str) {
        let value = match (self.shape().fields.get(name), self.shape().blocks.get(name)) {
            (Some(field), _) => Value::null(field.ty.clone()),
            (None, Some(nested)) => no_blocks(nested),
            (None, None) => return,
        };
        self.set(name, value);
    }

    /// Makes an attribute unknown: the change will decide it.
    pub(crate) fn set_unknown(&mut self, name: &str) {
        let ty = match (self.shape().fields.get(name), self.shape().blocks.get(name)) {
            (Some(field), _) => field.ty.clone(),
            (None, Some(nested)) => blocks_type(nested),
            (None, None) => return,
        };
        self.set(name, Value::unknown(ty));
    }

    /// An empty block of a type, to be filled and given to [`Fields::set_blocks`].
    pub(crate) fn new_block(&self, name: &str) -> Fields {
        let shape = self.shape().blocks.get(name).map(|nested| nested.shape.clone());
        debug_assert!(shape.is_some(), "no block {name:?} in the shape");
        Fields::empty(&shape.unwrap_or_default())
    }

    /// The blocks of a type; of single ones the first counts.
    pub(crate) fn set_blocks(&mut self, name: &str, blocks: impl IntoIterator<Item = Fields>) {
        let Some(nested) = self.shape().blocks.get(name) else {
            debug_assert!(false, "no block {name:?} in the shape");
            return;
        };
        let element = nested.ty.clone();
        let mut blocks = blocks.into_iter().map(|block| block.object());
        let value = match nested.nesting {
            Nesting::Set => Value::set(element, blocks),
            Nesting::Single | Nesting::Group => blocks.next().unwrap_or(Value::null(element)),
            _ => Value::list(element, blocks),
        };
        self.set(name, value);
    }
}

/// What stands for no block at all.
fn no_blocks(nested: &Nested) -> Value {
    let element = nested.ty.clone();
    match nested.nesting {
        Nesting::Set => Value::set(element, []),
        Nesting::Single | Nesting::Group => Value::null(element),
        _ => Value::list(element, []),
    }
}

/// The type of the blocks of one name.
pub(crate) fn blocks_type(nested: &Nested) -> Type {
    no_blocks(nested).ty()
}

fn without_unknowns(value: &Value) -> Value {
    match value.is_known() {
        false => Value::null(value.ty()),
        true => value.map_children(|_, part| without_unknowns(part)),
    }
}
