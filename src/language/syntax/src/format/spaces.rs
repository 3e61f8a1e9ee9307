//! Whether a space stands between two tokens of a line.

use super::Piece;
use crate::TokenKind;

/// How many brackets are open after a token, relative to before it.
pub(super) fn bracket_change(kind: TokenKind) -> i32 {
    use TokenKind::*;
    match kind {
        BraceOpen | BracketOpen | ParenOpen | InterpolationOpen | DirectiveOpen => 1,
        BraceClose | BracketClose | ParenClose | SequenceClose => -1,
        _ => 0,
    }
}

/// Sets the space before each piece of a cell but the first.
pub(super) fn set(cell: &mut [Piece<'_>]) {
    let mut before = None;
    let mut last: Option<Piece<'_>> = None;
    for piece in cell {
        if let Some(left) = last {
            piece.spaces = u32::from(between(before, left, piece.kind));
            before = Some(left.kind);
        }
        last = Some(*piece);
    }
}

/// `before` is what stands left of `left`, if anything. The first rule that fits decides.
fn between(before: Option<TokenKind>, left: Piece<'_>, right: TokenKind) -> bool {
    use TokenKind::*;
    match (left.kind, right) {
        (_, Newline) => false,
        // Calls, and functions of providers.
        (Identifier, ParenOpen | DoubleColon) | (DoubleColon, Identifier) => false,
        (Dot, _) | (_, Dot) => false,
        (_, Comma | Ellipsis) => false,
        (Comma, _) => true,
        // Space inside of a template is text.
        (Literal | QuoteOpen | HeredocOpen, _) | (_, Literal | QuoteClose | HeredocClose) => false,
        // `[for x in [a]: x]` is no index.
        (Identifier, _) if left.text == "in" && before == Some(Identifier) => true,
        (Identifier | Number, BracketOpen) => false,
        (left, BracketOpen) if bracket_change(left) < 0 => false,
        (Not, _) => false,
        (Minus, _) => before.is_some_and(|before| !is_before_negation(before)),
        (BraceOpen, BraceClose) => false,
        (BraceOpen, _) | (_, BraceClose) => true,
        // Braces of an object stand apart from those of the sequence around it.
        (InterpolationOpen | DirectiveOpen, BraceOpen) | (BraceClose, SequenceClose) => true,
        (SequenceClose, InterpolationOpen | DirectiveOpen) => false,
        (left, _) if bracket_change(left) > 0 => false,
        (_, right) if bracket_change(right) < 0 => false,
        _ => true,
    }
}

/// True for what no subtraction can follow. Terraform does not count `=>` and keywords.
fn is_before_negation(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(
        kind,
        ParenOpen
            | BraceOpen
            | BracketOpen
            | Equals
            | Colon
            | Comma
            | Question
            | Plus
            | Star
            | Slash
            | Percent
            | Minus
            | EqualTo
            | NotEqualTo
            | Greater
            | GreaterOrEqual
            | Less
            | LessOrEqual
            | And
            | Or
            | Not
    )
}
