//! Values that need more than a row: each rule by its name in the overlay.

use super::{Attributes, Filling, Found};
use crate::Domain;
use crate::ids;
use crate::keys::{default_ebs_key, encrypts_by_default};
use crate::overlay::Region;
use crate::rules::network::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;
use value::{Type, Value};

/// Names of the rules below.
const RULES: &[&str] = &[
    "region",
    "tags_all",
    "default_ebs_key",
    "encrypted_by_default",
    "default_vpc",
    "template_image",
    "template_type",
    "elastic_address",
    "elastic_name",
    "key_type",
    "fingerprint",
    "gp2_iops",
    "source_snapshot_size",
    "zone_of_zone_id",
    "first_zone",
    "zone_id_of_zone",
    "default_subnet",
    "private_ip",
    "private_dns",
    "public_ip",
    "default_security_groups",
    "default_dhcp_options",
    "s3_hosted_zone",
];

/// True when a row may name it.
pub(crate) fn is_rule(name: &str) -> bool {
    RULES.contains(&name)
}

impl Filling<'_> {
    /// The value that a rule makes.
    pub(super) fn made(&self, rule: &str, around: &Attributes) -> Found {
        match rule {
            "region" => known(self.provider.get("region")),
            "tags_all" => self.tags_all(around),
            "zone_of_zone_id" => self.zone_of_zone_id(around),
            "gp2_iops" => with(around, "size", |size| {
                Some(Value::int((size.as_number()?.to_i64()?.saturating_mul(3)).clamp(100, 16_000)))
            }),
            "source_snapshot_size" => {
                with(around, "source_snapshot_id", |id| self.source_snapshot_size(around, id.as_str()?))
            }
            "zone_id_of_zone" => with(around, "availability_zone", |zone| {
                let zone = zone.as_str()?;
                self.region(around)?.zones.get(zone).map(|id| Value::string(id.clone()))
            }),
            "default_subnet" => {
                with(around, "availability_zone", |zone| Some(Value::string(default_subnet(zone.as_str()?))))
            }
            "private_ip" => {
                with(around, "subnet_id", |_| self.private_ip(around).map(|ip| Value::string(ip.to_string())))
            }
            "private_dns" => {
                with(around, "private_ip", |ip| Some(Value::string(private_dns(ip.as_str()?, region_name(around)?))))
            }
            "public_ip" => Found::Value(Value::string(format!("203.0.113.{}", self.world.serial() % 254 + 1))),
            "default_security_groups" => with(around, "subnet_id", |id| {
                let group = self.default_security_group(region_name(around)?, id.as_str().unwrap_or_default());
                Some(Value::set(Type::String, [Value::string(group)]))
            }),
            "default_ebs_key" => {
                self.of_region(around, |region, _| Some(Value::string(default_ebs_key(self.world, self.cloud, region))))
            }
            "encrypted_by_default" => {
                self.of_region(around, |region, _| encrypts_by_default(self.world, region).then(|| Value::bool(true)))
            }
            "default_vpc" => self.of_region(around, |region, _| Some(Value::string(default_vpc(region)))),
            "template_image" => with(around, "launch_template", |t| self.of_template(around, t, "image_id")),
            "template_type" => with(around, "launch_template", |t| self.of_template(around, t, "instance_type")),
            "elastic_address" => Found::Value(Value::string(format!("198.51.100.{}", self.world.serial() % 254 + 1))),
            "elastic_name" => {
                with(around, "public_ip", |ip| Some(Value::string(public_dns(ip.as_str()?, region_name(around)?))))
            }
            "key_type" => with(around, "public_key", |key| {
                let rsa = key.as_str()?.trim_start().starts_with("ssh-rsa");
                Some(Value::string(if rsa { "rsa" } else { "ed25519" }))
            }),
            "fingerprint" => with(around, "public_key", |key| Some(Value::string(fingerprint(key.as_str()?)))),
            "first_zone" => self.of_region(around, |name, region| self.first_zone(name, region)),
            "default_dhcp_options" => self
                .of_region(around, |region, _| Some(Value::string(format!("dopt-{}", ids::hex17("dhcp", 0, region))))),
            "s3_hosted_zone" => self.of_region(around, |_, region| Some(Value::string(region.s3_hosted_zone.clone()))),
            _ => Found::Skip,
        }
    }

    fn region(&self, around: &Attributes) -> Option<&Region> {
        self.cloud.overlay.regions.all.get(region_name(around)?)
    }

    fn of_region(&self, around: &Attributes, make: impl Fn(&str, &Region) -> Option<Value>) -> Found {
        with(around, "region", |name| {
            let name = name.as_str()?;
            make(name, self.cloud.overlay.regions.all.get(name)?)
        })
    }

    /// `tags` over the provider's `default_tags`.
    fn tags_all(&self, around: &Attributes) -> Found {
        let defaults = self.provider.get("default_tags").and_then(Value::as_items).and_then(|b| b.first());
        let defaults = defaults.and_then(|block| block.get("tags"));
        let mut all: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        for tags in [defaults, around.get("tags")].into_iter().flatten() {
            if !tags.is_known() {
                return Found::Pending;
            }
            let pairs = tags.children().filter_map(|(step, v)| match step {
                value::PathStep::Key(key) => Some((key, v.clone())),
                _ => None,
            });
            all.extend(pairs);
        }
        Found::Value(Value::map(Type::String, all))
    }

    fn zone_of_zone_id(&self, around: &Attributes) -> Found {
        with(around, "availability_zone_id", |id| {
            let id = id.as_str()?;
            // An unknown id stays as it is: the rule zone_known refuses it.
            let name = self.cloud.overlay.zone(id).map_or(id, |(_, name)| name);
            Some(Value::string(name))
        })
    }

    /// The first zone that works; the first of all when none does, to be refused by the rules.
    fn first_zone(&self, region_name: &str, region: &Region) -> Option<Value> {
        let down = |zone: &Arc<str>| self.world.is_lost(&Domain::Zone(zone.clone()));
        let region_down = self.world.is_lost(&Domain::Region(region_name.into()));
        let usable = region.zones.keys().find(|zone| !region_down && !down(zone));
        usable.or_else(|| region.zones.keys().next()).map(|zone| Value::string(zone.clone()))
    }

    fn source_snapshot_size(&self, around: &Attributes, id: &str) -> Option<Value> {
        let region = around.get("source_region")?.as_str()?;
        let snapshots: [Arc<str>; 2] = ["aws_ebs_snapshot".into(), "aws_ebs_snapshot_copy".into()];
        let size = self.world.find(&snapshots, region, id)?.attributes.get("volume_size")?.as_i64()?;
        Some(Value::int(size))
    }

    /// The first free address of the subnet; AWS keeps the first four and the last.
    fn private_ip(&self, around: &Attributes) -> Option<Ipv4Addr> {
        let (region, subnet) = (region_name(around)?, around.get("subnet_id")?.as_str()?);
        let known = self.world.find(&["aws_subnet".into()], region, subnet);
        let block = match known {
            Some(subnet) => subnet.text("cidr_block")?.to_owned(),
            None => self.default_subnet_range(region, subnet)?,
        };
        let range = Range::parse(&block)?;
        let used: BTreeSet<&str> = self
            .world
            .of_region("aws_instance", region)
            .filter(|i| i.text("subnet_id") == Some(subnet))
            .filter_map(|i| i.text("private_ip"))
            .collect();
        range.hosts().find(|ip| !used.contains(ip.to_string().as_str()))
    }

    /// Default subnets are 172.31.0.0/20, 172.31.16.0/20 and so on, in the order of the zones.
    fn default_subnet_range(&self, region: &str, subnet: &str) -> Option<String> {
        let zones = &self.cloud.overlay.regions.all.get(region)?.zones;
        let at = zones.keys().position(|zone| default_subnet(zone) == subnet)?;
        Some(format!("172.31.{}.0/20", at * 16))
    }

    fn default_security_group(&self, region: &str, subnet: &str) -> String {
        let subnet = self.world.find(&["aws_subnet".into()], region, subnet);
        let vpc = subnet.and_then(|s| s.text("vpc_id")).and_then(|id| self.world.find(&["aws_vpc".into()], region, id));
        let group = vpc.and_then(|vpc| vpc.text("default_security_group_id"));
        group.map_or_else(|| default_group(region), str::to_owned)
    }

    /// What the launch template that a block names says.
    fn of_template(&self, around: &Attributes, blocks: &Value, attribute: &str) -> Option<Value> {
        let block = blocks.as_items()?.first()?;
        let text = |name: &str| block.get(name).and_then(Value::as_str).filter(|t| !t.is_empty());
        let template = crate::rules::template(self.world, region_name(around)?, text("id"), text("name"))?;
        template.text(attribute).map(Value::string)
    }
}

