//! JSON text to nodes, with all mistakes that can be found in one go.
//!
//! Recovery: a mistake in an object or array gives up the element it stands in; the next comma or closing bracket goes on.

use super::{Node, NodeKind, Property, Text};
use crate::{Span, with_room};
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;

/// Reads a whole file.
pub(crate) fn read(file: &Arc<str>, text: &str) -> (Node, Diagnostics) {
    let mut reader = Reader { file, text, at: 0, diagnostics: Diagnostics::new(), ended: false, open: Vec::new() };
    if text.starts_with('\u{feff}') {
        // Terraform refuses it here, though it takes it in the native syntax.
        reader.at = '\u{feff}'.len_utf8();
        let detail = "The file begins with a byte order mark, which JSON does not have.";
        reader.error(reader.span(0), "Invalid start of value", detail, "Save it as UTF-8 without the mark.");
    }
    let node = reader.value("Missing value");
    reader.blanks();
    if reader.at < text.len() && reader.diagnostics.is_empty() {
        reader.error(
            reader.word(),
            "Extraneous data after value",
            "Extra characters appear after the JSON value.",
            "Remove them: a file holds one value.",
        );
    }
    (node, reader.diagnostics)
}

struct Reader<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    at: usize,
    diagnostics: Diagnostics,
    /// The end of the file came too early: told once, at the innermost bracket.
    ended: bool,
    /// Brackets that are open.
    open: Vec<u8>,
}

