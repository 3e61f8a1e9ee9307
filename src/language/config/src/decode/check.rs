//! `check` blocks.

use super::{Decoder, Words};
use crate::CheckBlock;
use crate::shape::{self, Shape};
use std::sync::Arc;
use syntax::Block;

const CHECK: Shape = Shape { required: &[], optional: &[], blocks: &["data", "assert"] };

const WORDS: Words = Words {
    summary: "Duplicate check block",
    what: "A check block",
    unique: "Check block names must be unique within a module.",
};

impl Decoder<'_> {
    pub(super) fn check_block(&mut self, block: &Block) {
        let Some([label]) = shape::labels(block, ["name"], self.diagnostics) else { return };
        shape::check_name(label, "check block", block, self.diagnostics);
        let name: Arc<str> = label.text.clone();
        CHECK.check(&block.body, self.diagnostics);
        let data = self.only_block(&block.body, "data").and_then(|data| self.resource_in(data, Some(name.clone())));
        let asserts = self.rules(&block.body, "assert");
        if block.body.blocks_of("assert").next().is_none() {
            self.error(
                block.header_range(),
                "Zero assert blocks",
                "Check blocks must have at least one assert block.",
                "Write assert { condition = … }.",
            );
        }
        let check = CheckBlock { name: name.clone(), data, asserts, range: block.header_range() };
        self.declare(|m| &mut m.checks, |c| &c.range, name, check, &WORDS);
    }
}
