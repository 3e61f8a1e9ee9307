//! What one expression may make: a line of nested `for` asks for more memory than any machine has, or never ends.
//! Terraform has no such limits.

use crate::evaluation::Evaluation;
use diag::Diagnostic;
use syntax::{Expr, with_room_for_values};
use value::{Content, Value};

/// The most rounds of all loops of one expression. Tests have no time for that many.
const MOST_ROUNDS: usize = if cfg!(test) { 1 << 16 } else { 1 << 24 };
/// The most bytes that one expression may hold of what it made.
const MOST_BYTES: usize = if cfg!(test) { 64 << 20 } else { 2 << 30 };
/// The most elements of a value, at any depth: what holds another twice has its elements twice, though they take memory
/// once. Whoever walks such a value, and that is everybody, would not come to an end.
const MOST_ELEMENTS: usize = if cfg!(test) { 1 << 20 } else { 1 << 24 };
/// What an element takes beside its content.
const ELEMENT: usize = 64;

/// What an expression has used up.
#[derive(Default)]
pub(crate) struct Budget {
    rounds: usize,
    /// Bytes of values that this expression made and may still hold: an estimate.
    bytes: usize,
    /// What to say, once something is used up. Nothing is evaluated from then on.
    pub(crate) exceeded: Option<Diagnostic>,
}

impl Evaluation<'_> {
    /// Counts a round of a loop; false when there may be no more.
    pub(crate) fn another_round(&mut self, culprit: &Expr) -> bool {
        self.budget.rounds += 1;
        if self.budget.rounds > MOST_ROUNDS {
            self.exceed("The loops of this expression would go through more than 16 million elements.", culprit);
        }
        self.budget.exceeded.is_none()
    }

    /// Counts a value just made. Its parts are taken to be shared with what it was made of.
    pub(crate) fn made(&mut self, value: Value, culprit: &Expr) -> Value {
        let bytes = match &value.content {
            Content::String(text) => text.len(),
            Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => items.len() * ELEMENT,
            Content::Map(_, items) | Content::Object(items) => items.len() * ELEMENT,
            _ => return value,
        };
        self.budget.bytes = self.budget.bytes.saturating_add(bytes);
        if self.budget.bytes > MOST_BYTES {
            self.exceed("The values of this expression would take more than 2 GiB of memory.", culprit);
        }
        value
    }

    /// A point to measure from.
    pub(crate) fn made_so_far(&self) -> usize {
        self.budget.bytes
    }

    /// Of what was made since `before`, only `value` is kept.
    pub(crate) fn keep(&mut self, before: usize, value: &Value) {
        let made = self.budget.bytes.saturating_sub(before);
        self.budget.bytes = before + (made - weighed(value, made));
    }

    /// Of what was made since `before`, so many bytes are kept.
    pub(crate) fn keep_bytes(&mut self, before: usize, bytes: usize) {
        self.budget.bytes = self.budget.bytes.min(before.saturating_add(bytes));
    }

    /// Refuses the result of an expression that made something, when it has too many elements.
    pub(crate) fn bounded(&mut self, value: Value, culprit: &Expr) -> Value {
        if self.budget.bytes == 0 || with_room_for_values(|| counted(&value, MOST_ELEMENTS)).is_some() {
            return value;
        }
        self.exceed("The value would have more than 16 million elements, counted at all places.", culprit);
        Value::dynamic()
    }

    fn exceed(&mut self, detail: &str, culprit: &Expr) {
        if self.budget.exceeded.is_none() {
            let diagnostic = Diagnostic::error("Expression result too large", detail)
                .at(culprit.span.of(&self.file))
                .next("Loop over fewer elements, or select the ones that are needed first.");
            // As with wrong names no `try` and no branch hides this.
            self.misnamed.push(diagnostic.clone());
            self.budget.exceeded = Some(diagnostic);
        }
    }
}

/// What is left of `limit` elements after those of the value; nothing when they are more.
fn counted(value: &Value, limit: usize) -> Option<usize> {
    value.children().try_fold(limit, |left, (_, part)| counted(part, left.checked_sub(1)?))
}

/// What is left of `limit` bytes after the value has been weighed; it is not weighed further than that.
fn weighed(value: &Value, limit: usize) -> usize {
    if limit == 0 {
        return 0;
    }
    let own = match &value.content {
        Content::String(text) => text.len(),
        _ => 0,
    };
    value
        .children()
        .try_fold(limit.saturating_sub(own + ELEMENT), |left, (_, part)| (left > 0).then(|| weighed(part, left)))
        .unwrap_or(0)
}
