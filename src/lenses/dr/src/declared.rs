//! What `*.dr.hcl` files declare: data sets and quorums (decision 6). Terraform never reads them.

use diag::{Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::{Block, Body, Expr, ExprKind, Expression, File, Step};

use crate::dataset::{CopyKind, Promotion};

/// Everything declared.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Data sets by name.
    pub(crate) datasets: BTreeMap<Arc<str>, DeclaredDataSet>,
    /// Quorums by name.
    pub(crate) quorums: BTreeMap<Arc<str>, DeclaredQuorum>,
}

/// `dataset "name" { … }`
#[derive(Clone, Debug)]
pub(crate) struct DeclaredDataSet {
    primary: Vec<Arc<str>>,
    replicas: Vec<(Vec<Arc<str>>, CopyKind, Promotion)>,
}

impl DeclaredDataSet {
    /// Addresses of the stores with their part in the set.
    pub(crate) fn members(&self) -> Vec<(Arc<str>, CopyKind, Promotion)> {
        let primaries = self.primary.iter().map(|a| (a.clone(), CopyKind::Primary, Promotion::Manual));
        let replicas = self
            .replicas
            .iter()
            .flat_map(|(stores, kind, promotion)| stores.iter().map(|address| (address.clone(), *kind, *promotion)));
        primaries.chain(replicas).collect()
    }
}

/// `quorum "name" { … }`
#[derive(Clone, Debug)]
pub(crate) struct DeclaredQuorum {
    pub(crate) members: Vec<Arc<str>>,
    pub(crate) rule: QuorumRule,
}

/// When a quorum goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuorumRule {
    /// More than half of the members.
    Majority,
    /// Partitions of `replication` copies, acknowledged by `min_in_sync`, spread over zones or not (recovery.md 2.6).
    Partitions {
        /// Copies of each partition.
        replication: u64,
        /// Copies that acknowledge.
        min_in_sync: u64,
        /// Whether copies of one partition go to different zones.
        rack_aware: RackAware,
    },
}

/// Whether the members know their zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RackAware {
    /// Copies of one partition are spread over zones.
    Yes,
    /// They may all be in one.
    No,
}

impl Declared {
    /// Reads DR files. `known` are all resource instance addresses; a reference to a resource without an instance
    /// key means all its instances.
    pub fn read(files: &[File], known: &BTreeSet<Arc<str>>) -> (Declared, Diagnostics) {
        let mut declared = Declared::default();
        let mut reader = Reader { known, diagnostics: Diagnostics::new() };
        for file in files {
            reader.file(&file.body, &mut declared);
        }
        (declared, reader.diagnostics)
    }
}

/// Blocks of later versions: accepted, so that a file written for them still tells what it can.
const LATER: [&str; 9] =
    ["recovery", "profile", "assume", "mirror", "drill", "on_loss", "state_replica", "domain", "accept"];

struct Reader<'a> {
    known: &'a BTreeSet<Arc<str>>,
    diagnostics: Diagnostics,
}

