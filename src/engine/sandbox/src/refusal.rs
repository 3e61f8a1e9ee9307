//! A refusal, as the real API says it.

use diag::Diagnostic;

/// Why the cloud refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Error code of the real API.
    pub(crate) code: String,
    /// What it says.
    pub(crate) message: String,
    /// What to do.
    pub(crate) next: String,
}

impl Refusal {
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>, next: impl Into<String>) -> Refusal {
        Refusal { code: code.into(), message: message.into(), next: next.into() }
    }

    /// As a diagnostic: `creating EBS Volume: api error CODE: message`.
    ///
    /// `rule` is the name of the rule that refused, `source` the document that states it.
    pub(crate) fn diagnostic(&self, doing: &str, rule: &str, source: &str) -> Diagnostic {
        Diagnostic::error(
            format!("{doing}: api error {}: {}", self.code, self.message.trim_end_matches('.')),
            format!("The sandbox refuses as the real service would (rule {rule}; {source})."),
        )
        .next(self.next.clone())
    }
}
