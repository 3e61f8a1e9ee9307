//! Steps after a term: attributes, indices, splats.

use super::{Newlines, Parser};
use crate::{Expr, ExprKind, Span, Step, TokenKind, with_room};

/// How a splat was written.
struct Splat {
    full: bool,
    span: Span,
}

impl Parser<'_> {
    /// A term with its steps.
    pub(super) fn postfix(&mut self) -> Expr {
        let term = self.term();
        let start = term.span.start;
        let mut expr = term;
        let depth = self.depth;
        loop {
            let mut steps = Vec::new();
            let splat = self.steps(&mut steps);
            if !steps.is_empty() {
                let span = Span::new(start, steps.last().map_or(start, step_end));
                expr = Expr { kind: ExprKind::Traversal { base: Box::new(expr), steps }, span };
            }
            let Some(splat) = splat else {
                self.depth = depth;
                return expr;
            };
            let steps = self.splat_steps(splat.full);
            // One splat after the other nests in the tree, though reading it takes no stack.
            if !self.descend() {
                self.depth = depth;
                self.skip_to(&[TokenKind::Comma]);
                return self.error_expr(self.since(start));
            }
            let span = Span::new(start, steps.last().map_or(splat.span.end, step_end));
            expr = Expr { kind: ExprKind::Splat { source: Box::new(expr), full: splat.full, steps }, span };
        }
    }

    /// Steps up to the first that is none, or to a splat, which is consumed.
    fn steps(&mut self, steps: &mut Vec<Step>) -> Option<Splat> {
        loop {
            match self.kind {
                TokenKind::Dot => {
                    let dot = self.bump();
                    if self.kind == TokenKind::Star {
                        let star = self.bump();
                        return Some(Splat { full: false, span: dot.to(star) });
                    }
                    if let Some(step) = self.after_dot() {
                        push_step(steps, step);
                    }
                }
                TokenKind::BracketOpen => match self.bracket() {
                    Bracket::Index(step) => push_step(steps, step),
                    Bracket::Splat(span) => return Some(Splat { full: true, span }),
                },
                _ => return None,
            }
        }
    }

    /// What is applied to each element of a splat.
    fn splat_steps(&mut self, full: bool) -> Vec<Step> {
        let mut steps = Vec::new();
        if !full {
            while self.kind == TokenKind::Dot {
                self.bump();
                if self.kind == TokenKind::Star {
                    self.error(
                        self.span,
                        "Nested splat expression not allowed",
                        "A splat expression (*) cannot be used inside another attribute-only splat expression.",
                        "Use the full splat operator \"[*]\" for both.",
                    );
                    self.bump();
                } else {
                    steps.extend(self.after_dot());
                }
            }
            return steps;
        }
        // Everything after `[*]` applies to each element, further splats too.
        if !self.descend() {
            self.depth -= 1;
            self.skip_to(&[TokenKind::Comma]);
            return steps;
        }
        while let Some(inner) = self.steps(&mut steps) {
            let nested = with_room(|| self.splat_steps(inner.full));
            steps.push(Step::Splat { full: inner.full, steps: nested, span: inner.span });
        }
        self.depth -= 1;
        steps
    }

    /// The name or number after a dot.
    fn after_dot(&mut self) -> Option<Step> {
        match self.kind {
            TokenKind::Identifier => Some(Step::Attribute(self.name())),
            TokenKind::Number => {
                let span = self.bump();
                let text = self.text_of(span);
                if text.contains('.') {
                    self.error(
                        span,
                        "Invalid legacy index syntax",
                        "When using the legacy index syntax, chaining two indexes together is not permitted.",
                        format!("Use the proper index syntax instead, like [{}].", text.replace('.', "][")),
                    );
                }
                Some(Step::Index(Expr { kind: ExprKind::Number(text.into()), span }, span))
            }
            _ => {
                let at = match self.kind {
                    TokenKind::Newline | TokenKind::Eof => Span::new(self.last_end.saturating_sub(1), self.last_end),
                    _ => self.span,
                };
                self.error(
                    at,
                    "Invalid attribute name",
                    "An attribute name is required after a dot.",
                    "Write the attribute's name, or remove the dot. Names that are no identifiers go into brackets: [\"name\"].",
                );
                None
            }
        }
    }

    /// `[key]` or `[*]`.
    fn bracket(&mut self) -> Bracket {
        let before = self.errors;
        let saved = self.newlines(Newlines::Ignored);
        let open = self.bump();
        let found = if self.kind == TokenKind::Star { self.full_splat(open) } else { self.index(open, before) };
        self.newlines(saved);
        found
    }

    fn full_splat(&mut self, open: Span) -> Bracket {
        // The bracket must follow on the same line, though nothing else here minds line breaks.
        self.newlines(Newlines::Significant);
        self.bump();
        if !self.eat(TokenKind::BracketClose) {
            self.error(
                self.unclosed_at(open),
                "Missing close bracket on splat index",
                "The star for a full splat operator must be immediately followed by a closing bracket (\"]\").",
                "Write \"[*]\".",
            );
            self.newlines(Newlines::Ignored);
            self.skip_to(&[]);
            self.eat(TokenKind::BracketClose);
        }
        Bracket::Splat(self.since(open.start))
    }

    fn index(&mut self, open: Span, before: usize) -> Bracket {
        let key = self.expression();
        if self.kind != TokenKind::BracketClose {
            if self.errors == before {
                let at = self.unclosed_at(open);
                self.error(
                    at,
                    "Missing close bracket on index",
                    "The index operator must end with a closing bracket (\"]\").",
                    "Close the bracket after the key.",
                );
            }
            self.skip_to(&[]);
        }
        self.eat(TokenKind::BracketClose);
        Bracket::Index(Step::Index(key, self.since(open.start)))
    }
}

/// Most traversals have one or two steps; the ordinary growth of a vector would give each of them room for four.
fn push_step(steps: &mut Vec<Step>, step: Step) {
    if steps.len() < 2 {
        steps.reserve_exact(1);
    }
    steps.push(step);
}

enum Bracket {
    Index(Step),
    Splat(Span),
}

fn step_end(step: &Step) -> u32 {
    let mut step = step;
    loop {
        match step {
            Step::Attribute(name) => return name.span.end,
            Step::Index(_, span) => return span.end,
            Step::Splat { steps, span, .. } => match steps.last() {
                Some(last) => step = last,
                None => return span.end,
            },
        }
    }
}
