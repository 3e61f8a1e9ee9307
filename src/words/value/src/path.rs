//! Ways into a value.

use crate::{Content, Value};
use std::fmt;
use std::sync::Arc;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// Attribute of an object.
    Attribute(Arc<str>),
    /// Element of a list or tuple, from zero; in a set its place in order.
    Index(u64),
    /// Element of a map.
    Key(Arc<str>),
}

/// Steps from a value to one of its parts; empty for the value itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<PathStep>);

impl Path {
    /// The value itself.
    pub const ROOT: Path = Path(Vec::new());

    /// A path of one attribute.
    pub fn attribute(name: impl Into<Arc<str>>) -> Path {
        Path(vec![PathStep::Attribute(name.into())])
    }

    /// This path and one more step.
    pub fn then(&self, step: PathStep) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }

    /// The part of `value` at this path; `None` where a step has nothing to go into.
    ///
    /// A step into a null or unknown has nothing to go into. Attribute and key steps are taken alike on
    /// objects and maps: plugins mix them.
    pub fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        let mut at = value;
        for step in &self.0 {
            at = match (step, &at.content) {
                (PathStep::Attribute(name) | PathStep::Key(name), Content::Object(attributes)) => {
                    attributes.get(name)?
                }
                (PathStep::Attribute(name) | PathStep::Key(name), Content::Map(_, elements)) => elements.get(name)?,
                (PathStep::Index(i), Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items)) => {
                    items.get(usize::try_from(*i).ok()?)?
                }
                _ => return None,
            };
        }
        Some(at)
    }
}

/// As in messages: `root_block_device[0].kms_key_id`, `tags["Name"]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Attribute(name) if i == 0 => write!(f, "{name}")?,
                PathStep::Attribute(name) => write!(f, ".{name}")?,
                PathStep::Index(i) => write!(f, "[{i}]")?,
                PathStep::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}
