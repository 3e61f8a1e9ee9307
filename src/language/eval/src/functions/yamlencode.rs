//! `yamlencode(value)`: strings quoted or as blocks, collections in block form.
use super::shared::signature::{Function, Kind, Parameter, entries, text};
use value::{Content, Value};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::any("value").null().unknown().untyped()], Kind::Text, |call| {
        if !call.arg(0).is_wholly_known() {
            return Ok(call.unknown());
        }
        let mut writer = Writer { out: String::new() };
        writer.node(call.arg(0), None);
        // A plain scalar might go on; this says that it does not.
        let is_plain = matches!(call.arg(0).content, Content::Bool(_) | Content::Number(_) | Content::Null(_));
        writer.out.push_str(if is_plain { "...\n" } else { "" });
        text(writer.out)
    });

/// Columns by which what is inside moves right.
const INDENT: usize = 2;
/// Quoted text is broken at the first blank after this column.
const WIDTH: usize = 80;
/// A longer key is written with a question mark.
const LONGEST_KEY: usize = 128;

struct Writer {
    out: String,
}

/// The indent of what is inside something at `indent`; nothing for the document.
fn inside(indent: Option<usize>) -> usize {
    indent.map_or(INDENT, |i| i + INDENT)
}

impl Writer {
    /// Writes a value, ending its line; the cursor stands where it begins.
    fn node(&mut self, value: &Value, indent: Option<usize>) {
        let nested = indent.map_or(0, |i| i + INDENT);
        match &value.content {
            Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) if !items.is_empty() => {
                self.sequence(items, nested);
            }
            Content::Map(..) | Content::Object(_) if !entries(value).is_empty() => self.mapping(value, nested),
            _ => {
                self.scalar(value, inside(indent));
                self.out.push_str(if self.out.ends_with('\n') { "" } else { "\n" });
            }
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize) {
        match &value.content {
            Content::String(text) if text.contains('\n') && is_block(text) => self.block(text, indent),
            Content::String(text) => self.quoted(text, Some(indent)),
            Content::Bool(b) => self.out.push_str(if *b { "true" } else { "false" }),
            Content::Number(n) if n.is_infinite() => {
                self.out.push_str(if n.signum() < 0 { "-Inf" } else { "+Inf" });
            }
            Content::Number(n) => self.out.push_str(&n.to_string()),
            Content::Map(..) | Content::Object(_) => self.out.push_str("{}"),
            Content::List(..) | Content::Set(..) | Content::Tuple(_) => self.out.push_str("[]"),
            Content::Null(_) | Content::Unknown(..) => self.out.push_str("null"),
        }
    }

    fn sequence(&mut self, items: &[Value], indent: usize) {
        for (i, item) in items.iter().enumerate() {
            self.out.push_str(&" ".repeat(if i == 0 { 0 } else { indent }));
            self.out.push_str("- ");
            self.node(item, Some(indent));
        }
    }

    fn mapping(&mut self, value: &Value, indent: usize) {
        for (i, (key, value)) in entries(value).into_iter().enumerate() {
            self.out.push_str(&" ".repeat(if i == 0 { 0 } else { indent }));
            if key.contains('\n') || key.len() > LONGEST_KEY {
                self.out.push_str("? ");
                self.node(&Value::string(key), Some(indent));
                self.out.push_str(&" ".repeat(indent));
                self.out.push_str(": ");
                self.node(value, Some(indent));
                continue;
            }
            self.quoted(&key, None);
            self.out.push(':');
            match &value.content {
                Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) if !items.is_empty() => {
                    // A list stands under its key, not further right.
                    self.out.push_str(&format!("\n{}", " ".repeat(indent)));
                    self.sequence(items, indent);
                }
                Content::Map(..) | Content::Object(_) if !entries(value).is_empty() => {
                    self.out.push_str(&format!("\n{}", " ".repeat(indent + INDENT)));
                    self.mapping(value, indent + INDENT);
                }
                _ => {
                    self.out.push(' ');
                    self.node(value, Some(indent));
                }
            }
        }
    }

    /// Text as a literal block.
    fn block(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push_str(&INDENT.to_string());
        }
        let body = text.strip_suffix('\n');
        self.out.push_str(match body {
            None => "-",
            Some(body) if body.is_empty() || body.ends_with('\n') => "+",
            Some(_) => "",
        });
        self.out.push('\n');
        for line in body.unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.out.push_str(&" ".repeat(indent));
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    /// Text in double quotes, broken at blanks where an indent for the next line is given.
    fn quoted(&mut self, text: &str, indent: Option<usize>) {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        let mut column = line.chars().count() + 1;
        self.out.push('"');
        let mut after_blank = false;
        let mut rest = text.chars().peekable();
        let mut first = true;
        while let Some(c) = rest.next() {
            let before = self.out.len();
            match (c, indent) {
                (' ', Some(indent)) if !after_blank && !first && column > WIDTH && rest.peek().is_some() => {
                    self.out.push_str(&format!("\n{}", " ".repeat(indent)));
                    column = indent;
                    if rest.peek() == Some(&' ') {
                        self.out.push('\\');
                        column += 1;
                    }
                }
                _ => {
                    escape(c, &mut self.out);
                    column += self.out.get(before..).map_or(0, |s| s.chars().count());
                }
            }
            after_blank = c == ' ';
            first = false;
        }
        self.out.push('"');
    }
}

/// True for text that a block keeps: only printable characters, and no blank where a line ends.
fn is_block(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || is_printable(c) && !is_break(c)) && !text.contains(" \n") && !text.ends_with(' ')
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}

fn escape(c: char, out: &mut String) {
    let short = match c {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        c if is_printable(c) => return out.push(c),
        c => {
            let code = u32::from(c);
            out.push_str(&match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            });
            return;
        }
    };
    out.push_str(short);
}
