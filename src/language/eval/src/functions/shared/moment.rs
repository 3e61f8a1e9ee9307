//! Points in time as RFC 3339 writes them, and durations as Go writes them.

use std::fmt;
use value::text::in_quotes;

const NANOS: i128 = 1_000_000_000;

/// A date and time with its distance from UTC.
#[derive(Clone, Copy)]
pub(in crate::functions) struct Moment {
    pub(in crate::functions) year: i64,
    pub(in crate::functions) month: u32,
    pub(in crate::functions) day: u32,
    pub(in crate::functions) hour: u32,
    pub(in crate::functions) minute: u32,
    pub(in crate::functions) second: u32,
    pub(in crate::functions) nanos: u32,
    pub(in crate::functions) offset_minutes: i32,
}

/// What is left to read, and how to say that it is wrong.
struct Reader<'t>(&'t str);

impl<'t> Reader<'t> {
    fn wrong(&self, what: &str) -> String {
        match self.0 {
            "" => format!("not a valid RFC3339 timestamp: end of string before {what}"),
            rest => format!("not a valid RFC3339 timestamp: cannot use {} as {what}", in_quotes(rest)),
        }
    }

    fn digits(&mut self, count: usize, what: &str) -> Result<u32, String> {
        let (digits, rest) = self.0.split_at_checked(count).ok_or_else(|| self.wrong(what))?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(self.wrong(what));
        }
        let number = digits.parse().map_err(|_| self.wrong(what))?;
        self.0 = rest;
        Ok(number)
    }

    fn mark(&mut self, mark: char) -> Result<(), String> {
        match self.0.strip_prefix(mark) {
            Some(rest) => {
                self.0 = rest;
                Ok(())
            }
            None if mark == 'T' => Err("not a valid RFC3339 timestamp: missing required time introducer 'T'".into()),
            None if self.0.is_empty() => Err(format!("not a valid RFC3339 timestamp: end of string before \"{mark}\"")),
            None => {
                Err(format!("not a valid RFC3339 timestamp: found {} where \"{mark}\" is expected", in_quotes(self.0)))
            }
        }
    }

    /// Two digits of a time of day; Terraform says first that there must be two.
    fn two(&mut self, what: &str, below: u32) -> Result<u32, String> {
        let found = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if found == 1 {
            return Err(format!("not a valid RFC3339 timestamp: {what} must have exactly two digits"));
        }
        let number = self.digits(2, what)?;
        if number >= below {
            let most = below - 1;
            return Err(format!("not a valid RFC3339 timestamp: {what} must be between 0 and {most} inclusive"));
        }
        Ok(number)
    }
}

impl Moment {
    /// Reads RFC 3339.
    pub(in crate::functions) fn parse(text: &str) -> Result<Moment, String> {
        let mut r = Reader(text);
        let year = i64::from(r.digits(4, "year")?);
        r.mark('-')?;
        let month = r.digits(2, "month")?;
        if !(1..=12).contains(&month) {
            return Err(r.wrong("month"));
        }
        r.mark('-')?;
        let day = r.digits(2, "day")?;
        if day == 0 || day > days_in(year, month) {
            return Err("not a valid RFC3339 timestamp: day out of range".into());
        }
        r.mark('T')?;
        let hour = r.two("hour", 24)?;
        r.mark(':')?;
        let minute = r.two("minute", 60)?;
        r.mark(':')?;
        let second = r.two("second", 60)?;
        let nanos = fraction(&mut r)?;
        let offset_minutes = offset(&mut r)?;
        Ok(Moment { year, month, day, hour, minute, second, nanos, offset_minutes })
    }

    /// Nanoseconds since 1970 in UTC.
    pub(in crate::functions) fn since_epoch(&self) -> i128 {
        let seconds = days_before(self.year, self.month, self.day) * 86_400
            + i64::from(self.hour) * 3600
            + i64::from(self.minute) * 60
            + i64::from(self.second)
            - i64::from(self.offset_minutes) * 60;
        i128::from(seconds) * NANOS + i128::from(self.nanos)
    }

    /// So many nanoseconds later, at the same distance from UTC.
    pub(in crate::functions) fn after(&self, nanos: i128) -> Moment {
        let local = self.since_epoch() + nanos + i128::from(self.offset_minutes) * 60 * NANOS;
        let seconds = local.div_euclid(NANOS) as i64;
        let (year, month, day) = date_of(seconds.div_euclid(86_400));
        let in_day = seconds.rem_euclid(86_400) as u32;
        Moment {
            year,
            month,
            day,
            hour: in_day / 3600,
            minute: in_day / 60 % 60,
            second: in_day % 60,
            nanos: local.rem_euclid(NANOS) as u32,
            offset_minutes: self.offset_minutes,
        }
    }

