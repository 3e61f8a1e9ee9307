//! Random configurations, and the next version of one.

use crate::cloud::{DISK, KEY, NOTE};
use crate::random::Random;
use std::fmt::Write;

/// What a configuration declares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Program {
    resources: Vec<Declared>,
    made: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Declared {
    kind: &'static str,
    label: String,
    name: usize,
    size: usize,
    create_before_destroy: bool,
    count: Option<usize>,
    /// Labels of resources that were declared before.
    of: Vec<String>,
}

impl Program {
    /// Two to six resources.
    pub(crate) fn random(random: &mut Random) -> Program {
        let mut program = Program { resources: Vec::new(), made: 0 };
        for _ in 0..2 + random.below(5) {
            program.declare(random);
        }
        program
    }

    fn declare(&mut self, random: &mut Random) {
        let label = format!("r{}", self.made);
        self.made += 1;
        let of = self.resources.iter().filter(|_| random.one_in(3)).map(|r| r.label.clone()).collect();
        self.resources.push(Declared {
            kind: [DISK, DISK, KEY, NOTE].get(random.below(4)).copied().unwrap_or(DISK),
            label,
            name: random.below(1000),
            size: random.below(3),
            create_before_destroy: random.one_in(3),
            count: random.one_in(4).then(|| 1 + random.below(2)),
            of,
        });
    }

    /// The next version: some resources change, one may go, one may come.
    pub(crate) fn next(&self, random: &mut Random) -> Program {
        let mut program = self.clone();
        if random.one_in(3) && !program.resources.is_empty() {
            let gone = program.resources.remove(random.below(program.resources.len())).label;
            program.resources.iter_mut().for_each(|r| r.of.retain(|label| *label != gone));
        }
        for resource in &mut program.resources {
            match random.below(6) {
                0 => resource.name += 1,
                1 | 2 => resource.size += 1,
                3 if resource.count.is_some() => resource.count = Some(random.below(4)),
                _ => {}
            }
        }
        if random.one_in(2) {
            program.declare(random);
        }
        program
    }

    /// Nothing at all: everything is deleted.
    pub(crate) fn empty(&self) -> Program {
        Program { resources: Vec::new(), made: self.made }
    }

    /// As Terraform's language has it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from(
            "terraform {\n  required_providers {\n    sim = {\n      source = \"sim/sim\"\n    }\n  }\n}\n",
        );
        for resource in &self.resources {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\nresource \"{}\" \"{}\" {{", resource.kind, resource.label);
            if let Some(count) = resource.count {
                let _ = writeln!(text, "  count = {count}");
            }
            let _ = writeln!(text, "  name = \"n{}\"\n  size = {}", resource.name, resource.size);
            let of: Vec<String> = resource.of.iter().filter_map(|label| self.reference(label)).collect();
            if !of.is_empty() {
                let _ = writeln!(text, "  of   = concat({})", of.join(", "));
            }
            if resource.create_before_destroy {
                text.push_str("  lifecycle {\n    create_before_destroy = true\n  }\n");
            }
            text.push_str("}\n");
            let _ = writeln!(
                text,
                "\noutput \"{}\" {{\n  value = {}\n}}",
                resource.label,
                self.reference(&resource.label).unwrap_or_default()
            );
        }
        text
    }

    /// A list of the ids of a resource.
    fn reference(&self, label: &str) -> Option<String> {
        let resource = self.resources.iter().find(|r| r.label == label)?;
        let address = format!("{}.{}", resource.kind, resource.label);
        Some(if resource.count.is_some() { format!("{address}[*].id") } else { format!("[{address}.id]") })
    }
}
