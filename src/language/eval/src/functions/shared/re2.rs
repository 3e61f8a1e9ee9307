//! Patterns in the syntax of RE2, as Go has it, rewritten for our engine: the two share a core and differ around it.
//! Every literal is written as a code point, so that nothing of the engine's own syntax is ever meant.

use std::fmt::Write;
use std::sync::Arc;

/// What is wrong with a pattern, and the piece that is.
#[derive(Debug)]
pub(in crate::functions) struct PatternError {
    pub(in crate::functions) what: String,
    pub(in crate::functions) place: String,
}

/// A pattern of our engine. Groups have no names in it.
pub(in crate::functions) struct Translated {
    pub(in crate::functions) text: String,
    pub(in crate::functions) names: Vec<Option<Arc<str>>>,
}

/// The largest count of a repetition.
const MOST_REPEATS: u32 = 1000;
/// The deepest nesting of groups.
const DEEPEST: usize = 1000;

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = "\\t\\n\\x0C\\r ";

/// Rewrites a pattern.
pub(in crate::functions) fn translate(pattern: &str) -> Result<Translated, PatternError> {
    let mut t =
        Translator { whole: pattern, at: 0, out: String::new(), names: Vec::new(), open: 0, before: Before::Nothing };
    while let Some(c) = t.peek() {
        t.next(c)?;
    }
    if t.open > 0 {
        return Err(wrong("missing closing )", pattern));
    }
    Ok(Translated { text: t.out, names: t.names })
}

fn wrong(what: &str, place: &str) -> PatternError {
    PatternError { what: what.to_string(), place: place.to_string() }
}

/// What stands before the place: what a repetition would repeat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Something,
    /// A repetition that began at that byte.
    Repetition(usize),
}

struct Translator<'p> {
    whole: &'p str,
    at: usize,
    out: String,
    names: Vec<Option<Arc<str>>>,
    open: usize,
    before: Before,
}

impl<'p> Translator<'p> {
    fn rest(&self) -> &'p str {
        self.whole.get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'p str {
        self.whole.get(start..self.at).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take_if(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn literal(&mut self, c: char) {
        push(&mut self.out, c);
        self.before = Before::Something;
    }

    fn next(&mut self, c: char) -> Result<(), PatternError> {
        match c {
            '(' => return self.group(),
            ')' => {
                self.take();
                if self.open == 0 {
                    return Err(wrong("unexpected )", self.whole));
                }
                self.open -= 1;
                self.out.push(')');
                self.before = Before::Something;
            }
            '|' => {
                self.take();
                self.out.push('|');
                self.before = Before::Nothing;
            }
            '[' => return self.class(),
            '.' | '^' | '$' => {
                self.take();
                self.out.push(c);
                self.before = Before::Something;
            }
            '*' | '+' | '?' => {
                let start = self.at;
                self.take();
                return self.repetition(start, &c.to_string());
            }
            '{' => {
                let start = self.at;
                if let Some(repeat) = self.counted()? {
                    return self.repetition(start, &repeat);
                }
                self.take();
                self.literal('{');
            }
            '\\' => return self.escape(),
            _ => {
                self.take();
                self.literal(c);
            }
        }
        Ok(())
    }

    fn repetition(&mut self, start: usize, written: &str) -> Result<(), PatternError> {
        let lazy = self.take_if("?");
        match self.before {
            Before::Nothing => return Err(wrong("missing argument to repetition operator", self.since(start))),
            Before::Repetition(first) => return Err(wrong("invalid nested repetition operator", self.since(first))),
            Before::Something => {}
        }
        self.out.push_str(written);
        if lazy {
            self.out.push('?');
        }
        self.before = Before::Repetition(start);
        Ok(())
    }

    /// `{n}`, `{n,}` or `{n,m}`; anything else is a literal brace.
    fn counted(&mut self) -> Result<Option<String>, PatternError> {
        let Some((inside, _)) = self.rest().get(1..).and_then(|r| r.split_once('}')) else { return Ok(None) };
        let (low, high) = inside.split_once(',').map_or((inside, None), |(l, h)| (l, Some(h)));
        let number =
            |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()) && (t.len() == 1 || !t.starts_with('0'));
        if !number(low) || !high.is_none_or(|h| h.is_empty() || number(h)) {
            return Ok(None);
        }
        let start = self.at;
        self.at += inside.len() + 2;
        let value = |t: &str| t.parse::<u32>().ok().filter(|n| *n <= MOST_REPEATS);
        let ok = match (value(low), high) {
            (Some(_), None | Some("")) => true,
            (Some(low), Some(high)) => value(high).is_some_and(|h| low <= h),
            (None, _) => false,
        };
        if ok { Ok(Some(format!("{{{inside}}}"))) } else { Err(wrong("invalid repeat count", self.since(start))) }
    }

