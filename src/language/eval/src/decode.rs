//! A block body against its schema: values of the implied type, and everything that is wrong with the body, in one go.

use crate::dynamic::{Item, Keyed};
use crate::evaluation::Evaluation;
use crate::evaluator::{Evaluator, ModuleNames, Open, Repeating, Repetition};
use crate::functions::Surroundings;
use crate::suggestion::nearest;
use addrs::ModuleInstance;
use config::ResourceConfig;
use configschema::{Attribute, AttributeType, Block, NestedBlock, Nesting, attribute_type, empty_value, implied_type};
use diag::{Diagnostic, Diagnostics};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::json::{Reading, Role};
use syntax::{Body, Expression};
use value::{Type, Value, convert};

impl Evaluator {
    /// Decodes a body against the schema of its block. The value has the type that the schema implies; where the body is
    /// wrong it is unknown, and the diagnostics say why.
    pub fn decode_body(
        &self,
        module: &ModuleInstance,
        body: &Body,
        block: &Block,
        repetition: &Repetition,
    ) -> (Value, Diagnostics) {
        self.decode_repeating(module, body, block, Repeating::Instance(repetition))
    }

    /// The same for all instances of a resource whose keys are not known yet: what differs between them is unknown.
    pub fn decode_for_all(
        &self,
        module: &ModuleInstance,
        resource: &ResourceConfig,
        block: &Block,
    ) -> (Value, Diagnostics) {
        let open = Open { count: resource.count.is_some(), each: resource.for_each.is_some(), self_object: false };
        self.decode_repeating(module, &resource.body, block, Repeating::Open(open))
    }

    pub(crate) fn decode_repeating(
        &self,
        module: &ModuleInstance,
        body: &Body,
        block: &Block,
        repeating: Repeating<'_>,
    ) -> (Value, Diagnostics) {
        let Some(config) = self.tree.module(&module.path()) else {
            return (Value::unknown(implied_type(block)), Diagnostics::new());
        };
        let names = ModuleNames { evaluator: self, config, module, repeating };
        let surroundings = self.surroundings();
        let mut decoder = Decoder {
            names: &names,
            surroundings: &surroundings,
            root: block,
            bindings: Vec::new(),
            presence_unknown: false,
            after_unknown: false,
            diagnostics: Diagnostics::new(),
        };
        let value = decoder.block(body, block);
        (value, decoder.diagnostics)
    }
}

/// Decodes one body.
pub(crate) struct Decoder<'a> {
    names: &'a ModuleNames<'a>,
    surroundings: &'a Surroundings<'a>,
    /// The outermost schema: it decides whether attributes may be written as blocks.
    pub(crate) root: &'a Block,
    /// Iterators of the dynamic blocks around.
    pub(crate) bindings: Vec<(Arc<str>, Value)>,
    /// Inside a block of which nobody knows whether it will be there.
    pub(crate) presence_unknown: bool,
    /// In a block after an unknown number of its type. Terraform does not look at it while planning: what is wrong with a
    /// value may be so only because something is not known yet.
    pub(crate) after_unknown: bool,
    pub(crate) diagnostics: Diagnostics,
}

