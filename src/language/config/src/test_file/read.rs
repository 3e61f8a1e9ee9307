//! The blocks of a test file, but for mocks and overrides.

use super::{During, RunCommand, RunModule, RunOptions, TestFile, TestProvider, TestRun, mocks};
use crate::decode;
use crate::reference;
use crate::shape::{self, Shape};
use crate::{ProviderName, VersionConstraint, constant};
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
const MODULE: Shape = Shape { required: &[], optional: &["source", "version"], blocks: &[] };
const PLAN_OPTIONS: Shape = Shape { required: &[], optional: &["mode", "refresh", "replace", "target"], blocks: &[] };

/// Reads a test file.
pub(super) fn file(body: &Body, troubles: Diagnostics) -> (TestFile, Diagnostics) {
    let mut reader = Reader { troubles };
    let file = reader.file(body);
    (file, reader.troubles)
}

struct Reader {
    troubles: Diagnostics,
}

impl Reader {
    fn error(&mut self, summary: &str, detail: impl Into<String>, at: Range, next: &str) {
        self.troubles.push(Diagnostic::error(summary, detail).at(at).next(next));
    }

    fn file(&mut self, body: &Body) -> TestFile {
        FILE.check(body, &mut self.troubles);
        let mut file = TestFile::default();
        let mut names: BTreeMap<&str, Range> = BTreeMap::new();
        for block in &body.blocks {
            match block.kind.text.as_ref() {
                "run" => {
                    let Some([label]) = shape::labels(block, ["name"], &mut self.troubles) else { continue };
                    shape::check_name(label, "run block", block, &mut self.troubles);
                    if let Some(first) = names.insert(&label.text, block.header_range()) {
                        let detail = format!("This test file already has a run block named {:?}.", label.text);
                        let trouble =
                            Diagnostic::error("Duplicate \"run\" block names", detail).at(block.header_range());
                        self.troubles.push(trouble.related("the first one", first).next("Give it another name."));
                    }
                    let run = self.run(&label.text, block);
                    file.runs.push(run);
                }
                "variables" => {}
                "provider" | "mock_provider" => self.provider(block, &mut file.providers),
                _ => mocks::overriding(block, During::Apply, &mut file.overrides, &mut self.troubles),
            }
        }
        file.variables = self.variables(body, "This test file");
        file
    }

    /// The one `variables` block.
    fn variables(&mut self, body: &Body, within: &str) -> BTreeMap<Arc<str>, Expression> {
        let Some(block) = self.only(body, "variables", within) else { return BTreeMap::new() };
        shape::labels(block, [], &mut self.troubles);
        for nested in &block.body.blocks {
            self.troubles.push(shape::unsupported_block(nested, [], std::iter::empty()));
        }
        block.body.attributes.iter().map(|a| (a.name.text.clone(), a.expr.clone())).collect()
    }

    /// The only block of a type; more of it are reported.
    fn only<'b>(&mut self, body: &'b Body, kind: &'b str, within: &str) -> Option<&'b Block> {
        let mut blocks = body.blocks_of(kind);
        let first = blocks.next()?;
        for second in blocks {
            let detail = format!("{within} already has a {kind} block.");
            let trouble = Diagnostic::error(format!("Multiple {kind:?} blocks"), detail).at(second.header_range());
            let trouble = trouble.related("the first one", first.header_range());
            self.troubles.push(trouble.next("Make one block of both."));
        }
        Some(first)
    }

    fn provider(&mut self, block: &Block, all: &mut BTreeMap<ProviderName, TestProvider>) {
        let Some([label]) = shape::labels(block, ["name"], &mut self.troubles) else { return };
        shape::check_provider_name(&label.text, label.span.of(&block.body.file), &mut self.troubles);
        let (meta, rest) = shape::split(&block.body, &["alias"], &[]);
        let alias = meta.attribute("alias").and_then(|alias| {
            let text = constant::string(&alias.expr, "\"alias\"", &mut self.troubles)?;
            if !syntax::is_identifier(&text) {
                let (summary, next) = ("Invalid provider configuration alias", "Choose another name.");
                self.error(summary, shape::BAD_NAME, alias.expr.range(), next);
            }
            Some(text)
        });
        let (body, mock) = match block.kind.text.as_ref() {
            "mock_provider" => {
                let empty = Body { file: rest.file, span: rest.span, header: rest.header, ..Body::default() };
                (empty, Some(mocks::provider(block, &mut self.troubles)))
            }
            _ => (rest, None),
        };
        let key = (label.text.clone(), alias);
        let range = block.header_range();
        if let Some(first) = all.get(&key) {
            let detail = format!("A provider for {} is already defined.", reference::shown(&key));
            let trouble = Diagnostic::error("Duplicate provider block", detail).at(range);
            let trouble = trouble.related("the first one", first.range.clone());
            return self.troubles.push(trouble.next("Remove one of them, or give it another alias."));
        }
        all.insert(key, TestProvider { body, mock, range });
    }

