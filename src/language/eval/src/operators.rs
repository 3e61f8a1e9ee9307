//! Prefix and infix operators.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use syntax::{BinaryOp, Expr, Span, UnaryOp};
use value::{Content, Marks, Number, Refinement, Type, Value, convert};

/// The left side of an infix operator: its value and the diagnostics it caused.
struct Left {
    value: Value,
    span: Span,
    from: (usize, usize),
}

impl Evaluation<'_> {
    /// `!x`, `-x`
    pub(crate) fn unary(&mut self, op: UnaryOp, operand: &Expr, whole: &Expr) -> Value {
        let before = self.here();
        let value = self.evaluate(operand);
        if self.failed_since(before) {
            return Value::dynamic();
        }
        let ty = match op {
            UnaryOp::Not => Type::Bool,
            UnaryOp::Negate => Type::Number,
        };
        let value = match convert(&value, &ty) {
            Ok(value) => value,
            Err(e) => {
                let fault = Fault::new("Invalid operand", format!("Unsuitable value for unary operand: {e}."));
                self.fail(fault, operand.span, operand);
                return Value::unknown(ty);
            }
        };
        let marks = value.marks;
        let result = match &value.content {
            Content::Null(_) => {
                self.fail(null_operand(), whole.span, whole);
                return Value::unknown(ty);
            }
            Content::Bool(b) => Value::bool(!b),
            Content::Number(n) => Value::number(n.neg()),
            _ => Value { content: unknown_content(&value, ty), marks: Marks::NONE },
        };
        result.marked(marks)
    }

    /// A chain of one level: from left to right.
    pub(crate) fn binary(&mut self, first: &Expr, rest: &[(BinaryOp, Expr)], whole: &Expr) -> Value {
        let from = self.here();
        let value = self.evaluate(first);
        let mut left = Left { value, span: first.span, from };
        for (op, operand) in rest {
            let value = self.apply(&left, *op, operand, whole);
            left = Left { value, span: left.span.to(operand.span), from };
        }
        left.value
    }

    fn apply(&mut self, left: &Left, op: BinaryOp, operand: &Expr, whole: &Expr) -> Value {
        let (operands, result) = types_of(op);
        let between = self.here();
        let right = self.evaluate(operand);
        let unsuitable = Value::unknown(result.clone());
        let mut fit = true;
        let mut side = |walk: &mut Self, value: &Value, name: &str, span: Span| match &operands {
            None => value.clone(),
            Some(ty) => match convert(value, ty) {
                Ok(value) => value,
                Err(e) => {
                    fit = false;
                    let detail = format!("Unsuitable value for {name} operand: {e}.");
                    walk.fail(Fault::new("Invalid operand", detail), span, whole);
                    Value::unknown(ty.clone())
                }
            },
        };
        let l = side(self, &left.value, "left", left.span);
        let r = side(self, &right, "right", operand.span);
        if !fit {
            return unsuitable;
        }
        let marks = l.marks.union(r.marks);
        if let BinaryOp::And | BinaryOp::Or = op
            && let Some(value) = self.short_circuit(op, &l, &r, (left.from, between))
        {
            return value.marked(marks);
        }
        if self.failed_since(left.from) {
            return unsuitable.marked(marks);
        }
        match operate(op, &l, &r) {
            Ok(value) => value.marked(marks),
            Err(fault) => {
                self.fail(fault, left.span.to(operand.span), whole);
                unsuitable.marked(marks)
            }
        }
    }

    /// One side may decide; then troubles of the other side do not matter. `at` is where the troubles of each side
    /// begin.
    fn short_circuit(
        &mut self,
        op: BinaryOp,
        left: &Value,
        right: &Value,
        at: ((usize, usize), (usize, usize)),
    ) -> Option<Value> {
        let decisive = op == BinaryOp::Or;
        let ((left_from, left_misnamed), (right_from, right_misnamed)) = at;
        // A wrong name makes the side unknown; it stays reported, whatever the other side is.
        let left_failed = right_from > left_from || right_misnamed > left_misnamed;
        let right_failed = self.failed_since((right_from, right_misnamed));
        let drop_left = |walk: &mut Self| drop(walk.troubles.drain(left_from..right_from));
        let drop_right = |walk: &mut Self| walk.troubles.truncate(right_from);
        let unknown = || Value::refined(Type::Bool, Refinement::not_null());
        match (&left.content, &right.content) {
            (Content::Bool(l), _) if *l == decisive => {
                drop_right(self);
                Some(Value::bool(decisive))
            }
            (_, Content::Bool(r)) if *r == decisive => {
                drop_left(self);
                Some(Value::bool(decisive))
            }
            (Content::Unknown(..), Content::Unknown(..)) if !left_failed => {
                drop_right(self);
                Some(unknown())
            }
            (Content::Unknown(..), Content::Bool(_)) if !left_failed => Some(unknown()),
            (Content::Bool(_), Content::Unknown(..)) if !right_failed => Some(unknown()),
            _ => None,
        }
    }
}

/// Types of the operands, `None` for any, and of the result.
fn types_of(op: BinaryOp) -> (Option<Type>, Type) {
    match op {
        BinaryOp::Or | BinaryOp::And => (Some(Type::Bool), Type::Bool),
        BinaryOp::Equal | BinaryOp::NotEqual => (None, Type::Bool),
        BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
            (Some(Type::Number), Type::Bool)
        }
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => {
            (Some(Type::Number), Type::Number)
        }
    }
}

fn null_operand() -> Fault {
    Fault::new("Operation failed", "Error during operation: argument must not be null.")
        .next("Give the operand a value, for example with coalesce() or a condition.")
}

