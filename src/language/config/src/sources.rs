//! Where the text of modules comes from.

use crate::ModuleTree;
use crate::constant;
use addrs::ModulePath;
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use syntax::Expression;
use value::Value;

/// Supplies the files of modules; the edge implements it over directories and installed packages.
#[allow(clippy::result_large_err, reason = "asked once for each module; the error is a diagnostic and goes no further")]
pub trait Sources {
    /// Name (as diagnostics show it, with its directory) and text of each configuration file of a directory.
    ///
    /// # Errors
    /// When the directory or one of its files cannot be read.
    #[allow(clippy::type_complexity, reason = "name and text, said in the line above")]
    fn module_files(&self, dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic>;

    /// The directory of the module that `source` means in `from_dir`; `module` is the path of the called module.
    ///
    /// # Errors
    /// When it has not been installed or does not exist.
    fn resolve(&self, from_dir: &str, source: &str, module: &ModulePath) -> Result<Arc<str>, Diagnostic>;

    /// Whether a source holds a secret, such as a password: then no excerpt shows its line.
    fn hides(&self, _source: &str) -> bool {
        false
    }

    /// The value of an expression of a module that decides which modules there are, such as a `source` with a variable
    /// in it. The module and all above it are in the tree. Whoever can evaluate does it here; by itself nothing but a
    /// literal has a value.
    fn constant(
        &self,
        _tree: &Arc<ModuleTree>,
        _module: &ModulePath,
        expr: &Expression,
    ) -> (Option<Value>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        constant::check_constant(expr, &mut diagnostics);
        (constant::literal(&expr.root), diagnostics)
    }
}
