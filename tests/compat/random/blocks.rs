//! Small configurations of a resource with blocks, written out and by `dynamic`.

use super::configuration::{Configuration, parts};
use super::expression::{Named, Ty, Writer};
use super::source::Source;
use std::fmt::Write;

/// What the blocks of a type are made of.
struct Kind {
    name: &'static str,
    attributes: &'static [(&'static str, Ty)],
    nested: &'static [&'static Kind],
    collected: Collected,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Collected {
    /// Any number of them.
    Many,
    /// Any number of them, each with a label.
    Labelled,
    /// One at most.
    One,
}

const TEXT: (&str, Ty) = ("text", Ty::Text);
const SIZE: (&str, Ty) = ("size", Ty::Number);
/// A set stands for the list of strings: both are lists of strings to who writes them.
const LIST: (&str, Ty) = ("list", Ty::Set);
const BOLT: Kind = Kind { name: "bolt", attributes: &[TEXT, SIZE], nested: &[], collected: Collected::Many };
const PIN: Kind = Kind { name: "pin", attributes: &[TEXT, SIZE], nested: &[], collected: Collected::Many };

/// The blocks of `rack_shelf`, as `rack.rs` has them.
const KINDS: [Kind; 5] = [
    Kind { name: "slot", attributes: &[TEXT, SIZE, LIST], nested: &[&BOLT, &PIN], collected: Collected::Many },
    Kind { name: "tag", attributes: &[TEXT, SIZE, LIST], nested: &[&BOLT], collected: Collected::Many },
    Kind { name: "frame", attributes: &[TEXT, LIST], nested: &[&BOLT], collected: Collected::One },
    Kind { name: "door", attributes: &[TEXT, LIST], nested: &[&BOLT], collected: Collected::Labelled },
    Kind { name: "box", attributes: &[TEXT, LIST], nested: &[&BOLT], collected: Collected::One },
];

/// The configuration of a seed, as a module; the same seed gives the same text but for the name of the module.
pub fn configuration(seed: u64, module: &str) -> Configuration {
    let mut source = Source::new(seed);
    let mut main = String::from(
        "terraform {\n  required_providers {\n    rack = { source = \"drform.test/dev/rack\" }\n  }\n}\n\
         resource \"terraform_data\" \"later\" {\n  input = [\"a\", \"b\"]\n}\n",
    );
    let mut writer = Writer { source: &mut source, scope: Vec::new(), fresh: 0, known_only: false };
    writer.scope.push(Named::unknown("terraform_data.later.id", Ty::Text));
    writer.scope.push(Named::unknown("tolist(terraform_data.later.output)", Ty::List(Box::new(Ty::Text))));
    main.push_str("locals {\n");
    for number in 0..2 + writer.source.below(2) {
        let ty = match writer.source.below(3) {
            0 => Ty::List(Box::new(Ty::object(writer.source, 1))),
            1 => Ty::Map(Box::new(Ty::object(writer.source, 1))),
            _ => Ty::Set,
        };
        let value = writer.expression(&ty, 2);
        let _ = writeln!(main, "  l{number} = {value}");
        writer.scope.extend(parts(&format!("local.l{number}"), &ty, true));
    }
    main.push_str("}\n");
    for number in 0..1 + writer.source.below(2) {
        let _ = writeln!(main, "resource \"rack_shelf\" \"s{number}\" {{");
        for kind in &KINDS {
            if writer.source.percent(60) {
                blocks(&mut writer, &mut main, kind, 1);
            }
        }
        main.push_str("}\n");
    }
    let call = format!("module \"{module}\" {{\n  source = \"./{module}\"\n}}\n");
    Configuration { files: vec![(format!("{module}/main.tf"), main)], call }
}

/// Some blocks of a type.
fn blocks(writer: &mut Writer<'_>, out: &mut String, kind: &Kind, depth: usize) {
    let indent = "  ".repeat(depth);
    let most = if kind.collected == Collected::One { 1 } else { 2 };
    for number in 0..1 + writer.source.below(most) {
        if writer.source.percent(65) {
            dynamic(writer, out, kind, depth);
        } else {
            let label = if kind.collected == Collected::Labelled { format!(" \"d{number}\"") } else { String::new() };
            let _ = writeln!(out, "{indent}{}{label} {{", kind.name);
            body(writer, out, kind, depth + 1);
            let _ = writeln!(out, "{indent}}}");
        }
    }
}

/// One `dynamic` block over something of any collection type, known or not.
fn dynamic(writer: &mut Writer<'_>, out: &mut String, kind: &Kind, depth: usize) {
    let indent = "  ".repeat(depth);
    let before = writer.scope.len();
    let element = Ty::any(writer.source, 1);
    let collection = match writer.source.below(3) {
        0 => Ty::List(Box::new(element.clone())),
        1 => Ty::Map(Box::new(element.clone())),
        _ => Ty::Set,
    };
    let (key, value) = match &collection {
        Ty::List(of) => (Ty::Number, (**of).clone()),
        Ty::Map(of) => (Ty::Text, (**of).clone()),
        _ => (Ty::Text, Ty::Text),
    };
    // One at most, which a condition makes or not.
    let (each, value) = if kind.collected == Collected::One {
        let condition = writer.expression(&Ty::Bool, 1);
        let only = writer.expression(&value, 1);
        (format!("{condition} ? tolist([{only}]) : slice(tolist([{only}]), 0, 0)"), value)
    } else {
        (writer.expression(&collection, 2), value)
    };
    let key = if kind.collected == Collected::One { Ty::Number } else { key };
    let _ = writeln!(out, "{indent}dynamic \"{}\" {{\n{indent}  for_each = {each}", kind.name);
    let iterator = if writer.source.percent(40) {
        writer.fresh += 1;
        let name = format!("it{}", writer.fresh);
        let _ = writeln!(out, "{indent}  iterator = {name}");
        name
    } else {
        kind.name.to_string()
    };
    // Two static labels may be equal; those of one `dynamic` are not, if its keys are known.
    if kind.collected == Collected::Labelled {
        writer.fresh += 1;
        let _ = writeln!(out, "{indent}  labels = [\"y{}-${{{iterator}.key}}\"]", writer.fresh);
    }
    writer.scope.push(Named::unknown(format!("{iterator}.key"), key));
    writer.scope.extend(parts(&format!("{iterator}.value"), &value, false));
    let _ = writeln!(out, "{indent}  content {{");
    body(writer, out, kind, depth + 2);
    let _ = writeln!(out, "{indent}  }}\n{indent}}}");
    writer.scope.truncate(before);
}

fn body(writer: &mut Writer<'_>, out: &mut String, kind: &Kind, depth: usize) {
    let indent = "  ".repeat(depth);
    for (name, ty) in kind.attributes {
        if writer.source.percent(60) {
            let value = writer.expression(ty, 2);
            let _ = writeln!(out, "{indent}{name} = {value}");
        }
    }
    for nested in kind.nested {
        if writer.source.percent(40) {
            blocks(writer, out, nested, depth);
        }
    }
}
