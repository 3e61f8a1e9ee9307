//! Exact numbers: binary floats of 512 bits, as Terraform has them.
//!
//! Every number carries its own precision: literals and decoded text have 512 bits, counts made by functions
//! 64, values that went through a hardware float 53. The result of an operation takes the larger of both.
//! Whole numbers that fit `i64` are kept as such; the results are the same.

mod text;

#[cfg(test)]
mod tests;

use dashu_base::BitTest;
use dashu_int::UBig;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Bits of numbers from text.
const TEXT_BITS: u32 = 512;
/// Bits of numbers from machine integers.
const INTEGER_BITS: u32 = 64;
/// Bits of numbers from hardware floats.
const FLOAT_BITS: u32 = 53;
/// Exponents past this are infinite or zero, as in Go.
const EXPONENT_MAX: i64 = i32::MAX as i64;

/// A number of the Terraform language. Equality and order are by value: precision and the sign of zero do not count.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// Every whole number that fits, and no other number.
    Int {
        value: i64,
        bits: u32,
    },
    /// `0 * -1`: equal to zero, printed `-0`.
    NegativeZero {
        bits: u32,
    },
    /// Anything else that is finite.
    Binary(Arc<Binary>),
    Infinite {
        negative: bool,
    },
}

/// `± mantissa × 2^exponent`; the mantissa is odd, so that equal values have equal parts.
#[derive(Clone, Debug)]
struct Binary {
    negative: bool,
    mantissa: UBig,
    exponent: i64,
    bits: u32,
}

impl Binary {
    /// Place of the highest bit.
    fn top(&self) -> i64 {
        self.exponent + self.mantissa.bit_len() as i64
    }

    fn cmp_magnitude(&self, other: &Binary) -> Ordering {
        self.top().cmp(&other.top()).then_with(|| {
            let low = self.exponent.min(other.exponent);
            let aligned = |b: &Binary| &b.mantissa << (b.exponent - low) as usize;
            aligned(self).cmp(&aligned(other))
        })
    }
}

/// Rounds `± (mantissa + something below one, if `sticky`) × 2^exponent` to `bits`, half to even.
fn round(negative: bool, mantissa: UBig, exponent: i64, sticky: bool, bits: u32) -> Number {
    let length = mantissa.bit_len();
    if length == 0 {
        return zero(negative, bits);
    }
    let (mut mantissa, mut exponent) = match length.checked_sub(bits as usize) {
        None | Some(0) => (mantissa, exponent),
        Some(drop) => {
            let half = mantissa.bit(drop - 1);
            let more = sticky || mantissa.trailing_zeros().is_some_and(|zeros| zeros < drop - 1);
            let kept = mantissa >> drop;
            let up = half && (more || kept.bit(0));
            (if up { kept + UBig::ONE } else { kept }, exponent + drop as i64)
        }
    };
    let zeros = mantissa.trailing_zeros().unwrap_or(0);
    mantissa >>= zeros;
    exponent += zeros as i64;
    let top = exponent + mantissa.bit_len() as i64;
    if top > EXPONENT_MAX {
        return Number(Repr::Infinite { negative });
    }
    if top < -EXPONENT_MAX {
        return zero(negative, bits);
    }
    if exponent >= 0
        && top <= 64
        && let Ok(magnitude) = i128::try_from(&mantissa << exponent as usize)
        && let Ok(value) = i64::try_from(if negative { -magnitude } else { magnitude })
    {
        return Number(Repr::Int { value, bits });
    }
    Number(Repr::Binary(Arc::new(Binary { negative, mantissa, exponent, bits })))
}

fn zero(negative: bool, bits: u32) -> Number {
    Number(if negative { Repr::NegativeZero { bits } } else { Repr::Int { value: 0, bits } })
}

impl Number {
    /// Zero.
    pub const ZERO: Number = Number(Repr::Int { value: 0, bits: INTEGER_BITS });

