//! One expression against names: the walk over the tree, and what is common to all nodes.

use crate::access::{self, Fault};
use crate::budget::Budget;
use crate::describe::describe;
use crate::functions::Surroundings;
use crate::names::{Names, NoNames, Resolved};
use crate::references::{constant_part, free_traversals, step_span};
use diag::{Diagnostic, Diagnostics, Range};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, Name, ObjectItem, ObjectKey, Span, Step, with_room_for_values};
use value::{Content, Marks, Number, Type, Value, convert};

/// How many values one diagnostic shows: more is noise.
const MOST_INVOLVED: usize = 6;
/// Past so many diagnostics of one expression nobody reads their values, and looking each up costs.
const MOST_DESCRIBED: usize = 20;

/// The value of an expression that refers to nothing and calls nothing, as in a `.tfvars` file.
pub fn constant(expr: &Expression) -> (Value, Diagnostics) {
    Evaluation::run(&NoNames, &Surroundings::NONE, expr, &[])
}

/// A walk over one expression.
pub(crate) struct Evaluation<'a> {
    /// What names mean.
    pub(crate) names: &'a dyn Names,
    /// What functions may see of the world.
    pub(crate) surroundings: &'a Surroundings<'a>,
    /// File of the expression.
    pub(crate) file: Arc<str>,
    /// Names bound by `for`, templates and dynamic blocks; inner ones last.
    pub(crate) bindings: Vec<(Arc<str>, Value)>,
    /// What went wrong; `try` and unchosen branches take theirs back.
    pub(crate) troubles: Vec<Diagnostic>,
    /// What somebody should look at; no value fails by it.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Wrong names: no branch and no `try` hides these.
    pub(crate) misnamed: Vec<Diagnostic>,
    /// Above zero where diagnostics are thrown away, so that nobody describes values for them.
    pub(crate) quiet: u32,
    /// Whether diagnostics say of a value that it is ephemeral.
    pub(crate) tells_ephemeral: bool,
    /// What has been used up of what one expression may make.
    pub(crate) budget: Budget,
}

impl<'a> Evaluation<'a> {
    /// A walk with nothing bound yet.
    pub(crate) fn new(names: &'a dyn Names, surroundings: &'a Surroundings<'a>, file: Arc<str>) -> Self {
        Evaluation {
            names,
            surroundings,
            file,
            bindings: Vec::new(),
            troubles: Vec::new(),
            warnings: Vec::new(),
            misnamed: Vec::new(),
            quiet: 0,
            tells_ephemeral: false,
            budget: Budget::default(),
        }
    }

    /// Evaluates a whole expression with some names bound.
    pub(crate) fn run(
        names: &'a dyn Names,
        surroundings: &'a Surroundings<'a>,
        expr: &Expression,
        bindings: &[(Arc<str>, Value)],
    ) -> (Value, Diagnostics) {
        let mut walk = Evaluation::new(names, surroundings, expr.file.clone());
        walk.bindings.extend_from_slice(bindings);
        let value = walk.evaluate(&expr.root);
        let value = walk.bounded(value, &expr.root);
        (value, walk.finish())
    }

    /// What went wrong, wrong names first.
    pub(crate) fn finish(self) -> Diagnostics {
        let mut told = Diagnostics::new();
        // The `if` of a `for` names the same wrong thing once for each element. Those at one place are compared only.
        let mut seen: BTreeMap<Option<Range>, Vec<Diagnostic>> = BTreeMap::new();
        for diagnostic in self.misnamed.into_iter().chain(self.budget.exceeded) {
            let here = seen.entry(diagnostic.subject.clone()).or_default();
            if !here.contains(&diagnostic) {
                here.push(diagnostic.clone());
                told.push(diagnostic);
            }
        }
        told.extend(self.troubles);
        told.extend(self.warnings);
        told
    }

    /// True when something has gone wrong since there were `before` troubles and misnamed things.
    pub(crate) fn failed_since(&self, before: (usize, usize)) -> bool {
        self.troubles.len() > before.0 || self.misnamed.len() > before.1
    }

    /// A point to measure from.
    pub(crate) fn here(&self) -> (usize, usize) {
        (self.troubles.len(), self.misnamed.len())
    }

