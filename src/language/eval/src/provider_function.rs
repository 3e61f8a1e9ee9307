//! Functions of providers: an expression cannot ask a provider, so it says what it lacks and is evaluated again.
//!
//! Everything that the signature tells is settled here, before anybody is asked: how many arguments, of which types, null
//! and unknown ones. What the provider is asked for is pure, so that each call is asked once, and an answer that differs
//! from the one that the plan was made with is an error (features-and-traps.md 120).

use crate::Schemas;
use crate::access::Fault;
use crate::call::closing;
use crate::evaluation::Evaluation;
use crate::evaluator::{Evaluator, ModuleNames};
use crate::suggestion::did_you_mean;
use addrs::Provider;
use configschema::{Function, FunctionError, FunctionParameter};
use diag::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use syntax::{Expr, Name};
use value::{Marks, Value, convert};

/// A call that an expression needs the answer to. Its arguments are of the types of the parameters and carry no marks;
/// unknown ones are there only where the parameter allows it.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionCall {
    /// Whose function.
    pub provider: Provider,
    /// Its name, without namespaces.
    pub function: Arc<str>,
    /// In order.
    pub arguments: Vec<Value>,
}

/// What the calls of a run came to: an apply must come to the same as its plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionResults {
    results: BTreeMap<String, Value>,
}

impl FunctionResults {
    /// All calls, as [`FunctionCall::key`] tells them apart, with what they gave.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.results.iter()
    }
}

impl FromIterator<(String, Value)> for FunctionResults {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(results: I) -> FunctionResults {
        FunctionResults { results: results.into_iter().collect() }
    }
}

/// Signatures, answers so far, and calls that still lack one.
#[derive(Debug, Default)]
pub(crate) struct FunctionDesk {
    signatures: BTreeMap<Provider, BTreeMap<Arc<str>, Function>>,
    answers: BTreeMap<String, Result<Value, FunctionError>>,
    expected: FunctionResults,
    lacking: Mutex<BTreeMap<String, FunctionCall>>,
    /// Calls with an ephemeral argument: nothing of them is kept.
    ephemeral: Mutex<BTreeSet<String>>,
    refusing: bool,
}

impl FunctionDesk {
    fn of(&self, provider: &Provider) -> Option<&BTreeMap<Arc<str>, Function>> {
        let same = || self.signatures.iter().find(|(other, _)| other.same_as(provider)).map(|(_, functions)| functions);
        self.signatures.get(provider).or_else(same)
    }

    /// The answer, if it is there; otherwise the call is noted.
    fn ask(&self, call: FunctionCall) -> Option<Result<Value, FunctionError>> {
        let key = call.key();
        let answer = self.answers.get(&key).cloned();
        if answer.is_none() && self.refusing {
            const REASON: &str = "its arguments are different whenever they are evaluated; give them a name in locals";
            return Some(Err(FunctionError { argument: None, reason: REASON.into() }));
        }
        if answer.is_none() {
            self.lacking.lock().unwrap_or_else(PoisonError::into_inner).insert(key, call);
        }
        answer
    }
}

impl FunctionCall {
    /// Tells calls apart. Values have no order of their own; how they print tells them apart.
    pub fn key(&self) -> String {
        format!("{}::{} {:?}", self.provider, self.function, self.arguments)
    }
}

impl Evaluator {
    /// From now on the functions of these providers can be called. After each evaluation the caller looks at
    /// [`Evaluator::lacking_functions`]; if there are any, neither value nor diagnostics are final: it answers them and
    /// evaluates again.
    pub fn know_functions(&mut self, schemas: &Schemas) {
        let signatures =
            schemas.iter().map(|(provider, schema)| (provider.clone(), schema.functions.clone())).collect();
        self.functions = Some(FunctionDesk { signatures, ..FunctionDesk::default() });
    }

    /// Whether any provider that is known has functions; if not, no evaluation lacks any.
    pub fn has_functions(&self) -> bool {
        self.functions.as_ref().is_some_and(|desk| desk.signatures.values().any(|functions| !functions.is_empty()))
    }

    /// What an earlier run was answered: another answer to the same call is an error of the provider.
    pub fn expect_functions(&mut self, results: FunctionResults) {
        self.functions.get_or_insert_default().expected = results;
    }

