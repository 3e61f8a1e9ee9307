//! Function calls; `try` and `can`, which take expressions rather than values.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use crate::functions::{self, SignatureParameter};
use crate::provider_function::Found;
use crate::suggestion::did_you_mean;
use configschema::FunctionParameter;
use diag::{Called, CalledSignature, Diagnostic};
use syntax::{Expr, Name, Span};
use value::json::type_to_json;
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
                            let fault = Fault::new("Invalid function argument", error.reason);
                            self.fail_call(name, fault, place.span, whole)
                        }
                        (None, Some(fault)) => self.fail_call(name, fault, misplaced(plain, args, whole), whole),
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
        self.fail_call(name, Fault::new("Error in function call", detail), whole.span, whole)
    }

    /// Reports that a call failed, with what the function takes.
    pub(crate) fn fail_call(&mut self, name: &Name, fault: Fault, at: Span, whole: &Expr) -> Value {
        let value = self.fail(fault, at, whole);
        if self.describing() {
            let called = self.called(name);
            if let Some(trouble) = self.troubles.last_mut() {
                trouble.called = called;
            }
        }
        value
    }

    fn called(&self, name: &Name) -> Option<Box<Called>> {
        let json = |ty: &Type| type_to_json(ty).print();
        let signature = match name.text.strip_prefix("provider::").and_then(|path| path.split_once("::")) {
            Some((local, function)) => {
                let Found::Function(_, _, signature) = self.names.provider_function(local, function) else {
                    return None;
                };
                let parameter = |one: &FunctionParameter| (one.name.to_string(), json(&one.ty));
                CalledSignature {
                    name: function.into(),
                    parameters: signature.parameters.iter().map(parameter).collect(),
                    variadic: signature.variadic.as_ref().map(parameter),
                    returns: json(&signature.result),
                }
            }
            None => {
                let signature = functions::signature(&name.text)?;
                let parameter = |one: &SignatureParameter| (one.name.to_string(), json(&one.ty));
                CalledSignature {
                    name: signature.name.into(),
                    parameters: signature.parameters.iter().map(parameter).collect(),
                    variadic: signature.variadic.as_ref().map(parameter),
                    returns: json(&signature.returns),
                }
            }
        };
        Some(Box::new(Called { name: name.text.to_string(), signature }))
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
        let at = if given < expected { closing(whole) } else { whole.span };
        self.fail_call(name, fault, at, whole)
    }
}

/// What to underline where there are too few arguments, or too many: the parenthesis where one is missing, the first
/// that is too much.
fn misplaced(name: &str, args: &[Expr], whole: &Expr) -> Span {
    let expected = functions::signature(name).map_or(0, |signature| signature.parameters.len());
    args.get(expected).map_or_else(|| closing(whole), |extra| extra.span)
}

/// The parenthesis that ends a call.
pub(crate) fn closing(call: &Expr) -> Span {
    Span::new(call.span.end.saturating_sub(1).max(call.span.start), call.span.end)
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

/// A value that succeeded: itself when wholly known, otherwise open. Its marks are open too, as in Terraform: what it turns
/// out to be may be another argument, without them.
fn settled(value: Value) -> Value {
    match value.content {
        _ if value.is_wholly_known() => value,
        Content::Unknown(_, _, origin) => Value::from(Content::Unknown(Type::Dynamic, None, origin)),
        _ => Value::dynamic(),
    }
}
