//! Holds: the module tree: typed declarations of every module, override files merged, providers resolved.
//! May touch: syntax, addrs, value, diag.
//! Never: values of expressions; files (they come through [`Sources`]).

mod constant;
mod decode;
mod files;
mod inheritance;
mod json;
mod load;
mod merge;
mod reference;
mod shape;
mod sources;
mod suggestion;
mod tree;
mod type_expr;

pub use files::is_configuration_file;
pub use load::load;
pub use sources::Sources;
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

#[cfg(test)]
mod tests;
