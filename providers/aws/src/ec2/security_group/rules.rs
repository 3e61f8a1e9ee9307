//! Rules of a security group by meaning: what is allowed, whichever way it is written.
//!
//! EC2 holds one rule for each protocol, port range and peer, and shows them grouped; a configuration groups them
//! otherwise. Both are taken apart here and compared.

use crate::ec2::cidr;
use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use std::collections::{BTreeMap, BTreeSet};
use value::{Type, Value};

/// One rule of EC2: protocol, ports, peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Permission {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    protocol: String,
    /// First port, or ICMP type; 0 where the protocol has no ports.
    from: i64,
    /// Last port, or ICMP code.
    to: i64,
    peer: Peer,
}

/// Who is let in, or may be reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
    /// An id, or `ACCOUNT/ID` for the group of another account.
    Group(String),
    /// The group that has the rule.
    Itself,
}

/// Rules with their descriptions; there are no two that differ only in these.
pub(super) type Permissions = BTreeMap<Permission, String>;

/// The group that has the rules; empty texts before it exists.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) group: &'a str,
    pub(super) account: &'a str,
}

/// A rule as it is written, attribute for attribute as in `hashicorp/aws`.
pub(super) fn rule_type() -> Type {
    Type::object([
        ("cidr_blocks", Type::list(Type::String)),
        ("description", Type::String),
        ("from_port", Type::Number),
        ("ipv6_cidr_blocks", Type::list(Type::String)),
        ("prefix_list_ids", Type::list(Type::String)),
        ("protocol", Type::String),
        ("security_groups", Type::set(Type::String)),
        ("self", Type::Bool),
        ("to_port", Type::Number),
    ])
}

/// What rules as they are written allow.
pub(super) fn written(rules: &Value, owner: Owner<'_>) -> Permissions {
    let rules = rules.as_items().unwrap_or_default();
    rules.iter().flat_map(|rule| of_rule(rule, owner)).collect()
}

/// What is wrong with rules as they are written, as far as they are known.
pub(super) fn mistakes(rules: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen = Permissions::new();
    for rule in rules.as_items().unwrap_or_default().iter().filter(|rule| rule.as_object().is_some()) {
        if let Err(why) = check_rule(rule) {
            found.push(why);
        }
        for (permission, description) in of_rule(rule, Owner { group: "", account: "" }) {
            let described = rule.get("description").is_some_and(Value::is_known);
            match seen.insert(permission.clone(), description.clone()) {
                Some(other) if other != description && described => found.push(format!(
                    "{} is allowed twice with different descriptions; EC2 keeps one rule.",
                    permission.text()
                )),
                _ => {}
            }
        }
    }
    found
}

fn check_rule(rule: &Value) -> Result<(), String> {
    for name in ["protocol", "from_port", "to_port"] {
        if rule.get(name).is_none_or(Value::is_null) {
            return Err(format!("Every rule needs {name}."));
        }
    }
    let (from, to) = (number(rule, "from_port"), number(rule, "to_port"));
    if let Some(protocol) = rule.get("protocol").and_then(Value::as_str) {
        match (protocol_of(protocol).as_str(), from, to) {
            ("-1", from, to) if from.unwrap_or(0) != 0 || to.unwrap_or(0) != 0 => {
                return Err("Protocol -1 means all protocols and ports: from_port and to_port must be 0.".into());
            }
            ("tcp" | "udp", Some(from), Some(to)) if from > to || from < 0 || to > 65_535 => {
                return Err(format!("Ports {from} to {to} are no range of ports from 0 to 65535."));
            }
            _ => {}
        }
    }
    for cidr in texts(rule, "cidr_blocks") {
        cidr::ipv4_network(cidr)?;
    }
    for cidr in texts(rule, "ipv6_cidr_blocks") {
        cidr::ipv6_network(cidr)?;
    }
    // "IpRange", Description.
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    match rule.get("description").and_then(Value::as_str) {
        Some(text) if text.chars().count() > 255 || !text.chars().all(allowed) => Err(format!(
            "Description {text:?} must have at most 255 characters, of a-z, A-Z, 0-9, space and ._-:/()#,@[]+=&;{{}}!$*."
        )),
        _ => Ok(()),
    }
}

/// Two ways to write the same rules.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    let nobody = Owner { group: "", account: "" };
    one.as_items().is_some() && other.as_items().is_some() && written(one, nobody) == written(other, nobody)
}

