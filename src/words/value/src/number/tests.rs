#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::Number;
use std::hash::{DefaultHasher, Hash, Hasher};

fn n(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|| panic!("not a number: {text}"))
}

/// `A OP B = RESULT` with RESULT as `terraform console` (1.11.4) prints it.
#[test]
fn arithmetic_is_terraforms() {
    let mut wrong = Vec::new();
    for line in include_str!("oracle.txt").lines() {
        let (expression, result) = line.split_once(" = ").unwrap();
        let parts: Vec<&str> = expression.split(' ').collect();
        let a = n(parts[0]);
        let b = || n(parts[2]);
        let got = match parts[1] {
            "+" => a.add(&b()),
            "-" => a.sub(&b()),
            "*" => a.mul(&b()),
            "/" => a.div(&b()),
            "%" => a.rem(&b()),
            "floor" => Some(a.floor()),
            "ceil" => Some(a.ceil()),
            "abs" => Some(a.abs()),
            "id" => Some(a),
            other => panic!("{other}"),
        };
        let got = got.map_or("none".into(), |n| n.to_string());
        if got != result {
            wrong.push(format!("{expression}\n   got {got}\n  want {result}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn text_is_read_as_terraform_reads_it() {
    let rows = [
        ("0", "0"),
        ("-0", "-0"),
        ("+1", "1"),
        ("010", "10"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1E3", "1000"),
        ("1p3", "8"),
        ("1.5p3", "12"),
        ("1.0", "1"),
        ("1e-7", "0.0000001"),
        ("Inf", "+Inf"),
        ("-inf", "-Inf"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551616", "18446744073709551616"),
        ("1.10", "1.1"),
        ("0.000", "0"),
        (" 1", "none"),
        ("1 ", "none"),
        ("", "none"),
        ("-", "none"),
        (".", "none"),
        ("1_000", "none"),
        ("0x1F", "none"),
        ("1e", "none"),
        ("e1", "none"),
        ("1e+", "none"),
        ("infinity", "none"),
        ("INF", "none"),
        ("1e100001", "none"),
        ("1.2.3", "none"),
        ("--1", "none"),
        ("٣", "none"),
        ("NaN", "none"),
    ];
    for (text, want) in rows {
        let got = Number::parse(text).map_or("none".into(), |n| n.to_string());
        assert_eq!(got, want, "{text}");
    }
}

#[test]
fn precision_is_that_of_the_origin() {
    let third = Number::from(1_i64).div(&Number::from(3_i64)).unwrap();
    assert_eq!(third.to_string(), "0.33333333333333333334");
    let third = Number::from(1_i64).div(&n("3")).unwrap();
    assert_eq!(third.to_string().len(), 157);
    assert_eq!(Number::from_f64(2.0_f64.sqrt()).unwrap().to_string(), "1.4142135623730951");
    assert_eq!(Number::from_f64(0.1).unwrap().to_string(), "0.1");
    // Not the same number, but equal: a state file gives back the text.
    assert!(Number::from_f64(0.1).unwrap() > n("0.1"));
    assert_eq!(Number::from_f64(0.1).unwrap(), n("0.1"));
    assert!(!n("0.1").is_f64());
    assert_eq!(Number::from_f64(2.0_f64.powi(62)).unwrap().to_string(), "4611686018427388000");
    assert_eq!(Number::from_f64(2.0_f64.powi(80)).unwrap().to_string(), "1208925819614629200000000");
}

#[test]
fn zero_and_infinity() {
    let (zero, one, infinity) = (n("0"), n("1"), n("Inf"));
    let rows = [
        (one.div(&zero), "+Inf"),
        (one.neg().div(&zero), "-Inf"),
        (zero.div(&zero), "none"),
        (infinity.sub(&infinity), "none"),
        (infinity.add(&infinity), "+Inf"),
        (infinity.add(&one), "+Inf"),
        (one.sub(&infinity), "-Inf"),
        (zero.mul(&infinity), "none"),
        (one.neg().mul(&infinity), "-Inf"),
        (infinity.div(&infinity), "none"),
        (one.div(&infinity), "0"),
        (one.rem(&infinity), "none"),
        (zero.mul(&one.neg()), "-0"),
        (zero.sub(&zero), "0"),
        (one.sub(&one), "0"),
        (Some(zero.neg().abs()), "0"),
    ]
    .map(|(got, want)| (got.map_or("none".into(), |n| n.to_string()), want));
    for (i, (got, want)) in rows.iter().enumerate() {
        assert_eq!(got, want, "row {i}");
    }
    assert_eq!(n("-0.5").ceil().to_string(), "0");
    assert_eq!(n("-0.5").floor().to_string(), "-1");
    assert_eq!(n("Inf").floor().to_string(), "+Inf");
    assert_eq!(n("-0"), n("0"));
}

#[test]
fn order_and_hash_are_by_value() {
    let hash = |n: &Number| {
        let mut hasher = DefaultHasher::new();
        n.hash(&mut hasher);
        hasher.finish()
    };
    let same =
        [("1", "1.0"), ("1e3", "1000"), ("0.50", "0.5"), ("-0", "0"), ("1e30", "1000000000000000000000000000000")];
    for (a, b) in same {
        assert_eq!(n(a), n(b));
        assert_eq!(hash(&n(a)), hash(&n(b)), "{a} {b}");
    }
    assert_eq!(n("3").div(&n("2")), Some(Number::from_f64(1.5).unwrap()));
    assert_eq!(hash(&n("1.5")), hash(&Number::from_f64(1.5).unwrap()));
    let ascending = [
        "-Inf",
        "-1e300",
        "-9223372036854775809",
        "-9223372036854775808",
        "-1.5",
        "-1",
        "-1e-300",
        "0",
        "1e-300",
        "0.1",
        "0.10000001",
        "1",
        "9223372036854775807",
        "9223372036854775808",
        "1e300",
        "Inf",
    ]
    .map(n);
    for (i, a) in ascending.iter().enumerate() {
        for (j, b) in ascending.iter().enumerate() {
            assert_eq!(a.cmp(b), i.cmp(&j), "{a} {b}");
        }
    }
}

#[test]
fn machine_numbers() {
    for f in
        [0.0, 1.0, -1.5, 0.1, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1e-310, 123456.789, 2f64.powi(1000), f64::INFINITY]
    {
        assert_eq!(Number::from_f64(f).unwrap().to_f64().to_bits(), f.to_bits(), "{f}");
    }
    for text in [
        "0.1",
        "1e308",
        "1.7976931348623157e308",
        "1e-320",
        "4.9e-324",
        "2.4e-324",
        "2.5e-324",
        "123456789012345678901",
        "9007199254740993",
        "9007199254740993.0000001",
        "1e400",
        "-1e400",
        "1e-400",
        "2.2250738585072011e-308",
        "0.3333",
    ] {
        assert_eq!(n(text).to_f64(), text.parse::<f64>().unwrap(), "{text}");
    }
    assert!(Number::from_f64(f64::NAN).is_none());
    assert!(n("1.5").is_f64() && !n("0.1").is_f64() && n("4").is_f64());
    assert_eq!(n("18446744073709551615").to_u64(), Some(u64::MAX));
    assert_eq!(n("18446744073709551616").to_u64(), None);
    assert_eq!(n("-1").to_u64(), None);
    assert_eq!(n("-9223372036854775808").to_i64(), Some(i64::MIN));
    assert_eq!(n("9223372036854775808").to_i64(), None);
    assert_eq!(n("1.5").to_i64(), None);
    assert_eq!(Number::from(u64::MAX).to_string(), "18446744073709551615");
    assert!(n("1e30").is_integer() && !n("0.5").is_integer() && !n("Inf").is_integer());
}

#[test]
fn significant_digits_as_go() {
    let rows = [
        ("1e20", "1e+20"),
        ("1.5", "1.5"),
        ("0.00001", "1e-05"),
        ("123456789012", "1.23456789e+11"),
        ("10", "10"),
        ("1000", "1000"),
        ("0.0001", "0.0001"),
        ("-2.5", "-2.5"),
        ("12345678905", "1.23456789e+10"),
        ("12345678915", "1.234567892e+10"),
        ("0", "0"),
        ("1234567890", "1234567890"),
        ("1e10", "1e+10"),
        ("12e9", "1.2e+10"),
    ];
    for (text, want) in rows {
        assert_eq!(n(text).to_significant(10), want, "{text}");
    }
}

#[test]
fn far_apart_is_cheap() {
    let huge = n("1e100000");
    assert_eq!(huge.add(&n("1e-100000")), Some(huge.clone()));
    assert_eq!(huge.sub(&n("1e-100000")), Some(huge.clone()));
    let mut square = huge;
    for _ in 0..40 {
        square = square.mul(&square).unwrap();
    }
    assert!(square.is_infinite());
}
