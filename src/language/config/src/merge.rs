//! Override files: what they say replaces what the other files say, argument by argument.

use crate::constant;
use diag::{Diagnostic, Diagnostics};
use syntax::{Attribute, Block, Body};

/// True for files whose blocks override those of the others.
pub(crate) fn is_override(file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let stem = stem.strip_suffix(".tf").unwrap_or(stem);
    stem == "override" || stem.ends_with("_override")
}

/// Merges a block of an override file into the blocks of the other files.
pub(crate) fn merge(base: &mut Vec<Block>, block: Block, diagnostics: &mut Diagnostics) {
    match block.kind.text.as_ref() {
        "locals" => merge_locals(base, block, diagnostics),
        "terraform" => merge_terraform(base, block, diagnostics),
        "moved" | "removed" | "import" | "check" | "language" => {
            let kind = block.kind.text.as_ref();
            let detail = format!("Blocks of type \"{kind}\" can appear only in normal files, not in override files.");
            diagnostics.push(
                Diagnostic::error(format!("Cannot override '{kind}' blocks"), detail)
                    .at(block.header_range())
                    .next("Move it to a file that is not an override file."),
            );
        }
        _ => match base.iter_mut().find(|b| same_object(b, &block)) {
            Some(found) => merge_bodies(&mut found.body, block.body, diagnostics),
            None => missing(base, block, diagnostics),
        },
    }
}

fn same_object(a: &Block, b: &Block) -> bool {
    let labels = |block: &Block| block.labels.iter().map(|l| l.text.clone()).collect::<Vec<_>>();
    let alias = |block: &Block| {
        let argument = block.body.attribute("alias").filter(|_| block.kind.text.as_ref() == "provider")?;
        constant::literal(&argument.expr.root)?.as_str().map(str::to_owned)
    };
    a.kind.text == b.kind.text && labels(a) == labels(b) && alias(a) == alias(b)
}

/// A block that overrides nothing. An unknown type or a missing label is reported where all blocks are read.
fn missing(base: &mut Vec<Block>, block: Block, diagnostics: &mut Diagnostics) {
    let what = match block.kind.text.as_ref() {
        "variable" => "variable declaration",
        "output" => "output definition",
        "module" => "module call",
        "provider" => "provider configuration",
        "resource" => "resource",
        "data" => "data resource",
        "ephemeral" => "ephemeral resource",
        _ => return base.push(block),
    };
    if block.labels.is_empty() {
        return base.push(block);
    }
    let labels: Vec<&str> = block.labels.iter().map(|l| l.text.as_ref()).collect();
    let detail = format!(
        "There is no {what} named \"{}\". An override file can only override what was already declared in a primary configuration file.",
        labels.join(".")
    );
    diagnostics.push(
        Diagnostic::error(format!("Missing base {what} to override"), detail)
            .at(block.header_range())
            .next("Declare it in another file, or check its name."),
    );
}

fn merge_bodies(base: &mut Body, over: Body, diagnostics: &mut Diagnostics) {
    for attribute in over.attributes {
        if attribute.name.text.as_ref() == "depends_on" {
            diagnostics.push(
                Diagnostic::error("Unsupported override", "The depends_on argument may not be overridden.")
                    .at(attribute.range())
                    .next("Change it where it is written first."),
            );
        } else {
            set(base, attribute);
        }
    }
    let (lifecycles, others): (Vec<Block>, Vec<Block>) =
        over.blocks.into_iter().partition(|b| b.kind.text.as_ref() == "lifecycle");
    base.blocks.retain(|old| !others.iter().any(|new| nested_type(new) == nested_type(old)));
    base.blocks.extend(others);
    for lifecycle in lifecycles {
        match base.blocks.iter_mut().find(|b| b.kind.text.as_ref() == "lifecycle") {
            Some(found) => merge_bodies(&mut found.body, lifecycle.body, diagnostics),
            None => base.blocks.push(lifecycle),
        }
    }
}

/// The type of a nested block, also of a `dynamic` one.
fn nested_type(block: &Block) -> &str {
    match (block.kind.text.as_ref(), block.labels.first()) {
        ("dynamic", Some(label)) => label.text.as_ref(),
        (kind, _) => kind,
    }
}

fn set(body: &mut Body, attribute: Attribute) {
    match body.attributes.iter_mut().find(|a| a.name.text == attribute.name.text) {
        Some(old) => *old = attribute,
        None => body.attributes.push(attribute),
    }
}

fn merge_locals(base: &mut [Block], over: Block, diagnostics: &mut Diagnostics) {
    for attribute in over.body.attributes {
        let old = base
            .iter_mut()
            .filter(|b| b.kind.text.as_ref() == "locals")
            .flat_map(|b| b.body.attributes.iter_mut())
            .find(|a| a.name.text == attribute.name.text);
        match old {
            Some(old) => *old = attribute,
            None => {
                let detail = format!(
                    "There is no local value named \"{}\". An override file can only override a local value that was already defined in a primary configuration file.",
                    attribute.name.text
                );
                diagnostics.push(
                    Diagnostic::error("Missing base local value definition to override", detail)
                        .at(attribute.range())
                        .next("Define it in another file, or check its name."),
                );
            }
        }
    }
}

fn merge_terraform(base: &mut Vec<Block>, mut over: Block, diagnostics: &mut Diagnostics) {
    let is = |block: &Block, kind: &str| block.kind.text.as_ref() == kind;
    let keeps_state = |block: &Block| is(block, "backend") || is(block, "cloud");
    if over.body.blocks.iter().any(keeps_state) {
        for block in base.iter_mut().filter(|b| is(b, "terraform")) {
            block.body.blocks.retain(|inner| !keeps_state(inner));
        }
    }
    if over.body.attribute("required_version").is_some() {
        for block in base.iter_mut().filter(|b| is(b, "terraform")) {
            block.body.attributes.retain(|a| a.name.text.as_ref() != "required_version");
        }
    }
    // Entries of required_providers are replaced one by one.
    let (required, others): (Vec<Block>, Vec<Block>) =
        over.body.blocks.into_iter().partition(|b| is(b, "required_providers"));
    over.body.blocks = others;
    for block in required {
        let old = base
            .iter_mut()
            .filter(|b| is(b, "terraform"))
            .flat_map(|b| b.body.blocks.iter_mut())
            .find(|b| is(b, "required_providers"));
        match old {
            Some(old) => merge_bodies(&mut old.body, block.body, diagnostics),
            None => over.body.blocks.push(block),
        }
    }
    base.push(over);
}
