//! A resource block for an object that has none (`plan -generate-config-out`), as Terraform writes them: everything that a
//! configuration may say, without what is deprecated, what only the provider sets, and secrets.

use crate::value_text::attribute_name;
use configschema::{Attribute, AttributeType, Block, NestedAttributes, NestedBlock, Nesting, Schema};
use std::sync::Arc;
use value::{Content, Type, Value, json};

/// The block of a resource with this object. `provider` is written where it is not the one that the type means by itself.
pub fn resource_block(resource: &addrs::Resource, provider: Option<&str>, schema: &Schema, object: &Value) -> String {
    let mut out = format!("resource \"{}\" \"{}\" {{\n", resource.kind, resource.name);
    if let Some(provider) = provider {
        out.push_str(&format!("provider = {provider}\n"));
    }
    let own = |(name, attribute): &(&Arc<str>, &Attribute)| {
        // Old providers have an `id` in every schema that no configuration may set.
        !(name.as_ref() == "id" && attribute.computed && attribute.optional)
    };
    attributes(schema.block.attributes.iter().filter(own), object, &mut out);
    blocks(&schema.block, object, &mut out);
    out.push_str("}\n");
    let (file, _) = syntax::parse("generated.tf".into(), out.into());
    syntax::format(&file)
}

fn attributes<'a>(all: impl Iterator<Item = (&'a Arc<str>, &'a Attribute)>, object: &Value, out: &mut String) {
    let nothing = Value::null(Type::Dynamic);
    for (name, attribute) in all {
        if attribute.deprecated.is_some() || !(attribute.required || attribute.optional) {
            continue;
        }
        let value = object.get(name).unwrap_or(&nothing);
        out.push_str(&format!("{name} = "));
        match &attribute.ty {
            AttributeType::Nested(nested) => nested_attribute(nested, attribute.sensitive, value, out),
            AttributeType::Plain(_) if attribute.sensitive || !value.marks.is_empty() => {
                out.push_str("null # sensitive");
            }
            AttributeType::Plain(_) => plain(attribute, value, out),
        }
        out.push('\n');
    }
}

fn plain(attribute: &Attribute, value: &Value, out: &mut String) {
    let Some(text) = value.as_str() else { return expression(value, out) };
    // An empty text is what providers of the old SDK keep for nothing.
    if text.is_empty() && attribute.optional {
        return out.push_str("null");
    }
    // JSON reads better as what it means.
    match json::parse(text).ok().as_ref().map(json::implied) {
        Some(Ok(meant)) if matches!(meant.content, Content::Object(_) | Content::Tuple(_)) => {
            out.push_str("jsonencode(");
            expression(&meant, out);
            out.push(')');
        }
        _ => expression(value, out),
    }
}

fn nested_attribute(nested: &NestedAttributes, sensitive: bool, value: &Value, out: &mut String) {
    let object = |value: &Value, out: &mut String| {
        out.push_str("{\n");
        attributes(nested.attributes.iter(), value, out);
        out.push('}');
    };
    let is_map = matches!(nested.nesting, Nesting::Map | Nesting::Single | Nesting::Group);
    match &value.content {
        _ if sensitive => out.push_str(if is_map { "{} # sensitive" } else { "[] # sensitive" }),
        Content::Map(_, members) | Content::Object(members) if nested.nesting == Nesting::Map => {
            out.push_str("{\n");
            for (key, member) in members.iter() {
                out.push_str(&format!("{} = ", attribute_name(key)));
                object(member, out);
                out.push('\n');
            }
            out.push('}');
        }
        Content::Object(_) => object(value, out),
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
            out.push_str("[\n");
            for item in items.iter() {
                object(item, out);
                out.push_str(",\n");
            }
            out.push(']');
        }
        _ => out.push_str("null"),
    }
}

fn blocks(schema: &Block, object: &Value, out: &mut String) {
    for (name, nested) in schema.blocks.iter().filter(|(_, nested)| nested.block.deprecated.is_none()) {
        let Some(value) = object.get(name) else { continue };
        let all: Vec<(String, &Value)> = match &value.content {
            Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
                items.iter().map(|item| (name.to_string(), item)).collect()
            }
            Content::Map(_, members) | Content::Object(members) if nested.nesting == Nesting::Map => {
                members.iter().map(|(key, member)| (format!("{name} {}", quoted(key)), member)).collect()
            }
            Content::Object(_) => vec![(name.to_string(), value)],
            _ => Vec::new(),
        };
        all.into_iter().for_each(|(header, value)| one_block(&header, nested, value, out));
    }
}

fn one_block(header: &str, nested: &NestedBlock, value: &Value, out: &mut String) {
    out.push_str(&format!("{header} {{\n"));
    attributes(nested.block.attributes.iter(), value, out);
    blocks(&nested.block, value, out);
    out.push_str("}\n");
}

