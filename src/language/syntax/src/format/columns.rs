//! How many columns a token takes: one for each character as people count them (grapheme cluster).

use super::Piece;
use crate::TokenKind;
use unicode_segmentation::UnicodeSegmentation;

/// Columns of a piece by the rules of Unicode 15.0, which Terraform counts by.
pub(super) fn of(piece: &Piece<'_>) -> u32 {
    if piece.text.is_ascii() {
        return count_ascii(piece.text);
    }
    if piece.kind != TokenKind::Literal {
        return count(piece.text);
    }
    // Terraform reads `$` and `%` as tokens of their own, so nothing combines with them.
    piece.text.split_inclusive(['$', '%']).map(count).sum()
}

fn count_ascii(text: &str) -> u32 {
    // A line break is one, however it is written.
    (text.len() - text.matches("\r\n").count()) as u32
}

fn count(text: &str) -> u32 {
    if text.is_ascii() {
        return count_ascii(text);
    }
    text.graphemes(true).map(|cluster| 1 + joined_since_15_1(cluster)).sum()
}

/// Places inside of a cluster where Unicode 15.0 had a boundary: before an Indic consonant that a virama joins to the
/// one before it (rule GB9c came with 15.1).
fn joined_since_15_1(cluster: &str) -> u32 {
    let mut before = None;
    let mut places = 0;
    for c in cluster.chars() {
        if let Some(before) = before.replace(c)
            && is_indic_letter(c)
        {
            // A pair of characters is too short for the new rule, and no rule on letters needs more than a pair.
            places += u32::from(String::from_iter([before, c]).graphemes(true).count() == 2);
        }
    }
    places
}

/// Scripts of South and South-East Asia; no emoji is among them.
fn is_indic_letter(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\u{900}'..='\u{1CFF}' | '\u{A800}'..='\u{ABFF}' | '\u{10A00}'..='\u{11FFF}')
}
