//! Which of the provider's reasons to replace an object hold.

#[cfg(test)]
mod tests;

use crate::{Block, Broken};
use value::{Path, PathStep, Value};

/// The paths of `paths` that really changed, each once, in their order: providers name many that did not.
///
/// Nothing is replaced where nothing was. Unknown counts as changed, and so do write-only attributes, which are
/// null on both sides. Values come without marks.
///
/// # Errors
/// The paths that lead nowhere in either value.
pub fn replace_paths(paths: &[Path], prior: &Value, planned: &Value, block: &Block) -> Result<Vec<Path>, Vec<Broken>> {
    if prior.is_null() {
        return Ok(Vec::new());
    }
    let (mut kept, mut broken) = (Vec::new(), Vec::new());
    for path in paths {
        let changed = match (look(prior, &path.0), look(planned, &path.0)) {
            (Look::Nowhere, Look::Nowhere) => {
                broken.push(Broken::new(path, "requires replacement for an attribute path that does not exist"));
                continue;
            }
            (Look::At(before), Look::At(after)) => before.equals(after).unmark().0.as_bool() != Some(true),
            (Look::At(one), Look::Nowhere) | (Look::Nowhere, Look::At(one)) => !one.is_null(),
            (Look::Undecided, _) | (_, Look::Undecided) => true,
        };
        let write_only = block.attribute_at(path).is_some_and(|a| a.write_only);
        if (changed || write_only) && !kept.contains(path) {
            kept.push(path.clone());
        }
    }
    if broken.is_empty() { Ok(kept) } else { Err(broken) }
}

enum Look<'v> {
    At(&'v Value),
    /// Inside something unknown.
    Undecided,
    Nowhere,
}

fn look<'v>(value: &'v Value, steps: &[PathStep]) -> Look<'v> {
    let mut at = value;
    for step in steps {
        if !at.is_known() {
            return Look::Undecided;
        }
        let next = match step {
            PathStep::Attribute(name) | PathStep::Key(name) => at.get(name),
            PathStep::Index(i) => at.as_items().and_then(|items| items.get(usize::try_from(*i).ok()?)),
        };
        match next {
            Some(next) => at = next,
            None => return Look::Nowhere,
        }
    }
    Look::At(at)
}
