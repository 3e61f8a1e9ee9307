//! What a provider means, as a place in the configuration: the nearest argument or block that is surely it.

use crate::session::schema_of;
use config::{ModuleTree, ResourceConfig};
use configschema::{AttributeType, Block as Schema, Nesting};
use diag::{Diagnostic, Diagnostics, PartStep, Range};
use plan::Schemas;
use syntax::{Block, Body, Expr, ExprKind, ObjectKey};

/// Puts what names a part of a block at that part, and what only names an address at its block; the block stays in
/// sight.
pub(crate) fn pointed(diagnostics: Diagnostics, tree: &ModuleTree, schemas: &Schemas) -> Diagnostics {
    diagnostics.map(|diagnostic| match place(&diagnostic, tree, schemas) {
        Some((Some(part), header)) => diagnostic.at(part).within(header),
        Some((None, header)) if diagnostic.subject.is_none() => diagnostic.at(header),
        _ => diagnostic,
    })
}

/// The part, if it is written, and the header of its block; `None` where something nearer is underlined already, and for
/// addresses that are not in the configuration.
fn place(diagnostic: &Diagnostic, tree: &ModuleTree, schemas: &Schemas) -> Option<(Option<Range>, Range)> {
    let address = diagnostic.address.as_ref()?;
    let (body, header, schema) = match resource(address, tree, schemas) {
        Some((config, schema)) => (&config.body, &config.range, schema),
        None => {
            let modules = tree.modules.iter();
            let mut blocks = modules
                .flat_map(|(path, module)| module.provider_configs.values().map(move |block| (path.clone(), block)));
            let (_, block) = blocks.find(|(path, block)| {
                let named = addrs::parse_provider_config(address);
                named.is_ok_and(|n| n.module == *path && n.alias == block.alias && n.provider == block.provider)
            })?;
            let schema = &schemas.get(&block.provider)?.provider;
            (&block.body, &block.range, schema)
        }
    };
    if diagnostic.subject.as_ref().is_some_and(|subject| subject != header) {
        return None;
    }
    Some((nearest(body, schema, &diagnostic.part), header.clone()))
}

fn resource<'s>(address: &str, tree: &'s ModuleTree, schemas: &'s Schemas) -> Option<(&'s ResourceConfig, &'s Schema)> {
    let addr = addrs::parse_resource_instance(address).ok()?;
    let config = tree.module(&addr.module.path())?.resources.get(&addr.resource)?;
    Some((config, &schema_of(schemas, &addr, &config.provider_config)?.block))
}

/// The nearest thing to a part that is written in a body.
fn nearest(body: &Body, schema: &Schema, part: &[PartStep]) -> Option<Range> {
    let (PartStep::Name(name), rest) = part.split_first()? else { return None };
    if let Some(argument) = body.attribute(name) {
        let inner = item(&argument.expr.root, schema, name, rest);
        return Some(inner.map_or_else(|| argument.range(), |expr| argument.expr.range_of(expr)));
    }
    let nested = schema.blocks.get(name.as_str())?;
    let (block, rest) = chosen(body, name, nested.nesting, rest)?;
    nearest(&block.body, &nested.block, rest).or_else(|| Some(block.header.of(&block.body.file)))
}

/// The written block that a step means. Which one of a set, and of those that a `dynamic` block makes, nobody can tell.
fn chosen<'b>(
    body: &'b Body,
    name: &'b str,
    nesting: Nesting,
    part: &'b [PartStep],
) -> Option<(&'b Block, &'b [PartStep])> {
    let dynamic = |block: &&Block| block.kind.text.as_ref() == "dynamic" && label(block) == Some(name);
    if let Some(block) = body.blocks.iter().find(dynamic) {
        let content = block.body.blocks_of("content").next().unwrap_or(block);
        return body.blocks_of(name).next().is_none().then_some((content, part.get(1..).unwrap_or_default()));
    }
    let mut blocks = body.blocks_of(name);
    match (nesting, part.split_first()) {
        (Nesting::Single | Nesting::Group, _) => Some((blocks.next()?, part)),
        (Nesting::List, Some((PartStep::Place(place), rest))) => {
            Some((blocks.nth(usize::try_from(*place).ok()?)?, rest))
        }
        (Nesting::Map, Some((PartStep::Name(key), rest))) => Some((blocks.find(|b| label(b) == Some(key))?, rest)),
        (_, step) => {
            let only = blocks.next()?;
            blocks.next().is_none().then_some((only, step.map_or(&[][..], |(_, rest)| rest)))
        }
    }
}

fn label(block: &Block) -> Option<&str> {
    Some(&block.labels.first()?.text)
}

/// The item of a written object that a part means; a place in brackets only where the argument is a list.
fn item<'e>(expr: &'e Expr, schema: &Schema, name: &str, part: &[PartStep]) -> Option<&'e Expr> {
    let attribute = schema.attributes.get(name)?;
    let list = match &attribute.ty {
        AttributeType::Plain(ty) => matches!(ty, value::Type::List(_) | value::Type::Tuple(_)),
        AttributeType::Nested(nested) => nested.nesting == Nesting::List,
    };
    match (&expr.kind, part.split_first()?) {
        (ExprKind::Object(items), (PartStep::Name(key), _)) => {
            let named = items.iter().rev().find(|item| match &item.key {
                ObjectKey::Bare(name) => *name.text == **key,
                ObjectKey::Expr(expr) => matches!(&expr.kind, ExprKind::String(text) if **text == **key),
            });
            named.map(|item| &item.value)
        }
        (ExprKind::Tuple(items), (PartStep::Place(place), _)) if list => items.get(usize::try_from(*place).ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
