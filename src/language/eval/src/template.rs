//! Quoted and heredoc templates.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use crate::for_expression::Elements;
use crate::functions::shared::size::MOST_BYTES;
use std::sync::Arc;
use syntax::{Expr, TemplatePart, with_room_for_values};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use value::{Content, Marks, Origin, Refinement, Type, Value, convert};

/// Longest prefix promised of an unknown string, in bytes: as Terraform, for the sake of what goes over the wire.
const MOST_PREFIX: usize = 128;

const INVALID: &str = "Invalid template interpolation value";

/// A string under construction.
#[derive(Default)]
struct Text {
    /// What is known of its beginning.
    known: String,
    /// True once an unknown part has come.
    open: bool,
    /// True once a part was wrong.
    failed: bool,
    /// True once there was more text than there may be.
    too_long: bool,
    /// Origins of the unknown parts; kept only while there is one.
    origins: Vec<Option<Arc<Origin>>>,
    marks: Marks,
}

impl Text {
    fn push(&mut self, text: &str) {
        if self.open || self.failed {
            return;
        }
        if self.known.len() + text.len() > MOST_BYTES {
            (self.failed, self.too_long) = (true, true);
            self.known = String::new();
            return;
        }
        self.known.push_str(text);
    }

    fn unknown(&mut self, origin: Option<Arc<Origin>>) {
        self.open = true;
        self.origins.push(origin);
    }

    /// Appends what the rounds of a `%{ for }` gave: with one unknown round all of it is unknown.
    fn join(&mut self, rounds: Vec<Text>) {
        let open = rounds.iter().any(|round| round.open);
        for round in rounds {
            self.marks = self.marks.union(round.marks);
            self.failed |= round.failed;
            self.origins.extend(round.origins);
            if !open {
                self.push(&round.known);
            }
        }
        self.open |= open;
    }

    fn finish(self) -> Value {
        let Text { known, open, failed, origins, marks, .. } = self;
        if !open {
            let value = if failed { Value::unknown(Type::String) } else { Value::string(known) };
            return value.marked(marks);
        }
        let prefix = if failed { String::new() } else { safe_prefix(&known) };
        let prefix = (!prefix.is_empty()).then(|| prefix.into());
        let refinement = Arc::new(Refinement { prefix, ..Refinement::not_null() });
        // With two unknown parts neither of them decides the whole.
        let origin = match <[_; 1]>::try_from(origins) {
            Ok([origin]) => origin,
            Err(_) => None,
        };
        Value { content: Content::Unknown(Type::String, Some(refinement), origin), marks }
    }
}

