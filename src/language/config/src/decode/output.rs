//! `output` blocks.

use super::{Decoder, Words};
use crate::Output;
use crate::shape::{self, Shape};
use syntax::Block;

const OUTPUT: Shape = Shape {
    required: &["value"],
    optional: &["description", "sensitive", "ephemeral", "depends_on"],
    blocks: &["precondition"],
};

const WORDS: Words = Words {
    summary: "Duplicate output definition",
    what: "An output",
    unique: "Output names must be unique within a module.",
};

impl Decoder<'_> {
    pub(super) fn output(&mut self, block: &Block) {
        let Some([label]) = shape::labels(block, ["name"], self.diagnostics) else { return };
        shape::check_name(label, "output", block, self.diagnostics);
        let body = &block.body;
        OUTPUT.check(body, self.diagnostics);
        let Some(value) = body.attribute("value") else { return };
        let output = Output {
            name: label.text.clone(),
            expr: value.expr.clone(),
            description: self.string(body, "description"),
            sensitive: self.bool(body, "sensitive").unwrap_or(false),
            ephemeral: self.bool(body, "ephemeral").unwrap_or(false),
            depends_on: self.references(body, "depends_on"),
            preconditions: self.rules(body, "precondition"),
            range: block.header_range(),
        };
        self.declare(|m| &mut m.outputs, |o| &o.range, label.text.clone(), output, &WORDS);
    }
}
