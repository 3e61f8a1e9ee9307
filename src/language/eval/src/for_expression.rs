//! `[for … : …]`, `{for … : … => …}`, and the elements that loops walk.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use syntax::{Expr, ForExpr, Name};
use value::{Content, Marks, Type, Value, convert};

/// What a loop walks.
pub(crate) enum Elements {
    /// Keys and values.
    Known(Vec<(Value, Value)>),
    /// Not known yet.
    Unknown,
    /// Not a collection, or null; reported.
    Wrong,
}

/// The keys and values of a known collection: places of lists and tuples, keys of maps and objects, the elements of
/// sets themselves. `None` for what has no elements.
pub(crate) fn elements(value: &Value) -> Option<Vec<(Value, Value)>> {
    let keyed = |items: &BTreeMap<Arc<str>, Value>| {
        items.iter().map(|(k, v)| (Content::String(k.clone()).into(), v.clone())).collect()
    };
    match &value.content {
        Content::List(_, items) | Content::Tuple(items) => {
            Some(items.iter().enumerate().map(|(i, v)| (Value::int(i as i64), v.clone())).collect())
        }
        Content::Set(_, items) => Some(items.iter().map(|v| (v.clone(), v.clone())).collect()),
        Content::Map(_, items) | Content::Object(items) => Some(keyed(items)),
        _ => None,
    }
}

/// What became of one element.
enum Outcome {
    /// Left out by `if`.
    Skipped,
    /// Cannot be told, or was wrong.
    Open,
    /// In, with its key in the object form.
    Taken(Option<Arc<str>>, Value),
}

