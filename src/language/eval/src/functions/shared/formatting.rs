//! The little language of `format`.

use super::decimal::{Digits, with_exponent, with_point, with_significant};
use super::size::MOST_BYTES;
use dashu_int::IBig;
use unicode_segmentation::UnicodeSegmentation;
use value::{Number, Type, Value, convert, json};

/// Why nothing was formatted.
pub(in crate::functions) enum Failure {
    /// Something is wrong with the format or an argument.
    Call(String),
    /// The format leaves arguments unused, from that place on.
    TooMany(String, usize),
}

/// One `%…` with its options.
struct Verb<'f> {
    raw: &'f str,
    at: usize,
    plus: bool,
    space: bool,
    minus: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
    letter: char,
}

/// Wider than anybody needs: a mistake.
const WIDEST: usize = 1_000_000;

/// Formats the arguments.
pub(in crate::functions) fn format(format: &str, args: &[Value]) -> Result<String, Failure> {
    let mut out = String::new();
    let mut rest = format;
    let (mut next, mut used) = (0, 0);
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let at = format.len() - after.len() - 1;
        if let Some(after) = after.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (verb, place, after) = read(format, at).map_err(Failure::Call)?;
        rest = after;
        let place = place.unwrap_or(next);
        next = place + 1;
        used = used.max(next);
        let Some(arg) = args.get(place) else {
            let (index, count) = (place + 1, args.len());
            return Err(Failure::Call(format!(
                "not enough arguments for {:?} at {at}: need index {index} but have {count} total",
                verb.raw
            )));
        };
        let formatted = verb.format(arg).map_err(Failure::Call)?;
        out.push_str(&formatted);
        if out.len() > MOST_BYTES {
            return Err(Failure::Call("the result would be longer than 256 MiB".into()));
        }
    }
    out.push_str(rest);
    if used < args.len() {
        let reason = if used == 0 {
            "too many arguments; no verbs in format string".to_string()
        } else {
            format!("too many arguments; only {used} used by format string")
        };
        return Err(Failure::TooMany(reason, used));
    }
    Ok(out)
}

type ReadVerb<'f> = (Verb<'f>, Option<usize>, &'f str);

/// Reads a verb; gives it, the place of the argument that it names, and what comes after.
fn read(format: &str, at: usize) -> Result<ReadVerb<'_>, String> {
    let mut verb = Verb {
        raw: "",
        at,
        plus: false,
        space: false,
        minus: false,
        zero: false,
        sharp: false,
        width: None,
        precision: None,
        letter: ' ',
    };
    let mut rest = format.get(at + 1..).unwrap_or_default();
    loop {
        match rest.as_bytes().first() {
            Some(b'+') => verb.plus = true,
            Some(b' ') => verb.space = true,
            Some(b'-') => verb.minus = true,
            Some(b'0') => verb.zero = true,
            Some(b'#') => verb.sharp = true,
            _ => break,
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    let offset = |rest: &str| format.len() - rest.len();
    let unrecognized = |rest: &str| match rest.chars().next() {
        Some(c) => format!("unrecognized format character {c:?} at offset {}", offset(rest)),
        None => format!("invalid format string starting at offset {}", format.len()),
    };
    verb.width = number(&mut rest);
    if let Some(after) = rest.strip_prefix('.') {
        rest = after;
        verb.precision = Some(number(&mut rest).unwrap_or(0));
    }
    let mut place = None;
    if let Some(after) = rest.strip_prefix('[') {
        rest = after;
        if rest.starts_with('0') {
            return Err(unrecognized(rest));
        }
        place = number(&mut rest).and_then(|n| n.checked_sub(1));
        rest = rest.strip_prefix(']').filter(|_| place.is_some()).ok_or_else(|| unrecognized(rest))?;
    }
    let letter = rest.chars().next().filter(char::is_ascii_alphabetic).ok_or_else(|| unrecognized(rest))?;
    verb.letter = letter;
    rest = rest.get(1..).unwrap_or_default();
    verb.raw = format.get(at..offset(rest)).unwrap_or_default();
    if verb.width.is_some_and(|w| w > WIDEST) || verb.precision.is_some_and(|p| p > WIDEST) {
        return Err(format!("width or precision too large in {:?} at offset {at}", verb.raw));
    }
    Ok((verb, place, rest))
}

fn number(rest: &mut &str) -> Option<usize> {
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, after) = rest.split_at(count);
    *rest = after;
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
}

