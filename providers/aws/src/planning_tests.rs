//! What the shape alone says of a plan.

use super::*;
use crate::shape::{flag, int, text};

fn definition() -> Definition {
    let block = Shape::default()
        .field("name", text().required())
        .field("on", flag().default(true))
        .field("place", text().optional().computed());
    let fixed = Shape::default().field("key", text().optional().computed().replaces());
    let shape = Shape::default()
        .field("zone", text().optional().computed().replaces())
        .field("size", int().optional())
        .set("rule", "Rules.", block)
        .one("root", "The root.", fixed)
        .with_block("root", |block| (block.computed, block.replaces) = (true, true));
    Definition::new("aws_thing", "thing", "A thing.", shape)
}

fn rule(name: &str, on: Value, place: Value) -> Value {
    Value::object([("name", Value::string(name)), ("on", on), ("place", place)])
}

fn thing(definition: &Definition, zone: Value, rules: &[Value]) -> Fields {
    let mut thing = Fields::empty(&definition.shape);
    thing.set("zone", zone);
    let element = definition.shape.blocks["rule"].ty.clone();
    thing.set("rule", Value::set(element, rules.iter().cloned()));
    thing
}

#[test]
fn defaults_of_blocks_in_sets() {
    let definition = definition();
    let (null, unknown) = (Value::null(Type::Bool), Value::unknown(Type::Bool));
    let place = || Value::unknown(Type::String);
    let no_place = || Value::null(Type::String);
    let settle = |planned: Value, written: &[Value]| {
        let config = thing(&definition, no_place(), written).object();
        let planned = thing(&definition, no_place(), &[planned]).object();
        let out = settled(&definition.shape, &planned, Some(&config), None);
        out.get("rule").and_then(Value::as_items).map(<[Value]>::to_vec).unwrap_or_default()
    };
    let (on, off) = (Value::bool(true), Value::bool(false));
    let rows = [
        // Not written: the default, whatever the proposal made of it.
        (rule("a", unknown.clone(), place()), vec![rule("a", null.clone(), no_place())], on.clone()),
        (rule("a", null.clone(), place()), vec![rule("a", null.clone(), no_place())], on.clone()),
        // What was there before is not what is written.
        (rule("a", off.clone(), place()), vec![rule("a", null.clone(), no_place())], on.clone()),
        // Written.
        (rule("a", off.clone(), place()), vec![rule("a", off.clone(), no_place())], off.clone()),
        // An apply will tell.
        (rule("a", unknown.clone(), place()), vec![rule("a", unknown.clone(), no_place())], unknown.clone()),
        // Among others.
        (
            rule("a", unknown.clone(), place()),
            vec![rule("b", off.clone(), no_place()), rule("a", null.clone(), no_place())],
            on.clone(),
        ),
        // Nothing fits: it cannot be told what is written.
        (rule("a", unknown.clone(), place()), vec![rule("b", off, no_place())], on),
    ];
    for (planned, written, expected) in rows {
        let out = settle(planned.clone(), &written);
        assert_eq!(out, [rule(planned.get("name").unwrap().as_str().unwrap(), expected, place())], "{written:?}");
    }
}

#[test]
fn only_what_is_written_replaces() {
    let definition = definition();
    let text = |text: &str| Value::string(text);
    let unknown = || Value::unknown(Type::String);
    let null = || Value::null(Type::String);
    let rows = [
        (null(), unknown(), false),
        (unknown(), unknown(), true),
        (text("b"), text("b"), true),
        // A type may decide to change it by itself.
        (null(), text("b"), true),
        (null(), text("a"), false),
    ];
    for (config, planned, expected) in rows {
        let fields = |zone: Value| thing(&definition, zone, &[]);
        let plan = Plan {
            prior: Some(fields(text("a"))),
            config: fields(config.clone()),
            planned: fields(planned.clone()),
            replaces: Vec::new(),
            findings: Vec::new(),
            private: sdk::Private::default(),
        };
        let (out, _) = end(&definition, plan);
        let expected = if expected { vec![Path::attribute("zone")] } else { Vec::new() };
        assert_eq!(out.requires_replace, expected, "{config:?} {planned:?}");
    }
    // Blocks that the provider fills in.
    let mut prior = thing(&definition, null(), &[]);
    let mut block = prior.new_block("root");
    block.set("key", text("k"));
    prior.set_blocks("root", [block]);
    let mut planned = prior.clone();
    planned.set_unknown("root");
    let config = thing(&definition, null(), &[]);
    let plan = Plan {
        prior: Some(prior),
        config,
        planned,
        replaces: Vec::new(),
        findings: Vec::new(),
        private: sdk::Private::default(),
    };
    assert_eq!(end(&definition, plan).0.requires_replace, []);
}
