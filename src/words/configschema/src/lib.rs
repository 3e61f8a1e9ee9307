//! Holds: block schemas, and the pure rules about objects: proposed new value, did the provider keep its promise.
//! May touch: value, diag.
//! Never: wire formats, configuration text.

mod broken;
mod compatible;
#[cfg(test)]
mod fixture;
mod flags;
mod ignore;
mod implied;
mod json;
mod legacy;
mod plan_valid;
mod proposed;
mod replace;
mod schema;

pub use broken::Broken;
pub use compatible::assert_object_compatible;
pub use flags::{assert_write_only_null, sensitive_paths, without_write_only, write_only_paths};
pub use ignore::{IgnoreChanges, apply_ignore_changes};
pub use implied::{attribute_type, empty_value, implied_type};
pub use json::SchemaError;
pub use legacy::normalize_legacy;
pub use plan_valid::assert_plan_valid;
pub use proposed::{planned_unknown_object, proposed_new};
pub use replace::replace_paths;
pub use schema::{
    Attribute, AttributeType, Block, Function, FunctionError, FunctionParameter, IdentityAttribute, IdentitySchema,
    NestedAttributes, NestedBlock, Nesting, ProviderSchema, Schema, description,
};
