//! A call whose module has to be fetched.

use crate::Constraints;
use crate::fetch::Failure;
use crate::masked;
use crate::requirements::invalid;
use crate::source::Source;
use addrs::ModulePath;
use config::{ModuleCall, ModuleTree};
use diag::{Diagnostic, Range};

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) path: ModulePath,
    pub(super) source: Source,
    pub(super) constraints: Constraints,
    /// Where the version is written.
    version_range: Option<Range>,
    /// The source's place, or the block's where the source holds a secret: its line would be shown.
    range: Range,
}

impl Call {
    pub(super) fn new(
        tree: &ModuleTree,
        path: ModulePath,
        source: Source,
        call: &ModuleCall,
    ) -> Result<Call, Diagnostic> {
        let constraints = match (&source, &call.version) {
            (Source::Registry(_), Some(version)) => {
                Constraints::parse(&version.text).map_err(|reason| invalid(&reason, &version.range))?
            }
            _ => Constraints::default(),
        };
        let version_range = call.version.as_ref().map(|version| version.range.clone());
        let fetched = Call { path, source, constraints, version_range, range: call.source_range.clone() };
        match fetched.caller_of_the_same(tree, call) {
            Some(above) => {
                let detail = format!(
                    "{} would call modules without end: {above}, which leads to it, comes from the same address ({}).",
                    fetched.path,
                    masked::address(&fetched.source.to_string()),
                );
                let next = "Take the common part out into a module that both can call.";
                Err(Diagnostic::error("Module calls itself", detail).at(fetched.range).next(next))
            }
            None => Ok(fetched),
        }
    }

    /// A module above that comes from the same address in the same version.
    fn caller_of_the_same(&self, tree: &ModuleTree, call: &ModuleCall) -> Option<ModulePath> {
        let mut path = self.path.clone();
        while let Some((parent, _)) = path.parent() {
            let above = tree.call_of(&parent)?;
            let same_version = above.version.as_ref().map(|v| &v.text) == call.version.as_ref().map(|v| &v.text);
            if same_version && crate::source::parse(&above.source).as_ref() == Ok(&self.source) {
                return Some(parent);
            }
            path = parent;
        }
        None
    }

    /// The diagnostic about a module that could not be had.
    pub(super) fn failed(&self, summary: &str, failure: Failure) -> Diagnostic {
        let source = masked::address(&self.source.to_string());
        let detail = format!("{} comes from {source}. {}", self.path, failure.why);
        Diagnostic::error(summary, detail).at(self.range.clone()).next(failure.next)
    }

    /// The diagnostic about its version.
    pub(super) fn no_version(&self, detail: String, next: String) -> Diagnostic {
        let range = self.version_range.as_ref().unwrap_or(&self.range);
        Diagnostic::error("Unresolvable module version constraint", detail).at(range.clone()).next(next)
    }
}