impl Evaluation<'_> {
    /// A template. One interpolation alone is its value, of any type.
    pub(crate) fn template(&mut self, parts: &[TemplatePart], whole: &Expr) -> Value {
        if let [TemplatePart::Interpolation(only)] = parts {
            return self.evaluate(only);
        }
        let mut text = Text::default();
        self.render(parts, &mut text, whole);
        if text.too_long {
            let detail = "The text would be longer than 256 MiB.";
            self.fail(Fault::new("Template result too long", detail), whole.span, whole);
        }
        self.made(text.finish(), whole)
    }

    fn render(&mut self, parts: &[TemplatePart], text: &mut Text, whole: &Expr) {
        with_room_for_values(|| self.render_parts(parts, text, whole));
    }

    fn render_parts(&mut self, parts: &[TemplatePart], text: &mut Text, whole: &Expr) {
        for part in parts {
            match part {
                TemplatePart::Literal(literal, _) => text.push(literal),
                TemplatePart::Interpolation(expr) => {
                    let before = self.here();
                    let value = self.evaluate(expr);
                    if self.failed_since(before) {
                        text.failed = true;
                        text.marks = text.marks.union(value.marks);
                    } else {
                        self.include(value, text, expr);
                    }
                }
                TemplatePart::If { condition, yes, no, span } => {
                    let value = self.template_if(condition, yes, no, whole);
                    let place = Expr { kind: syntax::ExprKind::Error, span: *span };
                    match value {
                        Some(value) => self.include(value, text, &place),
                        None => text.failed = true,
                    }
                }
                TemplatePart::For { key_name, value_name, collection, body, .. } => {
                    let before = self.here();
                    let (walked, marks) = self.evaluate(collection).unmark();
                    text.marks = text.marks.union(marks);
                    if self.failed_since(before) {
                        text.failed = true;
                        continue;
                    }
                    match self.walked(&walked, collection) {
                        Elements::Wrong => text.failed = true,
                        Elements::Unknown => text.unknown(origin_of(&walked)),
                        Elements::Known(elements) => {
                            let names = (key_name.as_ref(), value_name);
                            let mut rounds = Vec::with_capacity(elements.len());
                            let mut bytes = 0;
                            for element in elements {
                                if !self.another_round(whole) || bytes > MOST_BYTES {
                                    break;
                                }
                                let mut round = Text::default();
                                let before = self.made_so_far();
                                self.with_element(names, element, |walk| walk.render(body, &mut round, whole));
                                bytes += round.known.len();
                                self.keep_bytes(before, round.known.len());
                                rounds.push(round);
                            }
                            // Together they are too long, whatever is not known of them.
                            if bytes > MOST_BYTES {
                                (text.failed, text.too_long) = (true, true);
                            }
                            text.join(rounds);
                        }
                    }
                }
            }
        }
    }

    /// The text of an `%{ if }`; nothing after an error.
    fn template_if(
        &mut self,
        condition: &Expr,
        yes: &[TemplatePart],
        no: &[TemplatePart],
        whole: &Expr,
    ) -> Option<Value> {
        let start = self.troubles.len();
        let arm = |walk: &mut Self, parts: &[TemplatePart]| {
            let mut text = Text::default();
            walk.render(parts, &mut text, whole);
            (text.finish(), walk.troubles.split_off(start))
        };
        let (yes, yes_troubles) = arm(self, yes);
        let (no, no_troubles) = arm(self, no);
        let before = self.here();
        let decider = self.evaluate(condition);
        if self.failed_since(before) {
            return None;
        }
        let marks = decider.marks.union(yes.marks).union(no.marks);
        let fault = match (&decider.content, convert(&decider, &Type::Bool)) {
            (Content::Null(_), _) => {
                Fault::new("Null condition", "The condition value is null. Conditions must either be true or false.")
            }
            (Content::Unknown(..), _) => {
                let content = Content::Unknown(Type::String, Some(Refinement::not_null().into()), origin_of(&decider));
                return Some(Value { content, marks });
            }
            (_, Ok(Value { content: Content::Bool(chosen), .. })) => {
                let (value, troubles) = if chosen { (yes, yes_troubles) } else { (no, no_troubles) };
                let failed = !troubles.is_empty();
                self.troubles.extend(troubles);
                return (!failed).then(|| value.marked(marks));
            }
            _ => Fault::new("Incorrect condition type", "The condition expression must be of type bool."),
        };
        self.fail(fault, condition.span, condition);
        None
    }

    /// Appends one value.
    fn include(&mut self, value: Value, text: &mut Text, place: &Expr) {
        let (value, marks) = value.unmark();
        text.marks = text.marks.union(marks);
        match &value.content {
            Content::Null(_) => {
                text.failed = true;
                let detail = "The expression result is null. Cannot include a null value in a string template.";
                let fault = Fault::new(INVALID, detail).next("Give a default, as in ${coalesce(x, \"\")}.");
                self.fail(fault, place.span, place);
            }
            // What is known of its beginning is not taken over, as in Terraform.
            Content::Unknown(_, _, origin) => text.unknown(origin.clone()),
            _ => match convert(&value, &Type::String) {
                Ok(value) => text.push(value.as_str().unwrap_or_default()),
                Err(e) => {
                    text.failed = true;
                    let detail = format!("Cannot include the given value in a string template: {e}.");
                    let fault = Fault::new(INVALID, detail)
                        .next("Turn it into text first, for example with join() or jsonencode().");
                    self.fail(fault, place.span, place);
                }
            },
        }
    }
}

fn origin_of(value: &Value) -> Option<Arc<Origin>> {
    match &value.content {
        Content::Unknown(_, _, origin) => origin.clone(),
        _ => None,
    }
}

/// The part of a known beginning that stays as it is whatever follows: without the last character that a following
/// one could combine with, at most 128 bytes.
pub(crate) fn safe_prefix(known: &str) -> String {
    let mut end = known.len().min(MOST_PREFIX);
    while !known.is_char_boundary(end) {
        end -= 1;
    }
    let normal: String = known.get(..end).unwrap_or_default().nfc().collect();
    let Some((last_at, last)) = normal.grapheme_indices(true).next_back() else {
        return normal;
    };
    // Delimiters begin a new character whatever comes after them; a letter may get an accent.
    let mut characters = last.chars();
    let closed = matches!(
        (characters.next(), characters.next()),
        (Some(c), None) if c.is_ascii_punctuation() && !matches!(c, '<' | '>' | '=' | '`') || matches!(c, ' ' | '\t')
    );
    if closed { normal } else { normal.get(..last_at).unwrap_or_default().to_string() }
}

#[cfg(test)]
mod tests;
