//! `moved`, `removed` and `import` blocks.

use super::Decoder;
use crate::reference;
use crate::shape::{self, Shape};
use crate::{ImportBlock, MovedBlock, RemovedAction, RemovedBlock};
use syntax::Block;

const MOVED: Shape = Shape { required: &["from", "to"], optional: &[], blocks: &[] };
const REMOVED: Shape =
    Shape { required: &["from"], optional: &[], blocks: &["lifecycle", "provisioner", "connection"] };
const REMOVED_LIFECYCLE: Shape = Shape { required: &["destroy"], optional: &[], blocks: &[] };
const IMPORT: Shape = Shape { required: &["to", "id"], optional: &["for_each", "provider"], blocks: &[] };

impl Decoder<'_> {
    pub(super) fn moved(&mut self, block: &Block) {
        shape::labels(block, [], self.diagnostics);
        MOVED.check(&block.body, self.diagnostics);
        if let (Some(from), Some(to)) = (block.body.attribute("from"), block.body.attribute("to")) {
            let (from, to) = (from.expr.clone(), to.expr.clone());
            self.module.moved.push(MovedBlock { from, to, range: block.header_range() });
        }
    }

    pub(super) fn removed(&mut self, block: &Block) {
        shape::labels(block, [], self.diagnostics);
        REMOVED.check(&block.body, self.diagnostics);
        let mut action = RemovedAction::Destroy;
        if let Some(lifecycle) = self.only_block(&block.body, "lifecycle") {
            REMOVED_LIFECYCLE.check(&lifecycle.body, self.diagnostics);
            if self.bool(&lifecycle.body, "destroy") == Some(false) {
                action = RemovedAction::Forget;
            }
        }
        if let Some(from) = block.body.attribute("from") {
            self.module.removed.push(RemovedBlock {
                from: from.expr.clone(),
                action,
                provisioners: block.body.blocks_of("provisioner").cloned().collect(),
                range: block.header_range(),
            });
        }
    }

    pub(super) fn import(&mut self, block: &Block) {
        shape::labels(block, [], self.diagnostics);
        let body = &block.body;
        IMPORT.check(body, self.diagnostics);
        let provider_name =
            body.attribute("provider").and_then(|a| reference::provider_name(&a.expr, self.diagnostics));
        if let (Some(to), Some(id)) = (body.attribute("to"), body.attribute("id")) {
            self.module.imports.push(ImportBlock {
                to: to.expr.clone(),
                id: id.expr.clone(),
                for_each: body.attribute("for_each").map(|a| a.expr.clone()),
                provider_name,
                range: block.header_range(),
            });
        }
    }
}