impl Decoder<'_> {
    pub(crate) fn evaluate(&mut self, expr: &Expression) -> (Value, bool) {
        let (value, troubles) = Evaluation::run(self.names, self.surroundings, expr, &self.bindings);
        let failed = troubles.has_errors();
        if !self.after_unknown {
            self.diagnostics.extend(troubles);
        }
        (value, failed)
    }

    /// The object of one body.
    pub(crate) fn block(&mut self, body: &Body, schema: &Block) -> Value {
        syntax::with_room_for_values(|| self.block_of(body, schema))
    }

    fn block_of(&mut self, body: &Body, schema: &Block) -> Value {
        let body = &*body.decided(|name| role(name, schema), &mut self.diagnostics);
        let written_as_blocks = self.written_as_blocks(body, schema);
        let mut object = BTreeMap::new();
        for (name, attribute) in &schema.attributes {
            let value = match written_as_blocks.get(name) {
                Some(nested) => self.blocks_as_attribute(body, name, attribute, nested),
                None => self.attribute(body, name, attribute),
            };
            object.insert(name.clone(), value);
        }
        for (name, nested) in &schema.blocks {
            let value = self.blocks(body, name, nested);
            object.insert(name.clone(), value);
        }
        self.unexpected(body, schema, &written_as_blocks);
        Value::object(object)
    }

    fn attribute(&mut self, body: &Body, name: &Arc<str>, schema: &Attribute) -> Value {
        let Some(written) = body.attribute(name) else {
            if schema.required {
                let detail = format!("The argument {name:?} is required, but no definition was found.");
                let missing = Diagnostic::error("Missing required argument", detail).at(body.missing_range());
                self.diagnostics.push(missing.next(format!("Add {name} = … of type {}.", shown(schema))));
            }
            return Value::null(attribute_type(schema));
        };
        if !schema.required && !schema.optional {
            let detail = format!(
                "Can't configure a value for {name:?}: its value will be decided automatically based on the result of \
                 applying this configuration."
            );
            let refused = Diagnostic::error("Value for unconfigurable attribute", detail).at(written.range());
            self.diagnostics.push(refused.next("Remove the argument."));
            return Value::null(attribute_type(schema));
        }
        let (value, failed) = self.evaluate(&written.expr);
        if failed {
            return Value::unknown(attribute_type(schema));
        }
        match convert(&value, &constraint(schema)) {
            Ok(_) if self.presence_unknown => Value::unknown(attribute_type(schema)),
            Ok(value) => value,
            Err(_) if self.after_unknown && !value.is_wholly_known() => Value::unknown(attribute_type(schema)),
            Err(e) => {
                let detail = format!("Inappropriate value for attribute {name:?}: {e}.");
                let described =
                    crate::describe(&if schema.sensitive { value.marked(value::Marks::SENSITIVE) } else { value });
                let wrong = Diagnostic::error("Incorrect attribute value type", detail).at(written.expr.range());
                self.diagnostics.push(
                    wrong.involving(name.as_ref(), described).next(format!("Give a value of type {}.", shown(schema))),
                );
                Value::unknown(attribute_type(schema))
            }
        }
    }

    /// The collection of all blocks of one type.
    fn blocks(&mut self, body: &Body, name: &Arc<str>, nested: &NestedBlock) -> Value {
        let items = self.items(body, name, nested);
        let unknown = |item: &Item| matches!(item, Item::Unknown(_)) || (self.presence_unknown && is_many(nested));
        if items.iter().any(unknown) {
            let marks = items.iter().fold(value::Marks::NONE, |marks, item| marks.union(item.marks()));
            return Value::unknown(nested_type(nested)).marked(marks);
        }
        let values: Vec<Keyed> = items.into_iter().filter_map(Item::into_keyed).collect();
        self.count_blocks(body, name, nested, &values);
        let mut values = values.into_iter();
        match nested.nesting {
            Nesting::Single => values.next().map_or_else(|| Value::null(implied_type(&nested.block)), |(_, v, _)| v),
            Nesting::Group => values.next().map_or_else(|| empty_value(&nested.block), |(_, v, _)| v),
            Nesting::List => collect_list(nested, values.map(|(_, v, _)| v).collect()),
            Nesting::Set => Value::set(implied_type(&nested.block), values.map(|(_, v, _)| v)),
            Nesting::Map => {
                let mut elements: BTreeMap<Arc<str>, Value> = BTreeMap::new();
                for (key, value, range) in values {
                    let key = key.unwrap_or_default();
                    match elements.entry(key) {
                        Entry::Vacant(place) => {
                            place.insert(value);
                        }
                        Entry::Occupied(place) => {
                            let detail = format!("Only one {name} block may have the key {:?}.", place.key());
                            self.diagnostics
                                .push(Diagnostic::error(format!("Duplicate {name} block"), detail).at(range));
                        }
                    }
                }
                if has_dynamic(&nested.block) {
                    Value::object(elements)
                } else {
                    Value::map(implied_type(&nested.block), elements)
                }
            }
        }
    }

    fn count_blocks(&mut self, body: &Body, name: &str, nested: &NestedBlock, blocks: &[Keyed]) {
        let count = blocks.len() as u64;
        let allowed = if matches!(nested.nesting, Nesting::Single | Nesting::Group) { 1 } else { nested.max_items };
        let first_too_many = usize::try_from(allowed).ok().and_then(|allowed| blocks.get(allowed));
        let place = || first_too_many.map_or_else(|| body.missing_range(), |(_, _, range)| range.clone());
        let trouble = match nested.nesting {
            Nesting::Single | Nesting::Group if count > 1 => {
                let detail = format!("Only one block of type {name:?} is allowed.");
                let next = "Remove all of them but one.";
                Some(Diagnostic::error(format!("Duplicate {name} block"), detail).at(place()).next(next))
            }
            Nesting::Single if count < nested.min_items => {
                let detail = format!("A block of type {name:?} is required here.");
                let next = format!("Add a {name} {{ … }} block.");
                Some(Diagnostic::error(format!("Missing {name} block"), detail).at(body.missing_range()).next(next))
            }
            Nesting::List | Nesting::Set if count < nested.min_items => {
                let detail = format!("At least {} {name:?} blocks are required.", nested.min_items);
                let next = format!("Add a {name} {{ … }} block.");
                let place = body.missing_range();
                Some(Diagnostic::error(format!("Insufficient {name} blocks"), detail).at(place).next(next))
            }
            Nesting::List | Nesting::Set if nested.max_items > 0 && count > nested.max_items => {
                let detail = format!("No more than {} {name:?} blocks are allowed", nested.max_items);
                Some(Diagnostic::error(format!("Too many {name} blocks"), detail + ".").at(place()))
            }
            _ => None,
        };
        self.diagnostics.extend(trouble);
    }

    /// Arguments and blocks that the schema does not have.
    fn unexpected(&mut self, body: &Body, schema: &Block, as_blocks: &BTreeMap<Arc<str>, NestedBlock>) {
        let meant = |given: &str, names: &mut dyn Iterator<Item = &str>| nearest(given, names).map(str::to_string);
        for property in &body.undecided {
            let name = property.name.text.as_ref();
            let mut known = schema.attributes.keys().chain(schema.blocks.keys()).map(AsRef::as_ref);
            let suggestion = meant(name, &mut known).map_or_else(
                || "Remove it. A comment is a property named \"//\".".to_string(),
                |other| format!("Did you mean {other:?}?"),
            );
            let detail = format!("No argument or block type is named {name:?}.");
            let trouble = Diagnostic::error("Extraneous JSON object property", detail);
            self.diagnostics.push(
                trouble
                    .at(property.name.span.of(&property.file))
                    .within(property.span().of(&property.file))
                    .next(suggestion),
            );
        }
        for argument in &body.attributes {
            let name = argument.name.text.as_ref();
            if schema.attributes.contains_key(name) {
                continue;
            }
            let detail = format!("An argument named {name:?} is not expected here.");
            let mut settable =
                schema.attributes.iter().filter(|(_, a)| a.required || a.optional).map(|(n, _)| n.as_ref());
            let suggestion = if schema.blocks.contains_key(name) {
                Some(format!(
                    "Did you mean to define a block of type {name:?}? Write {name} {{ … }} without the equals sign."
                ))
            } else if let Some(other) = meant(name, &mut settable) {
                Some(format!("Did you mean {other:?}?"))
            } else {
                meant(name, &mut schema.blocks.keys().map(AsRef::as_ref))
                    .map(|other| format!("Did you mean to define a block of type {other:?}?"))
            };
            let trouble = Diagnostic::error("Unsupported argument", detail).at(argument.name_range());
            self.diagnostics.push(with_suggestion(trouble, suggestion));
        }
        for block in &body.blocks {
            let dynamic = block.kind.text.as_ref() == "dynamic";
            let label = block.labels.first().map(|label| (label.text.as_ref(), label.span.of(&block.body.file)));
            let (name, range) = match label {
                Some(label) if dynamic => label,
                _ => (block.kind.text.as_ref(), block.kind.span.of(&block.body.file)),
            };
            if schema.blocks.contains_key(name) || as_blocks.contains_key(name) {
                continue;
            }
            let detail = format!("Blocks of type {name:?} are not expected here.");
            let suggestion = if schema.attributes.contains_key(name) {
                Some(format!(
                    "Did you mean to define argument {name:?}? If so, use the equals sign to assign it a value."
                ))
            } else {
                meant(name, &mut schema.blocks.keys().map(AsRef::as_ref))
                    .map(|other| format!("Did you mean {other:?}?"))
            };
            self.diagnostics
                .push(with_suggestion(Diagnostic::error("Unsupported block type", detail).at(range), suggestion));
        }
    }

    /// Attributes of a legacy schema that the body writes as blocks (plugin-protocol.md 7.5), each as a block type.
    fn written_as_blocks(&self, body: &Body, schema: &Block) -> BTreeMap<Arc<str>, NestedBlock> {
        let mut found = BTreeMap::new();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for block in &body.blocks {
            let name = match block.labels.first() {
                Some(label) if block.kind.text.as_ref() == "dynamic" => label.text.as_ref(),
                _ => block.kind.text.as_ref(),
            };
            names.insert(name);
        }
        for name in names {
            let Some((name, attribute)) = schema.attributes.get_key_value(name) else { continue };
            if body.attribute(name).is_none()
                && let Some(nested) = as_nested_block(attribute)
                && is_legacy(self.root)
            {
                found.insert(name.clone(), nested);
            }
        }
        found
    }

    fn blocks_as_attribute(
        &mut self,
        body: &Body,
        name: &Arc<str>,
        attribute: &Attribute,
        nested: &NestedBlock,
    ) -> Value {
        let collected = self.blocks(body, name, nested);
        let ty = attribute_type(attribute);
        convert(&collected, &ty).unwrap_or_else(|_| Value::unknown(ty))
    }
}

