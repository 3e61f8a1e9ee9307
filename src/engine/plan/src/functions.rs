//! Calls of provider functions: whoever evaluates an expression that lacks one asks, and evaluates again.

use addrs::{InstanceKey, ModulePath, ProviderConfig};
use calls::{Answer, Question};
use configschema::FunctionError;
use eval::FunctionCall;
use std::collections::BTreeSet;
use value::Value;

/// Calls stand inside of calls, which takes a round each; nobody writes so many.
const MOST_ROUNDS: usize = 200;

/// Calls that are on their way, and what is to be done again when all of them are answered.
pub struct Lacking<T> {
    asked: BTreeSet<String>,
    again: Vec<T>,
    rounds: usize,
}

impl<T> Default for Lacking<T> {
    fn default() -> Self {
        Lacking { asked: BTreeSet::new(), again: Vec::new(), rounds: 0 }
    }
}

impl<T> Lacking<T> {
    /// Keeps what lacks these calls; gives those of them that nobody has asked for yet.
    pub fn lack(&mut self, calls: Vec<FunctionCall>, again: T) -> Vec<FunctionCall> {
        self.again.push(again);
        calls.into_iter().filter(|call| self.asked.insert(call.key())).collect()
    }

    /// A call is answered; gives what is to be done again, which is nothing while other calls are on their way.
    pub fn answered(&mut self, call: &FunctionCall) -> Vec<T> {
        self.asked.remove(&call.key());
        if !self.asked.is_empty() {
            return Vec::new();
        }
        self.rounds += 1;
        std::mem::take(&mut self.again)
    }

    /// Whether something lacks calls again and again, without an end. To be looked at before the next try.
    pub fn is_endless(&self) -> bool {
        self.rounds > MOST_ROUNDS
    }

    /// All that was to be done again has been tried.
    pub fn tried(&mut self) {
        if self.again.is_empty() {
            self.rounds = 0;
        }
    }
}

/// The question that a call is.
pub fn call_question(call: &FunctionCall) -> Question {
    Question::CallFunction {
        provider: ProviderConfig {
            module: ModulePath::ROOT,
            provider: call.provider.clone(),
            alias: None,
            key: InstanceKey::None,
        },
        function: call.function.clone(),
        arguments: call.arguments.clone(),
    }
}

/// What an answer to such a question says.
///
/// # Errors
/// The reason why there is no result.
pub fn result_of(answer: Answer) -> Result<Value, FunctionError> {
    match answer {
        Answer::Called(result) => result,
        Answer::Unsupported => Err(FunctionError { argument: None, reason: "the provider calls no functions".into() }),
        _ => Err(FunctionError { argument: None, reason: "the provider gave the wrong kind of answer".into() }),
    }
}
