//! Templates: quoted strings, heredocs and template files.
//!
//! First a flat list of pieces, on which strip markers and heredoc indentation work token by token; then the tree
//! of directives.

use super::{Newlines, Parser};
use crate::{Expr, ExprKind, Name, Span, TemplatePart, TokenKind};
use std::sync::Arc;

/// Whether the common indentation is removed, as in `<<-`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Indentation {
    Kept,
    Removed,
}

/// A token of text or a whole `${ }` or `%{ }`.
enum Piece {
    Text(String, Span),
    Value(Expr),
    If(Expr, Span),
    For { key_name: Option<Name>, value_name: Name, collection: Expr, span: Span },
    Else(Span),
    EndIf(Span),
    EndFor(Span),
}

/// A directive that waits for its end.
enum Open {
    If { condition: Expr, yes: Option<Vec<TemplatePart>>, span: Span },
    For { key_name: Option<Name>, value_name: Name, collection: Expr, span: Span },
}

impl Parser<'_> {
    pub(super) fn quoted_string(&mut self) -> Expr {
        if let Some(expr) = self.plain_string() {
            return expr;
        }
        let open = self.bump();
        let kind = self.template_parts(TokenKind::QuoteClose, Indentation::Kept);
        self.template_close(TokenKind::QuoteClose);
        Expr { kind, span: self.since(open.start) }
    }

    /// The common case, without a detour: one piece of text without escapes.
    fn plain_string(&mut self) -> Option<Expr> {
        let open = self.span;
        let (text, close) = match (self.kind_at(self.index + 1), self.kind_at(self.index + 2)) {
            (TokenKind::QuoteClose, _) => ("", self.index + 1),
            (TokenKind::Literal, TokenKind::QuoteClose) => {
                (self.tokens.get(self.index + 1).map_or("", |t| self.text_of(t.span)), self.index + 2)
            }
            _ => return None,
        };
        if text.bytes().any(|b| matches!(b, b'\\' | b'$' | b'%')) {
            return None;
        }
        let span = open.to(self.tokens.get(close)?.span);
        self.after_last = close + 1;
        self.last_end = span.end;
        self.look();
        Some(Expr { kind: ExprKind::String(Arc::from(text)), span })
    }

    pub(super) fn heredoc_string(&mut self) -> Expr {
        let open = self.bump();
        let indentation = if self.text_of(open).starts_with("<<-") { Indentation::Removed } else { Indentation::Kept };
        let kind = self.template_parts(TokenKind::HeredocClose, indentation);
        self.template_close(TokenKind::HeredocClose);
        Expr { kind, span: self.since(open.start) }
    }

    /// Everything up to `end`, which is left for the caller.
    pub(super) fn template_parts(&mut self, end: TokenKind, indentation: Indentation) -> ExprKind {
        let saved = self.newlines(Newlines::Significant);
        let (mut pieces, complete) = self.pieces(end);
        self.newlines(saved);
        if indentation == Indentation::Removed {
            remove_indentation(&mut pieces);
        }
        if pieces.iter().all(|p| matches!(p, Piece::Text(..))) {
            return ExprKind::String(joined_text(pieces));
        }
        // A lone `${x}` is the value itself, but not when text stood beside it, even if it was stripped.
        let lone = pieces.len() == 1;
        if self.directives_too_deep(&pieces) {
            return ExprKind::Error;
        }
        // A directive that could not be read leaves the others unbalanced.
        let was_muted = self.muted;
        self.muted |= !complete;
        let mut parts = self.tree(melded(pieces));
        self.muted = was_muted;
        if !lone && let [TemplatePart::Interpolation(only)] = parts.as_slice() {
            let at = Span::new(only.span.end, only.span.end);
            parts.push(TemplatePart::Literal(Arc::from(""), at));
        }
        ExprKind::Template(parts)
    }

    /// The pieces up to `end`; false when a directive had to be left out.
    fn pieces(&mut self, end: TokenKind) -> (Vec<Piece>, bool) {
        let mut pieces = Vec::new();
        let mut complete = true;
        let mut strip_next = false;
        loop {
            let strip = std::mem::take(&mut strip_next);
            match self.kind {
                TokenKind::Literal => {
                    let span = self.bump();
                    let mut text = String::with_capacity(span.end.saturating_sub(span.start) as usize);
                    if end == TokenKind::QuoteClose {
                        self.decode_quoted(span, &mut text);
                    } else {
                        self.decode_plain(span, &mut text);
                    }
                    if strip {
                        text.drain(..text.len() - text.trim_start().len());
                    }
                    pieces.push(Piece::Text(text, span));
                }
                TokenKind::InterpolationOpen | TokenKind::DirectiveOpen => {
                    if self.span.end - self.span.start == 3
                        && let Some(Piece::Text(text, _)) = pieces.last_mut()
                    {
                        text.truncate(text.trim_end().len());
                    }
                    let piece = self.sequence(&mut strip_next);
                    complete &= piece.is_some();
                    pieces.extend(piece);
                }
                // The lexer keeps templates balanced, so this is `end`.
                _ => return (pieces, complete),
            }
        }
    }

    /// `${ … }` or `%{ … }`.
    fn sequence(&mut self, strip_next: &mut bool) -> Option<Piece> {
        let before = self.errors;
        let saved = self.newlines(Newlines::Ignored);
        let was_muted = self.muted;
        self.muted = was_muted || (self.lexer_reported && self.lacks_close());
        let mut piece = if self.kind == TokenKind::InterpolationOpen {
            self.bump();
            let value = self.expression();
            self.end_of_sequence(before, "Extra characters after interpolation expression");
            Some(Piece::Value(value))
        } else {
            let open = self.bump();
            self.directive(open, before)
        };
        self.muted = was_muted;
        self.skip_to(&[]);
        while !(self.kind.closes_template() || self.kind == TokenKind::Eof) {
            self.bump();
            self.skip_to(&[]);
        }
        *strip_next = self.span.end - self.span.start == 2;
        if let Some(
            Piece::If(_, span) | Piece::For { span, .. } | Piece::Else(span) | Piece::EndIf(span) | Piece::EndFor(span),
        ) = &mut piece
        {
            *span = span.to(self.span);
        }
        self.template_close(TokenKind::SequenceClose);
        self.newlines(saved);
        piece
    }

    /// True when the lexer had to close the sequence that opens here.
    fn lacks_close(&self) -> bool {
        self.tokens.get(self.end_of_template(self.index)).is_some_and(|close| close.span.start == close.span.end)
    }

    fn end_of_sequence(&mut self, before: usize, summary: &str) {
        if self.kind != TokenKind::SequenceClose && self.errors == before {
            self.error(
                self.span,
                summary,
                "Expected a closing brace to end the sequence, but found extra characters.",
                "Remove them. If the braces belong to another language, such as shell script, double the symbol before them: \"$${\" or \"%%{\".",
            );
        }
    }

    /// From the keyword on; `span` is what opened it, and grows to the closing brace later.
    fn directive(&mut self, span: Span, before: usize) -> Option<Piece> {
        if self.kind != TokenKind::Identifier {
            self.error(
                self.span,
                "Invalid template directive",
                "A template directive keyword (\"if\", \"for\", etc) is expected at the beginning of a \"%{\" sequence.",
                "Write a directive. For the characters themselves, double the first: \"%%{\".",
            );
            return None;
        }
        let word_span = self.span;
        let word = self.text_of(word_span);
        let (piece, summary) = match word {
            "if" => {
                self.bump();
                (Piece::If(self.expression(), span), "Extra characters in if marker")
            }
            "else" => {
                self.bump();
                (Piece::Else(span), "Extra characters in else marker")
            }
            "endif" => {
                self.bump();
                (Piece::EndIf(span), "Extra characters in endif marker")
            }
            "for" => {
                self.bump();
                match self.for_head("Invalid 'for' directive") {
                    Some((key_name, value_name, collection)) => {
                        (Piece::For { key_name, value_name, collection, span }, "Extra characters in for marker")
                    }
                    None => {
                        let collection = self.error_expr(span);
                        let value_name = Name { text: Arc::from("_"), span: word_span };
                        (Piece::For { key_name: None, value_name, collection, span }, "")
                    }
                }
            }
            "endfor" => {
                self.bump();
                (Piece::EndFor(span), "Extra characters in endfor marker")
            }
            _ => {
                let detail = format!("\"{word}\" is not a valid template control keyword.");
                let next = "The keywords are if, else, endif, for and endfor. For a literal \"%{\" write \"%%{\".";
                self.error(word_span, "Invalid template control keyword", detail, next);
                return None;
            }
        };
        self.end_of_sequence(before, summary);
        Some(piece)
    }

    // Tree -----------------------------------------------------------------------------------------------------

    fn tree(&mut self, pieces: Vec<Piece>) -> Vec<TemplatePart> {
        let mut parts: Vec<TemplatePart> = Vec::new();
        // Each open directive with the parts before it.
        let mut stack: Vec<(Open, Vec<TemplatePart>)> = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text, span) => parts.push(TemplatePart::Literal(Arc::from(text), span)),
                Piece::Value(expr) => parts.push(TemplatePart::Interpolation(expr)),
                Piece::If(condition, span) => {
                    stack.push((Open::If { condition, yes: None, span }, std::mem::take(&mut parts)));
                }
                Piece::For { key_name, value_name, collection, span } => {
                    let open = Open::For { key_name, value_name, collection, span };
                    stack.push((open, std::mem::take(&mut parts)));
                }
                Piece::Else(span) => match stack.last_mut() {
                    Some((Open::If { yes: yes @ None, .. }, _)) => *yes = Some(std::mem::take(&mut parts)),
                    _ => self.unexpected_directive("else", span, stack.last().map(|(open, _)| open)),
                },
                Piece::EndIf(span) => match stack.pop() {
                    Some((open @ Open::If { .. }, outer)) => close_directive(&mut parts, open, outer, span),
                    other => {
                        self.unexpected_directive("endif", span, other.as_ref().map(|(open, _)| open));
                        stack.extend(other);
                    }
                },
                Piece::EndFor(span) => match stack.pop() {
                    Some((open @ Open::For { .. }, outer)) => close_directive(&mut parts, open, outer, span),
                    other => {
                        self.unexpected_directive("endfor", span, other.as_ref().map(|(open, _)| open));
                        stack.extend(other);
                    }
                },
            }
        }
        while let Some((open, outer)) = stack.pop() {
            let (word, span) = match &open {
                Open::If { span, .. } => ("if", *span),
                Open::For { span, .. } => ("for", *span),
            };
            self.error(
                span,
                "Unexpected end of template",
                format!("This {word} directive is missing its corresponding end{word} directive."),
                format!("Write %{{ end{word} }} where it ends."),
            );
            close_directive(&mut parts, open, outer, span);
        }
        parts
    }

    /// Directives nest in the tree, though reading them takes no stack.
    fn directives_too_deep(&mut self, pieces: &[Piece]) -> bool {
        let mut depth = self.depth;
        for piece in pieces {
            match piece {
                Piece::If(_, span) | Piece::For { span, .. } => {
                    depth += 1;
                    if depth > super::MAX_DEPTH {
                        let detail = format!("Directives can be nested up to {} levels deep.", super::MAX_DEPTH);
                        self.error(*span, "Nesting too deep", detail, "Split the template into parts.");
                        return true;
                    }
                }
                Piece::EndIf(_) | Piece::EndFor(_) => depth = depth.saturating_sub(1),
                Piece::Text(..) | Piece::Value(_) | Piece::Else(_) => {}
            }
        }
        false
    }

    fn unexpected_directive(&mut self, word: &str, span: Span, open: Option<&Open>) {
        let detail = match open {
            None => "The control directives within this template are unbalanced.".to_owned(),
            Some(Open::If { span, .. }) if word == "else" => {
                format!("Already in the else clause for the if started at {}.", self.place(*span))
            }
            Some(Open::For { .. }) if word == "else" => {
                "An else clause is not expected for a for directive.".to_owned()
            }
            Some(Open::If { span, .. }) => {
                format!("Expecting an endif directive for the if started at {}.", self.place(*span))
            }
            Some(Open::For { span, .. }) => {
                format!("Expecting an endfor directive for the for started at {}.", self.place(*span))
            }
        };
        let next = "Each \"%{ if }\" needs one \"%{ endif }\", each \"%{ for }\" one \"%{ endfor }\".";
        self.error(span, &format!("Unexpected {word} directive"), detail, next);
    }
}