    /// From decimal text, as Terraform reads it: an exponent is allowed, blanks, `_` and `0x` are not; `Inf` is.
    ///
    /// Exponents past a hundred thousand are refused: printing such a number would take all memory.
    pub fn parse(text: &str) -> Option<Number> {
        text::parse(text)
    }

    /// From a hardware float; `None` for NaN.
    pub fn from_f64(value: f64) -> Option<Number> {
        if value.is_nan() {
            return None;
        }
        let negative = value.is_sign_negative();
        if value.is_infinite() {
            return Some(Number(Repr::Infinite { negative }));
        }
        let raw = value.to_bits();
        let fraction = raw & ((1 << 52) - 1);
        let (mantissa, exponent) = match (raw >> 52) & 0x7ff {
            0 => (fraction, -1074),
            e => (fraction | 1 << 52, e as i64 - 1075),
        };
        Some(round(negative, UBig::from(mantissa), exponent, false, FLOAT_BITS))
    }

    /// The same whole number as `i64`, if it is one.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int { value, .. } => Some(*value),
            Repr::NegativeZero { .. } => Some(0),
            _ => None,
        }
    }

    /// The same whole number as `u64`, if it is one.
    pub fn to_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Binary(b) if !b.negative && b.exponent >= 0 && b.top() <= 64 => {
                u64::try_from(&b.mantissa << b.exponent as usize).ok()
            }
            _ => u64::try_from(self.to_i64()?).ok(),
        }
    }

    /// The nearest hardware float, half to even; infinite when too large.
    pub fn to_f64(&self) -> f64 {
        let binary = match &self.0 {
            Repr::Infinite { negative: false } => return f64::INFINITY,
            Repr::Infinite { negative: true } => return f64::NEG_INFINITY,
            Repr::NegativeZero { .. } => return -0.0,
            // Casts round half to even.
            Repr::Int { value, .. } => return *value as f64,
            Repr::Binary(b) => b,
        };
        let sign = if binary.negative { -1.0 } else { 1.0 };
        let top = binary.top();
        if top > 1024 {
            return sign * f64::INFINITY;
        }
        if top < -1074 {
            return sign * 0.0;
        }
        // Below the normal range the lowest place is 2^-1074, so fewer bits remain.
        let bits = if top >= -1021 { i64::from(FLOAT_BITS) } else { top + 1074 };
        if bits == 0 {
            // Between half the smallest float and all of it: only the exact half goes to even, to zero.
            return if binary.mantissa == UBig::ONE { sign * 0.0 } else { sign * f64::from_bits(1) };
        }
        match round(false, binary.mantissa.clone(), binary.exponent, false, bits as u32).0 {
            Repr::Int { value, .. } => sign * value as f64,
            Repr::Binary(b) => sign * scaled(u64::try_from(&b.mantissa).unwrap_or(0), b.exponent),
            Repr::NegativeZero { .. } | Repr::Infinite { .. } => sign * 0.0,
        }
    }

    /// True when [`Number::to_f64`] loses nothing.
    pub fn is_f64(&self) -> bool {
        Number::from_f64(self.to_f64()).is_some_and(|n| n.cmp(self).is_eq())
    }

    /// True for whole numbers of any size.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Int { .. } | Repr::NegativeZero { .. } => true,
            Repr::Binary(b) => b.exponent >= 0,
            Repr::Infinite { .. } => false,
        }
    }

    /// True for both infinities.
    pub fn is_infinite(&self) -> bool {
        matches!(self.0, Repr::Infinite { .. })
    }

    /// True for zero of either sign.
    pub fn is_zero(&self) -> bool {
        self.to_i64() == Some(0)
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match &self.0 {
            Repr::Int { value, .. } => value.signum(),
            Repr::NegativeZero { .. } => 0,
            Repr::Binary(b) if b.negative => -1,
            Repr::Infinite { negative: true } => -1,
            Repr::Binary(_) | Repr::Infinite { .. } => 1,
        }
    }

    /// Sum; `None` for infinity less itself.
    pub fn add(&self, other: &Number) -> Option<Number> {
        let bits = self.bits().max(other.bits());
        if let (Repr::Int { value: a, .. }, Repr::Int { value: b, .. }) = (&self.0, &other.0)
            && bits >= INTEGER_BITS
            && let Some(value) = a.checked_add(*b)
        {
            return Some(Number(Repr::Int { value, bits }));
        }
        match (self.finite(), other.finite()) {
            (Some(a), Some(b)) => Some(sum(&a, &b, bits)),
            (None, None) if self != other => None,
            (None, _) => Some(self.clone()),
            (_, None) => Some(other.clone()),
        }
    }

    /// Difference; `None` for infinity less itself.
    pub fn sub(&self, other: &Number) -> Option<Number> {
        if let (Repr::Int { value: 0, .. }, Repr::Int { value: 0, .. }) = (&self.0, &other.0) {
            return Some(zero(false, self.bits().max(other.bits())));
        }
        self.add(&other.neg())
    }

    /// Product; `None` for zero times infinity.
    pub fn mul(&self, other: &Number) -> Option<Number> {
        let negative = self.is_negative() != other.is_negative();
        if self.is_infinite() || other.is_infinite() {
            return (!self.is_zero() && !other.is_zero()).then_some(Number(Repr::Infinite { negative }));
        }
        let bits = self.bits().max(other.bits());
        if let (Repr::Int { value: a, .. }, Repr::Int { value: b, .. }) = (&self.0, &other.0)
            && bits >= INTEGER_BITS
            && let Some(value) = a.checked_mul(*b)
            && value != 0
        {
            return Some(Number(Repr::Int { value, bits }));
        }
        let (a, b) = (self.finite()?, other.finite()?);
        // A product keeps as many bits as it needs, up to those of text.
        let exact = round(negative, a.mantissa * b.mantissa, a.exponent + b.exponent, false, TEXT_BITS.max(bits));
        let needed = exact.finite().map_or(0, |b| b.mantissa.bit_len() as u32);
        Some(exact.with_bits(bits.max(needed)))
    }

    /// Quotient; a number by zero is infinite, `None` for zero by zero and infinity by infinity.
    pub fn div(&self, other: &Number) -> Option<Number> {
        let negative = self.is_negative() != other.is_negative();
        let bits = self.bits().max(other.bits());
        match (self.finite(), other.finite()) {
            (None, None) => None,
            (None, Some(_)) => Some(Number(Repr::Infinite { negative })),
            (Some(_), None) => Some(zero(negative, bits)),
            (Some(_), Some(_)) if other.is_zero() => (!self.is_zero()).then_some(Number(Repr::Infinite { negative })),
            (Some(a), Some(b)) => Some(quotient(negative, &a, &b, bits)),
        }
    }

    /// What remains of `self` after taking away whole multiples of `other`, with the sign of `self`; by zero it
    /// is `self`. `None` for infinities.
    pub fn rem(&self, other: &Number) -> Option<Number> {
        if other.is_zero() {
            return Some(self.clone());
        }
        if self.is_infinite() || other.is_infinite() {
            return None;
        }
        if let (Repr::Int { value: a, bits }, Repr::Int { value: b, .. }) = (&self.0, &other.0)
            && *bits >= INTEGER_BITS
        {
            return Some(Number(Repr::Int { value: a.checked_rem(*b).unwrap_or(0), bits: *bits }));
        }
        // In Terraform's own steps, each rounded to the bits of the left side.
        let bits = self.bits();
        let times = self.div(other)?.truncated().with_bits(bits);
        let (a, b) = (times.finite()?, other.finite()?);
        let taken = round(a.negative != b.negative, a.mantissa * b.mantissa, a.exponent + b.exponent, false, bits);
        Some(self.sub(&taken)?.with_bits(bits))
    }

    /// The same with the other sign.
    #[must_use]
    pub fn neg(&self) -> Number {
        match &self.0 {
            Repr::Int { value: 0, bits } => zero(true, *bits),
            Repr::NegativeZero { bits } => zero(false, *bits),
            Repr::Int { value, bits } => match value.checked_neg() {
                Some(value) => Number(Repr::Int { value, bits: *bits }),
                None => round(false, UBig::ONE, 63, false, *bits),
            },
            Repr::Binary(b) => round(!b.negative, b.mantissa.clone(), b.exponent, false, b.bits),
            Repr::Infinite { negative } => Number(Repr::Infinite { negative: !negative }),
        }
    }

    /// The same without sign.
    #[must_use]
    pub fn abs(&self) -> Number {
        if self.is_negative() { self.neg() } else { self.clone() }
    }

    /// The largest whole number not above.
    #[must_use]
    pub fn floor(&self) -> Number {
        let whole = self.truncated();
        if whole > *self { whole.add(&Number::from(-1_i64)).unwrap_or(whole) } else { whole }
    }

    /// The smallest whole number not below.
    #[must_use]
    pub fn ceil(&self) -> Number {
        let whole = self.truncated();
        if whole < *self { whole.add(&Number::from(1_i64)).unwrap_or(whole) } else { whole }
    }

    /// Without the digits after the point; never `-0`.
    fn truncated(&self) -> Number {
        match &self.0 {
            Repr::NegativeZero { .. } => Number::ZERO,
            Repr::Binary(b) if b.exponent < 0 => {
                let whole = &b.mantissa >> b.exponent.unsigned_abs() as usize;
                if whole.is_zero() {
                    return Number::ZERO;
                }
                let bits = (whole.bit_len() as u32).max(INTEGER_BITS);
                round(b.negative, whole, 0, false, bits)
            }
            _ => self.clone(),
        }
    }

    /// With at most so many digits, as Go's `%g` of that precision: an exponent when shorter.
    pub fn to_significant(&self, digits: usize) -> String {
        match self.finite() {
            Some(b) if !b.mantissa.is_zero() => text::significant(&b, digits),
            _ => self.to_string(),
        }
    }

    fn is_negative(&self) -> bool {
        matches!(self.0, Repr::NegativeZero { .. }) || self.signum() < 0
    }

    fn bits(&self) -> u32 {
        match &self.0 {
            Repr::Int { bits, .. } | Repr::NegativeZero { bits } => *bits,
            Repr::Binary(b) => b.bits,
            Repr::Infinite { .. } => INTEGER_BITS,
        }
    }

    fn with_bits(&self, bits: u32) -> Number {
        match self.finite() {
            Some(b) => round(b.negative, b.mantissa, b.exponent, false, bits),
            None => self.clone(),
        }
    }

    /// In parts; zero has a zero mantissa. `None` for infinities.
    fn finite(&self) -> Option<Binary> {
        match &self.0 {
            Repr::Int { value, bits } => {
                let mantissa = UBig::from(value.unsigned_abs());
                let zeros = mantissa.trailing_zeros().unwrap_or(0);
                Some(Binary { negative: *value < 0, mantissa: mantissa >> zeros, exponent: zeros as i64, bits: *bits })
            }
            Repr::NegativeZero { bits } => {
                Some(Binary { negative: true, mantissa: UBig::ZERO, exponent: 0, bits: *bits })
            }
            Repr::Binary(b) => Some(Binary::clone(b)),
            Repr::Infinite { .. } => None,
        }
    }
}

