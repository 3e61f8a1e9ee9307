//! The older form of the language that the CLI configuration is written in: keys may be quoted, and whether an
//! equals sign stands before a brace does not matter.

use diag::{Diagnostic, Diagnostics, Range};
use std::sync::Arc;
use syntax::{Token, TokenKind};

/// Keys, then a value: `a = 1`, `a { … }`, `a "b" { … }`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) keys: Vec<String>,
    pub(super) value: Value,
    /// The keys.
    pub(super) range: Range,
}

/// What can stand on the right side.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Texts(Vec<String>),
    Body(Vec<Entry>),
    /// Numbers, bools, lists of other things.
    Other,
}

impl Entry {
    /// Its first key: the name of the argument or the type of the block.
    pub(super) fn first(&self) -> Option<&str> {
        self.keys.first().map(String::as_str)
    }
}

/// Blocks within blocks that are read; nobody needs more than three.
const MAX_DEPTH: usize = 20;

/// Reads a file. After a mistake nothing more of it is read.
pub(super) fn read(file: Arc<str>, text: Arc<str>, diagnostics: &mut Diagnostics) -> Vec<Entry> {
    // The newer form has the same tokens. What its parser thinks of them does not count.
    let (parsed, _) = syntax::parse(file, text);
    let tokens: Vec<Token> = parsed.tokens.iter().copied().filter(|t| !is_space(t.kind)).collect();
    let mut reader = Reader { file: &parsed, tokens: &tokens, at: 0 };
    match reader.entries(MAX_DEPTH) {
        Ok(entries) => entries,
        Err(trouble) => {
            diagnostics.push(trouble);
            Vec::new()
        }
    }
}

fn is_space(kind: TokenKind) -> bool {
    // Line breaks mean nothing: an entry ends where its value ends.
    kind.is_trivia() || kind == TokenKind::Newline
}

struct Reader<'a> {
    file: &'a syntax::File,
    tokens: &'a [Token],
    at: usize,
}

impl Reader<'_> {
    fn token(&self) -> Token {
        let end = Token { kind: TokenKind::Eof, span: syntax::Span::default() };
        self.tokens.get(self.at).or(self.tokens.last()).copied().unwrap_or(end)
    }

    fn next(&mut self) -> Token {
        let token = self.token();
        self.at += 1;
        token
    }

    /// Entries up to the closing brace or the end of the file, which is not consumed.
    fn entries(&mut self, depth: usize) -> Result<Vec<Entry>, Diagnostic> {
        let mut entries = Vec::new();
        loop {
            match self.token().kind {
                TokenKind::BraceClose | TokenKind::Eof => return Ok(entries),
                TokenKind::Comma => self.at += 1,
                _ => entries.push(self.entry(depth)?),
            }
        }
    }

    fn entry(&mut self, depth: usize) -> Result<Entry, Diagnostic> {
        let start = self.token().span;
        let mut end = start;
        let mut keys = Vec::new();
        loop {
            let token = self.token();
            match token.kind {
                TokenKind::Identifier => keys.push(self.file.text_of(self.next().span).to_string()),
                TokenKind::QuoteOpen => keys.push(self.text()?),
                TokenKind::Equals if !keys.is_empty() => {
                    self.at += 1;
                    break;
                }
                TokenKind::BraceOpen if !keys.is_empty() => break,
                _ => return Err(self.unexpected(token, "a name, then = and a value, or a block in braces")),
            }
            end = token.span;
        }
        let range = start.to(end).of(&self.file.name);
        Ok(Entry { keys, value: self.value(depth)?, range })
    }

    fn value(&mut self, depth: usize) -> Result<Value, Diagnostic> {
        let token = self.token();
        match token.kind {
            TokenKind::QuoteOpen => Ok(Value::Text(self.text()?)),
            TokenKind::Number | TokenKind::Identifier => {
                self.at += 1;
                Ok(Value::Other)
            }
            TokenKind::BracketOpen => self.list(depth),
            TokenKind::BraceOpen if depth > 0 => {
                self.at += 1;
                let entries = self.entries(depth - 1)?;
                self.expect(TokenKind::BraceClose, "the closing brace of the block")?;
                Ok(Value::Body(entries))
            }
            _ => Err(self.unexpected(token, "a value")),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Diagnostic> {
        self.at += 1;
        let mut texts = Some(Vec::new());
        loop {
            match self.token().kind {
                TokenKind::BracketClose => {
                    self.at += 1;
                    return Ok(texts.map_or(Value::Other, Value::Texts));
                }
                TokenKind::Comma => self.at += 1,
                _ if depth == 0 => return Err(self.unexpected(self.token(), "the closing bracket of the list")),
                _ => match (self.value(depth - 1)?, &mut texts) {
                    (Value::Text(text), Some(texts)) => texts.push(text),
                    _ => texts = None,
                },
            }
        }
    }

    /// A quoted text; `${HOME}` in it stays as it is.
    fn text(&mut self) -> Result<String, Diagnostic> {
        let open = self.next();
        let mut depth = 0_usize;
        while self.token().kind != TokenKind::Eof {
            let token = self.next();
            match token.kind {
                TokenKind::QuoteOpen => depth += 1,
                TokenKind::QuoteClose if depth > 0 => depth -= 1,
                TokenKind::QuoteClose => {
                    let inside = syntax::Span::new(open.span.end, token.span.start);
                    return Ok(unescaped(self.file.text_of(inside)));
                }
                _ => {}
            }
        }
        Err(self.unexpected(open, "a closing quotation mark"))
    }

    fn expect(&mut self, kind: TokenKind, what: &str) -> Result<(), Diagnostic> {
        let token = self.next();
        if token.kind == kind { Ok(()) } else { Err(self.unexpected(token, what)) }
    }

    fn unexpected(&self, token: Token, wanted: &str) -> Diagnostic {
        let range = token.span.of(&self.file.name);
        let line = self.file.text.get(..token.span.start as usize).map_or(1, |before| before.matches('\n').count() + 1);
        Diagnostic::error(
            "Invalid CLI configuration",
            format!("{}, line {line}: {wanted} is expected here.", self.file.name),
        )
        .at(range)
        .next("Correct the file, or unset TF_CLI_CONFIG_FILE to do without it.")
    }
}

/// Escapes that people use in paths; any other stays as it is.
fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_string();
    }
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, if character == '\\' { characters.next() } else { None }) {
            ('\\', Some('n')) => result.push('\n'),
            ('\\', Some('t')) => result.push('\t'),
            ('\\', Some(other @ ('\\' | '"'))) => result.push(other),
            ('\\', Some(other)) => result.extend(['\\', other]),
            (other, _) => result.push(other),
        }
    }
    result
}
