//! Losing domains on command, and getting them back.

use crate::catalogue::Catalogue;
use crate::keys::{KEY_KINDS, named};
use crate::{Domain, Event, Role, World};
use diag::Diagnostic;
use std::collections::BTreeSet;
use std::sync::Arc;

#[allow(clippy::result_large_err, reason = "a person loses one domain a command; callers want one diagnostic")]
impl World {
    /// The event that loses a domain; the caller logs it, then applies it.
    ///
    /// Zones may be named by name or id, keys by ARN, or by id or alias where only one region has it.
    ///
    /// # Errors
    /// A diagnostic when there is no such domain or it is lost already.
    pub fn lose(&self, catalogue: &Catalogue, domain: &Domain) -> Result<Event, Diagnostic> {
        self.possible(Event::Lost(self.canonical(catalogue, domain)?), "lose")
    }

    /// The event that restores a domain. Zones and regions become usable again, empty of the hardware that was
    /// lost; a key comes back, also from pending deletion; disks and instances do not come back.
    ///
    /// # Errors
    /// A diagnostic when there is no such domain or it is not lost.
    pub fn restore(&self, catalogue: &Catalogue, domain: &Domain) -> Result<Event, Diagnostic> {
        let domain = self.canonical(catalogue, domain)?;
        if matches!(domain, Domain::Disk(_) | Domain::Instance(_)) {
            let detail = "Lost hardware is gone for good, with the bytes on it.";
            let next = "Run `drform apply -sandbox` to make it anew; restore data from a snapshot.";
            return Err(Diagnostic::error(format!("Cannot restore {domain}"), detail).next(next));
        }
        self.possible(Event::Restored(domain), "restore")
    }

    fn possible(&self, event: Event, verb: &str) -> Result<Event, Diagnostic> {
        let (Event::Lost(domain) | Event::Restored(domain)) = &event else {
            return Ok(event);
        };
        match self.clone().apply_event(&event) {
            Ok(()) => Ok(event),
            Err(error) => Err(Diagnostic::error(format!("Cannot {verb} {domain}"), format!("{error}."))
                .next("`drform sandbox show` lists what is there and what is lost.")),
        }
    }

    /// The same domain by its one name.
    fn canonical(&self, catalogue: &Catalogue, domain: &Domain) -> Result<Domain, Diagnostic> {
        let unknown = |known: String| -> Diagnostic {
            let detail = format!("The sandbox knows no {domain}. It knows: {known}.");
            Diagnostic::error(format!("Unknown domain {domain}"), detail).next("Name one of these.")
        };
        let overlays = || catalogue.clouds().iter().map(|c| &c.overlay);
        match domain {
            Domain::Zone(name) => {
                let zone = overlays().find_map(|o| o.zone(name)).map(|(_, zone)| Domain::Zone(zone.clone()));
                let all = overlays().flat_map(|o| o.regions.all.values()).flat_map(|r| r.zones.keys());
                zone.ok_or_else(|| unknown(listed(all)))
            }
            Domain::Region(name) if overlays().any(|o| o.regions.all.contains_key(name)) => Ok(domain.clone()),
            Domain::Region(_) => Err(unknown(listed(overlays().flat_map(|o| o.regions.all.keys())))),
            Domain::Disk(_) | Domain::Instance(_) => Ok(domain.clone()),
            Domain::Key(name) => self.canonical_key(catalogue, name),
        }
    }

    fn canonical_key(&self, catalogue: &Catalogue, name: &str) -> Result<Domain, Diagnostic> {
        if name.starts_with("arn:") && name.contains(":key/") {
            return Ok(Domain::Key(name.into()));
        }
        let kinds = KEY_KINDS.map(Arc::<str>::from);
        let regions = catalogue.clouds().iter().flat_map(|c| c.overlay.regions.all.keys());
        let mut arns: Vec<Arc<str>> =
            regions.filter_map(|r| named(self, &kinds, r, name)).map(|o| o.arn.clone()).collect();
        let gone = self.lost_objects().map(|l| &l.object);
        let pending = self.objects();
        let by_id = gone.chain(pending).filter(|o| o.role == Role::Key && o.key.id.as_ref() == name);
        arns.extend(by_id.map(|o| o.arn.clone()));
        arns.sort();
        arns.dedup();
        match arns.as_slice() {
            [one] => Ok(Domain::Key(one.clone())),
            [] => Err(Diagnostic::error(format!("Unknown key {name}"), "No region of the sandbox has such a key.")
                .next("`drform sandbox show` lists the keys with their ARNs.")),
            several => Err(Diagnostic::error(
                format!("Key {name} is in several regions"),
                format!("It could be any of: {}.", several.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")),
            )
            .next("Name it by its ARN.")),
        }
    }
}

/// Each name once: two providers may share a cloud.
fn listed<'a>(names: impl Iterator<Item = &'a Arc<str>>) -> String {
    let names: BTreeSet<&str> = names.map(AsRef::as_ref).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}
