//! What a provider has to say, and results that come with it.

use diag::Diagnostic;
use tfplugin::PointedDiagnostic;
use value::Path;

/// An error or warning, with the attribute that it is about.
pub type Finding = PointedDiagnostic;

/// All that one call has to say.
pub type Findings = Vec<Finding>;

/// A result and what there is to say about it. Both may be there: an object that was made by halves comes with an
/// error, and the host keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply<T> {
    /// The result, as far as there is one.
    pub result: Option<T>,
    /// What there is to say.
    pub findings: Findings,
}

impl<T> Reply<T> {
    /// Done, nothing to say.
    pub fn done(result: T) -> Reply<T> {
        Reply { result: Some(result), findings: Vec::new() }
    }

    /// Failed, nothing came of it.
    pub fn failed(summary: impl Into<String>, detail: impl Into<String>) -> Reply<T> {
        Reply { result: None, findings: vec![error(summary, detail)] }
    }

    /// The same result with one more thing to say.
    pub fn with(mut self, finding: Finding) -> Reply<T> {
        self.findings.push(finding);
        self
    }
}

/// An error about the whole block.
pub(crate) fn error(summary: impl Into<String>, detail: impl Into<String>) -> Finding {
    Finding { diagnostic: Diagnostic::error(summary, detail), attribute: Path::ROOT }
}
