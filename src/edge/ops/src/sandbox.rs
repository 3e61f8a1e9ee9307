//! `drform sandbox`: looking at the simulated cloud, losing and restoring parts of it.

use crate::cloud::Cloud;
use crate::site::Site;
use crate::storage::{Locking, Storage};
use addrs::ResourceInstance;
use diag::Diagnostic;
use sandbox::Domain;
use state::State;
use value::json::Node;

/// What is in the simulated cloud.
///
/// # Errors
/// As [`Cloud::open`].
pub fn show(site: &Site) -> Result<String, Diagnostic> {
    let cloud = Cloud::open(&site.sandbox_dir())?;
    let rows = cloud.world().inventory();
    let mut out = String::new();
    for row in &rows {
        let zone = row.zone.as_deref().unwrap_or(&row.key.region);
        let name = row.name.as_deref().map(|n| format!("  {n}")).unwrap_or_default();
        out.push_str(&format!("{}  {zone}  {}  {}{name}\n", row.key.kind, row.key.id, row.status));
    }
    if rows.is_empty() {
        out.push_str("The simulated cloud is empty: drform apply -sandbox fills it.\n");
    }
    for domain in cloud.world().lost_domains() {
        out.push_str(&format!("lost: {domain}\n"));
    }
    Ok(out)
}

/// Loses domains. A disk, instance or key may be named by its address in the state.
///
/// # Errors
/// A name that means nothing; a domain that is lost already.
pub fn lose(site: &Site, what: &[String]) -> Result<String, Diagnostic> {
    each(site, what, |cloud, domain| cloud.lose(domain), "Lost")
}

/// Makes zones, regions and keys usable again.
///
/// # Errors
/// A name that means nothing; a domain that is not lost.
pub fn restore(site: &Site, what: &[String]) -> Result<String, Diagnostic> {
    each(site, what, |cloud, domain| cloud.restore(domain), "Restored")
}

/// Throws the simulated cloud away, its state and journal with it.
///
/// # Errors
/// What the disk says.
pub fn reset(site: &Site) -> Result<String, Diagnostic> {
    let dir = site.sandbox_dir();
    match std::fs::remove_dir_all(&dir) {
        Ok(()) => Ok("The sandbox is empty.\n".into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok("The sandbox was empty.\n".into()),
        Err(error) => Err(Diagnostic::error("Cannot reset the sandbox", format!("{}: {error}.", dir.display()))
            .next("Remove that directory by hand.")),
    }
}

fn each(
    site: &Site,
    what: &[String],
    act: impl Fn(&mut Cloud, &Domain) -> Result<(), Diagnostic>,
    done: &str,
) -> Result<String, Diagnostic> {
    let mut cloud = Cloud::open(&site.sandbox_dir())?;
    let storage = Storage::open(site, Locking::Free, "sandbox")?;
    let mut out = String::new();
    for text in what {
        let domain = domain(storage.state(), text)?;
        act(&mut cloud, &domain)?;
        out.push_str(&format!("{done} {domain}.\n"));
    }
    Ok(out)
}

/// `zone=…` as it is; `disk=aws_ebs_volume.pg["a"]` by the id in the state.
fn domain(state: &State, text: &str) -> Result<Domain, Diagnostic> {
    let named = |text: &str| {
        Domain::parse(text).map_err(|e| {
            Diagnostic::error("No such failure domain", format!("{}.", e.0))
                .next("drform sandbox show lists what there is.")
        })
    };
    let Some((class, name)) = text.split_once('=') else {
        return named(text);
    };
    let Some(addr) = addrs::parse_resource_instance(name).ok().filter(|a| state.instances.contains_key(a)) else {
        return named(text);
    };
    let attribute = if class == "key" { "arn" } else { "id" };
    match text_attribute(state, &addr, attribute) {
        Some(id) => named(&format!("{class}={id}")),
        None => Err(Diagnostic::error("No such object", format!("The state knows no {attribute} of {addr}."))
            .next("drform sandbox show lists what there is.")),
    }
}

fn text_attribute(state: &State, addr: &ResourceInstance, attribute: &str) -> Option<String> {
    let object = state.instances.get(addr)?.current.as_ref()?;
    let Ok(Node::Object(members)) = value::json::parse(&object.attributes) else {
        return None;
    };
    members.iter().find_map(|(key, node)| match node {
        Node::String(text) if key.as_ref() == attribute => Some(text.to_string()),
        _ => None,
    })
}
