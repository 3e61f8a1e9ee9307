//! `fileset(path, pattern)`: the files under a directory whose path from there matches.
use super::shared::glob::Glob;
use super::shared::paths::{clean, expand};
use super::shared::signature::{Function, Kind, Parameter};
use super::{CallError, EntryKind, FileSource};
use value::{Type, Value};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("path"), Parameter::text("pattern")], Kind::SetOfTexts, |call| {
        let directory = expand(call.text(0), call.surroundings).map_err(|e| CallError::at(0, e))?;
        let pattern = clean(call.text(1));
        let glob =
            Glob::parse(&pattern).map_err(|e| CallError::new(format!("failed to glob pattern {pattern}: {e}")))?;
        let mut found = Vec::new();
        walk(call.surroundings.files, &glob, (&directory, ""), &mut found).map_err(CallError::new)?;
        Ok(Value::set(Type::String, found.iter().map(|f| Value::string(f.as_str()))))
    });

/// Adds the files below a directory (as it is read, and as it is called in the result).
fn walk(
    files: &dyn FileSource,
    glob: &Glob,
    (directory, called): (&str, &str),
    found: &mut Vec<String>,
) -> Result<(), String> {
    for entry in files.list(directory)? {
        let called = if called.is_empty() { entry.name.to_string() } else { format!("{called}/{}", entry.name) };
        match entry.kind {
            EntryKind::File if glob.matches(&called) => found.push(called),
            EntryKind::Directory if glob.may_match_below(&called) => {
                walk(files, glob, (&format!("{directory}/{}", entry.name), &called), found)?;
            }
            _ => {}
        }
    }
    Ok(())
}
