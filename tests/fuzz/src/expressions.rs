//! Expressions by chance, over the names of [`crate::site`].

use crate::Choices;
use std::sync::OnceLock;

/// Locals that the evaluated site has: the argument classes of the function matrix.
fn locals() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let inside = crate::site::CLASSES.split("locals {").nth(1).unwrap_or("");
        inside.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.trim()).collect()
    })
}

fn functions() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| eval::function_names().collect())
}

/// A name of a local or of something bound.
pub fn name(c: &mut Choices) -> &'static str {
    if c.once_in(3) { c.of(&["x", "k", "v", "a", "b"]) } else { c.of(locals()) }
}

const LITERALS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2.5",
    "1024",
    "1000000",
    "1e9",
    "1e18",
    "9223372036854775807",
    "-9223372036854775808",
    "1e400",
    "1e999999999",
    "-1e-999999999",
    "1e99999999999999999999",
    "1/3",
    "1/0",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\"",
    "\"abc\"",
    "\"%s\"",
    "\"%*d\"",
    "\"%1000000000s\"",
    "\"%.1000000000f\"",
    "\"%[99999999999]v\"",
    "\"é\"",
    "\"e\\u0301\"",
    "\"👍🏽\"",
    "\"a,b\"",
    "\"\\n\"",
    "\"/(a*)*$/\"",
    "\"((a{1000}){1000}){1000}\"",
    "\"(((((a*)*)*)*)*)*b\"",
    "\"10.0.0.0/8\"",
    "\"::/0\"",
    "\"2020-01-01T00:00:00Z\"",
    "\"YYYY\"",
    "\"1000000h\"",
    "\"UTF-16LE\"",
    "\"SGVsbG8=\"",
    "\"zz\"",
    "\"{}\"",
    "\"[1,2\"",
    "\"&a [*a]\"",
    "\"{a: &a [x,x], b: *a}\"",
    "\"..\"",
    "\"**\"",
    "\"a.txt\"",
    "[]",
    "{}",
    "[1, 2]",
    "[\"b\", \"a\"]",
    "{ a = 1 }",
    "toset([\"a\"])",
    "tolist([\"a\"])",
    "tomap({ a = \"b\" })",
    "range(1000)",
    "sensitive(1)",
    "local.u",
    "local.x",
];

/// Text of an expression; `depth` is how deep it may nest.
pub fn expression(c: &mut Choices, depth: usize) -> String {
    if depth == 0 || c.is_empty() {
        return if c.once_in(2) { format!("local.{}", c.of(locals())) } else { c.of(LITERALS).to_string() };
    }
    let e = |c: &mut Choices| expression(c, depth - 1);
    match c.below(24) {
        0..=7 => {
            let function = functions()[c.below(functions().len())];
            let args: Vec<String> = (0..1 + c.below(4)).map(|_| e(c)).collect();
            format!("{function}({}{})", args.join(", "), if c.once_in(16) { "..." } else { "" })
        }
        8 | 9 => {
            let op = c.of(&["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"]);
            format!("({} {op} {})", e(c), e(c))
        }
        10 => format!("({} ? {} : {})", e(c), e(c), e(c)),
        11 => format!("[{}, {}]", e(c), e(c)),
        12 => format!("{{ a = {}, {} = {} }}", e(c), name(c), e(c)),
        13 | 14 => format!("[for k, v in {} : {}{}]", e(c), bound(c, depth), condition(c, depth)),
        15 => format!("{{for v in {} : {} => {}{}}}", e(c), bound(c, depth), bound(c, depth), c.of(&["", "..."])),
        16 => format!("{}[{}]", e(c), e(c)),
        17 => format!("{}{}", e(c), c.of(&[".a", "[*]", ".*.a", "[*].a[0]", "[0]", ".0", "[\"a\"]"])),
        18 => format!("{}{}", c.of(&["-", "!"]), e(c)),
        19 => format!("\"x${{{}}}${{{}}}\"", e(c), e(c)),
        20 => format!("\"%{{ for v in {} }}${{{}}}%{{ endfor }}\"", e(c), bound(c, depth)),
        21 => format!("\"%{{ if {} }}a%{{ else }}${{{}}}%{{ endif }}\"", e(c), e(c)),
        22 => format!("try({}, {})", e(c), e(c)),
        _ => format!("<<-E\n  ${{{}}}\n    b\n  E\n", e(c)),
    }
}

fn bound(c: &mut Choices, depth: usize) -> String {
    if c.once_in(2) { c.of(&["v", "k", "v.a", "[v, v]", "\"${v}${v}\""]).to_string() } else { expression(c, depth - 1) }
}

fn condition(c: &mut Choices, depth: usize) -> String {
    if c.once_in(4) { format!(" if {}", expression(c, depth - 1)) } else { String::new() }
}
