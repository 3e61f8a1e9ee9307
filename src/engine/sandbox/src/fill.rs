//! Values that the configuration does not give: what the provider knows while planning, and what the apply tells.

mod made;

use crate::World;
use crate::catalogue::Cloud;
use crate::ids;
use crate::overlay::{At, Kind, Row};
use crate::typed::{from_json, to_json};
use configschema::{Attribute, Block, Nesting, attribute_type};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Type, Value};

pub(crate) use made::{default_group, default_subnet, default_vpc, is_rule};

/// Attributes of one object or block, some unknown.
pub(crate) type Attributes = BTreeMap<Arc<str>, Value>;

/// What filling looks at.
#[derive(Clone, Copy)]
pub(crate) struct Filling<'a> {
    pub(crate) world: &'a World,
    pub(crate) cloud: &'a Cloud,
    pub(crate) kind: &'a Kind,
    /// Resource type.
    pub(crate) name: &'a str,
    pub(crate) block: &'a Block,
    /// The `provider` block; null when there is none.
    pub(crate) provider: &'a Value,
    pub(crate) at: At,
}

/// What came of a row.
pub(crate) enum Found {
    /// This value.
    Value(Value),
    /// The row does not apply.
    Skip,
    /// It applies, but waits for something unknown.
    Pending,
}

impl Found {
    /// `Some` is a value, `None` does not apply.
    pub(crate) fn of(value: Option<Value>) -> Found {
        value.map_or(Found::Skip, Found::Value)
    }
}

/// One place in an object: the rows of its path, and what lies around it.
struct Place<'a> {
    /// Dotted path without indexes, as rows have it.
    path: &'a str,
    /// Path with indexes: makes ids in several blocks differ.
    purpose: &'a str,
    attribute: &'a Attribute,
    around: &'a Attributes,
}

impl<'a> Filling<'a> {
    /// The planned object: defaults in, computed attributes unknown where only the apply tells.
    pub(crate) fn plan(&self, prior: &Value, proposed: &Value, config: &Value) -> Value {
        let Some(proposal) = proposed.as_object() else {
            return proposed.clone();
        };
        let mut planned = proposal.clone();
        for (name, attribute) in &self.block.attributes {
            if config.get(name).is_some_and(|v| !v.is_null()) {
                continue;
            }
            let place = Place { path: name, purpose: name, attribute, around: proposal };
            let value = self.planned_attribute(&place, prior, proposal.get(name));
            planned.insert(name.clone(), value);
        }
        for (name, nested) in &self.block.blocks {
            if let Some(blocks) = proposal.get(name) {
                let old = prior.get(name).and_then(Value::as_items).filter(|_| nested.nesting == Nesting::Set);
                let blocks = old.map_or_else(|| blocks.clone(), |old| self.paired(name, &nested.block, old, blocks));
                planned.insert(name.clone(), self.blocks(name, name, &nested.block, &blocks));
            }
        }
        Value::object(planned)
    }

    /// Elements of a set with the prior elements that they mean. The host pairs those that differ in computed
    /// attributes only; where a default was filled in, only the provider knows that nothing changed.
    fn paired(&self, path: &str, block: &Block, old: &[Value], blocks: &Value) -> Value {
        let mut old: Vec<&Value> = old.iter().collect();
        blocks.map_children(|_, element| {
            let same = old.iter().position(|old| self.is_same(path, block, old, element));
            same.map_or_else(|| element.clone(), |at| old.remove(at).clone())
        })
    }

    /// Whether an element of a set says nothing that its prior element does not have.
    fn is_same(&self, path: &str, block: &Block, old: &Value, element: &Value) -> bool {
        let Some(parts) = element.as_object() else {
            return false;
        };
        parts.iter().all(|(name, now)| {
            let attribute = block.attributes.get(name);
            let default = || {
                let row = self.rows(&format!("{path}.{name}")).find(|row| row.at == At::Plan);
                row.and_then(|row| row.value.as_ref())
                    .zip(attribute)
                    .map(|(json, a)| from_json(json, &attribute_type(a)))
            };
            let before = old.get(name);
            let filled = now.is_null() && (attribute.is_some_and(|a| a.computed) || before == default().as_ref());
            filled || before == Some(now)
        })
    }