    /// The value of a node. After an error it is unknown, so that one error does not cause others.
    pub(crate) fn evaluate(&mut self, expr: &Expr) -> Value {
        if self.budget.exceeded.is_some() {
            return Value::dynamic();
        }
        match &expr.kind {
            ExprKind::Bool(b) => Value::bool(*b),
            ExprKind::Null => Value::null(Type::Dynamic),
            ExprKind::String(text) => Value::string(text.clone()),
            ExprKind::Number(text) => self.number(text, expr),
            ExprKind::Variable(name) => self.named(name, &[], expr),
            _ => with_room_for_values(|| self.compound(expr)),
        }
    }

    fn compound(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Traversal { base, steps } => match &base.kind {
                ExprKind::Variable(name) => self.named(name, steps, expr),
                _ => {
                    let value = self.evaluate(base);
                    self.step_into(value, steps, expr)
                }
            },
            ExprKind::Template(parts) => self.template(parts, expr),
            ExprKind::Splat { source, steps, .. } => self.splat(source, steps, expr),
            ExprKind::Call { name, args, expand_last } => self.call(name, args, *expand_last, expr),
            ExprKind::Unary(op, operand) => self.unary(*op, operand, expr),
            ExprKind::Binary { first, rest } => self.binary(first, rest, expr),
            ExprKind::Conditional { condition, yes, no } => self.conditional(condition, yes, no, expr),
            ExprKind::Tuple(items) => {
                let tuple = Value::tuple(items.iter().map(|item| self.evaluate(item)).collect::<Vec<_>>());
                self.made(tuple, expr)
            }
            ExprKind::Object(items) => {
                let object = self.object(items);
                self.made(object, expr)
            }
            ExprKind::For(each) => self.for_expression(each, expr),
            ExprKind::Paren(inner) => self.evaluate(inner),
            _ => Value::dynamic(),
        }
    }

    fn number(&mut self, text: &str, expr: &Expr) -> Value {
        match Number::parse(text) {
            Some(number) => Value::number(number),
            None => {
                let fault = Fault::new("Invalid number literal", format!("{text} is not a number that can be kept."));
                self.fail(fault, expr.span, expr)
            }
        }
    }

    /// A name and the steps after it.
    fn named(&mut self, name: &Name, steps: &[Step], whole: &Expr) -> Value {
        if let Some(value) = self.bound(&name.text) {
            return self.step_into(value, steps, whole);
        }
        match self.names.resolve(name, steps, &self.file) {
            Resolved::Found { value, used } => self.step_into(value, steps.get(used..).unwrap_or(&[]), whole),
            Resolved::Wrong(diagnostic) => {
                let missing = diagnostic.at_if_missing(&whole.span.of(&self.file));
                self.misnamed.push(missing);
                Value::dynamic()
            }
        }
    }

    fn bound(&self, name: &str) -> Option<Value> {
        self.bindings.iter().rev().find(|(n, _)| n.as_ref() == name).map(|(_, value)| value.clone())
    }

    /// Goes into a value step by step.
    pub(crate) fn step_into(&mut self, mut value: Value, steps: &[Step], whole: &Expr) -> Value {
        for step in steps {
            let result = match step {
                Step::Attribute(name) => access::attribute(&value, &name.text),
                Step::Index(key, _) => {
                    let before = self.here();
                    let key = self.evaluate(key);
                    if self.failed_since(before) {
                        return Value::dynamic();
                    }
                    access::index(&value, &key)
                }
                Step::Splat { steps, .. } => Ok(with_room_for_values(|| self.splat_value(value.clone(), steps, whole))),
            };
            match result {
                Ok(next) => value = next,
                Err(fault) => return self.fail(fault, step_span(step), whole),
            }
        }
        value
    }

    fn object(&mut self, items: &[ObjectItem]) -> Value {
        let mut attributes = BTreeMap::new();
        let mut marks = Marks::NONE;
        let mut known = true;
        for item in items {
            let key = match &item.key {
                ObjectKey::Bare(name) => Some(Value::string(name.text.clone())),
                ObjectKey::Expr(expr) => self.object_key(expr),
            };
            let value = self.evaluate(&item.value);
            let Some(key) = key else {
                known = false;
                continue;
            };
            marks = marks.union(key.marks);
            match key.content {
                Content::String(text) => match (&item.key, attributes.contains_key(&text)) {
                    (ObjectKey::Expr(expr), true) if item.alone => {
                        let secret = key.marks != Marks::NONE;
                        self.defined_twice((!secret).then_some(text.as_ref()), expr);
                    }
                    _ => {
                        attributes.insert(text, value);
                    }
                },
                _ => known = false,
            }
        }
        let value = if known { Value::object(attributes) } else { Value::dynamic() };
        value.marked(marks)
    }

    /// Without the name where it is a secret.
    fn defined_twice(&mut self, name: Option<&str>, key: &Expr) {
        let name = name.map_or_else(|| "of that name".into(), |name| format!("named \"{name}\""));
        let detail = format!("An attribute {name} was already defined in this object.");
        let fault = Fault::new("Duplicate object attribute", detail).next("Remove one of the two.");
        self.fail(fault, key.span, key);
    }

    /// The key as a string, maybe unknown; nothing after an error.
    fn object_key(&mut self, expr: &Expr) -> Option<Value> {
        let before = self.here();
        if let ExprKind::Traversal { base, .. } = &expr.kind
            && matches!(base.kind, ExprKind::Variable(_))
        {
            let fault = Fault::new(
                "Ambiguous attribute key",
                "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as a \
                 literal name containing periods, wrap it in quotes to create a string literal.",
            );
            self.fail(fault, expr.span, expr);
            return None;
        }
        let key = self.evaluate(expr);
        if self.failed_since(before) {
            return None;
        }
        if key.is_null() {
            self.fail(Fault::new("Null value as key", "Can't use a null value as a key."), expr.span, expr);
            return None;
        }
        match convert(&key, &Type::String) {
            Ok(key) => Some(key),
            Err(e) => {
                let fault = Fault::new("Incorrect key type", format!("Can't use this value as a key: {e}."));
                self.fail(fault, expr.span, expr);
                None
            }
        }
    }

    /// Reports a fault at a place of the expression `culprit`, with the values of what it refers to.
    pub(crate) fn fail(&mut self, fault: Fault, at: Span, culprit: &Expr) -> Value {
        let mut diagnostic = Diagnostic::error(fault.summary, fault.detail).at(at.of(&self.file));
        if culprit.span != at {
            diagnostic = diagnostic.within(culprit.span.of(&self.file));
        }
        if let Some(next) = fault.next {
            diagnostic = diagnostic.next(next);
        }
        self.push_involving(diagnostic, culprit);
        Value::dynamic()
    }

    /// Adds a diagnostic with the values of what `culprit` refers to.
    pub(crate) fn push_involving(&mut self, mut diagnostic: Diagnostic, culprit: &Expr) {
        if self.describing() {
            for (text, description) in self.involved(culprit) {
                diagnostic = diagnostic.involving(text, description);
            }
        }
        self.troubles.push(diagnostic);
    }

    /// Whether anybody would read what values and functions a diagnostic is about.
    pub(crate) fn describing(&self) -> bool {
        self.quiet == 0 && self.troubles.len() < MOST_DESCRIBED
    }

    fn involved(&mut self, culprit: &Expr) -> Vec<(String, String)> {
        let mut found: Vec<(String, &Name, &[Step])> = Vec::new();
        free_traversals(culprit, &mut Vec::new(), &mut |name, steps, _| {
            let (text, used) = constant_part(name, steps);
            if found.len() < MOST_INVOLVED && !found.iter().any(|(t, _, _)| *t == text) {
                found.push((text, name, steps.get(..used).unwrap_or(&[])));
            }
        });
        let before = self.here();
        self.quiet += 1;
        let mut described = Vec::new();
        for (_, name, steps) in found {
            // Where the last step is what failed, the value before it says why.
            for length in (0..=steps.len()).rev() {
                let steps = steps.get(..length).unwrap_or(&[]);
                let value = self.named(name, steps, culprit);
                let failed = self.failed_since(before);
                self.troubles.truncate(before.0);
                self.misnamed.truncate(before.1);
                if !failed {
                    let (text, _) = constant_part(name, steps);
                    let ephemeral = self.tells_ephemeral && value.marks == Marks::EPHEMERAL;
                    let said = if ephemeral { Some("has an ephemeral value".into()) } else { telling(&value) };
                    if let Some(said) = said
                        && !described.iter().any(|(told, _)| *told == text)
                    {
                        described.push((text, said));
                    }
                    break;
                }
            }
        }
        self.quiet -= 1;
        described
    }
}

/// What a value is, where that tells anything of why an expression failed: a secret does not, nor does what nothing is
/// known of.
fn telling(value: &Value) -> Option<String> {
    match &value.content {
        _ if value.marks != Marks::NONE => None,
        Content::Unknown(Type::Dynamic, ..) => None,
        Content::Unknown(ty, ..) => Some(format!("is a {}", ty.friendly_name())),
        _ => Some(describe(value)),
    }
}
