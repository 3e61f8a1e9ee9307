//! Text to tokens.
//!
//! A stack of modes tells code from template text, so one pass cuts the whole file. Nothing is decoded here.

mod template;

use crate::{Span, Token, TokenKind};
use diag::{Diagnostic, Diagnostics};
use std::ops::Range;
use std::sync::Arc;
use unicode_ident::{is_xid_continue, is_xid_start};

/// What the text starts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// A body or an expression.
    Code,
    /// Template text, as in a file for `templatefile`.
    Template,
}

/// Cuts a text into tokens; the last one is [`TokenKind::Eof`].
pub(crate) fn lex(file: &Arc<str>, text: &str, start: Start) -> (Vec<Token>, Diagnostics) {
    let first = Lexer::new(file, text, start, MarkerRule::OnlyInText).run();
    if !first.lost_heredoc {
        return (first.tokens, first.diagnostics);
    }
    // An interpolation in a heredoc never closed and took the rest of the file. Cut again, with every line that
    // reads like the end marker ending the heredoc, so that what follows is still looked at.
    let again = Lexer::new(file, text, start, MarkerRule::Everywhere).run();
    (again.tokens, again.diagnostics)
}

/// Where a line with nothing but the marker ends a heredoc.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MarkerRule {
    /// In the heredoc's text only: the rule of the language.
    OnlyInText,
    /// Also inside an interpolation: for recovery.
    Everywhere,
}

enum Mode {
    /// Inside `${ }` or `%{ }`; counts its open braces.
    Sequence {
        open: Span,
        braces: u32,
    },
    Quoted {
        open: Span,
    },
    Heredoc {
        open: Span,
        marker: Range<usize>,
        line_start: bool,
    },
    Bare,
}

struct Lexer<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    modes: Vec<Mode>,
    diagnostics: Diagnostics,
    rule: MarkerRule,
    lost_heredoc: bool,
    saw_lone_cr: bool,
}

impl<'a> Lexer<'a> {
    fn new(file: &'a Arc<str>, text: &'a str, start: Start, rule: MarkerRule) -> Self {
        Lexer {
            file,
            text,
            bytes: text.as_bytes(),
            at: 0,
            // Ordinary configuration has more than three bytes to a token.
            tokens: Vec::with_capacity(text.len() / 3 + 8),
            modes: if start == Start::Template { vec![Mode::Bare] } else { Vec::new() },
            diagnostics: Diagnostics::new(),
            rule,
            lost_heredoc: false,
            saw_lone_cr: false,
        }
    }

    fn run(mut self) -> Self {
        if self.text.starts_with('\u{feff}') {
            self.push(TokenKind::Bom, '\u{feff}'.len_utf8());
        }
        while self.at < self.bytes.len() {
            match self.modes.last() {
                None | Some(Mode::Sequence { .. }) => self.code(),
                Some(Mode::Quoted { .. }) => self.quoted(),
                Some(Mode::Heredoc { .. }) => self.heredoc(),
                Some(Mode::Bare) => {
                    self.template_line();
                }
            }
        }
        self.close_at_end();
        self.push(TokenKind::Eof, 0);
        self
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn push(&mut self, kind: TokenKind, len: usize) -> Span {
        let span = Span::new(self.at as u32, (self.at + len) as u32);
        self.tokens.push(Token { kind, span });
        self.at += len;
        span
    }

    fn report(&mut self, span: Span, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic.at(span.of(self.file)));
    }

    fn count(&self, from: usize, accept: impl Fn(u8) -> bool) -> usize {
        self.bytes.get(from..).map_or(0, |b| b.iter().take_while(|b| accept(**b)).count())
    }