    fn group(&mut self) -> Result<(), PatternError> {
        let start = self.at;
        self.take();
        if self.open >= DEEPEST {
            return Err(wrong("expression nests too deeply", self.whole));
        }
        if !self.rest().starts_with('?') {
            self.opens(None);
            return Ok(());
        }
        for opening in ["?P<", "?<"] {
            if self.take_if(opening) {
                let Some((name, _)) = self.rest().split_once('>') else {
                    return Err(wrong("invalid named capture", self.whole.get(start..).unwrap_or_default()));
                };
                self.at += name.len() + 1;
                if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                    return Err(wrong("invalid named capture", self.since(start)));
                }
                self.opens(Some(name.into()));
                return Ok(());
            }
        }
        self.flags(start)
    }

    fn opens(&mut self, name: Option<Arc<str>>) {
        self.names.push(name);
        self.open += 1;
        self.out.push('(');
        self.before = Before::Nothing;
    }

    /// `(?i)`, `(?s-m:` and so on.
    fn flags(&mut self, start: usize) -> Result<(), PatternError> {
        self.take();
        let (mut negated, mut any) = (false, false);
        loop {
            match self.take() {
                Some('i' | 'm' | 's' | 'U') => any = true,
                Some('-') if !negated => {
                    negated = true;
                    any = false;
                }
                Some(end @ (':' | ')')) if !negated || any => {
                    self.out.push_str(self.since(start));
                    if end == ':' {
                        self.open += 1;
                        self.before = Before::Nothing;
                    } else if self.since(start) == "(?)" {
                        self.out.truncate(self.out.len() - 3);
                    }
                    return Ok(());
                }
                None => return Err(wrong("missing argument to repetition operator", "?")),
                Some(_) => return Err(wrong("invalid or unsupported Perl syntax", self.since(start))),
            }
        }
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        let start = self.at;
        if self.take_if("\\Q") {
            let (quoted, length) = match self.rest().split_once("\\E") {
                Some((quoted, _)) => (quoted, quoted.len() + 2),
                None => (self.rest(), self.rest().len()),
            };
            quoted.chars().for_each(|c| self.literal(c));
            self.at += length;
            return Ok(());
        }
        if let Some(set) = self.shorthand()? {
            // Without `i`: folding would add letters beyond ASCII.
            write!(self.out, "(?-i:[{set}])").unwrap_or_default();
            self.before = Before::Something;
            return Ok(());
        }
        for (escape, written) in
            [("\\A", "\\A"), ("\\z", "\\z"), ("\\b", "(?-u:\\b)"), ("\\B", "(?-u:\\B)"), ("\\E", "")]
        {
            if self.take_if(escape) {
                if escape == "\\E" {
                    return Err(wrong("invalid escape sequence", "\\E"));
                }
                self.out.push_str(written);
                self.before = Before::Something;
                return Ok(());
            }
        }
        self.at = start;
        let c = self.escaped_character()?;
        self.literal(c);
        Ok(())
    }

    /// `\d`, `\pL` and their like, as what stands inside a class of our engine.
    fn shorthand(&mut self) -> Result<Option<String>, PatternError> {
        let start = self.at;
        for (escape, set) in [("\\d", DIGIT), ("\\w", WORD), ("\\s", SPACE)] {
            if self.take_if(escape) {
                return Ok(Some(set.to_string()));
            }
            if self.take_if(&escape.to_uppercase()) {
                return Ok(Some(format!("[^{set}]")));
            }
        }
        let mut negated = self.take_if("\\P");
        if !negated && !self.take_if("\\p") {
            return Ok(None);
        }
        let name = match self.take() {
            Some('{') => {
                let Some((name, _)) = self.rest().split_once('}') else {
                    return Err(wrong("invalid character class range", self.whole.get(start..).unwrap_or_default()));
                };
                self.at += name.len() + 1;
                name.strip_prefix('^').map_or(name, |name| {
                    negated = !negated;
                    name
                })
            }
            Some(c) => self.since(self.at - c.len_utf8()),
            None => return Err(wrong("invalid character class range", self.since(start))),
        };
        if name == "Any" {
            return Ok(Some(if negated { "[^\\x{0}-\\x{10FFFF}]".into() } else { "\\x{0}-\\x{10FFFF}".to_string() }));
        }
        // The engine takes names in more spellings and more properties; the categories and scripts of Go begin with
        // a capital and are known to it.
        let known = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
            && regex_automata::meta::Regex::new(&format!("\\p{{{name}}}")).is_ok();
        if !known {
            return Err(wrong("invalid character class range", self.since(start)));
        }
        Ok(Some(format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' })))
    }

    /// An escape that stands for one character.
    fn escaped_character(&mut self) -> Result<char, PatternError> {
        let start = self.at;
        self.take();
        let Some(c) = self.take() else {
            return Err(wrong("trailing backslash at end of expression", ""));
        };
        let octal = |c: char| c.is_digit(8);
        let found = match c {
            'a' => Some('\u{7}'),
            'f' => Some('\u{c}'),
            't' => Some('\t'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            'v' => Some('\u{b}'),
            'x' => self.hexadecimal(),
            // One digit alone would be a reference back, which RE2 has not.
            '1'..='7' if !self.rest().starts_with(octal) => None,
            '0'..='7' => {
                let mut number = c.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    if let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) {
                        number = number * 8 + digit;
                        self.take();
                    }
                }
                char::from_u32(number)
            }
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c),
            _ => None,
        };
        found.ok_or_else(|| wrong("invalid escape sequence", self.since(start)))
    }

    fn hexadecimal(&mut self) -> Option<char> {
        let digits = if self.take_if("{") {
            let (digits, _) = self.rest().split_once('}')?;
            self.at += digits.len() + 1;
            digits
        } else {
            let digits = self.rest().get(..2)?;
            self.at += 2;
            digits
        };
        let all_hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        all_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten().and_then(char::from_u32)
    }

    fn class(&mut self) -> Result<(), PatternError> {
        let start = self.at;
        let missing = || wrong("missing closing ]", self.whole.get(start..).unwrap_or_default());
        let missing = missing();
        self.take();
        let mut class = String::from("[");
        if self.take_if("^") {
            class.push('^');
        }
        let mut first = true;
        loop {
            let item = self.at;
            match self.peek() {
                None => return Err(missing),
                Some(']') if !first => {
                    self.take();
                    break;
                }
                _ => {}
            }
            first = false;
            if let Some(named) = self.posix()? {
                class.push_str(&named);
                continue;
            }
            if let Some(set) = self.shorthand()? {
                class.push_str(&set);
                continue;
            }
            let Some(low) = self.class_character()? else { return Err(missing) };
            let range = self.rest().starts_with('-') && !self.rest().starts_with("-]") && self.rest().len() > 1;
            push(&mut class, low);
            if range {
                self.take();
                let Some(high) = self.class_character()? else { return Err(missing) };
                if high < low {
                    return Err(wrong("invalid character class range", self.since(item)));
                }
                class.push('-');
                push(&mut class, high);
            }
        }
        class.push(']');
        self.out.push_str(&class);
        self.before = Before::Something;
        Ok(())
    }

    fn class_character(&mut self) -> Result<Option<char>, PatternError> {
        if self.peek() == Some('\\') { self.escaped_character().map(Some) } else { Ok(self.take()) }
    }

    /// `[:alpha:]` inside a class.
    fn posix(&mut self) -> Result<Option<String>, PatternError> {
        const NAMES: [&str; 14] = [
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
            "word", "xdigit",
        ];
        if !self.rest().starts_with("[:") {
            return Ok(None);
        }
        let Some(end) = self.rest().find(":]") else { return Ok(None) };
        let whole = self.rest().get(..end + 2).unwrap_or_default();
        let name = whole.trim_start_matches("[:").trim_end_matches(":]");
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(wrong("invalid character class range", whole));
        }
        self.at += whole.len();
        Ok(Some(whole.to_string()))
    }
}

/// Writes a character that means itself.
fn push(out: &mut String, c: char) {
    if c.is_alphanumeric() || !c.is_ascii() {
        out.push(c);
    } else {
        // Writing to a string cannot fail.
        write!(out, "\\x{{{:X}}}", u32::from(c)).unwrap_or_default();
    }
}
