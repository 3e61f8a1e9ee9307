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
    /// Nobody knows whether the change was carried out, see [`Reply::in_doubt`].
    pub in_doubt: bool,
}

impl<T> Reply<T> {
    /// Done, nothing to say.
    pub fn done(result: T) -> Reply<T> {
        Reply { result: Some(result), findings: Vec::new(), in_doubt: false }
    }

    /// Failed, nothing came of it.
    pub fn failed(summary: impl Into<String>, detail: impl Into<String>) -> Reply<T> {
        error(summary, detail).into()
    }

    /// Nothing there, and nothing to say: the object is gone.
    pub fn nothing() -> Reply<T> {
        Reply { result: None, findings: Vec::new(), in_doubt: false }
    }

    /// The request went out, no answer came, and nobody knows whether an object was made. An error without an object
    /// would tell the host that there is none; instead the call fails as a whole (gRPC status ABORTED), which hosts take
    /// for an unknown outcome: drform keeps the change open and asks, or repeats it where that was promised
    /// ([`crate::Repeat`]); Terraform shows the text as an error. Only for changes.
    pub fn in_doubt(finding: Finding) -> Reply<T> {
        Reply { in_doubt: true, ..finding.into() }
    }

    /// The same result with one more thing to say.
    pub fn with(mut self, finding: Finding) -> Reply<T> {
        self.findings.push(finding);
        self
    }
}

/// An error about the whole block.
pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Finding {
    error_at(Path::ROOT, summary, detail)
}

/// An error about an attribute or a nested block.
///
/// The path counts from the block: `Path::attribute("ebs_block_device").then(PathStep::Index(1))` and on, blocks in the
/// order of the value. The wire has no word for an element of a set: hosts take the index for a hint and point at the
/// nearest place that they can find.
pub fn error_at(path: Path, summary: impl Into<String>, detail: impl Into<String>) -> Finding {
    Finding { diagnostic: Diagnostic::error(summary, detail), attribute: path }
}

/// A warning about the whole block.
pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Finding {
    warning_at(Path::ROOT, summary, detail)
}

/// A warning about an attribute or a nested block; see [`error_at`].
pub fn warning_at(path: Path, summary: impl Into<String>, detail: impl Into<String>) -> Finding {
    Finding { diagnostic: Diagnostic::warning(summary, detail), attribute: path }
}
