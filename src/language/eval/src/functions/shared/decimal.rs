//! Decimal digits and their rounding, exact to the last one.

use value::Number;

/// `0.d₁d₂d₃… × 10^point`, without zeros at either end; no digits for zero. The sign is kept elsewhere.
#[derive(Clone)]
pub(in crate::functions) struct Digits {
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    /// Every digit of a finite number: binary fractions end.
    pub(in crate::functions) fn exact(number: &Number) -> Digits {
        /// More digits than a number of 512 bits can have at the exponents that are taken.
        const ALL: usize = 1 << 40;
        Self::of_plain(&number.to_significant(ALL))
    }

    /// Those of plain or exponent notation.
    pub(in crate::functions) fn of_plain(text: &str) -> Digits {
        let text = text.trim_start_matches('-');
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let zeros = all.iter().take_while(|d| **d == b'0').count();
        let mut digits = all.get(zeros..).unwrap_or_default().to_vec();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = whole.len() as i64 - zeros as i64 + exponent.parse::<i64>().unwrap_or(0);
        Digits { point: if digits.is_empty() { 1 } else { point }, digits }
    }

    pub(in crate::functions) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The power of ten of the first digit.
    pub(in crate::functions) fn exponent(&self) -> i64 {
        self.point - 1
    }

    /// To so many digits, half to even.
    fn rounded(&self, count: i64) -> Digits {
        let mut digits = self.clone();
        let Ok(count) = usize::try_from(count) else {
            return Digits { digits: Vec::new(), point: 1 };
        };
        if count >= digits.digits.len() {
            return digits;
        }
        let next = digits.digits.get(count).copied().unwrap_or(b'0');
        let half = next == b'5' && count + 1 == digits.digits.len();
        let odd = count > 0 && digits.digits.get(count - 1).is_some_and(|d| d % 2 == 1);
        let up = if half { odd } else { next >= b'5' };
        digits.digits.truncate(count);
        if up {
            while digits.digits.last() == Some(&b'9') {
                digits.digits.pop();
            }
            match digits.digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    digits.digits.push(b'1');
                    digits.point += 1;
                }
            }
        }
        while digits.digits.last() == Some(&b'0') {
            digits.digits.pop();
        }
        if digits.digits.is_empty() {
            digits.point = 1;
        }
        digits
    }

    /// To so many digits after the first; as many are then written.
    pub(in crate::functions) fn rounded_after_first(&self, places: usize) -> Digits {
        let mut digits = self.rounded(places as i64 + 1);
        digits.digits.resize(places + 1, b'0');
        digits
    }

    fn at(&self, i: i64) -> char {
        usize::try_from(i).ok().and_then(|i| self.digits.get(i)).map_or('0', |d| char::from(*d))
    }
}

/// `d.dde±xx`
pub(in crate::functions) fn with_exponent(digits: &Digits) -> String {
    let mut text = digits.at(0).to_string();
    if digits.digits.len() > 1 {
        text.push('.');
        text.extend(digits.digits.iter().skip(1).map(|d| char::from(*d)));
    }
    let exponent = digits.exponent();
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{text}e{sign}{:02}", exponent.abs())
}

/// `dd.ddd` with so many digits after the point.
pub(in crate::functions) fn with_point(exact: &Digits, places: usize) -> String {
    let digits = exact.rounded(exact.point + places as i64);
    let mut text: String = (0..digits.point.max(0)).map(|i| digits.at(i)).collect();
    if text.is_empty() {
        text.push('0');
    }
    if places > 0 {
        text.push('.');
        text.extend((0..places as i64).map(|i| digits.at(digits.point + i)));
    }
    text
}

/// At most so many digits, with an exponent where that is shorter.
pub(in crate::functions) fn with_significant(exact: &Digits, precision: usize) -> String {
    let precision = precision.max(1) as i64;
    let digits = exact.rounded(precision);
    let length = digits.digits.len() as i64;
    let limit = if precision > length && length >= digits.point { length } else { precision };
    if digits.is_zero() {
        return "0".into();
    }
    if (-4..limit).contains(&digits.exponent()) {
        let places = usize::try_from(length - digits.point).unwrap_or(0);
        return with_point(&digits, places);
    }
    with_exponent(&digits)
}
