//! State files, format version 4, byte for byte as Terraform 1.11.4 writes them (`schema/state-v4.md`).
//!
//! `print(parse(text)) == text` for every text that Terraform wrote. What we do not understand is kept: keys of
//! the top level, of resources and of instances.

pub(crate) mod layout;
mod paths;
mod read;
mod typed;
mod write;

pub use read::parse;
pub use write::print;

/// Keys of an instance that later versions write, in the place where they write them.
const BEFORE_PRIVATE: [&str; 2] = ["identity_schema_version", "identity"];

#[cfg(test)]
mod tests;
