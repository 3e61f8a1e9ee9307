//! What is written anew: labels, old types, interpolations that are a whole value.

use crate::{Attribute, Block, Body, File, Span, Token, TokenKind};
use std::borrow::Cow;
use std::ops::Range;

/// Tokens that give way to others.
pub(super) struct Rewrite {
    /// Indices into the tokens of the file.
    pub(super) tokens: Range<usize>,
    /// What stands there instead.
    pub(super) with: Vec<(TokenKind, Cow<'static, str>)>,
}

/// All rewrites of a file, in source order, none inside of another.
pub(super) fn of(file: &File) -> Vec<Rewrite> {
    let mut finder = Finder { file, rewrites: Vec::new() };
    let mut bodies: Vec<(&Body, Place)> = vec![(&file.body, Place::Root)];
    while let Some((body, place)) = bodies.pop() {
        for attribute in &body.attributes {
            finder.attribute(attribute, place);
        }
        for block in &body.blocks {
            finder.labels(block);
            let variable = matches!(place, Place::Root) && block.kind.text.as_ref() == "variable";
            bodies.push((&block.body, if variable { Place::Variable } else { Place::Elsewhere }));
        }
    }
    finder.rewrites.sort_by_key(|r| r.tokens.start);
    finder.rewrites
}

#[derive(Clone, Copy)]
enum Place {
    Root,
    /// Directly in a `variable` block of the root.
    Variable,
    Elsewhere,
}

struct Finder<'a> {
    file: &'a File,
    rewrites: Vec<Rewrite>,
}

