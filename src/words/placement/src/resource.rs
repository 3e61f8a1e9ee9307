//! `drform_spread`: a resource whose only content is the assignment, decided at plan time from the prior state.
//!
//! It stands here, and not with a provider, because two serve it: the one built into drform, and
//! `terraform-provider-drform` for Terraform's users. Both must plan the same.

#[cfg(test)]
mod tests;

use crate::{SpreadInput, SpreadResult, SpreadWarning, spread};
use configschema::{Attribute, Block, Schema};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Type, Value};

/// The resource type.
pub const SPREAD_TYPE: &str = "drform_spread";

/// Attributes of `drform_spread`.
pub fn spread_schema() -> Schema {
    let names = || Type::set(Type::String);
    let attributes = [
        ("id", Attribute::computed(Type::String)),
        ("group", Attribute::required(Type::String)),
        ("members", Attribute::required(names())),
        ("candidates", Attribute::required(names())),
        ("drain", Attribute::optional(names())),
        ("per_zone_max", Attribute::optional(Type::Number)),
        ("max_moves", Attribute::optional(Type::Number)),
        ("zone", Attribute::computed(Type::map(Type::String))),
    ];
    let attributes = attributes.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect();
    Schema { version: 0, block: Block { attributes, ..Block::default() } }
}

/// Checks a configuration; values that are unknown are not judged.
pub fn validate_spread(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for (name, least) in [("per_zone_max", 1), ("max_moves", 0)] {
        if let Some(number) = config.get(name).and_then(Value::as_number)
            && number.to_u64().is_none_or(|n| n < least)
        {
            let detail = format!("The argument {name:?} must be a whole number of at least {least}, not {number}.");
            diagnostics.push(Diagnostic::error("Invalid argument of drform_spread", detail));
        }
    }
    for name in ["members", "candidates", "drain"] {
        let items = config.get(name).and_then(Value::as_items).unwrap_or_default();
        if items.iter().any(|item| item.is_null() || item.as_str().is_some_and(str::is_empty)) {
            let detail = format!("The argument {name:?} holds a null or an empty name.");
            diagnostics.push(Diagnostic::error("Invalid argument of drform_spread", detail));
        }
    }
    diagnostics
}

/// What `drform_spread` becomes, known as soon as its arguments are.
///
/// `prior` and `config` are objects of [`spread_schema`]; `prior` is null for a create. While an argument is
/// unknown, `zone` is unknown, and no member is moved or told to stay. Errors mean that members have no room.
/// Planning and applying call this alike: same arguments, same assignment.
pub fn planned_spread(prior: &Value, config: &Value) -> (Value, Diagnostics) {
    let group = config.get("group").cloned().unwrap_or_else(|| Value::unknown(Type::String));
    let (zone, diagnostics) = match Arguments::of(config) {
        Some(arguments) => arguments.assign(prior),
        None => (Value::unknown(Type::map(Type::String)), Diagnostics::new()),
    };
    let mut attributes = config.as_object().cloned().unwrap_or_default();
    attributes.insert("id".into(), group);
    attributes.insert("zone".into(), zone);
    (Value::object(attributes), diagnostics)
}

/// The arguments, wholly known.
struct Arguments {
    group: Arc<str>,
    members: Vec<Arc<str>>,
    candidates: Vec<Arc<str>>,
    drain: Vec<Arc<str>>,
    per_zone_max: Option<u64>,
    max_moves: u64,
}

impl Arguments {
    /// `None` while one of them is unknown.
    fn of(config: &Value) -> Option<Arguments> {
        let names = |name| {
            let items = config.get(name).filter(|names| names.is_wholly_known())?;
            Some(items.as_items().unwrap_or_default().iter().filter_map(Value::as_str).map(Arc::from).collect())
        };
        let number = |name| {
            let number = config.get(name).filter(|number| number.is_known())?;
            Some(number.as_number().and_then(value::Number::to_u64))
        };
        Some(Arguments {
            group: config.get("group")?.as_str()?.into(),
            members: names("members")?,
            candidates: names("candidates")?,
            drain: names("drain")?,
            per_zone_max: number("per_zone_max")?,
            max_moves: number("max_moves")?.unwrap_or_default(),
        })
    }

    fn assign(&self, prior: &Value) -> (Value, Diagnostics) {
        let prior: BTreeMap<Arc<str>, Arc<str>> = prior
            .get("zone")
            .into_iter()
            .flat_map(|zones| self.members.iter().filter_map(|member| Some((member, zones.get(member)?.as_str()?))))
            .map(|(member, zone)| (member.clone(), zone.into()))
            .collect();
        let result = spread(&SpreadInput {
            group: &self.group,
            members: &self.members,
            candidates: &self.candidates,
            drain: &self.drain,
            per_zone_max: self.per_zone_max,
            max_moves: self.max_moves,
            prior: &prior,
            zone_totals: &BTreeMap::new(),
        });
        let zones = result.assignment.iter().map(|(member, zone)| (member.clone(), Value::string(zone.clone())));
        (Value::map(Type::String, zones), self.troubles(&result))
    }

    fn troubles(&self, result: &SpreadResult) -> Diagnostics {
        let mut diagnostics: Diagnostics = result.warnings.iter().map(|warning| self.warning(warning)).collect();
        if !result.unplaced.is_empty() {
            let names: Vec<Arc<str>> = result.unplaced.iter().map(|unplaced| unplaced.member.clone()).collect();
            let usable = self.candidates.iter().filter(|zone| !self.drain.contains(zone)).count();
            let limit = self.per_zone_max.map_or(String::new(), |max| format!(" of at most {max} members each"));
            let detail = format!(
                "The group {:?} has no room for {} in its {usable} usable zones{limit}.",
                self.group,
                listed(&names)
            );
            diagnostics.push(
                Diagnostic::error("Members without a zone", detail)
                    .next("Add a zone to candidates, raise per_zone_max, or take a zone out of drain."),
            );
        }
        diagnostics
    }

    fn warning(&self, warning: &SpreadWarning) -> Diagnostic {
        let group = &self.group;
        match warning {
            SpreadWarning::ZoneNotCandidate { zone, members } => Diagnostic::warning(
                "Members stay in a zone that is no candidate",
                format!("{} of the group {group:?} stay in {zone:?}: nothing moves because a list changed.", listed(members)),
            )
            .next(format!("To move them, put {zone:?} into drain.")),
            SpreadWarning::ZoneOverFull { zone, count, max } => Diagnostic::warning(
                "More members in a zone than allowed",
                format!("{count} members of the group {group:?} stand in {zone:?}; per_zone_max is {max}. Nobody moves because of it."),
            )
            .next("To even out, set max_moves to the number of members that may move."),
            SpreadWarning::DrainMovesMajority { moving, members } => Diagnostic::warning(
                "Draining moves a majority at once",
                format!("{moving} of the {members} members of the group {group:?} change their zone in one apply; those that stay are no majority."),
            )
            .next("Drain in steps if the group votes."),
            SpreadWarning::MovesHeldBack { asked, allowed } => Diagnostic::warning(
                "Fewer moves than asked for",
                format!("max_moves of the group {group:?} is {asked}, but only {allowed} members may change their zone in one apply while the others stay a majority."),
            )
            .next("Apply again for the next moves."),
        }
    }
}

fn listed(names: &[Arc<str>]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
