//! Promises about values, asked for and added.

#[cfg(test)]
mod tests;

use crate::{Content, Marks, Origin, Refinement, Type, Value};
use std::sync::Arc;

/// No list of more unknown elements is made of a promise: providers may promise anything.
const LONGEST: u64 = 1 << 20;

impl Value {
    /// The promises about an unknown value, when there are any.
    pub fn refinement(&self) -> Option<&Refinement> {
        match &self.content {
            Content::Unknown(_, refinement, _) => refinement.as_deref(),
            _ => None,
        }
    }

    /// The same value with more promises if it is unknown; promises already made stay where they say more.
    ///
    /// Promises that leave only one value make it known, as in go-cty: a number between equal bounds, a collection of no
    /// elements. A list of a known length is a list of unknown elements, and so is a set of one.
    #[must_use]
    pub fn promising(self, more: &Refinement) -> Value {
        let Value { content, marks } = self;
        let content = match content {
            Content::Unknown(ty, known, origin) => {
                let merged = known.as_deref().cloned().unwrap_or_default().and(more);
                merged
                    .only(&ty, origin.as_ref())
                    .unwrap_or_else(|| Content::Unknown(ty, (!merged.is_empty()).then(|| Arc::new(merged)), origin))
            }
            known => known,
        };
        Value { content, marks }
    }

    /// The same value with the promise not to be null, if it is unknown.
    #[must_use]
    pub fn not_null(self) -> Value {
        if self.is_never_null() { self } else { self.promising(&Refinement::not_null()) }
    }

    /// Least and greatest number of elements of a list, set or map (also of a tuple or object), known or not;
    /// `None` as greatest when there is no bound. `None` for other values and for null.
    ///
    /// Unknown elements of a set may turn out equal, so such a set has a range too.
    pub fn length_range(&self) -> Option<(u64, Option<u64>)> {
        let exact = |n: usize| Some((n as u64, Some(n as u64)));
        match &self.content {
            Content::List(_, items) | Content::Tuple(items) => exact(items.len()),
            Content::Set(_, items) => {
                let known = items.iter().filter(|v| v.is_wholly_known()).count() as u64;
                let all = items.len() as u64;
                Some((known.max(all.min(1)), Some(all)))
            }
            Content::Map(_, items) | Content::Object(items) => exact(items.len()),
            Content::Unknown(ty, refinement, _) if ty.is_collection() => {
                let promises = refinement.as_deref();
                Some((promises.and_then(|r| r.length_min).unwrap_or(0), promises.and_then(|r| r.length_max)))
            }
            _ => None,
        }
    }
}

impl Refinement {
    /// The value that keeps these promises, where there is only one, or one whose elements alone are unknown.
    fn only(&self, ty: &Type, origin: Option<&Arc<Origin>>) -> Option<Content> {
        if !self.not_null {
            return None;
        }
        if let (Type::Number, Some((lower, true)), Some((upper, true))) = (ty, &self.lower, &self.upper) {
            return (lower == upper).then(|| Content::Number(lower.clone()));
        }
        let length = self.length_max.filter(|max| *max == self.length_min.unwrap_or(0))?;
        let element =
            |ty: &Type| Value { content: Content::Unknown(ty.clone(), None, origin.cloned()), marks: Marks::NONE };
        match (ty, length) {
            (Type::List(of), 0..=LONGEST) => {
                let count = usize::try_from(length).ok()?;
                Some(Value::list((**of).clone(), vec![element(of); count]).content)
            }
            (Type::Set(of), 0) => Some(Value::set((**of).clone(), []).content),
            (Type::Set(of), 1) => Some(Value::set((**of).clone(), [element(of)]).content),
            (Type::Map(of), 0) => Some(Value::map((**of).clone(), [] as [(Arc<str>, Value); 0]).content),
            _ => None,
        }
    }

    /// What both promise together: the longer prefix, the narrower bounds.
    #[must_use]
    pub fn and(mut self, other: &Refinement) -> Refinement {
        self.not_null |= other.not_null;
        if other.prefix.as_ref().map(|p| p.len()) > self.prefix.as_ref().map(|p| p.len()) {
            self.prefix.clone_from(&other.prefix);
        }
        self.lower = match (self.lower, other.lower.clone()) {
            // The greater bound; of equal ones the one that leaves the bound out.
            (Some(a), Some(b)) => Some(if (&b.0, !b.1) > (&a.0, !a.1) { b } else { a }),
            (a, b) => a.or(b),
        };
        self.upper = match (self.upper, other.upper.clone()) {
            (Some(a), Some(b)) => Some(if (&b.0, b.1) < (&a.0, a.1) { b } else { a }),
            (a, b) => a.or(b),
        };
        self.length_min = self.length_min.max(other.length_min);
        self.length_max = match (self.length_max, other.length_max) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self
    }
}
