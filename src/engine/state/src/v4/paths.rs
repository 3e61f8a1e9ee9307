//! Paths as cty writes them: `[{"type":"get_attr","value":"a"},{"type":"index","value":{"value":0,"type":"number"}}]`.

use super::layout::Layout;
use super::read::{field, fields, items, text_of as text};
use crate::StateError;
use value::{Path, PathStep};

/// Reads the value of `sensitive_attributes`.
pub(super) fn parse(json: &str) -> Result<Vec<Path>, StateError> {
    items(json, "sensitive_attributes")?.into_iter().map(|path| path_of(path.get())).collect()
}

fn path_of(json: &str) -> Result<Path, StateError> {
    let steps = items(json, "a path in sensitive_attributes")?;
    steps.into_iter().map(|step| step_of(step.get())).collect::<Result<_, _>>().map(Path)
}

fn step_of(json: &str) -> Result<PathStep, StateError> {
    let malformed =
        || StateError::malformed("A step of a path in sensitive_attributes is neither an attribute nor an index.");
    let step = fields(json, "a step of a path in sensitive_attributes")?;
    let kind = text(field(&step, "type").ok_or_else(malformed)?, "the type of a path step")?;
    let value = field(&step, "value").ok_or_else(malformed)?;
    match kind.as_ref() {
        "get_attr" => Ok(PathStep::Attribute(text(value, "the value of a path step")?.as_str().into())),
        "index" => {
            let index = fields(value, "the index of a path step")?;
            let key = field(&index, "value").ok_or_else(malformed)?;
            match field(&index, "type") {
                Some("\"number\"") => key.trim().parse().map(PathStep::Index).map_err(|_| malformed()),
                Some("\"string\"") => Ok(PathStep::Key(text(key, "the index of a path step")?.as_str().into())),
                _ => Err(malformed()),
            }
        }
        _ => Err(malformed()),
    }
}

/// Writes the value of `sensitive_attributes`.
pub(super) fn print(out: &mut Layout, paths: &[Path]) {
    out.array(|out| {
        for path in paths {
            out.element().array(|out| path.0.iter().for_each(|step| out.element().object(|out| print_step(out, step))));
        }
    });
}

fn print_step(out: &mut Layout, step: &PathStep) {
    match step {
        PathStep::Attribute(name) => {
            out.key("type").string("get_attr");
            out.key("value").string(name);
        }
        PathStep::Index(index) => {
            out.key("type").string("index");
            out.key("value").object(|out| {
                out.key("value").number(*index);
                out.key("type").string("number");
            });
        }
        PathStep::Key(key) => {
            out.key("type").string("index");
            out.key("value").object(|out| {
                out.key("value").string(key);
                out.key("type").string("string");
            });
        }
    }
}
