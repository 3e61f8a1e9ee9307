//! The value: content and marks.

use crate::{Marks, Number, Origin, Path, PathStep, Refinement, Type};
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// A value of the Terraform language. Cheap to clone.
///
/// Equality is of content, marks included, origins and refinements of unknowns excluded.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub content: Content,
    /// Marks on the value as a whole; parts carry their own.
    pub marks: Marks,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Content {
    /// Null of a type.
    Null(Type),
    /// Not known yet: type, promises, and which attribute will decide it.
    Unknown(Type, Option<Arc<Refinement>>, Option<Arc<Origin>>),
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// NFC-normalised text.
    String(Arc<str>),
    /// Element type and elements.
    List(Type, Arc<[Value]>),
    /// Element type and elements, distinct, in the order of [`Value::set_order`].
    Set(Type, Arc<[Value]>),
    /// Element type and elements by key.
    Map(Type, Arc<BTreeMap<Arc<str>, Value>>),
    /// Elements.
    Tuple(Arc<[Value]>),
    /// Attributes by name.
    Object(Arc<BTreeMap<Arc<str>, Value>>),
}

impl From<Content> for Value {
    fn from(content: Content) -> Self {
        Value { content, marks: Marks::NONE }
    }
}

impl Value {
    /// `null` of a type.
    pub fn null(ty: Type) -> Value {
        Content::Null(ty).into()
    }

    /// Unknown of a type, nothing promised.
    pub fn unknown(ty: Type) -> Value {
        Content::Unknown(ty, None, None).into()
    }

    /// Unknown of a type with promises. Promises that leave only one value make it that value (see
    /// [`Value::promising`]).
    pub fn refined(ty: Type, refinement: Refinement) -> Value {
        Value::unknown(ty).promising(&refinement)
    }

    /// Unknown of unknown type.
    pub fn dynamic() -> Value {
        Value::unknown(Type::Dynamic)
    }

    /// A truth value.
    pub fn bool(b: bool) -> Value {
        Content::Bool(b).into()
    }

    /// A whole number.
    pub fn int(n: i64) -> Value {
        Content::Number(Number::from(n)).into()
    }

    /// A number.
    pub fn number(n: Number) -> Value {
        Content::Number(n).into()
    }

    /// A string, NFC-normalised on entry (measured: Terraform takes `e` + U+0301 and `é` as equal).
    pub fn string(text: impl AsRef<str> + Into<Arc<str>>) -> Value {
        let normal = is_nfc(text.as_ref());
        let text: Arc<str> = if normal { text.into() } else { text.as_ref().nfc().collect::<String>().into() };
        Content::String(text).into()
    }

    /// A list; the elements must be of the element type.
    pub fn list(element: Type, items: impl IntoIterator<Item = Value>) -> Value {
        Content::List(element, items.into_iter().collect()).into()
    }

    /// A map; the elements must be of the element type.
    pub fn map<K: Into<Arc<str>>>(element: Type, items: impl IntoIterator<Item = (K, Value)>) -> Value {
        Content::Map(element, Arc::new(items.into_iter().map(|(k, v)| (k.into(), v)).collect())).into()
    }