    /// An attribute that the configuration leaves out.
    fn planned_attribute(&self, place: &Place<'_>, prior: &Value, proposed: Option<&Value>) -> Value {
        let ty = attribute_type(place.attribute);
        let unset = || proposed.cloned().unwrap_or_else(|| Value::null(ty.clone()));
        let planned_here = self.rows(place.path).any(|row| row.at == At::Plan);
        if planned_here {
            return match self.find(place) {
                Found::Value(value) => value,
                Found::Pending if place.attribute.computed => Value::unknown(ty.clone()),
                Found::Skip if place.attribute.computed && prior.is_null() => Value::unknown(ty.clone()),
                _ => unset(),
            };
        }
        if !place.attribute.computed {
            return unset();
        }
        let follows = self.rows(place.path).flat_map(|row| &row.follows);
        let moved = |name: &Arc<str>| place.around.get(name) != prior.get(name);
        if prior.is_null() || follows.into_iter().any(moved) { Value::unknown(ty) } else { unset() }
    }

    /// The object after the apply: nothing unknown is left.
    pub(crate) fn apply(&self, planned: &Value) -> Value {
        let Some(planned) = planned.as_object() else {
            return planned.clone();
        };
        let mut done = planned.clone();
        // Rows wait for each other (an ARN for the id, the id for a name); each round settles at least one.
        for _ in 0..self.block.attributes.len() {
            if self.pass(&mut done) == 0 && !self.break_tie(&mut done) {
                break;
            }
        }
        for (name, attribute) in &self.block.attributes {
            if done.get(name).is_some_and(|v| !v.is_known()) {
                done.insert(name.clone(), self.plausible(name, attribute));
            }
        }
        for (name, nested) in &self.block.blocks {
            if let Some(blocks) = planned.get(name) {
                done.insert(name.clone(), self.blocks(name, name, &nested.block, blocks));
            }
        }
        Value::object(done)
    }

    fn pass(&self, done: &mut Attributes) -> usize {
        let mut settled = 0;
        for (name, attribute) in &self.block.attributes {
            let open = done.get(name).is_some_and(|v| !v.is_wholly_known());
            if !open {
                continue;
            }
            let place = Place { path: name, purpose: name, attribute, around: done };
            if let Found::Value(value) = self.find(&place) {
                done.insert(name.clone(), value);
                settled += 1;
            }
        }
        settled
    }

    /// Two attributes that wait for each other (zone and subnet of an instance): the first in the overlay's order
    /// goes without what it waits for.
    fn break_tie(&self, done: &mut Attributes) -> bool {
        for path in self.kind.values.iter().map(|row| &row.attribute) {
            let Some(attribute) = self.block.attributes.get(path) else {
                continue;
            };
            if done.get(path).is_some_and(Value::is_known) {
                continue;
            }
            let place = Place { path, purpose: path, attribute, around: done };
            let values = self.rows(path).filter_map(|row| match self.row(row, &place) {
                Found::Value(value) => Some(value),
                _ => None,
            });
            if let Some(value) = values.into_iter().next() {
                done.insert(path.clone(), value);
                return true;
            }
        }
        false
    }

    /// What an attribute without any row gets: null where an overlay knows the type, something that looks real
    /// where nothing is known.
    fn plausible(&self, name: &str, attribute: &Attribute) -> Value {
        let ty = attribute_type(attribute);
        let known_type = self.cloud.overlay.resources.contains_key(self.name);
        if known_type || attribute.optional {
            return Value::null(ty);
        }
        zero(&ty)
            .unwrap_or_else(|| Value::string(format!("{name}-{}", ids::hex17(self.name, self.world.serial(), name))))
    }

