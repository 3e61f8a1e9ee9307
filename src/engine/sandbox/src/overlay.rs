//! What a schema does not carry, as the overlay files say it (`schema/providers/README.md`).

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One overlay file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Overlay {
    /// Version of the file format; this code reads 1.
    pub(crate) format: u64,
    /// Source address of the provider.
    pub(crate) provider: Arc<str>,
    /// Provider version whose schemas it goes with.
    pub(crate) schemas_of: Arc<str>,
    /// First part of ARNs.
    pub(crate) partition: Arc<str>,
    /// The one account of the sandbox.
    pub(crate) account: Arc<str>,
    /// Regions and zones.
    pub(crate) regions: Regions,
    /// Greatest numbers of objects.
    pub(crate) quotas: Vec<Quota>,
    /// Public images: the same in every region, under ids of the region.
    pub(crate) images: Images,
    /// Instance types, offered in every zone.
    pub(crate) instance_types: InstanceTypes,
    /// By resource type.
    pub(crate) resources: BTreeMap<Arc<str>, Arc<Kind>>,
    /// By data source type.
    pub(crate) data_sources: BTreeMap<Arc<str>, DataSource>,
}

/// The catalogue of regions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Regions {
    /// Where it is documented.
    pub(crate) source: Arc<str>,
    /// By name.
    pub(crate) all: BTreeMap<Arc<str>, Region>,
}

/// One region.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Region {
    /// For people.
    pub(crate) description: Arc<str>,
    /// Hosted zone of the region's S3 website endpoint.
    pub(crate) s3_hosted_zone: Arc<str>,
    /// Zone ids by zone name.
    pub(crate) zones: BTreeMap<Arc<str>, Arc<str>>,
}

/// Public images.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Images {
    /// Where they are documented.
    pub(crate) source: Arc<str>,
    /// Attributes that differ between them, by name of the image.
    pub(crate) all: BTreeMap<Arc<str>, Map<String, Json>>,
}

/// Instance types.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InstanceTypes {
    /// Where they are documented.
    pub(crate) source: Arc<str>,
    /// Sizes by family.
    pub(crate) all: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// A greatest number of objects.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quota {
    /// Name of the quota, in messages.
    pub(crate) name: Arc<str>,
    /// Resource type that is counted.
    #[serde(rename = "type")]
    pub(crate) kind: Arc<str>,
    /// `account`, `region`, or the attribute whose value bounds the count.
    pub(crate) per: Arc<str>,
    /// So many, not more.
    pub(crate) max: usize,
    /// Error code of the real API.
    pub(crate) code: String,
    /// Where it is documented.
    pub(crate) source: Arc<str>,
}

/// Where objects of a type are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// Nowhere in particular.
    #[default]
    World,
    /// In a region.
    Region,
    /// In a zone of a region: lost with it.
    Zone,
}

/// What is known of a resource type.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Kind {
    /// What messages call it.
    pub(crate) called: Arc<str>,
    /// Format of ids.
    pub(crate) id: String,
    /// Format of ARNs.
    pub(crate) arn: Option<String>,
    /// Where its objects are.
    pub(crate) lives_in: Scope,
    /// Attribute with the name of the zone.
    pub(crate) zone: Vec<Arc<str>>,
    /// Attribute that names the object whose zone is the zone.
    pub(crate) zone_of: Option<Arc<str>>,
    /// `disk`, `instance`, `key` or nothing.
    pub(crate) role: Option<Arc<str>>,
    /// Attributes with ids of objects that it cannot outlive.
    pub(crate) joins: Vec<Arc<str>>,
    /// Where all this is documented.
    pub(crate) source: Arc<str>,
    /// Attribute paths whose change makes another object.
    pub(crate) forces_replacement: Vec<Arc<str>>,
    /// The same, only while an argument has a value.
    pub(crate) replaced_when: BTreeMap<Arc<str>, Condition>,
    /// Types of the objects that an attribute may name.
    pub(crate) references: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// Path to the attribute that names the sealing key.
    pub(crate) sealed_by: Option<Arc<str>>,
    /// Whether it holds bytes of the user.
    pub(crate) holds_data: bool,
    /// Attribute with the id of the object that its bytes come from.
    pub(crate) copy_of: Option<Arc<str>>,
    /// Whether its ids are unique in all regions.
    pub(crate) names_are_global: bool,
    /// Where values come from that the configuration does not give; the first that applies counts.
    pub(crate) values: Vec<Row>,
    /// Rules that the cloud enforces, in order.
    pub(crate) rules: Vec<RuleRow>,
}

/// An argument having a value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    /// Which argument.
    pub(crate) argument: Arc<str>,
    /// Which value.
    pub(crate) is: Json,
}

/// When a row counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum At {
    /// The provider knows the value while planning.
    Plan,
    /// Only the apply tells.
    #[default]
    Apply,
}

/// Where the value of an attribute comes from. Exactly one of `value`, `format`, `copy`, `of` with `take`, `rule`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Row {
    /// Attribute path, dotted.
    pub(crate) attribute: Arc<str>,
    /// When it counts.
    pub(crate) at: At,
    /// Only while attributes have one of some values.
    pub(crate) when: Map<String, Json>,
    /// Only while an attribute is set.
    pub(crate) when_set: Option<Arc<str>>,
    /// Attributes with which it changes.
    pub(crate) follows: Vec<Arc<str>>,
    /// This value.
    pub(crate) value: Option<Json>,
    /// A text with places.
    pub(crate) format: Option<String>,
    /// What that attribute has.
    pub(crate) copy: Option<Arc<str>>,
    /// The attribute `take` of the object that this attribute names.
    pub(crate) of: Option<Arc<str>>,
    /// See `of`.
    pub(crate) take: Option<Arc<str>>,
    /// A rule in code (`fill.rs`).
    pub(crate) rule: Option<Arc<str>>,
    /// Where it is documented.
    pub(crate) source: Arc<str>,
}

/// A rule that the cloud enforces.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleRow {
    /// Its name (`rules.rs`).
    pub(crate) name: Arc<str>,
    /// Where it is documented.
    pub(crate) source: Arc<str>,
}

/// What is known of a data source type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataSource {
    /// Which answer in code (`data_sources.rs`).
    pub(crate) answers: Arc<str>,
    /// Where it is documented.
    pub(crate) source: Arc<str>,
}

impl Overlay {
    /// The region of a zone, by the zone's name or id, and the zone's name.
    pub(crate) fn zone(&self, name_or_id: &str) -> Option<(&Arc<str>, &Arc<str>)> {
        self.regions.all.iter().find_map(|(region, of)| {
            let found = of.zones.iter().find(|(name, id)| name.as_ref() == name_or_id || id.as_ref() == name_or_id);
            found.map(|(name, _)| (region, name))
        })
    }

    /// Names of all regions, for messages.
    pub(crate) fn region_names(&self) -> String {
        self.regions.all.keys().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
    }
}
