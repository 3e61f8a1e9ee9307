//! Provider schemas from and to the JSON that `terraform providers schema -json` prints.

#[cfg(test)]
mod tests;
mod write;

use crate::{
    Attribute, AttributeType, Block, Function, FunctionParameter, NestedAttributes, NestedBlock, Nesting,
    ProviderSchema, Schema, description,
};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use value::Type;
use value::json::{Node, parse, type_from_json};

/// Why text is not a provider schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// Where, as member names: `resource_schemas.aws_instance.block.attributes.ami`.
    pub place: String,
    /// Without a full stop.
    pub reason: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() { f.write_str(&self.reason) } else { write!(f, "{}: {}", self.place, self.reason) }
    }
}

impl std::error::Error for SchemaError {}

impl ProviderSchema {
    /// Reads one entry of `provider_schemas`.
    ///
    /// # Errors
    /// When it is not JSON or not of that shape.
    pub fn from_json(text: &str) -> Result<ProviderSchema, SchemaError> {
        let node = parse(text).map_err(|e| SchemaError {
            place: String::new(),
            reason: format!("not JSON at byte {}: {}", e.byte, e.reason),
        })?;
        provider(&node)
    }

    /// Reads one entry of `provider_schemas`, already parsed.
    ///
    /// # Errors
    /// When it is not of that shape.
    pub fn from_node(node: &Node) -> Result<ProviderSchema, SchemaError> {
        provider(node)
    }
}

type Read<T> = Result<T, SchemaError>;

fn wrong<T>(reason: impl Into<String>) -> Read<T> {
    Err(SchemaError { place: String::new(), reason: reason.into() })
}

fn under<T>(name: &str, result: Read<T>) -> Read<T> {
    result.map_err(|e| {
        let place = if e.place.is_empty() { name.into() } else { format!("{name}.{}", e.place) };
        SchemaError { place, reason: e.reason }
    })
}

/// An object's member; absent and null are the same.
fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.get(name).filter(|n| !n.is_null())
}

/// The entries of a member that is an object, each read.
fn entries<T>(node: &Node, name: &str, read: impl Fn(&Node) -> Read<T>) -> Read<BTreeMap<Arc<str>, T>> {
    let Some(found) = member(node, name) else {
        return Ok(BTreeMap::new());
    };
    let Some(members) = found.as_object() else {
        return under(name, wrong(format!("an object is required, not {}", found.kind())));
    };
    let one = |(key, node): &(Arc<str>, Node)| Ok((key.clone(), under(key, read(node))?));
    under(name, members.iter().map(one).collect())
}

fn flag(node: &Node, name: &str) -> Read<bool> {
    match member(node, name) {
        None => Ok(false),
        Some(Node::Bool(b)) => Ok(*b),
        Some(other) => under(name, wrong(format!("a bool is required, not {}", other.kind()))),
    }
}

fn count(node: &Node, name: &str) -> Read<u64> {
    match member(node, name) {
        None => Ok(0),
        Some(n) => match n.as_u64() {
            Some(n) => Ok(n),
            None => under(name, wrong("a whole number, not negative, is required")),
        },
    }
}

fn text<'n>(node: &'n Node, name: &str) -> Read<&'n str> {
    match member(node, name).map(|n| (n, n.as_str())) {
        Some((_, Some(text))) => Ok(text),
        Some((other, None)) => under(name, wrong(format!("a string is required, not {}", other.kind()))),
        None => wrong(format!("{name:?} is missing")),
    }
}

fn optional_text(node: &Node, name: &str) -> Read<Arc<str>> {
    member(node, name).map_or(Ok(Arc::default()), |_| text(node, name).map(Arc::from))
}

fn required_object(node: &Node) -> Read<()> {
    if node.as_object().is_some() { Ok(()) } else { wrong(format!("an object is required, not {}", node.kind())) }
}

fn provider(node: &Node) -> Read<ProviderSchema> {
    required_object(node)?;
    let schemas = |name| entries(node, name, |n| schema(n).map(Arc::new));
    Ok(ProviderSchema {
        provider: match member(node, "provider") {
            Some(n) => under("provider", schema(n))?.block,
            None => Block::default(),
        },
        resources: schemas("resource_schemas")?,
        data_sources: schemas("data_source_schemas")?,
        ephemeral: schemas("ephemeral_resource_schemas")?,
        functions: entries(node, "functions", function)?,
        ..ProviderSchema::default()
    })
}

fn schema(node: &Node) -> Read<Schema> {
    required_object(node)?;
    let block = match member(node, "block") {
        Some(n) => under("block", block(n))?,
        None => Block::default(),
    };
    Ok(Schema { version: count(node, "version")?, block })
}