impl Evaluation<'_> {
    /// The elements of `collection`, which a loop walks.
    pub(crate) fn walked(&mut self, collection: &Value, place: &Expr) -> Elements {
        if collection.is_null() {
            let detail = "A null value cannot be used as the collection in a 'for' expression.";
            let fault = Fault::new("Iteration over null value", detail)
                .next("Use coalesce(x, []) or a condition where the collection may be null.");
            self.fail(fault, place.span, place);
            return Elements::Wrong;
        }
        let ty = match &collection.content {
            Content::Unknown(Type::Dynamic, _, _) => return Elements::Unknown,
            Content::Unknown(ty, _, _) if !ty.is_primitive() => return Elements::Unknown,
            _ => match elements(collection) {
                Some(elements) => return Elements::Known(elements),
                None => collection.ty(),
            },
        };
        let detail =
            format!("A value of type {} cannot be used as the collection in a 'for' expression.", ty.friendly_name());
        self.fail(Fault::new("Iteration over non-iterable value", detail), place.span, place);
        Elements::Wrong
    }

    /// Runs `body` with the names of a loop bound.
    pub(crate) fn with_element<T>(
        &mut self,
        names: (Option<&Name>, &Name),
        element: (Value, Value),
        body: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outside = self.bindings.len();
        if let Some(key) = names.0 {
            self.bindings.push((key.text.clone(), element.0));
        }
        self.bindings.push((names.1.text.clone(), element.1));
        let result = body(self);
        self.bindings.truncate(outside);
        result
    }

    /// A `for` expression.
    pub(crate) fn for_expression(&mut self, each: &ForExpr, whole: &Expr) -> Value {
        let before = self.here();
        let (collection, mut marks) = self.evaluate(&each.collection).unmark();
        if self.failed_since(before) {
            return Value::dynamic();
        }
        let names = (each.key_name.as_ref(), &each.value_name);
        if !self.condition_makes_sense(each) {
            return Value::dynamic();
        }
        let elements = match self.walked(&collection, &each.collection) {
            Elements::Known(elements) => elements,
            Elements::Unknown | Elements::Wrong => {
                return Value { content: unknown_of(&collection), marks };
            }
        };
        let mut open = false;
        let mut items: Vec<Value> = Vec::new();
        let mut attributes: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        let mut groups: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        for element in elements {
            if !self.another_round(whole) {
                return Value::dynamic();
            }
            let before = self.made_so_far();
            let outcome = self.with_element(names, element, |walk| walk.for_element(each, &mut marks));
            match &outcome {
                Outcome::Taken(_, value) => self.keep(before, value),
                Outcome::Skipped | Outcome::Open => self.keep_bytes(before, 0),
            }
            match outcome {
                Outcome::Skipped => {}
                Outcome::Open => open = true,
                Outcome::Taken(None, value) => items.push(value),
                Outcome::Taken(Some(key), value) if each.group => groups.entry(key).or_default().push(value),
                Outcome::Taken(Some(key), value) => match attributes.entry(key) {
                    Entry::Vacant(place) => {
                        place.insert(value);
                    }
                    Entry::Occupied(place) => {
                        self.duplicate_key(place.key(), marks, each, whole);
                        open = true;
                    }
                },
            }
        }
        let result = match (open, &each.key, each.group) {
            (true, _, _) => Value::dynamic(),
            (_, None, _) => Value::tuple(items),
            (_, Some(_), true) => Value::object(groups.into_iter().map(|(k, vs)| (k, Value::tuple(vs)))),
            (_, Some(_), false) => Value::object(attributes),
        };
        self.made(result, whole).marked(marks)
    }

    /// One element, its names bound.
    fn for_element(&mut self, each: &ForExpr, marks: &mut Marks) -> Outcome {
        if let Some(condition) = &each.condition {
            let before = self.here();
            let included = self.evaluate(condition);
            *marks = marks.union(included.marks);
            if self.failed_since(before) {
                return Outcome::Open;
            }
            match self.as_condition(&included, condition).map(|v| v.content) {
                Some(Content::Bool(false)) => return Outcome::Skipped,
                Some(Content::Bool(true)) => {}
                _ => return Outcome::Open,
            }
        }
        let key = match &each.key {
            None => None,
            Some(expr) => match self.for_key(expr, marks) {
                Some(key) => Some(key),
                None => {
                    // The value is looked at all the same: its troubles are worth knowing.
                    self.evaluate(&each.value);
                    return Outcome::Open;
                }
            },
        };
        Outcome::Taken(key, self.evaluate(&each.value))
    }

    fn for_key(&mut self, expr: &Expr, marks: &mut Marks) -> Option<Arc<str>> {
        let before = self.here();
        let key = self.evaluate(expr);
        *marks = marks.union(key.marks);
        if self.failed_since(before) {
            return None;
        }
        if key.is_null() {
            let detail = "Key expression in 'for' expression must not produce a null value.";
            self.fail(Fault::new("Invalid object key", detail), expr.span, expr);
            return None;
        }
        match convert(&key, &Type::String) {
            Ok(Value { content: Content::String(key), .. }) => Some(key),
            Ok(_) => None,
            Err(e) => {
                let detail = format!("The key expression produced an invalid result: {e}.");
                self.fail(Fault::new("Invalid object key", detail), expr.span, expr);
                None
            }
        }
    }

    /// The `if` with names of unknown value: a mistake in it is told once, not once for each element.
    fn condition_makes_sense(&mut self, each: &ForExpr) -> bool {
        let Some(condition) = &each.condition else { return true };
        let names = (each.key_name.as_ref(), &each.value_name);
        let before = self.here();
        let value = self.with_element(names, (Value::dynamic(), Value::dynamic()), |walk| walk.evaluate(condition));
        !self.failed_since(before) && self.as_condition(&value, condition).is_some()
    }

    fn as_condition(&mut self, value: &Value, condition: &Expr) -> Option<Value> {
        const INVALID: &str = "Invalid 'for' condition";
        if value.is_null() {
            let detail = "The value of the 'if' clause must not be null.";
            self.fail(Fault::new("Condition is null", detail), condition.span, condition);
            return None;
        }
        match convert(value, &Type::Bool) {
            Ok(value) => Some(value),
            Err(e) => {
                let detail = format!("The 'if' clause value is invalid: {e}.");
                self.fail(Fault::new(INVALID, detail), condition.span, condition);
                None
            }
        }
    }

    fn duplicate_key(&mut self, key: &str, marks: Marks, each: &ForExpr, whole: &Expr) {
        let named = if marks.is_empty() { format!(" {key:?}") } else { String::new() };
        let detail = format!(
            "Two different items produced the key{named} in this 'for' expression. If duplicates are expected, use the \
             ellipsis (...) after the value expression to enable grouping by key."
        );
        let place = each.key.as_ref().unwrap_or(whole);
        self.fail(Fault::new("Duplicate object key", detail), place.span, whole);
    }
}

fn unknown_of(collection: &Value) -> Content {
    let origin = match &collection.content {
        Content::Unknown(_, _, origin) => origin.clone(),
        _ => None,
    };
    Content::Unknown(Type::Dynamic, None, origin)
}
