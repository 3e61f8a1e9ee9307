//! What configurations may say that this build does not do, where silence would do harm: ignoring a provisioner leaves a
//! machine half made.

use crate::{Said, Site, World};
use config::{Module, ModuleTree, Provisioner};
use diag::Diagnostic;

/// Refuses what would be planned wrongly. The sandbox runs no provisioners at all.
pub(crate) fn refuse(site: &Site, tree: &ModuleTree, said: &mut Said) {
    if cfg!(feature = "ssh") || site.world == World::Sandbox {
        return;
    }
    said.diagnostics.extend(tree.modules.values().flat_map(over_ssh));
}

fn over_ssh(module: &Module) -> impl Iterator<Item = Diagnostic> {
    let resources = module.resources.values().map(|resource| &resource.provisioners);
    let blocks = resources.chain(module.removed.iter().map(|block| &block.provisioners));
    let first = |blocks: &Vec<Provisioner>| blocks.iter().find(|block| block.kind.as_ref() != "local-exec").cloned();
    blocks.filter_map(first).map(|block| {
        let detail = format!("The provisioner {:?} works over SSH, and this drform was built without it.", block.kind);
        Diagnostic::error("Built without SSH", detail)
            .at(block.range)
            .next("Build drform with --features ssh, or use terraform for this configuration.")
    })
}