/// Not-null unknown of a type that keeps the origin of `value`.
fn unknown_content(value: &Value, ty: Type) -> Content {
    let origin = match &value.content {
        Content::Unknown(_, _, origin) => origin.clone(),
        _ => None,
    };
    Content::Unknown(ty, Some(Refinement::not_null().into()), origin)
}

fn operate(op: BinaryOp, l: &Value, r: &Value) -> Result<Value, Fault> {
    match op {
        BinaryOp::Equal => return Ok(equal(l, r)),
        BinaryOp::NotEqual => {
            let equal = equal(l, r);
            return Ok(match equal.content {
                Content::Bool(b) => Value::bool(!b).marked(equal.marks),
                _ => equal,
            });
        }
        _ if l.is_null() || r.is_null() => return Err(null_operand()),
        _ => {}
    }
    match (&l.content, &r.content) {
        (Content::Number(a), Content::Number(b)) => numbers(op, a, b),
        (Content::Bool(a), Content::Bool(b)) => Ok(Value::bool(if op == BinaryOp::And { *a && *b } else { *a || *b })),
        _ => Ok(unknown_numbers(op, l, r)),
    }
}

/// `==`. Against null only the marks on the value as a whole count: whether an object is null says nothing about a
/// secret inside of it (Terraform 1.15, OpenTofu 1.12).
fn equal(l: &Value, r: &Value) -> Value {
    if !l.is_null() && !r.is_null() {
        return l.equals(r);
    }
    let marks = l.marks.union(r.marks);
    let other = if l.is_null() { r } else { l };
    let result = match (&other.content, other.is_never_null()) {
        (Content::Null(_), _) => Value::bool(true),
        (Content::Unknown(..), false) => Value { content: unknown_content(other, Type::Bool), marks: Marks::NONE },
        _ => Value::bool(false),
    };
    result.marked(marks)
}

fn numbers(op: BinaryOp, a: &Number, b: &Number) -> Result<Value, Fault> {
    let failed = |why: &str| Fault::new("Operation failed", format!("Error during operation: {why}."));
    let number = |n: Option<Number>, why: &str| n.map(Value::number).ok_or_else(|| failed(why));
    match op {
        BinaryOp::Less => Ok(Value::bool(a < b)),
        BinaryOp::LessOrEqual => Ok(Value::bool(a <= b)),
        BinaryOp::Greater => Ok(Value::bool(a > b)),
        BinaryOp::GreaterOrEqual => Ok(Value::bool(a >= b)),
        BinaryOp::Add => number(a.add(b), "can't compute sum of opposing infinities"),
        BinaryOp::Subtract => number(a.sub(b), "can't subtract infinity from itself"),
        BinaryOp::Multiply => number(a.mul(b), "can't multiply zero by infinity"),
        BinaryOp::Divide => number(a.div(b), "can't divide zero by zero or infinity by infinity"),
        BinaryOp::Modulo => number(a.rem(b), "can't use modulo with zero and infinity"),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Equal | BinaryOp::NotEqual => Err(failed("a bool is required")),
    }
}

/// A lowest and a highest possible number, infinite where nothing is promised; true when the bound itself is possible.
struct Bounds {
    low: (Number, bool),
    high: (Number, bool),
}

impl Bounds {
    fn of(value: &Value) -> Option<Bounds> {
        let infinite = |x: f64| Some((Number::from_f64(x)?, true));
        let lowest = infinite(f64::NEG_INFINITY)?;
        let highest = infinite(f64::INFINITY)?;
        Some(match &value.content {
            Content::Number(n) => Bounds { low: (n.clone(), true), high: (n.clone(), true) },
            Content::Unknown(_, Some(r), _) => {
                Bounds { low: r.lower.clone().unwrap_or(lowest), high: r.upper.clone().unwrap_or(highest) }
            }
            _ => Bounds { low: lowest, high: highest },
        })
    }
}

/// What can be said of an operation with an unknown side: bounds may decide a comparison, and carry through sums.
fn unknown_numbers(op: BinaryOp, l: &Value, r: &Value) -> Value {
    let (_, ty) = types_of(op);
    let only_unknown = match (l.is_known(), r.is_known()) {
        (true, _) => Some(r),
        (_, true) => Some(l),
        _ => None,
    };
    let mut result = match only_unknown {
        Some(side) => Value { content: unknown_content(side, ty), marks: Marks::NONE },
        None => Value::refined(ty, Refinement::not_null()),
    };
    let (Some(a), Some(b)) = (Bounds::of(l), Bounds::of(r)) else {
        return result;
    };
    let decided = match op {
        BinaryOp::Less | BinaryOp::LessOrEqual if a.high.0 < b.low.0 => Some(true),
        BinaryOp::Less | BinaryOp::LessOrEqual if a.low.0 > b.high.0 => Some(false),
        BinaryOp::Greater | BinaryOp::GreaterOrEqual if a.low.0 > b.high.0 => Some(true),
        BinaryOp::Greater | BinaryOp::GreaterOrEqual if a.high.0 < b.low.0 => Some(false),
        _ => None,
    };
    if let Some(decided) = decided {
        return Value::bool(decided);
    }
    let (low, high) = match op {
        BinaryOp::Add => (a.low.0.add(&b.low.0), a.high.0.add(&b.high.0)),
        BinaryOp::Subtract => (a.low.0.sub(&b.high.0), a.high.0.sub(&b.low.0)),
        _ => return result,
    };
    let finite = |n: Option<Number>| n.filter(|n| !n.is_infinite());
    if let Content::Unknown(_, Some(refinement), _) = &mut result.content {
        let refinement = std::sync::Arc::make_mut(refinement);
        let inclusive = a.low.1 && b.low.1 && a.high.1 && b.high.1;
        refinement.lower = finite(low).map(|n| (n, inclusive));
        refinement.upper = finite(high).map(|n| (n, inclusive));
    }
    result
}
