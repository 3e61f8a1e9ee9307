//! JSON text in the layout of Go's `encoding/json`, which every Terraform state has: two blanks per level, one
//! element a line, `<`, `>`, `&` and the two Unicode line separators escaped. Works on tokens, so numbers and
//! strings stay as they were written; linear.

use std::fmt::Write;

/// Text that grows line by line.
#[derive(Default)]
pub(crate) struct Layout {
    text: String,
    depth: usize,
    /// Whether the open object or array has an element already.
    filled: Vec<bool>,
}

impl Layout {
    /// The text, with the final newline.
    pub(crate) fn finish(mut self) -> String {
        self.text.push('\n');
        self.text
    }

    fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.depth += 1;
        self.filled.push(false);
    }

    fn close(&mut self, bracket: char) {
        self.depth = self.depth.saturating_sub(1);
        if self.filled.pop() == Some(true) {
            self.line();
        }
        self.text.push(bracket);
    }

    fn line(&mut self) {
        self.text.push('\n');
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }

    fn next(&mut self) {
        if let Some(filled) = self.filled.last_mut() {
            if *filled {
                self.text.push(',');
            }
            *filled = true;
        }
        self.line();
    }

    /// `"key": ` on a line of its own; the value follows.
    pub(crate) fn key(&mut self, key: &str) -> &mut Self {
        self.next();
        quote(&mut self.text, key);
        self.text.push_str(": ");
        self
    }

    /// The next element of an array; its value follows.
    pub(crate) fn element(&mut self) -> &mut Self {
        self.next();
        self
    }

    /// An object whose keys `fill` writes.
    pub(crate) fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.open('{');
        fill(self);
        self.close('}');
    }

    /// An array whose elements `fill` writes.
    pub(crate) fn array(&mut self, fill: impl FnOnce(&mut Self)) {
        self.open('[');
        fill(self);
        self.close(']');
    }

    /// A string.
    pub(crate) fn string(&mut self, value: &str) {
        quote(&mut self.text, value);
    }

    /// A whole number.
    pub(crate) fn number(&mut self, value: u64) {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}");
    }

    /// `true` or `false`.
    pub(crate) fn truth(&mut self, value: bool) {
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// JSON text, token by token: strings and numbers stay as they are written.
    pub(crate) fn json(&mut self, json: &str) {
        let outside = self.filled.len();
        let mut after_colon = false;
        for token in tokens(json) {
            let begins = matches!(token, Token::Open(_) | Token::Word(_));
            if begins && !after_colon && self.filled.len() > outside {
                self.next();
            }
            after_colon = matches!(token, Token::Colon);
            match token {
                Token::Open(bracket) => self.open(bracket),
                Token::Close(bracket) => self.close(bracket),
                Token::Comma => {}
                Token::Colon => self.text.push_str(": "),
                Token::Word(word) => escape_markup(&mut self.text, word),
            }
        }
    }
}

/// The same JSON without blanks between tokens: what two texts share that say the same.
pub(crate) fn compact(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for token in tokens(json) {
        match token {
            Token::Open(c) | Token::Close(c) => text.push(c),
            Token::Comma => text.push(','),
            Token::Colon => text.push(':'),
            Token::Word(word) => escape_markup(&mut text, word),
        }
    }
    text
}

enum Token<'t> {
    Open(char),
    Close(char),
    Comma,
    Colon,
    /// A string with its quotes, a number, `true`, `false` or `null`.
    Word(&'t str),
}

/// Splits JSON into tokens. Text that is not JSON is split somehow: it was refused long before.
fn tokens(json: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = json;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let first = rest.chars().next()?;
        let length = match first {
            '"' => string_length(rest),
            '{' | '}' | '[' | ']' | ',' | ':' => 1,
            _ => rest.find([' ', '\t', '\n', '\r', '{', '}', '[', ']', ',', ':', '"']).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at_checked(length.max(first.len_utf8())).unwrap_or((rest, ""));
        rest = after;
        Some(match first {
            '{' | '[' => Token::Open(first),
            '}' | ']' => Token::Close(first),
            ',' => Token::Comma,
            ':' => Token::Colon,
            _ => Token::Word(word),
        })
    })
}

/// Bytes of the string that `text` begins with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Appends text that is JSON already, escaping what Go escapes for the sake of HTML and JavaScript.
fn escape_markup(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = from.chars();
        if let Some(c) = chars.next() {
            unicode_escape(out, c);
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

fn unicode_escape(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\\u{:04x}", c as u32);
}

/// Appends a string as Go quotes it.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => unicode_escape(out, c),
            c => out.push(c),
        }
    }
    out.push('"');
}
