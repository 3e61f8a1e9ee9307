//! Why nothing is planned for an object.

use crate::InstanceChange;
use crate::object::Identity;
use diag::Diagnostic;

/// The summary of a refusal to destroy.
pub(crate) const PREVENTED: &str = "Instance cannot be destroyed";

/// The refusal to destroy what is marked as not to be destroyed, in Terraform's words.
pub(crate) fn prevented(change: &InstanceChange) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        PREVENTED,
        format!(
            "Resource {} has lifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed.",
            change.addr
        ),
    )
    .next("Take back what calls for it, or disable lifecycle.prevent_destroy and run the command again.")
    .about(change.addr.to_string());
    match &change.declared_at {
        Some(block) => diagnostic.at(block.clone()),
        None => diagnostic,
    }
}

/// Nothing is done to an object before it is known what the last apply did to it (architecture.md invariant 6).
pub(crate) fn in_doubt(identity: &Identity) -> Diagnostic {
    let addr = &identity.addr;
    let diagnostic = Diagnostic::error(
        "Outcome of an earlier apply is in doubt",
        format!(
            "An earlier apply began to change {addr} and ended before it was known what came of it. Nothing is planned \
             for {addr} until that is settled, so that nothing is done twice or lost."
        ),
    )
    .about(addr.to_string())
    .next("Run drform recover, which finds out what became of it.");
    match &identity.declared_at {
        Some(range) => diagnostic.at(range.clone()),
        None => diagnostic,
    }
}
