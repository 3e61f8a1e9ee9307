//! Trees of valid text.

use crate::{Expr, ExprKind, ObjectKey, Step, TemplatePart, parse, parse_expression};
use std::fmt::Write;

/// A tree as one line of nested words.
fn show(expr: &Expr) -> String {
    let list = |exprs: &[Expr]| exprs.iter().map(show).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Number(text) => text.to_string(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Null => "null".into(),
        ExprKind::String(text) => format!("{text:?}"),
        ExprKind::Template(parts) => {
            let shown: Vec<_> = parts
                .iter()
                .map(|part| match part {
                    TemplatePart::Literal(text, _) => format!("{text:?}"),
                    TemplatePart::Interpolation(expr) => show(expr),
                    other => format!("{other:?}"),
                })
                .collect();
            format!("(template {})", shown.join(" "))
        }
        ExprKind::Variable(name) => name.text.to_string(),
        ExprKind::Traversal { base, steps } => format!("({}{})", show(base), show_steps(steps)),
        ExprKind::Splat { source, full, steps } => {
            format!("(splat {} {}{})", show(source), if *full { "[*]" } else { ".*" }, show_steps(steps))
        }
        ExprKind::Call { name, args, expand_last } => {
            format!("({}({}{}))", name.text, list(args), if *expand_last { "..." } else { "" })
        }
        ExprKind::Unary(operator, operand) => format!("({operator:?} {})", show(operand)),
        ExprKind::Binary { first, rest } => {
            let mut text = show(first);
            for (operator, operand) in rest {
                write!(text, " {} {}", operator.symbol(), show(operand)).unwrap();
            }
            format!("({text})")
        }
        ExprKind::Conditional { condition, yes, no } => {
            format!("(if {} {} {})", show(condition), show(yes), show(no))
        }
        ExprKind::Tuple(items) => format!("[{}]", list(items)),
        ExprKind::Object(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| match &item.key {
                    ObjectKey::Bare(name) => format!("{}={}", name.text, show(&item.value)),
                    ObjectKey::Expr(key) => format!("<{}>={}", show(key), show(&item.value)),
                })
                .collect();
            format!("{{{}}}", items.join(" "))
        }
        ExprKind::For(f) => {
            let key_name = f.key_name.as_ref().map_or(String::new(), |n| format!("{},", n.text));
            let key = f.key.as_ref().map_or(String::new(), |k| format!("{} => ", show(k)));
            let group = if f.group { "..." } else { "" };
            let condition = f.condition.as_ref().map_or(String::new(), |c| format!(" if {}", show(c)));
            let value_name = &f.value_name.text;
            format!(
                "(for {key_name}{value_name} in {}: {key}{}{group}{condition})",
                show(&f.collection),
                show(&f.value)
            )
        }
        ExprKind::Paren(inner) => format!("(paren {})", show(inner)),
        ExprKind::Error => "ERROR".into(),
    }
}

fn show_steps(steps: &[Step]) -> String {
    steps
        .iter()
        .map(|step| match step {
            Step::Attribute(name) => format!(".{}", name.text),
            Step::Index(key, _) => format!("[{}]", show(key)),
            Step::Splat { full, steps, .. } => {
                format!("({}{})", if *full { "[*]" } else { ".*" }, show_steps(steps))
            }
        })
        .collect()
}

