//! Files, blocks and arguments.

use super::{Newlines, Parser};
use crate::{Attribute, Block, Body, Expression, Label, Name, Span, TokenKind, with_room};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bodies with more arguments than this look for repetitions in a map: files of variable values can be long.
const SCAN_UP_TO: usize = 16;

impl Parser<'_> {
    pub(super) fn file_body(&mut self) -> Body {
        let mut body = self.items(TokenKind::Eof);
        body.span = Span::new(0, self.text.len() as u32);
        body
    }

    fn empty_body(&self) -> Body {
        Body { file: self.file.clone(), ..Body::default() }
    }

    /// Arguments and blocks up to `end`, which is left for the caller.
    fn items(&mut self, end: TokenKind) -> Body {
        let mut body = self.empty_body();
        let mut seen = BTreeMap::new();
        loop {
            match self.kind {
                TokenKind::Eof => break,
                kind if kind == end => break,
                TokenKind::Newline => {
                    self.bump();
                }
                TokenKind::Identifier => self.item(&mut body, &mut seen),
                _ => self.no_item(),
            }
        }
        body
    }

    fn no_item(&mut self) {
        let at = self.span;
        match self.kind {
            TokenKind::QuoteOpen => {
                let end = self.tokens.get(self.end_of_template(self.index)).map_or(at, |t| t.span);
                self.error(
                    at.to(end),
                    "Invalid argument name",
                    "Argument names must not be quoted.",
                    "Remove the quotation marks.",
                );
            }
            TokenKind::BraceClose => {
                self.error(
                    at,
                    "Argument or block definition required",
                    "There is no open block that this closing brace could end.",
                    "Remove it, or look above for a block that was closed too early.",
                );
                self.bump();
                return;
            }
            _ => self.error(
                at,
                "Argument or block definition required",
                "An argument or block definition is required here.",
                "Start the line with the name of an argument or the type of a block.",
            ),
        }
        self.rest_of_line();
    }

    /// Skips what is left of a line that could not be read.
    fn rest_of_line(&mut self) {
        self.newlines(Newlines::Significant);
        loop {
            let index = self.index;
            self.skip_to(&[TokenKind::BraceClose]);
            match self.kind {
                TokenKind::Newline | TokenKind::BraceClose | TokenKind::Eof => return,
                // A stray closing bracket, or another item that starts here.
                _ if self.index == index => {
                    self.bump();
                }
                TokenKind::Identifier => return,
                _ => {}
            }
        }
    }

    fn item(&mut self, body: &mut Body, seen: &mut BTreeMap<Arc<str>, Span>) {
        let before = self.errors;
        let name = self.name();
        match self.kind {
            TokenKind::Equals => {
                let attribute = self.argument(name);
                self.end_of_item(before, "argument");
                self.add_argument(body, seen, attribute);
            }
            TokenKind::QuoteOpen | TokenKind::BraceOpen | TokenKind::Identifier => {
                if let Some(block) = with_room(|| self.block(name)) {
                    self.end_of_item(before, "block definition");
                    body.blocks.push(block);
                    if self.depth == 0 {
                        body.blocks.append(&mut self.adrift);
                    }
                } else {
                    self.rest_of_line();
                }
            }
            _ => {
                let colon = self.kind == TokenKind::Colon;
                self.error(
                    name.span,
                    "Argument or block definition required",
                    "An argument or block definition is required here. To set an argument, use the equals sign \"=\" to introduce the argument value.",
                    if colon {
                        format!("Write \"{} =\" instead of \"{}:\".", name.text, name.text)
                    } else {
                        format!("Write \"{} = …\" for an argument or \"{} {{\" for a block.", name.text, name.text)
                    },
                );
                if self.kind == TokenKind::Newline
                    && self.tokens.get(self.next_significant()).is_some_and(|t| t.kind == TokenKind::BraceOpen)
                {
                    // The brace of a block on the next line: what is inside is read.
                    self.bump();
                    body.blocks.extend(with_room(|| self.block(name)));
                    self.end_of_item(before, "block definition");
                    return;
                }
                self.rest_of_line();
            }
        }
    }

    /// The line break after an argument or block; recovers to it when something else follows.
    fn end_of_item(&mut self, before: usize, what: &str) {
        match self.kind {
            TokenKind::Newline | TokenKind::Eof => {}
            _ if self.errors > before => self.rest_of_line(),
            TokenKind::Comma if what == "argument" => {
                self.error(
                    self.span,
                    "Unexpected comma after argument",
                    "Argument definitions must be separated by newlines, not commas. An argument definition must end with a newline.",
                    "Start a new line instead of the comma.",
                );
                self.rest_of_line();
            }
            _ => {
                let article = if what == "argument" { "An argument definition" } else { "A block definition" };
                self.error(
                    self.span,
                    &format!("Missing newline after {what}"),
                    format!("{article} must end with a newline."),
                    "Start a new line here.",
                );
                self.rest_of_line();
            }
        }
    }

    fn add_argument(&mut self, body: &mut Body, seen: &mut BTreeMap<Arc<str>, Span>, attribute: Attribute) {
        let before = if body.attributes.len() <= SCAN_UP_TO {
            body.attribute(&attribute.name.text).map(|first| first.name.span)
        } else {
            if seen.is_empty() {
                seen.extend(body.attributes.iter().map(|a| (a.name.text.clone(), a.name.span)));
            }
            seen.get(&attribute.name.text).copied()
        };
        if let Some(first) = before {
            let detail = format!(
                "The argument \"{}\" was already set at {}. Each argument may be set only once.",
                attribute.name.text,
                self.place(first)
            );
            let next = "Remove one of the two.";
            self.error(attribute.name.span, "Attribute redefined", detail, next);
            return;
        }
        if !seen.is_empty() {
            seen.insert(attribute.name.text.clone(), attribute.name.span);
        }
        body.attributes.push(attribute);
    }

    /// From the `=` on.
    fn argument(&mut self, name: Name) -> Attribute {
        self.bump();
        let root = Arc::new(self.expression());
        let span = self.since(name.span.start);
        Attribute { name, expr: Expression { file: self.file.clone(), root }, span }
    }

    /// From the labels on; `None` when the header has no brace.
    fn block(&mut self, kind: Name) -> Option<Block> {
        let start = kind.span.start;
        let before = self.errors;
        let labels = self.labels();
        let header = self.since(start);
        let body_start = self.span.start;
        let brace_in_label = self.errors > before && self.text_of(header).ends_with('{');
        if self.kind != TokenKind::BraceOpen && !brace_in_label {
            if self.errors == before {
                self.bad_header(header);
            }
            return None;
        }
        let deep_enough = self.descend();
        let mut body = if deep_enough {
            if self.kind == TokenKind::BraceOpen {
                self.block_body(&kind)
            } else {
                // A label without its closing quote took the brace: the block goes on all the same.
                self.items(TokenKind::BraceClose)
            }
        } else {
            self.skip_block();
            self.empty_body()
        };
        self.depth -= 1;
        if !self.eat(TokenKind::BraceClose) && self.kind == TokenKind::Eof {
            self.unclosed_block(header);
            let stray = |block: &mut Block| {
                self.text.get(..block.header.start as usize).is_some_and(|before| before.ends_with('\n'))
            };
            self.adrift.extend(body.blocks.extract_if(.., stray));
        }
        body.span = self.since(body_start);
        body.header = Some(header);
        Some(Block { kind, labels, body, header, span: self.since(start) })
    }

    /// From an opening brace to the one that closes it, which is left for the caller.
    fn skip_block(&mut self) {
        let mut depth = 0usize;
        let mut index = self.index;
        loop {
            match self.kind_at(index) {
                TokenKind::BraceOpen => depth += 1,
                TokenKind::BraceClose => depth -= 1,
                _ => {}
            }
            if depth == 0 || self.kind_at(index) == TokenKind::Eof {
                return self.move_to(index);
            }
            index += 1;
        }
    }

    fn unclosed_block(&mut self, header: Span) {
        // Also after other mistakes, for that a brace is missing does not follow from them; but an open template
        // swallowed it.
        if self.lost_end || std::mem::replace(&mut self.end_told, true) {
            return;
        }
        self.error(
            header,
            "Unclosed configuration block",
            "There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.",
            "Add the closing brace where the block ends.",
        );
    }

    fn bad_header(&mut self, header: Span) {
        let (at, detail, next) = match self.kind {
            TokenKind::Equals => (
                self.span,
                "The equals sign \"=\" indicates an argument definition, and must not be used when defining a block.",
                "Remove the equals sign, or the labels before it.",
            ),
            TokenKind::Newline | TokenKind::Eof => (
                header,
                "A block definition must have block content delimited by \"{\" and \"}\", starting on the same line as the block header.",
                "Put the opening brace at the end of this line.",
            ),
            _ => (
                self.span,
                "Either a quoted string block label or an opening brace (\"{\") is expected here.",
                "Put the label in quotation marks, or open the block.",
            ),
        };
        self.error(at, "Invalid block definition", detail, next);
    }

    fn labels(&mut self) -> Vec<Label> {
        let mut labels = Vec::new();
        loop {
            match self.kind {
                TokenKind::Identifier => {
                    let name = self.name();
                    labels.push(Label { text: name.text, span: name.span });
                }
                TokenKind::QuoteOpen => labels.push(self.quoted_label()),
                _ => return labels,
            }
        }
    }

    fn quoted_label(&mut self) -> Label {
        let open = self.bump();
        let mut text = String::new();
        loop {
            match self.kind {
                TokenKind::Literal => {
                    let span = self.bump();
                    self.decode_quoted(span, &mut text);
                }
                TokenKind::InterpolationOpen | TokenKind::DirectiveOpen => {
                    let end = self.end_of_template(self.index);
                    let span = self.tokens.get(end).map_or(self.span, |t| self.span.to(t.span));
                    let symbol = if self.kind == TokenKind::InterpolationOpen { "$" } else { "%" };
                    self.error(
                        span,
                        "Invalid string literal",
                        "Template sequences are not allowed in this string.",
                        format!("Write the label out. For a literal \"{symbol}\", double it (\"{symbol}{symbol}\")."),
                    );
                    self.move_to(end + 1);
                }
                _ => break,
            }
        }
        self.template_close(TokenKind::QuoteClose);
        Label { text: super::normalised(&text), span: self.since(open.start) }
    }

    /// From the opening brace up to the closing one, which is left for the caller.
    fn block_body(&mut self, block: &Name) -> Body {
        self.bump();
        match self.kind {
            TokenKind::Newline | TokenKind::Eof | TokenKind::BraceClose => self.items(TokenKind::BraceClose),
            TokenKind::Identifier => self.single_line_body(),
            _ => {
                self.error(
                    self.span,
                    "Argument definition required",
                    "A single-line block definition can contain only a single argument.",
                    format!("Start a new line after \"{} {{\".", block.text),
                );
                self.rest_of_line();
                self.items(TokenKind::BraceClose)
            }
        }
    }

    /// `{ name = expression }`
    fn single_line_body(&mut self) -> Body {
        let name_span = self.span;
        if self.tokens.get(self.next_significant()).is_none_or(|t| t.kind != TokenKind::Equals) {
            let name = self.text_of(name_span);
            let detail = format!(
                "A single-line block definition can contain only a single argument. If you meant to define argument \"{name}\", use an equals sign to assign it a value. To define a nested block, place it on a line of its own within its parent block."
            );
            self.error(name_span, "Argument definition required", detail, "Write the content on lines of its own.");
            self.rest_of_line();
            return self.items(TokenKind::BraceClose);
        }
        let before = self.errors;
        let mut body = self.empty_body();
        let name = self.name();
        let attribute = self.argument(name);
        body.attributes.push(attribute);
        if self.kind == TokenKind::BraceClose {
            return body;
        }
        if self.errors == before && self.kind != TokenKind::Eof {
            let detail = if self.kind == TokenKind::Newline {
                "An argument definition on the same line as its containing block creates a single-line block definition, which must also be closed on the same line."
            } else {
                "Single-line block syntax can include only one argument definition."
            };
            self.error(
                if self.kind == TokenKind::Newline { name_span } else { self.span },
                "Invalid single-argument block definition",
                detail,
                "Write each argument on a line of its own, and the closing brace on another.",
            );
        }
        if self.kind != TokenKind::Newline {
            self.rest_of_line();
        }
        let more = self.items(TokenKind::BraceClose);
        body.blocks.extend(more.blocks);
        let mut seen = BTreeMap::new();
        for attribute in more.attributes {
            self.add_argument(&mut body, &mut seen, attribute);
        }
        body
    }

    /// Index of the token after the one looked at.
    fn next_significant(&self) -> usize {
        let mut index = self.index + 1;
        while self.kind_at(index).is_trivia() {
            index += 1;
        }
        index
    }
}
