//! Root outputs: for people, as JSON, bare.

use state::OutputState;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::json::{Escape, Layout, Node};
use value::{Content, Value};

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

/// A value as the console prints it, ending in a newline.
fn hcl(value: &Value) -> String {
    format!("{}\n", value::text::value_text(value))
}
