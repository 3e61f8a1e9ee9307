//! `provider::terraform::encode_tfvars`, `decode_tfvars` and `encode_expr`: values to and from the text of variable
//! files, byte for byte as Terraform 1.11 writes it (observed with its console).

use configschema::{Function, FunctionError, FunctionParameter};
use diag::{Diagnostics, SourceTexts};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use value::{Content, Type, Value};

/// Signatures by name.
pub(crate) fn functions() -> BTreeMap<Arc<str>, Function> {
    let rows = [
        ("decode_tfvars", "src", Type::String, Type::Dynamic, "The values that the text of a .tfvars file assigns."),
        ("encode_expr", "value", Type::Dynamic, Type::String, "A value as the text of an expression."),
        ("encode_tfvars", "value", Type::Dynamic, Type::String, "An object as the text of a .tfvars file."),
    ];
    let function = |(name, parameter, ty, result, summary): (&str, &'static str, _, _, &str)| {
        let summary: Arc<str> = summary.into();
        let function = Function::new([FunctionParameter::new(parameter, ty)], result);
        (name.into(), Function { description: summary.clone(), summary, ..function })
    };
    rows.into_iter().map(function).collect()
}

/// Calls one of [`functions`]; `None` when there is none of that name.
pub(crate) fn call(name: &str, arguments: &[Value]) -> Option<Result<Value, FunctionError>> {
    let [argument] = arguments else { return None };
    let result = match name {
        "decode_tfvars" => decode_tfvars(argument.as_str().unwrap_or_default()),
        "encode_expr" => Ok(Value::string(encode_expr(argument))),
        "encode_tfvars" => encode_tfvars(argument).map(Value::string),
        _ => return None,
    };
    Some(result.map_err(|reason| FunctionError { argument: None, reason }))
}

fn encode_tfvars(value: &Value) -> Result<String, String> {
    let entries = match &value.content {
        Content::Object(entries) | Content::Map(_, entries) => entries,
        _ => {
            return Err("invalid value to encode: must be an object whose attribute names will become the encoded \
                        variable names"
                .into());
        }
    };
    let mut out = String::new();
    for (name, value) in entries.iter() {
        if !syntax::is_identifier(name) {
            return Err(format!(
                "invalid variable name {name:?}: must be a valid identifier, per Terraform's rules for input variable \
                 declarations"
            ));
        }
        let _ = write!(out, "{name} = ");
        eval::write_value(value, &mut out);
        out.push('\n');
    }
    Ok(laid_out(out))
}

fn encode_expr(value: &Value) -> String {
    // What is laid out is a file: the expression is given a name there.
    const NAMED: &str = "x = ";
    let mut out = String::from(NAMED);
    eval::write_value(value, &mut out);
    out.push('\n');
    let out = laid_out(out);
    out.trim_end_matches('\n').strip_prefix(NAMED).unwrap_or(&out).to_string()
}

fn decode_tfvars(text: &str) -> Result<Value, String> {
    let name: Arc<str> = "<decode_tfvars argument>".into();
    let mut texts = SourceTexts::default();
    texts.insert(name.clone(), text.into());
    let (file, troubles) = syntax::parse(name, text.into());
    if troubles.has_errors() {
        return Err(format!("invalid tfvars syntax: {}", told(&troubles, &texts)));
    }
    if let Some(block) = file.body.blocks.first() {
        return Err(format!("invalid tfvars syntax: the block {:?} is not allowed here", block.kind.text));
    }
    let mut values = BTreeMap::new();
    for attribute in &file.body.attributes {
        let name = attribute.name.text.clone();
        let (value, troubles) = eval::constant(&attribute.expr);
        if troubles.has_errors() {
            return Err(format!("invalid expression for variable {name:?}: {}", told(&troubles, &texts)));
        }
        values.insert(name, value);
    }
    Ok(Value::object(values))
}

/// The first error with its place, and how many more there are.
fn told(troubles: &Diagnostics, texts: &SourceTexts) -> String {
    let mut errors = troubles.iter().filter(|trouble| trouble.is_error());
    let Some(first) = errors.next() else { return String::new() };
    let place = first.subject.as_ref().and_then(|range| {
        let (start, end) = (texts.position(&range.file, range.start)?, texts.position(&range.file, range.end)?);
        Some(format!("{}:{},{}-{}: ", range.file, start.line, start.column, end.column))
    });
    let more = match errors.count() {
        0 => String::new(),
        more => format!(", and {more} other diagnostic(s)"),
    };
    format!("{}{}; {}{more}", place.unwrap_or_default(), first.summary, first.detail.trim_end_matches('.'))
}

/// Text of variable files as `fmt` lays it out.
fn laid_out(text: String) -> String {
    syntax::format(&syntax::parse("".into(), text.into()).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(entries: &[(&str, Value)]) -> Value {
        Value::object(entries.iter().map(|(name, value)| (Arc::<str>::from(*name), value.clone())))
    }

    /// Rows as Terraform 1.11.4 answers them.
    #[test]
    fn expressions_as_terraform_writes_them() {
        let text = Value::string;
        let small = object(&[("a", Value::tuple([Value::int(1)]))]);
        let rows = [
            (Value::tuple([]), "[]".to_string()),
            (object(&[]), "{}".to_string()),
            (text("é\t\u{7}x%{\"'\\$"), "\"é\\t\\u0007x%%{\\\"'\\\\$\"".to_string()),
            (object(&[("a", text("x\ny"))]), "{\n  a = \"x\\ny\"\n}".to_string()),
            (
                object(&[("1", Value::int(4)), ("a-b", Value::int(2)), ("for", Value::int(3)), ("é", Value::int(1))]),
                "{\n  \"1\" = 4\n  a-b = 2\n  for = 3\n  é   = 1\n}".to_string(),
            ),
            (
                Value::tuple([Value::tuple([]), object(&[]), Value::tuple([small.clone()])]),
                "[[], {}, [{\n  a = [1]\n}]]".to_string(),
            ),
            (Value::tuple([small.clone(), small]), "[{\n  a = [1]\n  }, {\n  a = [1]\n}]".to_string()),
        ];
        for (value, want) in rows {
            assert_eq!(encode_expr(&value), want);
        }
    }

    #[test]
    fn variables_there_and_back() {
        let nested = object(&[("xxxx", Value::int(1)), ("y", Value::int(2))]);
        let value = object(&[("b", Value::int(2)), ("cc", nested), ("longname", Value::null(Type::Dynamic))]);
        let text = encode_tfvars(&value).unwrap();
        assert_eq!(text, "b = 2\ncc = {\n  xxxx = 1\n  y    = 2\n}\nlongname = null\n");
        assert_eq!(decode_tfvars(&text), Ok(value));
    }

    #[test]
    fn texts_that_are_none() {
        for (text, want) in [
            ("a = foo", "invalid expression for variable \"a\": <decode_tfvars argument>:1,5-8: Variables not allowed"),
            ("a = upper(\"x\")", "Function calls not allowed; Functions may not be called here"),
            ("a {}", "invalid tfvars syntax"),
            ("a {", "invalid tfvars syntax: <decode_tfvars argument>:1,"),
            ("a=1\na=2", "invalid tfvars syntax: <decode_tfvars argument>:2,1-2: "),
        ] {
            let reason = decode_tfvars(text).unwrap_err();
            assert!(reason.contains(want), "{text}: {reason}");
        }
        assert!(encode_tfvars(&Value::int(3)).is_err());
        assert!(encode_tfvars(&object(&[("1a", Value::int(3))])).unwrap_err().contains("\"1a\""));
    }
}
