//! `a[*].b`, `a.*.b`.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use std::sync::Arc;
use syntax::{Expr, Step};
use value::{Content, Marks, Refinement, Type, Value};

impl Evaluation<'_> {
    /// A splat over an expression.
    pub(crate) fn splat(&mut self, source: &Expr, steps: &[Step], whole: &Expr) -> Value {
        let before = self.here();
        let value = self.evaluate(source);
        if self.failed_since(before) {
            return Value::dynamic();
        }
        let found = self.splat_value(value, steps, whole);
        self.made(found, whole)
    }

    /// A splat over a value: the steps for each element. What is not a sequence counts as one of one element, null as
    /// one of none.
    pub(crate) fn splat_value(&mut self, value: Value, steps: &[Step], whole: &Expr) -> Value {
        let (value, marks) = value.unmark();
        let result = match &value.content {
            Content::List(_, items) | Content::Set(_, items) => self.splat_list(&value, items.clone(), steps, whole),
            Content::Tuple(items) => self.splat_tuple(items.clone(), steps, whole),
            Content::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                let fault = Fault::new(
                    "Splat of null value",
                    "Splat expressions (with the * symbol) cannot be applied to null sequences.",
                );
                self.fail(fault, whole.span, whole)
            }
            Content::Null(_) => Value::tuple([]),
            Content::Unknown(Type::Dynamic, _, _) => value.clone(),
            Content::Unknown(Type::List(element) | Type::Set(element), refinement, _) => {
                let ty = self.element_type(element, steps, whole);
                let lengths = refinement.as_ref().map(|r| (r.length_min, r.length_max)).unwrap_or_default();
                unknown_list(&value, ty, lengths)
            }
            Content::Unknown(Type::Tuple(types), _, _) => {
                let types: Vec<Type> = types.iter().map(|ty| self.element_type(ty, steps, whole)).collect();
                not_null(&value, Type::tuple(types))
            }
            Content::Unknown(..) if !value.is_never_null() => {
                // Whether this becomes one element or none is open, but what follows can be checked.
                self.step_into(value.clone(), steps, whole);
                unknown_like(&value, Type::Dynamic, None)
            }
            _ => self.splat_tuple([value.clone()].into(), steps, whole),
        };
        result.marked(marks)
    }

    fn splat_tuple(&mut self, items: Arc<[Value]>, steps: &[Step], whole: &Expr) -> Value {
        if steps.is_empty() {
            return Content::Tuple(items).into();
        }
        let before = self.here();
        let found: Vec<Value> = items.iter().map(|item| self.step_into(item.clone(), steps, whole)).collect();
        if self.failed_since(before) {
            let types: Vec<Type> = items.iter().map(|item| self.type_after(&item.ty(), steps, whole)).collect();
            return Value::unknown(Type::tuple(types));
        }
        Value::tuple(found)
    }

    fn splat_list(&mut self, source: &Value, items: Arc<[Value]>, steps: &[Step], whole: &Expr) -> Value {
        let element = match &source.content {
            Content::List(element, _) | Content::Set(element, _) => element.clone(),
            _ => Type::Dynamic,
        };
        if steps.is_empty() {
            return Content::List(element, items).into();
        }
        if items.is_empty() {
            return Value::list(self.element_type(&element, steps, whole), []);
        }
        let before = self.here();
        let found: Vec<Value> = items.iter().map(|item| self.step_into(item.clone(), steps, whole)).collect();
        if self.failed_since(before) {
            return Value::unknown(Type::list(self.type_after(&element, steps, whole)));
        }
        match common_type(&found) {
            Some(ty) => Value::list(ty, found),
            None => {
                let fault = Fault::new(
                    "Invalid nested splat expressions",
                    "The second level of splat expression produced elements of different types, so it isn't possible to \
                     construct a valid list to represent the top-level result.",
                )
                .next("Use a for expression instead: its result is a tuple, whose elements may have different types.");
                self.fail(fault, whole.span, whole)
            }
        }
    }

    /// As [`Self::element_type`], after an error that has been reported: where this is the arm of a conditional that is
    /// not chosen, its type counts.
    fn type_after(&mut self, element: &Type, steps: &[Step], whole: &Expr) -> Type {
        let before = self.here();
        self.quiet += 1;
        let ty = self.element_type(element, steps, whole);
        self.quiet -= 1;
        self.troubles.truncate(before.0);
        self.misnamed.truncate(before.1);
        ty
    }

    /// The type that the steps lead to from an element of a type.
    fn element_type(&mut self, element: &Type, steps: &[Step], whole: &Expr) -> Type {
        if steps.is_empty() {
            return element.clone();
        }
        self.step_into(Value::unknown(element.clone()), steps, whole).ty()
    }
}

/// The one type of all values; those of a type not known yet fit any.
pub(crate) fn common_type(values: &[Value]) -> Option<Type> {
    let mut common = Type::Dynamic;
    for value in values {
        let ty = value.ty();
        if common == Type::Dynamic {
            common = ty;
        } else if ty != Type::Dynamic && ty != common {
            return None;
        }
    }
    Some(common)
}

fn unknown_list(source: &Value, element: Type, (min, max): (Option<u64>, Option<u64>)) -> Value {
    let refinement = Refinement { length_min: min, length_max: max, ..Refinement::not_null() };
    unknown_like(source, Type::list(element), Some(refinement))
}

fn not_null(source: &Value, ty: Type) -> Value {
    unknown_like(source, ty, Some(Refinement::not_null()))
}

/// An unknown of a type that keeps where `source` comes from.
fn unknown_like(source: &Value, ty: Type, refinement: Option<Refinement>) -> Value {
    let origin = match &source.content {
        Content::Unknown(_, _, origin) => origin.clone(),
        _ => None,
    };
    let unknown = Value { content: Content::Unknown(ty, None, origin), marks: Marks::NONE };
    refinement.map_or(unknown.clone(), |promises| unknown.promising(&promises))
}
