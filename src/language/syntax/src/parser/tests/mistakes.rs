//! Several mistakes in one text: each is reported, at its own place.

use crate::parse;
use expect_test::{Expect, expect};
use std::fmt::Write;

/// Lists `line: summary: «underlined text»`, then the items that were still understood.
fn check(source: &str, expected: Expect) {
    let (file, diagnostics) = parse("main.tf".into(), source.into());
    let mut text = String::new();
    for diagnostic in diagnostics.iter() {
        let at = diagnostic.subject.as_ref().unwrap();
        let line = source[..at.start as usize].matches('\n').count() + 1;
        let under = &source[at.start as usize..at.end as usize];
        writeln!(text, "{line}: {}: {under:?}", diagnostic.summary).unwrap();
    }
    let arguments = file.body.attributes.iter().map(|a| a.name.text.to_string());
    let blocks = file.body.blocks.iter().map(|b| {
        let inner: Vec<_> = b.body.attributes.iter().map(|a| a.name.text.as_ref()).collect();
        format!("{}{{{}}}", b.kind.text, inner.join(" "))
    });
    writeln!(text, "{}", arguments.chain(blocks).collect::<Vec<_>>().join(", ")).unwrap();
    expected.assert_eq(&text);
}

#[test]
fn each_argument_has_its_own() {
    check(
        "a = \nb = 1 +\nc = foo(1 2)\nd = [1, , 2]\ne = { x = , y = 2 }\nf = \"\\q\"\ng = 1\n",
        expect![[r#"
            1: Invalid expression: ""
            2: Invalid expression: ""
            3: Missing argument separator: "2"
            4: Invalid expression: ","
            5: Invalid expression: ","
            6: Invalid escape sequence: "\\q"
            a, b, c, d, e, f, g
        "#]],
    );
}

#[test]
fn within_one_collection() {
    check(
        "a = [1 2, 3, (4, 5]\nb = {\n  x = 1 2\n  y\n  z = f(\n  w = 3\n}\nc = 1\n",
        expect![[r#"
        1: Missing item separator: "2"
        1: Unbalanced parentheses: ","
        3: Missing attribute separator: "2"
        4: Missing attribute value: "y"
        5: Unterminated function call: "("
        a, b, c
    "#]],
    );
}

#[test]
fn forgotten_brackets() {
    check(
        "a = [1, 2\nb = 3\nc = f(1,\n  2\nd = (1\ne = 2\n",
        expect![[r#"
        1: Unterminated tuple constructor expression: "["
        3: Unterminated function call: "("
        5: Unbalanced parentheses: "("
        a, b, c, d, e
    "#]],
    );
    check(
        "a = f(1, [2, 3)\nb = 1\n",
        expect![[r#"
        1: Unterminated tuple constructor expression: "["
        a, b
    "#]],
    );
    check(
        "b {\n  x = [\n    1,\n}\nc {\n  y = 1\n}\n",
        expect![[r#"
        2: Unterminated tuple constructor expression: "["
        b{x}, c{y}
    "#]],
    );
    check(
        "b {\n  x = {\n    y = 1\n}\n\nresource \"c\" \"d\" {\n  y = = 1\n}\n",
        expect![[r#"
            1: Unclosed configuration block: "b"
            7: Invalid expression: "="
            b{x}, resource{y}
        "#]],
    );
}

#[test]
fn forgotten_quotes() {
    check(
        "a = \"x\nb = \"y\"\nc = \"${foo\"\nd = \"${f(\"x)}\"\ne = 1\n",
        expect![[r#"
            1: Unterminated template string: "\"x"
            3: Unclosed template interpolation sequence: "${"
            4: Unclosed template interpolation sequence: "${"
            a, b, c, d, e
        "#]],
    );
    check(
        "b \"x {\n  a = 1\n}\nc = 1\n",
        expect![[r#"
        1: Unterminated template string: "\"x {"
        c, b{a}
    "#]],
    );
    check(
        "a = \"one\ntwo\nthree\"\nb = 1\n",
        expect![[r#"
            1: Invalid multi-line string: ""
            a, b
        "#]],
    );
}

#[test]
fn heredocs() {
    check(
        "a = <<EOT # why\nx = \"\nEOT\nb = = 1\n",
        expect![[r#"
        1: Invalid expression: " # why"
        4: Invalid expression: "="
        a, b
    "#]],
    );
    check(
        "a = <<EOT\n${x\nEOT\nb = = 1\nc = 2\n",
        expect![[r#"
        2: Unclosed template interpolation sequence: "${"
        4: Invalid expression: "="
        a, b, c
    "#]],
    );
    check(
        "b {\n  a = <<EOT\n  x\n}\n",
        expect![[r#"
        2: Unterminated template string: "<<EOT\n"
        b{a}
    "#]],
    );
    check(
        "a = <<EOT\nx\nEOT",
        expect![[r#"
        3: Unterminated template string: "EOT"
        a
    "#]],
    );
}

#[test]
fn blocks() {
    check(
        "a \"b\" = 1\nc \"d\"\ne: 1\n\"f\" = 1\n}\n= 2\ng {\n  h = 1\n",
        expect![[r#"
        1: Invalid block definition: "="
        2: Invalid block definition: "c \"d\""
        3: Argument or block definition required: "e"
        4: Invalid argument name: "\"f\""
        5: Argument or block definition required: "}"
        6: Argument or block definition required: "="
        7: Unclosed configuration block: "g"
        g{h}
    "#]],
    );
    check(
        "a { b = 1, c = 2 }\nd { e = 1\n f = 2\n}\ng { h { i = 1 } }\nj { k = 1 } l = 1\nm = 1\n",
        expect![[r#"
        1: Invalid single-argument block definition: ","
        2: Invalid single-argument block definition: "e"
        5: Argument definition required: "h"
        6: Missing newline after block definition: "l"
        m, a{b}, d{e f}, g{}, j{k}
    "#]],
    );
    check(
        "b \"${x}\" {\n  a = 1\n  a = 2\n}\n",
        expect![[r#"
        1: Invalid string literal: "${x}"
        3: Attribute redefined: "a"
        b{a}
    "#]],
    );
}

#[test]
fn templates() {
    check(
        "a = \"%{ if x }%{ else }%{ else }%{ endif }\"\nb = \"%{ endfor } ${x y}\"\nc = \"%{ for x }%{ endfor } ${}\"\nd = \"%{ if x }\"\n",
        expect![[r#"
            1: Unexpected else directive: "%{ else }"
            2: Unexpected endfor directive: "%{ endfor }"
            2: Extra characters after interpolation expression: "y"
            3: Invalid 'for' directive: "}"
            3: Invalid expression: "}"
            4: Unexpected end of template: "%{ if x }"
            a, b, c, d
        "#]],
    );
}

#[test]
fn foreign_habits() {
    check(
        "a = 'x'\nb = 1;\nc = `x`\nd = x & y\ne = “x”\nf = x ? 1\ng = not x\nh = x == y ? 1 : \ni = 1\n",
        expect![[r#"
            1: Invalid character: "'x'"
            2: Invalid character: ";"
            3: Invalid character: "`x`"
            4: Unsupported operator: "&"
            5: Invalid character: "“x”"
            6: Missing false expression in conditional: "?"
            7: Missing newline after argument: "x"
            8: Invalid expression: ""
            a, b, c, d, e, f, g, h, i
        "#]],
    );
    check(
        "a.b = 1\n1 = 2\nb => 3\nc == 4\nd = 5\n",
        expect![[r#"
        1: Argument or block definition required: "a"
        2: Argument or block definition required: "1"
        3: Argument or block definition required: "b"
        4: Argument or block definition required: "c"
        d
    "#]],
    );
}

#[test]
fn for_expressions() {
    check(
        "a = [for x y : z]\nb = {for x in y : z}\nc = [for x in y z]\nd = [for x in y : x => 1]\ne = [for x in y : x if]\nf = 1\n",
        expect![[r#"
            1: Invalid 'for' expression: "y"
            2: Invalid 'for' expression: "z"
            3: Invalid 'for' expression: "z"
            4: Invalid 'for' expression: "x"
            5: Invalid expression: "]"
            a, b, c, d, e, f
        "#]],
    );
}

#[test]
fn numbers_and_line_ends() {
    check(
        "a = 1.2.3,\nb = 1e5.2\nc = \"x\ry\"\nd = 1_000\ne = 1.5e3\nf = 1,\ng = \"%{ if x }%{ edif }\"\n",
        expect![[r#"
            1: Invalid number literal: "1.2.3"
            2: Invalid number literal: "1e5.2"
            3: Invalid character: "\r"
            4: Missing newline after argument: "_000"
            6: Unexpected comma after argument: ","
            7: Invalid template control keyword: "edif"
            a, b, c, d, e, f, g
        "#]],
    );
}

#[test]
fn traversals() {
    check(
        "a = x.\nb = x.0.1\nc = x[1\nd = x[*\ne = x.*.*\nf = p::\ng = p::q\nh = x[].y\ni = 1\n",
        expect![[r#"
            1: Invalid attribute name: "."
            2: Invalid legacy index syntax: "0.1"
            3: Missing close bracket on index: "["
            4: Missing close bracket on splat index: "["
            5: Nested splat expression not allowed: "*"
            6: Missing function name: ""
            7: Missing open parenthesis: "p::q"
            8: Invalid expression: "]"
            a, b, c, d, e, f, g, h, i
        "#]],
    );
}
