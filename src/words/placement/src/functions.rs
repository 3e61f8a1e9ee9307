//! The DR functions over names of zones, regions and keys (recovery.md 4.4), for both providers that offer them.
//!
//! Only the form of a name is judged: nothing is looked up, and no list of zones goes out of date.

#[cfg(test)]
mod tests;

use configschema::{Function, FunctionParameter};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Type, Value};

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoResult {
    /// Which argument is to blame, from zero.
    pub argument: usize,
    /// A full sentence.
    pub reason: String,
}

/// One function.
struct Entry {
    name: &'static str,
    parameters: Vec<(&'static str, Type)>,
    result: Type,
    body: fn(&[Value]) -> Result<Value, NoResult>,
}

fn table() -> [Entry; 5] {
    let text = || Type::String;
    let zones = || Type::list(Type::String);
    [
        Entry {
            name: "account_of",
            parameters: vec![("arn", text())],
            result: text(),
            body: |a| arn_part(a, ArnPart::Account),
        },
        Entry {
            name: "key_region",
            parameters: vec![("key", text())],
            result: text(),
            body: |a| key_region(argument(a, 0)).map(Value::string),
        },
        Entry {
            name: "region_of",
            parameters: vec![("arn_or_zone", text())],
            result: text(),
            body: |a| region_of(argument(a, 0)).map(Value::string),
        },
        Entry { name: "same_key", parameters: vec![("a", text()), ("b", text())], result: Type::Bool, body: same_key },
        Entry {
            name: "usable_zones",
            parameters: vec![("zones", zones())],
            result: zones(),
            body: |a| Ok(usable_zones(a)),
        },
    ]
}

/// Signatures by name.
pub fn dr_functions() -> BTreeMap<Arc<str>, Function> {
    let parameter = |(name, ty): (&'static str, Type)| FunctionParameter::new(name, ty);
    let function =
        |parameters: Vec<(&'static str, Type)>, result| Function::new(parameters.into_iter().map(parameter), result);
    table().into_iter().map(|entry| (entry.name.into(), function(entry.parameters, entry.result))).collect()
}

/// Calls a function of [`dr_functions`] with known arguments of its parameters' types; `None` when there is none of
/// that name.
pub fn call_dr_function(name: &str, arguments: &[Value]) -> Option<Result<Value, NoResult>> {
    let entry = table().into_iter().find(|entry| entry.name == name)?;
    Some((entry.body)(arguments))
}

fn argument(arguments: &[Value], index: usize) -> &str {
    arguments.get(index).and_then(Value::as_str).unwrap_or_default()
}

fn no_result<T>(argument: usize, reason: String) -> Result<T, NoResult> {
    Err(NoResult { argument, reason })
}

#[derive(Clone, Copy)]
enum ArnPart {
    Region,
    Account,
}

/// A part of `arn:partition:service:region:account:resource`; empty for services without it.
fn part_of_arn(arn: &str, part: ArnPart) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let is_arn = parts.next() == Some("arn") && parts.next().is_some() && parts.next().is_some();
    let (region, account, _) = (parts.next()?, parts.next()?, parts.next()?);
    is_arn.then_some(match part {
        ArnPart::Region => region,
        ArnPart::Account => account,
    })
}

fn arn_part(arguments: &[Value], part: ArnPart) -> Result<Value, NoResult> {
    let arn = argument(arguments, 0);
    match part_of_arn(arn, part) {
        Some(found) if !found.is_empty() => Ok(Value::string(found)),
        Some(_) => no_result(0, format!("{arn:?} names no such part: its service has none.")),
        None => no_result(0, format!("{arn:?} is not an ARN.")),
    }
}

/// The location in `projects/…/locations/LOCATION/keyRings/…`.
fn google_location(name: &str) -> Option<&str> {
    let mut parts = name.split('/');
    parts.find(|part| *part == "locations")?;
    parts.next().filter(|location| !location.is_empty())
}

fn key_region(key: &str) -> Result<&str, NoResult> {
    match part_of_arn(key, ArnPart::Region).or_else(|| google_location(key)) {
        Some(region) if !region.is_empty() => Ok(region),
        _ => no_result(0, format!("{key:?} is neither the ARN nor the resource name of a key.")),
    }
}

fn region_of(name: &str) -> Result<String, NoResult> {
    if name.starts_with("arn:") || name.contains("/locations/") {
        return key_region(name).map(str::to_string);
    }
    match place(name) {
        Place::Region => Ok(name.to_string()),
        Place::Zone(region) | Place::Edge(region) => Ok(region),
        Place::Unknown => no_result(0, format!("{name:?} has the form of no region, zone, zone id or ARN.")),
    }
}

fn usable_zones(arguments: &[Value]) -> Value {
    let zones = arguments.first().and_then(Value::as_items).unwrap_or_default();
    let usable = |zone: &&Value| zone.as_str().is_none_or(|zone| !matches!(place(zone), Place::Edge(_)));
    Value::list(Type::String, zones.iter().filter(usable).cloned())
}

/// Two names mean one key when they are equal, or when both are replicas of one multi-region key.
fn same_key(arguments: &[Value]) -> Result<Value, NoResult> {
    let (a, b) = (argument(arguments, 0), argument(arguments, 1));
    for (index, name) in [a, b].into_iter().enumerate() {
        if name.contains("alias/") {
            return no_result(index, format!("{name:?} is an alias, which may mean another key tomorrow."));
        }
    }
    let replica = |name: &str| {
        let (_, id) = name.rsplit_once('/')?;
        let account = part_of_arn(name, ArnPart::Account)?;
        id.starts_with("mrk-").then(|| (account.to_string(), id.to_string()))
    };
    Ok(Value::bool(a == b || replica(a).is_some_and(|a| replica(b) == Some(a))))
}

/// What a name is, by its form.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Region,
    /// A zone of this region.
    Zone(String),
    /// A Local or Wavelength Zone whose parent is this region.
    Edge(String),
    Unknown,
}

/// Of AWS: `eu-central-1`, `eu-central-1a`, `euc1-az1`, `us-west-2-lax-1a`, `usw2-lax1-az1`, `us-east-1-wl1-bos-wlz-1`.
/// Of Google: `europe-west3`, `europe-west3-a`.
fn place(name: &str) -> Place {
    let parts: Vec<&str> = name.split('-').collect();
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    // Where the number of an AWS region stands: after two or three words.
    let number = parts.iter().position(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    if let Some(at @ 2..=3) = number
        && let (Some(words), Some(numbered), Some(rest)) = (parts.get(..at), parts.get(at), parts.get(at + 1..))
        && words.iter().all(|word| letters(word))
    {
        let digits: String = numbered.chars().take_while(char::is_ascii_digit).collect();
        let letter = numbered.trim_start_matches(|c: char| c.is_ascii_digit());
        let region = format!("{}-{digits}", words.join("-"));
        return match (letter, rest) {
            ("", []) => Place::Region,
            ("", _) => Place::Edge(region),
            (_, []) if letter.len() == 1 && letters(letter) => Place::Zone(region),
            _ => Place::Unknown,
        };
    }
    match parts.as_slice() {
        [short, zone] if zone.strip_prefix("az").is_some_and(is_number) => {
            long_region(short).map_or(Place::Unknown, Place::Zone)
        }
        [short, _, .., last] if last.starts_with("az") || last.starts_with("wlz") => {
            long_region(short).map_or(Place::Unknown, Place::Edge)
        }
        [area, place] if letters(area) && ends_in_number(place) => Place::Region,
        [area, place, zone] if letters(area) && ends_in_number(place) && letters(zone) && zone.len() == 1 => {
            Place::Zone(format!("{area}-{place}"))
        }
        _ => Place::Unknown,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// As in `west3`.
fn ends_in_number(text: &str) -> bool {
    let word = text.trim_end_matches(|c: char| c.is_ascii_digit());
    !word.is_empty() && word.len() < text.len() && word.bytes().all(|b| b.is_ascii_lowercase())
}

/// `euc1` is `eu-central-1`: an area, a direction, a number.
fn long_region(short: &str) -> Option<String> {
    const AREAS: [(&str, &str); 11] = [
        ("usg", "us-gov"),
        ("us", "us"),
        ("eu", "eu"),
        ("ap", "ap"),
        ("sa", "sa"),
        ("ca", "ca"),
        ("me", "me"),
        ("af", "af"),
        ("il", "il"),
        ("mx", "mx"),
        ("cn", "cn"),
    ];
    const DIRECTIONS: [(&str, &str); 9] = [
        ("ne", "northeast"),
        ("nw", "northwest"),
        ("se", "southeast"),
        ("sw", "southwest"),
        ("n", "north"),
        ("e", "east"),
        ("s", "south"),
        ("w", "west"),
        ("c", "central"),
    ];
    let (area, rest) = AREAS.iter().find_map(|(short_area, long)| Some((long, short.strip_prefix(short_area)?)))?;
    let (direction, number) = DIRECTIONS.iter().find_map(|(short, long)| {
        let number = rest.strip_prefix(short)?;
        is_number(number).then_some((long, number))
    })?;
    Some(format!("{area}-{direction}-{number}"))
}
