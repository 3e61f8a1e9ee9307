//! Availability formulas over "this domain is alive", in three-valued logic (recovery.md 2.2, 2.3).

use crate::{Class, Domain};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Monotone: AND and OR, no negation. Leaves are domains and facts that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// Holds whatever is lost.
    True,
    /// Never holds: nothing of the kind exists.
    False,
    /// Undecided, because this is not known (an attribute, in words that a person can follow).
    Unknown(Arc<str>),
    /// Holds while the domain is alive.
    Alive(Domain),
    /// Needs one domain of this class, but which one is not known: holds while nothing of the class is lost, and is
    /// undecided otherwise.
    Somewhere(Class, Arc<str>),
    /// All of them.
    And(Vec<Formula>),
    /// Any of them.
    Or(Vec<Formula>),
}

/// A truth value that may be undecided (Kleene).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not; because of these domains, as far as they are to blame.
    No(BTreeSet<Domain>),
    /// Nobody knows; because of these facts.
    Unknown(BTreeSet<Arc<str>>),
}

impl Truth {
    /// True when it certainly holds.
    pub fn is_yes(&self) -> bool {
        *self == Truth::Yes
    }
}

impl Formula {
    /// Decides the formula when the given domains are dead.
    pub fn under(&self, dead: &BTreeSet<Domain>) -> Truth {
        match self {
            Formula::True => Truth::Yes,
            Formula::False => Truth::No(BTreeSet::new()),
            Formula::Unknown(why) => Truth::Unknown(BTreeSet::from([why.clone()])),
            Formula::Alive(domain) if dead.contains(domain) => Truth::No(BTreeSet::from([domain.clone()])),
            Formula::Alive(_) => Truth::Yes,
            Formula::Somewhere(class, why) if dead.iter().any(|d| d.class == *class) => {
                Truth::Unknown(BTreeSet::from([why.clone()]))
            }
            Formula::Somewhere(..) => Truth::Yes,
            Formula::And(parts) => all(parts, dead),
            Formula::Or(parts) => any(parts, dead),
        }
    }

    /// Both must hold; flattens.
    pub fn and(self, other: Formula) -> Formula {
        match (self, other) {
            (Formula::True, f) | (f, Formula::True) => f,
            (Formula::And(mut a), Formula::And(b)) => {
                a.extend(b);
                Formula::And(a)
            }
            (Formula::And(mut a), f) | (f, Formula::And(mut a)) => {
                a.push(f);
                Formula::And(a)
            }
            (a, b) => Formula::And(vec![a, b]),
        }
    }

    /// Adds every domain that occurs in it; one that is not known is added under the name `?`.
    pub fn domains(&self, into: &mut BTreeSet<Domain>) {
        match self {
            Formula::Alive(domain) => {
                into.insert(domain.clone());
            }
            Formula::Somewhere(class, _) => {
                into.insert(Domain::new(*class, "?"));
            }
            Formula::And(parts) | Formula::Or(parts) => parts.iter().for_each(|p| p.domains(into)),
            Formula::True | Formula::False | Formula::Unknown(_) => {}
        }
    }
}

fn all(parts: &[Formula], dead: &BTreeSet<Domain>) -> Truth {
    let mut unknown = BTreeSet::new();
    let mut blame = BTreeSet::new();
    let mut failed = false;
    for part in parts {
        match part.under(dead) {
            Truth::Yes => {}
            Truth::No(domains) => {
                failed = true;
                blame.extend(domains);
            }
            Truth::Unknown(why) => unknown.extend(why),
        }
    }
    if failed {
        Truth::No(blame)
    } else if unknown.is_empty() {
        Truth::Yes
    } else {
        Truth::Unknown(unknown)
    }
}

fn any(parts: &[Formula], dead: &BTreeSet<Domain>) -> Truth {
    let mut unknown = BTreeSet::new();
    let mut blame = BTreeSet::new();
    for part in parts {
        match part.under(dead) {
            Truth::Yes => return Truth::Yes,
            Truth::No(domains) => blame.extend(domains),
            Truth::Unknown(why) => unknown.extend(why),
        }
    }
    if unknown.is_empty() { Truth::No(blame) } else { Truth::Unknown(unknown) }
}

#[cfg(test)]
mod tests;
