//! Holds: `.tf`, `.tf.json`, `.tfvars` and `*.dr.hcl` text, its tokens and its syntax tree with spans.
//! May touch: diag.
//! Never: what the text means; files.

mod ast;
mod depth;
mod format;
pub mod json;
mod lexer;
mod parser;
mod tokens;

pub use ast::*;
pub use depth::{with_room, with_room_for_values};
pub use format::format;
pub use tokens::{Token, TokenKind};

use diag::{Diagnostic, Diagnostics};
use lexer::Start;
use parser::Parser;
use std::sync::Arc;

/// Levels of nesting that are read; deeper nesting is a diagnostic.
pub const MAX_NESTING: u32 = parser::MAX_DEPTH;

/// A parsed file.
#[derive(Clone, Debug)]
pub struct File {
    /// Name, as diagnostics show it.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
    /// All of the text in pieces without a gap; the last is [`TokenKind::Eof`].
    pub tokens: Vec<Token>,
    /// What it says.
    pub body: Body,
}

impl File {
    /// The text of a token or node.
    pub fn text_of(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

/// Parses a `.tf` or `.tfvars` file. Mistakes leave [`ExprKind::Error`] nodes or leave out the item; everything
/// else of the file is there.
pub fn parse(file: Arc<str>, text: Arc<str>) -> (File, Diagnostics) {
    if let Some(refusal) = too_long(&file, &text) {
        let body = Body { file: file.clone(), ..Body::default() };
        return (File { name: file, text, tokens: Vec::new(), body }, refusal);
    }
    let (tokens, lexed) = lexer::lex(&file, &text, Start::Code);
    let (body, diagnostics) = Parser::new(file.clone(), &text, &tokens, lexed).file();
    (File { name: file, text, tokens, body }, in_order(diagnostics))
}

/// Parses a `.tf.json` or `.tfvars.json` file. The properties of its body are undecided: see [`Body::decided`]. It has no
/// tokens.
pub fn parse_json(file: Arc<str>, text: Arc<str>) -> (File, Diagnostics) {
    let mut body = Body { file: file.clone(), ..Body::default() };
    if let Some(refusal) = too_long(&file, &text) {
        return (File { name: file, text, tokens: Vec::new(), body }, refusal);
    }
    let (root, mut diagnostics) = json::read(&file, &text);
    match root.kind {
        json::NodeKind::Object(_) | json::NodeKind::Array(_) => body = json::body_of(&file, &root, &mut diagnostics),
        json::NodeKind::Invalid => {}
        _ => diagnostics.push(
            Diagnostic::error(
                "Root value must be object",
                "The root value in a JSON-based configuration must be either a JSON object or a JSON array of objects.",
            )
            .at(root.span.of(&file))
            .next("Write an object in braces: {\"resource\": { … }}."),
        ),
    }
    (File { name: file, text, tokens: Vec::new(), body }, in_order(diagnostics))
}

/// Parses one expression, such as the value of a `-var` option or a line typed into the console. Line breaks mean
/// nothing in it.
pub fn parse_expression(file: Arc<str>, text: &str) -> (Expression, Diagnostics) {
    lone(file, text, Start::Code)
}

/// Parses a text that is a template as a whole, as `templatefile` reads.
pub fn parse_template(file: Arc<str>, text: &str) -> (Expression, Diagnostics) {
    lone(file, text, Start::Template)
}

/// True for an expression that goes on in the next line: brackets or a heredoc are open.
pub fn goes_on(text: &str) -> bool {
    let (tokens, _) = lexer::lex(&"".into(), text, Start::Code);
    let mut open = 0_i64;
    for token in &tokens {
        match token.kind {
            TokenKind::BraceOpen | TokenKind::BracketOpen | TokenKind::ParenOpen => open += 1,
            TokenKind::BraceClose | TokenKind::BracketClose | TokenKind::ParenClose => open -= 1,
            // The lexer gives a missing end without any text. A quoted text ends in its line: this one is wrong.
            TokenKind::QuoteClose if token.span.start == token.span.end => return false,
            TokenKind::HeredocClose if token.span.start == token.span.end => return true,
            _ => {}
        }
    }
    open > 0
}

/// True for text that could name a variable, resource or block: a Unicode identifier, `-` allowed after the first
/// character.
pub fn is_identifier(text: &str) -> bool {
    !text.is_empty() && lexer::identifier_length(text) == text.len()
}

fn lone(file: Arc<str>, text: &str, start: Start) -> (Expression, Diagnostics) {
    let (root, diagnostics) = lone_expr(file.clone(), text, start);
    (Expression { file, root: Arc::new(root) }, diagnostics)
}

/// One expression that is the whole text, in places of that text.
pub(crate) fn lone_expr(file: Arc<str>, text: &str, start: Start) -> (Expr, Diagnostics) {
    if let Some(refusal) = too_long(&file, text) {
        return (Expr { kind: ExprKind::Error, span: Span::default() }, refusal);
    }
    let (tokens, lexed) = lexer::lex(&file, text, start);
    let parser = Parser::new(file, text, &tokens, lexed);
    let (root, diagnostics) = match start {
        Start::Code => parser.lone_expression(),
        Start::Template => parser.lone_template(),
    };
    (root, in_order(diagnostics))
}

/// Spans count bytes in 32 bits.
fn too_long(file: &Arc<str>, text: &str) -> Option<Diagnostics> {
    if u32::try_from(text.len()).is_ok_and(|len| len < u32::MAX) {
        return None;
    }
    let detail = format!("{file} has {} bytes; files of 4 GiB and more cannot be read.", text.len());
    let next = "Split it. Large data belongs into a file that a function reads.";
    Some(Diagnostic::error("File too long", detail).next(next).into())
}

/// Lexer and parser report one after the other; people read from top to bottom.
fn in_order(diagnostics: Diagnostics) -> Diagnostics {
    if diagnostics.len() < 2 { diagnostics } else { diagnostics.sorted() }
}

#[cfg(test)]
mod tests;
