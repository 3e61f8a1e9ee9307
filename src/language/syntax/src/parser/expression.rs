//! Operators and terms.

use super::{Newlines, Parser};
use crate::{BinaryOp, Expr, ExprKind, Span, TokenKind, UnaryOp, with_room};
use std::sync::Arc;

/// The operator that a token is, with its precedence: higher binds tighter.
fn binary_operator(kind: TokenKind) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        TokenKind::Or => (BinaryOp::Or, 1),
        TokenKind::And => (BinaryOp::And, 2),
        TokenKind::EqualTo => (BinaryOp::Equal, 3),
        TokenKind::NotEqualTo => (BinaryOp::NotEqual, 3),
        TokenKind::Less => (BinaryOp::Less, 4),
        TokenKind::LessOrEqual => (BinaryOp::LessOrEqual, 4),
        TokenKind::Greater => (BinaryOp::Greater, 4),
        TokenKind::GreaterOrEqual => (BinaryOp::GreaterOrEqual, 4),
        TokenKind::Plus => (BinaryOp::Add, 5),
        TokenKind::Minus => (BinaryOp::Subtract, 5),
        TokenKind::Star => (BinaryOp::Multiply, 6),
        TokenKind::Slash => (BinaryOp::Divide, 6),
        TokenKind::Percent => (BinaryOp::Modulo, 6),
        _ => return None,
    })
}

