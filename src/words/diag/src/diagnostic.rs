//! What is wrong, where, with which values, and what to do next.

use crate::Range;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The operation cannot do what was asked.
    Error,
    /// The operation goes on; somebody should look.
    Warning,
}

/// A value that took part in the failing expression, already masked where it is sensitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Involved {
    /// The reference as written, such as `var.zone`.
    pub expression: String,
    /// What it was: `is "eu-central-1a"`, `will be known only after apply`, `has a sensitive value`.
    pub description: String,
}

/// A function that was being called when it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// Its name as written, namespaces included.
    pub name: String,
    /// What it takes and gives.
    pub signature: CalledSignature,
}

/// What a function takes and gives. Types are JSON text in the form of `type_to_json`, such as `"string"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledSignature {
    /// Its own name.
    pub name: String,
    /// Name and type of each parameter, in order.
    pub parameters: Vec<(String, String)>,
    /// What takes all further arguments, where there may be any.
    pub variadic: Option<(String, String)>,
    /// The type of its result.
    pub returns: String,
}

/// A step from a block to a part of it, in the words of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartStep {
    /// An argument, a block type, or a key.
    Name(String),
    /// A place in a list, from zero; in a set it means little.
    Place(u64),
}

/// What a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionOf {
    /// An input variable.
    Variable,
    /// An output.
    Output,
    /// An instance of a resource of any mode.
    Resource,
    /// A `check` block.
    Check,
    /// The data source of a `check` block: that it cannot be read is no error, elsewhere it were.
    CheckData,
}

/// Whose condition does not hold, for those who expect it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedCondition {
    /// What it is about.
    pub of: ConditionOf,
    /// Its address, such as `var.zone` or `module.a.check.health`.
    pub object: String,
}

/// One trouble, complete: summary, detail, place, values, next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// One line without a full stop.
    pub summary: String,
    /// Full sentences; may be empty.
    pub detail: String,
    /// What to underline.
    pub subject: Option<Range>,
    /// A wider stretch that gives the excerpt meaning, such as the whole block.
    pub context: Option<Range>,
    /// Address of the resource instance or provider that it concerns.
    pub address: Option<String>,
    /// The part of that which a provider means; a hint, for who knows where it was written. Empty for the whole.
    pub part: Vec<PartStep>,
    /// Values of the references in the failing expression.
    pub involved: Vec<Involved>,
    /// The function whose call failed, for editors.
    pub called: Option<Box<Called>>,
    /// Further places that belong to it, such as the other references of a cycle: what each is, and where.
    pub related: Vec<(String, Range)>,
    /// What to do next, one or two sentences.
    pub next_step: Option<String>,
    /// The condition that does not hold, if that is the trouble. Nobody is shown this.
    pub condition: Option<Box<FailedCondition>>,
}

impl Diagnostic {
    /// An error with a summary and a detail.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary.into(), detail.into())
    }

    /// A warning with a summary and a detail.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary.into(), detail.into())
    }

    fn new(severity: Severity, summary: String, detail: String) -> Self {
        Diagnostic {
            severity,
            summary,
            detail,
            subject: None,
            context: None,
            address: None,
            part: Vec::new(),
            involved: Vec::new(),
            called: None,
            related: Vec::new(),
            next_step: None,
            condition: None,
        }
    }

    /// Underlines a range.
    pub fn at(mut self, subject: Range) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Underlines a range if it has none yet.
    pub fn at_if_missing(mut self, subject: &Range) -> Self {
        self.subject.get_or_insert_with(|| subject.clone());
        self
    }

    /// Gives the wider stretch.
    pub fn within(mut self, context: Range) -> Self {
        self.context = Some(context);
        self
    }

    /// Names the address that it concerns.
    pub fn about(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Names the part of the address that it concerns.
    pub fn part(mut self, steps: impl IntoIterator<Item = PartStep>) -> Self {
        self.part = steps.into_iter().collect();
        self
    }

    /// Says what to do next.
    pub fn next(mut self, step: impl Into<String>) -> Self {
        self.next_step = Some(step.into());
        self
    }

    /// Says whose condition does not hold.
    pub fn failing(mut self, of: ConditionOf, object: impl Into<String>) -> Self {
        self.condition = Some(Box::new(FailedCondition { of, object: object.into() }));
        self
    }

    /// The trouble with a data source of a `check` block: an error only warns there.
    pub fn in_check(self, check: &str) -> Self {
        if self.is_error() {
            return Diagnostic { severity: Severity::Warning, ..self }.failing(ConditionOf::CheckData, check);
        }
        self
    }

    /// Adds a value that took part.
    pub fn involving(mut self, expression: impl Into<String>, description: impl Into<String>) -> Self {
        self.involved.push(Involved { expression: expression.into(), description: description.into() });
        self
    }

    /// Adds a further place.
    pub fn related(mut self, message: impl Into<String>, range: Range) -> Self {
        self.related.push((message.into(), range));
        self
    }

    /// True for errors.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// All troubles of one step, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    all: Vec<Diagnostic>,
}

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.all.push(diagnostic);
    }

    /// Adds many.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        self.all.extend(others);
    }

    /// True when at least one is an error.
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(Diagnostic::is_error)
    }

    /// True when there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.all.iter()
    }

    /// Changes each, for example to add the address that all of them concern.
    pub fn map(self, change: impl FnMut(Diagnostic) -> Diagnostic) -> Self {
        Diagnostics { all: self.all.into_iter().map(change).collect() }
    }

    /// Sorts by file and place, errors before warnings at one place, and drops exact repetitions.
    pub fn sorted(mut self) -> Self {
        self.all.sort_by(|a, b| (&a.subject, a.severity, &a.address).cmp(&(&b.subject, b.severity, &b.address)));
        self.all.dedup();
        self
    }
}

impl Diagnostics {
    /// One of each kind, in order, with how many more say the same of other instances.
    pub fn folded(&self) -> Vec<(&Diagnostic, usize)> {
        let mut first: BTreeMap<_, usize> = BTreeMap::new();
        let mut kinds: Vec<(&Diagnostic, usize)> = Vec::new();
        for one in &self.all {
            // At one place of the configuration, instances differ in their values only.
            let of_instance = one.address.is_some() && one.subject.is_some();
            let detail = if of_instance { "" } else { one.detail.as_str() };
            match first.entry((one.severity, one.summary.as_str(), one.subject.as_ref(), detail)) {
                Entry::Vacant(free) => {
                    free.insert(kinds.len());
                    kinds.push((one, 0));
                }
                Entry::Occupied(known) => {
                    if let Some((_, more)) = kinds.get_mut(*known.get()) {
                        *more += 1;
                    }
                }
            }
        }
        kinds
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(one: Diagnostic) -> Self {
        Diagnostics { all: vec![one] }
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        Diagnostics { all: iter.into_iter().collect() }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests;
