//! What configurations may say that drform does not do yet, where silence would do harm: ignoring a backend forgets a
//! whole estate, ignoring a provisioner leaves a machine half made.

use crate::{Said, Site, World};
use backend::Workspaces;
use config::{Module, ModuleTree};
use diag::{Diagnostic, Diagnostics};
use value::json::Node;

/// Refuses what would be planned wrongly.
pub(crate) fn refuse(site: &Site, tree: &ModuleTree, said: &mut Said) {
    let mut troubles = Diagnostics::new();
    if site.world == World::Real {
        troubles.extend(tree.root().and_then(backend).or_else(|| initialised(site)));
    }
    for module in tree.modules.values() {
        troubles.extend(unevaluated(module));
    }
    said.diagnostics.extend(troubles);
}

fn backend(root: &Module) -> Option<Diagnostic> {
    let block = root.backend.as_ref()?;
    let kind = block.kind.as_ref();
    if kind == "local" && block.body.attributes.is_empty() {
        return None;
    }
    let (what, next) = match kind {
        "local" => (
            "Arguments of the local backend are not supported yet: the state is terraform.tfstate in this directory.",
            "Take the arguments out, and put the state there if it is elsewhere.",
        ),
        _ => (
            "drform keeps its state in a local file and does not reach remote state yet. Going on would see an empty state.",
            "Use terraform for this configuration, or plan it in the simulated cloud with -sandbox.",
        ),
    };
    Some(Diagnostic::error(format!("Backend {kind:?} is not supported yet"), what).at(block.range.clone()).next(next))
}

/// The directory was initialised with a backend of which the configuration says nothing (any more): the state is there.
pub(crate) fn initialised(site: &Site) -> Option<Diagnostic> {
    let text = Workspaces::new(site.state_dir(), site.data_dir()).backend_record()?;
    let record = value::json::parse(&text).ok()?;
    let Node::String(kind) = record.get("backend")?.get("type")?.clone() else {
        return None;
    };
    let detail = format!(
        "This directory was initialised with the backend {kind:?}, where its state is. Going on would not see it."
    );
    (kind.as_ref() != "local").then(|| {
        Diagnostic::error("Backend configuration changed", detail).next(
            "Move the state here with terraform init -migrate-state, or plan it in the simulated cloud with -sandbox.",
        )
    })
}

fn unevaluated(module: &Module) -> Diagnostics {
    let provisioned = module.resources.values().filter_map(|resource| {
        let block = resource.provisioners.first()?;
        let detail = format!("drform would make {} without running its provisioners.", resource.addr);
        Some(
            Diagnostic::error("Provisioners are not supported yet", detail)
                .at(block.header_range())
                .next("Use terraform for this configuration, or do the work outside of it."),
        )
    });
    let removed = module.removed.iter().filter_map(|removed| {
        let block = removed.provisioners.first()?;
        let detail = "drform would destroy the removed objects without running these provisioners.";
        Some(
            Diagnostic::error("Provisioners are not supported yet", detail)
                .at(block.header_range())
                .next("Use terraform for this configuration, or do the work outside of it."),
        )
    });
    provisioned.chain(removed).collect()
}
