use super::*;
use value::PathStep;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn shown(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn number(text: &str) -> Value {
    Value::number(Number::parse(text).unwrap())
}

/// Same bytes out, same value in. `Debug` shows refinements, which equality passes over.
fn both_ways(value: &Value, ty: &Type, want: &str) {
    assert_eq!(shown(&encode(value, ty)), shown(&hex(want)), "{value:?}");
    let back = decode(&hex(want), ty).unwrap();
    assert_eq!(format!("{back:?}"), format!("{value:?}"));
}

/// The object of plugin-protocol.md 6.6, captured from terraform 1.11.4.
#[test]
fn captured_object() {
    let blk = Type::object([("x", Type::String)]);
    let ty = Type::object([
        ("dyn", Type::Dynamic),
        ("id", Type::String),
        ("name", Type::String),
        ("num", Type::Number),
        ("s", Type::set(Type::String)),
        ("tags", Type::map(Type::String)),
        ("blk", Type::list(blk.clone())),
        ("one", blk.clone()),
    ]);
    let tuple = Value::tuple([Value::int(1), Value::string("x"), Value::bool(true), Value::null(Type::Dynamic)]);
    let value = Value::object([
        ("dyn", tuple),
        ("id", Value::null(Type::String)),
        ("name", Value::string("alpha")),
        ("num", number("12345678901234567890123")),
        ("s", Value::set(Type::String, [Value::string("z"), Value::string("y")])),
        ("tags", Value::map(Type::String, [("a", Value::string("1")), ("b", Value::string("2"))])),
        ("blk", Value::list(blk.clone(), [Value::object([("x", Value::string("p"))])])),
        ("one", Value::null(blk)),
    ]);
    let tuple_type: String = shown(br#"["tuple",["number","string","bool","dynamic"]]"#);
    let want = format!(
        "88 a3626c6b 91 81 a178 a170 a364796e 92 c42e {tuple_type} 94 01 a178 c3 c0 a26964 c0 a46e616d65 a5616c706861 \
         a36e756d b7 3132333435363738393031323334353637383930313233 a36f6e65 c0 a173 92 a179 a17a a474616773 82 a161 a131 a162 a132"
    );
    both_ways(&value, &ty, &want);
}

#[test]
fn captured_values() {
    let list = Type::list(Type::String);
    let prefix = |text: &str| Refinement { prefix: Some(text.into()), not_null: true, ..Refinement::default() };
    let at_least_0 = Refinement { lower: Some((Number::from(0_i64), true)), not_null: true, ..Refinement::default() };
    let lengths = Refinement { length_min: Some(1), length_max: Some(300), ..Refinement::default() };
    let k_string = Value::object([("k", Value::unknown(Type::String))]);
    let k_dynamic = Value::object([("k", Value::dynamic())]);
    let set = Value::set(Type::String, [Value::unknown(Type::String), Value::string("k")]);
    let rows = [
        (Value::refined(Type::String, prefix("pre-")), Type::String, "c7 09 0c 82 01 c2 02 a4 70 72 65 2d".to_string()),
        (Value::refined(Type::Number, at_least_0), Type::Number, "c7 07 0c 82 01 c2 03 92 00 c3".into()),
        (Value::refined(Type::String, prefix("{")), Type::String, "c7 06 0c 82 01 c2 02 a1 7b".into()),
        (Value::refined(list.clone(), lengths), list.clone(), "c7 07 0c 82 05 01 06 cd 01 2c".into()),
        (Value::unknown(Type::String), Type::Dynamic, format!("92 c4 08 {} d4 00 00", shown(b"\"string\""))),
        (Value::null(Type::String), Type::Dynamic, format!("92 c4 08 {} c0", shown(b"\"string\""))),
        (k_string, Type::Dynamic, format!("92 c4 19 {} 81 a1 6b d4 00 00", shown(br#"["object",{"k":"string"}]"#))),
        (k_dynamic, Type::Dynamic, format!("92 c4 1a {} 81 a1 6b d4 00 00", shown(br#"["object",{"k":"dynamic"}]"#))),
        (set, Type::set(Type::String), "92 a1 6b d4 00 00".into()),
        (Value::map(Type::String, Vec::<(&str, Value)>::new()), Type::map(Type::String), "80".into()),
        (Value::set(Type::String, []), Type::set(Type::String), "90".into()),
        (Value::null(Type::Dynamic), Type::Dynamic, "c0".into()),
        (Value::dynamic(), Type::Dynamic, "d4 00 00".into()),
        (Value::int(1), Type::Number, "01".into()),
        (Value::int(300), Type::Number, "cd 01 2c".into()),
        (Value::int(-1), Type::Number, "ff".into()),
        (number("1.5"), Type::Number, "cb 3f f8 00 00 00 00 00 00".into()),
        (number("0.1"), Type::Number, "a3 30 2e 31".into()),
        (number("9223372036854775808"), Type::Number, format!("b3 {}", shown(b"9223372036854775808"))),
        (Value::number(Number::from_f64(f64::INFINITY).unwrap()), Type::Number, "cb 7f f0 00 00 00 00 00 00".into()),
        // `e` and U+0301 arrive as one letter.
        (Value::string("e\u{301}"), Type::String, "a2 c3 a9".into()),
        (Value::bool(false), Type::Bool, "c2".into()),
    ];
    for (value, ty, want) in rows {
        both_ways(&value, &ty, &want);
    }
    let big = encode(&number("1e400"), &Type::Number);
    assert_eq!((shown(&big[..3]).as_str(), big.len()), ("da0191", 404));
}

/// What others write, and what we make of it.
#[test]
fn reads_what_others_write() {
    let tenth = number("0.1");
    let rows = [
        ("cb 3f b9 99 99 99 99 99 9a", Type::Number, tenth.clone()),
        ("ca 3f 00 00 00", Type::Number, number("0.5")),
        ("cf ff ff ff ff ff ff ff ff", Type::Number, number("18446744073709551615")),
        ("d1 ff 00", Type::Number, Value::int(-256)),
        ("a2 31 30", Type::Number, Value::int(10)),
        ("c4 01 78", Type::String, Value::string("x")),
        ("92 a1 61 a1 61", Type::set(Type::String), Value::set(Type::String, [Value::string("a")])),
        // Any extension of one byte is unknown, whatever its code; dynamic unknowns have no refinements.
        ("d4 05 00", Type::String, Value::unknown(Type::String)),
        ("c7 02 0c 81 01", Type::Dynamic, Value::dynamic()),
        // Keys of refinements that nobody knows yet.
        ("c7 06 0c 81 09 92 01 91 c0", Type::String, Value::unknown(Type::String)),
        ("81 a3 65 cc 81 01", Type::map(Type::Number), Value::map(Type::Number, [("\u{e9}", Value::int(1))])),
    ];
    for (bytes, ty, want) in rows {
        assert_eq!(decode(&hex(bytes), &ty), Ok(want), "{bytes}");
    }
}

#[test]
fn troubles_name_their_place() {
    let object = Type::object([("a", Type::list(Type::Number)), ("b", Type::String)]);
    let at = |steps: &[PathStep]| Path(steps.to_vec());
    let a = PathStep::Attribute("a".into());
    let rows = [
        ("81 a1 61 90", at(&[]), "an object with 2 attributes is required (1 given)"),
        ("82 a1 61 90 a1 78 c0", at(&[]), "unsupported attribute \"x\""),
        ("82 a1 61 90 a1 61 90", at(&[]), "the attribute \"a\" is given twice"),
        ("82 a1 61 92 01 c3", at(&[a.clone(), PathStep::Index(1)]), "a number is required"),
        ("82 a1 61 92 01 a1 78", at(&[a.clone(), PathStep::Index(1)]), "a number is required"),
        ("82 a1 61 dd ff ff ff ff", at(&[a.clone(), PathStep::Index(0)]), "the encoded value ends early"),
        ("82 a1 61 c7 02 07 81 01", at(&[a]), "an extension value is neither unknown nor refined unknown"),
        ("c1", at(&[]), "the encoded value is no msgpack"),
        ("", at(&[]), "the encoded value ends early"),
    ];
    for (bytes, path, reason) in rows {
        assert_eq!(decode(&hex(bytes), &object), Err(DecodeError { path, reason: reason.into() }), "{bytes}");
    }
}

/// No bytes whatever make the reader panic or take memory that they do not fill.
#[test]
fn garbage_is_an_error() {
    let ty = Type::object([("a", Type::Dynamic), ("b", Type::set(Type::Number)), ("c", Type::map(Type::Dynamic))]);
    let value = Value::object([
        ("a", Value::tuple([Value::int(7), Value::refined(Type::String, Refinement::not_null())])),
        ("b", Value::set(Type::Number, [number("0.1"), Value::int(-5)])),
        ("c", Value::map(Type::String, [("k", Value::string("v"))])),
    ]);
    let good = encode(&value, &ty);
    assert!(decode(&good, &ty).is_ok());
    let mut state = 1_u64;
    for _ in 0..20_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut bad = good.clone();
        bad[(state >> 33) as usize % good.len()] = (state >> 56) as u8;
        bad.truncate(1 + (state >> 20) as usize % good.len());
        let _ = decode(&bad, &ty);
    }
}