    /// The calls that evaluations have lacked an answer to since the last time this was asked, each once.
    pub fn lacking_functions(&self) -> Vec<FunctionCall> {
        let Some(desk) = &self.functions else { return Vec::new() };
        let mut lacking = desk.lacking.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *lacking).into_values().collect()
    }

    /// From now on calls that lack an answer are errors, or not any more. For expressions such as
    /// `provider::p::f(uuid())`, which would lack another answer each time.
    pub fn refuse_functions(&mut self, refuse: bool) {
        self.functions.get_or_insert_default().refusing = refuse;
    }

    /// Keeps what a provider answered to a call.
    pub fn answer_function(&mut self, call: &FunctionCall, answer: Result<Value, FunctionError>) {
        let desk = self.functions.get_or_insert_default();
        let signature = desk.of(&call.provider).and_then(|functions| functions.get(&call.function));
        let expected = desk.expected.results.get(&call.key());
        let judged = answer.and_then(|value| {
            judge(call, &value, signature, expected)
                .map_or(Ok(value), |reason| Err(FunctionError { argument: None, reason }))
        });
        desk.answers.insert(call.key(), judged);
    }

    /// What all calls came to that had a result, but for those with ephemeral arguments: they may differ while applying.
    pub fn function_results(&self) -> FunctionResults {
        let Some(desk) = &self.functions else { return FunctionResults::default() };
        let ephemeral = desk.ephemeral.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = desk.answers.iter().filter(|(key, _)| !ephemeral.contains(*key));
        kept.filter_map(|(key, answer)| Some((key.clone(), answer.as_ref().ok()?.clone()))).collect()
    }
}

/// What is wrong with an answer, if anything.
fn judge(call: &FunctionCall, value: &Value, signature: Option<&Function>, expected: Option<&Value>) -> Option<String> {
    const FAULT: &str = "This is a fault of the provider: report it to its authors";
    if let Some(Err(why)) = signature.map(|signature| value::conforms(value, &signature.result)) {
        return Some(format!("the provider {} gave a result of the wrong type: {why}. {FAULT}", call.provider));
    }
    if !value.is_wholly_known() && call.arguments.iter().all(Value::is_wholly_known) {
        return Some(format!("the provider {} gave an unknown result for known arguments. {FAULT}", call.provider));
    }
    if expected.is_some_and(|expected| expected != value) {
        return Some(format!(
            "the provider {} gave another result for the same arguments than while planning. {FAULT}",
            call.provider
        ));
    }
    None
}

/// What a name lookup says to a call of `provider::local::function`.
pub(crate) enum Found<'n> {
    /// There are no functions here.
    Nowhere,
    /// The module does not require a provider of that name; the nearest one that it does require.
    NoProvider(String),
    /// The provider, which has no such function; the nearest one that it has.
    NoFunction(Provider, String),
    /// A function.
    Function(&'n FunctionDesk, Provider, &'n Function),
}

impl ModuleNames<'_> {
    /// Looks up `provider::local::function`.
    pub(crate) fn find_function(&self, local: &str, function: &str) -> Found<'_> {
        let required = &self.config.required_providers;
        let Some(provider) = required.get(local).map(|required| &required.source) else {
            return Found::NoProvider(did_you_mean(local, required.keys().map(AsRef::as_ref)));
        };
        let Some((desk, functions)) =
            self.evaluator.functions.as_ref().and_then(|desk| Some((desk, desk.of(provider)?)))
        else {
            return Found::Nowhere;
        };
        match functions.get(function) {
            Some(signature) => Found::Function(desk, provider.clone(), signature),
            None => {
                let nearest = did_you_mean(function, functions.keys().map(AsRef::as_ref));
                Found::NoFunction(provider.clone(), nearest)
            }
        }
    }
}

