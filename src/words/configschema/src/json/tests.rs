#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::{AttributeType, Nesting, ProviderSchema, implied_type};
use value::Type;

const SCHEMA: &str = r#"{
  "provider": {"version": 0, "block": {"attributes": {"region": {"type": "string", "description_kind": "plain", "optional": true}}, "description_kind": "plain"}},
  "resource_schemas": {
    "probe_thing": {"version": 3, "block": {
      "attributes": {
        "id": {"type": "string", "description_kind": "plain", "computed": true},
        "secret": {"type": "string", "required": true, "sensitive": true, "write_only": true, "deprecated": true},
        "rules": {"nested_type": {"attributes": {"port": {"type": "number", "optional": true}}, "nesting_mode": "set"}, "optional": true, "computed": true}
      },
      "block_types": {
        "disk": {"nesting_mode": "list", "block": {"attributes": {"size": {"type": "number", "required": true}}, "deprecated": true}, "min_items": 1, "max_items": 2},
        "timeouts": {"nesting_mode": "single", "block": {"attributes": {"create": {"type": "string", "optional": true}}}}
      }
    }}
  },
  "data_source_schemas": {"probe_thing": {"version": 0, "block": {}}},
  "functions": {"join": {"description": "d", "return_type": ["list", "string"],
    "parameters": [{"name": "a", "type": "string", "is_nullable": true}],
    "variadic_parameter": {"name": "more", "type": "dynamic"}}}
}"#;

#[test]
fn reads_what_terraform_prints() {
    let schema = ProviderSchema::from_json(SCHEMA).unwrap();
    assert!(schema.provider.attributes["region"].optional);
    let thing = &schema.resources["probe_thing"];
    assert_eq!(thing.version, 3);
    let secret = &thing.block.attributes["secret"];
    assert!(secret.required && secret.sensitive && secret.write_only && !secret.computed);
    assert_eq!(secret.deprecated.as_deref(), Some(""));
    let AttributeType::Nested(rules) = &thing.block.attributes["rules"].ty else { unreachable!() };
    assert_eq!((rules.nesting, &rules.attributes["port"].ty), (Nesting::Set, &AttributeType::Plain(Type::Number)));
    let disk = &thing.block.blocks["disk"];
    assert_eq!((disk.nesting, disk.min_items, disk.max_items), (Nesting::List, 1, 2));
    assert!(disk.block.deprecated.is_some());
    assert_eq!(thing.block.blocks["timeouts"].nesting, Nesting::Single);
    assert_eq!(implied_type(&schema.data_sources["probe_thing"].block), Type::object::<&str>([]));
    let join = &schema.functions["join"];
    assert_eq!(join.result, Type::list(Type::String));
    assert!(join.parameters[0].allow_null);
    assert_eq!(join.variadic.as_ref().unwrap().ty, Type::Dynamic);
}

#[test]
fn errors_say_where() {
    let resource = |block: &str| format!(r#"{{"resource_schemas":{{"x":{{"version":0,"block":{block}}}}}}}"#);
    let rows = [
        ("{".to_owned(), "not JSON at byte 1: unexpected end of JSON input"),
        ("[]".to_owned(), "an object is required, not array"),
        (r#"{"resource_schemas":[]}"#.to_owned(), "resource_schemas: an object is required, not array"),
        (resource("[]"), "resource_schemas.x.block: an object is required, not array"),
        (resource(r#"{"attributes":{"a":{}}}"#), r#"resource_schemas.x.block.attributes.a: "type" is missing"#),
        (
            resource(r#"{"attributes":{"a":{"type":"text"}}}"#),
            r#"resource_schemas.x.block.attributes.a.type: invalid type description "text""#,
        ),
        (
            resource(r#"{"attributes":{"a":{"type":"string","optional":1}}}"#),
            "resource_schemas.x.block.attributes.a.optional: a bool is required, not number",
        ),
        (
            resource(r#"{"block_types":{"b":{"nesting_mode":"bag"}}}"#),
            r#"resource_schemas.x.block.block_types.b.nesting_mode: unknown nesting mode "bag""#,
        ),
        (
            resource(r#"{"block_types":{"b":{"nesting_mode":"list","min_items":-1}}}"#),
            "resource_schemas.x.block.block_types.b.min_items: a whole number, not negative, is required",
        ),
        (
            resource(r#"{"attributes":{"b":{"type":"string"}},"block_types":{"b":{"nesting_mode":"list"}}}"#),
            "resource_schemas.x.block.block_types.b: an attribute has that name too",
        ),
        (
            resource(r#"{"attributes":{"a":{"nested_type":{"nesting_mode":"group"}}}}"#),
            "resource_schemas.x.block.attributes.a.nested_type.nesting_mode: nested attributes cannot be a group",
        ),
    ];
    for (text, want) in rows {
        assert_eq!(ProviderSchema::from_json(&text).unwrap_err().to_string(), want, "{text}");
    }
}
