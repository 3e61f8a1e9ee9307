//! Lines: indentation, and the columns of `=` and of comments at their ends.

use super::spaces::bracket_change;
use super::{Piece, columns, spaces};
use crate::TokenKind;

/// Pieces up to a line break. A heredoc, a block comment and their like have line breaks inside of a piece: they do not
/// end a line.
struct Line<'p, 'a> {
    lead: &'p mut [Piece<'a>],
    /// From `=` on, where what follows opens nothing that a later line closes; else empty.
    assign: &'p mut [Piece<'a>],
    /// A comment after something else; else empty.
    comment: &'p mut [Piece<'a>],
}

/// Sets the space before every piece.
pub(super) fn lay_out(pieces: &mut [Piece<'_>]) {
    let mut lines: Vec<Line<'_, '_>> = pieces.split_inclusive_mut(Piece::ends_line).map(line).collect();
    indent(&mut lines);
    for line in &mut lines {
        spaces::set(line.lead);
        spaces::set(line.assign);
    }
    align(&mut lines, |line| &mut *line.assign, |line| width(line.lead));
    align(&mut lines, |line| &mut *line.comment, |line| width(line.lead) + width(line.assign));
}

fn line<'p, 'a>(pieces: &'p mut [Piece<'a>]) -> Line<'p, 'a> {
    let has_comment = pieces.len() > 1 && pieces.last().is_some_and(Piece::is_comment);
    let (code, comment) = pieces.split_at_mut(pieces.len() - usize::from(has_comment));
    let equals = code.iter().skip(1).position(|p| p.kind == TokenKind::Equals).map(|at| at + 1);
    let whole = |at: &usize| code.iter().skip(*at).map(|p| bracket_change(p.kind)).sum::<i32>() == 0;
    let at = equals.filter(whole).unwrap_or(code.len());
    let (lead, assign) = code.split_at_mut(at);
    Line { lead, assign, comment }
}

/// A line that opens brackets, however many, indents what follows by one step.
fn indent(lines: &mut [Line<'_, '_>]) {
    // For each step how many brackets of its line are still open.
    let mut steps: Vec<i32> = Vec::new();
    for line in lines {
        let mut change: i32 = line.assign.iter().map(|p| bracket_change(p.kind)).sum();
        for piece in line.lead.iter() {
            change += bracket_change(piece.kind);
            if piece.kind == TokenKind::HeredocOpen {
                break;
            }
        }
        let Some(first) = line.lead.first_mut().filter(|p| p.kind != TokenKind::Newline) else { continue };
        let mut closed = (-change).max(0);
        while closed > 0
            && let Some(step) = steps.last_mut()
        {
            if closed < *step {
                *step -= closed;
                break;
            }
            closed -= *step;
            steps.pop();
        }
        first.spaces = 2 * steps.len() as u32;
        if change > 0 {
            steps.push(change);
        }
    }
}

/// Moves a cell of neighbouring lines that have it to one column, a space behind the longest of what stands before.
fn align<'p, 'a>(
    lines: &mut [Line<'p, 'a>],
    cell: for<'l> fn(&'l mut Line<'p, 'a>) -> &'l mut [Piece<'a>],
    before: fn(&Line<'_, '_>) -> u32,
) {
    let mut run: Vec<(u32, &mut Piece<'a>)> = Vec::new();
    for line in lines {
        let width = if cell(line).is_empty() { 0 } else { before(line) };
        match cell(line).first_mut() {
            Some(first) => run.push((width, first)),
            None => settle(&mut run),
        }
    }
    settle(&mut run);
}

fn settle(run: &mut Vec<(u32, &mut Piece<'_>)>) {
    let longest = run.iter().map(|(width, _)| *width).max().unwrap_or(0);
    for (width, first) in run.drain(..) {
        first.spaces = longest - width + 1;
    }
}

fn width(pieces: &[Piece<'_>]) -> u32 {
    pieces.iter().map(|p| p.spaces + columns::of(p)).sum()
}
