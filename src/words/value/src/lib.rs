//! Holds: types, values (unknown, null, marks, sets, exact numbers), paths, conversion, JSON.
//! May touch: nothing.
//! Never: expressions, schemas, files.

mod conform;
mod convert;
mod equality;
pub mod json;
mod marks;
mod number;
mod path;
mod refine;
mod set;
pub mod text;
mod types;
mod unify;
mod unknown;
mod value;

pub use conform::conforms;
pub use convert::{ConvertError, convert};
pub use marks::Marks;
pub use number::Number;
pub use path::{Path, PathStep};
pub use types::{ObjectType, Type};
pub use unify::{unify, unify_safely};
pub use unknown::{Origin, Refinement};
pub use value::{Content, Value};