/// What EC2 says is allowed.
pub(super) fn found(permissions: &[IpPermission], owner: Owner<'_>) -> Permissions {
    let mut all = Permissions::new();
    for permission in permissions {
        let protocol = permission.ip_protocol().unwrap_or_default();
        let (from, to) = (permission.from_port().unwrap_or(0), permission.to_port().unwrap_or(0));
        let mut add = |peer, description: Option<&str>| {
            let one = Permission::new(protocol, from.into(), to.into(), peer);
            all.insert(one, description.unwrap_or_default().to_owned());
        };
        for range in permission.ip_ranges() {
            add(Peer::Ipv4(range.cidr_ip().unwrap_or_default().into()), range.description());
        }
        for range in permission.ipv6_ranges() {
            add(Peer::Ipv6(cidr::canonical(range.cidr_ipv6().unwrap_or_default())), range.description());
        }
        for list in permission.prefix_list_ids() {
            add(Peer::PrefixList(list.prefix_list_id().unwrap_or_default().into()), list.description());
        }
        for pair in permission.user_id_group_pairs() {
            let id = pair.group_id().unwrap_or_default();
            let peer = match pair.user_id().filter(|account| !account.is_empty() && *account != owner.account) {
                Some(account) => Peer::Group(format!("{account}/{id}")),
                None => Peer::group(id, owner),
            };
            add(peer, pair.description());
        }
    }
    all
}

/// The rules as an object shows them: those that are written and true as they are written, and the rest of what EC2
/// says, grouped by protocol, ports and description.
pub(super) fn shown(believed: &Value, found: &Permissions, owner: Owner<'_>) -> Value {
    let mut rest = found.clone();
    let mut rules = Vec::new();
    for rule in believed.as_items().unwrap_or_default() {
        let allows = of_rule(rule, owner);
        if allows.iter().all(|(permission, description)| found.get(permission) == Some(description)) {
            rules.push(rule.clone());
            rest.retain(|permission, _| !allows.contains_key(permission));
        }
    }
    let mut groups: BTreeMap<(String, i64, i64, String), Vec<Peer>> = BTreeMap::new();
    for (one, description) in rest {
        groups.entry((one.protocol, one.from, one.to, description)).or_default().push(one.peer);
    }
    rules.extend(groups.into_iter().map(|((protocol, from, to, description), peers)| {
        let pick = |pick: fn(&Peer) -> Option<&str>| -> Vec<Value> {
            peers.iter().filter_map(pick).map(Value::string).collect()
        };
        let ipv4 = pick(|peer| if let Peer::Ipv4(text) = peer { Some(text) } else { None });
        let ipv6 = pick(|peer| if let Peer::Ipv6(text) = peer { Some(text) } else { None });
        let lists = pick(|peer| if let Peer::PrefixList(text) = peer { Some(text) } else { None });
        let others = pick(|peer| if let Peer::Group(text) = peer { Some(text) } else { None });
        Value::object([
            ("cidr_blocks", Value::list(Type::String, ipv4)),
            ("description", Value::string(description)),
            ("from_port", Value::int(from)),
            ("ipv6_cidr_blocks", Value::list(Type::String, ipv6)),
            ("prefix_list_ids", Value::list(Type::String, lists)),
            ("protocol", Value::string(protocol)),
            ("security_groups", Value::set(Type::String, others)),
            ("self", Value::bool(peers.contains(&Peer::Itself))),
            ("to_port", Value::int(to)),
        ])
    }));
    Value::set(rule_type(), rules)
}

/// What leads from the rules that are there to those that are wanted.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) allow: Vec<IpPermission>,
    /// Only their description changes, which interrupts nothing.
    pub(super) describe: Vec<IpPermission>,
    pub(super) revoke: Vec<IpPermission>,
}

impl Steps {
    pub(super) fn between(found: &Permissions, wanted: &Permissions, owner: Owner<'_>) -> Steps {
        let missing = wanted.iter().filter(|(one, _)| !found.contains_key(one));
        let described = wanted.iter().filter(|(one, text)| found.get(one).is_some_and(|there| there != *text));
        let too_many = found.keys().filter(|one| !wanted.contains_key(one)).map(|one| (one, ""));
        Steps {
            allow: as_request(missing.map(|(one, text)| (one, text.as_str())), owner),
            describe: as_request(described.map(|(one, text)| (one, text.as_str())), owner),
            revoke: as_request(too_many, owner),
        }
    }
}