/// `mantissa × 2^exponent` where the result is known to be a float.
fn scaled(mantissa: u64, exponent: i64) -> f64 {
    let power = |e: i64| f64::from_bits(((1023 + e.clamp(-1022, 1023)) as u64) << 52);
    // Two steps, since 2^exponent alone may be out of range.
    let half = exponent / 2;
    mantissa as f64 * power(half) * power(exponent - half)
}

fn sum(a: &Binary, b: &Binary, bits: u32) -> Number {
    if a.mantissa.is_zero() && b.mantissa.is_zero() {
        return zero(a.negative && b.negative, bits);
    }
    if a.mantissa.is_zero() || b.mantissa.is_zero() {
        let only = if a.mantissa.is_zero() { b } else { a };
        return round(only.negative, only.mantissa.clone(), only.exponent, false, bits);
    }
    let (large, small) = if a.cmp_magnitude(b).is_ge() { (a, b) } else { (b, a) };
    // Far below the last place that counts, how much does not matter, only that there is something.
    let floor = large.exponent.min(large.top() - i64::from(bits)) - 4;
    let speck;
    let small = if small.top() < floor {
        speck = Binary { mantissa: UBig::ONE, exponent: floor, ..small.clone() };
        &speck
    } else {
        small
    };
    let low = large.exponent.min(small.exponent);
    let aligned = |b: &Binary| &b.mantissa << (b.exponent - low) as usize;
    let (x, y) = (aligned(large), aligned(small));
    if large.negative == small.negative {
        return round(large.negative, x + y, low, false, bits);
    }
    let difference = x - y;
    let negative = large.negative && !difference.is_zero();
    round(negative, difference, low, false, bits)
}