    /// One token of code; the caller has checked that there is text.
    fn code(&mut self) {
        match self.byte(0) {
            b' ' | b'\t' => {
                let len = self.count(self.at, |b| b == b' ' || b == b'\t');
                self.push(TokenKind::Whitespace, len);
            }
            b'\n' => self.newline(1),
            b'\r' if self.byte(1) == b'\n' => self.newline(2),
            b'\r' => self.lone_carriage_return(),
            b'#' => self.line_comment(),
            b'/' if self.byte(1) == b'/' => self.line_comment(),
            b'/' if self.byte(1) == b'*' => self.block_comment(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.identifier(),
            b'0'..=b'9' => self.number(),
            b'"' => {
                let open = self.push(TokenKind::QuoteOpen, 1);
                self.modes.push(Mode::Quoted { open });
            }
            b'<' if self.byte(1) == b'<' => self.heredoc_open(),
            b'{' => {
                if let Some(Mode::Sequence { braces, .. }) = self.modes.last_mut() {
                    *braces += 1;
                }
                self.push(TokenKind::BraceOpen, 1);
            }
            b'}' => self.brace_close(1),
            b'~' if self.byte(1) == b'}' && matches!(self.modes.last(), Some(Mode::Sequence { braces: 0, .. })) => {
                self.brace_close(2);
            }
            _ => self.operator(),
        }
    }

    fn newline(&mut self, len: usize) {
        self.end_string_inside_sequence(len);
        self.push(TokenKind::Newline, len);
        if self.rule == MarkerRule::Everywhere {
            self.end_heredoc_inside_sequence();
        }
    }

    fn lone_carriage_return(&mut self) {
        let span = self.push(TokenKind::Newline, 1);
        self.report_lone_carriage_return(span);
    }

    /// Told once: a file with one of them usually has only them.
    fn report_lone_carriage_return(&mut self, span: Span) {
        if !self.saw_lone_cr {
            self.saw_lone_cr = true;
            let text = "A carriage return without a line feed does not end a line.";
            self.report(
                span,
                Diagnostic::error("Invalid character", text)
                    .next("Save the file with line feed (LF) or CRLF line ends."),
            );
        }
    }

    fn line_comment(&mut self) {
        let mut len = self.count(self.at, |b| b != b'\n');
        if self.bytes.get(self.at + len).is_some() && self.bytes.get(self.at + len - 1) == Some(&b'\r') {
            len -= 1;
        }
        self.push(TokenKind::LineComment, len);
    }

    fn block_comment(&mut self) {
        match self.text.get(self.at + 2..).and_then(|t| t.find("*/")) {
            Some(inner) => {
                self.push(TokenKind::BlockComment, inner + 4);
            }
            None => {
                let open = Span::new(self.at as u32, self.at as u32 + 2);
                self.push(TokenKind::BlockComment, self.bytes.len() - self.at);
                let text = "There is no \"*/\" after this \"/*\": the comment goes on to the end of the file.";
                self.report(
                    open,
                    Diagnostic::error("Unterminated comment", text).next("Write \"*/\" where the comment ends."),
                );
            }
        }
    }

    fn identifier(&mut self) {
        let len = identifier_length(self.rest());
        self.push(TokenKind::Identifier, len);
    }

    fn number(&mut self) {
        // Like Terraform, this takes "1.2.3" as one token; the parser says what is wrong with it.
        let digits = |from: usize| self.count(from, |b| b.is_ascii_digit());
        let mut len = 0;
        loop {
            len += digits(self.at + len);
            let prefix = match self.byte(len) {
                b'.' => 1,
                b'e' | b'E' => 1 + usize::from(matches!(self.byte(len + 1), b'+' | b'-')),
                _ => break,
            };
            if digits(self.at + len + prefix) == 0 {
                break;
            }
            len += prefix;
        }
        self.push(TokenKind::Number, len);
    }

    fn brace_close(&mut self, len: usize) {
        match self.modes.last_mut() {
            Some(Mode::Sequence { braces: 0, .. }) => {
                self.push(TokenKind::SequenceClose, len);
                self.modes.pop();
            }
            Some(Mode::Sequence { braces, .. }) => {
                *braces -= 1;
                self.push(TokenKind::BraceClose, len);
            }
            _ => {
                self.push(TokenKind::BraceClose, len);
            }
        }
    }

    fn operator(&mut self) {
        use TokenKind::*;
        let (kind, len) = match (self.byte(0), self.byte(1)) {
            (b'=', b'=') => (EqualTo, 2),
            (b'=', b'>') => (Arrow, 2),
            (b'=', _) => (Equals, 1),
            (b'!', b'=') => (NotEqualTo, 2),
            (b'!', _) => (Not, 1),
            (b'<', b'=') => (LessOrEqual, 2),
            (b'<', _) => (Less, 1),
            (b'>', b'=') => (GreaterOrEqual, 2),
            (b'>', _) => (Greater, 1),
            (b'&', b'&') => (And, 2),
            (b'|', b'|') => (Or, 2),
            (b':', b':') => (DoubleColon, 2),
            (b':', _) => (Colon, 1),
            (b'.', b'.') if self.byte(2) == b'.' => (Ellipsis, 3),
            (b'.', _) => (Dot, 1),
            (b',', _) => (Comma, 1),
            (b'?', _) => (Question, 1),
            (b'[', _) => (BracketOpen, 1),
            (b']', _) => (BracketClose, 1),
            (b'(', _) => (ParenOpen, 1),
            (b')', _) => (ParenClose, 1),
            (b'+', _) => (Plus, 1),
            (b'-', _) => (Minus, 1),
            (b'*', _) => (Star, 1),
            (b'/', _) => (Slash, 1),
            (b'%', _) => (Percent, 1),
            _ => return self.unexpected(),
        };
        self.push(kind, len);
    }

    /// A character that starts no token: a name in another script, or a mistake.
    fn unexpected(&mut self) {
        let Some(c) = self.rest().chars().next() else { return };
        if is_xid_start(c) {
            return self.identifier();
        }
        let bitwise = |instead: &str| {
            Diagnostic::error("Unsupported operator", "Bitwise operators are not supported.")
                .next(format!("Did you mean {instead}?"))
        };
        match c {
            // Taken as what was probably meant, so that the rest of the expression is still looked at.
            '&' => self.stray(TokenKind::And, c, bitwise("boolean AND (\"&&\")")),
            '|' => self.stray(TokenKind::Or, c, bitwise("boolean OR (\"||\")")),
            '^' => self.stray(TokenKind::Star, c, bitwise("a call of the function \"pow\"")),
            '~' => self.stray(TokenKind::Invalid, c, bitwise("boolean NOT (\"!\")")),
            '\'' => self.foreign_quotes('\'', "Single quotes"),
            '`' => self.foreign_quotes('`', "Backticks"),
            '\u{201e}' => self.foreign_quotes('\u{201c}', "Curly quotes"),
            '\u{201c}' | '\u{201d}' => self.foreign_quotes('\u{201d}', "Curly quotes"),
            ';' => self.stray(
                TokenKind::Invalid,
                c,
                Diagnostic::error("Invalid character", "The \";\" character is not valid.").next(
                    "Use line breaks between arguments and blocks, and commas between the items of a collection.",
                ),
            ),
            _ => {
                let shown = if c.is_control() || c.is_whitespace() || c == '\u{feff}' {
                    format!("The character U+{:04X} is not valid here.", c as u32)
                } else {
                    format!("The {c:?} character (U+{:04X}) is not valid here.", c as u32).replace('\'', "\"")
                };
                let diagnostic = Diagnostic::error("Invalid character", shown);
                let diagnostic = if c.is_whitespace() {
                    diagnostic.next("Replace it by an ordinary space.")
                } else {
                    diagnostic.next("Remove it, or write it inside a quoted string.")
                };
                self.stray(TokenKind::Invalid, c, diagnostic);
            }
        }
    }

    fn stray(&mut self, kind: TokenKind, c: char, diagnostic: Diagnostic) {
        let span = self.push(kind, c.len_utf8());
        self.report(span, diagnostic);
    }

    /// `'text'`: one token when it closes on its line, so that it gives one diagnostic.
    fn foreign_quotes(&mut self, close: char, what: &str) {
        let open = self.rest().chars().next().map_or(1, char::len_utf8);
        let line = self.rest().get(open..).and_then(|t| t.lines().next()).unwrap_or("");
        let (kind, len) = match line.find(close) {
            Some(inner) => (TokenKind::InvalidString, open + inner + close.len_utf8()),
            None => (TokenKind::Invalid, open),
        };
        let span = self.push(kind, len);
        let detail = format!("{what} are not valid.");
        self.report(
            span,
            Diagnostic::error("Invalid character", detail)
                .next("Use double quotes (\") to enclose strings, or a heredoc (<<EOT) for text over several lines."),
        );
    }
}

/// Bytes of the identifier that the text starts with; zero if there is none.
pub(crate) fn identifier_length(text: &str) -> usize {
    let ascii = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-').count();
    let starts_well = |c: char| c == '_' || is_xid_start(c);
    if !text.chars().next().is_some_and(starts_well) {
        return 0;
    }
    match text.as_bytes().get(ascii) {
        Some(b) if !b.is_ascii() => {
            text.char_indices().find(|(_, c)| !(*c == '-' || is_xid_continue(*c))).map_or(text.len(), |(at, _)| at)
        }
        _ => ascii,
    }
}

#[cfg(test)]
mod tests;
