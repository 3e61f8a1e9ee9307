//! Rules that the cloud enforces: each by its name in the overlay, which also says where it is documented.

mod arguments;
mod group;
pub(crate) mod key;
mod names;
pub(crate) mod network;
mod place;
mod route;
mod volume;

use crate::catalogue::Cloud;
use crate::object::text;
use crate::overlay::{Kind, Overlay};
use crate::refusal::Refusal;
use crate::{Object, World};
use diag::{Diagnostic, Diagnostics};
pub(crate) use group::template;
pub(crate) use place::lost;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// What is being done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Create,
    Update,
    Delete,
}

impl Doing {
    /// As messages begin.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Doing::Create => "creating",
            Doing::Update => "updating",
            Doing::Delete => "deleting",
        }
    }
}

/// A request, as rules see it.
pub(crate) struct Asked<'a> {
    pub(crate) world: &'a World,
    pub(crate) cloud: &'a Cloud,
    pub(crate) kind: &'a Kind,
    /// Resource type.
    pub(crate) name: &'a str,
    pub(crate) doing: Doing,
    pub(crate) region: &'a str,
    /// Zone by name, where the type has one.
    pub(crate) zone: Option<&'a str>,
    pub(crate) id: &'a str,
    /// Attributes after the change; of a deletion those that the object has.
    pub(crate) now: &'a Map<String, Json>,
    /// The object before; none for a create.
    pub(crate) prior: Option<&'a Object>,
}

impl<'a> Asked<'a> {
    pub(crate) fn overlay(&self) -> &'a Overlay {
        &self.cloud.overlay
    }

    /// A text attribute after the change.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        text(self.now, name)
    }

    /// The object that an attribute names; refused with a code when there is none of that id in the region.
    pub(crate) fn must_name(
        &self,
        attribute: &str,
        code: &'static str,
        what: &str,
    ) -> Result<&'a Arc<Object>, Refusal> {
        self.named(attribute).ok_or_else(|| {
            let id = self.text(attribute).unwrap_or_default();
            let message = format!("The {what} '{id}' does not exist in {}.", self.region);
            Refusal::new(code, message, format!("Name a {what} of the same region and provider configuration."))
        })
    }

    /// The object that an attribute names, by id, in the region of the request.
    pub(crate) fn named(&self, attribute: &str) -> Option<&'a Arc<Object>> {
        let kinds = self.kind.references.get(attribute)?;
        self.world.find(kinds, self.region, self.text(attribute)?)
    }
}

