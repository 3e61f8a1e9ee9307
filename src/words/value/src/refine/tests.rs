use crate::{Number, Refinement, Type, Value};

#[test]
fn together_the_narrower_holds() {
    let of = |lower: (i64, bool), upper: (i64, bool), min, max| Refinement {
        lower: Some((Number::from(lower.0), lower.1)),
        upper: Some((Number::from(upper.0), upper.1)),
        length_min: min,
        length_max: max,
        ..Refinement::default()
    };
    let a = of((0, true), (10, false), Some(1), None);
    let b = of((0, false), (10, true), Some(3), Some(9));
    let want = of((0, false), (10, false), Some(3), Some(9));
    assert_eq!(a.clone().and(&b), want);
    assert_eq!(b.and(&a), want);
}

#[test]
fn lengths() {
    let list = Value::list(Type::String, [Value::string("a"), Value::unknown(Type::String)]);
    assert_eq!(list.length_range(), Some((2, Some(2))));
    let unknown = Value::unknown(Type::list(Type::String));
    assert_eq!(unknown.length_range(), Some((0, None)));
    let bounds = Refinement { length_min: Some(2), length_max: Some(4), ..Refinement::default() };
    assert_eq!(unknown.promising(&bounds).length_range(), Some((2, Some(4))));
    assert_eq!(Value::string("x").length_range(), None);
}

#[test]
fn promises_touch_only_unknowns() {
    assert_eq!(Value::int(1).not_null(), Value::int(1));
    assert!(Value::unknown(Type::Bool).not_null().is_never_null());
    assert!(!Value::unknown(Type::Bool).is_never_null());
    assert!(!Value::null(Type::Bool).not_null().is_never_null());
}
