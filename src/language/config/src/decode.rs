//! Blocks of one module to declarations.

mod check;
mod module_call;
mod output;
mod provider;
mod provisioner;
mod refactoring;
mod resource;
mod terraform;
mod variable;

pub(crate) use module_call::passed_providers;

use crate::constant;
use crate::reference;
use crate::shape::{self, Shape};
use crate::{CheckRule, Local, Module};
use addrs::ModulePath;
use diag::{Diagnostic, Diagnostics, Range, SourceTexts};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use syntax::{Attribute, Block, Body, Expression};

/// Block types of a module.
const BLOCK_TYPES: [&str; 14] = [
    "terraform",
    "language",
    "provider",
    "variable",
    "locals",
    "output",
    "module",
    "resource",
    "data",
    "ephemeral",
    "moved",
    "removed",
    "import",
    "check",
];

/// Reads the blocks of a module. Providers of resources are still the local ones: see [`crate::inheritance`].
pub(crate) fn module(
    path: ModulePath,
    dir: Arc<str>,
    blocks: &[Block],
    texts: &SourceTexts,
    diagnostics: &mut Diagnostics,
) -> Module {
    let module = Module { path, dir, ..Module::default() };
    let mut decoder = Decoder { module, texts, diagnostics, required_providers_at: None };
    let terraform = blocks.iter().filter(|b| b.kind.text.as_ref() == "terraform");
    for block in terraform.flat_map(|b| b.body.blocks_of("required_providers")) {
        decoder.required_providers(block);
    }
    for block in blocks {
        decoder.block(block);
    }
    decoder.module
}

/// Reports an argument outside of any block.
pub(crate) fn stray_argument(attribute: &Attribute) -> Diagnostic {
    let name = &attribute.name.text;
    let next = if BLOCK_TYPES.contains(&name.as_ref()) {
        format!("Did you mean to define a block of type \"{name}\"? A block has no equals sign.")
    } else {
        "Arguments stand inside blocks. To set a variable's value, use a .tfvars file.".to_owned()
    };
    let detail = format!("An argument named \"{name}\" is not expected here.");
    Diagnostic::error("Unsupported argument", detail).at(attribute.name_range()).next(next)
}

struct Decoder<'a> {
    module: Module,
    texts: &'a SourceTexts,
    diagnostics: &'a mut Diagnostics,
    required_providers_at: Option<Range>,
}

