//! What is said of a resource's arguments because its objects are kept in the state.

use config::{IgnoreChanges, ResourceConfig};
use configschema::{Block, Nesting, Schema};
use diag::{Diagnostic, Diagnostics};
use value::{Marks, Path, PathStep, Value};

/// Ephemeral values are refused where they would be stored: everywhere but in write-only arguments.
pub(crate) fn refuse_ephemeral(config: &ResourceConfig, schema: &Schema, value: &Value) -> Diagnostics {
    if config.addr.mode == addrs::Mode::Ephemeral || !value.all_marks().contains(Marks::EPHEMERAL) {
        return Diagnostics::new();
    }
    let (bare, marks) = value.unmark_deep();
    let allowed = configschema::write_only_paths(&schema.block, &bare);
    let ephemeral = marks.iter().filter(|(_, marks)| marks.contains(Marks::EPHEMERAL)).map(|(path, _)| path);
    let refused = ephemeral.filter(|path| !allowed.iter().any(|write_only| path.0.starts_with(&write_only.0)));
    let errors = refused.map(|path| {
        let detail = format!(
            "Ephemeral values are not valid for {:?}, because it is not a write-only argument and must be persisted to \
             state.",
            path.to_string()
        );
        let written = match path.0.first() {
            Some(PathStep::Attribute(name)) => config.body.attribute(name).map(|argument| argument.expr.range()),
            _ => None,
        };
        Diagnostic::error("Invalid use of ephemeral value", detail)
            .at(written.unwrap_or_else(|| config.range.clone()))
            .next("Use a write-only argument if the resource type has one, or a value that is not ephemeral.")
    });
    errors.collect()
}

/// Entries of `ignore_changes` that name nothing, or what the configuration never sets.
pub(crate) fn ignored(config: &ResourceConfig, schema: &Schema) -> Diagnostics {
    let IgnoreChanges::Paths(entries) = &config.lifecycle.ignore_changes else { return Diagnostics::new() };
    let judged = entries.iter().filter_map(|(path, range)| {
        let verdict = judge(&schema.block, path)?;
        let diagnostic = match verdict {
            Verdict::Missing(name, suggestion) => Diagnostic::error(
                "Unsupported attribute",
                format!("This object has no argument, nested block, or exported attribute named {name:?}.{suggestion}"),
            )
            .next("Correct the name."),
            Verdict::Computed(name) => Diagnostic::warning(
                "Redundant ignore_changes element",
                format!(
                    "The provider alone decides {name:?}: the configuration cannot set it, so that ignoring its changes has no \
                     effect."
                ),
            )
            .next("Remove this entry."),
        };
        Some(diagnostic.at(range.clone()))
    });
    judged.collect()
}

enum Verdict {
    Missing(String, String),
    Computed(String),
}

fn judge(block: &Block, path: &Path) -> Option<Verdict> {
    let mut block = block;
    let mut steps = path.0.iter();
    loop {
        let PathStep::Attribute(name) = steps.next()? else { return None };
        if let Some(attribute) = block.attributes.get(name) {
            let whole = steps.next().is_none();
            let only_computed = attribute.computed && !attribute.optional && !attribute.required;
            return (whole && only_computed).then(|| Verdict::Computed(name.to_string()));
        }
        let Some(nested) = block.blocks.get(name) else {
            let names = block.attributes.keys().chain(block.blocks.keys()).map(AsRef::as_ref);
            return Some(Verdict::Missing(name.to_string(), crate::suggestion::did_you_mean(name, names)));
        };
        block = &nested.block;
        if !matches!(nested.nesting, Nesting::Single | Nesting::Group) {
            steps.next()?;
        }
    }
}