impl Parser<'_> {
    /// One whole expression. Always ends; consumes nothing when there is none.
    pub(super) fn expression(&mut self) -> Expr {
        let start = self.span.start;
        if !self.descend() {
            self.depth -= 1;
            self.skip_to(&[TokenKind::Comma]);
            return self.error_expr(self.since(start));
        }
        let expr = with_room(|| self.conditional());
        self.depth -= 1;
        expr
    }

    fn conditional(&mut self) -> Expr {
        let told = self.errors;
        let condition = self.binary(1);
        if self.kind != TokenKind::Question || self.is_missing(&condition, told) {
            return condition;
        }
        let start = condition.span.start;
        let before = self.errors;
        let question = self.bump();
        let yes = self.expression();
        if self.kind != TokenKind::Colon {
            if self.errors == before {
                self.error(
                    self.unclosed_at(question),
                    "Missing false expression in conditional",
                    "The conditional operator (...?...:...) requires a false expression, delimited by a colon.",
                    "Write \": value\" after the first result. To go on in another line, put the whole conditional in parentheses.",
                );
            }
            return self.error_expr(self.since(start));
        }
        self.bump();
        let no = self.expression();
        let kind = ExprKind::Conditional { condition: Box::new(condition), yes: Box::new(yes), no: Box::new(no) };
        Expr { kind, span: self.since(start) }
    }

    /// Operators of at least that precedence.
    fn binary(&mut self, minimum: u8) -> Expr {
        let told = self.errors;
        let mut left = self.unary();
        if self.is_missing(&left, told) {
            return left;
        }
        let mut chain: Option<(u8, Vec<(BinaryOp, Expr)>)> = None;
        while let Some((operator, level)) = binary_operator(self.kind) {
            if level < minimum {
                break;
            }
            self.bump();
            let right = self.binary(level + 1);
            match &mut chain {
                Some((of, rest)) if *of == level => rest.push((operator, right)),
                _ => {
                    left = joined(left, chain.take());
                    chain = Some((level, vec![(operator, right)]));
                }
            }
        }
        joined(left, chain)
    }

    /// True for an operand that is not there, which has been told since there were `told` errors: the operator behind it
    /// needs no words of its own.
    fn is_missing(&self, operand: &Expr, told: usize) -> bool {
        self.errors > told && matches!(operand.kind, ExprKind::Error) && operand.span.start == operand.span.end
    }

    /// `!x`, `-x`, or without an operator.
    fn unary(&mut self) -> Expr {
        let mut operators: Vec<(UnaryOp, Span)> = Vec::new();
        loop {
            match self.kind {
                TokenKind::Not => operators.push((UnaryOp::Not, self.span)),
                TokenKind::Minus => operators.push((UnaryOp::Negate, self.span)),
                _ => break,
            }
            self.bump();
        }
        let levels = u32::try_from(operators.len()).unwrap_or(u32::MAX);
        let before = self.depth;
        self.depth = before.saturating_add(levels);
        if levels > 0 && self.too_deep() {
            operators.clear();
            self.depth = before;
        }
        let mut expr = self.postfix();
        self.depth = before;
        for (operator, span) in operators.into_iter().rev() {
            let span = span.to(expr.span);
            expr = Expr { kind: ExprKind::Unary(operator, Box::new(expr)), span };
        }
        expr
    }

    /// What operators and steps apply to.
    pub(super) fn term(&mut self) -> Expr {
        let span = self.span;
        match self.kind {
            TokenKind::Number => self.number(),
            TokenKind::Identifier => self.word(),
            TokenKind::QuoteOpen => self.quoted_string(),
            TokenKind::HeredocOpen => self.heredoc_string(),
            TokenKind::ParenOpen => self.parenthesised(),
            TokenKind::BracketOpen => self.tuple(),
            TokenKind::BraceOpen => self.object(),
            TokenKind::InvalidString => {
                self.errors += 1; // told by the lexer
                self.bump();
                self.error_expr(span)
            }
            _ => self.no_term(),
        }
    }

    fn number(&mut self) -> Expr {
        let span = self.bump();
        let text = self.text_of(span);
        // One fraction, then one exponent.
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, ""));
        if mantissa.matches('.').count() > 1 || exponent.contains(['.', 'e', 'E']) {
            self.error(
                span,
                "Invalid number literal",
                "A number has at most one decimal point and one exponent, in this order.",
                "Write a number, such as 12, 1.5 or 1e-3; put a version or an address in quotes.",
            );
            return self.error_expr(span);
        }
        Expr { kind: ExprKind::Number(Arc::from(text)), span }
    }

    fn no_term(&mut self) -> Expr {
        let span = self.span;
        let after_less = self.kind == TokenKind::Less && self.kind_at(self.index + 1) == TokenKind::Less;
        let (detail, next) = match self.kind {
            _ if after_less => (
                "Expected the start of an expression. A heredoc starts with \"<<\", its marker and the end of the line.",
                "Write the marker directly after \"<<\" and nothing behind it on the line.",
            ),
            TokenKind::Newline => (
                "Expected the start of an expression, but the line ends here.",
                "Write the value on this line. An expression can go on in the next line inside parentheses.",
            ),
            TokenKind::Eof => {
                ("Expected the start of an expression, but found the end of the file.", "Write the value here.")
            }
            TokenKind::SequenceClose | TokenKind::QuoteClose | TokenKind::HeredocClose => (
                "Expected the start of an expression, but the template sequence ends here.",
                "Write an expression between the braces. For the characters themselves, double the first: \"$${\" or \"%%{\".",
            ),
            _ => (
                "Expected the start of an expression, but found an invalid expression token.",
                "Write a value, a reference, a function call or a collection here.",
            ),
        };
        self.error(span, "Invalid expression", detail, next);
        self.error_expr(Span::new(span.start, span.start))
    }

    fn word(&mut self) -> Expr {
        let span = self.span;
        let text = self.text_of(span);
        let next = self.kind_after();
        if matches!(next, TokenKind::ParenOpen | TokenKind::DoubleColon) {
            return self.call();
        }
        let kind = match text {
            "true" | "false" => ExprKind::Bool(text == "true"),
            "null" => ExprKind::Null,
            _ => return Expr { kind: ExprKind::Variable(self.name()), span },
        };
        self.bump();
        Expr { kind, span }
    }

    /// Kind of the token after the one looked at.
    fn kind_after(&self) -> TokenKind {
        let mut index = self.index + 1;
        loop {
            let kind = self.kind_at(index);
            if !(kind.is_trivia() || (kind == TokenKind::Newline && self.newlines == Newlines::Ignored)) {
                return kind;
            }
            index += 1;
        }
    }

    fn parenthesised(&mut self) -> Expr {
        let before = self.errors;
        let saved = self.newlines(Newlines::Ignored);
        let open = self.bump();
        let inner = self.expression();
        if self.kind != TokenKind::ParenClose {
            if self.errors == before {
                let at = self.unclosed_at(open);
                self.error(
                    at,
                    "Unbalanced parentheses",
                    "Expected a closing parenthesis to terminate the expression.",
                    "Close the parenthesis before this.",
                );
            }
            self.skip_to(&[]);
        }
        self.eat(TokenKind::ParenClose);
        self.newlines(saved);
        Expr { kind: ExprKind::Paren(Box::new(inner)), span: self.since(open.start) }
    }
}

fn joined(first: Expr, chain: Option<(u8, Vec<(BinaryOp, Expr)>)>) -> Expr {
    match chain {
        None => first,
        Some((_, rest)) => {
            let span = rest.last().map_or(first.span, |(_, last)| first.span.to(last.span));
            Expr { kind: ExprKind::Binary { first: Box::new(first), rest }, span }
        }
    }
}