    fn run(&mut self, name: &Arc<str>, block: &Block) -> TestRun {
        let body = &block.body;
        RUN.check(body, &mut self.troubles);
        let plans = body.attribute("command").is_some_and(|command| {
            self.keyword(&command.expr, ["apply", "plan"], "Invalid \"command\" keyword", "command") == Some("plan")
        });
        let mut overrides = Vec::new();
        for block in &body.blocks {
            mocks::overriding(block, During::Apply, &mut overrides, &mut self.troubles);
        }
        let options = self.only(body, "plan_options", "This run block");
        let module = self.only(body, "module", "This run block");
        TestRun {
            name: name.clone(),
            command: if plans { RunCommand::Plan } else { RunCommand::Apply },
            options: options.map(|options| self.options(&options.body)).unwrap_or_default(),
            variables: self.variables(body, "This run block"),
            providers: decode::passed_providers(body, &mut self.troubles),
            module: module.and_then(|module| self.module(module)),
            asserts: decode::rules(body, "assert", &mut self.troubles),
            expect_failures: self.references(body, "expect_failures"),
            overrides,
            state_key: self.string(body, "state_key"),
            range: block.header_range(),
        }
    }

    fn string(&mut self, body: &Body, name: &str) -> Option<Arc<str>> {
        constant::string(&body.attribute(name)?.expr, &format!("{name:?}"), &mut self.troubles)
    }

    fn references(&mut self, body: &Body, name: &str) -> Vec<Expression> {
        body.attribute(name).map_or_else(Vec::new, |a| reference::list(&a.expr, &mut self.troubles))
    }

    fn options(&mut self, body: &Body) -> RunOptions {
        PLAN_OPTIONS.check(body, &mut self.troubles);
        let mode = body
            .attribute("mode")
            .and_then(|mode| self.keyword(&mode.expr, ["normal", "refresh-only"], "Invalid \"mode\" keyword", "mode"));
        let refresh_only = mode == Some("refresh-only");
        let argument = body.attribute("refresh");
        let refresh = argument.and_then(|a| constant::bool(&a.expr, "\"refresh\"", &mut self.troubles)).unwrap_or(true);
        if let Some(argument) = argument.filter(|_| refresh_only && !refresh) {
            let detail = "The \"refresh\" option cannot be set to false when running a test in \"refresh-only\" mode.";
            self.error("Incompatible plan options", detail, argument.range(), "Leave one of them out.");
        }
        let (replace, target) = (self.references(body, "replace"), self.references(body, "target"));
        RunOptions { refresh_only, refresh, replace, target }
    }

    fn module(&mut self, block: &Block) -> Option<RunModule> {
        MODULE.check(&block.body, &mut self.troubles);
        let Some(source) = block.body.attribute("source") else {
            let detail = "You must specify a source attribute when executing alternate modules during test runs.";
            let summary = "Missing \"source\" attribute for module block";
            self.error(summary, detail, block.header_range(), "Write source = ….");
            return None;
        };
        let text = constant::string(&source.expr, "\"source\"", &mut self.troubles)?;
        let version = block.body.attribute("version").and_then(|version| {
            let text = constant::string(&version.expr, "\"version\"", &mut self.troubles)?;
            Some(VersionConstraint { text, range: version.expr.range() })
        });
        Some(RunModule { source: text, version, source_range: source.range(), range: block.header_range() })
    }

    /// A keyword, one of two.
    fn keyword(
        &mut self,
        expr: &Expression,
        known: [&'static str; 2],
        summary: &str,
        argument: &str,
    ) -> Option<&'static str> {
        let written = match &expr.root.kind {
            ExprKind::Variable(name) => known.into_iter().find(|keyword| *keyword == name.text.as_ref()),
            _ => None,
        };
        if written.is_none() {
            let [first, second] = known;
            let detail = format!(
                "The {argument:?} argument requires one of the following keywords without quotes: {first} or {second}."
            );
            self.error(summary, detail, expr.range(), "Write one of them.");
        }
        written
    }
}
