#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::json::{implied, parse, simple};
use crate::{Marks, Type, Value, convert};

/// `toset(…)` as terraform 1.11.4 lists it.
#[test]
fn order_and_twins() {
    let rows = [
        (r#"["b","a","C","ä","Z","a"]"#, r#"["C","Z","a","b","ä"]"#),
        ("[10,9,2,2.0]", "[2,9,10]"),
        ("[true,false,true]", "[false,true]"),
        (r#"[1,"1"]"#, r#"["1"]"#),
        (r#"[null,"a",null]"#, r#"["a",null]"#),
        (r#"[{"a":10},{"a":9},{"a":2},{"a":9}]"#, r#"[{"a":10},{"a":2},{"a":9}]"#),
        ("[[10],[9]]", "[[10],[9]]"),
        (
            r#"[{"a":1e20},{"a":1.5},{"a":0.00001},{"a":123456789012}]"#,
            r#"[{"a":123456789012},{"a":1.5},{"a":100000000000000000000},{"a":0.00001}]"#,
        ),
        (r#"[{"a":"é"},{"a":"z"},{"a":"\n"},{"a":null}]"#, r#"[{"a":"\n"},{"a":"z"},{"a":"é"},{"a":null}]"#),
        (r#"[["b","a"],["a"]]"#, r#"[["a"],["b","a"]]"#),
    ];
    for (given, want) in rows {
        let tuple = implied(&parse(given).unwrap()).unwrap();
        let set = convert(&tuple, &Type::set(Type::Dynamic)).unwrap();
        assert_eq!(simple(&set).unwrap().print(), want, "{given}");
    }
}

#[test]
fn unknown_elements_stay_apart_and_come_late() {
    let unknown = || Value::unknown(Type::String);
    let set = Value::set(Type::String, [unknown(), Value::string("k"), unknown(), Value::string("k")]);
    let items = set.as_items().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(items[0], Value::string("k"));
    assert_eq!(set.length_range(), Some((1, Some(3))));

    let object = |v: Value| Value::object([("a", v)]);
    let ty = Type::object([("a", Type::String)]);
    let set =
        Value::set(ty, [object(unknown()), object(unknown()), object(Value::string("x")), object(Value::string("x"))]);
    assert_eq!(set.as_items().unwrap().len(), 3);
}

#[test]
fn marks_move_to_the_set() {
    let inner = Value::object([("a", Value::string("x").marked(Marks::SENSITIVE))]);
    let set = Value::set(inner.ty(), [inner.clone(), inner]);
    assert_eq!(set.marks, Marks::SENSITIVE);
    assert_eq!(set.as_items().unwrap().len(), 1);
    assert!(set.as_items().unwrap()[0].all_marks().is_empty());
}

#[test]
fn strings_are_normal() {
    let set = Value::set(Type::String, [Value::string("e\u{301}"), Value::string("é")]);
    assert_eq!(set.as_items().unwrap().len(), 1);
}
