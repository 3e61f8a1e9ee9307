//! When two values are the same.

#[cfg(test)]
mod tests;

use crate::{Content, Refinement, Type, Value};

/// Same content and marks; what is promised of unknowns and where they come from does not count.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.marks == other.marks && self.content == other.content
    }
}

impl Eq for Value {}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Content::Null(a), Content::Null(b)) => a == b,
            (Content::Unknown(a, _, _), Content::Unknown(b, _, _)) => a == b,
            (Content::Bool(a), Content::Bool(b)) => a == b,
            (Content::Number(a), Content::Number(b)) => a == b,
            (Content::String(a), Content::String(b)) => a == b,
            (Content::List(a, xs), Content::List(b, ys)) | (Content::Set(a, xs), Content::Set(b, ys)) => {
                a == b && (std::sync::Arc::ptr_eq(xs, ys) || xs == ys)
            }
            (Content::Map(a, xs), Content::Map(b, ys)) => a == b && (std::sync::Arc::ptr_eq(xs, ys) || xs == ys),
            (Content::Tuple(xs), Content::Tuple(ys)) => std::sync::Arc::ptr_eq(xs, ys) || xs == ys,
            (Content::Object(xs), Content::Object(ys)) => std::sync::Arc::ptr_eq(xs, ys) || xs == ys,
            _ => false,
        }
    }
}

impl Eq for Content {}

/// What may be said of an equality.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Equal,
    Different,
    Undecided,
}

impl From<bool> for Verdict {
    fn from(equal: bool) -> Self {
        if equal { Verdict::Equal } else { Verdict::Different }
    }
}

impl Value {
    /// The `==` operator: true, false, or unknown while it cannot be decided; with all marks of both sides.
    pub fn equals(&self, other: &Value) -> Value {
        let result = match compare(self, other) {
            Verdict::Undecided => Value::refined(Type::Bool, Refinement::not_null()),
            verdict => Value::bool(verdict == Verdict::Equal),
        };
        result.marked(self.all_marks().union(other.all_marks()))
    }

    /// True when the value is known and not null, or unknown with the promise not to be null.
    pub fn is_never_null(&self) -> bool {
        match &self.content {
            Content::Null(_) => false,
            Content::Unknown(_, refinement, _) => refinement.as_ref().is_some_and(|r| r.not_null),
            _ => true,
        }
    }

    /// False when the promises of an unknown value rule `known` out; true for anything else.
    pub fn may_become(&self, known: &Value) -> bool {
        let Content::Unknown(ty, refinement, _) = &self.content else {
            return true;
        };
        if *ty != Type::Dynamic && !known.is_null() && !may_conform(&known.ty(), ty) {
            return false;
        }
        refinement.as_ref().is_none_or(|r| r.allows(known))
    }
}

impl Refinement {
    /// True when a known value keeps these promises.
    pub fn allows(&self, value: &Value) -> bool {
        let length = |n: usize| {
            let n = n as u64;
            self.length_min.is_none_or(|min| n >= min) && self.length_max.is_none_or(|max| n <= max)
        };
        match &value.content {
            Content::Null(_) => !self.not_null,
            Content::String(s) => self.prefix.as_ref().is_none_or(|p| s.starts_with(&**p)),
            Content::Number(n) => {
                let above = |(bound, inclusive): &(_, bool)| n > bound || *inclusive && n == bound;
                let below = |(bound, inclusive): &(_, bool)| n < bound || *inclusive && n == bound;
                self.lower.as_ref().is_none_or(above) && self.upper.as_ref().is_none_or(below)
            }
            Content::List(_, items) => length(items.len()),
            // Unknown elements of a set may turn out equal to others.
            Content::Set(_, items) if value.is_wholly_known() => length(items.len()),
            Content::Map(_, items) => length(items.len()),
            _ => true,
        }
    }
}

fn compare(a: &Value, b: &Value) -> Verdict {
    match (a.is_null(), b.is_null()) {
        (true, true) => return Verdict::Equal,
        (true, false) if b.is_never_null() => return Verdict::Different,
        (false, true) if a.is_never_null() => return Verdict::Different,
        _ => {}
    }
    if a.is_known() != b.is_known() {
        let (unknown, known) = if a.is_known() { (b, a) } else { (a, b) };
        return if unknown.may_become(known) { Verdict::Undecided } else { Verdict::Different };
    }
    if !a.is_known() {
        let apart = !may_conform(&a.ty(), &b.ty()) && a.is_never_null() && b.is_never_null();
        return if apart { Verdict::Different } else { Verdict::Undecided };
    }
    // Collections of different types differ, also empty ones; while a type is open they may turn out to be of one.
    let alike = |s: &Type, t: &Type| s == t || may_conform(s, t) && !(a.is_wholly_known() && b.is_wholly_known());
    match (&a.content, &b.content) {
        (Content::List(s, xs), Content::List(t, ys)) if alike(s, t) => in_order(xs, ys),
        (Content::Tuple(xs), Content::Tuple(ys)) => in_order(xs, ys),
        (Content::Map(s, xs), Content::Map(t, ys)) if alike(s, t) => by_key(xs, ys),
        (Content::Object(xs), Content::Object(ys)) => by_key(xs, ys),
        (Content::Set(s, xs), Content::Set(t, ys)) if alike(s, t) => {
            if a.is_wholly_known() && b.is_wholly_known() {
                (xs == ys).into()
            } else {
                Verdict::Undecided
            }
        }
        (Content::List(..) | Content::Map(..) | Content::Set(..), _) => Verdict::Different,
        (x, y) => (x == y).into(),
    }
}

/// As Terraform, the first part that cannot be decided leaves the whole undecided.
fn in_order(xs: &[Value], ys: &[Value]) -> Verdict {
    if xs.len() != ys.len() {
        return Verdict::Different;
    }
    xs.iter().zip(ys).map(|(x, y)| compare(x, y)).find(|v| *v != Verdict::Equal).unwrap_or(Verdict::Equal)
}

/// Terraform visits keys in random order, so its answer may be undecided or different; this is the decided one.
fn by_key<K: Ord>(xs: &std::collections::BTreeMap<K, Value>, ys: &std::collections::BTreeMap<K, Value>) -> Verdict {
    if xs.len() != ys.len() || !xs.keys().eq(ys.keys()) {
        return Verdict::Different;
    }
    let mut whole = Verdict::Equal;
    for (x, y) in xs.values().zip(ys.values()) {
        match compare(x, y) {
            Verdict::Equal => {}
            Verdict::Different => return Verdict::Different,
            Verdict::Undecided => whole = Verdict::Undecided,
        }
    }
    whole
}

/// True when both types may turn out to be the same, types not known yet being anything.
fn may_conform(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            may_conform(a, b)
        }
        (Type::Tuple(xs), Type::Tuple(ys)) => {
            xs.len() == ys.len() && xs.iter().zip(ys.iter()).all(|(x, y)| may_conform(x, y))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.attributes.len() == b.attributes.len()
                && a.attributes.iter().zip(&b.attributes).all(|((m, s), (n, t))| m == n && may_conform(s, t))
        }
        (a, b) => a == b,
    }
}
