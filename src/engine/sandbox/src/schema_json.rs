//! One entry of `terraform providers schema -json` → [`ProviderSchema`].

use configschema::{Attribute, AttributeType, Block, NestedAttributes, NestedBlock, Nesting, ProviderSchema, Schema};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Type;

/// Reads one entry of `provider_schemas` as `terraform providers schema -json` prints it.
///
/// # Errors
/// Where the text is not such an entry: the path to the part and what is wrong with it.
pub fn provider_schema_from_json(text: &str) -> Result<ProviderSchema, String> {
    let json: Json = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
    let entry = json.as_object().ok_or("a provider schema is an object")?;
    let provider = match entry.get("provider") {
        Some(json) => schema(json).map_err(|e| format!("provider: {e}"))?.block,
        None => Block::default(),
    };
    Ok(ProviderSchema {
        provider,
        resources: schemas(entry, "resource_schemas")?,
        data_sources: schemas(entry, "data_source_schemas")?,
        ..ProviderSchema::default()
    })
}

fn schemas(entry: &Map<String, Json>, name: &str) -> Result<BTreeMap<Arc<str>, Arc<Schema>>, String> {
    let all = entry.get(name).and_then(Json::as_object).into_iter().flatten();
    all.map(|(kind, json)| {
        let schema = schema(json).map_err(|e| format!("{name}.{kind}: {e}"))?;
        Ok((kind.as_str().into(), Arc::new(schema)))
    })
    .collect()
}

fn schema(json: &Json) -> Result<Schema, String> {
    let version = json.get("version").and_then(Json::as_u64).unwrap_or(0);
    Ok(Schema { version, block: block(json.get("block").ok_or("no block")?)? })
}

fn block(json: &Json) -> Result<Block, String> {
    let nested = json.get("block_types").and_then(Json::as_object).into_iter().flatten();
    let blocks =
        nested.map(|(name, json)| Ok((name.as_str().into(), nested_block(json).map_err(|e| format!("{name}: {e}"))?)));
    Ok(Block {
        attributes: attributes(json)?,
        blocks: blocks.collect::<Result<_, String>>()?,
        deprecated: flag(json, "deprecated").then(|| "".into()),
    })
}

fn nested_block(json: &Json) -> Result<NestedBlock, String> {
    let limit = |name: &str| json.get(name).and_then(Json::as_u64).unwrap_or(0);
    Ok(NestedBlock {
        nesting: nesting(json)?,
        block: block(json.get("block").ok_or("no block")?)?,
        min_items: limit("min_items"),
        max_items: limit("max_items"),
    })
}

fn nesting(json: &Json) -> Result<Nesting, String> {
    match json.get("nesting_mode").and_then(Json::as_str) {
        Some("single") => Ok(Nesting::Single),
        Some("group") => Ok(Nesting::Group),
        Some("list") => Ok(Nesting::List),
        Some("set") => Ok(Nesting::Set),
        Some("map") => Ok(Nesting::Map),
        other => Err(format!("unknown nesting mode {other:?}")),
    }
}

fn attributes(json: &Json) -> Result<BTreeMap<Arc<str>, Attribute>, String> {
    let all = json.get("attributes").and_then(Json::as_object).into_iter().flatten();
    all.map(|(name, json)| Ok((name.as_str().into(), attribute(json).map_err(|e| format!("{name}: {e}"))?))).collect()
}

fn attribute(json: &Json) -> Result<Attribute, String> {
    let ty = match (json.get("type"), json.get("nested_type")) {
        (Some(ty), _) => AttributeType::Plain(type_of(ty)?),
        (None, Some(nested)) => {
            AttributeType::Nested(NestedAttributes { nesting: nesting(nested)?, attributes: attributes(nested)? })
        }
        (None, None) => return Err("neither type nor nested_type".into()),
    };
    Ok(Attribute {
        ty,
        required: flag(json, "required"),
        optional: flag(json, "optional"),
        computed: flag(json, "computed"),
        sensitive: flag(json, "sensitive"),
        write_only: flag(json, "write_only"),
        deprecated: flag(json, "deprecated").then(|| "".into()),
    })
}

fn flag(json: &Json, name: &str) -> bool {
    json.get(name).and_then(Json::as_bool).unwrap_or(false)
}

/// Type JSON (plugin-protocol.md 6.4).
fn type_of(json: &Json) -> Result<Type, String> {
    if let Some(name) = json.as_str() {
        return match name {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "dynamic" => Ok(Type::Dynamic),
            other => Err(format!("unknown type {other:?}")),
        };
    }
    let wrong = || format!("unknown type {json}");
    let parts = json.as_array().ok_or_else(wrong)?;
    let (Some(name), Some(inner)) = (parts.first().and_then(Json::as_str), parts.get(1)) else {
        return Err(wrong());
    };
    match name {
        "list" => Ok(Type::list(type_of(inner)?)),
        "set" => Ok(Type::set(type_of(inner)?)),
        "map" => Ok(Type::map(type_of(inner)?)),
        "tuple" => {
            let items = inner.as_array().ok_or_else(wrong)?;
            Ok(Type::tuple(items.iter().map(type_of).collect::<Result<Vec<_>, _>>()?))
        }
        "object" => {
            let items = inner.as_object().ok_or_else(wrong)?;
            let typed = items.iter().map(|(n, t)| Ok((Arc::<str>::from(n.as_str()), type_of(t)?)));
            Ok(Type::object(typed.collect::<Result<Vec<_>, String>>()?))
        }
        _ => Err(wrong()),
    }
}
