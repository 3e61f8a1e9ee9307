//! Input variables: where the value comes from, its type, its rules.

use crate::evaluation::Evaluation;
use crate::evaluator::{Evaluator, Phase, Repeating, Repetition};
use crate::names::NoNames;
use crate::verdicts::{CheckedKind, within};
use addrs::{InstanceKey, ModuleInstance, ModulePath};
use config::{Module, ModuleCall, Variable};
use diag::{ConditionOf, Diagnostic, Diagnostics, Range};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::Expression;
use value::{Content, Marks, Type, Value, convert};

/// The value of a root variable as given from outside.
#[derive(Clone, Debug)]
pub enum VariableInput {
    /// Text of `-var` or the environment, and a description of where it came from, such as `environment variable
    /// TF_VAR_zone`: a literal where the variable is of a primitive type or of none, otherwise an expression.
    Text(String, String),
    /// From a `.tfvars` file.
    Expression(Expression),
    /// A value, as a saved plan holds it.
    Value(Value),
}

impl VariableInput {
    /// The value as it was given, not converted to the type of the variable; `None` for what is no constant.
    pub fn given(&self, variable: &Variable) -> Option<Value> {
        let constant = |expr: &Expression| {
            let (value, troubles) = crate::constant(expr);
            (!troubles.has_errors()).then_some(value)
        };
        match self {
            VariableInput::Value(value) => Some(value.clone()),
            VariableInput::Expression(expr) => constant(expr),
            VariableInput::Text(text, _) if is_literal(variable) => Some(Value::string(text.as_str())),
            VariableInput::Text(text, _) => {
                let (expr, troubles) = syntax::parse_expression("<value>".into(), text);
                if troubles.has_errors() { None } else { constant(&expr) }
            }
        }
    }
}

/// Whether text that is given for a variable is taken as it stands.
fn is_literal(variable: &Variable) -> bool {
    !variable.typed || variable.type_constraint.is_primitive()
}

/// A value on its way into a variable.
struct Incoming {
    value: Value,
    /// Where it was written.
    range: Option<Range>,
    /// As messages say it: `set using -var="…"`.
    source: String,
}

impl Evaluator {
    /// Takes the values of root variables given from outside.
    pub fn set_root_variables(&mut self, given: BTreeMap<Arc<str>, VariableInput>) {
        self.given = given;
    }

    /// Names among the given root variables that the root module does not declare.
    pub fn undeclared_root_variables(&self) -> Vec<Arc<str>> {
        let declared = |name: &Arc<str>| self.tree.root().is_some_and(|root| root.variables.contains_key(name));
        self.given.keys().filter(|name| !declared(name)).cloned().collect()
    }

