//! `condition ? yes : no`.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use syntax::Expr;
use value::{Content, Marks, Refinement, Type, Value, convert, unify};

const INCONSISTENT: &str = "Inconsistent conditional result types";

impl Evaluation<'_> {
    /// Both arms are evaluated, because together they decide the type of the result; troubles only of the chosen one
    /// are kept, marks always of all three.
    pub(crate) fn conditional(&mut self, condition: &Expr, yes: &Expr, no: &Expr, whole: &Expr) -> Value {
        let before = self.troubles.len();
        let yes_value = self.evaluate(yes);
        let yes_troubles = self.troubles.split_off(before);
        let no_value = self.evaluate(no);
        let no_troubles = self.troubles.split_off(before);

        let Some(ty) = result_type(&yes_value, &no_value) else {
            let why = mismatch(&yes_value.ty(), &no_value.ty());
            let detail = format!("The true and false result expressions must have consistent types. {why}.");
            let fault = Fault::new(INCONSISTENT, detail)
                .next("Convert one side explicitly, for example with tostring(), tolist() or tomap().");
            return self.fail(fault, yes.span.to(no.span), whole);
        };
        let decider = self.evaluate(condition);
        let marks = decider.marks.union(yes_value.marks).union(no_value.marks);
        if decider.is_null() {
            let fault =
                Fault::new("Null condition", "The condition value is null. Conditions must either be true or false.");
            self.fail(fault, condition.span, condition);
            return Value::unknown(ty);
        }
        if !decider.is_known() {
            return undecided(&decider, &yes_value, &no_value, ty).marked(marks);
        }
        let Some(chosen) = convert(&decider, &Type::Bool).ok().and_then(|v| v.as_bool()) else {
            let fault = Fault::new("Incorrect condition type", "The condition expression must be of type bool.");
            self.fail(fault, condition.span, condition);
            return Value::unknown(ty);
        };
        // Against a literal null there is nothing to convert: an object of any size is passed on as it is.
        let other_is_null = literal_null(if chosen { &no_value } else { &yes_value });
        let (value, troubles, arm, name) =
            if chosen { (yes_value, yes_troubles, yes, "true") } else { (no_value, no_troubles, no, "false") };
        self.troubles.extend(troubles);
        if other_is_null {
            return value.marked(marks);
        }
        match convert(&value, &ty) {
            Ok(value) => value.marked(marks),
            Err(e) => {
                let detail = format!("The {name} result value has the wrong type: {e}.");
                self.fail(Fault::new(INCONSISTENT, detail), arm.span, arm);
                Value::unknown(ty).marked(marks)
            }
        }
    }
}

/// `null` as written, whose type is decided by the other arm.
fn literal_null(value: &Value) -> bool {
    matches!(value.content, Content::Null(Type::Dynamic)) && value.marks.is_empty()
}

/// The type of the result; `None` when the arms cannot have one.
fn result_type(yes: &Value, no: &Value) -> Option<Type> {
    let (yes_type, no_type) = (yes.ty(), no.ty());
    if literal_null(yes) {
        Some(no_type)
    } else if literal_null(no) {
        Some(yes_type)
    } else if yes_type == Type::Dynamic || no_type == Type::Dynamic {
        Some(Type::Dynamic)
    } else if yes_type == no_type {
        Some(yes_type)
    } else {
        unify(&[yes_type, no_type])
    }
}

