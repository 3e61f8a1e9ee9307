//! `provisioner` and `connection` blocks.

use super::Decoder;
use crate::shape;
use crate::suggestion::did_you_mean;
use crate::{OnFailure, ProvisionWhen, Provisioner, constant};
use addrs::Mode;
use diag::Diagnostic;
use syntax::{Block, Body, ExprKind, Expression};

/// The provisioners there are.
const PROVISIONERS: [&str; 3] = ["local-exec", "remote-exec", "file"];

impl Decoder<'_> {
    /// The provisioners of a resource block.
    pub(super) fn provisioners(&mut self, meta: &Body, mode: Mode) -> Vec<Provisioner> {
        if mode != Mode::Managed {
            for block in meta.blocks.iter().filter(|b| matches!(b.kind.text.as_ref(), "provisioner" | "connection")) {
                let kind = &block.kind.text;
                let detail = format!("Only managed resources (\"resource\" blocks) have {kind} blocks.");
                self.error(block.header_range(), format!("Unsupported {kind} block"), detail, "Remove it.");
            }
            return Vec::new();
        }
        let provisioners: Vec<Provisioner> =
            meta.blocks_of("provisioner").filter_map(|block| self.provisioner(block)).collect();
        self.connection_of(meta, &provisioners);
        provisioners
    }

    /// What connects when an object is destroyed is held to what is there then.
    fn connection_of(&mut self, body: &Body, provisioners: &[Provisioner]) {
        if provisioners.iter().any(|provisioner| provisioner.when == ProvisionWhen::Destroy) {
            let arguments = body.blocks_of("connection").flat_map(|block| &block.body.attributes);
            arguments.for_each(|argument| self.only_self(&argument.expr));
        }
    }

    /// Those of a `removed` block: only what is destroyed has any that could run.
    pub(super) fn removed_provisioners(&mut self, block: &Block) -> Vec<Provisioner> {
        let provisioners: Vec<Provisioner> =
            block.body.blocks_of("provisioner").filter_map(|block| self.provisioner(block)).collect();
        for provisioner in provisioners.iter().filter(|p| p.when != ProvisionWhen::Destroy) {
            self.error(
                provisioner.range.clone(),
                "Invalid provisioner block",
                "A removed block has only provisioners that run before the objects are destroyed.",
                "Write when = destroy in it.",
            );
        }
        self.connection_of(&block.body, &provisioners);
        provisioners
    }

    fn provisioner(&mut self, block: &Block) -> Option<Provisioner> {
        let [kind] = shape::labels(block, ["type"], self.diagnostics)?;
        if !PROVISIONERS.contains(&kind.text.as_ref()) {
            let next = did_you_mean(&kind.text, PROVISIONERS, "Use one of local-exec, remote-exec and file.");
            let detail = format!("There is no provisioner {:?}.", kind.text);
            self.error(kind.span.of(&block.body.file), "Unknown provisioner", detail, next);
        }
        let (meta, mut body) = shape::split(&block.body, &["when", "on_failure"], &["connection", "_"]);
        self.escape_block(&meta, &mut body);
        let when = match self.word(&meta, "when", ["create", "destroy"]) {
            Some("destroy") => ProvisionWhen::Destroy,
            _ => ProvisionWhen::Create,
        };
        let on_failure = match self.word(&meta, "on_failure", ["continue", "fail"]) {
            Some("continue") => OnFailure::Continue,
            _ => OnFailure::Fail,
        };
        let connection = self.only_block(&meta, "connection").cloned();
        if when == ProvisionWhen::Destroy {
            for body in connection.iter().map(|block| &block.body).chain([&body]) {
                body.attributes.iter().for_each(|argument| self.only_self(&argument.expr));
            }
        }
        Some(Provisioner { kind: kind.text.clone(), when, on_failure, body, connection, range: block.header_range() })
    }

    /// An argument whose value is one of two words, without quotes.
    fn word(&mut self, body: &Body, name: &str, words: [&'static str; 2]) -> Option<&'static str> {
        let argument = body.attribute(name)?;
        let written = match &argument.expr.root.kind {
            ExprKind::Variable(word) => Some(word.text.as_ref()),
            // In quotes it is an old form.
            ExprKind::String(word) => {
                self.diagnostics.push(
                    Diagnostic::warning(
                        "Quoted keywords are deprecated",
                        "In this context, keywords are expected literally rather than in quotes.",
                    )
                    .at(argument.expr.range())
                    .next("Remove the quotes."),
                );
                Some(word.as_ref())
            }
            ExprKind::Error => return None,
            _ => None,
        };
        let meant = words.into_iter().find(|word| Some(*word) == written);
        if meant.is_none() {
            let detail = format!("The argument {name:?} is one of the words {} and {}.", words[0], words[1]);
            let next = format!("Write {name} = {}, or remove the argument.", words[0]);
            self.error(argument.expr.range(), format!("Invalid {name:?} keyword"), detail, next);
        }
        meant
    }

    /// When an object is destroyed nothing else of the configuration may be there any more.
    fn only_self(&mut self, expr: &Expression) {
        let there = |name: &str| matches!(name, "self" | "count" | "each" | "path" | "terraform");
        let absent = constant::roots(expr).into_iter().filter(|(_, name)| !there(name)).map(|(range, _)| range);
        let parts = [("count", "index"), ("each", "key")];
        let parts = parts.into_iter().flat_map(|(root, attribute)| constant::other_parts(expr, root, attribute));
        for range in absent.chain(parts) {
            self.error(
                range,
                "Invalid reference from destroy provisioner",
                "A provisioner that runs when an object is destroyed can refer only to self, count.index and each.key: nothing else is sure to be there then.",
                "Keep the value in the object itself, such as in triggers_replace or tags, and refer to it by self.",
            );
        }
    }
}