#[test]
fn expressions() {
    let rows = [
        ("a+b*c-d", "(a + (b * c-d))"),
        ("a + b * c - d", "(a + (b * c) - d)"),
        ("a || b && c == d < e + f * -g", "(a || (b && (c == (d < (e + (f * (Negate g)))))))"),
        ("a == b == c", "(a == b == c)"),
        ("a * b + c * d > 1", "(((a * b) + (c * d)) > 1)"),
        ("!a.b[0]", "(Not (a.b[0]))"),
        ("- - 1", "(Negate (Negate 1))"),
        ("a ? b : c ? d : e", "(if a b (if c d e))"),
        ("a.0.b[\"c\"][d.e]", "(a[0].b[\"c\"][(d.e)])"),
        ("a[*].b[0]", "(splat a [*].b[0])"),
        ("a.*.b[0].c", "((splat a .*.b)[0].c)"),
        ("a.*.0.b", "(splat a .*[0].b)"),
        ("a.b[*].c[*].d", "(splat (a.b) [*].c([*].d))"),
        ("a[*].b.*.c[0].d", "(splat a [*].b(.*.c)[0].d)"),
        ("a[*][*]", "(splat a [*]([*]))"),
        ("a.*.b.c[*].d", "(splat (splat a .*.b.c) [*].d)"),
        ("f(a, b...)", "(f(a b...))"),
        ("provider :: aws :: f ( x , )", "(provider::aws::f(x))"),
        ("f(x).y", "((f(x)).y)"),
        ("{a = 1, \"b\" = 2, (c) = 3, null: 4, 1.5 = 5}", "{a=1 <\"b\">=2 <(paren c)>=3 null=4 <1.5>=5}"),
        ("[for k, v in m : v if k != 1]", "(for k,v in m: v if (k != 1))"),
        ("{for v in m : v.a => v...}", "(for v in m: (v.a) => v...)"),
        ("\"a${b}c\"", "(template \"a\" b \"c\")"),
        ("\"${a.b}\"", "(template (a.b))"),
        ("(a)", "(paren a)"),
        ("1e400", "1e400"),
        ("a\n+\nb", "(a + b)"),
        ("nai\u{308}ve", "na\u{ef}ve"),
    ];
    for (source, expected) in rows {
        let (expression, diagnostics) = parse_expression("x".into(), source);
        assert!(diagnostics.is_empty(), "{source}: {diagnostics:?}");
        assert_eq!(show(&expression.root), expected, "{source}");
    }
}

#[test]
fn spans_cover_what_they_name() {
    let source = "\u{feff}resource \"a\" b { # c\n  x = f(y)[0].z /* d */\n  n { }\n}\n";
    let (file, diagnostics) = parse("x.tf".into(), source.into());
    assert!(diagnostics.is_empty());
    let block = &file.body.blocks[0];
    assert_eq!(file.text_of(block.header), "resource \"a\" b");
    assert!(file.text_of(block.span).starts_with("resource") && file.text_of(block.span).ends_with("}\n}"));
    assert_eq!(file.text_of(block.labels[0].span), "\"a\"");
    assert!(file.text_of(block.body.span).starts_with("{ # c"));
    let x = &block.body.attributes[0];
    assert_eq!(file.text_of(x.span), "x = f(y)[0].z");
    let ExprKind::Traversal { base, steps } = &x.expr.root.kind else { panic!() };
    assert_eq!(file.text_of(base.span), "f(y)");
    assert!(matches!(&steps[0], Step::Index(_, span) if file.text_of(*span) == "[0]"));
    assert_eq!(file.text_of(block.body.blocks[0].body.span), "{ }");
    let missing = block.body.missing_range();
    assert_eq!(&source[missing.start as usize..missing.end as usize], "resource \"a\" b");
}

#[test]
fn spans_of_operators() {
    let rows = [
        ("(a) + b.c", "(a) + b.c"),
        ("  -x ", "-x"),
        ("a ? b : c", "a ? b : c"),
        ("a[*].b", "a[*].b"),
        ("a.*", "a.*"),
        ("<<E\nx\nE\n", "<<E\nx\nE"),
        ("[for x in y : x]", "[for x in y : x]"),
    ];
    for (source, expected) in rows {
        let (expression, diagnostics) = parse_expression("x".into(), source);
        assert!(diagnostics.is_empty());
        let span = expression.root.span;
        assert_eq!(&source[span.start as usize..span.end as usize], expected);
    }
}