/// The result while the condition is unknown: what is true of both arms is true of it.
fn undecided(decider: &Value, yes: &Value, no: &Value, ty: Type) -> Value {
    if yes.is_null() && no.is_null() {
        return Value::null(ty);
    }
    let not_null = yes.is_never_null() && no.is_never_null();
    let mut refinement = Refinement { not_null, ..Refinement::default() };
    let (yes_type, no_type) = (yes.ty(), no.ty());
    if yes_type == Type::Number && no_type == Type::Number {
        let (yes, no) = (number_bounds(yes), number_bounds(no));
        refinement.lower = yes.0.zip(no.0).map(|(a, b)| match a.0.cmp(&b.0) {
            std::cmp::Ordering::Equal => (a.0, a.1 || b.1),
            std::cmp::Ordering::Less => a,
            std::cmp::Ordering::Greater => b,
        });
        refinement.upper = yes.1.zip(no.1).map(|(a, b)| match a.0.cmp(&b.0) {
            std::cmp::Ordering::Equal => (a.0, a.1 || b.1),
            std::cmp::Ordering::Greater => a,
            std::cmp::Ordering::Less => b,
        });
    } else if yes_type.is_collection() && yes_type == no_type {
        let (yes, no) = (length_bounds(yes), length_bounds(no));
        refinement.length_min = yes.0.zip(no.0).map(|(a, b)| a.min(b)).filter(|n| *n > 0);
        refinement.length_max = yes.1.zip(no.1).map(|(a, b)| a.max(b));
    }
    let origin = match &decider.content {
        Content::Unknown(_, _, origin) => origin.clone(),
        _ => None,
    };
    let typed = ty != Type::Dynamic;
    let result = Value { content: Content::Unknown(ty, None, origin), marks: Marks::NONE };
    if typed { result.promising(&refinement) } else { result }
}

type Bound = Option<(value::Number, bool)>;

fn number_bounds(value: &Value) -> (Bound, Bound) {
    match &value.content {
        Content::Number(n) => (Some((n.clone(), true)), Some((n.clone(), true))),
        Content::Unknown(_, Some(r), _) => (r.lower.clone(), r.upper.clone()),
        _ => (None, None),
    }
}

fn length_bounds(value: &Value) -> (Option<u64>, Option<u64>) {
    match &value.content {
        Content::List(_, items) => (Some(items.len() as u64), Some(items.len() as u64)),
        Content::Map(_, items) => (Some(items.len() as u64), Some(items.len() as u64)),
        // Unknown elements of a set may turn out equal to others.
        Content::Set(_, items) if !value.is_wholly_known() => (Some(1), Some(items.len() as u64)),
        Content::Set(_, items) => (Some(items.len() as u64), Some(items.len() as u64)),
        Content::Unknown(_, Some(r), _) => (Some(r.length_min.unwrap_or(0)), r.length_max),
        Content::Unknown(_, None, _) => (Some(0), None),
        _ => (None, None),
    }
}

/// Why two types have nothing in common, as precisely as can be said.
fn mismatch(yes: &Type, no: &Type) -> String {
    match (yes, no) {
        (Type::Object(a), Type::Object(b)) => {
            let lacking = |of: &value::ObjectType, other: &value::ObjectType| {
                of.attributes.keys().find(|name| !other.attributes.contains_key(*name)).cloned()
            };
            if let Some(name) = lacking(a, b) {
                return format!(
                    "The 'true' value includes object attribute {name:?}, which is absent in the 'false' value"
                );
            }
            if let Some(name) = lacking(b, a) {
                return format!(
                    "The 'false' value includes object attribute {name:?}, which is absent in the 'true' value"
                );
            }
            let differing = a.attributes.iter().find_map(|(name, ty)| {
                let other = b.attributes.get(name)?;
                (ty != other && unify(&[ty.clone(), other.clone()]).is_none()).then_some((name, ty, other))
            });
            match differing {
                Some((name, ty, other)) => {
                    format!("Type mismatch for object attribute {name:?}: {}", mismatch(ty, other))
                }
                None => "At least one object attribute has different types in the 'true' and 'false' values".into(),
            }
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() != b.len() => {
            format!("The 'true' tuple has length {}, but the 'false' tuple has length {}", a.len(), b.len())
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            let differing = a
                .iter()
                .zip(b.iter())
                .enumerate()
                .find(|(_, (x, y))| x != y && unify(&[(*x).clone(), (*y).clone()]).is_none());
            match differing {
                Some((i, (x, y))) => format!("Type mismatch for tuple element {i}: {}", mismatch(x, y)),
                None => "At least one tuple element has different types in the 'true' and 'false' values".into(),
            }
        }
        (a, b) if a.friendly_name() == b.friendly_name() => {
            format!("The 'true' value is {a}, but the 'false' value is {b}")
        }
        (a, b) => {
            format!("The 'true' value is {}, but the 'false' value is {}", a.friendly_name(), b.friendly_name())
        }
    }
}