fn block(node: &Node) -> Read<Block> {
    required_object(node)?;
    let attributes = entries(node, "attributes", attribute)?;
    let blocks = entries(node, "block_types", nested_block)?;
    if let Some(name) = blocks.keys().find(|name| attributes.contains_key(*name)) {
        return under("block_types", under(name, wrong("an attribute has that name too")));
    }
    Ok(Block { attributes, blocks, description: description_of(node)?, deprecated: deprecation(node)? })
}

fn description_of(node: &Node) -> Read<Arc<str>> {
    match member(node, "description") {
        Some(_) => text(node, "description").map(description),
        None => Ok(Arc::default()),
    }
}

fn deprecation(node: &Node) -> Read<Option<Arc<str>>> {
    let message = match member(node, "deprecation_message") {
        Some(_) => text(node, "deprecation_message")?,
        None => "",
    };
    Ok(flag(node, "deprecated")?.then(|| message.into()))
}

fn attribute(node: &Node) -> Read<Attribute> {
    required_object(node)?;
    let ty = match (member(node, "type"), member(node, "nested_type")) {
        (Some(ty), None) => AttributeType::Plain(under("type", type_of(ty))?),
        (None, Some(nested)) => AttributeType::Nested(under("nested_type", nested_attributes(nested))?),
        (Some(_), Some(_)) => return wrong("both \"type\" and \"nested_type\" are given"),
        (None, None) => return wrong("\"type\" is missing"),
    };
    Ok(Attribute {
        ty,
        description: description_of(node)?,
        required: flag(node, "required")?,
        optional: flag(node, "optional")?,
        computed: flag(node, "computed")?,
        sensitive: flag(node, "sensitive")?,
        write_only: flag(node, "write_only")?,
        deprecated: deprecation(node)?,
    })
}

fn type_of(node: &Node) -> Read<Type> {
    type_from_json(node).or_else(|e| wrong(e.to_string()))
}

fn nested_attributes(node: &Node) -> Read<NestedAttributes> {
    required_object(node)?;
    let nesting = nesting(node)?;
    if nesting == Nesting::Group {
        return under("nesting_mode", wrong("nested attributes cannot be a group"));
    }
    Ok(NestedAttributes { nesting, attributes: entries(node, "attributes", attribute)? })
}

fn nested_block(node: &Node) -> Read<NestedBlock> {
    required_object(node)?;
    let block = match member(node, "block") {
        Some(n) => under("block", block(n))?,
        None => Block::default(),
    };
    Ok(NestedBlock {
        nesting: nesting(node)?,
        block,
        min_items: count(node, "min_items")?,
        max_items: count(node, "max_items")?,
    })
}

fn nesting(node: &Node) -> Read<Nesting> {
    match text(node, "nesting_mode")? {
        "single" => Ok(Nesting::Single),
        "group" => Ok(Nesting::Group),
        "list" => Ok(Nesting::List),
        "set" => Ok(Nesting::Set),
        "map" => Ok(Nesting::Map),
        other => under("nesting_mode", wrong(format!("unknown nesting mode {other:?}"))),
    }
}

fn function(node: &Node) -> Read<Function> {
    required_object(node)?;
    let parameters = match member(node, "parameters") {
        None => Vec::new(),
        Some(Node::Array(items)) => {
            let one = |(i, n): (usize, &Node)| under(&i.to_string(), parameter(n));
            under("parameters", items.iter().enumerate().map(one).collect())?
        }
        Some(other) => return under("parameters", wrong(format!("an array is required, not {}", other.kind()))),
    };
    let variadic = member(node, "variadic_parameter").map(|n| under("variadic_parameter", parameter(n))).transpose()?;
    let Some(result) = member(node, "return_type") else {
        return wrong("\"return_type\" is missing");
    };
    let deprecated = optional_text(node, "deprecation_message")?;
    Ok(Function {
        parameters,
        variadic,
        result: under("return_type", type_of(result))?,
        summary: optional_text(node, "summary")?,
        description: optional_text(node, "description")?,
        deprecated: (!deprecated.is_empty()).then_some(deprecated),
    })
}

fn parameter(node: &Node) -> Read<FunctionParameter> {
    required_object(node)?;
    let Some(ty) = member(node, "type") else {
        return wrong("\"type\" is missing");
    };
    Ok(FunctionParameter {
        name: text(node, "name")?.into(),
        ty: under("type", type_of(ty))?,
        allow_null: flag(node, "is_nullable")?,
        // The JSON does not tell; a function that is not asked about unknowns gives an unknown.
        allow_unknown: false,
        description: optional_text(node, "description")?,
    })
}
