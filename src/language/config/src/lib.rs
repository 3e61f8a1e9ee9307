//! Holds: the module tree: typed declarations of every module, override files merged, providers resolved.
//! May touch: syntax, addrs, value, diag.
//! Never: values of expressions; files (they come through [`Sources`]).

mod address;
mod constant;
mod decode;
mod files;
mod inheritance;
mod json;
mod load;
mod merge;
mod refactored;
mod reference;
mod shape;
mod sources;
mod suggestion;
mod test_file;
mod tree;
mod type_expr;

pub use address::{Endpoint, ImportTarget, endpoint, unify};
pub use files::is_configuration_file;
pub use inheritance::awaits_provider;
pub use load::load;
pub use sources::Sources;
pub use test_file::{
    During, Mock, MockData, MockProvider, Override, OverrideKind, RunCommand, RunModule, RunOptions, TestFile,
    TestProvider, TestRun, is_mock_file, is_test_file, load_mock_file, load_test_file, target,
};
pub use tree::*;
pub use type_expr::TypeDefaults;

use diag::Diagnostics;
use syntax::Expression;
use value::Type;

/// Reads a type constraint with the defaults of its optional attributes, as in the `type` argument of a variable.
pub fn parse_type(expr: &Expression) -> (Type, TypeDefaults, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let (ty, defaults) = type_expr::parse(expr, &mut diagnostics);
    (ty, defaults, diagnostics)
}

/// What is wrong with an expression that must be constant: references and function calls in it.
pub fn check_constant(expr: &Expression) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    constant::check_constant(expr, &mut diagnostics);
    diagnostics
}

#[cfg(test)]
mod tests;
