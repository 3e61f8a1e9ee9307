//! `log(number, base)`, through 64-bit floats as Terraform does.
use super::CallError;
use super::signature::{Function, Kind, Parameter};
use value::{Number, Value};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::number("num"), Parameter::number("base")], Kind::Number, |call| {
        let log = natural_log(call.number(0).to_f64()) / natural_log(call.number(1).to_f64());
        Number::from_f64(log).map(Value::number).ok_or_else(|| CallError::new("the result is not a number"))
    });

/// `2^n * 1.f` as `n * ln 2 + ln 1.f` in the order of operations of FreeBSD's e_log.c, which Go follows (on the
/// platforms that have no assembly of their own): the last bit of system libraries differs.
fn natural_log(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.93147180369123816490e-01;
    const LN2_LOW: f64 = 1.90821492927058770002e-10;
    const L: [f64; 7] = [
        6.666666666666735130e-01,
        3.999999999940941908e-01,
        2.857142874366239149e-01,
        2.222219843214978396e-01,
        1.818357216161805012e-01,
        1.531383769920937332e-01,
        1.479819860511658591e-01,
    ];
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut fraction, mut exponent) = split_float(x);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let [l1, l2, l3, l4, l5, l6, l7] = L;
    let t1 = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)));
    let t2 = s4 * (l2 + s4 * (l4 + s4 * l6));
    let r = t1 + t2;
    let half_square = 0.5 * f * f;
    k * LN2_HIGH - ((half_square - (s * (half_square + r) + k * LN2_LOW)) - f)
}

/// A positive finite float as a fraction from one half to one, and a power of two.
fn split_float(x: f64) -> (f64, i32) {
    const TWO_TO_52: f64 = 4_503_599_627_370_496.0;
    let (x, below) = if x < f64::MIN_POSITIVE { (x * TWO_TO_52, 52) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1022 - below;
    (f64::from_bits(bits & !(0x7ff << 52) | (1022 << 52)), exponent)
}
