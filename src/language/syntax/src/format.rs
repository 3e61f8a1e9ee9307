//! The canonical layout of a file: what `fmt` writes.
//!
//! The rules are those of `terraform fmt` 1.11.4, learned from its output: lines keep their breaks; indentation,
//! the space between two tokens, the columns of `=` and of comments at line ends are set anew; labels, old types
//! and needless interpolations are rewritten. Cost grows with the length of the text, however it is nested.

mod columns;
mod lines;
mod rewrites;
mod spaces;

use crate::{File, TokenKind};
use rewrites::Rewrite;

/// A token as it will be printed; space between tokens is a number, and a line comment has its line break.
#[derive(Clone, Copy, Debug)]
struct Piece<'a> {
    text: &'a str,
    kind: TokenKind,
    /// Spaces printed before it.
    spaces: u32,
}

impl Piece<'_> {
    fn is_comment(&self) -> bool {
        matches!(self.kind, TokenKind::LineComment | TokenKind::BlockComment)
    }

    fn ends_line(&self) -> bool {
        self.kind == TokenKind::Newline || (self.kind == TokenKind::LineComment && self.text.ends_with('\n'))
    }
}

/// The text of a file in canonical layout; it means the same, and formatting it again changes nothing.
///
/// The file must have been parsed without errors: of one with errors the result may be a mess.
pub fn format(file: &File) -> String {
    let rewrites = rewrites::of(file);
    let (mut pieces, spaces_at_end) = pieces(file, &rewrites);
    lines::lay_out(&mut pieces);
    let mut out = String::with_capacity(file.text.len() + file.text.len() / 8);
    for piece in &pieces {
        push_spaces(&mut out, piece.spaces);
        out.push_str(piece.text);
    }
    // Terraform leaves space after the last line break; and so do we, for a change of nothing else is no change.
    push_spaces(&mut out, spaces_at_end);
    out
}

fn push_spaces(out: &mut String, count: u32) {
    out.extend(std::iter::repeat_n(' ', count as usize));
}

/// The tokens without the space between them, rewritten; and how much space there is after the last one.
fn pieces<'a>(file: &'a File, rewrites: &'a [Rewrite]) -> (Vec<Piece<'a>>, u32) {
    let mut pieces = Vec::with_capacity(file.tokens.len() / 2);
    let mut rewrites = rewrites.iter().peekable();
    let mut end = 0;
    let mut at_end = 0;
    for (index, token) in file.tokens.iter().enumerate() {
        while rewrites.next_if(|r| r.tokens.end <= index).is_some() {}
        if let Some(rewrite) = rewrites.peek().filter(|r| r.tokens.contains(&index)) {
            if rewrite.tokens.start == index {
                let new = rewrite.with.iter();
                pieces.extend(new.map(|(kind, text)| Piece { text: text.as_ref(), kind: *kind, spaces: 0 }));
            }
            end = token.span.end;
            continue;
        }
        match token.kind {
            TokenKind::Whitespace | TokenKind::Bom => continue,
            TokenKind::Eof => at_end = token.span.start - end,
            TokenKind::Newline => {
                let text = file.text_of(token.span);
                match pieces.last_mut() {
                    Some(Piece { kind: TokenKind::LineComment, text: comment, .. }) if !comment.ends_with('\n') => {
                        let start = token.span.start - comment.len() as u32;
                        *comment = file.text.get(start as usize..token.span.end as usize).unwrap_or(comment);
                    }
                    _ => pieces.push(Piece { text, kind: token.kind, spaces: 0 }),
                }
            }
            kind => pieces.push(Piece { text: file.text_of(token.span), kind, spaces: 0 }),
        }
        end = token.span.end;
    }
    (pieces, at_end)
}
