//! Override files: what they say replaces what the other files say, argument by argument.
//!
//! The rules are those of Terraform 1.11.4, observed; they are not always what one would expect. Not followed are these:
//! Terraform ignores arguments that no schema has once a block is overridden, and `removed` blocks in override files; here
//! both are reported. It forgets the defaults in `optional(…)` of an overriding type; here they hold.

use crate::constant;
use crate::type_expr;
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use syntax::{Attribute, Block, Body, Expr, ExprKind, ObjectItem, ObjectKey, Span, UnaryOp};
use value::{Content, Type, Value, convert};

/// Merges a block of an override file into the blocks of the other files.
pub(crate) fn merge(base: &mut Vec<Block>, mut block: Block, diagnostics: &mut Diagnostics) {
    let kind = block.kind.text.clone();
    match kind.as_ref() {
        "locals" => merge_locals(base, block, diagnostics),
        "terraform" => merge_terraform(base, block, diagnostics),
        "moved" | "removed" | "import" | "check" | "language" => {
            let detail = format!("Blocks of type \"{kind}\" can appear only in normal files, not in override files.");
            let summary = match kind.as_ref() {
                "check" => "Can't override check blocks".to_owned(),
                _ => format!("Cannot override '{kind}' blocks"),
            };
            diagnostics.push(
                Diagnostic::error(summary, detail)
                    .at(block.header_range())
                    .next("Move it to a file that is not an override file."),
            );
        }
        _ => match base.iter_mut().find(|b| same_object(b, &block)) {
            Some(found) => {
                if kind.as_ref() == "variable" {
                    keep_first_conversion(&mut found.body, &block.body);
                }
                merge_objects(&mut found.body, std::mem::take(&mut block.body), diagnostics);
            }
            None => missing(base, block, diagnostics),
        },
    }
}

fn same_object(a: &Block, b: &Block) -> bool {
    let labels = |block: &Block| block.labels.iter().map(|l| l.text.clone()).collect::<Vec<_>>();
    a.kind.text == b.kind.text && labels(a) == labels(b) && alias(a) == alias(b)
}

/// The alias of a `provider` block.
fn alias(block: &Block) -> Option<String> {
    let argument = block.body.attribute("alias").filter(|_| block.kind.text.as_ref() == "provider")?;
    constant::literal(&argument.expr.root)?.as_str().map(str::to_owned)
}

/// A block that overrides nothing. An unknown type or a missing label is reported where all blocks are read.
fn missing(base: &mut Vec<Block>, block: Block, diagnostics: &mut Diagnostics) {
    let (summary, what, labels) = match block.kind.text.as_ref() {
        "variable" => ("Missing base variable declaration to override", "variable", 1),
        "output" => ("Missing base output definition to override", "output", 1),
        "module" => ("Missing module call to override", "module call", 1),
        "resource" => ("Missing resource to override", "resource", 2),
        "data" => ("Missing data resource to override", "data resource", 2),
        "ephemeral" => ("Missing ephemeral resource to override", "ephemeral resource", 2),
        "provider" => ("Missing base provider configuration for override", "provider configuration", 1),
        _ => return base.push(block),
    };
    let written: Vec<&str> = block.labels.iter().map(|l| l.text.as_ref()).collect();
    let alias = alias(&block);
    // The default configuration of a provider is there even if nobody has written it.
    if written.len() < labels || (what == "provider configuration" && alias.is_none()) {
        return base.push(block);
    }
    let name = written.join(".");
    let detail = match alias {
        Some(alias) => format!(
            "There is no {name} provider configuration with the alias \"{alias}\". An override file can only override an aliased provider configuration that was already defined in a primary configuration file."
        ),
        None => format!(
            "There is no {what} named \"{name}\". An override file can only override what was already declared in a primary configuration file."
        ),
    };
    diagnostics.push(
        Diagnostic::error(summary, detail)
            .at(block.header_range())
            .next("Declare it in another file, or check its name."),
    );
}

