//! Protocol 5 schemas as protocol 6 ones and back.
//!
//! All other messages that a host sends or reads have the same bytes in both protocols, so that the messages of 6 serve
//! for 5 as well; only inside schemas do the numbers of two fields differ.

use crate::tfplugin5 as v5;
use crate::tfplugin6 as v6;
use std::collections::BTreeMap;

/// The answer to GetSchema as the answer to GetProviderSchema. Identity, list and action schemas are left out.
pub fn schema6_from_5(message: v5::get_provider_schema::Response) -> v6::get_provider_schema::Response {
    let all =
        |schemas: BTreeMap<String, v5::Schema>| schemas.into_iter().map(|(name, s)| (name, schema_up(s))).collect();
    v6::get_provider_schema::Response {
        provider: message.provider.map(schema_up),
        resource_schemas: all(message.resource_schemas),
        data_source_schemas: all(message.data_source_schemas),
        diagnostics: message.diagnostics.into_iter().map(diagnostic_up).collect(),
        provider_meta: message.provider_meta.map(schema_up),
        server_capabilities: message.server_capabilities.map(|can| v6::ServerCapabilities {
            plan_destroy: can.plan_destroy,
            get_provider_schema_optional: can.get_provider_schema_optional,
            move_resource_state: can.move_resource_state,
            generate_resource_config: can.generate_resource_config,
        }),
        functions: message.functions.into_iter().map(|(name, f)| (name, function_up(f))).collect(),
        ephemeral_resource_schemas: all(message.ephemeral_resource_schemas),
        ..Default::default()
    }
}

fn schema_up(schema: v5::Schema) -> v6::Schema {
    v6::Schema { version: schema.version, block: schema.block.map(block_up) }
}

fn block_up(block: v5::schema::Block) -> v6::schema::Block {
    v6::schema::Block {
        version: block.version,
        attributes: block.attributes.into_iter().map(attribute_up).collect(),
        block_types: block.block_types.into_iter().map(nested_up).collect(),
        description: block.description,
        description_kind: block.description_kind,
        deprecated: block.deprecated,
        deprecation_message: block.deprecation_message,
        computed: false,
    }
}

fn attribute_up(attribute: v5::schema::Attribute) -> v6::schema::Attribute {
    v6::schema::Attribute {
        name: attribute.name,
        r#type: attribute.r#type,
        nested_type: None,
        description: attribute.description,
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        description_kind: attribute.description_kind,
        deprecated: attribute.deprecated,
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecation_message,
    }
}

fn nested_up(nested: v5::schema::NestedBlock) -> v6::schema::NestedBlock {
    v6::schema::NestedBlock {
        type_name: nested.type_name,
        block: nested.block.map(block_up),
        nesting: nested.nesting,
        min_items: nested.min_items,
        max_items: nested.max_items,
    }
}

fn diagnostic_up(diagnostic: v5::Diagnostic) -> v6::Diagnostic {
    use v5::attribute_path::step::Selector as From;
    use v6::attribute_path::step::Selector as To;
    let step = |step: v5::attribute_path::Step| v6::attribute_path::Step {
        selector: step.selector.map(|selector| match selector {
            From::AttributeName(name) => To::AttributeName(name),
            From::ElementKeyString(key) => To::ElementKeyString(key),
            From::ElementKeyInt(index) => To::ElementKeyInt(index),
        }),
    };
    v6::Diagnostic {
        severity: diagnostic.severity,
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: diagnostic
            .attribute
            .map(|path| v6::AttributePath { steps: path.steps.into_iter().map(step).collect() }),
    }
}

fn function_up(function: v5::Function) -> v6::Function {
    let parameter = |parameter: v5::function::Parameter| v6::function::Parameter {
        name: parameter.name,
        r#type: parameter.r#type,
        allow_null_value: parameter.allow_null_value,
        allow_unknown_values: parameter.allow_unknown_values,
        description: parameter.description,
        description_kind: parameter.description_kind,
    };
    v6::Function {
        parameters: function.parameters.into_iter().map(parameter).collect(),
        variadic_parameter: function.variadic_parameter.map(parameter),
        r#return: function.r#return.map(|result| v6::function::Return { r#type: result.r#type }),
        summary: function.summary,
        description: function.description,
        description_kind: function.description_kind,
        deprecation_message: function.deprecation_message,
    }
}

/// The answer to GetProviderSchema for a host that speaks protocol 5.
///
/// # Errors
/// Names an attribute with nested attributes, which protocol 5 cannot say.
pub fn schema5_from_6(message: v6::get_provider_schema::Response) -> Result<v5::get_provider_schema::Response, String> {
    let all = |schemas: BTreeMap<String, v6::Schema>| {
        schemas.into_iter().map(|(name, s)| Ok((name, schema_down(s)?))).collect::<Result<_, String>>()
    };
    Ok(v5::get_provider_schema::Response {
        provider: message.provider.map(schema_down).transpose()?,
        resource_schemas: all(message.resource_schemas)?,
        data_source_schemas: all(message.data_source_schemas)?,
        ephemeral_resource_schemas: all(message.ephemeral_resource_schemas)?,
        provider_meta: message.provider_meta.map(schema_down).transpose()?,
        server_capabilities: message.server_capabilities.map(|can| v5::ServerCapabilities {
            plan_destroy: can.plan_destroy,
            get_provider_schema_optional: can.get_provider_schema_optional,
            move_resource_state: can.move_resource_state,
            generate_resource_config: can.generate_resource_config,
        }),
        ..Default::default()
    })
}

fn schema_down(schema: v6::Schema) -> Result<v5::Schema, String> {
    Ok(v5::Schema { version: schema.version, block: schema.block.map(block_down).transpose()? })
}

fn block_down(block: v6::schema::Block) -> Result<v5::schema::Block, String> {
    let nested = |nested: v6::schema::NestedBlock| {
        Ok(v5::schema::NestedBlock {
            type_name: nested.type_name,
            block: nested.block.map(block_down).transpose()?,
            nesting: nested.nesting,
            min_items: nested.min_items,
            max_items: nested.max_items,
        })
    };
    Ok(v5::schema::Block {
        version: block.version,
        attributes: block.attributes.into_iter().map(attribute_down).collect::<Result<_, String>>()?,
        block_types: block.block_types.into_iter().map(nested).collect::<Result<_, String>>()?,
        description: block.description,
        description_kind: block.description_kind,
        deprecated: block.deprecated,
        deprecation_message: block.deprecation_message,
    })
}

fn attribute_down(attribute: v6::schema::Attribute) -> Result<v5::schema::Attribute, String> {
    if attribute.nested_type.is_some() {
        return Err(format!("attribute {:?} has nested attributes, which protocol 5 does not know", attribute.name));
    }
    Ok(v5::schema::Attribute {
        name: attribute.name,
        r#type: attribute.r#type,
        description: attribute.description,
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        description_kind: attribute.description_kind,
        deprecated: attribute.deprecated,
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecation_message,
    })
}
