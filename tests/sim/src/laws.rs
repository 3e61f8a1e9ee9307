//! What must hold; see the crate.

use crate::cloud::id_of;
use crate::run::World;
use journal::Act;
use state::State;
use std::collections::BTreeSet;
use value::json;

/// Ids of all objects of a state that the cloud should have.
fn ids(state: &State) -> Result<Vec<String>, String> {
    let mut ids = Vec::new();
    for (addr, instance) in &state.instances {
        for object in instance.current.iter().chain(instance.deposed.values()) {
            let node = json::parse(&object.attributes).map_err(|e| format!("{addr}: {e}"))?;
            let value = json::decode(&node, &crate::cloud::object_type()).map_err(|e| format!("{addr}: {e}"))?;
            let id = id_of(&value);
            if !id.starts_with("note-") {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

/// Laws 1, 2, 3 and 5, at any instant when nothing runs.
pub(crate) fn at_any_time(world: &World) -> Result<(), String> {
    let (_, folded) = world.folded()?;
    let troubles = state::integrity(&folded.state);
    if !troubles.is_empty() {
        return Err(format!("the state contradicts itself: {troubles:?}"));
    }
    let known: BTreeSet<String> = ids(&folded.state)?.into_iter().collect();
    let creates = folded.unresolved.iter().filter(|intent| intent.act == Act::Create);
    let tokens: BTreeSet<&str> = creates.map(|intent| intent.token.as_ref()).collect();
    for (id, thing) in &world.cloud.things {
        if !known.contains(id) && !tokens.contains(thing.token.as_ref()) {
            return Err(format!("{id} is forgotten: neither state nor journal know of it"));
        }
    }
    if let Some((token, times)) = world.cloud.made.iter().find(|(_, times)| **times > 1) {
        return Err(format!("{token} made {times} objects"));
    }
    match world.cloud.offences.first() {
        Some(offence) => Err(offence.clone()),
        None => Ok(()),
    }
}

/// Law 4, when everything has come to rest.
pub(crate) fn at_rest(world: &World) -> Result<(), String> {
    at_any_time(world)?;
    if !world.disk.journal.read().is_empty() {
        return Err("the journal is still there".into());
    }
    let mut known = ids(&world.state()?)?;
    known.sort();
    let there: Vec<String> = world.cloud.things.keys().cloned().collect();
    let mut there_sorted = there;
    there_sorted.sort();
    if known != there_sorted {
        return Err(format!("the state has {known:?}, the cloud has {there_sorted:?}"));
    }
    Ok(())
}
