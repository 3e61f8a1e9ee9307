//! Looking at the state: `show`, `output`, `state`.

use crate::session::Session;
use crate::storage::{Locking, Storage};
use crate::{
    Request, Said, Site, TERRAFORM_VERSION, VariableArguments, World, configuration, local_backend, variables,
};
use config::ModuleTree;
use diag::{Diagnostic, Diagnostics};
use state::{DecodedObject, State};
use std::sync::Arc;

/// The state with its objects decoded.
pub struct Stored {
    /// The state.
    pub state: Arc<State>,
    /// Its objects in address order, with marks.
    pub objects: Vec<DecodedObject>,
}

impl Stored {
    /// Whether every object of the state could be decoded.
    pub fn is_whole(&self) -> bool {
        let all = self.state.instances.values();
        self.objects.len() == all.map(|i| usize::from(i.current.is_some()) + i.deposed.len()).sum::<usize>()
    }
}

/// Reads the state, journal included, without configuration or providers.
///
/// # Errors
/// As [`Storage::open`].
pub fn read_state(site: &Site) -> Result<Arc<State>, Diagnostic> {
    settled(site)?;
    Ok(Storage::open(site, Locking::Free, "show")?.state().clone())
}

/// Makes sure that the state is where it seems to be. A configuration that cannot be understood does not hide it.
///
/// # Errors
/// A backend block that `init` has not seen.
pub(crate) fn settled(site: &Site) -> Result<(), Diagnostic> {
    if site.world != World::Real {
        return Ok(());
    }
    of_place(site, &configuration::read_if_any(site, &mut Said::default()).tree)
}

/// The same before the state is changed: the configuration must also be meant for this version.
///
/// # Errors
/// A backend block that `init` has not seen; `required_version` that asks for another version.
pub(crate) fn settled_for_writing(site: &Site) -> Result<(), Diagnostics> {
    let tree = configuration::read_if_any(site, &mut Said::default()).tree;
    let troubles = install::check_required_version(&tree, TERRAFORM_VERSION);
    if troubles.has_errors() {
        // The texts that they point at are not at hand.
        return Err(troubles.into_iter().map(|trouble| Diagnostic { subject: None, ..trouble }).collect());
    }
    if site.world == World::Real {
        of_place(site, &tree)?;
    }
    Ok(())
}

fn of_place(site: &Site, tree: &Arc<ModuleTree>) -> Result<(), Diagnostic> {
    let mut unheard = Said::default();
    let (inputs, _) = variables::gather(site, &VariableArguments::default(), &mut unheard.texts);
    let of_the_block = |trouble: &Diagnostic| {
        trouble.summary.starts_with("Backend ") && trouble.summary != "Backend config contains sensitive values"
    };
    let troubles = local_backend::agreed(site, tree, &inputs).err();
    match troubles.and_then(|troubles| troubles.into_iter().find(of_the_block)) {
        // The text that it points at is not at hand.
        Some(trouble) => Err(Diagnostic { subject: None, ..trouble }),
        None => Ok(()),
    }
}

/// Reads the state and decodes every object by the schema of its provider.
pub fn stored(request: &Request) -> (Option<Stored>, Said) {
    let mut said = Said::default();
    let Some(session) = Session::open(request, "show", &mut said) else {
        return (None, said);
    };
    let state = session.storage.state().clone();
    let mut objects = Vec::new();
    for (addr, instance) in &state.instances {
        let current = instance.current.iter().map(|object| (None, object));
        let deposed = instance.deposed.iter().map(|(key, object)| (Some(key.clone()), object));
        for (deposed, object) in current.chain(deposed) {
            let decoded =
                session.schema(addr, &instance.provider).zip(session.decode(addr, &instance.provider, object));
            let Some((schema, value)) = decoded else {
                said.diagnostics.push(
                    Diagnostic::warning(
                        "An object is not shown",
                        format!("The attributes of {addr} do not fit its schema."),
                    )
                    .next("drform plan brings it to the current schema."),
                );
                continue;
            };
            objects.push(DecodedObject {
                addr: addr.clone(),
                deposed,
                status: object.status,
                schema: schema.clone(),
                value,
            });
        }
    }
    (Some(Stored { state, objects }), said)
}
