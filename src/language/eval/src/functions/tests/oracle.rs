//! Every row of `answers.txt`, recorded from terraform, against ours.

use crate::functions::{CallError, Surroundings, call};
use std::fmt::Write;
use syntax::{Expr, ExprKind, ObjectKey, UnaryOp};
use value::{Number, Type, Value, json};

/// Literals and calls, enough for the rows.
fn evaluate(expr: &Expr) -> Result<Value, String> {
    match &expr.kind {
        ExprKind::Number(text) => Ok(Value::number(Number::parse(text).unwrap())),
        ExprKind::Bool(b) => Ok(Value::bool(*b)),
        ExprKind::Null => Ok(Value::null(Type::Dynamic)),
        ExprKind::String(text) => Ok(Value::string(text.clone())),
        ExprKind::Unary(UnaryOp::Negate, inner) => Ok(Value::number(evaluate(inner)?.as_number().unwrap().neg())),
        ExprKind::Binary { first, rest } => {
            // The only operator in the rows is the division.
            let rest = rest.iter().map(|(_, e)| evaluate(e)).collect::<Result<Vec<_>, _>>()?;
            let quotient = rest
                .iter()
                .fold(evaluate(first)?.as_number().unwrap().clone(), |a, b| a.div(b.as_number().unwrap()).unwrap());
            Ok(Value::number(quotient))
        }
        ExprKind::Paren(inner) => evaluate(inner),
        ExprKind::Tuple(items) => Ok(Value::tuple(items.iter().map(evaluate).collect::<Result<Vec<_>, _>>()?)),
        ExprKind::Object(items) => {
            let mut attributes = Vec::new();
            for item in items {
                let key = match &item.key {
                    ObjectKey::Bare(name) => name.text.clone(),
                    ObjectKey::Expr(e) => evaluate(e)?.as_str().unwrap().into(),
                };
                attributes.push((key, evaluate(&item.value)?));
            }
            Ok(Value::object(attributes))
        }
        ExprKind::Call { name, args, expand_last } => {
            let mut args = args.iter().map(evaluate).collect::<Result<Vec<_>, _>>()?;
            if *expand_last {
                let last = args.pop().unwrap();
                args.extend_from_slice(last.as_items().unwrap());
            }
            call(&name.text, &args, &Surroundings::NONE).map_err(|e| message(&name.text, &e[0]))
        }
        other => panic!("not in the rows: {other:?}"),
    }
}

fn message(name: &str, error: &CallError) -> String {
    match error.argument {
        Some(_) => error.reason.clone(),
        None => format!("Call to function {name:?} failed: {}.", error.reason),
    }
}

#[test]
fn answers_as_terraform_does() {
    let mut wrong = String::new();
    let mut count = 0;
    for row in include_str!("answers.txt").lines().filter(|l| !l.starts_with("# ")) {
        let [expression, ty, expected] = row.splitn(3, '\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let (expr, troubles) = syntax::parse_expression("row".into(), expression);
        assert!(!troubles.has_errors(), "{expression}: {troubles:?}");
        let found = evaluate(&expr.root);
        count += 1;
        let same = match &found {
            Err(found) => ty == "error~" || ty == "error" && (found == expected || one_line(found) == expected),
            Ok(found) if ty.starts_with("error") => {
                let _ = found;
                false
            }
            Ok(found) => {
                let ty = json::type_from_json(&json::parse(ty).unwrap()).unwrap();
                // Digit by digit: as values, floats and exact numbers may differ where all digits agree.
                let bare = json::simple(&found.unmark_deep().0).unwrap().print();
                found.ty() == ty && bare == json::parse(expected).unwrap().print()
            }
        };
        if !same {
            writeln!(wrong, "{expression}\n  want {ty} {expected}\n  have {found:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 1200, "{count}");
}

/// As the recording has it: the console breaks lines anywhere.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