fn close_directive(parts: &mut Vec<TemplatePart>, open: Open, outer: Vec<TemplatePart>, end: Span) {
    let inner = std::mem::replace(parts, outer);
    parts.push(match open {
        Open::If { condition, yes: None, span } => {
            TemplatePart::If { condition, yes: inner, no: Vec::new(), span: span.to(end) }
        }
        Open::If { condition, yes: Some(yes), span } => {
            TemplatePart::If { condition, yes, no: inner, span: span.to(end) }
        }
        Open::For { key_name, value_name, collection, span } => {
            TemplatePart::For { key_name, value_name, collection, body: inner, span: span.to(end) }
        }
    });
}

/// Joins neighbouring texts, drops empty ones.
fn melded(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut melded: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (piece, melded.last_mut()) {
            (Piece::Text(text, _), _) if text.is_empty() => {}
            (Piece::Text(text, span), Some(Piece::Text(before, all))) => {
                before.push_str(&text);
                *all = all.to(span);
            }
            (piece, _) => melded.push(piece),
        }
    }
    melded
}

fn joined_text(pieces: Vec<Piece>) -> Arc<str> {
    let mut all = String::new();
    for piece in pieces {
        if let Piece::Text(text, _) = piece {
            if all.is_empty() {
                all = text;
            } else {
                all.push_str(&text);
            }
        }
    }
    Arc::from(all)
}

/// Removes the smallest indentation of the lines. Only text at the start of a line counts and is cut; a line that
/// starts with a sequence has none; a blank line does not count and stays.
fn remove_indentation(pieces: &mut [Piece]) {
    let mut smallest: Option<usize> = None;
    let mut starts: Vec<usize> = Vec::new();
    let mut line_start = true;
    for (index, piece) in pieces.iter().enumerate() {
        let at_start = std::mem::replace(&mut line_start, false);
        let Piece::Text(text, _) = piece else {
            if at_start {
                smallest = Some(0);
            }
            continue;
        };
        line_start = text.ends_with('\n');
        if !at_start {
            continue;
        }
        let trimmed = text.trim_start();
        if trimmed.is_empty() && line_start {
            continue;
        }
        let indent = text.chars().count() - trimmed.chars().count();
        smallest = Some(smallest.map_or(indent, |s| s.min(indent)));
        starts.push(index);
    }
    let Some(cut) = smallest.filter(|s| *s > 0) else { return };
    for index in starts {
        if let Some(Piece::Text(text, _)) = pieces.get_mut(index) {
            let bytes = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
            text.drain(..bytes);
        }
    }
}
