#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::{AttributeType, Nesting, ProviderSchema, implied_type};
use value::Type;

const SCHEMA: &str = r#"{
  "provider": {"version": 0, "block": {"attributes": {"region": {"type": "string", "description_kind": "plain", "optional": true}}, "description_kind": "plain"}},
  "resource_schemas": {
    "probe_thing": {"version": 3, "block": {
      "attributes": {
        "id": {"type": "string", "description_kind": "plain", "computed": true, "description": "Its name."},
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
    assert_eq!(&*thing.block.attributes["id"].description, "Its name.");
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

#[test]
fn what_is_written_is_read_again() {
    let mut schema = ProviderSchema::from_json(SCHEMA).unwrap();
    schema.provider = schema.provider.described("Where <things> are.");
    assert_eq!(ProviderSchema::from_json(&schema.to_json()), Ok(schema.clone()));
    let other = ProviderSchema { provider: schema.provider.clone().described(""), ..schema.clone() };
    assert_ne!(ProviderSchema::from_json(&other.to_json()), Ok(schema));
}

#[test]
fn members_and_their_order_are_those_of_terraform() {
    let text = concat!(
        r#"{"provider":{"version":0,"block":{"description_kind":"plain"}},"#,
        r#""resource_schemas":{"x_a":{"version":2,"block":{"attributes":{"#,
        r#""a":{"type":["list","string"],"description":"d","description_kind":"plain","deprecated":true,"optional":true,"computed":true,"sensitive":true},"#,
        r#""n":{"nested_type":{"attributes":{"w":{"type":"string","description_kind":"plain","required":true,"write_only":true}},"nesting_mode":"map"},"description_kind":"plain","optional":true}},"#,
        r#""block_types":{"b":{"nesting_mode":"set","block":{"description":"e","description_kind":"plain","deprecated":true},"min_items":1,"max_items":2}},"#,
        r#""description_kind":"plain"}}},"#,
        r#""functions":{"f":{"return_type":"bool","parameters":[{"name":"p","is_nullable":true,"type":"dynamic"}],"variadic_parameter":{"name":"v","type":"number"}}}}"#,
    );
    assert_eq!(ProviderSchema::from_json(text).unwrap().to_json(), text);
}

/// `printed.json` is the entry of our own provider as `terraform` 1.11.4 prints it.
#[test]
fn what_terraform_printed_comes_out_the_same() {
    let printed = include_str!("printed.json").trim_end();
    assert_eq!(ProviderSchema::from_json(printed).unwrap().to_json(), printed);
}