    /// Finds the value of a variable in all instances of its module, and checks those of its rules that refer to nothing
    /// but the variable. The others wait for [`Evaluator::check_variable`].
    pub fn evaluate_variable(&mut self, path: &ModulePath, name: &str) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let tree = self.tree.clone();
        let Some(module) = tree.module(path) else { return diagnostics };
        let Some(variable) = module.variables.get(name) else { return diagnostics };
        diagnostics.extend(self.written_value(path, variable));
        for instance in self.module_instances(path) {
            let value = if self.settings.phase == Phase::Validate {
                self.validate_argument(&instance, variable, &mut diagnostics);
                self.unknown_variable(module, name)
            } else {
                let (value, troubles) = self.variable_in(&instance, variable);
                diagnostics.extend(troubles);
                value
            };
            self.values.entry(instance.clone()).or_default().variables.insert(variable.name.clone(), value);
        }
        if !variable.rules_refer_elsewhere() {
            diagnostics.extend(self.check_variable(path, name));
        }
        diagnostics
    }

    /// What there is to say of the expression that gives a variable its value, whatever the value is.
    fn written_value(&self, path: &ModulePath, variable: &Variable) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if self.settings.phase == Phase::Apply {
            // Told while planning.
            return diagnostics;
        }
        let expr = match self.tree.call_of(path) {
            Some(call) => call.arguments.attribute(&variable.name).map(|argument| &argument.expr),
            None => match self.given.get(&variable.name) {
                Some(VariableInput::Expression(expr)) => Some(expr),
                _ => None,
            },
        };
        if let Some(expr) = expr {
            crate::unexpected::attributes(expr, variable, &mut diagnostics);
        }
        if let Some(message) =
            variable.deprecated.as_ref().filter(|_| path.is_root() && self.given.contains_key(&variable.name))
        {
            let detail = format!("The configuration says of variable {:?}: {message}", variable.name);
            let place = expr.map_or_else(|| variable.range.clone(), Expression::range);
            diagnostics.push(Diagnostic::warning("Deprecated variable", detail).at(place));
        }
        diagnostics
    }

    /// Checks the rules of a variable in all instances of its module.
    pub fn check_variable(&self, path: &ModulePath, name: &str) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let Some(variable) = self.tree.module(path).and_then(|module| module.variables.get(name)) else {
            return diagnostics;
        };
        for instance in self.module_instances(path) {
            // A value that is wrong already has been reported.
            let wrong = |v: &Value| matches!(v.content, Content::Unknown(Type::Dynamic, ..));
            if self.settings.phase != Phase::Validate
                && self.variable_value(&instance, name).is_none_or(wrong)
                && variable.type_constraint != Type::Dynamic
            {
                continue;
            }
            for rule in &variable.validations {
                let (outcome, troubles) = self.check(&instance, rule, &Repetition::NONE);
                let address = within(&instance, &format!("var.{name}"));
                self.register.note(CheckedKind::Variable, &address, rule, &outcome);
                diagnostics.extend(troubles);
                if let crate::check::Outcome::Failed(message) = outcome {
                    let place = self.argument_range(&instance, variable);
                    let value = self.variable_value(&instance, name).map(crate::describe).unwrap_or_default();
                    diagnostics.push(
                        Diagnostic::error("Invalid value for variable", message)
                            .at(place)
                            .within(rule.range.clone())
                            .involving(format!("var.{name}"), value)
                            .failing(ConditionOf::Variable, address)
                            .next("Give a value that meets the validation rule of the variable."),
                    );
                }
            }
        }
        diagnostics
    }

    /// What a variable is while its value is not known.
    pub(crate) fn unknown_variable(&self, module: &Module, name: &str) -> Value {
        match module.variables.get(name) {
            Some(variable) => Value::unknown(variable.type_constraint.without_optional()).marked(marks_of(variable)),
            None => Value::dynamic(),
        }
    }

    fn variable_in(&self, instance: &ModuleInstance, variable: &Variable) -> (Value, Diagnostics) {
        let (incoming, mut diagnostics) = match instance.parent() {
            None => self.given_value(variable),
            Some((parent, call, key)) => self.argument(&parent, &call, &key, variable),
        };
        let failed = || Value::dynamic().marked(marks_of(variable));
        let Some(incoming) = incoming else {
            return (failed(), diagnostics);
        };
        if diagnostics.has_errors() {
            return (failed(), diagnostics);
        }
        match self.accept(incoming, variable, instance.is_root()) {
            Ok(value) => (value.marked(marks_of(variable)), diagnostics),
            Err(refusal) => {
                diagnostics.push(*refusal);
                (failed(), diagnostics)
            }
        }
    }

    /// The value of a root variable as given, or its default.
    fn given_value(&self, variable: &Variable) -> (Option<Incoming>, Diagnostics) {
        let name = &variable.name;
        match self.given.get(name) {
            Some(VariableInput::Value(value)) => {
                let incoming = Incoming { value: value.clone(), range: None, source: "from the plan".into() };
                (Some(incoming), Diagnostics::new())
            }
            Some(VariableInput::Expression(expr)) => {
                let not_constant = config::check_constant(expr);
                if not_constant.has_errors() {
                    return (None, not_constant);
                }
                let (value, diagnostics) = self.constant(expr);
                let source = format!("set in {}", expr.file);
                (Some(Incoming { value, range: Some(expr.range()), source }), diagnostics)
            }
            Some(VariableInput::Text(text, source)) => {
                let (value, diagnostics) = if is_literal(variable) {
                    (Value::string(text.clone()), Diagnostics::new())
                } else {
                    self.text_value(text, name, source)
                };
                (Some(Incoming { value, range: None, source: format!("set by {source}") }), diagnostics)
            }
            None => self.default_value(variable),
        }
    }

    fn text_value(&self, text: &str, name: &str, source: &str) -> (Value, Diagnostics) {
        let file: Arc<str> = format!("<value for var.{name}>").into();
        let (expr, troubles) = syntax::parse_expression(file, text);
        let (value, more) = match troubles.has_errors() {
            true => (Value::dynamic(), Diagnostics::new()),
            false => {
                let not_constant = config::check_constant(&expr);
                if not_constant.has_errors() { (Value::dynamic(), not_constant) } else { self.constant(&expr) }
            }
        };
        let diagnostics = troubles.into_iter().chain(more).map(|mut diagnostic| {
            diagnostic.detail = format!(
                "The value of var.{name}, set by {source}, is read as an expression because the variable is not of a \
                 primitive type. {}",
                diagnostic.detail
            );
            let next = format!(
                "Write it as in a .tfvars file: strings in quotes, lists in brackets, such as '{name}=[\"a\"]'."
            );
            diagnostic.next(next)
        });
        (value, diagnostics.collect())
    }

    /// An expression that may refer to nothing.
    pub(crate) fn constant(&self, expr: &Expression) -> (Value, Diagnostics) {
        Evaluation::run(&NoNames, &self.surroundings(), expr, &[])
    }

    fn default_value(&self, variable: &Variable) -> (Option<Incoming>, Diagnostics) {
        let name = &variable.name;
        match &variable.default {
            Some(expr) => {
                let (value, diagnostics) = self.constant(expr);
                (Some(Incoming { value, range: Some(expr.range()), source: "by default".into() }), diagnostics)
            }
            None => {
                let detail = format!("The root module input variable {name:?} is not set, and has no default value.");
                let next = format!("Give it with -var '{name}=…', in a .tfvars file, or as TF_VAR_{name}.");
                let missing = Diagnostic::error("No value for required variable", detail);
                (None, missing.at(variable.range.clone()).next(next).into())
            }
        }
    }

    fn call_of(&self, parent: &ModuleInstance, name: &Arc<str>) -> Option<&ModuleCall> {
        self.tree.module(&parent.path())?.module_calls.get(name)
    }

    /// The value that the caller gives, or the default.
    fn argument(
        &self,
        parent: &ModuleInstance,
        name: &Arc<str>,
        key: &InstanceKey,
        variable: &Variable,
    ) -> (Option<Incoming>, Diagnostics) {
        let Some(call) = self.call_of(parent, name) else {
            return (None, Diagnostics::new());
        };
        let Some(argument) = call.arguments.attribute(&variable.name) else {
            if variable.default.is_some() {
                return self.default_value(variable);
            }
            return (None, missing_argument(call, variable).into());
        };
        let expansion = self.values.get(parent).and_then(|values| values.calls.get(name));
        let repetition = expansion.map(|call| call.expansion.repetition(key)).unwrap_or_default();
        let (value, diagnostics) = self.evaluate(parent, &argument.expr, &repetition);
        let source = format!("in the call of module.{name}");
        (Some(Incoming { value, range: Some(argument.expr.range()), source }), diagnostics)
    }

    /// In validation the argument is evaluated with nothing known, for the sake of its troubles.
    fn validate_argument(&self, instance: &ModuleInstance, variable: &Variable, diagnostics: &mut Diagnostics) {
        let Some((parent, name, _)) = instance.parent() else {
            if let Some(default) = &variable.default {
                let (value, troubles) = self.constant(default);
                let failed = troubles.has_errors();
                diagnostics.extend(troubles);
                let incoming = Incoming { value, range: Some(default.range()), source: "by default".into() };
                // `null` is a valid default even of a variable that is not nullable: the caller must give a value.
                if !failed
                    && !incoming.value.is_null()
                    && let Err(refusal) = self.accept(incoming, variable, true)
                {
                    diagnostics.push(*refusal);
                }
            }
            return;
        };
        let Some(call) = self.call_of(&parent, &name) else { return };
        let Some(argument) = call.arguments.attribute(&variable.name) else {
            if variable.default.is_none() {
                diagnostics.push(missing_argument(call, variable));
            }
            return;
        };
        let open =
            crate::evaluator::Open { count: call.count.is_some(), each: call.for_each.is_some(), self_object: false };
        let (value, troubles) = self.evaluate_bound(&parent, &argument.expr, Repeating::Open(open), &[]);
        let failed = troubles.has_errors();
        diagnostics.extend(troubles);
        let incoming = Incoming { value, range: Some(argument.expr.range()), source: String::new() };
        if !failed && let Err(refusal) = self.accept(incoming, variable, false) {
            diagnostics.push(*refusal);
        }
    }

    /// Brings a value to the type of the variable.
    fn accept(&self, incoming: Incoming, variable: &Variable, root: bool) -> Result<Value, Box<Diagnostic>> {
        let Incoming { value, range, source } = incoming;
        let place = range.unwrap_or_else(|| variable.range.clone());
        let value = match &variable.type_defaults {
            Some(defaults) => defaults.apply(&value),
            None => value,
        };
        let converted = convert(&value, &variable.type_constraint).map_err(|e| {
            let who = if root {
                format!("var.{}", variable.name)
            } else {
                format!("child module variable {:?}", variable.name)
            };
            let how = if source.is_empty() { String::new() } else { format!(", {source}") };
            let detail = format!("The given value is not suitable for {who}{how}: {e}.");
            Box::new(
                Diagnostic::error("Invalid value for input variable", detail)
                    .at(place.clone())
                    .involving("the given value", shown(&value, variable))
                    .next(format!("Give a value of type {}.", variable.type_constraint)),
            )
        })?;
        if !variable.ephemeral && converted.all_marks().contains(Marks::EPHEMERAL) {
            let detail = "This input variable is not declared as accepting ephemeral values, so it cannot be set to a result \
                          derived from an ephemeral value.";
            let next = format!("Declare variable {:?} with ephemeral = true.", variable.name);
            return Err(Box::new(Diagnostic::error("Ephemeral value not allowed", detail).at(place).next(next)));
        }
        if converted.is_null() && !variable.nullable {
            return self.instead_of_null(variable, place, root);
        }
        Ok(converted)
    }

    /// `nullable = false`: null stands for the default.
    fn instead_of_null(&self, variable: &Variable, place: Range, root: bool) -> Result<Value, Box<Diagnostic>> {
        if let Some(expr) = &variable.default {
            let (value, diagnostics) = self.constant(expr);
            if let Some(first) = diagnostics.into_iter().next() {
                return Err(Box::new(first));
            }
            let value = match &variable.type_defaults {
                Some(defaults) => defaults.apply(&value),
                None => value,
            };
            if let Ok(value) = convert(&value, &variable.type_constraint)
                && !value.is_null()
            {
                return Ok(value);
            }
        }
        let who = if root { "set from outside of the configuration" } else { "set by the calling module" };
        let detail =
            format!("Unsuitable value for var.{} {who}: required variable may not be set to null.", variable.name);
        let next = "Give another value, or declare the variable with nullable = true.";
        Err(Box::new(Diagnostic::error("Required variable not set", detail).at(place).next(next)))
    }

    /// Where a variable gets its value, for a failed rule.
    fn argument_range(&self, instance: &ModuleInstance, variable: &Variable) -> Range {
        let from_call = instance.parent().and_then(|(parent, name, _)| {
            let argument = self.call_of(&parent, &name)?.arguments.attribute(&variable.name)?;
            Some(argument.expr.range())
        });
        let from_file = || match self.given.get(&variable.name) {
            Some(VariableInput::Expression(expr)) if instance.is_root() => Some(expr.range()),
            _ => None,
        };
        from_call.or_else(from_file).unwrap_or_else(|| variable.range.clone())
    }
}

