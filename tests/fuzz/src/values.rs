//! Values by chance: of every type, unknown, null, marked, huge, deep.

use crate::Choices;
use std::sync::Arc;
use value::{Marks, Number, Refinement, Type, Value};

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "-1",
    "0.5",
    "-2.75",
    "3",
    "8",
    "10",
    "16",
    "62",
    "64",
    "100",
    "1023",
    "1024",
    "1025",
    "65536",
    "1000000",
    "2147483647",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "1e9",
    "1e18",
    "1e100",
    "1e400",
    "-1e400",
    "1e-400",
    "1e999999999",
    "1e-999999999",
    "123456789012345678901234567890.5",
];

const STRINGS: &[&str] = &[
    "",
    "a",
    "abc",
    "Hello, World",
    " a b ",
    "a\nb\r\n\tc\n",
    "12",
    "-1.5",
    "1e999999999",
    "true",
    "null",
    "é",
    "e\u{301}",
    "👍🏽",
    "ß",
    "İǅ",
    "\0",
    "\u{2028}",
    "<&>",
    "%",
    "%s",
    "%d %v %#v",
    "%*d",
    "%[2]d",
    "%[99999999999]v",
    "%1000000000s",
    "%.1000000000f",
    "%-0+ #x",
    "%!",
    "a,b\n1,2\n",
    "\"a\",\"b",
    "{\"a\":[1,2.50,null]}",
    "[1,2",
    "{\"a\":1,\"a\":2}",
    "a: [1, yes]\nb: {c: ~}\n",
    "&a [*a]",
    "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: *c\n",
    "- !!binary aGk=\n",
    "? a\n: b\n",
    "--- a\n--- b\n",
    "<<: {a: 1}",
    "2020-02-29T23:59:59+05:30",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "DD MMM YYYY hh:mm ZZZ",
    "YYYYY'",
    "1h",
    "-2562047h47m",
    "99999999999999999999h",
    "aGVsbG8=",
    "aGVsbG8",
    "====",
    "H4sIAAAAAAAA/ypJLS4BAAAA//8BAAD//wx+f9gEAAAA",
    "10.128.0.0/12",
    "fd00::/40",
    "::/0",
    "0.0.0.0/0",
    "1.2.3.4/33",
    "::ffff:1.2.3.4/96",
    "10.0.0.0/08",
    "([a-z]+)(\\d*)",
    "(?P<n>.*)",
    "(a*)*b",
    "((a{1000}){1000}){1000}",
    "/a/",
    "/(?i)x/",
    "[",
    "\\p{Greek}",
    "(?s).",
    "$1",
    "${n}",
    "UTF-8",
    "UTF-16LE",
    "Shift_JIS",
    "ISO-8859-1",
    "nope",
    "%zz",
    "%41",
    "a+b",
    "/",
    ".",
    "..",
    "../x",
    "~/a",
    "~",
    "**",
    "*.{a,b}",
    "{a,{b,{c",
    "a.txt",
    "site",
    "dns",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "${x}",
    "%{ for x in [1] }${x}",
    "$${",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n",
    "zz",
    "-7f",
    "+",
];

/// A type; `depth` is how deep it may nest.
pub fn ty(c: &mut Choices, depth: usize) -> Type {
    match c.below(if depth == 0 { 4 } else { 9 }) {
        0 => Type::String,
        1 => Type::Number,
        2 => Type::Bool,
        3 => Type::Dynamic,
        4 => Type::list(ty(c, depth - 1)),
        5 => Type::set(ty(c, depth - 1)),
        6 => Type::map(ty(c, depth - 1)),
        7 => Type::tuple((0..c.below(3)).map(|_| ty(c, depth - 1)).collect::<Vec<_>>()),
        _ => Type::object((0..c.below(3)).map(|_| (Arc::from(c.of(KEYS)), ty(c, depth - 1))).collect::<Vec<_>>()),
    }
}

const KEYS: &[&str] = &["a", "b", "", "é", "a b", "0", "id"];

