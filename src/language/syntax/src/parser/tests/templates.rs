//! Template text, compared with what Terraform 1.11.4 made of it.

use crate::{BinaryOp, Expr, ExprKind, Step, TemplatePart, parse_expression, parse_template};
use std::collections::BTreeMap;

/// Renders with `x` = "<x>", `t` = true, `f` = false, `l` = ["1", "2"]; names in a traversal count by the last.
struct Renderer {
    names: BTreeMap<String, String>,
}

impl Renderer {
    fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::String(text) => text.to_string(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Variable(name) => self.names[name.text.as_ref()].clone(),
            ExprKind::Traversal { steps, .. } => match steps.last() {
                Some(Step::Attribute(name)) => self.names[name.text.as_ref()].clone(),
                other => panic!("{other:?}"),
            },
            ExprKind::Template(parts) => self.parts(parts),
            other => panic!("{other:?}"),
        }
    }

    fn parts(&self, parts: &[TemplatePart]) -> String {
        let one = |part: &TemplatePart| match part {
            TemplatePart::Literal(text, _) => text.to_string(),
            TemplatePart::Interpolation(expr) => self.expr(expr),
            TemplatePart::If { condition, yes, no, .. } => {
                self.parts(if self.expr(condition) == "true" { yes } else { no })
            }
            TemplatePart::For { value_name, body, .. } => {
                let repeated = ["1", "2"].map(|item| {
                    let mut names = self.names.clone();
                    names.insert(value_name.text.to_string(), item.to_owned());
                    Renderer { names }.parts(body)
                });
                repeated.concat()
            }
        };
        parts.iter().map(one).collect()
    }
}

#[test]
fn texts_are_those_of_terraform() {
    let names = [("x", "<x>"), ("t", "true"), ("f", "false"), ("l", "")];
    let renderer = Renderer { names: names.map(|(n, v)| (n.to_owned(), v.to_owned())).into() };
    let text = include_str!("../../../tests/data/templates-terraform-1.11.4.json");
    let cases: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut wrong = Vec::new();
    for case in cases.as_array().unwrap() {
        let (source, (expression, diagnostics)) = match case["expression"].as_str() {
            Some(source) => (source, parse_expression("t".into(), source)),
            None => {
                let source = case["file"].as_str().unwrap();
                (source, parse_template("t".into(), source))
            }
        };
        assert!(diagnostics.is_empty(), "{source:?}: {diagnostics:?}");
        let ours = renderer.expr(&expression.root);
        if ours != case["value"].as_str().unwrap() {
            wrong.push(format!("{source:?}: {ours:?} instead of {}", case["value"]));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether the template is one interpolation alone, hence the value itself.
fn is_value_itself(source: &str) -> bool {
    let (expression, _) = parse_expression("t".into(), source);
    matches!(&expression.root.kind, ExprKind::Template(parts) if matches!(parts.as_slice(), [TemplatePart::Interpolation(_)]))
}

#[test]
fn a_lone_interpolation_is_the_value_itself() {
    let rows = [
        ("\"${x}\"", true),
        ("\"${~ x ~}\"", true),
        ("\"${ \"${x}\" }\"", true),
        ("\" ${~ x ~} \"", false),
        ("\"${x}${x}\"", false),
        ("\"%{ if x }${x}%{ endif }\"", false),
        ("<<EOT\n${x}\nEOT\n", false),
        ("<<EOT\n${x ~}\nEOT\n", false),
    ];
    for (source, expected) in rows {
        assert_eq!(is_value_itself(source), expected, "{source}");
    }
}

#[test]
fn directives_take_whole_expressions() {
    let (expression, diagnostics) = parse_expression("t".into(), "\"%{ if a\n && b }x%{ else }y%{ endif }\"");
    assert!(diagnostics.is_empty());
    let ExprKind::Template(parts) = &expression.root.kind else { panic!() };
    let [TemplatePart::If { condition, yes, no, span }] = parts.as_slice() else { panic!() };
    assert!(matches!(&condition.kind, ExprKind::Binary { rest, .. } if rest[0].0 == BinaryOp::And));
    assert_eq!((yes.len(), no.len(), span.start, span.end), (1, 1, 1, 37));
}