impl Finder<'_> {
    fn attribute(&mut self, attribute: &Attribute, place: Place) {
        let tokens = self.tokens_of(attribute.expr.root.span);
        if matches!(place, Place::Variable) && attribute.name.text.as_ref() == "type" {
            self.type_constraint(tokens);
        } else {
            self.value(tokens);
        }
    }

    /// `type = list` and the quoted types of Terraform 0.11.
    fn type_constraint(&mut self, tokens: Range<usize>) {
        let mut significant = tokens.clone().filter(|i| self.kind(*i) != TokenKind::Whitespace);
        let all = [significant.next(), significant.next(), significant.next(), significant.next()];
        let (keyword, of) = match all.map(|i| i.map(|i| (self.kind(i), self.text(i)))) {
            [Some((TokenKind::Identifier, word)), None, ..] => match word {
                "list" => ("list", Some("any")),
                "map" => ("map", Some("any")),
                "set" => ("set", Some("any")),
                _ => return,
            },
            [
                Some((TokenKind::QuoteOpen, _)),
                Some((TokenKind::Literal, word)),
                Some((TokenKind::QuoteClose, _)),
                None,
            ] => match word {
                "string" => ("string", None),
                "list" => ("list", Some("string")),
                "map" => ("map", Some("string")),
                _ => return,
            },
            _ => return,
        };
        let mut with = vec![(TokenKind::Identifier, Cow::from(keyword))];
        if let Some(of) = of {
            with.push((TokenKind::ParenOpen, "(".into()));
            with.push((TokenKind::Identifier, of.into()));
            with.push((TokenKind::ParenClose, ")".into()));
        }
        self.rewrites.push(Rewrite { tokens, with });
    }

    /// `"${x}"` becomes `x`, as often as there is one inside the other. (Terraform does one a run.)
    fn value(&mut self, expression: Range<usize>) {
        let mut tokens = expression.clone();
        while let Some((inside, parentheses)) = self.unwrapped(&tokens, expression.end) {
            let bracket = |kind, text: &'static str| if parentheses { vec![(kind, text.into())] } else { Vec::new() };
            self.rewrites
                .push(Rewrite { tokens: tokens.start..inside.start, with: bracket(TokenKind::ParenOpen, "(") });
            self.rewrites.push(Rewrite { tokens: inside.end..tokens.end, with: bracket(TokenKind::ParenClose, ")") });
            if parentheses {
                return;
            }
            tokens = self.without(inside, |kind| kind.is_trivia() || kind == TokenKind::Newline);
        }
    }

    /// The tokens inside of a string that is one interpolation, and whether they need parentheses without it. `None`
    /// also where Terraform 1.11.4 would write something that does not parse any more.
    fn unwrapped(&self, tokens: &Range<usize>, after: usize) -> Option<(Range<usize>, bool)> {
        let Range { start, end } = *tokens;
        let ends = [start, start + 1, end.checked_sub(2)?, end.checked_sub(1)?].map(|i| self.kind(i));
        let wanted =
            [TokenKind::QuoteOpen, TokenKind::InterpolationOpen, TokenKind::SequenceClose, TokenKind::QuoteClose];
        if ends != wanted || end < start + 5 || self.has_other_template_parts(start + 2..end - 2) {
            return None;
        }
        let inside = self.without(start + 2..end - 2, |kind| kind == TokenKind::Whitespace);
        let inside = self.without_outer_newlines(inside);
        if inside.is_empty() {
            return None;
        }
        let multi_line = inside.clone().any(|i| self.is_plain_newline(i));
        let bracketed =
            self.kind(inside.start) == TokenKind::ParenOpen && self.kind(inside.end - 1) == TokenKind::ParenClose;
        let parentheses = multi_line && !bracketed;
        let stays_whole = if parentheses {
            self.kind(inside.end - 1) != TokenKind::HeredocClose
        } else {
            self.stays_on_its_line(&inside, after)
        };
        stays_whole.then_some((inside, parentheses))
    }

    /// True for templates of more than one interpolation, as `"${a}${b}"`.
    fn has_other_template_parts(&self, inside: Range<usize>) -> bool {
        let mut quotes = 0usize;
        for kind in inside.map(|i| self.kind(i)) {
            match kind {
                TokenKind::QuoteOpen => quotes += 1,
                TokenKind::QuoteClose => match quotes.checked_sub(1) {
                    Some(fewer) => quotes = fewer,
                    None => return true,
                },
                TokenKind::InterpolationOpen | TokenKind::SequenceClose if quotes == 0 => return true,
                _ => {}
            }
        }
        false
    }

    /// True when an expression without brackets around it ends its argument where it ends itself.
    fn stays_on_its_line(&self, inside: &Range<usize>, after: usize) -> bool {
        let significant = |i: &usize| !self.kind(*i).is_trivia() && self.kind(*i) != TokenKind::Newline;
        let Some(last) = inside.clone().rfind(significant) else { return false };
        let mut depth = 0usize;
        for kind in (inside.start..last).map(|i| self.kind(i)) {
            match kind {
                TokenKind::Newline if depth == 0 => return false,
                TokenKind::BraceOpen | TokenKind::BracketOpen | TokenKind::ParenOpen => depth += 1,
                TokenKind::BraceClose | TokenKind::BracketClose | TokenKind::ParenClose => {
                    depth = depth.saturating_sub(1);
                }
                kind if kind.opens_template() => depth += 1,
                kind if kind.closes_template() => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        // A line comment or heredoc at the end needs a line break after it, which a block on one line does not have.
        let ends_line = self.kind(last) == TokenKind::HeredocClose
            || (last..inside.end).any(|i| self.kind(i) == TokenKind::LineComment);
        let next = (after..).map(|i| self.kind(i)).find(|kind| *kind != TokenKind::Whitespace);
        !ends_line || matches!(next, Some(TokenKind::Newline | TokenKind::Eof | TokenKind::LineComment))
    }

    /// All labels in quotation marks, with nothing but a space before each.
    fn labels(&mut self, block: &Block) {
        let (Some(first), Some(last)) = (block.labels.first(), block.labels.last()) else { return };
        let kind = self.tokens_of(block.kind.span);
        let tokens = kind.end..self.tokens_of(first.span.to(last.span)).end;
        let mut with = Vec::with_capacity(3 * block.labels.len());
        for label in &block.labels {
            with.push((TokenKind::QuoteOpen, "\"".into()));
            if !label.text.is_empty() {
                with.push((TokenKind::Literal, quoted(&label.text).into()));
            }
            with.push((TokenKind::QuoteClose, "\"".into()));
        }
        self.rewrites.push(Rewrite { tokens, with });
    }

    // Tokens ---------------------------------------------------------------------------------------------------

    fn token(&self, index: usize) -> Option<&Token> {
        self.file.tokens.get(index)
    }

    fn kind(&self, index: usize) -> TokenKind {
        self.token(index).map_or(TokenKind::Eof, |t| t.kind)
    }

    fn text(&self, index: usize) -> &str {
        self.token(index).map_or("", |t| self.file.text_of(t.span))
    }

    fn tokens_of(&self, span: Span) -> Range<usize> {
        let start = self.file.tokens.partition_point(|t| t.span.start < span.start);
        start..self.file.tokens.partition_point(|t| t.span.start < span.end)
    }

    /// A line break that does not end a comment: that one belongs to the comment.
    fn is_plain_newline(&self, index: usize) -> bool {
        self.kind(index) == TokenKind::Newline
            && index.checked_sub(1).is_none_or(|before| self.kind(before) != TokenKind::LineComment)
    }

    fn without(&self, tokens: Range<usize>, skip: impl Fn(TokenKind) -> bool) -> Range<usize> {
        let Range { mut start, mut end } = tokens;
        while start < end && skip(self.kind(start)) {
            start += 1;
        }
        while start < end && skip(self.kind(end - 1)) {
            end -= 1;
        }
        start..end
    }

    fn without_outer_newlines(&self, tokens: Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = tokens;
        while start < end && matches!(self.kind(start), TokenKind::Newline | TokenKind::Whitespace) {
            start += 1;
        }
        while start < end && (self.is_plain_newline(end - 1) || self.kind(end - 1) == TokenKind::Whitespace) {
            end -= 1;
        }
        start..end
    }
}

/// Text as it stands between quotation marks.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', c]),
            '$' | '%' if rest.as_str().starts_with('{') => out.extend([c, c]),
            _ if is_printable(c) => out.push(c),
            _ if u32::from(c) < 0x1_0000 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out
}

/// True for letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_printable(c: char) -> bool {
    // What Rust escapes in a string after its first character is exactly the rest, besides three ASCII characters.
    c.is_ascii_graphic() || String::from_iter(['a', c]).escape_debug().nth(1) == Some(c)
}

#[cfg(test)]
mod tests;
