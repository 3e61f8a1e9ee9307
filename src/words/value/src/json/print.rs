//! Writes JSON text byte for byte as Go's encoding/json does.

use super::Node;
use std::fmt::Write;

/// Blanks between the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// None.
    Compact,
    /// A line for each part, two blanks for each level.
    Indented,
}

/// Which characters are written as `\u` though JSON does not ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// `<`, `>` and `&`, as Go does unless told otherwise: state files, `jsonencode`.
    Html,
    /// Only U+2028 and U+2029, which Go always escapes.
    Plain,
}

impl Node {
    /// Compact text, with `<`, `>` and `&` escaped, as `jsonencode` gives it.
    pub fn print(&self) -> String {
        self.print_as(Layout::Compact, Escape::Html)
    }

    /// Text, without a newline at the end.
    pub fn print_as(&self, layout: Layout, escape: Escape) -> String {
        let mut printer = Printer { out: String::new(), layout, escape };
        printer.node(self, 0);
        printer.out
    }
}

struct Printer {
    out: String,
    layout: Layout,
    escape: Escape,
}

impl Printer {
    fn node(&mut self, node: &Node, level: usize) {
        match node {
            Node::Null => self.out.push_str("null"),
            Node::Bool(b) => self.out.push_str(if *b { "true" } else { "false" }),
            Node::Number(n) => self.out.push_str(n),
            Node::String(s) => self.string(s),
            Node::Array(items) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    self.part(i, level + 1);
                    self.node(item, level + 1);
                }
                self.close(']', !items.is_empty(), level);
            }
            Node::Object(members) => {
                self.out.push('{');
                for (i, (key, member)) in members.iter().enumerate() {
                    self.part(i, level + 1);
                    self.string(key);
                    self.out.push_str(if self.layout == Layout::Indented { ": " } else { ":" });
                    self.node(member, level + 1);
                }
                self.close('}', !members.is_empty(), level);
            }
        }
    }

    fn part(&mut self, i: usize, level: usize) {
        if i > 0 {
            self.out.push(',');
        }
        self.line(level);
    }

    fn close(&mut self, bracket: char, has_parts: bool, level: usize) {
        if has_parts {
            self.line(level);
        }
        self.out.push(bracket);
    }

    fn line(&mut self, level: usize) {
        if self.layout == Layout::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", level));
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '<' | '>' | '&' if self.escape == Escape::Html => self.unicode(c),
                '\u{2028}' | '\u{2029}' => self.unicode(c),
                c if c < ' ' => self.unicode(c),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn unicode(&mut self, c: char) {
        // Writing to a string cannot fail.
        write!(self.out, "\\u{:04x}", u32::from(c)).unwrap_or(());
    }
}
