//! Where in an object the schema's flags apply: sensitive, write-only.

#[cfg(test)]
mod tests;

use crate::{Attribute, AttributeType, Block, Broken, Nesting};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Marks, Path, PathStep, Value};

/// The parts of an object that its schema calls sensitive, with the mark to put on each.
///
/// What is inside an element of a set is not named, but the set: elements have no lasting place.
pub fn sensitive_paths(block: &Block, value: &Value) -> Vec<(Path, Marks)> {
    let mut found = Vec::new();
    walk_block(block, value, &Path::ROOT, Wanted::Sensitive, &mut found);
    found.dedup();
    found.into_iter().map(|path| (path, Marks::SENSITIVE)).collect()
}

/// The write-only attributes in an object, whether null or not.
pub fn write_only_paths(block: &Block, value: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    walk_block(block, value, &Path::ROOT, Wanted::WriteOnly, &mut found);
    found
}

/// The write-only attributes a provider gave back, which it must not.
pub fn assert_write_only_null(block: &Block, value: &Value) -> Vec<Broken> {
    let given = |path: &Path| path.get(value).is_some_and(|v| !v.is_null());
    let say = |path| Broken::new(&path, "a value for a write-only attribute came back");
    write_only_paths(block, value).into_iter().filter(given).map(say).collect()
}

/// The configuration with unknown in place of every write-only attribute that is set: what may be kept of it.
pub fn without_write_only(block: &Block, config: &Value) -> Value {
    fn at(value: &Value, here: &Path, paths: &[Path]) -> Value {
        if paths.contains(here) {
            return Value::unknown(value.ty());
        }
        value.map_children(|step, part| at(part, &here.then(step), paths))
    }
    let set = |path: &Path| path.get(config).is_some_and(|value| !value.is_null());
    let paths: Vec<Path> = write_only_paths(block, config).into_iter().filter(set).collect();
    if paths.is_empty() { config.clone() } else { at(config, &Path::ROOT, &paths) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Sensitive,
    WriteOnly,
}

impl Wanted {
    fn applies(self, attribute: &Attribute) -> bool {
        match self {
            Wanted::Sensitive => attribute.sensitive,
            Wanted::WriteOnly => attribute.write_only,
        }
    }
}

fn walk_block(block: &Block, value: &Value, path: &Path, wanted: Wanted, found: &mut Vec<Path>) {
    walk_attributes(&block.attributes, value, path, wanted, found);
    for (name, nested) in &block.blocks {
        let Some(part) = value.get(name) else { continue };
        let path = path.then(PathStep::Attribute(name.clone()));
        each(nested.nesting, part, &path, found, |object, path, found| {
            walk_block(&nested.block, object, path, wanted, found);
        });
    }
}

fn walk_attributes(
    attributes: &BTreeMap<Arc<str>, Attribute>,
    value: &Value,
    path: &Path,
    wanted: Wanted,
    found: &mut Vec<Path>,
) {
    for (name, attribute) in attributes {
        let Some(part) = value.get(name) else { continue };
        let path = path.then(PathStep::Attribute(name.clone()));
        if wanted.applies(attribute) {
            found.push(path);
        } else if let AttributeType::Nested(nested) = &attribute.ty {
            each(nested.nesting, part, &path, found, |object, path, found| {
                walk_attributes(&nested.attributes, object, path, wanted, found);
            });
        }
    }
}

/// Each object of a collection; of a set, the set itself if anything was found inside.
fn each(
    nesting: Nesting,
    value: &Value,
    path: &Path,
    found: &mut Vec<Path>,
    mut inside: impl FnMut(&Value, &Path, &mut Vec<Path>),
) {
    match nesting {
        Nesting::Single | Nesting::Group => inside(value, path, found),
        Nesting::List | Nesting::Map => {
            for (step, object) in value.children() {
                inside(object, &path.then(step), found);
            }
        }
        Nesting::Set => {
            let mut within = Vec::new();
            for (step, object) in value.children() {
                inside(object, &path.then(step), &mut within);
            }
            if !within.is_empty() {
                found.push(path.clone());
            }
        }
    }
}
