//! Numbers from and to decimal text.

use super::{Binary, Number, Repr, TEXT_BITS, quotient, round, zero};
use dashu_base::BitTest;
use dashu_int::UBig;

/// The largest decimal exponent taken.
const DECIMAL_EXPONENT_MAX: i64 = 100_000;
/// Powers of five up to this fit the bits Go computes them with, so they are exact.
const EXACT_FIVES_MAX: u64 = 248;
/// Bits Go computes powers of five with.
const FIVES_BITS: u32 = TEXT_BITS + 64;

pub(super) fn parse(text: &str) -> Option<Number> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if rest == "Inf" || rest == "inf" {
        return Some(Number(Repr::Infinite { negative }));
    }
    let plain = rest.len() < 19 && rest.bytes().all(|b| b.is_ascii_digit());
    if plain && let Ok(value) = rest.parse::<i64>() {
        let value = if negative { -value } else { value };
        return Some(if value == 0 { zero(negative, TEXT_BITS) } else { Number(Repr::Int { value, bits: TEXT_BITS }) });
    }
    let (digits, exponent) = match rest.find(['e', 'E', 'p', 'P']) {
        Some(at) => (rest.get(..at)?, Some((rest.as_bytes().get(at)?, exponent(rest.get(at + 1..)?)?))),
        None => (rest, None),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all: String = [whole, fraction].concat();
    if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mantissa = UBig::from_str_radix(&all, 10).ok()?;
    if mantissa.is_zero() {
        return Some(zero(negative, TEXT_BITS));
    }
    let (ten, two) = match exponent {
        Some((b'p' | b'P', e)) => (0, e),
        Some((_, e)) => (e, 0),
        None => (0, 0),
    };
    let ten = ten - i64::try_from(fraction.len()).ok()?;
    Some(scale(negative, mantissa, ten, two))
}

fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse::<i64>().ok().filter(|e| e.abs() <= DECIMAL_EXPONENT_MAX)
}

/// `± mantissa × 10^ten × 2^two`
fn scale(negative: bool, mantissa: UBig, ten: i64, two: i64) -> Number {
    let fives = five_to_the(ten.unsigned_abs());
    if ten >= 0 {
        return round(negative, mantissa * fives.mantissa, fives.exponent + ten + two, false, TEXT_BITS);
    }
    let dividend = Binary { negative, mantissa, exponent: ten + two, bits: TEXT_BITS };
    quotient(negative, &dividend, &fives, TEXT_BITS)
}

/// A power of five: exact while it fits, then rounded at each step in the order Go does, so that the last bit
/// agrees.
fn five_to_the(power: u64) -> Binary {
    let exact = |mantissa| Binary { negative: false, mantissa, exponent: 0, bits: FIVES_BITS };
    if power <= EXACT_FIVES_MAX {
        return exact(UBig::from(5_u8).pow(power as usize));
    }
    let product = |a: &Binary, b: &Binary| {
        let rounded = round(false, &a.mantissa * &b.mantissa, a.exponent + b.exponent, false, FIVES_BITS);
        rounded.finite().unwrap_or_else(|| exact(UBig::ONE))
    };
    let mut result = exact(UBig::from(5_u8).pow(27));
    let mut square = exact(UBig::from(5_u8));
    let mut left = power - 27;
    while left > 0 {
        if left & 1 == 1 {
            result = product(&result, &square);
        }
        square = product(&square, &square);
        left >>= 1;
    }
    result
}

/// Decimal digits `0.d₁d₂d₃… × 10^point`, without zeros at the end.
struct Digits {
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    /// All digits of `mantissa × 2^exponent`.
    fn of(mantissa: &UBig, exponent: i64) -> Digits {
        let places = usize::try_from(-exponent).unwrap_or(0);
        let scaled = match usize::try_from(exponent) {
            Ok(up) => mantissa << up,
            Err(_) => mantissa * UBig::from(5_u8).pow(places),
        };
        let mut digits = scaled.to_string().into_bytes();
        let point = digits.len() as i64 - places as i64;
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        Digits { digits, point }
    }

    fn at(&self, i: usize) -> u8 {
        self.digits.get(i).copied().unwrap_or(b'0')
    }

    fn cut(&mut self, length: usize) {
        self.digits.truncate(length);
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
    }

    /// Cuts to `length` digits, the number growing.
    fn cut_up(&mut self, length: usize) {
        self.digits.truncate(length);
        while self.digits.last() == Some(&b'9') {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits.push(b'1');
                self.point += 1;
            }
        }
    }

    /// Cuts to `length` digits, to the nearer number, half to even.
    fn cut_near(&mut self, length: usize) {
        let next = self.at(length);
        let exactly_half = next == b'5' && length + 1 == self.digits.len();
        let up = if exactly_half { length > 0 && self.at(length - 1) % 2 == 1 } else { next >= b'5' };
        if up { self.cut_up(length) } else { self.cut(length) }
    }

    /// Cuts to as few digits as name no other number of that many bits.
    fn shorten(&mut self, number: &Binary) {
        // Half a unit of the last place is the lowest bit of `fine`; the neighbours' halves are the bounds.
        let length = number.mantissa.bit_len() as i64;
        let up = i64::from(number.bits) + 1 - length;
        if up < 1 {
            return;
        }
        let fine = &number.mantissa << up as usize;
        let exponent = number.exponent - up;
        let lower = Digits::of(&(&fine - UBig::ONE), exponent);
        let upper = Digits::of(&(&fine + UBig::ONE), exponent);
        let inclusive = !fine.bit(1);
        for i in 0..self.digits.len() {
            let (low, here, high) = (lower.at(i), self.at(i), upper.at(i));
            let down = low != here || inclusive && i + 1 == lower.digits.len();
            let up = here != high && (inclusive || here + 1 < high || i + 1 < upper.digits.len());
            match (down, up) {
                (true, true) => return self.cut_near(i + 1),
                (true, false) => return self.cut(i + 1),
                (false, true) => return self.cut_up(i + 1),
                (false, false) => {}
            }
        }
    }
}

/// The shortest plain decimal of a number that is not zero.
pub(super) fn plain(number: &Binary) -> String {
    let mut digits = Digits::of(&number.mantissa, number.exponent);
    digits.shorten(number);
    write_plain(number.negative, &digits)
}

/// As Go's `%.Ng` of a number that is not zero.
pub(super) fn significant(number: &Binary, count: usize) -> String {
    let mut digits = Digits::of(&number.mantissa, number.exponent);
    if digits.digits.len() > count {
        digits.cut_near(count);
    }
    let length = digits.digits.len() as i64;
    let limit = if length < count as i64 && length >= digits.point { length } else { count as i64 };
    let exponent = digits.point - 1;
    if (-4..limit).contains(&exponent) {
        return write_plain(number.negative, &digits);
    }
    let mut text = String::from(if number.negative { "-" } else { "" });
    text.push(char::from(digits.at(0)));
    if length > 1 {
        text.push('.');
        text.extend(digits.digits.iter().skip(1).map(|d| char::from(*d)));
    }
    text + &format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn write_plain(negative: bool, digits: &Digits) -> String {
    let mut text = String::with_capacity(digits.digits.len() + 3);
    if negative {
        text.push('-');
    }
    let count = digits.digits.len() as i64;
    if digits.point <= 0 {
        text.push('0');
    }
    for i in 0..digits.point {
        text.push(char::from(digits.at(i as usize)));
    }
    if count > digits.point {
        text.push('.');
        for _ in digits.point..0 {
            text.push('0');
        }
        for i in digits.point.max(0)..count {
            text.push(char::from(digits.at(i as usize)));
        }
    }
    text
}
