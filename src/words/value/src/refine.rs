//! Promises about values, asked for and added.

#[cfg(test)]
mod tests;

use crate::{Content, Refinement, Type, Value};
use std::sync::Arc;

impl Value {
    /// The promises about an unknown value, when there are any.
    pub fn refinement(&self) -> Option<&Refinement> {
        match &self.content {
            Content::Unknown(_, refinement, _) => refinement.as_deref(),
            _ => None,
        }
    }

    /// The same value with more promises if it is unknown; promises already made stay where they say more.
    #[must_use]
    pub fn promising(self, more: &Refinement) -> Value {
        let Value { content, marks } = self;
        let content = match content {
            Content::Unknown(ty, known, origin) => {
                let merged = known.as_deref().cloned().unwrap_or_default().and(more);
                Content::Unknown(ty, (!merged.is_empty()).then(|| Arc::new(merged)), origin)
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

    /// The same value, or what its promises leave: the only number between two bounds, a list of so many unknown
    /// elements, an empty collection.
    #[must_use]
    pub fn narrowed(self) -> Value {
        /// Longer lists are left as they are.
        const MOST: u64 = 1 << 16;
        let Content::Unknown(ty, Some(promises), _) = &self.content else { return self };
        if !promises.not_null {
            return self;
        }
        let length = promises.length_max.filter(|most| promises.length_min.unwrap_or(0) == *most && *most <= MOST);
        let narrow = match (ty, length, &promises.lower, &promises.upper) {
            (Type::Number, _, Some((least, true)), Some((most, true))) if least == most => Value::number(least.clone()),
            (Type::List(element), Some(length), ..) => {
                Value::list(Type::clone(element), (0..length).map(|_| Value::unknown(Type::clone(element))))
            }
            (Type::Set(element), Some(0), ..) => Value::set(Type::clone(element), []),
            (Type::Map(element), Some(0), ..) => Value::map(Type::clone(element), Vec::<(Arc<str>, Value)>::new()),
            _ => return self,
        };
        narrow.marked(self.marks)
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
