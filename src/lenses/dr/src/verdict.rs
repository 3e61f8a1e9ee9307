//! What becomes of a data set when something is lost (recovery.md 2.5).

use crate::dataset::{Copy, CopyKind, DataSet, Promotion, Rpo};
use crate::formula::Truth;
use crate::{Class, Domain, Formula};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How well a data set comes through, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The primary goes on.
    Unaffected,
    /// A replica takes over by itself.
    Failover,
    /// A person promotes a replica.
    Promote,
    /// The bytes are whole; what serves them is created again by the next apply.
    Rebuild,
    /// From a snapshot or backup.
    Restore,
    /// Nobody knows, because something is not known.
    Unknown,
    /// Bytes survive, the way back does not.
    Stranded,
    /// No copy survives.
    Lost,
}

impl Level {
    /// As reports show it; what nobody wants is in capitals.
    pub fn word(self) -> &'static str {
        match self {
            Level::Unaffected => "unaffected",
            Level::Failover => "failover",
            Level::Promote => "promote",
            Level::Rebuild => "rebuild",
            Level::Restore => "restore",
            Level::Unknown => "unknown",
            Level::Stranded => "STRANDED",
            Level::Lost => "LOST",
        }
    }
}

/// The answer for one data set and one failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What is lost.
    pub failure: Domain,
    /// How the data set comes through.
    pub level: Level,
    /// The copy that carries on; none when lost, stranded or unknown.
    pub copy: Option<Arc<str>>,
    /// What may be missing from that copy.
    pub rpo: Option<Rpo>,
    /// Why, one sentence per copy looked at, in order.
    pub reasons: Vec<String>,
}

/// Judges every failure that occurs in the data set's formulas.
pub(crate) fn judge(set: &DataSet) -> Vec<Verdict> {
    let mut failures = BTreeSet::new();
    for copy in &set.copies {
        copy.place.domains(&mut failures);
        copy.seal.domains(&mut failures);
        copy.service.domains(&mut failures);
    }
    failures.into_iter().map(|failure| under(set, failure)).collect()
}

/// What one copy offers under a failure.
struct Offer {
    level: Level,
    reason: String,
}

fn under(set: &DataSet, failure: Domain) -> Verdict {
    let dead = BTreeSet::from([failure.clone()]);
    let offers: Vec<(Offer, &Copy)> = set.copies.iter().map(|copy| (offer(copy, &dead), copy)).collect();
    // The best certain offer wins; an undecided copy can only win over what is worse than not knowing.
    let best = offers.iter().min_by_key(|(offer, _)| offer.level);
    let (level, copy) = match best {
        Some((offer, copy)) => (offer.level, Some(*copy)),
        None => (Level::Unknown, None),
    };
    let mut reasons: Vec<String> = offers.iter().map(|(offer, _)| offer.reason.clone()).collect();
    if failure.class == Class::Key && level != Level::Unaffected {
        reasons.push("what runs goes on until the key is used again: at the next attach, restart or restore".into());
    }
    let usable = level < Level::Unknown;
    Verdict {
        failure,
        level,
        copy: copy.filter(|_| usable).map(|c| c.id.clone()),
        rpo: copy.filter(|_| usable).map(|c| c.rpo),
        reasons,
    }
}

fn offer(copy: &Copy, dead: &BTreeSet<Domain>) -> Offer {
    let id = &copy.id;
    let place = copy.place.under(dead);
    if copy.place == Formula::False {
        return Offer { level: Level::Lost, reason: format!("{id} is missing already") };
    }
    if let Truth::No(domains) = &place {
        return Offer { level: Level::Lost, reason: format!("{id} is gone: it needs {}", list(domains)) };
    }
    let seal = copy.seal.under(dead);
    if let Truth::No(domains) = &seal {
        let why = if domains.is_empty() { "a key that is gone or disabled".to_string() } else { list(domains) };
        return Offer { level: Level::Lost, reason: format!("{id} cannot be read: it is sealed by {why}") };
    }
    let unknown = |why: &BTreeSet<Arc<str>>| Offer {
        level: Level::Unknown,
        reason: format!("{id} is undecided: {}", why.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("; ")),
    };
    if let Truth::Unknown(why) = &place {
        return unknown(why);
    }
    if let Truth::Unknown(why) = &seal {
        return unknown(why);
    }
    serving(copy, dead, unknown)
}

/// The bytes are there and readable: what about the instance that serves them?
fn serving(copy: &Copy, dead: &BTreeSet<Domain>, unknown: impl Fn(&BTreeSet<Arc<str>>) -> Offer) -> Offer {
    let id = &copy.id;
    let level = match (copy.kind, copy.promotion) {
        (CopyKind::Primary, _) => Level::Unaffected,
        (CopyKind::Sync | CopyKind::Async, Promotion::Automatic) => Level::Failover,
        (CopyKind::Sync | CopyKind::Async, Promotion::Manual) => Level::Promote,
        (CopyKind::Point, _) => Level::Restore,
    };
    match copy.service.under(dead) {
        Truth::Unknown(why) => unknown(&why),
        Truth::No(domains) => Offer {
            level: Level::Rebuild,
            reason: format!(
                "{id} is whole, but nothing serves it without {}: an apply builds that again",
                list(&domains)
            ),
        },
        Truth::Yes => Offer { level, reason: alive(copy, level) },
    }
}

fn alive(copy: &Copy, level: Level) -> String {
    let id = &copy.id;
    match level {
        Level::Unaffected => format!("{id} does not depend on it"),
        Level::Failover => format!("{id} takes over by itself"),
        Level::Promote => format!("{id} can be promoted by hand"),
        _ => match &copy.made_from {
            Some(from) => format!("{id} can be restored: taken from {from} once, no schedule bounds its age"),
            None => format!("{id} can be restored"),
        },
    }
}

fn list(domains: &BTreeSet<Domain>) -> String {
    domains.iter().map(Domain::to_string).collect::<Vec<_>>().join(", ")
}
