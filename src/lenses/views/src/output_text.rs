//! Root outputs: for people, as JSON, bare.

use crate::value_text::{quoted, scalar};
use state::OutputState;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::json::{Escape, Layout, Node};
use value::{Content, Type, Value};

/// How one output is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputForm {
    /// For people.
    Text,
    /// As JSON.
    Json,
    /// The bare string, number or bool.
    Raw,
}

impl OutputForm {
    /// From the two flags; `-raw` is the narrower wish.
    pub fn of(json: bool, raw: bool) -> OutputForm {
        match (json, raw) {
            (_, true) => OutputForm::Raw,
            (true, false) => OutputForm::Json,
            (false, false) => OutputForm::Text,
        }
    }
}

/// All outputs, sensitive ones hidden.
pub fn outputs_text(outputs: &BTreeMap<Arc<str>, OutputState>) -> String {
    let mut out = String::new();
    for (name, output) in outputs {
        let text = if output.sensitive { "<sensitive>\n".into() } else { hcl(&output.value) };
        out.push_str(&format!("{name} = {text}"));
    }
    out
}

/// All outputs as `output -json` gives them: sensitive values included, as asked for.
pub fn outputs_json(outputs: &BTreeMap<Arc<str>, OutputState>) -> String {
    let node = Node::Object(
        outputs
            .iter()
            .map(|(name, output)| {
                let members = vec![
                    ("sensitive".into(), Node::Bool(output.sensitive)),
                    ("type".into(), value::json::type_to_json(&output.ty)),
                    ("value".into(), json(&output.value)),
                ];
                (name.clone(), Node::Object(members))
            })
            .collect(),
    );
    format!("{}\n", node.print_as(Layout::Indented, Escape::Html))
}

/// One output; `None` when its type has no such form.
pub fn output_text(output: &OutputState, form: OutputForm) -> Option<String> {
    match form {
        OutputForm::Text => Some(hcl(&output.value)),
        OutputForm::Json => Some(format!("{}\n", json(&output.value).print())),
        OutputForm::Raw => match &output.value.content {
            Content::String(text) => Some(text.to_string()),
            Content::Number(number) => Some(number.to_string()),
            Content::Bool(truth) => Some(truth.to_string()),
            _ => None,
        },
    }
}

/// Stored outputs are wholly known and finite, so they have a JSON form; anything else shows as null.
fn json(value: &Value) -> Node {
    value::json::simple(value).unwrap_or(Node::Null)
}

/// A value as HCL would write it, ending in a newline.
fn hcl(value: &Value) -> String {
    if let Some(text) = value.as_str().filter(|text| text.contains('\n')) {
        return format!("<<EOT\n{}\nEOT\n", text.strip_suffix('\n').unwrap_or(text));
    }
    let mut out = String::new();
    write(&mut out, "", value, 0, "");
    out
}

/// A value after its name, two columns a level; collections say which they are.
fn write(out: &mut String, head: &str, value: &Value, depth: usize, comma: &str) {
    let indent = "  ".repeat(depth);
    let (open, close) = match &value.content {
        Content::Object(_) => ("{", "}"),
        Content::Map(..) => ("tomap({", "})"),
        Content::Set(..) => ("toset([", "])"),
        Content::List(..) => ("tolist([", "])"),
        Content::Tuple(_) => ("[", "]"),
        Content::Null(ty) => return out.push_str(&format!("{indent}{head}{}{comma}\n", null(ty))),
        _ => return out.push_str(&format!("{indent}{head}{}{comma}\n", scalar(value))),
    };
    if value.children().next().is_none() {
        return out.push_str(&format!("{indent}{head}{open}{close}{comma}\n"));
    }
    out.push_str(&format!("{indent}{head}{open}\n"));
    for (step, part) in value.children() {
        match step {
            value::PathStep::Key(key) | value::PathStep::Attribute(key) => {
                write(out, &format!("{} = ", quoted(&key)), part, depth + 1, "");
            }
            value::PathStep::Index(_) => write(out, "", part, depth + 1, ","),
        }
    }
    out.push_str(&format!("{indent}{close}{comma}\n"));
}

/// Null, with its type where it has one.
fn null(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "null".into(),
        Type::String => "tostring(null)".into(),
        Type::Number => "tonumber(null)".into(),
        Type::Bool => "tobool(null)".into(),
        Type::List(element) => format!("tolist(null) /* of {} */", element.friendly_name()),
        Type::Set(element) => format!("toset(null) /* of {} */", element.friendly_name()),
        Type::Map(element) => format!("tomap(null) /* of {} */", element.friendly_name()),
        other => format!("null /* {} */", other.friendly_name()),
    }
}