/// What a property of a JSON body is. An attribute that may be written as blocks is an attribute: JSON writes both the same.
pub fn role<'s>(name: &str, schema: &Block) -> Role<'s> {
    if schema.attributes.contains_key(name) {
        return Role::Argument(Reading::Template);
    }
    match schema.blocks.get(name) {
        Some(nested) if nested.nesting == Nesting::Map => Role::Blocks(&["key"]),
        Some(_) => Role::Blocks(&[]),
        None if name == "dynamic" => Role::Blocks(&["type"]),
        None => Role::Undecided,
    }
}

fn with_suggestion(diagnostic: Diagnostic, suggestion: Option<String>) -> Diagnostic {
    match suggestion {
        Some(next) => diagnostic.next(next),
        None => diagnostic,
    }
}

/// Whether a block type may have any number of blocks.
pub(crate) fn is_many(nested: &NestedBlock) -> bool {
    !matches!(nested.nesting, Nesting::Single | Nesting::Group)
}

fn collect_list(nested: &NestedBlock, values: Vec<Value>) -> Value {
    if has_dynamic(&nested.block) { Value::tuple(values) } else { Value::list(implied_type(&nested.block), values) }
}

fn shown(attribute: &Attribute) -> String {
    constraint(attribute).to_string()
}

/// The type that a written value is converted to: nested attributes that need not be written may be missing.
fn constraint(attribute: &Attribute) -> Type {
    let nested = match &attribute.ty {
        AttributeType::Plain(ty) => return ty.clone(),
        AttributeType::Nested(nested) => nested,
    };
    let object = value::ObjectType {
        attributes: nested.attributes.iter().map(|(name, a)| (name.clone(), constraint(a))).collect(),
        optional: nested.attributes.iter().filter(|(_, a)| !a.required).map(|(name, _)| name.clone()).collect(),
    };
    wrap(nested.nesting, Type::Object(Arc::new(object)))
}

