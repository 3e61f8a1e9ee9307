//! Whether what a name refers to is declared: mistakes that no value can mend, and no `try` hides.

use crate::references::{Parsed, Referent, step_span};
use crate::suggestion::did_you_mean;
use addrs::{Mode, Resource};
use config::{Module, ModuleTree, ResourceConfig};
use diag::{Diagnostic, Range};
use std::sync::Arc;
use syntax::{Name, Span, Step};

/// Says what is wrong with a name that parsed, if anything.
pub(crate) fn check(
    tree: &ModuleTree,
    module: &Module,
    parsed: &Parsed,
    (name, steps): (&Name, &[Step]),
    file: &Arc<str>,
) -> Option<Diagnostic> {
    let used = steps.get(..parsed.used).unwrap_or(&[]);
    let place = used.last().map_or(name.span, |last| name.span.to(step_span(last))).of(file);
    let rest = steps.get(parsed.used..).unwrap_or(&[]);
    match &parsed.referent {
        Referent::Variable(name) if !module.variables.contains_key(name) => {
            Some(undeclared_variable(module, name, place))
        }
        Referent::Local(name) if !module.locals.contains_key(name) => {
            let suggestion = did_you_mean(name, module.locals.keys().map(AsRef::as_ref));
            let detail = format!("A local value with the name {name:?} has not been declared.{suggestion}");
            let next = format!("Declare it with {name} = … in a locals block, or correct the name.");
            Some(Diagnostic::error("Reference to undeclared local value", detail).at(place).next(next))
        }
        Referent::Resource(resource) => match module.resources.get(resource) {
            None => Some(undeclared_resource(module, resource, place)),
            Some(config) => wrong_key(config, rest, file, place),
        },
        Referent::ModuleCall(call, _) if !module.module_calls.contains_key(call) => {
            let suggestion = did_you_mean(call, module.module_calls.keys().map(AsRef::as_ref));
            let detail = format!("No module call named {call:?} is declared in {}.{suggestion}", display(module));
            let next = format!("Add a module {call:?} block, or correct the name.");
            Some(Diagnostic::error("Reference to undeclared module", detail).at(place).next(next))
        }
        Referent::ModuleCall(call, _) => undeclared_output(tree, module, call, rest, file),
        Referent::Each(attribute) if !matches!(attribute.as_ref(), "key" | "value") => {
            let detail = format!(
                "The \"each\" object does not have an attribute named {attribute:?}. The supported attributes are each.key \
                 and each.value, the current key and value pair of the \"for_each\" attribute set."
            );
            Some(Diagnostic::error("Invalid \"each\" attribute", detail).at(place))
        }
        Referent::PathAttr(attribute) if !matches!(attribute.as_ref(), "module" | "root" | "cwd") => {
            let suggestion = did_you_mean(attribute, ["module", "root", "cwd"]);
            let detail = format!("The \"path\" object does not have an attribute named {attribute:?}.{suggestion}");
            let next = "The attributes are path.module, path.root and path.cwd.";
            Some(Diagnostic::error("Invalid \"path\" attribute", detail).at(place).next(next))
        }
        Referent::TerraformAttr(attribute) if !matches!(attribute.as_ref(), "workspace" | "applying") => {
            let root = &name.text;
            let detail = format!(
                "The {root:?} object does not have an attribute named {attribute:?}. The only supported attributes are \
                 {root}.workspace, the name of the currently-selected workspace, and {root}.applying, a boolean which is \
                 true only during apply."
            );
            Some(Diagnostic::error(format!("Invalid {root:?} attribute"), detail).at(place))
        }
        _ => None,
    }
}

/// A module as sentences name it.
pub(crate) fn display(module: &Module) -> String {
    if module.path.is_root() { "the root module".into() } else { module.path.to_string() }
}

fn undeclared_variable(module: &Module, name: &str, place: Range) -> Diagnostic {
    let suggestion = did_you_mean(name, module.variables.keys().map(AsRef::as_ref));
    // Terraform's own words; the battery compares them.
    let advice = match suggestion.is_empty() {
        true => format!(" This variable can be declared with a variable {name:?} {{}} block."),
        false => suggestion,
    };
    let detail = format!("An input variable with the name {name:?} has not been declared.{advice}");
    Diagnostic::error("Reference to undeclared input variable", detail)
        .at(place)
        .next("Correct the name, or declare it.")
}

