//! Function calls; `try` and `can`, which take expressions rather than values.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use crate::functions;
use crate::suggestion::did_you_mean;
use diag::Diagnostic;
use syntax::{Expr, Name};
use value::{Content, Type, Value};

/// Functions that this room has, besides those that are values to values.
const OWN: [&str; 5] = ["can", "convert", "templatefile", "templatestring", "try"];

/// True when expressions can call a function of that name; `core::` may stand before it.
pub fn function_exists(name: &str) -> bool {
    let name = name.strip_prefix("core::").unwrap_or(name);
    OWN.contains(&name) || functions::exists(name)
}

/// The names of all functions that expressions can call, without namespaces.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    OWN.into_iter().chain(functions::names())
}

impl Evaluation<'_> {
    /// `name(args)`
    pub(crate) fn call(&mut self, name: &Name, args: &[Expr], expand_last: bool, whole: &Expr) -> Value {
        if !self.names.functions_allowed() {
            let diagnostic = Diagnostic::error("Function calls not allowed", "Functions may not be called here.")
                .at(name.span.of(&self.file))
                .next("Write a constant value.");
            self.misnamed.push(diagnostic);
            return Value::dynamic();
        }
        let plain = name.text.strip_prefix("core::").unwrap_or(&name.text);
        if let Some(path) = plain.strip_prefix("provider::") {
            return self.provider_call(name, path, (args, expand_last), whole);
        }
        if !function_exists(plain) {
            return self.unknown_function(name, args);
        }
        match plain {
            "try" if !expand_last => return self.try_call(name, args, whole),
            "convert" if !expand_last => return self.convert_call(name, args, whole),
            "can" if !expand_last => return self.can_call(name, args, whole),
            _ => {}
        }
        let before = self.here();
        let Some(values) = self.arguments(args, expand_last) else {
            return Value::dynamic();
        };
        if self.failed_since(before) {
            return Value::dynamic();
        }
        match plain {
            "convert" => {
                return self.call_failed(name, "its second argument is a type, which cannot be expanded", whole);
            }
            "templatefile" => return self.template_file(name, &values, args, whole),
            "templatestring" => {
                // A template that is one of expanded arguments is no reference.
                let template = args.first().filter(|_| !(expand_last && args.len() == 1));
                return self.template_string(name, &values, (template, args), whole);
            }
            "can" if values.len() != 1 => return self.wrong_count(name, 1, values.len(), "expression", whole),
            "try" | "can" => return self.expanded_try(plain, values),
            _ => {}
        }
        match functions::call(plain, &values, self.surroundings) {
            Ok(value) => self.made(value, whole),
            Err(errors) => {
                for error in errors {
                    let place = error.argument.and_then(|i| args.get(i).or(args.last()));
                    match (place, count_fault(&error.reason)) {
                        (Some(place), _) => {
                            self.fail(Fault::new("Invalid function argument", error.reason), place.span, whole)
                        }
                        (None, Some(fault)) => self.fail(fault, whole.span, whole),
                        (None, None) => self.call_failed(name, &error.reason, whole),
                    };
                }
                Value::dynamic()
            }
        }
    }

    fn unknown_function(&mut self, name: &Name, args: &[Expr]) -> Value {
        // What else is wrong in the arguments is worth knowing.
        for arg in args {
            self.evaluate(arg);
        }
        if let Some((namespace, _)) = name.text.split_once("::").filter(|(first, _)| *first != "core") {
            let detail = format!(
                "The function namespace {namespace:?} is not valid. Functions of providers are called as \
                 provider::{}.",
                name.text
            );
            let next = format!("Write provider::{}.", name.text);
            let diagnostic = Diagnostic::error("Unknown provider function", detail).next(next);
            self.troubles.push(diagnostic.at(name.span.of(&self.file)));
            return Value::dynamic();
        }
        let suggestion = did_you_mean(&name.text, OWN.iter().copied().chain(functions::names()));
        let detail = format!("There is no function named {:?}.{suggestion}", name.text);
        let diagnostic =
            Diagnostic::error("Call to unknown function", detail).next("Correct the name of the function.");
        // As in Terraform `try` hides this: a module may ask whether a function is there.
        self.troubles.push(diagnostic.at(name.span.of(&self.file)));
        Value::dynamic()
    }

    /// The values of the arguments; nothing when there is an unknown number of them, or an error.
    pub(crate) fn arguments(&mut self, args: &[Expr], expand_last: bool) -> Option<Vec<Value>> {
        let (last, plain) = match args.split_last() {
            Some((last, plain)) if expand_last => (Some(last), plain),
            _ => (None, args),
        };
        let mut values: Vec<Value> = plain.iter().map(|arg| self.evaluate(arg)).collect();
        let Some(last) = last else { return Some(values) };
        let before = self.here();
        let (expanded, marks) = self.evaluate(last).unmark();
        if self.failed_since(before) {
            return None;
        }
        const INVALID: &str = "Invalid expanding argument value";
        match &expanded.content {
            Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
                values.extend(items.iter().map(|item| item.clone().marked(marks)));
                Some(values)
            }
            Content::Unknown(Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_), ..) => None,
            Content::Null(Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                let detail = "The expanding argument (indicated by ...) must not be null.";
                self.fail(Fault::new(INVALID, detail), last.span, last);
                None
            }
            _ => {
                let detail = "The expanding argument (indicated by ...) must be of a tuple, list, or set type.";
                self.fail(Fault::new(INVALID, detail), last.span, last);
                None
            }
        }
    }

    pub(crate) fn call_failed(&mut self, name: &Name, reason: &str, whole: &Expr) -> Value {
        let detail = format!("Call to function {:?} failed: {reason}.", name.text);
        self.fail(Fault::new("Error in function call", detail), whole.span, whole)
    }

    /// Evaluates an argument apart: its value and the troubles it caused; nothing when a name in it is wrong, which no
    /// function hides.
    fn attempt(&mut self, arg: &Expr) -> Option<(Value, Vec<Diagnostic>)> {
        let (before, misnamed) = self.here();
        self.quiet += 1;
        let value = self.evaluate(arg);
        self.quiet -= 1;
        let troubles = self.troubles.split_off(before);
        (self.misnamed.len() == misnamed).then_some((value, troubles))
    }

    /// The first argument without an error. One that is not wholly known yet may still fail, so that the result is open.
    fn try_call(&mut self, name: &Name, args: &[Expr], whole: &Expr) -> Value {
        if args.is_empty() {
            return self.call_failed(name, "at least one argument is required", whole);
        }
        let mut failures = Vec::new();
        for arg in args {
            let Some((value, troubles)) = self.attempt(arg) else {
                return Value::dynamic();
            };
            if troubles.is_empty() {
                return settled(value);
            }
            failures.extend(troubles);
        }
        let mut reason = String::from("no expression succeeded:\n");
        for failure in &failures {
            reason.push_str(&format!("- {}\n  {}\n", failure.summary, failure.detail));
        }
        reason.push_str("\nAt least one expression must produce a successful result");
        self.call_failed(name, &reason, whole)
    }

    fn can_call(&mut self, name: &Name, args: &[Expr], whole: &Expr) -> Value {
        let [arg] = args else {
            return self.wrong_count(name, 1, args.len(), "expression", whole);
        };
        match self.attempt(arg) {
            None => Value::unknown(Type::Bool),
            Some((_, troubles)) if !troubles.is_empty() => Value::bool(false),
            Some((value, _)) if value.is_wholly_known() => Value::bool(true),
            Some(_) => Value::unknown(Type::Bool),
        }
    }

    /// `try(xs...)`: the elements have been evaluated without error.
    fn expanded_try(&mut self, name: &str, values: Vec<Value>) -> Value {
        match (name, values.into_iter().next()) {
            ("try", Some(first)) => settled(first),
            ("can", Some(first)) if first.is_wholly_known() => Value::bool(true),
            _ => Value::dynamic(),
        }
    }

    pub(crate) fn wrong_count(
        &mut self,
        name: &Name,
        expected: usize,
        given: usize,
        missing: &str,
        whole: &Expr,
    ) -> Value {
        let fault = if given < expected {
            let detail =
                format!("Function {:?} expects {expected} argument(s). Missing value for {missing:?}.", name.text);
            Fault::new("Not enough function arguments", detail)
        } else {
            let detail = format!("Function {:?} expects only {expected} argument(s).", name.text);
            Fault::new("Too many function arguments", detail)
        };
        self.fail(fault, whole.span, whole)
    }
}

/// A wrong number of arguments is told as such.
fn count_fault(reason: &str) -> Option<Fault> {
    let rest = reason.strip_prefix("function ").filter(|_| reason.contains("argument(s)"))?;
    Some(match rest.split_once(", missing value for ") {
        Some((expects, missing)) => {
            let detail = format!("Function {expects}. Missing value for {missing}.");
            Fault::new("Not enough function arguments", detail)
        }
        None => Fault::new("Too many function arguments", format!("Function {rest}.")),
    })
}

/// A value that succeeded: itself when wholly known, otherwise open.
fn settled(value: Value) -> Value {
    if value.is_wholly_known() {
        return value;
    }
    let marks = value.all_marks();
    let origin = match &value.content {
        Content::Unknown(_, _, origin) => origin.clone(),
        _ => None,
    };
    Value { content: Content::Unknown(Type::Dynamic, None, origin), marks }
}
