//! Places in source text.

use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

/// A stretch of one source file, in bytes; `start` is inside, `end` is not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// Name of the file as the user would type it.
    pub file: Arc<str>,
    /// First byte.
    pub start: u32,
    /// First byte after the stretch.
    pub end: u32,
}

impl Range {
    /// Makes a range; an `end` before `start` is taken as an empty range at `start`.
    pub fn new(file: Arc<str>, start: u32, end: u32) -> Self {
        let end = end.max(start);
        Range { file, start, end }
    }

    /// The smallest range that covers both; both must be of one file, otherwise `self`.
    pub fn to(&self, other: &Range) -> Range {
        if self.file != other.file {
            return self.clone();
        }
        Range::new(self.file.clone(), self.start.min(other.start), self.end.max(other.end))
    }
}

/// A place for people: both count from one, columns in grapheme clusters as HCL counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from one.
    pub line: u32,
    /// Column in what people take for characters, from one.
    pub column: u32,
    /// Byte offset, from zero.
    pub byte: u32,
}

/// The texts that ranges point into, by file name.
#[derive(Clone, Debug, Default)]
pub struct SourceTexts {
    texts: BTreeMap<Arc<str>, Arc<str>>,
}

impl SourceTexts {
    /// Remembers the text of a file.
    pub fn insert(&mut self, file: Arc<str>, text: Arc<str>) {
        self.texts.insert(file, text);
    }

    /// Takes over the texts of others.
    pub fn extend(&mut self, others: SourceTexts) {
        self.texts.extend(others.texts);
    }

    /// The text of a file, if it was read in this run.
    pub fn get(&self, file: &str) -> Option<&Arc<str>> {
        self.texts.get(file)
    }

    /// All texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.values().map(AsRef::as_ref)
    }

    /// Line and column of a byte offset; offsets past the end give the end.
    pub fn position(&self, file: &str, byte: u32) -> Option<Position> {
        let text = self.texts.get(file)?;
        let mut at = (byte as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = text.get(..at)?;
        let line = before.bytes().filter(|b| *b == b'\n').count() as u32 + 1;
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let column = before.get(line_start..).map_or(0, |s| s.graphemes(true).count()) as u32 + 1;
        Some(Position { line, column, byte: at as u32 })
    }
}
