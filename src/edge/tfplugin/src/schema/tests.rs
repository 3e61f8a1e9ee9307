use super::*;
use value::Type;

/// One attribute of each flag, every nesting, nested attributes: all of it comes back.
fn everything() -> ProviderSchema {
    let secret = Attribute { sensitive: true, write_only: true, ..Attribute::optional(Type::String) };
    let old = Attribute { deprecated: Some("use b".into()), ..Attribute::optional_computed(Type::Number) };
    let mut block = Block::default().described("A thing.");
    block.attributes.insert("a".into(), old);
    block.attributes.insert("b".into(), Attribute::required(Type::list(Type::object([("x", Type::Dynamic)]))));
    block.attributes.insert("secret".into(), secret);
    block.attributes.insert("id".into(), Attribute::computed(Type::String).described("Its `id`."));
    let inner = block.clone();
    for (name, nesting) in [
        ("single", Nesting::Single),
        ("group", Nesting::Group),
        ("list", Nesting::List),
        ("set", Nesting::Set),
        ("map", Nesting::Map),
    ] {
        block.blocks.insert(name.into(), NestedBlock { nesting, block: inner.clone(), min_items: 1, max_items: 3 });
    }
    block.deprecated = Some("".into());
    let function = Function {
        summary: "f".into(),
        description: "does".into(),
        deprecated: Some("use g".into()),
        ..Function::new(
            [FunctionParameter {
                allow_null: true,
                description: "all".into(),
                ..FunctionParameter::new("zones", Type::set(Type::String))
            }],
            Type::tuple([Type::Bool]),
        )
    };
    ProviderSchema {
        identities: Default::default(),
        provider: inner.clone(),
        resources: [("x_thing".into(), Arc::new(Schema { version: 3, block: block.clone() }))].into(),
        data_sources: [("x_thing".into(), Arc::new(Schema { version: 0, block: block.clone() }))].into(),
        ephemeral: [("x_secret".into(), Arc::new(Schema { version: 0, block }))].into(),
        functions: [("f".into(), function)].into(),
        plan_destroy: true,
        provider_meta: Some(inner),
    }
}

#[test]
fn protocol_6_comes_back() {
    let mut schema = everything();
    let attributes = [("deep".into(), Attribute::required(Type::Bool))].into();
    let nested = AttributeType::Nested(NestedAttributes { nesting: Nesting::Map, attributes });
    let thing = Arc::make_mut(schema.resources.get_mut("x_thing").unwrap());
    thing.block.attributes.insert("nested".into(), Attribute { ty: nested, ..Attribute::optional(Type::Bool) });
    assert_eq!(provider_schema_from_wire(&provider_schema_to_wire(&schema)), Ok(schema));
}

#[test]
fn protocol_5_comes_back() {
    let mut schema = everything();
    let five = schema5_from_6(provider_schema_to_wire(&schema)).unwrap();
    schema.functions.clear();
    assert_eq!(provider_schema_from_wire(&schema6_from_5(five)), Ok(schema));
}

#[test]
fn troubles_name_their_place() {
    let attribute = |name: &str, ty: &str| wire_schema::Attribute {
        name: name.into(),
        r#type: ty.to_string().into(),
        ..Default::default()
    };
    let block = wire_schema::Block { attributes: vec![attribute("a", "[\"bag\",\"string\"]")], ..Default::default() };
    let schema = wire::Schema { version: 0, block: Some(block) };
    let message = get_provider_schema::Response {
        resource_schemas: [("x_thing".to_string(), schema)].into(),
        ..Default::default()
    };
    let why = provider_schema_from_wire(&message).unwrap_err();
    assert_eq!(why, r#"resource type "x_thing": attribute "a": invalid type description ["bag","string"]"#);
}
