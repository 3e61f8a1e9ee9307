//! Diagnostics as they travel.

use crate::tfplugin6::{
    self as wire, attribute_path::Step, attribute_path::step::Selector, diagnostic::Severity as WireSeverity,
};
use diag::{Diagnostic, Severity};
use value::{Path, PathStep};

/// A diagnostic and the attribute that it is about, counted from the block; the root path is the block itself.
///
/// Providers name attributes that do not exist, and places in sets that mean nothing: a path is a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointedDiagnostic {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// Which attribute is meant.
    pub attribute: Path,
}

impl From<wire::Diagnostic> for PointedDiagnostic {
    fn from(message: wire::Diagnostic) -> Self {
        let attribute = message.attribute.as_ref().map_or(Path::ROOT, path_from_wire);
        // An invalid severity is an error: nothing that a provider says is to be overlooked.
        let diagnostic = match message.severity() {
            WireSeverity::Warning => Diagnostic::warning(message.summary, message.detail),
            WireSeverity::Error | WireSeverity::Invalid => Diagnostic::error(message.summary, message.detail),
        };
        PointedDiagnostic { diagnostic, attribute }
    }
}

impl From<PointedDiagnostic> for wire::Diagnostic {
    fn from(pointed: PointedDiagnostic) -> Self {
        let PointedDiagnostic { diagnostic, attribute } = pointed;
        let severity = match diagnostic.severity {
            Severity::Error => WireSeverity::Error,
            Severity::Warning => WireSeverity::Warning,
        };
        // The wire has no place of its own for the next step.
        let detail = match diagnostic.next_step {
            Some(step) if diagnostic.detail.is_empty() => step,
            Some(step) => format!("{}\n\n{step}", diagnostic.detail),
            None => diagnostic.detail,
        };
        wire::Diagnostic {
            severity: severity.into(),
            summary: diagnostic.summary,
            detail,
            attribute: (attribute != Path::ROOT).then(|| path_to_wire(&attribute)),
        }
    }
}

/// A path as it travels; what follows a step that makes no sense is left out.
pub fn path_from_wire(path: &wire::AttributePath) -> Path {
    let step = |step: &Step| match step.selector.as_ref()? {
        Selector::AttributeName(name) => Some(PathStep::Attribute(name.as_str().into())),
        Selector::ElementKeyString(key) => Some(PathStep::Key(key.as_str().into())),
        Selector::ElementKeyInt(index) => u64::try_from(*index).ok().map(PathStep::Index),
    };
    Path(path.steps.iter().map_while(step).collect())
}

/// A path for the wire.
pub fn path_to_wire(path: &Path) -> wire::AttributePath {
    let step = |step: &PathStep| {
        let selector = match step {
            PathStep::Attribute(name) => Selector::AttributeName(name.to_string()),
            PathStep::Key(key) => Selector::ElementKeyString(key.to_string()),
            PathStep::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
        };
        Step { selector: Some(selector) }
    };
    wire::AttributePath { steps: path.0.iter().map(step).collect() }
}