fn quotient(negative: bool, a: &Binary, b: &Binary, bits: u32) -> Number {
    // Two bits more than kept, and whether anything is left: enough to round rightly.
    let shift = (bits as usize + 2 + b.mantissa.bit_len()).saturating_sub(a.mantissa.bit_len());
    let dividend = &a.mantissa << shift;
    let whole = &dividend / &b.mantissa;
    let left = &dividend - &whole * &b.mantissa;
    round(negative, whole, a.exponent - b.exponent - shift as i64, !left.is_zero(), bits)
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number(Repr::Int { value, bits: INTEGER_BITS })
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        round(false, UBig::from(value), 0, false, INTEGER_BITS)
    }
}

impl Number {
    /// Whether two numbers of different precision have one text: what a state file gives back for a hardware float
    /// is equal to it, as it is to Terraform.
    fn reads_as(&self, other: &Number) -> bool {
        match (&self.0, &other.0) {
            (Repr::Binary(a), Repr::Binary(b)) => {
                a.bits != b.bits && self.to_f64() == other.to_f64() && text::plain(a) == text::plain(b)
            }
            _ => false,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq() || self.reads_as(other)
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Some(a), Some(b)) = (self.to_i64(), other.to_i64()) {
            return a.cmp(&b);
        }
        let by_sign = self.signum().cmp(&other.signum());
        by_sign.then_with(|| {
            let magnitude = match (self.finite(), other.finite()) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => a.cmp_magnitude(&b),
            };
            if self.signum() < 0 { magnitude.reverse() } else { magnitude }
        })
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Int { value, .. } => value.hash(state),
            Repr::NegativeZero { .. } => 0_i64.hash(state),
            // Equal numbers of different precision have one nearest float.
            Repr::Binary(_) => self.to_f64().to_bits().hash(state),
            Repr::Infinite { negative } => (*negative, "Inf").hash(state),
        }
    }
}

/// As `tostring` gives it: all digits, never an exponent; the shortest text that reads back as the same number.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int { value, bits } if u64::BITS - value.unsigned_abs().leading_zeros() <= *bits => {
                write!(f, "{value}")
            }
            Repr::NegativeZero { .. } => f.write_str("-0"),
            Repr::Infinite { negative } => f.write_str(if *negative { "-Inf" } else { "+Inf" }),
            Repr::Int { .. } | Repr::Binary(_) => match self.finite() {
                Some(b) => f.write_str(&text::plain(&b)),
                None => Ok(()),
            },
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
