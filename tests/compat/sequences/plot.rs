//! What a random configuration consists of, and how it is written.
//!
//! Everything has a number of its own, given in order of its making and never twice. Things refer to lower numbers only,
//! so that no edit makes a cycle; what is referred to and is gone, or is in another module, is left out where it is
//! written.

use std::collections::BTreeMap;
use std::fmt::Write;

/// The value of `var.secret`: its letters look different in JSON, in URLs and in HTML.
pub const CANARY: &str = "canary-3e1f?\"&sequence";

/// How often something is there.
#[derive(Clone)]
pub enum Repeat {
    Once,
    Count(usize),
    Each(Vec<&'static str>),
    /// For each instance of another resource.
    Like(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Lab,
    Data,
}

/// A reference: `attribute` picks one of those that there are, `one` a single instance.
#[derive(Clone)]
pub struct Use {
    pub of: usize,
    pub attribute: usize,
    pub one: bool,
}

/// A resource.
#[derive(Clone)]
pub struct Node {
    pub id: usize,
    pub name: String,
    /// What the objects are called; a resource that is renamed keeps it.
    pub label: String,
    pub module: Option<usize>,
    pub kind: Kind,
    pub repeat: Repeat,
    pub size: usize,
    pub zone: usize,
    pub uses: Vec<Use>,
    pub zone_of: Option<Use>,
    pub size_of: Option<Use>,
    pub depends_on: Vec<usize>,
    pub create_first: bool,
    pub triggered_by: Option<Use>,
    pub ignores: bool,
    pub protected: bool,
    pub secret: bool,
    pub checked: bool,
}

/// A data source.
#[derive(Clone)]
pub struct Lookup {
    pub id: usize,
    pub module: Option<usize>,
    pub of: Use,
    pub depends_on: Vec<usize>,
}

/// A module of the root module.
#[derive(Clone)]
pub struct Module {
    pub id: usize,
    pub name: String,
    pub repeat: Repeat,
    pub given: Vec<Use>,
    pub depends_on: Vec<usize>,
}

/// A configuration.
#[derive(Clone, Default)]
pub struct Plot {
    pub made: usize,
    pub nodes: Vec<Node>,
    pub lookups: Vec<Lookup>,
    pub modules: Vec<Module>,
    /// Addresses in a module, and how many steps ago.
    pub moved: Vec<(Option<usize>, String, String, usize)>,
    pub removed: Vec<(String, bool)>,
}

/// Where something stands that refers to others.
#[derive(Clone, Copy)]
struct Place {
    id: usize,
    module: Option<usize>,
}

impl Repeat {
    /// One key, if there are keys.
    pub fn key(&self) -> Option<String> {
        match self {
            Repeat::Count(count) => (*count > 0).then(|| "[0]".to_string()),
            Repeat::Each(keys) => keys.first().map(|key| format!("[{key:?}]")),
            _ => None,
        }
    }
}

impl Node {
    /// The address in its module.
    pub fn address(&self) -> String {
        let kind = if self.kind == Kind::Lab { "lab_node" } else { "terraform_data" };
        format!("{kind}.{}", self.name)
    }
}

impl Plot {
    pub fn fresh(&mut self) -> usize {
        self.made += 1;
        self.made
    }

    pub fn node(&self, id: usize) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == id)
    }

    pub fn module(&self, id: usize) -> Option<&Module> {
        self.modules.iter().find(|module| module.id == id)
    }

