//! What is generated from the provider: `schema/aws.json` and the reference under `docs/`. Both are checked in, and must
//! be what the provider says now; `UPDATE_EXPECT=1` writes them anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

use configschema::{Attribute, Block, NestedBlock, Nesting, ProviderSchema, Schema, attribute_type};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use value::Type;

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn schema() -> ProviderSchema {
    sdk::provider_schema(&drform_aws::AwsProvider::new())
}

/// The file must be this text.
fn expect(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        return;
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    let different = found.lines().zip(text.lines()).position(|(one, other)| one != other);
    assert!(
        found == text,
        "{} is not what the provider says now (line {:?}). Write it anew: UPDATE_EXPECT=1 cargo test -p terraform-provider-aws --test reference",
        path.display(),
        different.map(|line| line + 1),
    );
}

#[test]
fn the_schema_file_is_what_the_provider_says() {
    let json: serde_json::Value = serde_json::from_str(&schema().to_json()).unwrap();
    expect(&here().join("../../schema/aws.json"), &format!("{json:#}\n"));
}

#[test]
fn everything_has_a_description() {
    let all = schema();
    let mut missing = Vec::new();
    let types = all.resources.iter().chain(&all.data_sources);
    for (name, schema) in types {
        without_description(&schema.block, name, &mut missing);
    }
    without_description(&Block { description: "x".into(), ..all.provider }, "provider", &mut missing);
    assert!(missing.is_empty(), "no description: {missing:#?}");
}

fn without_description(block: &Block, at: &str, missing: &mut Vec<String>) {
    if block.description.is_empty() {
        missing.push(at.to_owned());
    }
    missing.extend(
        block.attributes.iter().filter(|(_, a)| a.description.is_empty()).map(|(name, _)| format!("{at}.{name}")),
    );
    for (name, nested) in &block.blocks {
        without_description(&nested.block, &format!("{at}.{name}"), missing);
    }
}

#[test]
fn the_reference_is_what_the_provider_says() {
    let all = schema();
    let docs = here().join("docs");
    let mut pages: BTreeMap<PathBuf, String> = BTreeMap::new();
    for (name, schema) in &all.resources {
        pages.insert(docs.join("resources").join(file_of(name)), page(name, "Resource", schema, &example(name)));
    }
    for (name, schema) in &all.data_sources {
        let example = example(&format!("data.{name}"));
        pages.insert(docs.join("data-sources").join(file_of(name)), page(name, "Data source", schema, &example));
    }
    pages.insert(docs.join("index.md"), index(&all));
    for (path, text) in &pages {
        expect(path, text);
    }
    for folder in ["resources", "data-sources"] {
        for entry in fs::read_dir(docs.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            assert!(pages.contains_key(&path), "{} is the page of no type", path.display());
        }
    }
}

fn file_of(name: &str) -> String {
    format!("{}.md", name.strip_prefix("aws_").unwrap_or(name))
}

/// The example of a type; each is applied by the tests of `tests/cloud`.
fn example(name: &str) -> String {
    let path = here().join("docs/examples").join(format!("{name}.tf"));
    fs::read_to_string(&path).unwrap_or_else(|why| panic!("every type has an example: {}: {why}", path.display()))
}

fn page(name: &str, what: &str, schema: &Schema, example: &str) -> String {
    let mut out = String::new();
    let (about, import) = match schema.block.description.split_once(" Import id: ") {
        Some((about, id)) => (about, Some(id.trim_end_matches('.'))),
        None => (&*schema.block.description, None),
    };
    writeln!(out, "# {what}: {name}\n\n{about}\n\n## Example\n\n```hcl\n{}\n```", example.trim_end()).unwrap();
    let (arguments, attributes) = split(&schema.block);
    if !arguments.is_empty() || !schema.block.blocks.is_empty() {
        writeln!(out, "\n## Arguments\n").unwrap();
        list(&mut out, &arguments);
        for (block, nested) in &schema.block.blocks {
            writeln!(out, "- `{block}` ({}): {} See [below](#{block}).", blocks(nested), nested.block.description)
                .unwrap();
        }
    }
    if !attributes.is_empty() {
        writeln!(out, "\n## Attributes\n").unwrap();
        list(&mut out, &attributes);
    }
    for (block, nested) in &schema.block.blocks {
        block_section(&mut out, block, &nested.block);
    }
    if let Some(id) = import {
        let id = id.trim_matches('`');
        writeln!(out, "\n## Import\n\n```hcl\nimport {{\n  to = {name}.example\n  id = \"{id}\"\n}}\n```").unwrap();
        if schema.block.attributes.contains_key("region") {
            writeln!(out, "\nAn object of another region than the provider's: `{id}@eu-west-1`.").unwrap();
        }
    }
    out
}

