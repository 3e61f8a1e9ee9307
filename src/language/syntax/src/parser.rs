//! Tokens to tree: recursive descent, operators by precedence.
//!
//! Recovery: a mistake inside brackets gives up the item it stands in; outside brackets, the argument. A node that
//! could not be read is [`ExprKind::Error`]. One place is reported once: whoever finds that something was already
//! reported since it began stays silent about what follows from it.

mod body;
mod collection;
mod expression;
mod literal;
mod names;
mod postfix;
mod template;

use crate::{Block, Body, Expr, ExprKind, Name, Span, Token, TokenKind};
use diag::{Diagnostic, Diagnostics};
use names::{Names, normalised};
use std::cell::OnceCell;
use std::sync::Arc;

/// Levels of nesting (blocks, brackets, templates, conditionals) that are read; more is a diagnostic.
///
/// Terraform 1.11.4 has no such limit, but its stack may grow to a gigabyte, and it dies of more: it survives 50,000
/// brackets, objects and calls, not 100,000; 300,000 conditionals, not a million signs (measured). The stack grows here
/// too, see [`crate::with_room`]; what keeps it from taking all memory is this.
pub(crate) const MAX_DEPTH: u32 = 400_000;

/// Whether a line break counts as a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Newlines {
    Significant,
    Ignored,
}

pub(crate) struct Parser<'a> {
    file: Arc<str>,
    text: &'a str,
    tokens: &'a [Token],
    /// Index of the token being looked at; never trivia.
    index: usize,
    kind: TokenKind,
    span: Span,
    /// Index after the last consumed token.
    after_last: usize,
    /// End of the last consumed token.
    last_end: u32,
    newlines: Newlines,
    depth: u32,
    /// Number of diagnostics of the parser.
    errors: usize,
    /// Where the last one was reported.
    last_error: Option<u32>,
    /// The lexer found something wrong: templates may lack their end.
    lexer_reported: bool,
    /// Inside a sequence that the lexer had to close: what goes wrong there has been told.
    muted: bool,
    /// A template without an end took the rest of the file.
    lost_end: bool,
    /// It has been told that something is not closed at the end of the file.
    end_told: bool,
    /// Blocks that an unclosed one took in, though they begin a line: they stand beside it.
    adrift: Vec<Block>,
    line_starts: OnceCell<Vec<u32>>,
    names: Names,
    diagnostics: Diagnostics,
}

impl<'a> Parser<'a> {
    /// `lexed` are the diagnostics of the lexer, which the parser continues.
    pub(crate) fn new(file: Arc<str>, text: &'a str, tokens: &'a [Token], lexed: Diagnostics) -> Self {
        let mut parser = Parser {
            file,
            text,
            tokens,
            index: 0,
            kind: TokenKind::Eof,
            span: Span::default(),
            after_last: 0,
            last_end: 0,
            newlines: Newlines::Significant,
            depth: 0,
            errors: 0,
            last_error: None,
            muted: false,
            lost_end: false,
            end_told: false,
            adrift: Vec::new(),
            line_starts: OnceCell::new(),
            names: Names::new(),
            lexer_reported: !lexed.is_empty(),
            diagnostics: lexed,
        };
        parser.look();
        parser
    }

    /// Reads a whole file.
    pub(crate) fn file(mut self) -> (Body, Diagnostics) {
        let body = self.file_body();
        (body, self.diagnostics)
    }

    /// Reads one expression that is the whole text.
    pub(crate) fn lone_expression(mut self) -> (Expr, Diagnostics) {
        self.newlines(Newlines::Ignored);
        let expr = self.expression();
        if self.kind != TokenKind::Eof && self.errors == 0 {
            self.error(
                Span::new(self.span.start, self.text.len() as u32),
                "Extra characters after expression",
                "An expression was successfully parsed, but extra characters were found after it.",
                "Remove them, or join them to the expression with an operator.",
            );
        }
        (expr, self.diagnostics)
    }

    /// Reads a text that is a template as a whole.
    pub(crate) fn lone_template(mut self) -> (Expr, Diagnostics) {
        let kind = self.template_parts(TokenKind::Eof, template::Indentation::Kept);
        (Expr { kind, span: Span::new(0, self.text.len() as u32) }, self.diagnostics)
    }

    // Cursor ---------------------------------------------------------------------------------------------------

