//! Root outputs: for people, as JSON, bare.

use crate::value_text::{Writer, padded};
use crate::paint::Paint;
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

/// A value as HCL would write it, ending in a newline.
fn hcl(value: &Value) -> String {
    let mut writer = Writer { out: String::new(), paint: Paint { colour: false }, forced: &[] };
    writer.plain("", value, 0, "");
    writer.out
}

impl Writer<'_> {
    /// A value without symbols, two columns a level.
    pub(crate) fn plain(&mut self, head: &str, value: &Value, depth: usize, comma: &str) {
        let indent = "  ".repeat(depth);
        let (open, close) = match &value.content {
            Content::Object(_) | Content::Map(..) => ("{", "}"),
            Content::Set(..) => ("toset([", "])"),
            Content::List(..) | Content::Tuple(_) => ("[", "]"),
            _ => {
                let text = crate::value_text::scalar(value);
                self.out.push_str(&format!("{indent}{head}{text}{comma}\n"));
                return;
            }
        };
        if value.children().next().is_none() {
            self.out.push_str(&format!("{indent}{head}{open}{close}{comma}\n"));
            return;
        }
        self.out.push_str(&format!("{indent}{head}{open}\n"));
        let keys: Vec<String> = value
            .children()
            .map(|(step, _)| match step {
                value::PathStep::Key(key) | value::PathStep::Attribute(key) => crate::value_text::quoted(&key),
                value::PathStep::Index(_) => String::new(),
            })
            .collect();
        // Terraform's `output` does not align keys; its plan does.
        for (key, (_, part)) in keys.iter().zip(value.children()) {
            let comma = if key.is_empty() { "," } else { "" };
            self.plain(&padded(key, 0), part, depth + 1, comma);
        }
        self.line_plain(&format!("{indent}{close}{comma}"));
    }

    fn line_plain(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }
}
