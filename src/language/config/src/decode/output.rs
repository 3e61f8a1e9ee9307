//! `output` blocks.

use super::{Decoder, Words};
use crate::Output;
use crate::shape::{self, Shape};
use crate::type_expr;
use syntax::Block;

const OUTPUT: Shape = Shape {
    required: &["value"],
    optional: &["description", "sensitive", "ephemeral", "depends_on", "deprecated", "type"],
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
            deprecated: self.deprecation(body),
            type_constraint: body.attribute("type").map(|a| type_expr::parse(&a.expr, self.diagnostics)),
            depends_on: self.references(body, "depends_on"),
            preconditions: self.rules(body, "precondition"),
            range: block.header_range(),
        };
        if let Some(written) = body.attribute("ephemeral").filter(|_| output.ephemeral && self.module.path.is_root()) {
            self.error(
                written.name_range(),
                "Ephemeral output not allowed",
                "Outputs of the root module are kept in the state, which holds no ephemeral values.",
                "Remove ephemeral, and leave ephemeral values out of the output.",
            );
        }
        self.declare(|m| &mut m.outputs, |o| &o.range, label.text.clone(), output, &WORDS);
    }
}