    /// Finds the next token that counts from `after_last` on.
    #[inline]
    fn look(&mut self) {
        let mut index = self.after_last;
        let skip_newlines = self.newlines == Newlines::Ignored;
        while let Some(token) = self.tokens.get(index) {
            if !(token.kind.is_trivia() || (skip_newlines && token.kind == TokenKind::Newline)) {
                self.index = index;
                self.kind = token.kind;
                self.span = token.span;
                return;
            }
            index += 1;
        }
        // The lexer's last token is Eof, which is never skipped; this stands for a cursor set behind it.
        self.index = self.tokens.len();
        self.kind = TokenKind::Eof;
        self.span = Span::new(self.text.len() as u32, self.text.len() as u32);
    }

    /// Consumes the token looked at and gives its span.
    #[inline]
    fn bump(&mut self) -> Span {
        let span = self.span;
        if self.kind != TokenKind::Eof {
            self.after_last = self.index + 1;
            self.last_end = span.end;
            self.look();
        }
        span
    }

    /// Consumes the token looked at if it is of that kind.
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.kind == kind;
        if found {
            self.bump();
        }
        found
    }

    /// Sets whether line breaks count and gives the former setting.
    fn newlines(&mut self, newlines: Newlines) -> Newlines {
        let before = self.newlines;
        if before != newlines {
            self.newlines = newlines;
            self.look();
        }
        before
    }

    fn kind_at(&self, index: usize) -> TokenKind {
        self.tokens.get(index).map_or(TokenKind::Eof, |t| t.kind)
    }

    fn text_of(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// True when the token looked at is that word.
    fn at_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Identifier && self.text_of(self.span) == word
    }

    /// From `start` to the end of the last consumed token.
    fn since(&self, start: u32) -> Span {
        Span::new(start, self.last_end)
    }

    /// Consumes an identifier; the caller has checked that it is one.
    fn name(&mut self) -> Name {
        let span = self.bump();
        Name { text: self.names.get(self.text_of(span)), span }
    }

    fn error_expr(&self, span: Span) -> Expr {
        Expr { kind: ExprKind::Error, span }
    }

    // Diagnostics ----------------------------------------------------------------------------------------------

    /// Reports a mistake; a second one at the same place is dropped.
    fn error(&mut self, at: Span, summary: &str, detail: impl Into<String>, next: impl Into<String>) {
        self.errors += 1;
        if self.muted || self.last_error == Some(at.start) || self.follows_stray_character(at) {
            return;
        }
        self.last_error = Some(at.start);
        // A line break is shown as the end of its line.
        let at =
            if self.text_of(at).trim_end_matches(['\r', '\n']).is_empty() { Span::new(at.start, at.start) } else { at };
        self.diagnostics.push(Diagnostic::error(summary, detail).at(at.of(&self.file)).next(next));
    }

    /// True when the lexer reported a character just before this place.
    fn follows_stray_character(&self, at: Span) -> bool {
        at.start == self.span.start
            && self
                .tokens
                .get(self.after_last..self.index)
                .is_some_and(|skipped| skipped.iter().any(|t| t.kind == TokenKind::Invalid))
    }

    /// Where to report that something which `open` began does not end: the token that stands in its way, or `open`
    /// itself where that token belongs to something else.
    fn unclosed_at(&self, open: Span) -> Span {
        let elsewhere =
            matches!(self.kind, TokenKind::Eof | TokenKind::Newline) || self.starts_other_item(self.index, None);
        if elsewhere { open } else { self.span }
    }

    /// Consumes the end of a template or sequence. One without text was put there by the lexer, which has told.
    fn template_close(&mut self, kind: TokenKind) {
        if self.kind == kind {
            let span = self.bump();
            if span.start == span.end {
                self.errors += 1;
                self.lost_end |= span.end as usize == self.text.len();
            }
        }
    }

    /// `main.tf:3`, for details that point at a second place.
    fn place(&self, span: Span) -> String {
        let starts = self.line_starts.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
            breaks.map(|(at, _)| at as u32 + 1).collect()
        });
        format!("{}:{}", self.file, starts.partition_point(|start| *start <= span.start) + 1)
    }

    /// Goes one level deeper; false, with a diagnostic, when that is too deep.
    fn descend(&mut self) -> bool {
        self.depth += 1;
        !self.too_deep()
    }

    /// True, with a diagnostic, when the level is too deep.
    fn too_deep(&mut self) -> bool {
        if self.depth <= MAX_DEPTH {
            return false;
        }
        let at = self.span;
        self.error(
            at,
            "Nesting too deep",
            format!("Blocks and expressions can be nested up to {MAX_DEPTH} levels deep."),
            "Give a part of it a name in a locals block, or check for brackets that were never closed.",
        );
        true
    }

    // Recovery -------------------------------------------------------------------------------------------------

    /// Skips to a token of one of these kinds, outside of any brackets and templates opened on the way.
    ///
    /// Stops early, on the token, at a closing bracket that was opened before, at the end of the template, at the
    /// end of the file, and at a line that looks like the start of another argument or block.
    fn skip_to(&mut self, stop: &[TokenKind]) {
        let mut open: Vec<TokenKind> = Vec::new();
        let mut index = self.index;
        loop {
            let kind = self.kind_at(index);
            if kind == TokenKind::Eof || kind.closes_template() {
                break;
            }
            let outside = open.is_empty();
            if outside
                && (stop.contains(&kind) || (kind == TokenKind::Newline && self.newlines == Newlines::Significant))
            {
                break;
            }
            if self.starts_other_item(index, open.last().copied()) {
                break;
            }
            match kind {
                TokenKind::BraceOpen | TokenKind::BracketOpen | TokenKind::ParenOpen => open.push(kind),
                TokenKind::BraceClose | TokenKind::BracketClose | TokenKind::ParenClose => {
                    match open.iter().rposition(|o| closer_of(*o) == kind) {
                        Some(at) => open.truncate(at),
                        None => break,
                    }
                }
                _ if kind.opens_template() => index = self.end_of_template(index),
                _ => {}
            }
            index += 1;
        }
        self.move_to(index);
    }

    /// Sets the cursor before the token of that index.
    fn move_to(&mut self, index: usize) {
        if index <= self.index {
            return;
        }
        self.after_last = index;
        // Line breaks before it are left to be seen, should they count again later.
        while self.after_last > self.index + 1 {
            let before = self.kind_at(self.after_last - 1);
            if before != TokenKind::Newline && !before.is_trivia() {
                break;
            }
            self.after_last -= 1;
        }
        if let Some(token) = self.after_last.checked_sub(1).and_then(|i| self.tokens.get(i)) {
            self.last_end = token.span.end;
        }
        self.look();
    }

    /// Index of the token that closes the template or sequence opened at `index`.
    fn end_of_template(&self, mut index: usize) -> usize {
        let mut depth = 0usize;
        loop {
            let kind = self.kind_at(index);
            if kind.opens_template() {
                depth += 1;
            } else if kind.closes_template() {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 || kind == TokenKind::Eof {
                return index;
            }
            index += 1;
        }
    }

    /// True for the first token of a line that can only be another argument or block, so that an open bracket
    /// before it was forgotten. Inside braces only an unindented block header is that clear.
    fn starts_other_item(&self, index: usize, innermost: Option<TokenKind>) -> bool {
        if self.kind_at(index) != TokenKind::Identifier {
            return false;
        }
        let Some(before) = index.checked_sub(1) else { return false };
        let unindented = self.kind_at(before) == TokenKind::Newline;
        let first_on_line = unindented
            || (self.kind_at(before) == TokenKind::Whitespace
                && before.checked_sub(1).is_some_and(|b| self.kind_at(b) == TokenKind::Newline));
        if !first_on_line {
            return false;
        }
        let mut next = index + 1;
        while self.kind_at(next) == TokenKind::Whitespace {
            next += 1;
        }
        match self.kind_at(next) {
            TokenKind::Equals => {
                matches!(innermost, Some(TokenKind::ParenOpen | TokenKind::BracketOpen))
                    || (innermost.is_none() && self.newlines == Newlines::Ignored)
            }
            TokenKind::QuoteOpen | TokenKind::BraceOpen => unindented,
            _ => false,
        }
    }
}

fn closer_of(open: TokenKind) -> TokenKind {
    match open {
        TokenKind::BraceOpen => TokenKind::BraceClose,
        TokenKind::BracketOpen => TokenKind::BracketClose,
        _ => TokenKind::ParenClose,
    }
}

#[cfg(test)]
mod tests;
