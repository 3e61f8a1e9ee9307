//! Whether a state may be acted upon (invariant 7). One that fails is still written: it is the record.

use crate::{Object, State};
use addrs::{Mode, ResourceInstance};
use diag::{Diagnostic, Diagnostics};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What is wrong with a state in memory; empty when nothing is.
pub fn integrity(state: &State) -> Diagnostics {
    let mut found = Diagnostics::new();
    if state.lineage.is_empty() && (state.serial > 0 || !state.instances.is_empty()) {
        found.push(broken("The state has no lineage, so it cannot be told from another one.".into()));
    }
    for (addr, instance) in &state.instances {
        if instance.is_empty() {
            found.push(
                broken("The instance has neither a current nor a deposed object.".into()).about(addr.to_string()),
            );
        }
        if addr.resource.mode == Mode::Data && !instance.deposed.is_empty() {
            found.push(broken("A data source cannot have deposed objects.".into()).about(addr.to_string()));
        }
        for object in instance.current.iter().chain(instance.deposed.values()) {
            check_object(addr, object, &mut found);
        }
        for key in instance.deposed.keys().filter(|key| !is_deposed_key(key)) {
            let detail = format!("{key:?} is not the key of a deposed object: eight hexadecimal digits are.");
            found.push(broken(detail).about(addr.to_string()));
        }
    }
    found
}

fn check_object(addr: &ResourceInstance, object: &Object, found: &mut Diagnostics) {
    if object.flat_attributes.is_none()
        && serde_json::from_str::<BTreeMap<String, &RawValue>>(&object.attributes).is_err()
    {
        found.push(broken("The attributes of an object are not a JSON object.".into()).about(addr.to_string()));
    }
    if addr.resource.mode == Mode::Ephemeral {
        found.push(broken("An ephemeral resource is never stored.".into()).about(addr.to_string()));
    }
}

/// Eight lower-case hexadecimal digits, as Terraform makes them.
pub(crate) fn is_deposed_key(key: &str) -> bool {
    key.len() == 8 && key.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn broken(detail: String) -> Diagnostic {
    Diagnostic::error("The state contradicts itself", detail)
        .next("Nothing was changed. Restore the state from its backup, or correct it with the state commands, and run the command again.")
}