impl Evaluation<'_> {
    /// `provider::local::function(args)`, where `path` is `local::function`.
    pub(crate) fn provider_call(&mut self, name: &Name, path: &str, args: (&[Expr], bool), whole: &Expr) -> Value {
        let (args, expand_last) = args;
        let before = self.here();
        let values = self.arguments(args, expand_last);
        if self.failed_since(before) {
            return Value::dynamic();
        }
        let (local, function) = path.split_once("::").unwrap_or((path, ""));
        let names = self.names;
        let (desk, provider, signature) = match names.provider_function(local, function) {
            Found::Function(desk, provider, signature) => (desk, provider, signature),
            wrong => return self.no_provider_function(name, (local, function), wrong),
        };
        if let Some(message) = &signature.deprecated {
            let detail = format!("{}: {message}", name.text);
            self.warnings.push(Diagnostic::warning("Deprecated function", detail).at(name.span.of(&self.file)));
        }
        // An unknown number of arguments.
        let Some(values) = values else { return Value::unknown(signature.result.clone()) };
        let marks = marks_of(&values);
        let arguments = match self.fitting(name, signature, &values) {
            Ok(Some(arguments)) => arguments,
            Ok(None) => return Value::unknown(signature.result.clone()).marked(marks),
            Err((fault, argument)) => {
                let place = argument.and_then(|i| args.get(i).or(args.last()));
                return self.fail_call(name, fault, place.map_or_else(|| closing(whole), |place| place.span), whole);
            }
        };
        let call = FunctionCall { provider, function: function.into(), arguments };
        if marks.contains(Marks::EPHEMERAL) {
            desk.ephemeral.lock().unwrap_or_else(PoisonError::into_inner).insert(call.key());
        }
        match desk.ask(call) {
            Some(Ok(value)) => value.marked(marks),
            None => Value::unknown(signature.result.clone()).marked(marks),
            Some(Err(error)) => {
                let reason = error.reason.trim_end_matches('.');
                match error.argument.and_then(|i| Some((args.get(i).or(args.last())?, signature.parameter(i)?))) {
                    Some((place, parameter)) => {
                        let fault = invalid(parameter, reason);
                        self.fail_call(name, fault, place.span, whole)
                    }
                    None => self.call_failed(name, reason, whole),
                }
            }
        }
    }

    /// The arguments as the parameters want them; nothing when one is unknown whose parameter does not allow that.
    fn fitting(&self, name: &Name, signature: &Function, values: &[Value]) -> Result<Option<Vec<Value>>, Wrong> {
        let expected = signature.parameters.len();
        if let Some(missing) = signature.parameters.get(values.len()) {
            let detail = format!(
                "Function {:?} expects {expected} argument(s). Missing value for {:?}.",
                name.text, missing.name
            );
            return Err((Fault::new("Not enough function arguments", detail), None));
        }
        let mut arguments = Vec::with_capacity(values.len());
        let mut known = true;
        for (i, value) in values.iter().enumerate() {
            let Some(parameter) = signature.parameter(i) else {
                let detail = format!("Function {:?} expects only {expected} argument(s).", name.text);
                return Err((Fault::new("Too many function arguments", detail), Some(i)));
            };
            let bare = value.unmark_deep().0;
            if bare.is_null() && !parameter.allow_null {
                return Err((invalid(parameter, "argument must not be null"), Some(i)));
            }
            match convert(&bare, &parameter.ty) {
                Ok(argument) => {
                    known &= parameter.allow_unknown || argument.is_wholly_known();
                    arguments.push(argument);
                }
                Err(why) => return Err((invalid(parameter, &why.to_string()), Some(i))),
            }
        }
        Ok(known.then_some(arguments))
    }

    fn no_provider_function(&mut self, name: &Name, (local, function): (&str, &str), found: Found<'_>) -> Value {
        let (detail, next) = match found {
            Found::NoFunction(provider, nearest) => (
                format!(
                    "The function {function:?} is not available from the provider {local:?} ({}).{nearest}",
                    provider.short()
                ),
                "Correct the name of the function, or require a version of the provider that has it.".to_string(),
            ),
            Found::NoProvider(nearest) => (
                format!(
                    "There is no function named {:?}. Ensure that provider name {local:?} is declared in this module's \
                     required_providers block, and that this provider offers a function named {function:?}.{nearest}",
                    name.text
                ),
                format!("Declare {local:?} in the required_providers of this module, or correct the name."),
            ),
            Found::Nowhere | Found::Function(..) => (
                format!(
                    "The function {:?} cannot be called here: functions of providers are not known yet.",
                    name.text
                ),
                "Use a value or a built-in function here.".to_string(),
            ),
        };
        let diagnostic = Diagnostic::error("Unknown provider function", detail).next(next);
        self.troubles.push(diagnostic.at(name.span.of(&self.file)));
        Value::dynamic()
    }
}

/// A fault, and which argument it is about.
type Wrong = (Fault, Option<usize>);

fn invalid(parameter: &FunctionParameter, reason: &str) -> Fault {
    Fault::new("Invalid function argument", format!("Invalid value for {:?} parameter: {reason}.", parameter.name))
}

/// The marks of all arguments: the provider does not see them, the result has them.
fn marks_of(arguments: &[Value]) -> Marks {
    arguments.iter().fold(Marks::NONE, |marks, argument| marks.union(argument.all_marks()))
}
