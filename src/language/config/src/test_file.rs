//! Test files (`*.tftest.hcl`): whether they are well formed. What their runs come to is for `test`.
//!
//! Blocks and arguments are those of Terraform 1.11.4 (measured with `terraform validate`).

use crate::json;
use crate::shape::{self, Shape};
use diag::{Diagnostic, Diagnostics, Range};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::{Block, Body, ExprKind, Expression};

const FILE: Shape = Shape {
    required: &[],
    optional: &[],
    blocks: &["run", "variables", "provider", "mock_provider", "override_resource", "override_data", "override_module"],
};
const RUN: Shape = Shape {
    required: &[],
    optional: &["command", "providers", "expect_failures", "state_key"],
    blocks: &["plan_options", "assert", "variables", "module", "override_resource", "override_data", "override_module"],
};
const ASSERT: Shape = Shape { required: &["condition", "error_message"], optional: &[], blocks: &[] };
const MODULE: Shape = Shape { required: &[], optional: &["source", "version"], blocks: &[] };
const PLAN_OPTIONS: Shape = Shape { required: &[], optional: &["mode", "refresh", "replace", "target"], blocks: &[] };
const MOCK_PROVIDER: Shape = Shape {
    required: &[],
    optional: &["alias", "source", "override_during"],
    blocks: &["mock_resource", "mock_data", "override_resource", "override_data"],
};
const MOCK: Shape = Shape { required: &[], optional: &["defaults", "override_during"], blocks: &[] };
const OVERRIDE: Shape = Shape { required: &[], optional: &["target", "values", "override_during"], blocks: &[] };
const OVERRIDE_MODULE: Shape =
    Shape { required: &[], optional: &["target", "outputs", "override_during"], blocks: &[] };

/// True for the name of a test file, for Terraform (`x.tftest.hcl`) or OpenTofu (`x.tofutest.hcl`), in either form.
pub fn is_test_file(name: &str) -> bool {
    [".tftest.hcl", ".tftest.json", ".tofutest.hcl", ".tofutest.json"].iter().any(|end| name.ends_with(end))
}

/// What is wrong with a test file by itself.
pub fn check_test_file(name: Arc<str>, text: Arc<str>) -> Diagnostics {
    let in_json = name.ends_with(".json");
    let (file, mut troubles) = if in_json { syntax::parse_json(name, text) } else { syntax::parse(name, text) };
    let body = if in_json { json::settle_test(file.body, &mut troubles) } else { file.body };
    let mut check = Check { troubles };
    check.file(&body);
    check.troubles
}

struct Check {
    troubles: Diagnostics,
}

impl Check {
    fn error(&mut self, summary: &str, detail: impl Into<String>, at: Range, next: &str) {
        self.troubles.push(Diagnostic::error(summary, detail).at(at).next(next));
    }

    fn file(&mut self, body: &Body) {
        FILE.check(body, &mut self.troubles);
        let mut runs: BTreeMap<&str, Range> = BTreeMap::new();
        let mut variables: Option<Range> = None;
        for block in &body.blocks {
            match block.kind.text.as_ref() {
                "run" => {
                    let Some([label]) = shape::labels(block, ["name"], &mut self.troubles) else { continue };
                    shape::check_name(label, "run block", block, &mut self.troubles);
                    if let Some(first) = runs.insert(&label.text, block.header_range()) {
                        let detail = format!("This test file already has a run block named {:?}.", label.text);
                        let trouble =
                            Diagnostic::error("Duplicate \"run\" block names", detail).at(block.header_range());
                        self.troubles.push(trouble.related("the first one", first).next("Give it another name."));
                    }
                    self.run(&block.body);
                }
                "variables" => {
                    if variables.replace(block.header_range()).is_some() {
                        let detail = "This test file already has a variables block.";
                        self.error(
                            "Multiple \"variables\" blocks",
                            detail,
                            block.header_range(),
                            "Make one block of both.",
                        );
                    }
                }
                "provider" => {
                    shape::labels(block, ["name"], &mut self.troubles);
                }
                "mock_provider" => self.mock_provider(block),
                _ => self.overriding(block),
            }
        }
    }

    fn run(&mut self, body: &Body) {
        RUN.check(body, &mut self.troubles);
        if let Some(command) = body.attribute("command") {
            let known = ["apply", "plan"];
            self.keyword(&command.expr, known, "Invalid \"command\" keyword", "command");
        }
        for block in &body.blocks {
            match block.kind.text.as_ref() {
                "assert" => ASSERT.check(&block.body, &mut self.troubles),
                "module" => {
                    MODULE.check(&block.body, &mut self.troubles);
                    if block.body.attribute("source").is_none() {
                        let detail =
                            "You must specify a source attribute when executing alternate modules during test runs.";
                        let summary = "Missing \"source\" attribute for module block";
                        self.error(summary, detail, block.header_range(), "Write source = ….");
                    }
                }
                "plan_options" => {
                    PLAN_OPTIONS.check(&block.body, &mut self.troubles);
                    if let Some(mode) = block.body.attribute("mode") {
                        self.keyword(&mode.expr, ["normal", "refresh-only"], "Invalid \"mode\" keyword", "mode");
                    }
                }
                _ => self.overriding(block),
            }
        }
    }

    fn keyword(&mut self, expr: &Expression, known: [&str; 2], summary: &str, argument: &str) {
        let written = matches!(&expr.root.kind, ExprKind::Variable(name) if known.contains(&name.text.as_ref()));
        if !written {
            let [first, second] = known;
            let detail = format!(
                "The {argument:?} argument requires one of the following keywords without quotes: {first} or {second}."
            );
            self.error(summary, detail, expr.range(), "Write one of them.");
        }
    }

    fn mock_provider(&mut self, block: &Block) {
        shape::labels(block, ["name"], &mut self.troubles);
        MOCK_PROVIDER.check(&block.body, &mut self.troubles);
        for nested in &block.body.blocks {
            match nested.kind.text.as_ref() {
                "mock_resource" | "mock_data" => {
                    shape::labels(nested, ["type"], &mut self.troubles);
                    MOCK.check(&nested.body, &mut self.troubles);
                }
                _ => self.overriding(nested),
            }
        }
    }

    fn overriding(&mut self, block: &Block) {
        let kind = block.kind.text.as_ref();
        match kind {
            "override_resource" | "override_data" => OVERRIDE.check(&block.body, &mut self.troubles),
            "override_module" => OVERRIDE_MODULE.check(&block.body, &mut self.troubles),
            _ => return,
        }
        if block.body.attribute("target").is_none() {
            let detail = format!("{kind} blocks must specify a target address.");
            self.error("Missing target attribute", detail, block.header_range(), "Write target = ….");
        }
        let name = if kind == "override_module" { "outputs" } else { "values" };
        let is_none = |kind: &ExprKind| {
            matches!(kind, ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::String(_) | ExprKind::Template(_))
        };
        if let Some(values) = block.body.attribute(name).filter(|values| is_none(&values.expr.root.kind)) {
            let detail = format!("{kind} blocks must specify a {name} attribute that is an object.");
            self.error(&format!("Invalid {name} attribute"), detail, values.range(), "Write an object.");
        }
    }
}