fn as_request<'a>(rules: impl Iterator<Item = (&'a Permission, &'a str)>, owner: Owner<'_>) -> Vec<IpPermission> {
    type Described<'p> = (&'p Peer, Option<String>);
    let mut groups: BTreeMap<(&str, i64, i64), Vec<Described<'_>>> = BTreeMap::new();
    for (one, description) in rules {
        let description = Some(description).filter(|text| !text.is_empty()).map(String::from);
        groups.entry((&one.protocol, one.from, one.to)).or_default().push((&one.peer, description));
    }
    groups
        .into_iter()
        .map(|((protocol, from, to), peers)| {
            let port = |port| if protocol == "-1" { None } else { i32::try_from(port).ok() };
            let mut all = IpPermission::builder().ip_protocol(protocol).set_from_port(port(from)).set_to_port(port(to));
            for (peer, text) in peers {
                all = match peer {
                    Peer::Ipv4(cidr) => all.ip_ranges(IpRange::builder().cidr_ip(cidr).set_description(text).build()),
                    Peer::Ipv6(cidr) => {
                        all.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(cidr).set_description(text).build())
                    }
                    Peer::PrefixList(id) => {
                        all.prefix_list_ids(PrefixListId::builder().prefix_list_id(id).set_description(text).build())
                    }
                    Peer::Group(_) | Peer::Itself => {
                        let name = if let Peer::Group(name) = peer { name } else { owner.group };
                        let pair = UserIdGroupPair::builder().set_description(text);
                        all.user_id_group_pairs(match name.split_once('/') {
                            Some((account, id)) => pair.user_id(account).group_id(id).build(),
                            None => pair.group_id(name).build(),
                        })
                    }
                };
            }
            all.build()
        })
        .collect()
}

impl Permission {
    fn new(protocol: &str, from: i64, to: i64, peer: Peer) -> Permission {
        let protocol = protocol_of(protocol);
        // Only these have ports, or types and codes ("IpPermission", IpProtocol).
        let with_ports = matches!(protocol.as_str(), "tcp" | "udp" | "icmp" | "icmpv6");
        let (from, to) = if with_ports { (from, to) } else { (0, 0) };
        Permission { protocol, from, to, peer }
    }

    fn text(&self) -> String {
        let peer = match &self.peer {
            Peer::Ipv4(text) | Peer::Ipv6(text) | Peer::PrefixList(text) | Peer::Group(text) => text,
            Peer::Itself => "the group itself",
        };
        format!("{} {}-{} of {peer}", self.protocol, self.from, self.to)
    }
}

impl Peer {
    fn group(name: &str, owner: Owner<'_>) -> Peer {
        let id = match name.split_once('/') {
            Some((account, id)) if account == owner.account => id,
            _ => name,
        };
        if !id.is_empty() && id == owner.group { Peer::Itself } else { Peer::Group(id.to_owned()) }
    }
}

fn of_rule(rule: &Value, owner: Owner<'_>) -> Permissions {
    let description = rule.get("description").and_then(Value::as_str).unwrap_or_default();
    let protocol = rule.get("protocol").and_then(Value::as_str).unwrap_or_default();
    let (from, to) = (number(rule, "from_port").unwrap_or(0), number(rule, "to_port").unwrap_or(0));
    let mut peers: BTreeSet<Peer> = BTreeSet::new();
    peers.extend(texts(rule, "cidr_blocks").map(|text| Peer::Ipv4(text.into())));
    peers.extend(texts(rule, "ipv6_cidr_blocks").map(|text| Peer::Ipv6(cidr::canonical(text))));
    peers.extend(texts(rule, "prefix_list_ids").map(|text| Peer::PrefixList(text.into())));
    peers.extend(texts(rule, "security_groups").map(|text| Peer::group(text, owner)));
    if rule.get("self").and_then(Value::as_bool) == Some(true) {
        peers.insert(Peer::Itself);
    }
    peers.into_iter().map(|peer| (Permission::new(protocol, from, to, peer), description.to_owned())).collect()
}

fn number(rule: &Value, name: &str) -> Option<i64> {
    rule.get(name)?.as_number()?.to_i64()
}

fn texts<'a>(rule: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    let items = rule.get(name).and_then(Value::as_items).unwrap_or_default();
    items.iter().filter_map(Value::as_str)
}

/// The protocol in the form that EC2 answers with ("IpPermission", IpProtocol).
fn protocol_of(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "all" | "-1" => "-1".into(),
        "6" => "tcp".into(),
        "17" => "udp".into(),
        "1" => "icmp".into(),
        "58" => "icmpv6".into(),
        other => other.to_owned(),
    }
}