fn wrap(nesting: Nesting, object: Type) -> Type {
    match nesting {
        Nesting::Single | Nesting::Group => object,
        Nesting::List => Type::list(object),
        Nesting::Set => Type::set(object),
        Nesting::Map => Type::map(object),
    }
}

/// The type of a nested block collection; not known where elements may be of different types.
fn nested_type(nested: &NestedBlock) -> Type {
    match nested.nesting {
        Nesting::List | Nesting::Map if has_dynamic(&nested.block) => Type::Dynamic,
        nesting => wrap(nesting, implied_type(&nested.block)),
    }
}

fn has_dynamic(block: &Block) -> bool {
    implied_type(block).has_dynamic()
}

/// The block type that a list or set of objects can be written as.
fn as_nested_block(attribute: &Attribute) -> Option<NestedBlock> {
    let (nesting, element) = match &attribute.ty {
        AttributeType::Plain(Type::List(element)) => (Nesting::List, element),
        AttributeType::Plain(Type::Set(element)) => (Nesting::Set, element),
        _ => return None,
    };
    let Type::Object(object) = element.as_ref() else { return None };
    if !attribute.optional && !attribute.required {
        return None;
    }
    let attributes =
        object.attributes.iter().map(|(name, ty)| (name.clone(), Attribute::optional(ty.clone()))).collect();
    let block = Block { attributes, ..Block::default() };
    Some(NestedBlock { nesting, block, min_items: 0, max_items: 0 })
}

/// True for schemas of the old SDK: nothing in them that it could not say.
fn is_legacy(block: &Block) -> bool {
    let plain = |attribute: &Attribute| match &attribute.ty {
        AttributeType::Plain(ty) => is_legacy_type(ty),
        AttributeType::Nested(_) => false,
    };
    block.attributes.values().all(plain) && block.blocks.values().all(|nested| is_legacy(&nested.block))
}

fn is_legacy_type(ty: &Type) -> bool {
    match ty {
        Type::Tuple(_) | Type::Object(_) => false,
        Type::Map(element) => !matches!(**element, Type::Object(_)) && is_legacy_type(element),
        Type::List(element) | Type::Set(element) => match element.as_ref() {
            Type::Object(object) => object.attributes.values().all(is_legacy_type),
            element => element.element().is_none_or(Type::is_primitive) && is_legacy_type(element),
        },
        Type::Dynamic | Type::String | Type::Number | Type::Bool => true,
    }
}

/// The same content with more marks on each part that is there.
pub(crate) fn mark_parts(object: Value, marks: value::Marks) -> Value {
    if marks.is_empty() {
        return object;
    }
    object.map_children(|_, part| if part.is_null() { part.clone() } else { part.clone().marked(marks) })
}