/// Id of the default VPC of a region.
pub(crate) fn default_vpc(region: &str) -> String {
    format!("vpc-{}", ids::hex17("default-vpc", 0, region))
}

/// Id of the security group that comes with the default VPC of a region.
pub(crate) fn default_group(region: &str) -> String {
    format!("sg-{}", ids::hex17("default-vpc", 0, region))
}

/// Sixteen bytes that look like a fingerprint; the same key has the same.
fn fingerprint(key: &str) -> String {
    let hex = ids::hex32("fingerprint", 0, key.trim());
    let bytes: Vec<String> = (0..16).filter_map(|at| hex.get(2 * at..2 * at + 2).map(str::to_owned)).collect();
    bytes.join(":")
}

/// Source: Amazon VPC User Guide, public hostnames of instances.
fn public_dns(ip: &str, region: &str) -> String {
    let dashed = ip.replace('.', "-");
    match region {
        "us-east-1" => format!("ec2-{dashed}.compute-1.amazonaws.com"),
        _ => format!("ec2-{dashed}.{region}.compute.amazonaws.com"),
    }
}

/// Id of the default subnet of a zone.
pub(crate) fn default_subnet(zone: &str) -> String {
    format!("subnet-{}", ids::hex17("default-subnet", 0, zone))
}

fn private_dns(ip: &str, region: &str) -> String {
    let dashed = ip.replace('.', "-");
    match region {
        "us-east-1" => format!("ip-{dashed}.ec2.internal"),
        _ => format!("ip-{dashed}.{region}.compute.internal"),
    }
}

fn region_name(around: &Attributes) -> Option<&str> {
    around.get("region").and_then(Value::as_str)
}

/// A known, non-null value; an unknown one is waited for.
fn known(value: Option<&Value>) -> Found {
    match value {
        Some(v) if !v.is_known() => Found::Pending,
        Some(v) if !v.is_null() => Found::Value(v.clone()),
        _ => Found::Skip,
    }
}

/// What a rule makes of an attribute, once that is known.
fn with(around: &Attributes, name: &str, make: impl Fn(&Value) -> Option<Value>) -> Found {
    match around.get(name) {
        Some(v) if !v.is_known() => Found::Pending,
        Some(v) => Found::of(make(v)),
        None => Found::Skip,
    }
}
