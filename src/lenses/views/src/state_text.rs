//! The state for people.

use crate::paint::Paint;
use crate::plan_text::{Colour, header};
use crate::value_text::{Writer, padded};
use state::DecodedObject;
use value::Value;

/// All objects, one block each; null attributes are left out.
pub fn state_text(objects: &[DecodedObject], colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    if objects.is_empty() {
        return "The state is empty. No resources are managed.\n".into();
    }
    let mut out = String::new();
    for (number, object) in objects.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let mut title = format!("# {}:", object.addr);
        if let Some(key) = &object.deposed {
            title.push_str(&format!(" (deposed object {key})"));
        }
        if object.status == state::Status::Tainted {
            title.push_str(" (tainted)");
        }
        out.push_str(&format!("{}\n{}\n", paint.bold(&title), header(&object.addr)));
        out.push_str(&attributes(&object.value));
        out.push_str("}\n");
    }
    out
}

fn attributes(object: &Value) -> String {
    let mut writer = Writer { out: String::new(), paint: Paint { colour: false }, forced: &[] };
    let shown: Vec<(String, &Value)> = object
        .children()
        .filter(|(_, value)| !value.is_null() && value.as_items().is_none_or(|items| !items.is_empty()))
        .filter_map(|(step, value)| match step {
            value::PathStep::Attribute(name) => Some((name.to_string(), value)),
            _ => None,
        })
        .collect();
    let width = shown.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in shown {
        writer.plain(&padded(&name, width), value, 2, "");
    }
    writer.out
}