/// A value as the language writes it; what is unknown or secret is null.
fn expression(value: &Value, out: &mut String) {
    eval::write_value(&without_secrets(value), out);
}

fn without_secrets(value: &Value) -> Value {
    if value.marks.is_empty() {
        value.map_children(|_, part| without_secrets(part))
    } else {
        Value::null(Type::Dynamic)
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    eval::write_text(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::{expression, quoted, resource_block};
    use addrs::{Mode, Resource};
    use configschema::{Attribute, AttributeType, Block, NestedAttributes, NestedBlock, Nesting, Schema};
    use value::{Marks, Type, Value};

    fn block(attributes: Vec<(&str, Attribute)>, blocks: Vec<(&str, NestedBlock)>) -> Block {
        Block {
            attributes: attributes.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect(),
            blocks: blocks.into_iter().map(|(name, block)| (name.into(), block)).collect(),
            ..Block::default()
        }
    }

    fn nested(nesting: Nesting, deprecated: bool) -> NestedBlock {
        let inner = block(vec![("size", Attribute::optional(Type::Number))], vec![]);
        let inner = Block { deprecated: deprecated.then(|| "old".into()), ..inner };
        NestedBlock { nesting, block: inner, min_items: 0, max_items: 0 }
    }

    /// What is kept and what is left out, as Terraform 1.11.4 does it.
    #[test]
    fn everything_that_a_configuration_may_say() {
        let text = || Attribute::optional(Type::String);
        let member = NestedAttributes {
            nesting: Nesting::List,
            attributes: [("a".into(), text()), ("made".into(), Attribute::computed(Type::String))].into(),
        };
        let schema = Schema {
            version: 0,
            block: block(
                vec![
                    ("id", Attribute::optional_computed(Type::String)),
                    ("made", Attribute::computed(Type::String)),
                    ("name", Attribute::required(Type::String)),
                    ("none", text()),
                    ("policy", text()),
                    ("secret", Attribute { sensitive: true, ..text() }),
                    ("old", Attribute { deprecated: Some("".into()), ..text() }),
                    ("tags", Attribute::optional(Type::map(Type::String))),
                    ("members", Attribute { ty: AttributeType::Nested(member), ..text() }),
                ],
                vec![
                    ("disk", nested(Nesting::List, false)),
                    ("gone", nested(Nesting::List, true)),
                    ("net", nested(Nesting::Map, false)),
                    ("one", nested(Nesting::Single, false)),
                ],
            ),
        };
        let string = |text: &str| Value::string(text);
        let size = |n: u64| Value::object([("size", Value::number(n.into()))]);
        let object = Value::object([
            ("id", string("i-1")),
            ("made", string("x")),
            ("name", string("${a}\n\"")),
            ("none", string("")),
            ("policy", string("{\"b\": [1, null], \"a b\": {}}")),
            ("secret", string("canary").marked(Marks::SENSITIVE)),
            ("old", string("x")),
            ("tags", Value::map(Type::String, [("a", string("1")), ("b.c", string("2"))])),
            ("members", Value::tuple([Value::object([("a", string("1")), ("made", string("x"))])])),
            ("disk", Value::tuple([size(1), size(2)])),
            ("gone", Value::tuple([size(3)])),
            ("net", Value::object([("k", size(4))])),
            ("one", Value::null(Type::Dynamic)),
        ]);
        let resource = Resource { mode: Mode::Managed, kind: "lab_node".into(), name: "a".into() };
        let expected = "resource \"lab_node\" \"a\" {\n  provider = lab.west\n  members = [\n    {\n      a = \"1\"\n    },\n  ]\n  \
                        name = \"$${a}\\n\\\"\"\n  none = null\n  policy = jsonencode({\n    \"a b\" = {}\n    b     = [1, \
                        null]\n  })\n  secret = null # sensitive\n  tags = {\n    a     = \"1\"\n    \"b.c\" = \"2\"\n  }\n  \
                        disk {\n    size = 1\n  }\n  disk {\n    size = 2\n  }\n  net \"k\" {\n    size = 4\n  }\n}\n";
        assert_eq!(resource_block(&resource, Some("lab.west"), &schema, &object), expected);
    }

    #[test]
    fn what_is_not_known_or_secret_is_null() {
        let mut out = String::new();
        let secret = Value::string("canary").marked(Marks::SENSITIVE);
        expression(&Value::tuple([secret, Value::unknown(Type::String)]), &mut out);
        assert_eq!(out, "[null, null]");
        assert_eq!(quoted("%{ if \u{1} $"), "\"%%{ if \\u0001 $\"");
    }
}