    /// Day of the week from Sunday, zero.
    pub(in crate::functions) fn weekday(&self) -> u32 {
        (days_before(self.year, self.month, self.day) + 4).rem_euclid(7) as u32
    }

    /// Distance from UTC, such as `+02:00`.
    pub(in crate::functions) fn offset(&self, between: &str) -> String {
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let minutes = self.offset_minutes.abs();
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }
}

/// RFC 3339 with whole seconds.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}T", self.year, self.month, self.day)?;
        write!(f, "{:02}:{:02}:{:02}", self.hour, self.minute, self.second)?;
        if self.offset_minutes == 0 { f.write_str("Z") } else { f.write_str(&self.offset(":")) }
    }
}

/// Digits after a point, cut to nanoseconds.
fn fraction(r: &mut Reader<'_>) -> Result<u32, String> {
    let Some(rest) = r.0.strip_prefix('.') else { return Ok(0) };
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return Err(r.wrong("timestamp segment"));
    }
    let (digits, after) = rest.split_at(count);
    r.0 = after;
    let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().map_err(|_| r.wrong("timestamp segment"))
}

fn offset(r: &mut Reader<'_>) -> Result<i32, String> {
    const WHAT: &str = "UTC offset";
    if r.0.starts_with(',') {
        return Err(r.wrong("timestamp segment").replace(r.0, ","));
    }
    if let Some(after) = r.0.strip_prefix('Z') {
        return if after.is_empty() { Ok(0) } else { Err(Reader(after).wrong("timestamp segment")) };
    }
    let parsed = || -> Option<i32> {
        let sign = match r.0.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let (hours, minutes) = r.0.get(1..)?.split_once(':')?;
        let two = |t: &str, below: i32| {
            t.parse::<i32>().ok().filter(|n| t.len() == 2 && (0..below).contains(n) && !t.starts_with('+'))
        };
        Some(sign * (two(hours, 24)? * 60 + two(minutes, 60)?))
    };
    parsed().ok_or_else(|| r.wrong(WHAT))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date. Years are counted from March, so that the leap day is the last of its year.
fn days_before(year: i64, month: u32, day: u32) -> i64 {
    let month = i64::from(month);
    let year = if month <= 2 { year - 1 } else { year };
    let (cycle, in_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    cycle * 146_097 + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + in_year - 719_468
}

fn date_of(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let (cycle, in_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (in_cycle - in_cycle / 1460 + in_cycle / 36_524 - in_cycle / 146_096) / 365;
    let in_year = in_cycle - (365 * year + year / 4 - year / 100);
    let from_march = (5 * in_year + 2) / 153;
    let day = in_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + cycle * 400 + i64::from(month <= 2);
    (year, month as u32, day as u32)
}

/// As Go quotes a duration: what is not plain ASCII byte by byte.
fn in_bytes(text: &str) -> String {
    let quoted = text.bytes().fold(String::from("\""), |quoted, byte| match byte {
        b'"' | b'\\' => quoted + "\\" + &char::from(byte).to_string(),
        0x20..0x80 => quoted + &char::from(byte).to_string(),
        _ => quoted + &format!("\\x{byte:02x}"),
    });
    quoted + "\""
}

/// Nanoseconds of a duration such as `1h30m`, `-1.5h`, `100ms`.
pub(in crate::functions) fn duration(text: &str) -> Result<i128, String> {
    let invalid = || format!("time: invalid duration {}", in_bytes(text));
    let (sign, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (-1, text.get(1..).unwrap_or_default()),
        Some(b'+') => (1, text.get(1..).unwrap_or_default()),
        _ => (1, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let mut points = 0;
        let of_number = |b: &u8| match b {
            b'.' => {
                points += 1;
                points == 1
            }
            other => other.is_ascii_digit(),
        };
        let count = rest.as_bytes().iter().copied().take_while(of_number).count();
        let (number, after) = rest.split_at(count);
        let unit_end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| invalid())? };
        if whole > 1 << 63 {
            return Err(invalid());
        }
        let scale = match unit {
            "" => return Err(format!("time: missing unit in duration {}", in_bytes(text))),
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => NANOS,
            "m" => 60 * NANOS,
            "h" => 3600 * NANOS,
            _ => return Err(format!("time: unknown unit {} in duration {}", in_bytes(unit), in_bytes(text))),
        };
        let fraction: String = fraction.chars().take(18).collect();
        let parts: i128 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| invalid())? };
        let part = parts * scale / 10_i128.pow(fraction.len() as u32);
        total = whole.checked_mul(scale).and_then(|w| total.checked_add(w + part)).ok_or_else(invalid)?;
        if total > i128::from(i64::MAX) + i128::from(sign < 0) {
            return Err(invalid());
        }
        rest = next;
    }
    Ok(total * sign)
}
