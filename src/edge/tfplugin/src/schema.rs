//! Schemas as they travel.
//!
//! Protocol 6 is the richer form: protocol 5 goes through it. The two differ in nested attributes, which only 6 has,
//! and in the numbers of two fields.

mod protocol5;
#[cfg(test)]
mod tests;

pub use protocol5::{schema5_from_6, schema6_from_5};

use crate::json::{read_type, type_json};
use crate::tfplugin6::{self as wire, get_provider_schema, schema as wire_schema};
use configschema::{
    Attribute, AttributeType, Block, Function, FunctionParameter, IdentityAttribute, IdentitySchema, NestedAttributes,
    NestedBlock, Nesting, ProviderSchema, Schema, description,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use wire::schema::nested_block::NestingMode as BlockNesting;
use wire::schema::object::NestingMode as ObjectNesting;

/// Reads everything that a provider declares; diagnostics of the message are left to the caller.
///
/// # Errors
/// What is wrong, as a sentence that names the type and attribute.
pub fn provider_schema_from_wire(message: &get_provider_schema::Response) -> Result<ProviderSchema, String> {
    let block = |schema: &Option<wire::Schema>, what: &str| match schema.as_ref().and_then(|s| s.block.as_ref()) {
        Some(block) => block_from_wire(block).map_err(|why| format!("{what}: {why}")),
        None => Ok(Block::default()),
    };
    let functions = message.functions.iter().map(|(name, function)| {
        let function = function_from_wire(function).map_err(|why| format!("function {name:?}: {why}"))?;
        Ok((name.as_str().into(), function))
    });
    Ok(ProviderSchema {
        provider: block(&message.provider, "provider block")?,
        resources: schemas_from_wire(&message.resource_schemas, "resource type")?,
        data_sources: schemas_from_wire(&message.data_source_schemas, "data source")?,
        ephemeral: schemas_from_wire(&message.ephemeral_resource_schemas, "ephemeral resource type")?,
        functions: functions.collect::<Result<_, String>>()?,
        plan_destroy: message.server_capabilities.is_some_and(|can| can.plan_destroy),
        provider_meta: match &message.provider_meta {
            Some(_) => Some(block(&message.provider_meta, "provider_meta block")?),
            None => None,
        },
        identities: BTreeMap::new(),
    })
}

/// Reads the identities of the resource types, which a call of their own tells.
///
/// # Errors
/// What is wrong, as a sentence that names the type and attribute.
pub fn identities_from_wire(
    schemas: &BTreeMap<String, wire::ResourceIdentitySchema>,
) -> Result<BTreeMap<Arc<str>, Arc<IdentitySchema>>, String> {
    let mut out = BTreeMap::new();
    for (kind, schema) in schemas {
        let trouble = |why: String| format!("identity of resource type {kind:?}: {why}");
        let mut attributes = BTreeMap::new();
        for attribute in &schema.identity_attributes {
            let ty = read_type(&attribute.r#type)
                .map_err(|why| trouble(format!("attribute {:?}: {why}", attribute.name)))?
                .without_optional();
            let read = IdentityAttribute {
                ty,
                required_for_import: attribute.required_for_import,
                optional_for_import: attribute.optional_for_import,
                description: description(&attribute.description),
            };
            attributes.insert(attribute.name.as_str().into(), read);
        }
        let version = u64::try_from(schema.version).map_err(|_| trouble("the version is negative".into()))?;
        out.insert(kind.as_str().into(), Arc::new(IdentitySchema { version, attributes }));
    }
    Ok(out)
}

/// The identities of the resource types as they travel.
pub fn identities_to_wire(
    identities: &BTreeMap<Arc<str>, Arc<IdentitySchema>>,
) -> BTreeMap<String, wire::ResourceIdentitySchema> {
    let one = |(name, attribute): (&Arc<str>, &IdentityAttribute)| wire::resource_identity_schema::IdentityAttribute {
        name: name.to_string(),
        r#type: type_json(&attribute.ty).into(),
        required_for_import: attribute.required_for_import,
        optional_for_import: attribute.optional_for_import,
        description: attribute.description.to_string(),
    };
    let all = identities.iter().map(|(kind, schema)| {
        let schema = wire::ResourceIdentitySchema {
            version: i64::try_from(schema.version).unwrap_or(i64::MAX),
            identity_attributes: schema.attributes.iter().map(one).collect(),
        };
        (kind.to_string(), schema)
    });
    all.collect()
}

type Schemas = BTreeMap<Arc<str>, Arc<Schema>>;

fn schemas_from_wire(schemas: &BTreeMap<String, wire::Schema>, what: &str) -> Result<Schemas, String> {
    let read = |(name, schema): (&String, &wire::Schema)| {
        let trouble = |why: String| format!("{what} {name:?}: {why}");
        let version = u64::try_from(schema.version).map_err(|_| trouble("the schema version is negative".into()))?;
        let block = schema.block.as_ref().map_or(Ok(Block::default()), block_from_wire).map_err(trouble)?;
        Ok((Arc::from(name.as_str()), Arc::new(Schema { version, block })))
    };
    schemas.iter().map(read).collect()
}

fn block_from_wire(block: &wire_schema::Block) -> Result<Block, String> {
    let mut out = Block {
        attributes: attributes_from_wire(&block.attributes)?,
        description: description(&block.description),
        deprecated: deprecation(block.deprecated, &block.deprecation_message),
        ..Block::default()
    };
    for nested in &block.block_types {
        let name = &nested.type_name;
        let trouble = |why: &str| format!("block {name:?}: {why}");
        let nesting = match nested.nesting() {
            BlockNesting::Single => Nesting::Single,
            BlockNesting::Group => Nesting::Group,
            BlockNesting::List => Nesting::List,
            BlockNesting::Set => Nesting::Set,
            BlockNesting::Map => Nesting::Map,
            BlockNesting::Invalid => return Err(trouble("its nesting is unknown")),
        };
        let inner = nested.block.as_ref().map_or(Ok(Block::default()), block_from_wire).map_err(|why| trouble(&why))?;
        if out.attributes.contains_key(name.as_str()) {
            return Err(trouble("an attribute has the same name"));
        }
        let items = |n: i64| u64::try_from(n).unwrap_or_default();
        let (min_items, max_items) = (items(nested.min_items), items(nested.max_items));
        out.blocks.insert(name.as_str().into(), NestedBlock { nesting, block: inner, min_items, max_items });
    }
    Ok(out)
}

fn attributes_from_wire(attributes: &[wire_schema::Attribute]) -> Result<BTreeMap<Arc<str>, Attribute>, String> {
    let mut out = BTreeMap::new();
    for attribute in attributes {
        let trouble = |why: String| format!("attribute {:?}: {why}", attribute.name);
        let ty = match &attribute.nested_type {
            Some(object) => AttributeType::Nested(nested_from_wire(object).map_err(trouble)?),
            None => AttributeType::Plain(read_type(&attribute.r#type).map_err(trouble)?.without_optional()),
        };
        let read = Attribute {
            ty,
            description: description(&attribute.description),
            required: attribute.required,
            optional: attribute.optional,
            computed: attribute.computed,
            sensitive: attribute.sensitive,
            write_only: attribute.write_only,
            deprecated: deprecation(attribute.deprecated, &attribute.deprecation_message),
        };
        out.insert(attribute.name.as_str().into(), read);
    }
    Ok(out)
}

fn nested_from_wire(object: &wire_schema::Object) -> Result<NestedAttributes, String> {
    let nesting = match object.nesting() {
        ObjectNesting::Single => Nesting::Single,
        ObjectNesting::List => Nesting::List,
        ObjectNesting::Set => Nesting::Set,
        ObjectNesting::Map => Nesting::Map,
        ObjectNesting::Invalid => return Err("its nesting is unknown".into()),
    };
    Ok(NestedAttributes { nesting, attributes: attributes_from_wire(&object.attributes)? })
}

fn deprecation(deprecated: bool, message: &str) -> Option<Arc<str>> {
    deprecated.then(|| message.into())
}

/// Reads the signature of a function.
///
/// # Errors
/// What is wrong with it.
pub fn function_from_wire(function: &wire::Function) -> Result<Function, String> {
    let parameter = |parameter: &wire::function::Parameter| {
        let ty = read_type(&parameter.r#type).map_err(|why| format!("parameter {:?}: {why}", parameter.name))?;
        Ok(FunctionParameter {
            name: parameter.name.as_str().into(),
            ty,
            allow_null: parameter.allow_null_value,
            allow_unknown: parameter.allow_unknown_values,
            description: parameter.description.as_str().into(),
        })
    };
    let result = function.r#return.as_ref().map(|result| read_type(&result.r#type));
    Ok(Function {
        parameters: function.parameters.iter().map(parameter).collect::<Result<_, String>>()?,
        variadic: function.variadic_parameter.as_ref().map(parameter).transpose()?,
        result: result.transpose()?.ok_or("it has no result")?,
        summary: function.summary.as_str().into(),
        description: function.description.as_str().into(),
        deprecated: (!function.deprecation_message.is_empty()).then(|| function.deprecation_message.as_str().into()),
    })
}

/// Writes everything that a provider declares.
pub fn provider_schema_to_wire(schema: &ProviderSchema) -> get_provider_schema::Response {
    let of = |block: &Block| Some(wire::Schema { version: 0, block: Some(block_to_wire(block)) });
    let all = |schemas: &Schemas| {
        let write = |schema: &Schema| wire::Schema {
            version: i64::try_from(schema.version).unwrap_or(i64::MAX),
            block: Some(block_to_wire(&schema.block)),
        };
        schemas.iter().map(|(name, schema)| (name.to_string(), write(schema))).collect()
    };
    get_provider_schema::Response {
        provider: of(&schema.provider),
        resource_schemas: all(&schema.resources),
        data_source_schemas: all(&schema.data_sources),
        ephemeral_resource_schemas: all(&schema.ephemeral),
        functions: schema.functions.iter().map(|(name, f)| (name.to_string(), function_to_wire(f))).collect(),
        provider_meta: schema.provider_meta.as_ref().and_then(of),
        server_capabilities: Some(wire::ServerCapabilities {
            plan_destroy: schema.plan_destroy,
            get_provider_schema_optional: true,
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn block_to_wire(block: &Block) -> wire_schema::Block {
    let nested = |(name, nested): (&Arc<str>, &NestedBlock)| {
        let nesting = match nested.nesting {
            Nesting::Single => BlockNesting::Single,
            Nesting::Group => BlockNesting::Group,
            Nesting::List => BlockNesting::List,
            Nesting::Set => BlockNesting::Set,
            Nesting::Map => BlockNesting::Map,
        };
        wire_schema::NestedBlock {
            type_name: name.to_string(),
            block: Some(block_to_wire(&nested.block)),
            nesting: nesting.into(),
            min_items: i64::try_from(nested.min_items).unwrap_or(i64::MAX),
            max_items: i64::try_from(nested.max_items).unwrap_or(i64::MAX),
        }
    };
    wire_schema::Block {
        attributes: attributes_to_wire(&block.attributes),
        block_types: block.blocks.iter().map(nested).collect(),
        description: block.description.to_string(),
        description_kind: wire::StringKind::Plain.into(),
        deprecated: block.deprecated.is_some(),
        deprecation_message: block.deprecated.as_deref().unwrap_or_default().into(),
        ..Default::default()
    }
}

fn attributes_to_wire(attributes: &BTreeMap<Arc<str>, Attribute>) -> Vec<wire_schema::Attribute> {
    let write = |(name, attribute): (&Arc<str>, &Attribute)| {
        let (plain, nested_type) = match &attribute.ty {
            AttributeType::Plain(ty) => (type_json(ty), None),
            AttributeType::Nested(nested) => (String::new(), Some(nested_to_wire(nested))),
        };
        wire_schema::Attribute {
            name: name.to_string(),
            r#type: plain.into(),
            nested_type,
            description: attribute.description.to_string(),
            description_kind: wire::StringKind::Plain.into(),
            required: attribute.required,
            optional: attribute.optional,
            computed: attribute.computed,
            sensitive: attribute.sensitive,
            write_only: attribute.write_only,
            deprecated: attribute.deprecated.is_some(),
            deprecation_message: attribute.deprecated.as_deref().unwrap_or_default().into(),
        }
    };
    attributes.iter().map(write).collect()
}

fn nested_to_wire(nested: &NestedAttributes) -> wire_schema::Object {
    let nesting = match nested.nesting {
        // The wire has no group here; a single object is what it comes to.
        Nesting::Single | Nesting::Group => ObjectNesting::Single,
        Nesting::List => ObjectNesting::List,
        Nesting::Set => ObjectNesting::Set,
        Nesting::Map => ObjectNesting::Map,
    };
    wire_schema::Object {
        attributes: attributes_to_wire(&nested.attributes),
        nesting: nesting.into(),
        ..Default::default()
    }
}

/// Writes the signature of a function.
pub fn function_to_wire(function: &Function) -> wire::Function {
    let parameter = |parameter: &FunctionParameter| wire::function::Parameter {
        name: parameter.name.to_string(),
        r#type: type_json(&parameter.ty).into(),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.to_string(),
        ..Default::default()
    };
    wire::Function {
        parameters: function.parameters.iter().map(parameter).collect(),
        variadic_parameter: function.variadic.as_ref().map(parameter),
        r#return: Some(wire::function::Return { r#type: type_json(&function.result).into() }),
        summary: function.summary.to_string(),
        description: function.description.to_string(),
        deprecation_message: function.deprecated.as_deref().unwrap_or_default().to_string(),
        ..Default::default()
    }
}
