//! Mocks and overrides.

use super::{During, Mock, MockData, MockProvider, Override, OverrideKind};
use crate::constant;
use crate::shape::{self, Shape};
use addrs::{Mode, Target};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::{Attribute, Block, Body, ExprKind, Expression};

const MOCK_PROVIDER: Shape = Shape {
    required: &[],
    optional: &["alias", "source", "override_during"],
    blocks: &["mock_resource", "mock_data", "override_resource", "override_data"],
};
const MOCK_DATA: Shape = Shape { required: &[], optional: &[], blocks: MOCK_PROVIDER.blocks };
const MOCK: Shape = Shape { required: &[], optional: &["defaults", "override_during"], blocks: &[] };
const OVERRIDE: Shape = Shape { required: &[], optional: &["target", "values", "override_during"], blocks: &[] };
const OVERRIDE_MODULE: Shape =
    Shape { required: &[], optional: &["target", "outputs", "override_during"], blocks: &[] };

/// The content of a file of mock data.
pub(super) fn file(body: &Body, during: During, troubles: &mut Diagnostics) -> MockData {
    MOCK_DATA.check(body, troubles);
    data(body, during, troubles)
}

/// A `mock_provider` block, but for its name.
pub(super) fn provider(block: &Block, troubles: &mut Diagnostics) -> MockProvider {
    MOCK_PROVIDER.check(&block.body, troubles);
    let during = override_during(&block.body, During::Apply, troubles);
    let source = block.body.attribute("source");
    let source = source.and_then(|source| constant::string(&source.expr, "\"source\"", troubles));
    MockProvider { source, during, data: data(&block.body, during, troubles) }
}

fn data(body: &Body, during: During, troubles: &mut Diagnostics) -> MockData {
    let mut found = MockData::default();
    for block in &body.blocks {
        match block.kind.text.as_ref() {
            "mock_resource" => mock(block, during, &mut found.resources, troubles),
            "mock_data" => mock(block, during, &mut found.data_sources, troubles),
            _ => overriding(block, during, &mut found.overrides, troubles),
        }
    }
    found
}

fn mock(block: &Block, during: During, all: &mut BTreeMap<Arc<str>, Mock>, troubles: &mut Diagnostics) {
    let Some([label]) = shape::labels(block, ["type"], troubles) else { return };
    MOCK.check(&block.body, troubles);
    let defaults = block.body.attribute("defaults").map(|defaults| constant_value(defaults, troubles));
    let during = override_during(&block.body, during, troubles);
    if let Some(first) = all.get(&label.text) {
        let kind = &block.kind.text;
        let detail = format!("A {kind} block for {} has already been defined.", label.text);
        troubles.push(
            Diagnostic::error(format!("Duplicate {kind} block"), detail)
                .at(label.span.of(&block.body.file))
                .related("the first one", first.range.clone())
                .next("Make one block of both."),
        );
        return;
    }
    all.insert(label.text.clone(), Mock { defaults, during, range: block.header_range() });
}

fn constant_value(attribute: &Attribute, troubles: &mut Diagnostics) -> Expression {
    constant::check_constant(&attribute.expr, troubles);
    attribute.expr.clone()
}

/// Reads an `override_…` block; blocks of other types are none of ours.
pub(super) fn overriding(block: &Block, during: During, all: &mut Vec<Override>, troubles: &mut Diagnostics) {
    let (kind, shape, name) = match block.kind.text.as_ref() {
        "override_resource" => (OverrideKind::Resource, OVERRIDE, "values"),
        "override_data" => (OverrideKind::Data, OVERRIDE, "values"),
        "override_module" => (OverrideKind::Module, OVERRIDE_MODULE, "outputs"),
        _ => return,
    };
    shape.check(&block.body, troubles);
    let during = override_during(&block.body, during, troubles);
    let values = block.body.attribute(name);
    if let Some(values) = values.filter(|values| is_no_object(&values.expr.root.kind)) {
        let article = if name == "outputs" { "an" } else { "a" };
        let detail = format!("{} blocks must specify {article} {name} attribute that is an object.", kind.block());
        troubles.push(
            Diagnostic::error(format!("Invalid {name} attribute"), detail).at(values.range()).next("Write an object."),
        );
    }
    let values = values.map(|values| constant_value(values, troubles));
    let Some(target) = block.body.attribute("target") else {
        let detail = format!("{} blocks must specify a target address.", kind.block());
        let missing = Diagnostic::error("Missing target attribute", detail).at(block.header_range());
        return troubles.push(missing.next("Write target = …."));
    };
    let range = block.header_range();
    let Some(found) = read_target(kind, target, troubles) else { return };
    if let Some(first) = all.iter().find(|known| known.target == found) {
        let kind = kind.block();
        let detail = format!("An {kind} block targeting {found} has already been defined.");
        troubles.push(
            Diagnostic::error(format!("Duplicate {kind} block"), detail)
                .at(range)
                .related("the first one", first.range.clone())
                .next("Make one block of both."),
        );
        return;
    }
    all.push(Override { kind, target: found, values, during, range, target_range: target.range() });
}

/// Literals that are surely none; what is written with operators shows when it is evaluated.
fn is_no_object(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::String(_)
            | ExprKind::Template(_)
            | ExprKind::Tuple(_)
            | ExprKind::Null
    )
}

fn read_target(kind: OverrideKind, target: &Attribute, troubles: &mut Diagnostics) -> Option<Target> {
    let Some(found) = super::target(&target.expr) else {
        if !matches!(target.expr.root.kind, ExprKind::Error) {
            let detail =
                "The target must be the address of a module, a resource or an instance of one, with constant keys.";
            troubles.push(
                Diagnostic::error("Invalid address", detail)
                    .at(target.expr.range())
                    .next("Write an address such as aws_instance.db or module.network, without quotes."),
            );
        }
        return None;
    };
    let mode = match &found {
        Target::Module(_) => None,
        Target::Resource(_, resource) => Some(resource.mode),
        Target::Instance(addr) => Some(addr.resource.mode),
    };
    let (fits, what) = match kind {
        OverrideKind::Resource => (mode == Some(Mode::Managed), "resources"),
        OverrideKind::Data => (mode == Some(Mode::Data), "data sources"),
        OverrideKind::Module => (mode.is_none(), "modules"),
    };
    if !fits {
        let detail = format!("You can only target {what} from {} blocks, not {found}.", kind.block());
        troubles.push(
            Diagnostic::error("Invalid override target", detail)
                .at(target.range())
                .next(format!("Name one of the {what}, or use another block type.")),
        );
        return None;
    }
    Some(found)
}

fn override_during(body: &Body, otherwise: During, troubles: &mut Diagnostics) -> During {
    let Some(argument) = body.attribute("override_during") else { return otherwise };
    match &argument.expr.root.kind {
        ExprKind::Variable(name) if name.text.as_ref() == "plan" => During::Plan,
        ExprKind::Variable(name) if name.text.as_ref() == "apply" => During::Apply,
        ExprKind::Error => otherwise,
        _ => {
            let detail = "The override_during attribute must be a value of plan or apply.";
            troubles.push(
                Diagnostic::error("Invalid override_during value", detail)
                    .at(argument.range())
                    .next("Write plan or apply, without quotes."),
            );
            otherwise
        }
    }
}
