//! Tuples, objects, `for` expressions and function calls.

use super::{Newlines, Parser};
use crate::{Expr, ExprKind, ForExpr, Name, ObjectItem, ObjectKey, Span, TokenKind};

const FOR_EXPRESSION: &str = "Invalid 'for' expression";

/// Which brackets a `for` expression stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Tuple,
    Object,
}

/// How a list of items between brackets is spoken of.
struct Listing {
    close: TokenKind,
    missing_comma: (&'static str, &'static str),
    unclosed: (&'static str, &'static str),
}

const TUPLE: Listing = Listing {
    close: TokenKind::BracketClose,
    missing_comma: ("Missing item separator", "Expected a comma to mark the beginning of the next item."),
    unclosed: (
        "Unterminated tuple constructor expression",
        "There is no corresponding closing bracket for this opening bracket.",
    ),
};

const ARGUMENTS: Listing = Listing {
    close: TokenKind::ParenClose,
    missing_comma: (
        "Missing argument separator",
        "A comma is required to separate each function argument from the next.",
    ),
    unclosed: ("Unterminated function call", "There is no closing parenthesis for this function call."),
};

impl Parser<'_> {
    pub(super) fn tuple(&mut self) -> Expr {
        let saved = self.newlines(Newlines::Ignored);
        let open = self.bump();
        if self.at_word("for") {
            return self.for_expression(open, Form::Tuple, saved);
        }
        let (items, _) = self.listing(&TUPLE, open);
        self.newlines(saved);
        Expr { kind: ExprKind::Tuple(items), span: self.since(open.start) }
    }

    pub(super) fn call(&mut self) -> Expr {
        let mut name = self.name();
        while self.eat(TokenKind::DoubleColon) {
            if self.kind != TokenKind::Identifier {
                let text = "Function scope resolution symbol \"::\" must be followed by a function name.";
                let next = "Write namespace and name, such as provider::aws::arn_parse(…).";
                self.error(self.span, "Missing function name", text, next);
                return self.error_expr(self.since(name.span.start));
            }
            let part = self.name();
            name = Name { text: format!("{}::{}", name.text, part.text).into(), span: name.span.to(part.span) };
        }
        if self.kind != TokenKind::ParenOpen {
            self.error(
                name.span,
                "Missing open parenthesis",
                "Function selector must be followed by an open parenthesis to begin the function call.",
                format!("Write \"{}(…)\".", name.text),
            );
            return self.error_expr(name.span);
        }
        let saved = self.newlines(Newlines::Ignored);
        let open = self.bump();
        let (args, expand_last) = self.listing(&ARGUMENTS, open);
        self.newlines(saved);
        let span = self.since(name.span.start);
        Expr { kind: ExprKind::Call { name, args, expand_last }, span }
    }

    /// Expressions with commas between them, with the closing bracket; true when the last has `...`.
    fn listing(&mut self, listing: &Listing, open: Span) -> (Vec<Expr>, bool) {
        let mut items = Vec::new();
        let mut expand_last = false;
        loop {
            if self.eat(listing.close) {
                break;
            }
            let before = self.errors;
            if self.at_end_of(listing) {
                let (summary, detail) = listing.unclosed;
                self.error(open, summary, detail, "Close it, and check the nesting of the brackets in between.");
                break;
            }
            items.push(self.expression());
            if listing.close == TokenKind::ParenClose && self.kind == TokenKind::Ellipsis {
                expand_last = true;
                self.expanded(before);
            }
            if self.kind == listing.close || self.eat(TokenKind::Comma) {
                continue;
            }
            if self.at_end_of(listing) {
                if self.errors > before {
                    break;
                }
                continue; // to say that it is not closed
            }
            if self.errors == before {
                let (summary, detail) = listing.missing_comma;
                self.error(self.span, summary, detail, "Write a comma before this.");
            }
            self.skip_to(&[TokenKind::Comma]);
            if !(self.kind == listing.close || self.eat(TokenKind::Comma)) {
                break;
            }
        }
        (items, expand_last)
    }

    /// True where the bracket of a listing was clearly forgotten.
    fn at_end_of(&self, listing: &Listing) -> bool {
        let other_closer = match self.kind {
            TokenKind::Eof => true,
            TokenKind::BraceClose | TokenKind::BracketClose | TokenKind::ParenClose => self.kind != listing.close,
            kind => kind.closes_template(),
        };
        other_closer || self.starts_other_item(self.index, None)
    }

    /// `...` after an argument; the closing parenthesis must follow.
    fn expanded(&mut self, before: usize) {
        let ellipsis = self.bump();
        if self.kind != TokenKind::ParenClose && self.errors == before {
            self.error(
                ellipsis,
                "Missing closing parenthesis",
                "An expanded function argument (with ...) must be immediately followed by closing parentheses.",
                "Make it the last argument, without a comma after it.",
            );
        }
    }

    pub(super) fn object(&mut self) -> Expr {
        // A `for` may stand on the next line, although line breaks separate the items of an object.
        let saved = self.newlines(Newlines::Ignored);
        let open = self.bump();
        if self.at_word("for") {
            return self.for_expression(open, Form::Object, saved);
        }
        self.newlines(Newlines::Significant);
        let mut items = Vec::new();
        loop {
            match self.kind {
                TokenKind::Newline => {
                    self.bump();
                }
                TokenKind::BraceClose => {
                    self.bump();
                    break;
                }
                TokenKind::Eof => {
                    self.unclosed_object(open);
                    break;
                }
                _ => {
                    let before = self.errors;
                    items.extend(self.object_item());
                    if !self.end_of_object_item(before) {
                        break;
                    }
                }
            }
        }
        self.newlines(saved);
        Expr { kind: ExprKind::Object(items), span: self.since(open.start) }
    }

    fn unclosed_object(&mut self, open: Span) {
        // What stands around it is not closed either.
        if std::mem::replace(&mut self.end_told, true) {
            return;
        }
        self.error(
            open,
            "Unterminated object constructor expression",
            "There is no corresponding closing brace before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.",
            "Add the closing brace where the object ends.",
        );
    }

    fn object_item(&mut self) -> Option<ObjectItem> {
        let before = self.errors;
        let key = self.expression();
        let key = match &key.kind {
            ExprKind::Variable(name) => ObjectKey::Bare(name.clone()),
            // The words of these literals are names where a key is expected.
            ExprKind::Bool(_) | ExprKind::Null => {
                ObjectKey::Bare(Name { text: self.text_of(key.span).into(), span: key.span })
            }
            _ => ObjectKey::Expr(key),
        };
        if self.errors > before {
            return None;
        }
        if !matches!(self.kind, TokenKind::Equals | TokenKind::Colon) {
            self.missing_separator(&key);
            return None;
        }
        self.bump();
        let value = self.expression();
        Some(ObjectItem { key, value, alone: false })
    }

    fn missing_separator(&mut self, key: &ObjectKey) {
        let key_span = match key {
            ObjectKey::Bare(name) => name.span,
            ObjectKey::Expr(expr) => expr.span,
        };
        match self.kind {
            TokenKind::Newline | TokenKind::Comma | TokenKind::Eof => self.error(
                key_span,
                "Missing attribute value",
                "Expected an attribute value, introduced by an equals sign (\"=\").",
                "Write the equals sign and the value on the same line as the key.",
            ),
            _ => self.error(
                self.span,
                "Missing key/value separator",
                "Expected an equals sign (\"=\") to mark the beginning of the attribute value.",
                "Write \"=\" between key and value. A key that is an expression goes into parentheses.",
            ),
        }
    }

    /// The comma or line break after an item; false when the object cannot be read further.
    fn end_of_object_item(&mut self, before: usize) -> bool {
        if self.kind == TokenKind::Comma {
            self.bump();
            return true;
        }
        if matches!(self.kind, TokenKind::Newline | TokenKind::BraceClose | TokenKind::Eof) {
            return true;
        }
        if self.errors == before {
            self.error(
                self.span,
                "Missing attribute separator",
                "Expected a newline or comma to mark the beginning of the next attribute.",
                "Write a comma before this, or start a new line.",
            );
        }
        self.skip_to(&[TokenKind::Comma]);
        match self.kind {
            TokenKind::Comma => {
                self.bump();
                true
            }
            TokenKind::Newline | TokenKind::BraceClose | TokenKind::Eof => true,
            _ => false,
        }
    }

    // for ------------------------------------------------------------------------------------------------------

    /// From the word `for` on; `saved` is the newline setting before the bracket.
    fn for_expression(&mut self, open: Span, form: Form, saved: Newlines) -> Expr {
        let close = if form == Form::Tuple { TokenKind::BracketClose } else { TokenKind::BraceClose };
        self.bump();
        let parsed = self.for_inner(form, close);
        if self.kind != close {
            self.skip_to(&[]);
        }
        self.eat(close);
        self.newlines(saved);
        let span = self.since(open.start);
        match parsed {
            Some(parsed) => Expr { kind: ExprKind::For(Box::new(parsed)), span },
            None => self.error_expr(span),
        }
    }

    fn bad_for(&mut self, at: Span, detail: &str) {
        let example = "A tuple: [for v in list : v]. An object: {for k, v in map : k => v}.";
        self.error(at, FOR_EXPRESSION, detail, example);
    }

    /// One or two names, `in` and the collection; `summary` is said of mistakes.
    pub(super) fn for_head(&mut self, summary: &str) -> Option<(Option<Name>, Name, Expr)> {
        let next = "Write one or two names, the word \"in\" and what to walk over, such as: for key, value in map.";
        if self.kind != TokenKind::Identifier {
            self.error(self.span, summary, "For expression requires variable name after 'for'.", next);
            return None;
        }
        let first = self.name();
        let (key_name, value_name) = if !self.eat(TokenKind::Comma) {
            (None, first)
        } else if self.kind == TokenKind::Identifier {
            (Some(first), self.name())
        } else {
            self.error(self.span, summary, "For expression requires value variable name after comma.", next);
            return None;
        };
        if !self.at_word("in") {
            let detail = "For expression requires the 'in' keyword after its name declarations.";
            self.error(self.span, summary, detail, next);
            return None;
        }
        self.bump();
        Some((key_name, value_name, self.expression()))
    }

    fn for_inner(&mut self, form: Form, close: TokenKind) -> Option<ForExpr> {
        let before = self.errors;
        let (key_name, value_name, collection) = self.for_head(FOR_EXPRESSION)?;
        if self.kind != TokenKind::Colon {
            if self.errors == before {
                self.bad_for(self.span, "For expression requires a colon after the collection expression.");
            }
            return None;
        }
        self.bump();
        let first = self.expression();
        let (key, value) = self.for_key_and_value(first, form, before);
        let group = self.kind == TokenKind::Ellipsis;
        if group {
            let span = self.bump();
            if form == Form::Tuple {
                self.bad_for(span, "Grouping ellipsis (...) cannot be used when building a tuple.");
            }
        }
        let condition = if self.at_word("if") {
            self.bump();
            Some(self.expression())
        } else {
            None
        };
        if self.kind != close && self.errors == before {
            self.bad_for(self.span, "Extra characters after the end of the 'for' expression.");
        }
        Some(ForExpr { key_name, value_name, collection, key, value, group, condition })
    }

    fn for_key_and_value(&mut self, first: Expr, form: Form, before: usize) -> (Option<Expr>, Expr) {
        if self.kind == TokenKind::Arrow {
            if form == Form::Tuple {
                self.bad_for(first.span, "Key expression is not valid when building a tuple.");
            }
            self.bump();
            return (Some(first), self.expression());
        }
        if form == Form::Object && self.errors == before {
            self.bad_for(first.span, "Key expression is required when building an object.");
        }
        (None, first)
    }
}
