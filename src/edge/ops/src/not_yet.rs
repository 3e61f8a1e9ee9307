//! What configurations may say that drform does not do yet, where silence would do harm: ignoring a provisioner
//! leaves a machine half made.

use crate::Said;
use config::{Module, ModuleTree};
use diag::{Diagnostic, Diagnostics};

/// Refuses what would be planned wrongly.
pub(crate) fn refuse(tree: &ModuleTree, said: &mut Said) {
    let mut troubles = Diagnostics::new();
    for module in tree.modules.values() {
        troubles.extend(unevaluated(module));
    }
    said.diagnostics.extend(troubles);
}

fn unevaluated(module: &Module) -> Diagnostics {
    let provisioned = module.resources.values().filter_map(|resource| {
        let block = resource.provisioners.iter().find(|block| block.kind.as_ref() != "local-exec")?;
        let detail = format!("drform would make {} without running its provisioners.", resource.addr);
        Some(
            Diagnostic::error("Provisioners are not supported yet", detail)
                .at(block.range.clone())
                .next("Use terraform for this configuration, or do the work outside of it."),
        )
    });
    let removed = module.removed.iter().filter_map(|removed| {
        let block = removed.provisioners.iter().find(|block| block.kind.as_ref() != "local-exec")?;
        let detail = "drform would destroy the removed objects without running these provisioners.";
        Some(
            Diagnostic::error("Provisioners are not supported yet", detail)
                .at(block.range.clone())
                .next("Use terraform for this configuration, or do the work outside of it."),
        )
    });
    provisioned.chain(removed).collect()
}