    /// Nested blocks: attributes that neither configuration nor prior object give.
    fn blocks(&self, path: &str, purpose: &str, block: &Block, value: &Value) -> Value {
        if value.as_items().is_none() {
            return if value.as_object().is_some() {
                self.one_block(path, purpose, block, value)
            } else {
                value.clone()
            };
        }
        let mut index = 0_u32;
        value.map_children(|_, element| {
            let here = format!("{purpose}[{index}]");
            index += 1;
            self.one_block(path, &here, block, element)
        })
    }

    fn one_block(&self, path: &str, purpose: &str, block: &Block, value: &Value) -> Value {
        let Some(around) = value.as_object() else {
            return value.clone();
        };
        let mut done = around.clone();
        for (name, attribute) in &block.attributes {
            let (path, purpose) = (format!("{path}.{name}"), format!("{purpose}.{name}"));
            let open = match self.at {
                At::Plan => around.get(name).is_some_and(Value::is_null),
                At::Apply => around.get(name).is_some_and(|v| !v.is_known()),
            };
            if open {
                let place = Place { path: &path, purpose: &purpose, attribute, around };
                done.insert(name.clone(), self.block_attribute(&place));
            }
        }
        for (name, nested) in &block.blocks {
            if let Some(inner) = around.get(name) {
                let inner = self.blocks(&format!("{path}.{name}"), &format!("{purpose}.{name}"), &nested.block, inner);
                done.insert(name.clone(), inner);
            }
        }
        Value::object(done)
    }

    fn block_attribute(&self, place: &Place<'_>) -> Value {
        let ty = attribute_type(place.attribute);
        match (self.at, self.find(place)) {
            (_, Found::Value(value)) => value,
            (At::Plan, _) if place.attribute.computed => Value::unknown(ty),
            (At::Plan, _) => Value::null(ty),
            // The legacy SDK writes zero values, never null, into computed attributes of blocks.
            (At::Apply, _) => {
                zero(&ty).unwrap_or_else(|| if ty == Type::String { Value::string("") } else { Value::null(ty) })
            }
        }
    }

