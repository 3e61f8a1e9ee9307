#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
//! Tokens.

use super::{Start, lex};
use expect_test::{Expect, expect};

fn check(source: &str, start: Start, expected: Expect) {
    let (tokens, diagnostics) = lex(&"x".into(), source, start);
    let mut text = String::new();
    for token in tokens {
        text.push_str(&format!("{:?} {:?}\n", token.kind, &source[token.span.start as usize..token.span.end as usize]));
    }
    for diagnostic in diagnostics {
        text.push_str(&format!("! {}\n", diagnostic.summary));
    }
    expected.assert_eq(&text);
}

#[test]
fn modes_nest() {
    check(
        "a=\"x${ {b=\"}\"} ~}$${y}\" # c\r\n",
        Start::Code,
        expect![[r##"
        Identifier "a"
        Equals "="
        QuoteOpen "\""
        Literal "x"
        InterpolationOpen "${"
        Whitespace " "
        BraceOpen "{"
        Identifier "b"
        Equals "="
        QuoteOpen "\""
        Literal "}"
        QuoteClose "\""
        BraceClose "}"
        Whitespace " "
        SequenceClose "~}"
        Literal "$${y}"
        QuoteClose "\""
        Whitespace " "
        LineComment "# c"
        Newline "\r\n"
        Eof ""
    "##]],
    );
    check(
        "<<-A\n  ${<<B\nA\nB\n}\n A \n",
        Start::Code,
        expect![[r#"
        HeredocOpen "<<-A\n"
        Literal "  "
        InterpolationOpen "${"
        HeredocOpen "<<B\n"
        Literal "A\n"
        HeredocClose "B"
        Newline "\n"
        SequenceClose "}"
        Literal "\n"
        HeredocClose " A "
        Newline "\n"
        Eof ""
    "#]],
    );
    check(
        "a ${b}\n%{~ if c }",
        Start::Template,
        expect![[r#"
        Literal "a "
        InterpolationOpen "${"
        Identifier "b"
        SequenceClose "}"
        Literal "\n"
        DirectiveOpen "%{~"
        Whitespace " "
        Identifier "if"
        Whitespace " "
        Identifier "c"
        Whitespace " "
        SequenceClose "}"
        Eof ""
    "#]],
    );
}

#[test]
fn broken_templates_are_closed() {
    check(
        "\"a${f(\"b\nc",
        Start::Code,
        expect![[r#"
        QuoteOpen "\""
        Literal "a"
        InterpolationOpen "${"
        Identifier "f"
        ParenOpen "("
        QuoteOpen "\""
        Literal "b"
        QuoteClose ""
        SequenceClose ""
        QuoteClose ""
        Newline "\n"
        Identifier "c"
        Eof ""
        ! Unterminated template string
    "#]],
    );
}
