//! What the gate knows beside the emulator, region by region.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::lag::{Age, Lag};
use crate::xml::Element;

/// What the gate knows of one region.
#[derive(Default)]
pub(crate) struct Region {
    /// What objects say otherwise than in the emulator, or only here: id to path to text, as `placement/groupName`.
    /// A path that begins with `~` is never shown.
    pub(crate) facts: HashMap<String, BTreeMap<String, String>>,
    pub(crate) groups: Vec<Group>,
    /// Root device and its snapshot by image: images do not change.
    pub(crate) images: HashMap<String, (String, String)>,
    /// The region's zones, once asked for.
    pub(crate) zones: Vec<String>,
    /// New volumes and copies are encrypted.
    pub(crate) ebs_encrypts: bool,
    /// Zone by subnet.
    pub(crate) subnets: HashMap<String, String>,
    /// Zones that offer an instance type.
    pub(crate) types: HashMap<String, Vec<String>>,
    /// The default key of EBS where one was chosen, as an ARN.
    pub(crate) ebs_key: Option<String>,
    /// `httpTokens` and the like of `ModifyInstanceMetadataDefaults`.
    pub(crate) metadata_defaults: BTreeMap<String, String>,
    pub(crate) lag: Lag,
    pub(crate) ages: HashMap<String, Age>,
    /// Objects that are gone from the emulator and still shown, so often.
    pub(crate) ghosts: Vec<Ghost>,
    /// Rotation period by key id.
    pub(crate) rotation: HashMap<String, i64>,
    /// Keys by alias.
    pub(crate) aliases: BTreeMap<String, Alias>,
    /// Grants made in this region.
    pub(crate) grants: Vec<String>,
    /// Primary keys whose deletion waits for their replicas: id to days.
    pub(crate) waiting: HashMap<String, i64>,
    /// Replicas by key id.
    pub(crate) replicas: HashMap<String, Replica>,
    pub(crate) addresses: HashMap<String, String>,
    /// VPN gateways that add routes, by route table.
    pub(crate) propagating: HashMap<String, BTreeSet<String>>,
}

/// A placement group.
#[derive(Clone)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) strategy: String,
    /// 0 where the strategy is not `partition`.
    pub(crate) partitions: u32,
    pub(crate) spread_level: String,
    pub(crate) tags: BTreeMap<String, String>,
}

/// An alias of a key.
#[derive(Clone)]
pub(crate) struct Alias {
    pub(crate) key: String,
    pub(crate) created: f64,
}

/// What a replica has for itself.
#[derive(Clone, Default)]
pub(crate) struct Replica {
    pub(crate) description: String,
}

/// An object, or an attachment, that is on its way out.
pub(crate) struct Ghost {
    /// `volumeSet` for a deleted volume; the volume's id for its attachment.
    pub(crate) place: String,
    pub(crate) element: Element,
    pub(crate) polls: u32,
}

impl Region {
    /// Notes what an object says.
    pub(crate) fn fact(&mut self, id: &str, path: &str, text: impl ToString) {
        self.facts.entry(id.to_string()).or_default().insert(path.to_string(), text.to_string());
    }

    /// What was noted; empty where nothing was.
    pub(crate) fn noted(&self, id: &str, path: &str) -> &str {
        self.facts.get(id).and_then(|f| f.get(path)).map_or("", String::as_str)
    }

    /// Puts what was noted into an object.
    pub(crate) fn show(&self, id: &str, element: &mut Element) {
        for (path, text) in self.facts.get(id).into_iter().flatten() {
            if !path.starts_with('~') {
                element.set(path, text);
            }
        }
    }

    /// The ghosts of a place, each counted as seen once.
    pub(crate) fn haunt(&mut self, place: &str) -> Vec<Element> {
        self.ghosts.retain(|g| g.polls > 0);
        let here = self.ghosts.iter_mut().filter(|g| g.place == place);
        here.map(|g| {
            g.polls -= 1;
            g.element.clone()
        })
        .collect()
    }
}