    /// A tuple.
    pub fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
        Content::Tuple(items.into_iter().collect()).into()
    }

    /// An object.
    pub fn object<K: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (K, Value)>) -> Value {
        Content::Object(Arc::new(attributes.into_iter().map(|(k, v)| (k.into(), v)).collect())).into()
    }

    /// The type; of tuples and objects it is computed from the parts.
    pub fn ty(&self) -> Type {
        match &self.content {
            Content::Null(ty) | Content::Unknown(ty, _, _) => ty.clone(),
            Content::Bool(_) => Type::Bool,
            Content::Number(_) => Type::Number,
            Content::String(_) => Type::String,
            Content::List(e, _) => Type::list(e.clone()),
            Content::Set(e, _) => Type::set(e.clone()),
            Content::Map(e, _) => Type::map(e.clone()),
            Content::Tuple(items) => Type::tuple(items.iter().map(Value::ty)),
            Content::Object(attributes) => Type::object(attributes.iter().map(|(k, v)| (k.clone(), v.ty()))),
        }
    }

    /// True for null.
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Null(_))
    }

    /// True when the value itself is known; parts of it may not be.
    pub fn is_known(&self) -> bool {
        !matches!(self.content, Content::Unknown(..))
    }

    /// True when nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match &self.content {
            Content::Unknown(..) => false,
            _ => self.children().all(|(_, v)| v.is_wholly_known()),
        }
    }

    /// The text of a known, non-null string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::String(s) => Some(s),
            _ => None,
        }
    }

    /// The truth value of a known, non-null bool.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.content {
            Content::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The number of a known, non-null number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.content {
            Content::Number(n) => Some(n),
            _ => None,
        }
    }

    /// The attributes of a known, non-null object.
    pub fn as_object(&self) -> Option<&BTreeMap<Arc<str>, Value>> {
        match &self.content {
            Content::Object(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// The attribute or map element of that name, if the value is a known object or map that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match &self.content {
            Content::Object(elements) | Content::Map(_, elements) => elements.get(name),
            _ => None,
        }
    }

    /// The elements of a known list, set or tuple.
    pub fn as_items(&self) -> Option<&[Value]> {
        match &self.content {
            Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The parts of a known collection, tuple or object, with the step to each; nothing for other values.
    pub fn children(&self) -> Box<dyn Iterator<Item = (PathStep, &Value)> + '_> {
        match &self.content {
            Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
                Box::new(items.iter().enumerate().map(|(i, v)| (PathStep::Index(i as u64), v)))
            }
            Content::Map(_, items) => Box::new(items.iter().map(|(k, v)| (PathStep::Key(k.clone()), v))),
            Content::Object(items) => Box::new(items.iter().map(|(k, v)| (PathStep::Attribute(k.clone()), v))),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// The same value with each direct part changed; collections keep their element type, sets are put in
    /// order again.
    pub fn map_children(&self, mut change: impl FnMut(PathStep, &Value) -> Value) -> Value {
        let indexed = |items: &Arc<[Value]>, change: &mut dyn FnMut(PathStep, &Value) -> Value| -> Arc<[Value]> {
            items.iter().enumerate().map(|(i, v)| change(PathStep::Index(i as u64), v)).collect()
        };
        let content = match &self.content {
            Content::List(e, items) => Content::List(e.clone(), indexed(items, &mut change)),
            Content::Tuple(items) => Content::Tuple(indexed(items, &mut change)),
            Content::Set(e, items) => {
                let changed = indexed(items, &mut change);
                return Value::set(e.clone(), changed.iter().cloned()).marked(self.marks);
            }
            Content::Map(e, items) => Content::Map(
                e.clone(),
                Arc::new(items.iter().map(|(k, v)| (k.clone(), change(PathStep::Key(k.clone()), v))).collect()),
            ),
            Content::Object(items) => Content::Object(Arc::new(
                items.iter().map(|(k, v)| (k.clone(), change(PathStep::Attribute(k.clone()), v))).collect(),
            )),
            other => other.clone(),
        };
        Value { content, marks: self.marks }
    }

    /// The same value with more marks on the whole.
    pub fn marked(mut self, marks: Marks) -> Value {
        self.marks = self.marks.union(marks);
        self
    }

    /// The value without the marks on the whole, and those marks; parts keep theirs.
    pub fn unmark(mut self) -> (Value, Marks) {
        let marks = std::mem::take(&mut self.marks);
        (self, marks)
    }

    /// All marks on the value and its parts.
    pub fn all_marks(&self) -> Marks {
        self.children().fold(self.marks, |marks, (_, v)| marks.union(v.all_marks()))
    }

    /// The value without any marks, and the paths that had some. Codecs only: they record what they unmarked.
    pub fn unmark_deep(&self) -> (Value, Vec<(Path, Marks)>) {
        let mut paths = Vec::new();
        let value = self.unmark_into(&Path::ROOT, &mut paths);
        (value, paths)
    }

    fn unmark_into(&self, at: &Path, paths: &mut Vec<(Path, Marks)>) -> Value {
        if !self.marks.is_empty() {
            paths.push((at.clone(), self.marks));
        }
        if self.all_marks().is_empty() {
            return self.clone();
        }
        let mut bare = self.map_children(|step, v| v.unmark_into(&at.then(step), paths));
        bare.marks = Marks::NONE;
        bare
    }

    /// Puts marks back at paths; a path that leads nowhere marks the last value on the way, so that nothing
    /// sensitive is lost by a change of shape. Marks inside a set lift to the set.
    pub fn mark_paths(&self, paths: &[(Path, Marks)]) -> Value {
        paths.iter().fold(self.clone(), |value, (path, marks)| value.mark_at(&path.0, *marks))
    }

    fn mark_at(&self, steps: &[PathStep], marks: Marks) -> Value {
        let Some((first, rest)) = steps.split_first() else {
            return self.clone().marked(marks);
        };
        if matches!(self.content, Content::Set(..)) || Path(vec![first.clone()]).get(self).is_none() {
            return self.clone().marked(marks);
        }
        self.map_children(|step, v| if same_step(&step, first) { v.mark_at(rest, marks) } else { v.clone() })
    }

    /// The value with `origin` set on every unknown in it that has none yet.
    pub fn with_origin(&self, address: &Arc<str>) -> Value {
        self.origin_at(address, &Path::ROOT)
    }

    fn origin_at(&self, address: &Arc<str>, at: &Path) -> Value {
        match &self.content {
            Content::Unknown(ty, refinement, None) => {
                let origin = Origin { address: address.clone(), path: at.clone() };
                let content = Content::Unknown(ty.clone(), refinement.clone(), Some(Arc::new(origin)));
                Value { content, marks: self.marks }
            }
            _ if self.is_wholly_known() => self.clone(),
            _ => self.map_children(|step, v| v.origin_at(address, &at.then(step))),
        }
    }

    /// Where an unknown value comes from, if that was kept.
    pub fn origin(&self) -> Option<&Origin> {
        match &self.content {
            Content::Unknown(_, _, origin) => origin.as_deref(),
            _ => None,
        }
    }
}

fn same_step(a: &PathStep, b: &PathStep) -> bool {
    match (a, b) {
        (PathStep::Index(a), PathStep::Index(b)) => a == b,
        (PathStep::Attribute(a) | PathStep::Key(a), PathStep::Attribute(b) | PathStep::Key(b)) => a == b,
        _ => false,
    }
}
