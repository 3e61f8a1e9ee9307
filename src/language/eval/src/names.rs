//! What the names of an expression mean.

use crate::provider_function::Found;
use crate::template_call::Rendering;
use diag::Diagnostic;
use std::sync::Arc;
use syntax::{Name, Step};
use value::Value;

/// Gives names their values.
pub(crate) trait Names {
    /// The value of a name, and how many of the steps after it were used up in finding it.
    fn resolve(&self, name: &Name, steps: &[Step], file: &Arc<str>) -> Resolved;

    /// What `provider::local::function` is.
    fn provider_function(&self, _local: &str, _function: &str) -> Found<'_> {
        Found::Nowhere
    }

    /// Whether functions may be called at all.
    fn functions_allowed(&self) -> bool {
        true
    }

    /// The template that is being rendered, if this is one.
    fn rendering(&self) -> Option<&Rendering> {
        None
    }
}

/// What a name was found to be.
pub(crate) enum Resolved {
    /// A value, after so many steps.
    Found {
        /// The value.
        value: Value,
        /// Steps used up.
        used: usize,
    },
    /// Nothing; the mistake is in the text, whatever the values.
    Wrong(Diagnostic),
}

/// No names at all, and no functions: defaults, `.tfvars`, `-var`.
pub(crate) struct NoNames;

impl Names for NoNames {
    fn resolve(&self, name: &Name, _: &[Step], file: &Arc<str>) -> Resolved {
        let diagnostic = Diagnostic::error("Variables not allowed", "Variables may not be used here.")
            .at(name.span.of(file))
            .next(format!("Write a constant value; quote {:?} if text is meant.", name.text));
        Resolved::Wrong(diagnostic)
    }

    fn functions_allowed(&self) -> bool {
        false
    }
}
