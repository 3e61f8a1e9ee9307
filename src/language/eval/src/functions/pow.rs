//! `pow(number, power)`, through 64-bit floats as Terraform does.
use super::CallError;
use super::shared::floats::{combined, exponential, float, natural_log, split};
use super::shared::signature::{Function, Kind, Parameter};
use value::{Number, Value};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::number("num"), Parameter::number("power")], Kind::Number, |call| {
        let power = power(float(call.number(0))?, float(call.number(1))?);
        Number::from_f64(power).map(Value::number).ok_or_else(|| CallError::new("the result is not a number"))
    });

/// Repeated squaring of the fraction with its exponent kept apart, which rounds as Go does: the last digit of system
/// libraries differs, and an identifier computed from it would too.
fn power(x: f64, y: f64) -> f64 {
    let special = x == 0.0 || x.is_infinite() || x.is_nan() || y.is_infinite() || y.is_nan() || y.abs() >= 9.0e18;
    if y == 0.0 || x == 1.0 {
        return 1.0;
    } else if special {
        return x.powf(y);
    } else if y.abs() == 0.5 {
        return if y < 0.0 { 1.0 / x.sqrt() } else { x.sqrt() };
    }
    let (mut whole, mut rest) = (y.abs().trunc(), y.abs().fract());
    if rest != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    let (mut result, mut result_exponent) = (1.0, 0_i64);
    if rest != 0.0 {
        if rest > 0.5 {
            rest -= 1.0;
            whole += 1.0;
        }
        result = exponential(rest * natural_log(x));
    }
    let (mut square, exponent) = split(x);
    let mut exponent = i64::from(exponent);
    let mut left = whole as u64;
    while left != 0 {
        if exponent.abs() > 1 << 12 {
            result_exponent += exponent;
            break;
        }
        if left & 1 == 1 {
            result *= square;
            result_exponent += exponent;
        }
        square *= square;
        exponent *= 2;
        if square.abs() < 0.5 {
            square += square;
            exponent -= 1;
        }
        left >>= 1;
    }
    if y < 0.0 { combined(1.0 / result, -result_exponent) } else { combined(result, result_exponent) }
}