/// A value of a type, perhaps null, unknown or marked; of any type where the type is `any`.
pub fn of(c: &mut Choices, wanted: &Type, depth: usize) -> Value {
    let value = match c.below(24) {
        0 => Value::null(wanted.clone()),
        1 => Value::unknown(wanted.clone()),
        2 if *wanted != Type::Dynamic => Value::refined(wanted.clone(), Refinement::not_null()),
        _ => known(c, wanted, depth),
    };
    match c.below(24) {
        0 => value.marked(Marks::SENSITIVE),
        1 => value.marked(Marks::EPHEMERAL),
        _ => value,
    }
}

fn known(c: &mut Choices, wanted: &Type, depth: usize) -> Value {
    // Elements of one collection are of one type: `any` in it is decided once.
    let inside = |c: &mut Choices, element: &Type| {
        if *element == Type::Dynamic { ty(c, depth.saturating_sub(1).min(1)) } else { element.clone() }
    };
    let below = depth.saturating_sub(1);
    let count = |c: &mut Choices| {
        if depth == 0 {
            0
        } else if c.once_in(40) {
            1 + c.below(2000)
        } else {
            c.below(4)
        }
    };
    match wanted {
        Type::Dynamic => {
            let ty = ty(c, depth.min(3));
            if ty == Type::Dynamic { Value::dynamic() } else { known(c, &ty, depth) }
        }
        Type::Bool => Value::bool(c.once_in(2)),
        Type::Number => match c.below(3) {
            0 => Value::int(i64::from(c.byte()) - 64),
            _ => Number::parse(c.of(NUMBERS)).map_or_else(|| Value::int(7), Value::number),
        },
        Type::String => Value::string(text(c)),
        Type::List(element) => {
            let element = inside(c, element);
            let items: Vec<Value> = (0..count(c)).map(|_| typed(c, &element, below)).collect();
            Value::list(element, items)
        }
        Type::Set(element) => {
            let element = inside(c, element);
            let items: Vec<Value> = (0..count(c)).map(|_| typed(c, &element, below)).collect();
            // Marks of elements belong to the set.
            let marks = items.iter().fold(Marks::NONE, |marks, item| marks.union(item.all_marks()));
            Value::set(element, items.iter().map(|item| item.unmark_deep().0)).marked(marks)
        }
        Type::Map(element) => {
            let element = inside(c, element);
            let n = count(c);
            let items: Vec<(String, Value)> = (0..n)
                .map(|i| {
                    let key = if n > 4 { format!("k{i}") } else { c.of(KEYS).to_string() };
                    (key, typed(c, &element, below))
                })
                .collect();
            Value::map(element, items)
        }
        Type::Tuple(parts) => Value::tuple(parts.iter().map(|part| of(c, part, below)).collect::<Vec<_>>()),
        Type::Object(object) => {
            let parts = object.attributes.iter().map(|(name, part)| (name.clone(), of(c, part, below)));
            Value::object(parts.collect::<Vec<_>>())
        }
    }
}

/// Like [`of`], but of just that type: what a collection holds.
fn typed(c: &mut Choices, wanted: &Type, depth: usize) -> Value {
    let value = of(c, wanted, depth);
    value::convert(&value, wanted).unwrap_or_else(|_| Value::unknown(wanted.clone()))
}

fn text(c: &mut Choices) -> String {
    match c.below(12) {
        0 => {
            let length = c.below(40);
            String::from_utf8_lossy(&(0..length).map(|_| c.byte()).collect::<Vec<_>>()).into_owned()
        }
        1 if c.once_in(4) => c.of(STRINGS).repeat(1 + c.below(4000)),
        2 => format!("{}{}", c.of(STRINGS), c.of(STRINGS)),
        _ => c.of(STRINGS).to_string(),
    }
}

/// A value that nests deep.
pub fn deep(c: &mut Choices) -> Value {
    let depth = [10, 300, 2000][c.below(3)];
    let mut value = of(c, &Type::Dynamic, 1);
    for _ in 0..depth {
        value = match c.below(3) {
            0 => Value::tuple([value]),
            1 => Value::object([("a", value)]),
            _ => Value::tuple([Value::int(1), value]),
        };
    }
    value
}