impl Decoder<'_> {
    fn block(&mut self, block: &Block) {
        match block.kind.text.as_ref() {
            "terraform" => self.terraform(block),
            "language" => self.language(block),
            "provider" => self.provider(block),
            "variable" => self.variable(block),
            "locals" => self.locals(block),
            "output" => self.output(block),
            "module" => self.module_call(block),
            "resource" | "data" | "ephemeral" => self.resource(block),
            "moved" => self.moved(block),
            "removed" => self.removed(block),
            "import" => self.import(block),
            "check" => self.check_block(block),
            _ => self.diagnostics.push(shape::unsupported_block(block, BLOCK_TYPES, std::iter::empty())),
        }
    }

    /// `main.tf:3`
    fn place(&self, range: &Range) -> String {
        match self.texts.position(&range.file, range.start) {
            Some(position) => format!("{}:{}", range.file, position.line),
            None => range.file.to_string(),
        }
    }

    fn error(&mut self, at: Range, summary: impl Into<String>, detail: impl Into<String>, next: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(summary, detail).at(at).next(next));
    }

    /// A second declaration of a name: underlines the second, names the place of the first.
    fn duplicate(&mut self, summary: &str, what: &str, unique: &str, first: &Range, second: Range) {
        let detail = format!("{what} was already declared at {}. {unique}", self.place(first));
        self.error(second, summary, detail, "Rename or remove one of the two.");
    }

    fn locals(&mut self, block: &Block) {
        shape::labels(block, [], self.diagnostics);
        for nested in &block.body.blocks {
            self.diagnostics.push(shape::unsupported_block(nested, [], std::iter::empty()));
        }
        for attribute in &block.body.attributes {
            let name = attribute.name.text.clone();
            let local = Local { name: name.clone(), expr: attribute.expr.clone(), range: attribute.range() };
            match self.module.locals.entry(name.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(local);
                }
                Entry::Occupied(entry) => {
                    let first = entry.get().range.clone();
                    let what = format!("A local value named \"{name}\"");
                    let unique = "Local value names must be unique within a module.";
                    self.duplicate("Duplicate local value definition", &what, unique, &first, attribute.name_range());
                }
            }
        }
    }

    // Pieces that several blocks share ---------------------------------------------------------------------------

    fn string(&mut self, body: &Body, name: &str) -> Option<Arc<str>> {
        let attribute = body.attribute(name)?;
        constant::string(&attribute.expr, &format!("\"{name}\""), self.diagnostics)
    }

    fn bool(&mut self, body: &Body, name: &str) -> Option<bool> {
        let attribute = body.attribute(name)?;
        constant::bool(&attribute.expr, &format!("\"{name}\""), self.diagnostics)
    }

    fn references(&mut self, body: &Body, name: &str) -> Vec<Expression> {
        body.attribute(name).map_or_else(Vec::new, |a| reference::list(&a.expr, self.diagnostics))
    }

    /// `count` and `for_each`, of which one block has at most one.
    fn repetition(&mut self, body: &Body) -> (Option<Expression>, Option<Expression>) {
        let (count, for_each) = (body.attribute("count"), body.attribute("for_each"));
        if let (Some(_), Some(for_each)) = (count, for_each) {
            self.error(
                for_each.name_range(),
                "Invalid combination of \"count\" and \"for_each\"",
                "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, only one should be used to be explicit about the number of instances to be created.",
                "Remove one of the two.",
            );
        }
        (count.map(|a| a.expr.clone()), for_each.map(|a| a.expr.clone()))
    }

    /// `enabled` decides about one instance, so that it cannot stand beside `count` or `for_each`.
    fn enabled_alone(&mut self, enabled: Option<&Expression>, count: bool, for_each: bool) {
        let argument = if count { "count" } else { "for_each" };
        if let Some(enabled) = enabled.filter(|_| count || for_each) {
            self.error(
                enabled.range(),
                format!("Invalid combination of \"enabled\" and {argument:?}"),
                format!("The arguments \"enabled\" and {argument:?} both decide how many instances there are; only one of them can be used."),
                format!("Remove one of the two. With {argument}, leave instances out of its value."),
            );
        }
    }

    /// Blocks of a condition with its message.
    fn rules(&mut self, body: &Body, kind: &str) -> Vec<CheckRule> {
        rules(body, kind, self.diagnostics)
    }

    /// What `deprecated` says.
    fn deprecation(&mut self, body: &Body) -> Option<Arc<str>> {
        let message = self.string(body, "deprecated")?;
        if message.trim().is_empty() {
            self.error(
                body.attribute("deprecated")?.expr.range(),
                "Invalid deprecation message",
                "The message tells users what to do instead, and must not be empty.",
                "Write what is to be used instead.",
            );
        }
        Some(message)
    }

    /// The only block of a type; more of it are reported.
    fn only_block<'b>(&mut self, body: &'b Body, kind: &str) -> Option<&'b Block> {
        let mut first: Option<&Block> = None;
        for block in body.blocks.iter().filter(|b| b.kind.text.as_ref() == kind) {
            match first {
                None => first = Some(block),
                Some(first) => {
                    let detail = format!(
                        "Only one {kind} block is allowed here. The previous one is at {}.",
                        self.place(&first.header_range())
                    );
                    let next = "Merge the two.";
                    self.error(block.header_range(), format!("Duplicate {kind} block"), detail, next);
                }
            }
        }
        first
    }

    /// Declares something under its name, or reports the second of that name.
    fn declare<T>(
        &mut self,
        map: fn(&mut Module) -> &mut BTreeMap<Arc<str>, T>,
        range_of: fn(&T) -> &Range,
        name: Arc<str>,
        declaration: T,
        words: &Words,
    ) {
        match map(&mut self.module).entry(name.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(declaration);
            }
            Entry::Occupied(entry) => {
                let (first, second) = (range_of(entry.get()).clone(), range_of(&declaration).clone());
                let what = format!("{} named \"{name}\"", words.what);
                self.duplicate(words.summary, &what, words.unique, &first, second);
            }
        }
    }
}

/// Blocks of a condition with its message.
pub(crate) fn rules(body: &Body, kind: &str, diagnostics: &mut Diagnostics) -> Vec<CheckRule> {
    body.blocks_of(kind).filter_map(|block| rule(block, diagnostics)).collect()
}

fn rule(block: &Block, diagnostics: &mut Diagnostics) -> Option<CheckRule> {
    const RULE: Shape = Shape { required: &["condition", "error_message"], optional: &[], blocks: &[] };
    shape::labels(block, [], diagnostics);
    RULE.check(&block.body, diagnostics);
    let condition = block.body.attribute("condition")?;
    let kind = block.kind.text.as_ref();
    // Of a validation something more exact is said.
    if kind != "validation" && !constant::refers(&condition.expr) {
        let detail = "The condition refers to nothing in the configuration, so that its result checks nothing.";
        diagnostics.push(
            Diagnostic::error(format!("Invalid {kind} expression"), detail)
                .at(condition.expr.range())
                .next("Refer to the object that is to be checked."),
        );
    }
    Some(CheckRule {
        condition: condition.expr.clone(),
        error_message: block.body.attribute("error_message")?.expr.clone(),
        range: block.header_range(),
    })
}

/// How a second declaration of a name is told.
struct Words {
    summary: &'static str,
    what: &'static str,
    unique: &'static str,
}