    fn rows(&self, path: &str) -> impl Iterator<Item = &'a Row> {
        let path: Arc<str> = path.into();
        self.kind.values.iter().filter(move |row| row.attribute == path)
    }

    /// The first row that applies. While planning only rows count that the provider knows then.
    fn find(&self, place: &Place<'_>) -> Found {
        let made = match (self.at, place.path) {
            (At::Apply, "id") => Some(&self.kind.id),
            (At::Apply, "arn") => self.kind.arn.as_ref(),
            _ => None,
        };
        if let Some(format) = made {
            return self.format(format, place);
        }
        for row in self.rows(place.path).filter(|row| self.at == At::Apply || row.at == At::Plan) {
            match self.row(row, place) {
                Found::Skip => {}
                found => return found,
            }
        }
        Found::Skip
    }

    fn row(&self, row: &Row, place: &Place<'_>) -> Found {
        for (name, allowed) in &row.when {
            match place.around.get(name.as_str()).map(to_json) {
                Some(Some(now)) if allowed.as_array().is_some_and(|all| all.contains(&now)) => {}
                Some(None) => return Found::Pending,
                _ => return Found::Skip,
            }
        }
        if let Some(name) = &row.when_set {
            match place.around.get(name) {
                Some(v) if !v.is_known() => return Found::Pending,
                Some(v) if !v.is_null() && v.as_str() != Some("") => {}
                _ => return Found::Skip,
            }
        }
        let ty = attribute_type(place.attribute);
        if let Some(json) = &row.value {
            return Found::Value(from_json(json, &ty));
        }
        if let Some(format) = &row.format {
            return self.format(format, place);
        }
        if let Some(name) = &row.copy {
            return match place.around.get(name) {
                Some(v) if v.is_known() => Found::Value(v.clone()),
                _ => Found::Pending,
            };
        }
        if let (Some(of), Some(take)) = (&row.of, &row.take) {
            return self.taken(of, take, &ty, place.around);
        }
        row.rule.as_ref().map_or(Found::Skip, |rule| self.made(rule, place.around))
    }

    fn format(&self, format: &str, place: &Place<'_>) -> Found {
        let text = ids::fill_format(format, |name| self.format_place(name, place));
        text.map_or(Found::Pending, |text| Found::Value(Value::string(text)))
    }

    fn format_place(&self, name: &str, place: &Place<'_>) -> Option<String> {
        let serial = self.world.serial();
        let known = |name: &str| text_of(place.around.get(name)?);
        Some(match name {
            "kind" => self.name.to_owned(),
            "account" => self.cloud.overlay.account.to_string(),
            "partition" => self.cloud.overlay.partition.to_string(),
            "hex17" => ids::hex17(self.name, serial, place.purpose),
            "hex64" => {
                let half = |which: &str| ids::hex32(self.name, serial, &format!("{}{which}", place.purpose));
                format!("{}{}", half(""), half("/"))
            }
            "time" => ids::time(serial),
            "serial" => format!("20260101{serial:018}"),
            "mrk" => match place.around.get("multi_region")?.as_bool()? {
                true => format!("mrk-{}", ids::hex32(self.name, serial, place.purpose)),
                false => ids::uuid(self.name, serial, place.purpose),
            },
            "number" => {
                let required = self.block.attributes.iter().filter(|(_, a)| a.required);
                let texts: Option<Vec<String>> = required.map(|(name, _)| known(name)).collect();
                (ids::hash(self.name, 0, &texts?.join("/")) & 0xffff_ffff).to_string()
            }
            "destination_number" => {
                let names = ["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"];
                let unknown = names.iter().any(|name| place.around.get(*name).is_some_and(|v| !v.is_known()));
                let text = names.iter().find_map(|name| known(name)).filter(|_| !unknown)?;
                ids::crc32(&text).to_string()
            }
            "primary_key_id" => known("primary_key_arn")?.rsplit_once("key/")?.1.to_owned(),
            attribute => known(attribute)?,
        })
    }

    /// The attribute `take` of the object that the attribute `of` names.
    fn taken(&self, of: &str, take: &str, ty: &Type, around: &Attributes) -> Found {
        let Some(reference) = around.get(of) else {
            return Found::Skip;
        };
        if !reference.is_known() {
            return Found::Pending;
        }
        let region = around.get("region").and_then(Value::as_str).unwrap_or_default();
        let kinds = self.kind.references.get(of).map(Vec::as_slice).unwrap_or_default();
        let named = reference.as_str().filter(|id| !id.is_empty());
        let object = named.and_then(|id| {
            let by_id = self.world.find(kinds, region, id);
            by_id.or_else(|| crate::keys::named(self.world, kinds, region, id))
        });
        Found::of(
            object.and_then(|o| o.attributes.get(take)).filter(|json| !json.is_null()).map(|json| from_json(json, ty)),
        )
    }
}

/// Text of a known string or number.
fn text_of(value: &Value) -> Option<String> {
    match to_json(value)? {
        Json::String(text) => Some(text),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The zero value of a type other than string, which deserves something better; objects have none.
fn zero(ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Bool => Value::bool(false),
        Type::Number => Value::int(0),
        Type::List(e) => Value::list((**e).clone(), []),
        Type::Set(e) => Value::set((**e).clone(), []),
        Type::Map(e) => Value::map::<Arc<str>>((**e).clone(), []),
        Type::Object(_) | Type::Tuple(_) | Type::Dynamic => Value::null(ty.clone()),
        Type::String => return None,
    })
}