fn block_section(out: &mut String, path: &str, block: &Block) {
    writeln!(out, "\n### {path}\n").unwrap();
    let (arguments, attributes) = split(block);
    list(out, &arguments);
    list(out, &attributes);
    for (name, nested) in &block.blocks {
        let inner = format!("{path}.{name}");
        writeln!(out, "- `{name}` ({}): {}", blocks(nested), nested.block.description).unwrap();
        block_section(out, &inner, &nested.block);
    }
}

type Listed<'a> = Vec<(&'a str, &'a Attribute)>;

/// What can be written, required first, and what can only be read.
fn split(block: &Block) -> (Listed<'_>, Listed<'_>) {
    let all = block.attributes.iter().map(|(name, attribute)| (&**name, attribute));
    let (mut arguments, attributes): (Listed<'_>, Listed<'_>) = all.partition(|(_, a)| a.required || a.optional);
    arguments.sort_by_key(|(_, attribute)| !attribute.required);
    (arguments, attributes)
}

fn list(out: &mut String, listed: &Listed<'_>) {
    for (name, attribute) in listed {
        let mut marks = vec![type_name(&attribute_type(attribute))];
        if attribute.required {
            marks.push("required".into());
        }
        if attribute.sensitive {
            marks.push("sensitive".into());
        }
        if attribute.write_only {
            marks.push("write-only".into());
        }
        writeln!(out, "- `{name}` ({}): {}", marks.join(", "), attribute.description).unwrap();
        if let Some(why) = &attribute.deprecated {
            writeln!(out, "  **Deprecated**: {why}").unwrap();
        }
    }
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::String => "text".into(),
        Type::Number => "number".into(),
        Type::Bool => "true or false".into(),
        Type::List(element) => format!("list of {}", type_name(element)),
        Type::Set(element) => format!("set of {}", type_name(element)),
        Type::Map(element) => format!("map of {}", type_name(element)),
        Type::Object(_) => "object".into(),
        _ => "any".into(),
    }
}

fn blocks(nested: &NestedBlock) -> &'static str {
    match (nested.nesting, nested.max_items) {
        (Nesting::Single | Nesting::Group, _) | (_, 1) => "block, at most one",
        (Nesting::Set, _) => "blocks, without order",
        _ => "blocks",
    }
}

fn index(all: &ProviderSchema) -> String {
    let mut out = String::from(
        "# The provider drform/aws\n\nInstances, encrypted disks, keys, placements and replica regions of AWS, on the AWS \
         SDK. Types and attributes carry the names and the meaning that they have in `hashicorp/aws`: a configuration \
         moves between the two by its `source` line.\n",
    );
    writeln!(out, "\n## Example\n\n```hcl\n{}\n```", example("provider").trim_end()).unwrap();
    writeln!(out, "\n## Provider block\n").unwrap();
    let (arguments, _) = split(&all.provider);
    list(&mut out, &arguments);
    for (name, nested) in &all.provider.blocks {
        writeln!(out, "- `{name}` ({}): {} See [below](#{name}).", blocks(nested), nested.block.description).unwrap();
    }
    for (name, nested) in &all.provider.blocks {
        block_section(&mut out, name, &nested.block);
    }
    writeln!(out, "\n## Resources\n").unwrap();
    for (name, schema) in &all.resources {
        writeln!(out, "- [`{name}`](resources/{}): {}", file_of(name), short(schema)).unwrap();
    }
    writeln!(out, "\n## Data sources\n").unwrap();
    for (name, schema) in &all.data_sources {
        writeln!(out, "- [`{name}`](data-sources/{}): {}", file_of(name), short(schema)).unwrap();
    }
    out
}

fn short(schema: &Schema) -> &str {
    schema.block.description.split(" Import id: ").next().unwrap_or_default()
}