impl Verb<'_> {
    fn format(&self, arg: &Value) -> Result<String, String> {
        let unsupported = |why: &str| format!("unsupported value for {:?} at {}: {why}", self.raw, self.at);
        if self.letter != 'v' && arg.is_null() {
            return Err(unsupported("null value cannot be formatted"));
        }
        let as_type = |ty: Type| {
            convert(arg, &ty).map_err(|e| match (&ty, arg.ty()) {
                (Type::String, _) => unsupported("string required"),
                (Type::Bool, Type::String) => unsupported("a bool is required"),
                (Type::Bool, _) => unsupported("bool required"),
                (_, Type::String) => unsupported(&e.to_string()),
                _ => unsupported("number required"),
            })
        };
        match self.letter {
            'v' if self.sharp => Ok(self.padded(&as_json(arg).map_err(|why| unsupported(&why))?)),
            'v' => self.as_is(arg),
            't' => Ok(as_type(Type::Bool)?.as_bool().unwrap_or_default().to_string()),
            'b' | 'd' | 'o' | 'x' | 'X' => {
                let value = as_type(Type::Number)?;
                let number = value.as_number().unwrap_or(&Number::ZERO);
                self.integer(number).ok_or_else(|| unsupported("an integer is required"))
            }
            'e' | 'E' | 'f' | 'g' | 'G' => {
                let value = as_type(Type::Number)?;
                Ok(self.float(value.as_number().unwrap_or(&Number::ZERO)))
            }
            's' | 'q' => {
                let value = as_type(Type::String)?;
                let mut text = value.as_str().unwrap_or_default().to_string();
                if let Some(most) = self.precision {
                    text = text.graphemes(true).take(most).collect();
                }
                Ok(self.padded(&if self.letter == 'q' { as_json(&Value::string(text))? } else { text }))
            }
            other => Err(format!("unsupported format verb {other:?} in {:?} at offset {}", self.raw, self.at)),
        }
    }

    fn as_is(&self, arg: &Value) -> Result<String, String> {
        let text = match (arg.as_str(), arg.as_number()) {
            (Some(text), _) => text.to_string(),
            (_, Some(number)) => shortest(number),
            _ => as_json(arg)?,
        };
        Ok(self.padded(&text))
    }

    /// Text to the width, counted in what people see as characters.
    fn padded(&self, text: &str) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
        let fill = if self.zero { "0" } else { " " }.repeat(missing);
        if self.minus { format!("{text}{fill}") } else { format!("{fill}{text}") }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }

    fn integer(&self, number: &Number) -> Option<String> {
        if !number.is_integer() {
            return None;
        }
        // All digits, not those that are enough to name the number.
        let whole = IBig::from_str_radix(&with_point(&Digits::exact(number), 0), 10).ok()?;
        let negative = number.signum() < 0;
        let digits = match self.letter {
            'b' => whole.in_radix(2).to_string(),
            'o' => whole.in_radix(8).to_string(),
            'x' => whole.in_radix(16).to_string(),
            'X' => whole.in_radix(16).to_string().to_uppercase(),
            _ => whole.to_string(),
        };
        let digits = digits.trim_start_matches('-');
        let base = match self.letter {
            'b' if self.sharp => "0b",
            'o' if self.sharp => "0",
            'x' if self.sharp => "0x",
            'X' if self.sharp => "0X",
            _ => "",
        };
        let sign = self.sign(negative);
        if self.precision == Some(0) && digits == "0" {
            return Some(String::new());
        }
        let mut zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        let missing = self.width.unwrap_or(0).saturating_sub(sign.len() + base.len() + zeros + digits.len());
        let (mut left, mut right) = (0, 0);
        match () {
            () if self.minus => right = missing,
            () if self.zero && self.precision.is_none() => zeros += missing,
            () => left = missing,
        }
        let (left, right, zeros) = (" ".repeat(left), " ".repeat(right), "0".repeat(zeros));
        Some(format!("{left}{sign}{base}{zeros}{digits}{right}"))
    }

    fn float(&self, number: &Number) -> String {
        let written = number.to_string();
        let negative = written.starts_with('-');
        let sign =
            if number.is_infinite() && !negative { if self.space { " " } else { "+" } } else { self.sign(negative) };
        let text = if number.is_infinite() {
            "Inf".to_string()
        } else {
            let exact = Digits::exact(number);
            match self.letter {
                'e' | 'E' => with_exponent(&exact.rounded_after_first(self.precision.unwrap_or(6))),
                'f' => with_point(&exact, self.precision.unwrap_or(6)),
                _ => match self.precision {
                    Some(precision) => with_significant(&exact, precision),
                    None => shortest(number).trim_start_matches('-').to_string(),
                },
            }
        };
        let text = if self.letter.is_ascii_uppercase() { text.replace('e', "E") } else { text };
        let missing = self.width.unwrap_or(0).saturating_sub(sign.len() + text.len());
        match () {
            () if self.zero && !number.is_infinite() => format!("{sign}{}{text}", "0".repeat(missing)),
            () if self.minus => format!("{sign}{text}{}", " ".repeat(missing)),
            () => format!("{}{sign}{text}", " ".repeat(missing)),
        }
    }
}

/// The exponent from which on the shortest form is written with one.
const LARGE: i64 = 6;

/// As few digits as name the number, with an exponent for the very large and the very small.
fn shortest(number: &Number) -> String {
    if number.is_infinite() {
        return if number.signum() < 0 { "-Inf".into() } else { "+Inf".into() };
    }
    let plain = number.to_string();
    let sign = if plain.starts_with('-') { "-" } else { "" };
    let digits = Digits::of_plain(&plain);
    let exponent = digits.exponent();
    if digits.is_zero() || (-4..LARGE).contains(&exponent) {
        return plain;
    }
    format!("{sign}{}", with_exponent(&digits))
}

fn as_json(value: &Value) -> Result<String, String> {
    json::simple(value).map(|node| node.print()).map_err(|e| e.to_string())
}