const START: &str = "A JSON value must start with a brace, a bracket, a number, a string, or a keyword.";

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn span(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    fn error(&mut self, at: Span, summary: &str, detail: impl Into<String>, next: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(summary, detail).at(at.of(self.file)).next(next));
    }

    /// Skips blanks, and comments with a diagnostic.
    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(b'/' | b'#') => self.comment(),
                _ => return,
            }
        }
    }

    fn comment(&mut self) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or("");
        let length = if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            rest.find('\n').unwrap_or(rest.len())
        };
        self.at += length;
        self.error(
            self.span(start),
            "Invalid start of value",
            "JSON has no comments.",
            "Write it as a property of a block: \"//\": \"text\".",
        );
    }

    /// The word or character at the cursor, for a diagnostic.
    fn word(&self) -> Span {
        let rest = self.text.get(self.at..).unwrap_or("");
        let letters = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let length = if letters > 0 { letters } else { rest.chars().next().map_or(0, char::len_utf8) };
        Span::new(self.at as u32, (self.at + length) as u32)
    }

    /// One value; `missing` is said where there is none.
    fn value(&mut self, missing: &str) -> Node {
        self.blanks();
        let start = self.at;
        let kind = match self.peek() {
            Some(open @ (b'{' | b'[')) => {
                self.open.push(open);
                let kind = with_room(|| if open == b'{' { self.object() } else { self.array() });
                self.open.pop();
                kind
            }
            Some(b'"') => self.string().map_or(NodeKind::Invalid, NodeKind::String),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number(),
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.keyword(),
            Some(b'}' | b']' | b',') => {
                self.error(self.word(), missing, START, "Write a value here, or remove what asks for one.");
                NodeKind::Invalid
            }
            Some(b'\'') => self.single_quotes(),
            Some(_) => {
                self.error(self.word(), "Invalid start of value", START, "Remove this, or write a value in its place.");
                self.skip();
                NodeKind::Invalid
            }
            None => {
                if !std::mem::replace(&mut self.ended, true) {
                    let next = "Write the value, and close what is open.";
                    self.error(self.span(start), "Missing value", "The JSON data ends prematurely.", next);
                }
                NodeKind::Invalid
            }
        };
        Node { kind, span: self.span(start) }
    }

    /// Goes to the next comma or closing bracket of the same level.
    fn skip(&mut self) {
        let mut open = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.at = self.end_of_string();
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' if open == 0 => return,
                b'}' | b']' => open -= 1,
                b',' if open == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn object(&mut self) -> NodeKind {
        let open = self.at;
        self.at += 1;
        let mut properties = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b'"') => {
                    let before = self.diagnostics.len();
                    if let Some(property) = self.property() {
                        properties.push(Arc::new(property));
                    }
                    if !self.end_of_property(before) {
                        break;
                    }
                }
                Some(b']') => {
                    self.mismatched("Mismatched braces", "A JSON object must be closed with a brace, not a bracket.");
                    break;
                }
                Some(b',') => {
                    let next = "Remove the comma, or write the property that is missing.";
                    self.error(self.word(), "Missing property", "A property must stand before this comma.", next);
                    self.at += 1;
                }
                Some(_) => {
                    self.bad_name();
                    if !self.end_of_property(usize::MAX) {
                        break;
                    }
                }
                None => {
                    self.unclosed(open, "No closing brace was found for this JSON object.");
                    break;
                }
            }
        }
        NodeKind::Object(properties)
    }

    fn bad_name(&mut self) {
        let word = self.word();
        let text = self.text.get(word.start as usize..word.end as usize).unwrap_or("");
        let next = if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            format!("Write it in quotes: \"{text}\".")
        } else {
            "Write a name in double quotes.".to_owned()
        };
        self.error(word, "Invalid object property name", "A JSON object property name must be a string", next);
        self.skip();
    }

    fn property(&mut self) -> Option<Property> {
        let start = self.at;
        let name = self.string();
        let name_span = self.span(start);
        self.blanks();
        let missing = "Missing property value colon";
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(b'=') => {
                self.error(
                    self.word(),
                    missing,
                    "JSON uses a colon as its name/value delimiter, not an equals sign.",
                    "Write a colon.",
                );
                self.at += 1;
            }
            Some(b',' | b'}' | b']') => {
                self.error(
                    name_span,
                    "Missing object value",
                    "A JSON object attribute must have a value, introduced by a colon.",
                    "Write a colon and the value after the name. A list of values stands in brackets.",
                );
                return None;
            }
            None => return None, // told as an object without end
            Some(_) => {
                self.error(
                    self.word(),
                    missing,
                    "A colon must appear between an object property's name and its value.",
                    "Write a colon before this.",
                );
                self.skip();
                return None;
            }
        }
        let value = self.value("Missing JSON value");
        Some(Property::new(self.file.clone(), (name?, name_span), value))
    }

    /// The comma after a property, or the brace; false where the object ends in another way.
    fn end_of_property(&mut self, before: usize) -> bool {
        self.blanks();
        match self.peek() {
            Some(b',') => {
                let comma = self.word();
                self.at += 1;
                self.blanks();
                if self.peek() == Some(b'}') {
                    self.error(
                        comma,
                        "Trailing comma in object",
                        "JSON does not permit a trailing comma after the final property in an object.",
                        "Remove it.",
                    );
                }
            }
            Some(b'}' | b']') | None => {}
            Some(other) => {
                if before == self.diagnostics.len() {
                    self.missing_comma("A comma must appear between each property definition in an object.");
                }
                if other != b'"' {
                    self.skip();
                    return self.end_of_property(usize::MAX);
                }
            }
        }
        true
    }

    fn missing_comma(&mut self, detail: &str) {
        let end = self.text.get(..self.at).map_or(0, |before| before.trim_end().len());
        let at = Span::new(end.saturating_sub(1) as u32, end as u32);
        self.error(at, "Missing attribute separator comma", detail, "Write a comma here.");
    }

    /// The other closing bracket. It is taken for the one that was meant, unless something outside waits for it.
    fn mismatched(&mut self, summary: &str, detail: &str) {
        self.error(self.word(), summary, detail, "Check which brackets belong together.");
        let opener = if self.peek() == Some(b']') { b'[' } else { b'{' };
        if !self.open.contains(&opener) {
            self.at += 1;
        }
    }

    fn unclosed(&mut self, open: usize, detail: &str) {
        if !std::mem::replace(&mut self.ended, true) {
            let at = Span::new(open as u32, open as u32 + 1);
            self.error(at, "Unclosed object", detail, "Close it, and check the nesting of the brackets in between.");
        }
    }

    fn array(&mut self) -> NodeKind {
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            let before = self.diagnostics.len();
            self.blanks();
            match self.peek() {
                None => {
                    self.unclosed(open, "No closing bracket was found for this JSON array.");
                    break;
                }
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b'}') => {
                    self.mismatched("Mismatched brackets", "A JSON array must be closed with a bracket, not a brace.");
                    break;
                }
                Some(_) => items.push(self.value("Missing array element value")),
            }
            self.end_of_element(before);
        }
        NodeKind::Array(items)
    }

    /// The comma after an element; brackets are left for the caller.
    fn end_of_element(&mut self, before: usize) {
        self.blanks();
        match self.peek() {
            Some(b',') => {
                let comma = self.word();
                self.at += 1;
                self.blanks();
                if self.peek() == Some(b']') && before == self.diagnostics.len() {
                    self.error(
                        comma,
                        "Trailing comma in array",
                        "JSON does not permit a trailing comma after the final value in an array.",
                        "Remove it.",
                    );
                }
            }
            Some(b']' | b'}') | None => {}
            Some(b':') => {
                self.error(
                    self.word(),
                    "Invalid array value",
                    "A colon is not used to introduce values in a JSON array.",
                    "Names and values stand in braces: {\"name\": value}.",
                );
                self.skip_with_comma();
            }
            Some(_) if before == self.diagnostics.len() => {
                self.missing_comma("A comma must appear between each value in an array.");
            }
            Some(_) => self.skip_with_comma(),
        }
    }

    fn skip_with_comma(&mut self) {
        self.skip();
        if self.peek() == Some(b',') {
            self.at += 1;
        }
    }

    fn keyword(&mut self) -> NodeKind {
        let span = self.word();
        self.at = span.end as usize;
        let word = self.text.get(span.start as usize..self.at).unwrap_or("");
        match word {
            "true" => return NodeKind::Bool(true),
            "false" => return NodeKind::Bool(false),
            "null" => return NodeKind::Null,
            "undefined" | "NaN" | "Infinity" => {
                let detail = format!("The JavaScript identifier \"{word}\" cannot be used in JSON.");
                self.error(span, "Invalid JSON keyword", detail, "Write null, or a number.");
            }
            _ => {
                let meant = ["true", "false", "null"].into_iter().find(|known| word.eq_ignore_ascii_case(known));
                let next = match meant {
                    Some(known) => format!("Did you mean {known}?"),
                    None => "The keywords are true, false and null. A string stands in double quotes; a reference is written \"${name}\".".to_owned(),
                };
                let detail = format!("\"{word}\" is not a valid JSON keyword.");
                self.error(span, "Invalid JSON keyword", detail, next);
                // What follows belongs to an expression of the native syntax.
                if !matches!(self.peek(), Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n') | None) {
                    self.skip();
                }
            }
        }
        NodeKind::Invalid
    }

    fn number(&mut self) -> NodeKind {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or("");
        let length = rest.bytes().take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')).count();
        self.at += length;
        let text = rest.get(..length).unwrap_or("");
        if is_number(text) {
            return NodeKind::Number(Arc::from(text));
        }
        self.error(
            self.span(start),
            "Invalid JSON number",
            "There is a syntax error in the given JSON number.",
            "JSON numbers have no leading plus or zeros, and digits on both sides of the point.",
        );
        NodeKind::Invalid
    }

    fn single_quotes(&mut self) -> NodeKind {
        let start = self.at;
        let rest = self.text.get(start + 1..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        self.at += 1 + line.find('\'').map_or(0, |end| end + 1);
        let next = "Write it in double quotes.";
        self.error(self.span(start), "Invalid start of value", "JSON has no strings in single quotes.", next);
        NodeKind::Invalid
    }

    /// The end of the string that begins at the cursor; at a line break where it has no end.
    fn end_of_string(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            match bytes.get(at) {
                Some(b'\\') => at += 2,
                Some(b'"') => return at + 1,
                Some(0x20..) => at += 1,
                Some(_) | None => return at.min(bytes.len()),
            }
        }
    }

    /// The text of the string that begins at the cursor; `None` with diagnostics where it is broken.
    fn string(&mut self) -> Option<Text> {
        let start = self.at;
        self.at = self.end_of_string();
        let inner = self.text.get(start + 1..self.at).unwrap_or("");
        let closed = inner.strip_suffix('"').filter(|inner| !ends_in_escape(inner));
        let Some(inner) = closed else {
            self.over_lines();
            let detail = "This string has no closing quote on its line.";
            let next = "Close it. A line break within a string is written \\n.";
            self.error(self.span(start), "Invalid JSON string", detail, next);
            return None;
        };
        if !inner.contains('\\') {
            return Some(Text { text: Arc::from(inner), escapes: Vec::new() });
        }
        self.unescaped(inner, start + 1)
    }

    /// A string that goes on in the next line is read up to the quote that clearly ends it.
    fn over_lines(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let Some(quote) = rest.find('"') else { return };
        let behind = rest.get(quote + 1..).unwrap_or("").trim_start_matches([' ', '\t']);
        if behind.is_empty() || behind.starts_with([',', '}', ']', '\r', '\n']) {
            self.at += quote + 1;
        }
    }

    fn unescaped(&mut self, inner: &str, base: usize) -> Option<Text> {
        let mut text = String::with_capacity(inner.len());
        let mut escapes = Vec::new();
        let (mut at, mut sound) = (0, true);
        while let Some(rest) = inner.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(plain) = rest.find('\\') else {
                text.push_str(rest);
                break;
            };
            text.push_str(rest.get(..plain).unwrap_or(""));
            at += plain;
            let rest = rest.get(plain..).unwrap_or("");
            match escape(rest) {
                Some((character, length)) => {
                    text.push(character);
                    at += length;
                }
                None => {
                    let length = 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
                    let place = Span::new((base + at) as u32, (base + at + length) as u32);
                    self.error(
                        place,
                        "Invalid JSON string",
                        "There is a syntax error in the given JSON string.",
                        "The escapes are \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t and \\uNNNN. For a literal backslash write two.",
                    );
                    sound = false;
                    at += length;
                }
            }
            escapes.push((text.len() as u32, (at - text.len()) as u32));
        }
        sound.then(|| Text { text: Arc::from(text), escapes })
    }
}

/// True for text whose last character is escaped.
fn ends_in_escape(text: &str) -> bool {
    (text.len() - text.trim_end_matches('\\').len()) % 2 == 1
}

/// The character of an escape sequence, and the bytes of the sequence. Half a pair of surrogates alone is the
/// replacement character, as in Go.
fn escape(text: &str) -> Option<(char, usize)> {
    let character = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let first = unit(text)?;
            if let Some(character) = char::from_u32(first) {
                return Some((character, 6));
            }
            let second = text.get(6..).filter(|rest| rest.starts_with("\\u")).and_then(unit);
            return Some(match second {
                Some(low @ 0xdc00..=0xdfff) if first < 0xdc00 => {
                    let code = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                _ => (char::REPLACEMENT_CHARACTER, 6),
            });
        }
        _ => return None,
    };
    Some((character, 2))
}

/// The number in `\uNNNN`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
