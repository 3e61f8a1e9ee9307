//! `import` blocks: which objects are taken into the state, and under which address.

use crate::planner::Planner;
use crate::{PlanInput, Undeclared, graph};
use addrs::{ConfigResource, InstanceKey, ModuleInstance, PartialInstances, ResourceInstance};
use calls::{ImportedBy, ObjectIdentity};
use config::{ImportBlock, ImportBy};
use configschema::IdentitySchema;
use diag::{Diagnostic, Diagnostics};
use eval::{Expansion, Repetition};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::Expression;
use value::{Content, Marks, Type, Value, convert, json};

/// The objects that are imported to a resource, by instance; those that the state has already are left out, and those
/// that are imported in a later wave. With the resource comes how identities of its type look, if it has any.
pub(crate) fn of(
    planner: &Planner,
    (resource, identity): (&ConfigResource, Option<&IdentitySchema>),
    (expansions, later): (&[(ModuleInstance, Expansion)], &PartialInstances),
    troubles: &mut Diagnostics,
) -> BTreeMap<ResourceInstance, ImportedBy> {
    let mut found: BTreeMap<ResourceInstance, ImportedBy> = BTreeMap::new();
    let root = planner.input.tree.root();
    let blocks = root.into_iter().flat_map(|root| &root.imports);
    for block in blocks.filter(|block| block.to.resource == resource.resource && block.to.path() == resource.module) {
        let read = Reading { planner, block, schema: identity };
        let repetitions = match read.repetitions() {
            Ok(repetitions) => repetitions,
            Err(trouble) => {
                troubles.extend(trouble);
                continue;
            }
        };
        for repetition in repetitions {
            match read.one(&repetition) {
                // Whether it is declared is not known yet.
                Ok((addr, _)) if later.contain(&addr) => {}
                Ok((addr, by)) => read.note(addr, by, expansions, &mut found, troubles),
                Err(trouble) => troubles.extend(trouble),
            }
        }
    }
    let prior = &planner.input.prior;
    found.retain(|addr, _| prior.object(addr, None).is_none());
    found
}

/// Import blocks whose resource has neither a block nor an object: those whose objects are only described, and what is
/// wrong with the others.
pub(crate) fn without_block<'i>(
    input: &'i PlanInput,
    stored: &BTreeMap<ConfigResource, Vec<ResourceInstance>>,
) -> (Vec<(ConfigResource, &'i ImportBlock)>, Diagnostics) {
    let mut described = Vec::new();
    let mut troubles = Diagnostics::new();
    for block in input.tree.root().into_iter().flat_map(|root| &root.imports) {
        let resource = ConfigResource { module: block.to.path(), resource: block.to.resource.clone() };
        if graph::declared(input, &resource).is_some() || stored.contains_key(&resource) {
            continue;
        }
        match input.options.undeclared {
            Undeclared::Described if block.for_each.is_some() || block.to.key.is_some() => {
                let next = "Configuration is generated for resources without count and for_each, each from an import of \
                            its own: declare this one.";
                troubles.push(no_target(block, &resource.to_string(), next));
            }
            Undeclared::Described if resource.module.is_root() => described.push((resource, block)),
            Undeclared::Described => {
                let next = "Configuration is generated for the root module only: declare the resource in its module.";
                troubles.push(no_target(block, &resource.to_string(), next));
            }
            Undeclared::Refused if resource.module.is_root() => {
                let next = "Declare it, or correct the address; drform plan -generate-config-out=generated.tf writes a \
                            block for the object.";
                troubles.push(no_target(block, &resource.to_string(), next));
            }
            Undeclared::Refused => {
                troubles.push(no_target(block, &resource.to_string(), "Declare it, or correct the address."));
            }
        }
    }
    (described, troubles)
}

fn no_target(block: &ImportBlock, addr: &str, next: &str) -> Diagnostic {
    let detail = format!("An object is to be imported to {addr}, which is not declared.");
    Diagnostic::error("Configuration for import target does not exist", detail)
        .at(block.to_range.clone())
        .within(block.range.clone())
        .next(next)
}

/// One block on its way to addresses and objects.
struct Reading<'a> {
    planner: &'a Planner,
    block: &'a ImportBlock,
    /// How identities of the resource type look.
    schema: Option<&'a IdentitySchema>,
}

