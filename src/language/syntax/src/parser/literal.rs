//! Escapes.

use super::Parser;
use crate::Span;

impl Parser<'_> {
    /// Adds the text of a literal token of a quoted string, escapes resolved.
    pub(super) fn decode_quoted(&mut self, span: Span, into: &mut String) {
        let text = self.text_of(span);
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
            let plain = rest.bytes().position(|b| matches!(b, b'\\' | b'$' | b'%')).unwrap_or(rest.len());
            into.push_str(rest.get(..plain).unwrap_or(""));
            let Some(special) = rest.get(plain..).filter(|r| !r.is_empty()) else { return };
            let used = match special.strip_prefix('\\') {
                Some(escape) => 1 + self.escape(span.start + (at + plain) as u32, escape, into),
                None => sequence_escape(special, into),
            };
            at += plain + used;
        }
    }

    /// Adds the text of a literal token of a heredoc or template file, where only `$${` and `%%{` are escapes.
    pub(super) fn decode_plain(&self, span: Span, into: &mut String) {
        let text = self.text_of(span);
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
            let plain = rest.bytes().position(|b| matches!(b, b'$' | b'%')).unwrap_or(rest.len());
            into.push_str(rest.get(..plain).unwrap_or(""));
            let Some(special) = rest.get(plain..).filter(|r| !r.is_empty()) else { return };
            at += plain + sequence_escape(special, into);
        }
    }

    /// What stands after a backslash at `start`; gives the bytes used.
    fn escape(&mut self, start: u32, text: &str, into: &mut String) -> usize {
        let Some(selector) = text.chars().next() else {
            self.error(
                Span::new(start, start + 1),
                "Invalid escape sequence",
                "A backslash in a quoted string starts an escape sequence, but nothing follows it.",
                "Write two backslashes for a literal one.",
            );
            return 0;
        };
        let simple = match selector {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '"' => Some('"'),
            '\\' => Some('\\'),
            _ => None,
        };
        if let Some(c) = simple {
            into.push(c);
            return 1;
        }
        let digits = match selector {
            'u' => 4,
            'U' => 8,
            _ => {
                self.error(
                    Span::new(start, start + 1 + selector.len_utf8() as u32),
                    "Invalid escape sequence",
                    format!("The symbol \"{}\" is not a valid escape sequence selector.", selector.escape_debug()),
                    "The escapes are \\n, \\r, \\t, \\\", \\\\, \\uNNNN and \\UNNNNNNNN. For a literal backslash write two.",
                );
                into.push(selector);
                return selector.len_utf8();
            }
        };
        self.unicode_escape(start, text, digits, into)
    }

    fn unicode_escape(&mut self, start: u32, text: &str, digits: usize, into: &mut String) -> usize {
        let hex = text.bytes().skip(1).take(digits).take_while(u8::is_ascii_hexdigit).count();
        let code = text.get(1..1 + hex).and_then(|h| u32::from_str_radix(h, 16).ok());
        let character = code.filter(|_| hex == digits).and_then(char::from_u32);
        match character {
            Some(c) => into.push(c),
            None => {
                let detail = if hex == digits {
                    "The hexadecimal digits do not name a Unicode character.".to_owned()
                } else {
                    let selector = text.chars().next().unwrap_or('u');
                    format!("The \\{selector} escape sequence must be followed by {digits} hexadecimal digits.")
                };
                self.error(
                    Span::new(start, start + 2 + hex as u32),
                    "Invalid escape sequence",
                    detail,
                    "Write \\uNNNN or \\UNNNNNNNN with the number of the character.",
                );
                into.push(char::REPLACEMENT_CHARACTER);
            }
        }
        1 + hex
    }
}

/// Text that starts with `$` or `%`: a run of two or more before a brace loses one. Gives the bytes used.
fn sequence_escape(text: &str, into: &mut String) -> usize {
    let symbol = text.as_bytes().first().copied().unwrap_or(b'$');
    let run = text.bytes().take_while(|b| *b == symbol).count();
    let escaped = run > 1 && text.as_bytes().get(run) == Some(&b'{');
    into.push_str(text.get(..run - usize::from(escaped)).unwrap_or(""));
    run
}