/// Where only the type of a variable is overridden, its default has been converted to the first type before: `"05"` is the
/// number 5, and then the string `"5"`.
fn keep_first_conversion(base: &mut Body, over: &Body) {
    if over.attribute("type").is_none() || over.attribute("default").is_some() {
        return;
    }
    let Some(ty) = base.attribute("type") else { return };
    // What is wrong with the first type is told where it is overridden.
    let (ty, defaults) = type_expr::parse(&ty.expr, &mut Diagnostics::new());
    let Some(default) = base.attributes.iter_mut().find(|a| a.name.text.as_ref() == "default") else { return };
    let span = default.expr.root.span;
    let converted = constant::literal(&default.expr.root)
        .and_then(|value| convert(&defaults.apply(&value), &ty).ok())
        .and_then(|value| literal(&value, span));
    if let Some(root) = converted {
        default.expr.root = Arc::new(root);
    }
}

/// A value as an expression.
fn literal(value: &Value, span: Span) -> Option<Expr> {
    let kind = match &value.content {
        Content::Null(_) => ExprKind::Null,
        Content::Bool(value) => ExprKind::Bool(*value),
        Content::String(text) => ExprKind::String(text.clone()),
        Content::Number(_) => {
            let text = convert(value, &Type::String).ok()?;
            let text = text.as_str()?;
            match text.strip_prefix('-') {
                Some(digits) => {
                    let digits = Expr { kind: ExprKind::Number(Arc::from(digits)), span };
                    ExprKind::Unary(UnaryOp::Negate, Box::new(digits))
                }
                None => ExprKind::Number(Arc::from(text)),
            }
        }
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
            ExprKind::Tuple(items.iter().map(|item| literal(item, span)).collect::<Option<_>>()?)
        }
        Content::Map(_, members) | Content::Object(members) => {
            let item = |(name, member): (&Arc<str>, &Value)| {
                let key = ObjectKey::Expr(Expr { kind: ExprKind::String(name.clone()), span });
                Some(ObjectItem { key, value: literal(member, span)?, alone: false })
            };
            ExprKind::Object(members.iter().map(item).collect::<Option<_>>()?)
        }
        Content::Unknown(..) => return None,
    };
    Some(Expr { kind, span })
}

/// Merges the bodies of two blocks of a file's top level.
fn merge_objects(base: &mut Body, over: Body, diagnostics: &mut Diagnostics) {
    merge_bodies(base, over, diagnostics);
    if base.attribute("count").is_some()
        && let Some(at) = base.attributes.iter().position(|a| a.name.text.as_ref() == "for_each")
    {
        let for_each = base.attributes.remove(at);
        diagnostics.push(
            Diagnostic::warning(
                "Override without effect",
                "One file sets \"count\" and another \"for_each\" for the same block. As in Terraform, \"count\" decides.",
            )
            .at(for_each.name_range())
            .next("Set the same one of the two in both files."),
        );
    }
}

fn merge_bodies(base: &mut Body, over: Body, diagnostics: &mut Diagnostics) {
    for attribute in over.attributes {
        match attribute.name.text.as_ref() {
            "depends_on" => depends_on(&attribute, diagnostics),
            _ => set(base, attribute),
        }
    }
    let (lifecycles, others): (Vec<Block>, Vec<Block>) =
        over.blocks.into_iter().partition(|b| b.kind.text.as_ref() == "lifecycle");
    let others: Vec<Block> = others.into_iter().filter(|block| !is_rule(block, diagnostics)).collect();
    let overridden = |name: &str| others.iter().any(|new| nested_type(new) == name);
    base.blocks.retain(|old| !overridden(nested_type(old)));
    base.undecided.retain(|old| !overridden(&old.name.text));
    base.blocks.extend(others);
    for lifecycle in lifecycles {
        merge_lifecycle(base, lifecycle, diagnostics);
    }
    // JSON does not say which they are: they replace both, unless they are nothing as blocks.
    for property in over.undecided {
        let name: Arc<str> = property.name.text.clone();
        base.attributes.retain(|old| old.name.text != name);
        base.undecided.retain(|old| old.name.text != name);
        if !matches!(property.value.kind, syntax::json::NodeKind::Null) {
            base.blocks.retain(|old| nested_type(old) != name.as_ref());
        }
        base.undecided.push(property);
    }
}

/// Refused where it says something.
fn depends_on(attribute: &Attribute, diagnostics: &mut Diagnostics) {
    if matches!(&attribute.expr.root.kind, ExprKind::Tuple(items) if items.is_empty()) {
        return;
    }
    diagnostics.push(
        Diagnostic::error("Unsupported override", "The depends_on argument may not be overridden.")
            .at(attribute.range())
            .next("Change it where it is written first."),
    );
}

