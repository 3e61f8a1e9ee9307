//! `moved`, `removed` and `import` blocks.

use super::Decoder;
use crate::address::{self, Endpoint};
use crate::reference;
use crate::shape::{self, Shape};
use crate::{ImportBlock, ImportBy, MovedBlock, RemovedAction, RemovedBlock};
use addrs::Mode;
use diag::Range;
use syntax::{Block, ExprKind, Expression};

const MOVED: Shape = Shape { required: &["from", "to"], optional: &[], blocks: &[] };
const REMOVED: Shape =
    Shape { required: &["from"], optional: &[], blocks: &["lifecycle", "provisioner", "connection"] };
const REMOVED_LIFECYCLE: Shape = Shape { required: &[], optional: &["destroy"], blocks: &[] };
const IMPORT: Shape = Shape { required: &["to"], optional: &["id", "identity", "for_each", "provider"], blocks: &[] };

impl Decoder<'_> {
    pub(super) fn moved(&mut self, block: &Block) {
        shape::labels(block, [], self.diagnostics);
        MOVED.check(&block.body, self.diagnostics);
        if let (Some(from), Some(to)) = (block.body.attribute("from"), block.body.attribute("to")) {
            let (from, to) = (from.expr.clone(), to.expr.clone());
            let (Some(source), Some(target)) = (self.endpoint(&from, "moved"), self.endpoint(&to, "moved")) else {
                return;
            };
            if source.resource.is_some() != target.resource.is_some() {
                let detail = "One of the two addresses is a resource, the other a module.";
                let next = "Write two resources or two modules.";
                self.error(block.header_range(), "Invalid \"moved\" addresses", detail, next);
                return;
            }
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
            let Some(gone) = self.endpoint(&from.expr, "removed") else { return };
            if !self.whole_and_managed(&gone, from.expr.range()) {
                return;
            }
            if gone.resource.is_none() {
                self.no_provisioners(block);
            }
            let provisioners = self.removed_provisioners(block);
            let connection = self.only_block(&block.body, "connection").cloned();
            self.module.removed.push(RemovedBlock {
                from: from.expr.clone(),
                action,
                provisioners,
                connection,
                range: block.header_range(),
            });
        }
    }

    /// An address with constant keys.
    fn endpoint(&mut self, expr: &Expression, kind: &str) -> Option<Endpoint> {
        let found = address::endpoint(&expr.root);
        if found.is_none() && !matches!(expr.root.kind, ExprKind::Error) {
            self.error(
                expr.range(),
                format!("Invalid address in {kind} block"),
                format!("What a {kind} block is about is an address of a resource or module, with constant keys."),
                "Write an address, such as aws_instance.web[0] or module.network.",
            );
        }
        found
    }

    /// A `removed` block is about all instances of a managed resource, or of a module.
    fn whole_and_managed(&mut self, gone: &Endpoint, at: Range) -> bool {
        let resource = gone.resource.as_ref();
        let (summary, detail, next) = if resource.is_some_and(|(resource, _)| resource.mode != Mode::Managed) {
            (
                "Data source address not allowed",
                "Data sources are read anew in each run, so that there is nothing to remove.",
                "Remove the block.",
            )
        } else if gone.has_key() {
            let what = if resource.is_some_and(|(_, key)| key.is_some()) { "Resource" } else { "Module" };
            (
                if what == "Resource" {
                    "Resource instance keys not allowed"
                } else {
                    "Module instance keys not allowed"
                },
                "A removed block is about all instances; single ones cannot be named.",
                "Remove the key. For single instances use drform state rm, or moved blocks to a resource that is removed.",
            )
        } else {
            return true;
        };
        self.error(at, summary, detail, next);
        false
    }

    /// Which object of a module would they be about?
    fn no_provisioners(&mut self, block: &Block) {
        for nested in block.body.blocks.iter().filter(|b| matches!(b.kind.text.as_ref(), "provisioner" | "connection"))
        {
            self.error(
                nested.header_range(),
                format!("Invalid {} block", nested.kind.text),
                "Only a removed block about a managed resource has provisioners and what connects them.",
                "Remove it, or write a removed block for each resource of the module.",
            );
        }
    }

    pub(super) fn import(&mut self, block: &Block) {
        shape::labels(block, [], self.diagnostics);
        let body = &block.body;
        IMPORT.check(body, self.diagnostics);
        let provider =
            body.attribute("provider").and_then(|a| reference::provider_reference(&a.expr, self.diagnostics));
        let provider_name = provider.map(|(name, _)| name);
        if !self.module.path.is_root() {
            self.error(
                block.header_range(),
                "Invalid import configuration",
                "Import blocks are allowed in the root module only.",
                "Move it to the root module, and name the module in the address that it imports to.",
            );
            return;
        }
        let Some(to) = body.attribute("to") else { return };
        let by = match (body.attribute("id"), body.attribute("identity")) {
            (Some(id), None) => ImportBy::Id(id.expr.clone()),
            (None, Some(identity)) => ImportBy::Identity(identity.expr.clone()),
            (Some(_), Some(identity)) => {
                self.error(
                    identity.name_range(),
                    "Invalid combination of 'id' and 'identity'",
                    "An import block names its object by an id or by an identity, not by both.",
                    "Remove one of them.",
                );
                return;
            }
            (None, None) => {
                self.diagnostics.push(shape::missing_argument("id", body.missing_range()));
                return;
            }
        };
        let Some(target) = address::import_target(&to.expr) else {
            if !matches!(to.expr.root.kind, ExprKind::Error) {
                self.error(
                    to.expr.range(),
                    "Invalid import address",
                    "An object is imported to an instance of a managed resource.",
                    "Write its address, such as aws_instance.web or module.net.aws_vpc.main[\"a\"].",
                );
            }
            return;
        };
        self.module.imports.push(ImportBlock {
            to: target,
            to_range: to.expr.range(),
            by,
            for_each: body.attribute("for_each").map(|a| a.expr.clone()),
            provider_name,
            range: block.header_range(),
        });
    }
}
