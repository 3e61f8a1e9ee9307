//! `-target` and `-exclude`: what is meant by addresses, looked up in one step whatever their number.

use addrs::{ConfigResource, InstanceKey, ModuleInstance, ModulePath, Resource, ResourceInstance, Target};
use diag::{Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet};

/// Which part of the configuration and the state is planned.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Targeting {
    /// All of it.
    #[default]
    All,
    /// These addresses and what they depend on (`-target`).
    Only(Vec<Target>),
    /// All but these addresses and what depends on them (`-exclude`, as in OpenTofu).
    Except(Vec<Target>),
}

impl Targeting {
    /// Whether something may be left out.
    pub fn is_partial(&self) -> bool {
        *self != Targeting::All
    }

    /// The flag that asks for it; for [`Targeting::All`] there is none.
    pub fn flag(&self) -> Option<&'static str> {
        match self {
            Targeting::All => None,
            Targeting::Only(_) => Some("-target"),
            Targeting::Except(_) => Some("-exclude"),
        }
    }

    /// The addresses.
    pub fn addresses(&self) -> &[Target] {
        match self {
            Targeting::All => &[],
            Targeting::Only(targets) | Targeting::Except(targets) => targets,
        }
    }
}

/// Addresses, indexed: whether one of them stands for something is found without going through them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    modules: BTreeSet<ModuleInstance>,
    resources: BTreeMap<ModuleInstance, BTreeSet<Resource>>,
    instances: BTreeSet<ResourceInstance>,
    /// The same without keys.
    paths: BTreeSet<ModulePath>,
    blocks: BTreeSet<ConfigResource>,
    /// Those that have no key.
    whole_paths: BTreeSet<ModulePath>,
    whole_blocks: BTreeSet<ConfigResource>,
}

impl Addresses {
    pub(crate) fn of(targets: &[Target]) -> Addresses {
        let mut all = Addresses::default();
        for target in targets {
            match target {
                Target::Module(module) => {
                    all.paths.insert(module.path());
                    if has_no_key(module) {
                        all.whole_paths.insert(module.path());
                    }
                    all.modules.insert(module.clone());
                }
                Target::Resource(module, resource) => {
                    let block = ConfigResource { module: module.path(), resource: resource.clone() };
                    if has_no_key(module) {
                        all.whole_blocks.insert(block.clone());
                    }
                    all.blocks.insert(block);
                    all.resources.entry(module.clone()).or_default().insert(resource.clone());
                }
                Target::Instance(addr) => {
                    all.blocks.insert(addr.config());
                    all.instances.insert(addr.clone());
                }
            }
        }
        all
    }

    /// Whether one of the addresses stands for the instance.
    pub(crate) fn contain(&self, addr: &ResourceInstance) -> bool {
        let of_resource = self.resources.get(&addr.module).is_some_and(|resources| resources.contains(&addr.resource));
        of_resource || self.instances.contains(addr) || self.contain_module(&addr.module)
    }

    fn contain_module(&self, module: &ModuleInstance) -> bool {
        if self.modules.is_empty() {
            return false;
        }
        (1..=module.0.len()).any(|depth| {
            let mut outer = ModuleInstance(module.0.get(..depth).unwrap_or_default().to_vec());
            if self.modules.contains(&outer) {
                return true;
            }
            // A call without a key at the end means all of its instances; elsewhere it means the one without a key
            // (measured with Terraform 1.11.4).
            if let Some((_, key)) = outer.0.last_mut() {
                *key = InstanceKey::None;
            }
            self.modules.contains(&outer)
        })
    }

    /// Whether one of the addresses stands for some instance of the block.
    pub(crate) fn touch(&self, block: &ConfigResource) -> bool {
        self.blocks.contains(block) || is_inside(&self.paths, &block.module)
    }

    /// Whether one of the addresses stands for all instances that the block can have.
    pub(crate) fn cover(&self, block: &ConfigResource) -> bool {
        self.whole_blocks.contains(block) || is_inside(&self.whole_paths, &block.module)
    }
}

fn has_no_key(module: &ModuleInstance) -> bool {
    module.0.iter().all(|(_, key)| *key == InstanceKey::None)
}

fn is_inside(paths: &BTreeSet<ModulePath>, module: &ModulePath) -> bool {
    !paths.is_empty()
        && (1..=module.0.len())
            .any(|depth| paths.contains(&ModulePath(module.0.get(..depth).unwrap_or_default().to_vec())))
}

/// Objects that have new addresses must be planned, both where they were and where they are: else nobody could say
/// whether the move is right (features-and-traps.md 94).
pub(crate) fn moves_left_out(
    targeting: &Targeting,
    moved: &BTreeMap<ResourceInstance, ResourceInstance>,
) -> Diagnostics {
    let Some(flag) = targeting.flag().filter(|_| !moved.is_empty()) else { return Diagnostics::new() };
    let addresses = Addresses::of(targeting.addresses());
    let wanted = matches!(targeting, Targeting::Only(_));
    let ends = moved.iter().flat_map(|(to, from)| [from, to]);
    // Whole resources are named: keys are quoted differently in every shell.
    let left_out: BTreeSet<ResourceInstance> = ends
        .filter(|addr| addresses.contain(addr) != wanted)
        .map(|addr| ResourceInstance { key: InstanceKey::None, ..addr.clone() })
        .collect();
    if left_out.is_empty() {
        return Diagnostics::new();
    }
    let listed: String = left_out.iter().map(|addr| format!("\n  {}", shown(flag, wanted, addr))).collect();
    let detail = format!(
        "Resource instances in your current state have moved to new addresses in the latest configuration. drform must \
         include those resource instances while planning in order to ensure a correct result, but your {flag}=... options \
         do not fully cover all of those resource instances."
    );
    let next = match wanted {
        true => format!(
            "Leave the {flag}=... options out, or add these, which may include further objects that they depend on:{listed}"
        ),
        false => format!("Leave the {flag}=... options out, or make them spare these:{listed}"),
    };
    Diagnostic::error("Moved resource instances excluded by targeting", detail).next(next).into()
}

fn shown(flag: &str, as_flag: bool, addr: &ResourceInstance) -> String {
    let quoted = addr.to_string().replace('\\', "\\\\").replace('"', "\\\"");
    if as_flag { format!("{flag}=\"{quoted}\"") } else { addr.to_string() }
}

/// What whoever leaves something out is told with the plan.
pub(crate) fn in_effect(targeting: &Targeting) -> Diagnostics {
    let Some(flag) = targeting.flag() else { return Diagnostics::new() };
    let detail = format!(
        "You are creating a plan with the {flag} option, which means that the result of this plan may not represent all \
         of the changes requested by the current configuration."
    );
    Diagnostic::warning("Resource targeting is in effect", detail)
        .next(format!(
            "The {flag} option is for exceptions, such as recovering from errors: plan without it afterwards."
        ))
        .into()
}

/// What whoever left something out is told after the apply.
pub fn may_be_incomplete(targeting: &Targeting) -> Diagnostics {
    let Some(flag) = targeting.flag() else { return Diagnostics::new() };
    let detail = format!(
        "The plan was created with the {flag} option in effect, so some changes requested in the configuration may have \
         been ignored and the output values may not be fully updated."
    );
    Diagnostic::warning("Applied changes may be incomplete", detail)
        .next("Run drform plan to see whether other changes are pending.")
        .into()
}
