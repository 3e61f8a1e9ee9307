//! 64-bit floats in parts.

use crate::functions::CallError;
use value::Number;

/// A number as Terraform gives it to functions that compute with floats.
pub(in crate::functions) fn float(number: &Number) -> Result<f64, CallError> {
    let float = number.to_f64();
    if float.is_infinite() && !number.is_infinite() {
        let most = f64::MAX;
        return Err(CallError::new(format!("value must be between -{most:.6} and {most:.6} inclusive")));
    }
    Ok(float)
}

/// The natural logarithm: `2^k * (1 + f)` as `k * ln 2 + ln (1 + f)`, the second by the usual polynomial in `f / (2 + f)`,
/// in the order of operations that Terraform's answers show.
#[allow(clippy::excessive_precision, reason = "the coefficients as they are published")]
pub(in crate::functions) fn natural_log(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238_164_9e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
    const ODD: [f64; 4] = [
        6.666_666_666_666_735_13e-1,
        2.857_142_874_366_239_149e-1,
        1.818_357_216_161_805_012e-1,
        1.479_819_860_511_658_591e-1,
    ];
    const EVEN: [f64; 3] = [3.999_999_999_940_941_908e-1, 2.222_219_843_214_978_396e-1, 1.531_383_769_920_937_332e-1];
    if x <= 0.0 || x.is_nan() || x.is_infinite() {
        return x.ln();
    }
    let (mut fraction, mut exponent) = split(x);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let polynomial = |all: &[f64]| all.iter().rev().fold(0.0, |sum, c| c + s4 * sum);
    let r = s2 * polynomial(&ODD) + s4 * polynomial(&EVEN);
    let half_square = 0.5 * f * f;
    k * LN2_HIGH - ((half_square - (s * (half_square + r) + k * LN2_LOW)) - f)
}

/// A finite float other than zero as a fraction from one half to one, and a power of two.
pub(in crate::functions) fn split(x: f64) -> (f64, i32) {
    const TWO_TO_52: f64 = 4_503_599_627_370_496.0;
    let (x, below) = if x.abs() < f64::MIN_POSITIVE { (x * TWO_TO_52, 52) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1022 - below;
    (f64::from_bits(bits & !(0x7ff << 52) | (1022 << 52)), exponent)
}

/// A fraction times a power of two.
pub(in crate::functions) fn combined(fraction: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-2200, 2200) as i32;
    // In two steps, since the power alone may be out of range where the product is not.
    let half = exponent / 2;
    fraction * 2_f64.powi(half) * 2_f64.powi(exponent - half)
}

/// `e` to the power of `x`, as Terraform's answers on x86 show it: `2^n` times a sixteenth of the rest, its series to the
/// eighth power, squared back four times, the last time together with
/// the one that the series leaves out. The last digit of system libraries differs.
#[allow(clippy::excessive_precision, reason = "the constants as they are published")]
pub(in crate::functions) fn exponential(x: f64) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
    const LN2_LOW: f64 = 0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;
    /// One over the factorials from eight down to two.
    const SERIES: [f64; 7] = [
        2.480_158_730_158_730_158_7e-5,
        1.984_126_984_126_984_127e-4,
        1.388_888_888_888_888_888_9e-3,
        8.333_333_333_333_333_333_3e-3,
        4.166_666_666_666_666_666_7e-2,
        1.666_666_666_666_666_666_7e-1,
        0.5,
    ];
    if x.is_nan() || x.abs() > 700.0 {
        return x.exp();
    }
    let n = (x * std::f64::consts::LOG2_E).round_ties_even();
    let rest = (-LN2_LOW).mul_add(n, (-LN2_HIGH).mul_add(n, x)) * 0.0625;
    let [first, others @ ..] = SERIES;
    let series = others.iter().fold(first, |sum, c| sum.mul_add(rest, *c)).mul_add(rest, 1.0);
    let mut grown = rest * series;
    for _ in 0..3 {
        grown *= grown + 2.0;
    }
    combined(grown.mul_add(grown + 2.0, 1.0), n as i64)
}