impl Reading<'_> {
    fn refuse(&self, argument: &str, detail: impl Into<String>, expr: &Expression, next: &str) -> Diagnostics {
        Diagnostic::error(format!("Invalid import {argument} argument"), detail)
            .at(expr.range())
            .within(self.block.range.clone())
            .next(next)
            .into()
    }

    fn value(&self, expr: &Expression, repetition: &Repetition) -> Result<Value, Diagnostics> {
        let (value, troubles) = self.planner.evaluator.evaluate(&ModuleInstance::ROOT, expr, repetition);
        if troubles.has_errors() { Err(troubles) } else { Ok(value) }
    }

    /// `for_each`: unlike that of a resource it may be a tuple or list too.
    fn repetitions(&self) -> Result<Vec<Repetition>, Diagnostics> {
        let Some(expr) = &self.block.for_each else { return Ok(vec![Repetition::NONE]) };
        let value = self.value(expr, &Repetition::NONE)?;
        let one = |key: Arc<str>, value: Value| Repetition { each: Some((key, value)), ..Repetition::NONE };
        if !value.marks.is_empty() {
            let detail =
                "The keys show in addresses, so that they must not be made from sensitive or ephemeral values.";
            return Err(self.refuse("for_each", detail, expr, "Use nonsensitive() where nothing is revealed."));
        }
        match &value.content {
            Content::Map(_, members) | Content::Object(members) => {
                Ok(members.iter().map(|(key, value)| one(key.clone(), value.clone())).collect())
            }
            Content::Set(_, items) if items.iter().all(|item| item.as_str().is_some()) => {
                Ok(items.iter().map(|item| one(item.as_str().unwrap_or_default().into(), item.clone())).collect())
            }
            Content::List(_, items) | Content::Tuple(items) => {
                Ok(items.iter().enumerate().map(|(i, item)| one(i.to_string().into(), item.clone())).collect())
            }
            Content::Unknown(..) | Content::Set(..) if !value.is_wholly_known() => {
                let detail = "Which objects are imported must be known while planning.";
                Err(self.refuse("for_each", detail, expr, "Use values that are known before an apply."))
            }
            _ => {
                let detail = format!("A value of type {} cannot be gone through.", value.ty().friendly_name());
                Err(self.refuse("for_each", detail, expr, "Give a map, an object, a list, or a set of strings."))
            }
        }
    }

    /// The address of one object, and what is said of it.
    fn one(&self, repetition: &Repetition) -> Result<(ResourceInstance, ImportedBy), Diagnostics> {
        let to = &self.block.to;
        let mut module = Vec::new();
        for (name, key) in &to.modules {
            module.push((name.clone(), self.key(key.as_ref(), repetition)?));
        }
        let addr = ResourceInstance {
            module: ModuleInstance(module),
            resource: to.resource.clone(),
            key: self.key(to.key.as_ref(), repetition)?,
        };
        let by = match &self.block.by {
            ImportBy::Id(expr) => ImportedBy::Id(self.id(expr, repetition)?),
            ImportBy::Identity(expr) => ImportedBy::Identity(self.identity(expr, repetition)?),
        };
        Ok((addr, by))
    }

    fn key(&self, expr: Option<&Expression>, repetition: &Repetition) -> Result<InstanceKey, Diagnostics> {
        let Some(expr) = expr else { return Ok(InstanceKey::None) };
        let value = self.value(expr, repetition)?;
        let number = || match &value.content {
            Content::Number(number) => number.to_u64().and_then(|n| u32::try_from(n).ok()),
            _ => None,
        };
        match &value.content {
            _ if !value.marks.is_empty() => {
                let detail =
                    "Keys show in addresses, so that they must not be made from sensitive or ephemeral values.";
                Err(self.refuse("to", detail, expr, "Use nonsensitive() where nothing is revealed."))
            }
            Content::String(text) => Ok(InstanceKey::String(text.clone())),
            Content::Number(_) if number().is_some() => Ok(InstanceKey::Int(number().unwrap_or_default())),
            _ => {
                let detail = "The key of an instance must be a text or a whole number that is known while planning.";
                Err(self.refuse("to", detail, expr, "Use such a key."))
            }
        }
    }

    /// The identity, by the schema of the resource type.
    fn identity(&self, expr: &Expression, repetition: &Repetition) -> Result<ObjectIdentity, Diagnostics> {
        let kind = &self.block.to.resource.kind;
        let refuse = |detail: String, next: &str| Err(self.refuse("identity", detail, expr, next));
        let Some(schema) = self.schema else {
            let detail = format!("The provider tells no identity of objects of type {kind}.");
            return refuse(detail, "Write id = … in the form that the resource type documents.");
        };
        let (value, marks) = self.value(expr, repetition)?.unmark_deep();
        if !marks.is_empty() {
            let detail = "An identity shows in plans and is kept in the state, so that it must not be sensitive or \
                          ephemeral.";
            return refuse(detail.into(), "Use nonsensitive() where nothing is revealed.");
        }
        if !value.is_wholly_known() {
            let detail = "The identity depends on what is known only after an apply.";
            return refuse(detail.into(), "Use values that are known before an apply.");
        }
        let given: BTreeMap<Arc<str>, Value> = match &value.content {
            Content::Object(members) | Content::Map(_, members) => members.as_ref().clone(),
            _ => {
                let detail = format!("An identity is an object, not {}.", value.ty().friendly_name());
                return refuse(detail, "Write the attributes in braces.");
            }
        };
        let told = schema.attributes.iter().filter(|(_, a)| a.required_for_import || a.optional_for_import);
        let told = told.map(|(name, _)| name.as_ref()).collect::<Vec<_>>().join(", ");
        let next = format!("The identity of {kind} has: {told}.");
        let known = |name: &Arc<str>| {
            let attribute = schema.attributes.get(name);
            attribute.is_some_and(|attribute| attribute.required_for_import || attribute.optional_for_import)
        };
        if let Some(name) = given.keys().find(|name| !known(name)) {
            return refuse(format!("An import cannot say the attribute {name:?}."), &next);
        }
        let mut attributes = Vec::new();
        for (name, attribute) in &schema.attributes {
            let given = given.get(name).filter(|value| !value.is_null());
            if given.is_none() && attribute.required_for_import {
                return refuse(format!("The attribute {name:?} is required."), &next);
            }
            let value = given.map_or_else(|| Ok(Value::null(attribute.ty.clone())), |v| convert(v, &attribute.ty));
            match value {
                Ok(value) => attributes.push((name.clone(), value)),
                Err(error) => return refuse(format!("The attribute {name:?} is wrong: {error}."), &next),
            }
        }
        match json::encode(&Value::object(attributes), &schema.ty()) {
            Ok(node) => Ok(ObjectIdentity { version: schema.version, json: node.print().into() }),
            Err(error) => refuse(format!("It cannot be kept: {error}."), &next),
        }
    }

    fn id(&self, expr: &Expression, repetition: &Repetition) -> Result<Arc<str>, Diagnostics> {
        let value = self.value(expr, repetition)?;
        let refuse = |detail: String| Err(self.refuse("id", detail, expr, "Give the id of an object that exists."));
        if value.marks.contains(Marks::EPHEMERAL) {
            return refuse("The id is kept in the plan, so that it must not be ephemeral.".into());
        }
        match convert(&value, &Type::String).map(|value| value.content) {
            Ok(Content::String(id)) if !id.is_empty() => Ok(id),
            Ok(Content::String(_)) => refuse("The id is empty.".into()),
            Ok(Content::Null(_)) => refuse("The id is null.".into()),
            Ok(_) => refuse("The id depends on what is known only after an apply.".into()),
            Err(error) => refuse(format!("The id is no text: {error}.")),
        }
    }

    /// Keeps an import whose address is one of the instances, and no other import's.
    fn note(
        &self,
        addr: ResourceInstance,
        by: ImportedBy,
        expansions: &[(ModuleInstance, Expansion)],
        found: &mut BTreeMap<ResourceInstance, ImportedBy>,
        troubles: &mut Diagnostics,
    ) {
        let wanted = |addr: &ResourceInstance| {
            expansions.iter().any(|(module, expansion)| *module == addr.module && expansion.keys().contains(&addr.key))
        };
        // Keys of a tuple are numbers.
        let by_number = match &addr.key {
            InstanceKey::String(text) => text.parse().ok().map(InstanceKey::Int),
            _ => None,
        };
        let numbered = by_number.map(|key| ResourceInstance { key, ..addr.clone() });
        let addr = match numbered.filter(|numbered| !wanted(&addr) && wanted(numbered)) {
            Some(numbered) => numbered,
            None => addr,
        };
        if !wanted(&addr) {
            return troubles.push(no_target(self.block, &addr.to_string(), "Declare it, or correct the address."));
        }
        if found.contains_key(&addr) {
            let detail = format!("Two imports bring an object to {addr}; only one can stand there.");
            let trouble =
                Diagnostic::error(format!("Duplicate import configuration for {:?}", addr.to_string()), detail);
            return troubles.push(trouble.at(self.block.to_range.clone()).next("Remove one of them."));
        }
        found.insert(addr, by);
    }
}
