//! The state for people.

use crate::difference::{of_block, of_value};
use crate::paint::Paint;
use crate::part_text::{masked, whole_text};
use crate::plan_text::{Colour, header};
use crate::secrets::Secrets;
use crate::value_text::attribute_name;
use state::{DecodedObject, OutputState};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All objects, one block each; null attributes are left out.
pub fn state_text(objects: &[DecodedObject], colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    let secrets = Secrets::of_objects(objects);
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
        let value = if secrets.is_empty() { object.value.clone() } else { secrets.mask(&object.value) };
        let content = of_block(&object.schema.block, (Some(&value), Some(&value)), &[]);
        out.push_str(&format!("{}\n{} {}\n", paint.bold(&title), header(&object.addr), whole_text(&content, paint)));
    }
    out
}

/// Root outputs under their heading, sensitive ones hidden; empty when there are none.
pub fn state_outputs_text(outputs: &BTreeMap<Arc<str>, OutputState>, colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    let mut out = String::new();
    for (name, output) in outputs {
        let value = masked(&output.value, output.sensitive);
        let text = whole_text(&of_value(&output.ty, (Some(&value), Some(&value))), paint);
        out.push_str(&format!("{} = {text}\n", attribute_name(name)));
    }
    if out.is_empty() { out } else { format!("\n\nOutputs:\n\n{out}") }
}