/// Reports conditions, which cannot be overridden.
fn is_rule(block: &Block, diagnostics: &mut Diagnostics) -> bool {
    let kind = block.kind.text.as_ref();
    if !matches!(kind, "precondition" | "postcondition" | "validation") {
        return false;
    }
    diagnostics.push(
        Diagnostic::error(
            format!("Can't override {kind} blocks"),
            format!("Override files cannot override \"{kind}\" blocks."),
        )
        .at(block.header_range())
        .next("Move it to a file that is not an override file."),
    );
    true
}

/// Argument by argument, with two exceptions: what triggers a replacement cannot be overridden, and changes that are
/// ignored altogether stay so.
fn merge_lifecycle(base: &mut Body, mut over: Block, diagnostics: &mut Diagnostics) {
    over.body.blocks.retain(|block| !is_rule(block, diagnostics));
    over.body.attributes.retain(|attribute| {
        let overrides = attribute.name.text.as_ref() != "replace_triggered_by";
        if !overrides {
            diagnostics.push(
                Diagnostic::warning(
                    "Override without effect",
                    "The replace_triggered_by argument cannot be overridden. As in Terraform, what an override file says about it is ignored.",
                )
                .at(attribute.range())
                .next("Change it where the resource is declared."),
            );
        }
        overrides
    });
    let Some(old) = base.blocks.iter_mut().find(|b| b.kind.text.as_ref() == "lifecycle") else {
        return base.blocks.push(over);
    };
    for attribute in std::mem::take(&mut over.body.attributes) {
        let kept = attribute.name.text.as_ref() == "ignore_changes"
            && (matches!(&attribute.expr.root.kind, ExprKind::Tuple(items) if items.is_empty())
                || old.body.attribute("ignore_changes").is_some_and(is_all));
        if !kept {
            set(&mut old.body, attribute);
        }
    }
    merge_bodies(&mut old.body, std::mem::take(&mut over.body), diagnostics);
}

fn is_all(attribute: &Attribute) -> bool {
    matches!(&attribute.expr.root.kind, ExprKind::Variable(name) if name.text.as_ref() == "all")
}

/// The type of a nested block, also of a `dynamic` one.
fn nested_type(block: &Block) -> &str {
    match (block.kind.text.as_ref(), block.labels.first()) {
        ("dynamic", Some(label)) => label.text.as_ref(),
        (kind, _) => kind,
    }
}

fn set(body: &mut Body, attribute: Attribute) {
    body.undecided.retain(|old| old.name.text != attribute.name.text);
    match body.attributes.iter_mut().find(|a| a.name.text == attribute.name.text) {
        Some(old) => *old = attribute,
        None => body.attributes.push(attribute),
    }
}

fn merge_locals(base: &mut [Block], mut over: Block, diagnostics: &mut Diagnostics) {
    for attribute in std::mem::take(&mut over.body.attributes) {
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
    let from_other_file = |block: &Block| block.body.file != over.body.file;
    if over.body.blocks.iter().any(keeps_state) {
        for block in base.iter_mut().filter(|b| is(b, "terraform")) {
            // Two in one file are a mistake there too, told where all blocks are read.
            block.body.blocks.retain(|inner| !keeps_state(inner) || !from_other_file(inner));
        }
    }
    if over.body.attribute("required_version").is_some() {
        for block in base.iter_mut().filter(|b| is(b, "terraform") && from_other_file(b)) {
            block.body.attributes.retain(|a| a.name.text.as_ref() != "required_version");
        }
    }
    // Entries of required_providers are replaced one by one.
    let (required, others): (Vec<Block>, Vec<Block>) =
        std::mem::take(&mut over.body.blocks).into_iter().partition(|b| is(b, "required_providers"));
    over.body.blocks = others;
    for mut block in required {
        let old = base
            .iter_mut()
            .filter(|b| is(b, "terraform"))
            .flat_map(|b| b.body.blocks.iter_mut())
            .find(|b| is(b, "required_providers"));
        match old {
            Some(old) => merge_bodies(&mut old.body, std::mem::take(&mut block.body), diagnostics),
            None => over.body.blocks.push(block),
        }
    }
    base.push(over);
}