fn undeclared_resource(module: &Module, resource: &Resource, place: Range) -> Diagnostic {
    let kind = match resource.mode {
        Mode::Managed => "A managed resource",
        Mode::Data => "A data resource",
        Mode::Ephemeral => "An ephemeral resource",
    };
    let other_mode = |mode: Mode| {
        let other = Resource { mode, ..resource.clone() };
        module.resources.contains_key(&other).then(|| other.to_string())
    };
    let suggestion = [Mode::Managed, Mode::Data, Mode::Ephemeral]
        .into_iter()
        .find_map(other_mode)
        .or_else(|| {
            let of_kind = module.resources.keys().filter(|r| r.mode == resource.mode && r.kind == resource.kind);
            let name = crate::suggestion::nearest(&resource.name, of_kind.map(|r| r.name.as_ref()))?;
            Some(Resource { name: name.into(), ..resource.clone() }.to_string())
        })
        .or_else(|| {
            let of_name = module.resources.keys().filter(|r| r.mode == resource.mode && r.name == resource.name);
            let kind = crate::suggestion::nearest(&resource.kind, of_name.map(|r| r.kind.as_ref()))?;
            Some(Resource { kind: kind.into(), ..resource.clone() }.to_string())
        });
    let detail =
        format!("{kind} {:?} {:?} has not been declared in {}.", resource.kind, resource.name, display(module));
    let diagnostic = Diagnostic::error("Reference to undeclared resource", detail).at(place);
    match suggestion {
        Some(meant) => diagnostic.next(format!("Did you mean {meant}?")),
        None => diagnostic.next("Declare it, or correct the name."),
    }
}

/// `count` and `for_each` make a key necessary; without them there is none.
fn wrong_key(config: &ResourceConfig, rest: &[Step], file: &Arc<str>, place: Range) -> Option<Diagnostic> {
    let addr = &config.addr;
    let repeated = match (&config.count, &config.for_each) {
        (Some(_), _) => Some(("count", "indices", "count.index")),
        (_, Some(_)) => Some(("for_each", "instance keys", "each.key")),
        _ => None,
    };
    match (repeated, rest.first()) {
        (Some((argument, keys, key)), Some(Step::Attribute(_))) => {
            let detail = format!(
                "Because {addr} has {argument:?} set, its attributes must be accessed on specific instances.\n\nFor example, \
                 to correlate with {keys} of a referring resource, use:\n    {addr}[{key}]"
            );
            let next = format!("Select one instance with {addr}[…], or all of them with {}.", all_of(argument, addr));
            Some(Diagnostic::error("Missing resource instance key", detail).at(place).next(next))
        }
        (None, Some(Step::Index(_, span))) => {
            let detail = format!(
                "Because {addr} does not have \"count\" or \"for_each\" set, references to it must not include an index \
                 key. Remove the bracketed index to refer to the single instance of this resource."
            );
            let place = Span::new(place.start, span.end).of(file);
            Some(Diagnostic::error("Unexpected resource instance key", detail).at(place))
        }
        _ => None,
    }
}

fn all_of(argument: &str, addr: &Resource) -> String {
    if argument == "count" { format!("{addr}[*]") } else { format!("values({addr})[*]") }
}

fn undeclared_output(
    tree: &ModuleTree,
    module: &Module,
    call: &Arc<str>,
    rest: &[Step],
    file: &Arc<str>,
) -> Option<Diagnostic> {
    let config = module.module_calls.get(call)?;
    let called = tree.module(&module.path.child(call.clone()))?;
    let repeated = config.count.is_some() || config.for_each.is_some();
    let output = match (repeated, rest) {
        (false, [Step::Attribute(name), ..]) | (true, [Step::Index(..), Step::Attribute(name), ..]) => name,
        _ => return None,
    };
    if called.outputs.contains_key(&output.text) {
        return None;
    }
    let suggestion = did_you_mean(&output.text, called.outputs.keys().map(AsRef::as_ref));
    let detail = format!("This object does not have an attribute named {:?}.{suggestion}", output.text);
    let diagnostic = Diagnostic::error("Unsupported attribute", detail).at(output.span.of(file));
    Some(diagnostic.next(format!("Declare output {:?} in module {call:?} to read it here.", output.text)))
}
