//! Functions of providers: an expression cannot ask a provider, so it says what it lacks and is evaluated again.

use crate::evaluator::{Evaluator, ModuleNames};
use addrs::Provider;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use value::{Marks, Value};

/// A call that an expression needs the answer to. Its arguments are wholly known and carry no marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCall {
    /// Whose function.
    pub provider: Provider,
    /// Its name, without namespaces.
    pub function: Arc<str>,
    /// In order.
    pub arguments: Vec<Value>,
}

/// What a name lookup says to a call.
pub(crate) enum FunctionAnswer {
    /// There is no such function here.
    Nowhere,
    /// Not asked yet.
    Lacking,
    /// The provider's answer.
    Answered(Result<Value, String>),
}

/// Answers so far, and calls that still lack one. Functions of providers are pure, so that an answer stays true.
#[derive(Debug, Default)]
pub(crate) struct FunctionDesk {
    answers: BTreeMap<String, Result<Value, String>>,
    lacking: Mutex<BTreeMap<String, FunctionCall>>,
}

impl FunctionDesk {
    fn ask(&self, call: FunctionCall) -> FunctionAnswer {
        let key = key(&call);
        if let Some(answer) = self.answers.get(&key) {
            return FunctionAnswer::Answered(answer.clone());
        }
        self.lacking.lock().unwrap_or_else(PoisonError::into_inner).insert(key, call);
        FunctionAnswer::Lacking
    }
}

/// Values have no order of their own; how they print tells them apart.
fn key(call: &FunctionCall) -> String {
    format!("{}::{} {:?}", call.provider, call.function, call.arguments)
}

impl Evaluator {
    /// From now on calls of provider functions are collected instead of refused. After each evaluation the caller looks
    /// at [`Evaluator::lacking_functions`]; if there are any, the value is not final: it answers them and evaluates
    /// again.
    pub fn collect_function_calls(&mut self) {
        self.functions.get_or_insert_default();
    }

    /// The calls that evaluations have lacked an answer to since the last time this was asked, each once.
    pub fn lacking_functions(&self) -> Vec<FunctionCall> {
        let Some(desk) = &self.functions else { return Vec::new() };
        let mut lacking = desk.lacking.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *lacking).into_values().collect()
    }

    /// Keeps what a provider answered to a call; an error is a reason without a full stop.
    pub fn answer_function(&mut self, call: &FunctionCall, answer: Result<Value, String>) {
        self.functions.get_or_insert_default().answers.insert(key(call), answer);
    }
}

impl ModuleNames<'_> {
    /// A call of `provider::local::function`.
    pub(crate) fn ask_provider(&self, local: &str, function: &str, arguments: &[Value]) -> FunctionAnswer {
        let (Some(desk), Some(required)) = (&self.evaluator.functions, self.config.required_providers.get(local))
        else {
            return FunctionAnswer::Nowhere;
        };
        if !arguments.iter().all(Value::is_wholly_known) {
            return FunctionAnswer::Answered(Ok(Value::dynamic()));
        }
        let arguments = arguments.iter().map(|argument| argument.unmark_deep().0).collect();
        desk.ask(FunctionCall { provider: required.source.clone(), function: function.into(), arguments })
    }
}

/// The marks of all arguments: the provider does not see them, the result has them.
pub(crate) fn marks_of(arguments: &[Value]) -> Marks {
    arguments.iter().fold(Marks::NONE, |marks, argument| marks.union(argument.all_marks()))
}
