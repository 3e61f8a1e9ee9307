//! `formatdate(format, timestamp)`
use super::CallError;
use super::shared::moment::Moment;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("format"), Parameter::text("time")], Kind::Text, |call| {
        let moment = Moment::parse(call.text(1)).map_err(|e| CallError::at(1, e))?;
        text(format(call.text(0), &moment).map_err(|e| CallError::at(0, e))?)
    });

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn format(format: &str, moment: &Moment) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = quoted(rest.get(1..).unwrap_or_default(), &mut out)?;
            continue;
        }
        let end = rest.find(|c| c != first).unwrap_or(rest.len());
        let (verb, after) = rest.split_at(end);
        rest = after;
        if first.is_ascii_alphabetic() {
            out.push_str(&piece(verb, moment)?);
        } else {
            out.push_str(verb);
        }
    }
    Ok(out)
}

/// Text up to the closing quote, doubled quotes inside; gives what comes after.
fn quoted<'t>(mut rest: &'t str, out: &mut String) -> Result<&'t str, String> {
    if let Some(after) = rest.strip_prefix('\'').filter(|after| !after.starts_with('\'')) {
        // Nothing in quotes is a quote.
        out.push('\'');
        return Ok(after);
    }
    loop {
        let (part, after) = rest.split_once('\'').ok_or("unterminated literal '")?;
        out.push_str(part);
        match after.strip_prefix('\'') {
            Some(next) => {
                out.push('\'');
                rest = next;
            }
            None => return Ok(after),
        }
    }
}

fn piece(verb: &str, m: &Moment) -> Result<String, String> {
    let named = |names: &'static [&'static str], at: u32| names.get(at as usize).copied().unwrap_or_default();
    let short = |name: &str| name.get(..3).unwrap_or_default().to_string();
    let month = || named(&MONTHS, m.month - 1);
    let hour12 = || if m.hour.is_multiple_of(12) { 12 } else { m.hour % 12 };
    let half = || if m.hour < 12 { "am" } else { "pm" };
    Ok(match verb {
        "YYYY" => format!("{:04}", m.year),
        "YY" => format!("{:02}", m.year % 100),
        "M" => m.month.to_string(),
        "MM" => format!("{:02}", m.month),
        "MMM" => short(month()),
        "MMMM" => month().to_string(),
        "D" => m.day.to_string(),
        "DD" => format!("{:02}", m.day),
        "EEE" => short(named(&DAYS, m.weekday())),
        "EEEE" => named(&DAYS, m.weekday()).to_string(),
        "h" => m.hour.to_string(),
        "hh" => format!("{:02}", m.hour),
        "H" => hour12().to_string(),
        "HH" => format!("{:02}", hour12()),
        "AA" => half().to_uppercase(),
        "aa" => half().to_string(),
        "m" => m.minute.to_string(),
        "mm" => format!("{:02}", m.minute),
        "s" => m.second.to_string(),
        "ss" => format!("{:02}", m.second),
        "Z" if m.offset_minutes == 0 => "Z".into(),
        "ZZZ" if m.offset_minutes == 0 => "UTC".into(),
        "ZZZ" | "ZZZZ" => m.offset(""),
        "Z" | "ZZZZZ" => m.offset(":"),
        _ => return Err(format!("invalid date format verb {verb:?}{}", advice(verb))),
    })
}

fn advice(verb: &str) -> &'static str {
    match verb.as_bytes().first() {
        Some(b'Y') => ": year must either be \"YY\" or \"YYYY\"",
        Some(b'M') => ": month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"",
        Some(b'D') => ": day of month must either be \"D\" or \"DD\"",
        Some(b'E') => ": day of week must either be \"EEE\" or \"EEEE\"",
        Some(b'h') => ": 24-hour must either be \"h\" or \"hh\"",
        Some(b'H') => ": 12-hour must either be \"H\" or \"HH\"",
        Some(b'A') => ": must be \"AA\"",
        Some(b'a') => ": must be \"aa\"",
        Some(b'm') => ": minute must either be \"m\" or \"mm\"",
        Some(b's') => ": second must either be \"s\" or \"ss\"",
        Some(b'Z') => ": timezone must be Z, ZZZZ, or ZZZZZ",
        _ => "",
    }
}
