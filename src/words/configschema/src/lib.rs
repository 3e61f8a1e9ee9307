//! Holds: block schemas, and the pure rules about objects: proposed new value, did the provider keep its promise.
//! May touch: value, diag.
//! Never: wire formats, configuration text.

mod schema;

pub use schema::{
    Attribute, AttributeType, Block, Function, FunctionParameter, NestedAttributes, NestedBlock, Nesting,
    ProviderSchema, Schema,
};
