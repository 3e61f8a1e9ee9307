//! `yamldecode(text)`: one document; what plain words mean is Terraform's choice among the versions of YAML.
use super::CallError;
use super::shared::moment::Moment;
use super::shared::signature::{Function, Parameter};
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, Number, Type, Value, convert};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::text("src")],
    |args| match args.first().map(|a| &a.content) {
        Some(Content::String(text)) => Ok(decode(text).map_err(CallError::new)?.ty()),
        _ => Ok(Type::Dynamic),
    },
    |call| decode(call.text(0)).map_err(CallError::new),
)
.may_give_null();

/// Deeper than anybody writes: a mistake or an attack.
const DEEPEST: usize = 1000;
/// More values than this come only from aliases of aliases.
const MOST_VALUES: usize = 1_000_000;

fn decode(text: &str) -> Result<Value, String> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: BTreeMap::new(), values: 0 };
    loop {
        match reader.next()? {
            Event::DocumentStart(_) => break,
            Event::StreamEnd => return Err("on line 1, column 1: missing start of document".into()),
            _ => {}
        }
    }
    let first = reader.next()?;
    let value = reader.node(first, 0)?;
    loop {
        match reader.next()? {
            Event::StreamEnd => return Ok(value),
            Event::DocumentStart(_) => return Err("unexpected extra content after value".into()),
            _ => {}
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    /// Values with an anchor, and how many values each holds.
    anchors: BTreeMap<usize, (Value, usize)>,
    values: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => {
                let place = error.marker();
                Err(format!("on line {}, column {}: {}", place.line(), place.col() + 1, error.info()))
            }
            None => Ok(Event::StreamEnd),
        }
    }

    fn node(&mut self, event: Event<'t>, depth: usize) -> Result<Value, String> {
        let before = self.values;
        self.values += 1;
        if depth > DEEPEST {
            return Err("the document nests too deeply".into());
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.as_deref())?, anchor),
            Event::SequenceStart(anchor, tag) => {
                check_kind(tag.as_deref(), "seq", "sequence")?;
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => items.push(self.node(event, depth + 1)?),
                    }
                }
                (Value::tuple(items), anchor)
            }
            Event::MappingStart(anchor, tag) => {
                check_kind(tag.as_deref(), "map", "mapping")?;
                (self.mapping(depth)?, anchor)
            }
            Event::Alias(anchor) => {
                let (value, count) = self.anchors.get(&anchor).ok_or("reference to an anchor that is not complete")?;
                self.values += count;
                (value.clone(), 0)
            }
            _ => return Err("unexpected end of document".into()),
        };
        if self.values > MOST_VALUES {
            return Err("document contains excessive aliasing".into());
        }
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), self.values - before));
        }
        Ok(value)
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, String> {
        let mut own: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        let mut merged: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        loop {
            let event = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let merges = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = self.node(event, depth + 1)?;
            let next = self.next()?;
            let value = self.node(next, depth + 1)?;
            if merges {
                merge(&value, &mut merged)?;
                continue;
            }
            if key.is_null() {
                return Err("mapping key cannot be null".into());
            }
            match convert(&key, &Type::String) {
                Ok(Value { content: Content::String(key), .. }) => own.insert(key, value),
                _ => return Err("only strings are allowed as mapping keys".into()),
            };
        }
        merged.extend(own);
        Ok(Value::object(merged))
    }
}

/// Takes the entries of a mapping, or of a list of mappings of which the first wins.
fn merge(value: &Value, into: &mut BTreeMap<Arc<str>, Value>) -> Result<(), String> {
    if let Some(attributes) = value.as_object() {
        for (key, value) in attributes {
            into.entry(key.clone()).or_insert_with(|| value.clone());
        }
        return Ok(());
    }
    match &value.content {
        Content::Tuple(items) if items.iter().all(|i| i.as_object().is_some()) => {
            items.iter().try_for_each(|item| merge(item, into))
        }
        _ => Err("a merge key needs a mapping or a list of mappings".into()),
    }
}

fn check_tag(tag: Option<&Tag>) -> Result<(), String> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() => {
            Err(format!("unsupported tag {:?}", format!("{}{}", tag.handle, tag.suffix)))
        }
        _ => Ok(()),
    }
}

/// Of the standard tags only one fits what is no scalar.
fn check_kind(tag: Option<&Tag>, suffix: &str, kind: &str) -> Result<(), String> {
    check_tag(tag)?;
    match tag.filter(|tag| tag.suffix != suffix) {
        Some(tag) => Err(format!("can't interpret {kind} as tag:yaml.org,2002:{}", tag.suffix)),
        None => Ok(()),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    check_tag(tag)?;
    let as_text = tag.is_some_and(|t| matches!(t.suffix.as_str(), "str" | "binary"));
    if style != ScalarStyle::Plain || as_text {
        return Ok(Value::string(text));
    }
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::null(Type::Dynamic),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::bool(false),
        ".nan" | ".NaN" | ".NAN" => return Err("floating point NaN is not supported".into()),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => infinity("Inf"),
        "-.inf" | "-.Inf" | "-.INF" => infinity("-Inf"),
        "-0" => Value::number(Number::parse("-0").unwrap_or(Number::ZERO)),
        _ => match number(text) {
            Some(number) => Value::number(number),
            None => Value::string(timestamp(text).unwrap_or_else(|| text.to_string())),
        },
    })
}

fn infinity(text: &str) -> Value {
    Number::parse(text).map_or_else(|| Value::string(text), Value::number)
}

fn number(text: &str) -> Option<Number> {
    let radix = |digits: &str, radix: u32| u64::from_str_radix(digits, radix).ok().map(Number::from);
    if let Some(digits) = text.strip_prefix("0o").filter(|d| !d.starts_with('+')) {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x").filter(|d| !d.starts_with('+')) {
        return radix(digits, 16);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let looks = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let number = looks.then(|| Number::parse(text)).flatten()?;
    // Without a point it is a whole number, and of those there is one zero.
    Some(if number.is_zero() && unsigned.bytes().all(|b| b.is_ascii_digit()) { Number::ZERO } else { number })
}

/// A date or time as RFC 3339 with whole seconds; months, days and times may have one digit.
fn timestamp(text: &str) -> Option<String> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at)?, Some((text.get(at..=at)?, text.get(at + 1..)?))),
        None => (text, None),
    };
    let two = |part: &str| {
        ((1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{part:0>2}"))
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, two(parts.next()?)?, two(parts.next()?)?);
    if parts.next().is_some() {
        return None;
    }
    let rest = match time {
        None => "00:00:00Z".to_string(),
        Some((mark, time)) => {
            let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
            let (clock, zone) = time.split_at(zone_at);
            // After a blank there is no zone, otherwise there must be one.
            if (mark == " ") != zone.is_empty() {
                return None;
            }
            let (whole, fraction) = clock.split_once('.').map_or((clock, String::new()), |(w, f)| (w, format!(".{f}")));
            let clock: Option<Vec<String>> = whole.split(':').map(two).collect();
            let zone = if zone.is_empty() { "Z" } else { zone };
            format!("{}{fraction}{zone}", clock.filter(|c| c.len() == 3)?.join(":"))
        }
    };
    Moment::parse(&format!("{year}-{month}-{day}T{rest}")).ok().map(|m| m.to_string())
}
