//! Function calls; `try`, `can`, `templatefile` and `templatestring`, which take expressions rather than values.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use crate::functions;
use crate::names::{Names, Resolved};
use crate::provider_function::Found;
use crate::references::free_traversals;
use crate::suggestion::did_you_mean;
use diag::{Diagnostic, Diagnostics, Range};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, Name, Step};
use value::{Content, Type, Value, convert};

/// Functions that this room has, besides those that are values to values.
const OWN: [&str; 4] = ["can", "templatefile", "templatestring", "try"];

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
            "can" if !expand_last => return self.can_call(name, args, whole),
            "templatestring" if !expand_last => return self.template_string(name, args, whole),
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
            "templatefile" => return self.template_file(name, &values, args, whole),
            "try" | "can" => return self.expanded_try(plain, values),
            _ => {}
        }
        match functions::call(plain, &values, self.surroundings) {
            Ok(value) => value,
            Err(error) => {
                let place = error.argument.and_then(|i| args.get(i).or(args.last()));
                match place {
                    Some(place) => self.fail(Fault::new("Invalid function argument", error.reason), place.span, whole),
                    None => match count_fault(&error.reason) {
                        Some(fault) => self.fail(fault, whole.span, whole),
                        None => self.call_failed(name, &error.reason, whole),
                    },
                }
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
            Content::Null(_) => {
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

    fn wrong_count(&mut self, name: &Name, expected: usize, given: usize, missing: &str, whole: &Expr) -> Value {
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

    /// `templatefile(path, vars)`
    fn template_file(&mut self, name: &Name, values: &[Value], args: &[Expr], whole: &Expr) -> Value {
        let [path, vars] = values else {
            let missing = if values.is_empty() { "path" } else { "vars" };
            return self.wrong_count(name, 2, values.len(), missing, whole);
        };
        if self.names.inside_template() {
            return self.call_failed(name, "cannot recursively call templatefile from inside another template", whole);
        }
        let marks = path.marks.union(vars.marks);
        let path_place = args.first().unwrap_or(whole);
        let path = match convert(path, &Type::String) {
            Ok(Value { content: Content::String(path), .. }) => path,
            Ok(value) if !value.is_known() => return Value::dynamic().marked(marks),
            Ok(_) => return self.invalid_argument("path", "argument must not be null", path_place, whole),
            Err(e) => return self.invalid_argument("path", &e.to_string(), path_place, whole),
        };
        let text = match functions::call("file", &[Value::string(path.clone())], self.surroundings) {
            Ok(text) => text,
            Err(error) => return self.invalid_argument("path", &error.reason, path_place, whole),
        };
        let text = text.as_str().unwrap_or_default().to_string();
        let place = args.get(1).unwrap_or(whole);
        self.rendered(name, (&path, &text), vars, place, whole).marked(marks)
    }

    /// `templatestring(reference, vars)`
    fn template_string(&mut self, name: &Name, args: &[Expr], whole: &Expr) -> Value {
        let [template, vars_expr] = args else {
            let missing = if args.is_empty() { "template" } else { "vars" };
            return self.wrong_count(name, 2, args.len(), missing, whole);
        };
        if self.names.inside_template() {
            return self.call_failed(
                name,
                "cannot recursively call templatestring from inside another template",
                whole,
            );
        }
        let reference = match &template.kind {
            ExprKind::Variable(_) => true,
            ExprKind::Traversal { base, .. } => matches!(base.kind, ExprKind::Variable(_)),
            _ => false,
        };
        if !reference {
            let reason = match template.kind {
                ExprKind::Template(_) => {
                    "invalid template expression: templatestring is only for rendering templates retrieved dynamically \
                     from elsewhere; to render an inline template, consider using a plain template string expression"
                }
                ExprKind::String(_) => {
                    "invalid template expression: templatestring is only for rendering templates retrieved dynamically \
                     from elsewhere, and so does not support providing a literal template; consider using a template \
                     string expression instead"
                }
                _ => {
                    "invalid template expression: must be a direct reference to a single string from elsewhere, \
                     containing valid Terraform template syntax"
                }
            };
            return self.invalid_argument("template", reason, template, whole);
        }
        let before = self.here();
        let text = self.evaluate(template);
        let vars = self.evaluate(vars_expr);
        if self.failed_since(before) {
            return Value::dynamic();
        }
        let marks = text.marks.union(vars.marks);
        let text = match convert(&text, &Type::String) {
            Ok(Value { content: Content::String(text), .. }) => text,
            Ok(value) if !value.is_known() => return Value::unknown(Type::String).marked(marks),
            Ok(_) => return self.invalid_argument("template", "template must not be null", template, whole),
            Err(e) => return self.invalid_argument("template", &e.to_string(), template, whole),
        };
        self.rendered(name, ("<templatestring argument>", &text), &vars, vars_expr, whole).marked(marks)
    }

    fn invalid_argument(&mut self, parameter: &str, reason: &str, place: &Expr, whole: &Expr) -> Value {
        let detail = if reason.starts_with("Invalid value for ") {
            reason.to_string()
        } else {
            format!("Invalid value for {parameter:?} parameter: {reason}.")
        };
        self.fail(Fault::new("Invalid function argument", detail), place.span, whole)
    }

    /// The text of a template with its own names.
    fn rendered(&mut self, name: &Name, source: (&str, &str), vars: &Value, place: &Expr, whole: &Expr) -> Value {
        let (file, text) = source;
        let vars = match &vars.content {
            Content::Object(vars) | Content::Map(_, vars) => vars.clone(),
            Content::Unknown(Type::Dynamic | Type::Map(_) | Type::Object(_), ..) => return Value::dynamic(),
            Content::Null(_) => return self.invalid_argument("vars", "argument must not be null", place, whole),
            _ => return self.invalid_argument("vars", "invalid vars value: must be a map", place, whole),
        };
        if let Some(bad) = vars.keys().find(|name| !syntax::is_identifier(name)) {
            let reason = format!(
                "invalid template variable name {bad:?}: must start with a letter, followed by zero or more letters, \
                 digits, and underscores"
            );
            return self.invalid_argument("vars", &reason, place, whole);
        }
        let file: Arc<str> = file.into();
        let (template, troubles) = syntax::parse_template(file, text);
        if troubles.has_errors() {
            return self.template_failed(name, text, &troubles, whole);
        }
        if let Some((missing, place_of_name)) = missing_variable(&template, &vars, text) {
            let reason = format!("vars map does not contain key {missing:?}, referenced at {place_of_name}");
            return self.invalid_argument("vars", &reason, place, whole);
        }
        let names = TemplateNames { vars: &vars, outside: self.names };
        let (value, troubles) = Evaluation::run(&names, self.surroundings, &template, &[]);
        if troubles.has_errors() {
            return self.template_failed(name, text, &troubles, whole);
        }
        value
    }

    fn template_failed(&mut self, name: &Name, text: &str, troubles: &Diagnostics, whole: &Expr) -> Value {
        let mut reason = String::new();
        for trouble in troubles.iter() {
            if !reason.is_empty() {
                reason.push_str("; ");
            }
            if let Some(range) = &trouble.subject {
                reason.push_str(&place_in(text, range));
                reason.push_str(": ");
            }
            reason.push_str(&format!("{}; {}", trouble.summary, trouble.detail.trim_end_matches('.')));
        }
        self.call_failed(name, &reason, whole)
    }
}

/// The first name that a template needs and its caller does not give, and where it stands.
fn missing_variable(template: &Expression, vars: &BTreeMap<Arc<str>, Value>, text: &str) -> Option<(String, String)> {
    let mut missing = None;
    free_traversals(&template.root, &mut Vec::new(), &mut |name, _, _| {
        if missing.is_none() && !vars.contains_key(&name.text) {
            missing = Some((name.text.to_string(), place_in(text, &name.span.of(&template.file))));
        }
    });
    missing
}

/// A place in a template, whose text no renderer of diagnostics has: `a.tftpl:3,5-9`.
fn place_in(text: &str, range: &Range) -> String {
    let before = text.get(..range.start as usize).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let inside = text.get(range.start as usize..range.end as usize).unwrap_or_default();
    format!("{}:{line},{column}-{}", range.file, column + inside.chars().count())
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

/// The names of a template: what the caller gave.
struct TemplateNames<'a> {
    vars: &'a BTreeMap<Arc<str>, Value>,
    outside: &'a dyn Names,
}

impl Names for TemplateNames<'_> {
    fn resolve(&self, name: &Name, _: &[Step], file: &Arc<str>) -> Resolved {
        match self.vars.get(&name.text) {
            Some(value) => Resolved::Found { value: value.clone(), used: 0 },
            None => {
                let suggestion = did_you_mean(&name.text, self.vars.keys().map(AsRef::as_ref));
                let detail = format!("vars map does not contain key {:?}.{suggestion}", name.text);
                Resolved::Wrong(Diagnostic::error("Missing template variable", detail).at(name.span.of(file)))
            }
        }
    }

    fn provider_function(&self, local: &str, function: &str) -> Found<'_> {
        self.outside.provider_function(local, function)
    }

    fn inside_template(&self) -> bool {
        true
    }
}