fn shown(value: &Value, variable: &Variable) -> String {
    crate::describe(&value.clone().marked(marks_of(variable)))
}

fn missing_argument(call: &ModuleCall, variable: &Variable) -> Diagnostic {
    let name = &variable.name;
    let detail = format!("The argument {name:?} is required, but no definition was found.");
    Diagnostic::error("Missing required argument", detail)
        .at(call.range.clone())
        .next(format!("Set {name} in the call of module.{}.", call.name))
}

fn marks_of(variable: &Variable) -> Marks {
    let sensitive = if variable.sensitive { Marks::SENSITIVE } else { Marks::NONE };
    let ephemeral = if variable.ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
    sensitive.union(ephemeral)
}

/// Whether the rules of a variable need more than the variable.
pub(crate) trait Rules {
    /// True when one of them refers to something else.
    fn rules_refer_elsewhere(&self) -> bool;
}

impl Rules for Variable {
    fn rules_refer_elsewhere(&self) -> bool {
        let elsewhere = |expr: &Expression| {
            let own = crate::Referent::Variable(self.name.clone());
            crate::references(expr).0.iter().any(|reference| reference.referent != own)
        };
        self.validations.iter().any(|rule| elsewhere(&rule.condition) || elsewhere(&rule.error_message))
    }
}