    /// All files, by name.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut files: BTreeMap<String, String> =
            self.modules.iter().map(|m| (format!("{}/main.tf", m.name), self.inside(Some(m.id)))).collect();
        files.insert("main.tf".into(), self.inside(None));
        files
    }

    /// What a module consists of.
    fn inside(&self, module: Option<usize>) -> String {
        let mut out = String::from(
            "terraform {\n  required_providers {\n    lab = { source = \"drform.test/dev/lab\" }\n  }\n}\n",
        );
        out.push_str("variable \"secret\" {\n  sensitive = true\n}\n");
        if module.is_some() {
            out.push_str("variable \"key\" {}\nvariable \"given\" {}\n");
        }
        self.nodes.iter().filter(|n| n.module == module).for_each(|n| self.write_node(&mut out, n));
        self.lookups.iter().filter(|l| l.module == module).for_each(|l| self.write_lookup(&mut out, l));
        if module.is_none() {
            self.modules.iter().for_each(|m| self.write_module(&mut out, m));
            self.removed.iter().for_each(|(from, destroy)| {
                let _ = writeln!(out, "removed {{\n  from = {from}\n  lifecycle {{ destroy = {destroy} }}\n}}");
            });
        }
        for (_, from, to, _) in self.moved.iter().filter(|(at, ..)| *at == module) {
            let _ = writeln!(out, "moved {{\n  from = {from}\n  to   = {to}\n}}");
        }
        self.write_outputs(&mut out, module);
        out
    }

    fn write_outputs(&self, out: &mut String, module: Option<usize>) {
        let here = Place { id: usize::MAX, module };
        let ids = |node: &Node| self.part(here, &Use { of: node.id, attribute: 0, one: false });
        let nodes = || self.nodes.iter().filter(move |node| node.module == module);
        let all: Vec<String> = nodes().filter_map(ids).collect();
        if module.is_some() {
            let _ = writeln!(out, "output \"out\" {{\n  value = concat([], {})\n}}", all.join(", "));
            return;
        }
        for node in nodes().filter(|node| node.id % 2 == 0) {
            let value = self.part(here, &Use { of: node.id, attribute: node.id, one: false }).unwrap_or_default();
            let _ = writeln!(out, "output \"of_{}\" {{\n  value = {value}\n}}", node.label);
        }
        for module in &self.modules {
            let value = self.part(here, &Use { of: module.id, attribute: 0, one: false }).unwrap_or_default();
            let _ = writeln!(out, "output \"of_{}\" {{\n  value = {value}\n}}", module.name);
        }
        // No ids among them: what is equal to a secret is masked wherever it stands, which Terraform does not do.
        out.push_str("output \"secret\" {\n  value     = [var.secret, upper(var.secret)]\n  sensitive = true\n}\n");
    }

    /// What something is made for each of, as it can be here.
    fn repeat_of(&self, node: &Node) -> Repeat {
        match node.repeat {
            Repeat::Like(of) => match self.node(of) {
                Some(other) if other.module == node.module && other.id < node.id => match self.repeat_of(other) {
                    Repeat::Each(_) | Repeat::Like(_) => Repeat::Like(of),
                    _ => Repeat::Once,
                },
                _ => Repeat::Once,
            },
            ref other => other.clone(),
        }
    }

    fn write_repeat(&self, out: &mut String, repeat: &Repeat) {
        let _ = match repeat {
            Repeat::Once => Ok(()),
            Repeat::Count(count) => writeln!(out, "  count = {count}"),
            Repeat::Each(keys) => writeln!(out, "  for_each = toset({keys:?})"),
            Repeat::Like(of) => match self.node(*of) {
                Some(other) => writeln!(out, "  for_each = {}", other.address()),
                None => Ok(()),
            },
        };
    }

    /// An expression that is a list: what a reference leads to, where it leads to something.
    fn part(&self, from: Place, to: &Use) -> Option<String> {
        if to.of >= from.id {
            return None;
        }
        if from.module == Some(to.of) {
            return Some("var.given".into());
        }
        if let Some(node) = self.node(to.of).filter(|node| node.module == from.module) {
            let attributes: &[&str] = match node.kind {
                Kind::Lab => &["id", "address", "revision", "name"],
                Kind::Data => &["id", "output.size"],
            };
            let attribute = attributes[to.attribute % attributes.len()];
            let address = node.address();
            let repeat = self.repeat_of(node);
            if let (true, Some(key)) = (to.one, repeat.key()) {
                return Some(format!("[{address}{key}.{attribute}]"));
            }
            return Some(match repeat {
                Repeat::Once => format!("[{address}.{attribute}]"),
                Repeat::Count(_) => format!("{address}[*].{attribute}"),
                Repeat::Each(_) | Repeat::Like(_) => format!("values({address})[*].{attribute}"),
            });
        }
        if let Some(lookup) = self.lookups.iter().find(|l| l.id == to.of && l.module == from.module) {
            return Some(format!("[coalesce(data.lab_lookup.d{}.size, 0)]", lookup.id));
        }
        let module = self.module(to.of).filter(|_| from.module.is_none())?;
        let address = format!("module.{}", module.name);
        Some(match (&module.repeat, to.one, module.repeat.key()) {
            (_, true, Some(key)) => format!("{address}{key}.out"),
            (Repeat::Count(_), ..) => format!("flatten({address}[*].out)"),
            (Repeat::Each(_), ..) => format!("flatten(values({address})[*].out)"),
            _ => format!("{address}.out"),
        })
    }

    /// What is named in `depends_on`, where it is there.
    fn waits_for(&self, from: Place, of: &[usize]) -> Option<String> {
        let named = |id: &usize| {
            if *id >= from.id {
                return None;
            }
            let node = self.node(*id).filter(|node| node.module == from.module).map(Node::address);
            let module = self.module(*id).filter(|_| from.module.is_none()).map(|m| format!("module.{}", m.name));
            node.or(module)
        };
        let all: Vec<String> = of.iter().filter_map(named).collect();
        (!all.is_empty()).then(|| format!("  depends_on = [{}]\n", all.join(", ")))
    }

    fn write_node(&self, out: &mut String, node: &Node) {
        let here = Place { id: node.id, module: node.module };
        let list = |to: &Option<Use>| to.as_ref().and_then(|to| self.part(here, to));
        let uses: Vec<String> = node.uses.iter().filter_map(|to| self.part(here, to)).collect();
        let address = node.address();
        let (kind, name) = address.split_once('.').unwrap();
        let _ = writeln!(out, "resource {kind:?} {name:?} {{");
        let repeat = self.repeat_of(node);
        self.write_repeat(out, &repeat);
        let zone = list(&node.zone_of).map_or(String::new(), |list| format!("-${{join(\"-\", {list})}}"));
        let zone = format!("\"z{}{zone}\"", node.zone);
        let size = match list(&node.size_of) {
            Some(list) => format!("{} + length({list})", node.size),
            None => node.size.to_string(),
        };
        match node.kind {
            Kind::Lab => {
                let instance = match repeat {
                    Repeat::Once => "",
                    Repeat::Count(_) => "-${count.index}",
                    Repeat::Each(_) | Repeat::Like(_) => "-${each.key}",
                };
                let module = if node.module.is_some() { "${var.key}" } else { "" };
                let _ =
                    writeln!(out, "  name = \"{}{instance}{module}\"\n  size = {size}\n  zone = {zone}", node.label);
                if !uses.is_empty() {
                    let _ = writeln!(out, "  uses = concat([], {})", uses.join(", "));
                }
                if node.secret {
                    out.push_str("  secret = \"of ${var.secret}\"\n  tags = { hidden = var.secret, shown = \"x\" }\n");
                }
            }
            Kind::Data => {
                let secret = if node.secret { ", hidden = var.secret" } else { "" };
                let uses = uses.join(", ");
                let _ = writeln!(out, "  input = {{ size = {size}, uses = concat([], {uses}){secret} }}");
                let _ = writeln!(out, "  triggers_replace = [{zone}]");
            }
        }
        out.push_str(&self.waits_for(here, &node.depends_on).unwrap_or_default());
        self.write_lifecycle(out, node);
        out.push_str("}\n");
    }

    fn write_lifecycle(&self, out: &mut String, node: &Node) {
        let mut lines = String::new();
        if node.create_first {
            lines.push_str("    create_before_destroy = true\n");
        }
        if node.protected {
            lines.push_str("    prevent_destroy = true\n");
        }
        if node.ignores {
            let ignored = if node.kind == Kind::Lab { "size, tags" } else { "input" };
            let _ = writeln!(lines, "    ignore_changes = [{ignored}]");
        }
        let trigger = node.triggered_by.as_ref().and_then(|to| {
            let other = self.node(to.of).filter(|other| other.module == node.module && other.id < node.id)?;
            let attribute = match (self.repeat_of(other), to.one, other.kind) {
                (Repeat::Once, true, Kind::Lab) => ".revision",
                (Repeat::Once, true, Kind::Data) => ".output",
                _ => "",
            };
            Some(format!("{}{attribute}", other.address()))
        });
        if let Some(trigger) = trigger {
            let _ = writeln!(lines, "    replace_triggered_by = [{trigger}]");
        }
        if node.checked {
            let condition = if node.kind == Kind::Lab { "self.size > 1" } else { "self.output.size > 1" };
            let message = "error_message = \"Too small.\"";
            let _ = writeln!(lines, "    postcondition {{\n      condition = {condition}\n      {message}\n    }}");
        }
        if !lines.is_empty() {
            let _ = writeln!(out, "  lifecycle {{\n{lines}  }}");
        }
    }

    fn write_lookup(&self, out: &mut String, lookup: &Lookup) {
        let here = Place { id: lookup.id, module: lookup.module };
        let id = self.part(here, &lookup.of).unwrap_or_else(|| "[\"none\"]".into());
        let waits = self.waits_for(here, &lookup.depends_on).unwrap_or_default();
        let _ = writeln!(out, "data \"lab_lookup\" \"d{}\" {{\n  id = join(\"-\", {id})\n{waits}}}", lookup.id);
    }

    fn write_module(&self, out: &mut String, module: &Module) {
        let here = Place { id: module.id, module: None };
        let given: Vec<String> = module.given.iter().filter_map(|to| self.part(here, to)).collect();
        let _ = writeln!(out, "module {:?} {{\n  source = \"./{}\"", module.name, module.name);
        self.write_repeat(out, &module.repeat);
        let key = match module.repeat {
            Repeat::Count(_) => "\"-${count.index}\"",
            Repeat::Each(_) => "\"-${each.key}\"",
            _ => "\"\"",
        };
        let waits = self.waits_for(here, &module.depends_on).unwrap_or_default();
        let _ = writeln!(
            out,
            "  key    = {key}\n  secret = var.secret\n  given  = concat([], {})\n{waits}}}",
            given.join(", ")
        );
    }
}