impl Reader<'_> {
    fn file(&mut self, body: &Body, declared: &mut Declared) {
        for attribute in &body.attributes {
            self.diagnostics.push(
                Diagnostic::error("Argument outside a block", "A DR file holds blocks only.")
                    .at(attribute.range())
                    .next("Move it into a dataset or quorum block."),
            );
        }
        for block in &body.blocks {
            let Some(label) = block.labels.first() else {
                self.diagnostics.push(
                    Diagnostic::error("Missing name", format!("A {} block needs a name.", block.kind.text))
                        .at(block.header_range())
                        .next(format!("Write {} \"name\" {{ … }}.", block.kind.text)),
                );
                continue;
            };
            match block.kind.text.as_ref() {
                "dataset" => {
                    let set = self.dataset(block);
                    self.once(declared.datasets.insert(label.text.clone(), set).is_some(), block);
                }
                "quorum" => {
                    let quorum = self.quorum(block);
                    self.once(declared.quorums.insert(label.text.clone(), quorum).is_some(), block);
                }
                later if LATER.contains(&later) => self.diagnostics.push(
                    Diagnostic::warning(
                        "Block not judged yet",
                        format!("{later} blocks do not change verdicts in this version."),
                    )
                    .at(block.header_range()),
                ),
                other => self.diagnostics.push(
                    Diagnostic::error("Unsupported block type", format!("A DR file has no blocks of type {other:?}."))
                        .at(block.header_range())
                        .next("Use dataset or quorum."),
                ),
            }
        }
    }

    fn once(&mut self, repeated: bool, block: &Block) {
        if repeated {
            self.diagnostics.push(
                Diagnostic::error("Duplicate name", format!("Another {} block has this name.", block.kind.text))
                    .at(block.header_range())
                    .next("Give each block a name of its own."),
            );
        }
    }

    fn dataset(&mut self, block: &Block) -> DeclaredDataSet {
        self.only(&block.body, &["primary", "size"]);
        let primary = self.required(&block.body, "primary");
        let mut replicas = Vec::new();
        for inner in &block.body.blocks {
            if inner.kind.text.as_ref() == "archive" {
                self.only(&inner.body, &["store", "ships_every", "history", "key"]);
                replicas.push((self.required(&inner.body, "store"), CopyKind::Point, Promotion::Manual));
                continue;
            }
            if inner.kind.text.as_ref() != "replica" {
                self.diagnostics.push(
                    Diagnostic::warning(
                        "Block not judged yet",
                        format!("{} blocks in a dataset do not change verdicts in this version.", inner.kind.text),
                    )
                    .at(inner.header_range()),
                );
                continue;
            }
            self.only(&inner.body, &["store", "mode", "promotion", "lag"]);
            let stores = self.required(&inner.body, "store");
            let kind = self.choice(&inner.body, "mode", &[("async", CopyKind::Async), ("sync", CopyKind::Sync)]);
            let promotion = self.choice(
                &inner.body,
                "promotion",
                &[("manual", Promotion::Manual), ("automatic", Promotion::Automatic)],
            );
            replicas.push((stores, kind, promotion));
        }
        DeclaredDataSet { primary, replicas }
    }

    fn quorum(&mut self, block: &Block) -> DeclaredQuorum {
        self.only(&block.body, &["members", "need", "replication", "min_in_sync", "rack_aware", "store"]);
        let members = self.required(&block.body, "members");
        let replication = self.whole(&block.body, "replication");
        let rule = match replication {
            None => QuorumRule::Majority,
            Some(replication) => QuorumRule::Partitions {
                replication,
                min_in_sync: self.whole(&block.body, "min_in_sync").unwrap_or(1),
                rack_aware: self.rack_aware(&block.body),
            },
        };
        DeclaredQuorum { members, rule }
    }

    fn only(&mut self, body: &Body, names: &[&str]) {
        for attribute in &body.attributes {
            if !names.contains(&attribute.name.text.as_ref()) {
                self.diagnostics.push(
                    Diagnostic::error(
                        "Unsupported argument",
                        format!("An argument named {:?} is not expected here.", attribute.name.text),
                    )
                    .at(attribute.name_range())
                    .next(format!("Arguments here: {}.", names.join(", "))),
                );
            }
        }
    }

    /// Addresses named by a required argument.
    fn required(&mut self, body: &Body, name: &str) -> Vec<Arc<str>> {
        let Some(attribute) = body.attribute(name) else {
            self.diagnostics.push(
                Diagnostic::error("Missing required argument", format!("The argument {name:?} is required."))
                    .at(body.missing_range())
                    .next(format!("Name the resource instances that are meant: {name} = aws_ebs_volume.data.")),
            );
            return Vec::new();
        };
        let addresses = self.addresses(&attribute.expr);
        if addresses.is_empty() {
            self.diagnostics.push(
                Diagnostic::error(
                    "No such resource instance",
                    "The expression names no resource instance of the plan or state.",
                )
                .at(attribute.expr.range())
                .next("Refer to a managed resource of the root module, such as aws_ebs_volume.data[\"a\"]."),
            );
        }
        addresses
    }

    fn choice<T: Copy>(&mut self, body: &Body, name: &str, choices: &[(&str, T); 2]) -> T {
        let [first, second] = choices;
        let Some(attribute) = body.attribute(name) else {
            return first.1;
        };
        match &attribute.expr.root.kind {
            ExprKind::String(text) if text.as_ref() == first.0 => first.1,
            ExprKind::String(text) if text.as_ref() == second.0 => second.1,
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("Invalid value", format!("{name} is either {:?} or {:?}.", first.0, second.0))
                        .at(attribute.expr.range())
                        .next(format!("Without it, {:?} is meant.", first.0)),
                );
                first.1
            }
        }
    }

    fn whole(&mut self, body: &Body, name: &str) -> Option<u64> {
        let attribute = body.attribute(name)?;
        if let ExprKind::Number(text) = &attribute.expr.root.kind
            && let Ok(number) = text.parse()
        {
            return Some(number);
        }
        self.diagnostics.push(
            Diagnostic::error("Invalid value", format!("{name} must be a whole number written out."))
                .at(attribute.expr.range())
                .next("Write a number such as 3."),
        );
        None
    }

    fn rack_aware(&mut self, body: &Body) -> RackAware {
        match body.attribute("rack_aware").map(|a| (&a.expr.root.kind, a)) {
            Some((ExprKind::Bool(true), _)) => RackAware::Yes,
            Some((ExprKind::Bool(false), _)) | None => RackAware::No,
            Some((_, attribute)) => {
                self.diagnostics.push(
                    Diagnostic::error("Invalid value", "rack_aware is either true or false.")
                        .at(attribute.expr.range())
                        .next("Without it, false is meant: unknown is never called safe."),
                );
                RackAware::No
            }
        }
    }

    /// Every known resource instance that the expression names, in order of address.
    fn addresses(&self, expression: &Expression) -> Vec<Arc<str>> {
        let mut prefixes = Vec::new();
        collect(&expression.root, &mut prefixes);
        let mut found = BTreeSet::new();
        for prefix in prefixes {
            let before = found.len();
            for address in self.known {
                let rest = address.strip_prefix(prefix.as_str());
                if rest.is_some_and(|rest| rest.is_empty() || (rest.starts_with('[') && !prefix.ends_with(']'))) {
                    found.insert(address.clone());
                }
            }
            // An instance whose resource has keys that are not known yet.
            let resource = prefix.split_once('[').filter(|_| found.len() == before);
            let resource = resource.map(|(resource, _)| format!("{resource}[\"*\"]"));
            found.extend(resource.and_then(|resource| self.known.get(resource.as_str())).cloned());
        }
        found.into_iter().collect()
    }
}

/// Collects the addresses written in an expression, with instance keys where they are literal.
fn collect(expr: &Expr, into: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Traversal { base, steps } => match address(base, steps) {
            Some(address) => into.push(address),
            None => collect(base, into),
        },
        ExprKind::Splat { source, .. } => collect(source, into),
        ExprKind::Call { args, .. } => args.iter().for_each(|arg| collect(arg, into)),
        ExprKind::Tuple(items) => items.iter().for_each(|item| collect(item, into)),
        ExprKind::Paren(inner) => collect(inner, into),
        _ => {}
    }
}

fn address(base: &Expr, steps: &[Step]) -> Option<String> {
    let ExprKind::Variable(kind) = &base.kind else {
        return None;
    };
    let mut steps = steps.iter();
    let Some(Step::Attribute(name)) = steps.next() else {
        return None;
    };
    let mut address = format!("{}.{}", kind.text, name.text);
    if let Some(Step::Index(key, _)) = steps.next() {
        match &key.kind {
            ExprKind::String(key) => address.push_str(&addrs::InstanceKey::String(key.clone()).to_string()),
            ExprKind::Number(number) => address.push_str(&format!("[{number}]")),
            _ => {}
        }
    }
    Some(address)
}
