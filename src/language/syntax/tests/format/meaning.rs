//! What a file says, without places: two texts that mean the same give the same.

use crate::syntax::{Attribute, Body, Expr, ExprKind, File, Name, ObjectKey, Step, TemplatePart};
use std::fmt::Write;

/// The meaning of a file. What `fmt` rewrites on purpose is one here: a whole value in an interpolation or in
/// parentheses, and types with their old spelling.
pub fn of(file: &File) -> String {
    let mut out = String::new();
    body(&file.body, 0, false, &mut out);
    out
}

fn body(body: &Body, depth: usize, variable: bool, out: &mut String) {
    let mut items: Vec<(u32, String)> = Vec::new();
    for a in &body.attributes {
        items.push((a.span.start, attribute(a, variable)));
    }
    for block in &body.blocks {
        let mut text =
            format!("{} {:?} {{\n", block.kind.text, block.labels.iter().map(|l| &l.text).collect::<Vec<_>>());
        self::body(&block.body, depth + 1, depth == 0 && &*block.kind.text == "variable", &mut text);
        text.push_str("}\n");
        items.push((block.span.start, text));
    }
    items.sort();
    out.extend(items.into_iter().map(|(_, text)| text));
}

fn attribute(attribute: &Attribute, variable: bool) -> String {
    let mut root = &*attribute.expr.root;
    let mut text = String::new();
    if variable && &*attribute.name.text == "type" {
        expression(root, &mut text);
        text = match text.as_str() {
            "\"string\"" => "string".into(),
            "list" | "map" | "set" => format!("{text}([any])"),
            "\"list\"" | "\"map\"" => format!("{}([string])", text.trim_matches('"')),
            _ => text,
        };
    } else {
        loop {
            root = match &root.kind {
                ExprKind::Paren(inside) => inside,
                ExprKind::Template(parts) => match parts.as_slice() {
                    [TemplatePart::Interpolation(inside)] => inside,
                    _ => break,
                },
                _ => break,
            };
        }
        expression(root, &mut text);
    }
    format!("{} = {text}\n", attribute.name.text)
}

fn expression(expr: &Expr, out: &mut String) {
    match &expr.kind {
        ExprKind::Number(text) => out.push_str(text),
        ExprKind::Bool(yes) => out.push_str(&yes.to_string()),
        ExprKind::Null => out.push_str("null"),
        ExprKind::String(text) => out.push_str(&format!("{text:?}")),
        ExprKind::Template(parts) => template(parts, out),
        ExprKind::Variable(name) => out.push_str(&name.text),
        ExprKind::Traversal { base, steps } => {
            expression(base, out);
            self::steps(steps, out);
        }
        ExprKind::Splat { source, full, steps } => {
            expression(source, out);
            out.push_str(if *full { "[*]" } else { ".*" });
            self::steps(steps, out);
        }
        ExprKind::Call { name, args, expand_last } => {
            out.push_str(&name.text.replace([' ', '\t'], ""));
            out.push('(');
            list(args, out);
            out.push_str(if *expand_last { "...)" } else { ")" });
        }
        ExprKind::Unary(op, inside) => {
            write!(out, "({op:?} ").unwrap();
            expression(inside, out);
            out.push(')');
        }
        ExprKind::Binary { first, rest } => {
            out.push('(');
            expression(first, out);
            for (op, right) in rest {
                write!(out, " {} ", op.symbol()).unwrap();
                expression(right, out);
            }
            out.push(')');
        }
        ExprKind::Conditional { condition, yes, no } => {
            for (sign, part) in [("(", condition), (" ? ", yes), (" : ", no)] {
                out.push_str(sign);
                expression(part, out);
            }
            out.push(')');
        }
        ExprKind::Tuple(items) => list(items, out),
        ExprKind::Object(items) => {
            out.push('{');
            for item in items {
                match &item.key {
                    ObjectKey::Bare(name) => out.push_str(&name.text),
                    ObjectKey::Expr(key) => expression(key, out),
                }
                out.push('=');
                expression(&item.value, out);
                out.push(',');
            }
            out.push('}');
        }
        ExprKind::For(each) => {
            let names: Vec<&Name> = each.key_name.iter().chain([&each.value_name]).collect();
            write!(out, "<for {:?} in ", names.iter().map(|n| &n.text).collect::<Vec<_>>()).unwrap();
            let parts = [Some(&each.collection), each.key.as_ref(), Some(&each.value), each.condition.as_ref()];
            for part in parts {
                match part {
                    Some(part) => expression(part, out),
                    None => out.push('-'),
                }
                out.push(':');
            }
            out.push_str(if each.group { "...>" } else { ">" });
        }
        ExprKind::Paren(inside) => {
            out.push_str("p(");
            expression(inside, out);
            out.push(')');
        }
        ExprKind::Error => panic!("an error has no meaning"),
    }
}

fn list(items: &[Expr], out: &mut String) {
    out.push('[');
    for item in items {
        expression(item, out);
        out.push(',');
    }
    if out.ends_with(',') {
        out.pop();
    }
    out.push(']');
}

fn steps(steps: &[Step], out: &mut String) {
    for step in steps {
        match step {
            Step::Attribute(name) => write!(out, ".{}", name.text).unwrap(),
            Step::Index(key, _) => {
                out.push('[');
                expression(key, out);
                out.push(']');
            }
            Step::Splat { full, steps, .. } => {
                out.push_str(if *full { "[*(" } else { ".*(" });
                self::steps(steps, out);
                out.push(')');
            }
        }
    }
}

fn template(parts: &[TemplatePart], out: &mut String) {
    out.push('`');
    for part in parts {
        match part {
            TemplatePart::Literal(text, _) => write!(out, "{text:?}").unwrap(),
            TemplatePart::Interpolation(inside) => {
                out.push_str("${");
                expression(inside, out);
                out.push('}');
            }
            TemplatePart::If { condition, yes, no, .. } => {
                out.push_str("%if ");
                expression(condition, out);
                template(yes, out);
                template(no, out);
            }
            TemplatePart::For { key_name, value_name, collection, body, .. } => {
                write!(out, "%for {:?} {} ", key_name.as_ref().map(|n| &n.text), value_name.text).unwrap();
                expression(collection, out);
                template(body, out);
            }
        }
    }
    out.push('`');
}