/// When a rule is looked at.
enum Stage {
    /// While validating and again at every change: only the arguments count. A missing attribute is unknown.
    Arguments(fn(&Map<String, Json>) -> Result<(), Refusal>),
    /// At every change.
    Always(fn(&Asked<'_>) -> Result<(), Refusal>),
    /// When an object is made.
    Create(fn(&Asked<'_>) -> Result<(), Refusal>),
    /// When an object is made or changed.
    Write(fn(&Asked<'_>) -> Result<(), Refusal>),
    /// When an object is deleted.
    Delete(fn(&Asked<'_>) -> Result<(), Refusal>),
    /// Not a check but a way of doing: `change.rs` looks for its name.
    Way,
}

/// A rule by its name.
pub(crate) struct Rule(Stage);

/// The rule of a name, if there is one.
pub(crate) fn named(name: &str) -> Option<Rule> {
    use Stage::{Always, Arguments, Create, Delete, Way, Write};
    Some(Rule(match name {
        "alias_named" => Arguments(arguments::alias_named),
        "address_has_gateway" => Write(route::address_has_gateway),
        "association_fits" => Write(route::association_fits),
        "association_of_one" => Arguments(route::association_of_one),
        "bucket_named" => Arguments(arguments::bucket_named),
        "deletion_window" => Arguments(arguments::deletion_window),
        "group_named" => Arguments(group::group_named),
        "group_name_unique" => Create(group::group_name_unique),
        "group_rules" => Write(group::group_rules),
        "group_unused" => Delete(group::group_unused),
        "gateway_free" => Write(route::gateway_free),
        "image_readable" => Create(volume::image_readable),
        "image_name_unique" => Create(names::image_name_unique),
        "instance_exists" => Create(group::instance_exists),
        "instance_groups" => Write(group::instance_groups),
        "instance_key_pair" => Create(group::instance_key_pair),
        "instance_template" => Create(group::instance_template),
        "key_live" => Write(key::key_live),
        "one_of_a_region" => Create(names::one_of_a_region),
        "public_key" => Arguments(arguments::public_key),
        "route_one_destination" => Arguments(route::route_one_destination),
        "route_new" => Create(route::route_new),
        "route_target" => Write(route::route_target),
        "table_routes" => Write(route::table_routes),
        "table_unused" => Delete(route::table_unused),
        "template_unique" => Create(group::template_unique),
        "sealed_by_default" | "sets_instance_state" | "template_versions" => Way,
        "instance_arguments" => Arguments(arguments::instance_arguments),
        "one_zone_argument" => Arguments(arguments::one_zone_argument),
        "placement_strategy" => Arguments(arguments::placement_strategy),
        "volume_arguments" => Arguments(arguments::volume_arguments),
        "vpc_range" => Arguments(network::vpc_range),
        "region_usable" => Always(place::region_usable),
        "zone_known" => Create(place::zone_known),
        "zone_usable" => Write(place::zone_usable),
        "address_free" => Create(place::address_free),
        "subnet_fixes_zone" => Create(place::subnet_fixes_zone),
        "group_exists" => Create(place::group_exists),
        "spread_limit" => Create(place::spread_limit),
        "cluster_one_zone" => Create(place::cluster_one_zone),
        "group_empty" => Delete(place::group_empty),
        "termination_protection" => Delete(place::termination_protection),
        "key_usable" => Write(key::key_usable),
        "block_device_keys_usable" => Create(key::block_device_keys_usable),
        "volume_opens" => Create(key::volume_opens),
        "primary_is_multi_region" => Create(key::primary_is_multi_region),
        "key_enters_pending_deletion" => Way,
        "alias_unique" => Create(names::unique_in_region),
        "group_unique" | "key_pair_unique" | "policy_unique" => Create(names::unique_in_region),
        "bucket_unique" => Create(names::bucket_unique),
        "source_snapshot_readable" => Create(volume::source_snapshot_readable),
        "source_volume_exists" => Create(volume::source_volume_exists),
        "copy_source_readable" => Create(volume::copy_source_readable),
        "encrypted_copy_stays_encrypted" => Create(volume::encrypted_copy_stays_encrypted),
        "volume_shrinks_never" => Write(volume::volume_shrinks_never),
        "not_in_use" => Delete(volume::not_in_use),
        "attached_parts_exist" => Create(volume::attached_parts_exist),
        "same_zone" => Create(volume::same_zone),
        "volume_available" => Create(volume::volume_available),
        "device_free" => Create(volume::device_free),
        "vpc_exists" => Create(network::vpc_exists),
        "vpc_empty" => Delete(network::vpc_empty),
        "subnet_range" => Create(network::subnet_range),
        "subnet_empty" => Delete(network::subnet_empty),
        _ => return None,
    }))
}

/// True when a type follows a rule.
pub(crate) fn follows(kind: &Kind, rule: &str) -> bool {
    kind.rules.iter().any(|row| row.name.as_ref() == rule)
}

/// What the rules about arguments have against a configuration, all of it.
pub(crate) fn check_arguments(kind: &Kind, config: &Map<String, Json>) -> Vec<Diagnostic> {
    let broken = kind.rules.iter().filter_map(|row| match named(&row.name)? {
        Rule(Stage::Arguments(check)) => check(config)
            .err()
            .map(|refusal| refusal.diagnostic(&format!("validating {}", kind.called), &row.name, &row.source)),
        _ => None,
    });
    broken.collect()
}

/// The first thing that the rules and quotas have against a change.
pub(crate) fn check(asked: &Asked<'_>) -> Result<(), Diagnostics> {
    let doing = format!("{} {}", asked.doing.verb(), asked.kind.called);
    let doing = if asked.doing == Doing::Create { doing } else { format!("{doing} ({})", asked.id) };
    for row in &asked.kind.rules {
        let Some(Rule(stage)) = named(&row.name) else {
            continue;
        };
        let result = match (stage, asked.doing) {
            (Stage::Arguments(check), Doing::Create | Doing::Update) => check(asked.now),
            (Stage::Always(check), _)
            | (Stage::Create(check), Doing::Create)
            | (Stage::Write(check), Doing::Create | Doing::Update)
            | (Stage::Delete(check), Doing::Delete) => check(asked),
            _ => Ok(()),
        };
        result.map_err(|refusal| refusal.diagnostic(&doing, &row.name, &row.source))?;
    }
    if asked.doing == Doing::Create {
        names::quotas(asked).map_err(|(refusal, quota)| refusal.diagnostic(&doing, &quota.name, &quota.source))?;
    }
    Ok(())
}
