//! What `survive` says is what the sandbox really does: every failure of every verdict is enacted in a copy of the
//! simulated cloud, and the bytes are counted. The two share no code: the lens never sees the world.

use crate::examples::{copy_of, drform};
use crate::script::printed;
use dr::{Class, Judged, Level, Verdict};
use ops::{Environment, Locking, Parallelism, Request, Site, VariableArguments, World as Which};
use sandbox::{Catalogue, Domain, Event, World};
use std::collections::BTreeSet;
use std::path::Path;
use value::json::Node;

/// Nobody watches.
struct Silent;

impl ops::Progress for Silent {
    fn happens(&self, _: &ops::Happening) {}
}

struct Enacted {
    world: World,
    catalogue: Catalogue,
    state: std::sync::Arc<state::State>,
}

impl Enacted {
    fn open(dir: &Path, site: &Site) -> Enacted {
        let log = std::fs::read_to_string(dir.join(".drform/sandbox/world.jsonl")).unwrap();
        let events: Vec<Event> = log.lines().map(|line| Event::from_json(line).unwrap()).collect();
        Enacted {
            world: World::replay(&events).unwrap(),
            catalogue: Catalogue::shipped().unwrap(),
            state: ops::read_state(site).unwrap(),
        }
    }

    /// An attribute of the object at an address.
    fn attribute(&self, address: &str, name: &str) -> String {
        let addr = addrs::parse_resource_instance(address).unwrap();
        let object = self.state.instances[&addr].current.as_ref().unwrap();
        let node = value::json::parse(&object.attributes).unwrap();
        match node.get(name) {
            Some(Node::String(text)) => text.to_string(),
            other => panic!("{address}.{name} is {other:?}"),
        }
    }

    /// Ids of all copies that can be read after a loss.
    fn usable_after(&self, failure: &dr::Domain) -> BTreeSet<String> {
        let domain = match failure.class {
            Class::Disk => Domain::Disk(self.attribute(&failure.name, "id").into()),
            Class::Instance => Domain::Instance(self.attribute(&failure.name, "id").into()),
            Class::Key => Domain::Key(self.attribute(&failure.name, "arn").into()),
            Class::Zone => Domain::Zone(failure.name.clone()),
            Class::Region => Domain::Region(failure.name.clone()),
        };
        let mut world = self.world.clone();
        let event = world.lose(&self.catalogue, &domain).unwrap();
        world.apply_event(&event).unwrap();
        world.usable_copies().into_iter().map(|copy| copy.key.id.to_string()).collect()
    }

    fn agrees(&self, set: &Judged, verdict: &Verdict) -> Result<(), String> {
        let usable = self.usable_after(&verdict.failure);
        let alive = |address: &str| usable.contains(&self.attribute(address, "id"));
        let left: Vec<_> = set.copies.iter().filter(|copy| alive(copy)).collect();
        let is_copy = verdict.copy.as_ref().is_some_and(|copy| set.copies.contains(copy));
        let holds = match verdict.level {
            Level::Unaffected if is_copy => set.copies.first().is_some_and(|primary| alive(primary)),
            Level::Unaffected => left.len() == set.copies.len(),
            // A quorum is lost when a record may be: some members are gone, not necessarily all.
            Level::Lost if set.name.contains('.') || set.name.as_ref() == "orders" => left.is_empty(),
            Level::Lost => left.len() < set.copies.len(),
            _ if is_copy => verdict.copy.as_ref().is_some_and(|copy| alive(copy)),
            _ => !left.is_empty(),
        };
        let said = format!("{}: {} → {}, but {left:?} are left", set.name, verdict.failure, verdict.level.word());
        if holds { Ok(()) } else { Err(said) }
    }
}

fn check(example: &str) {
    let dir = copy_of(example);
    let dir = dir.path();
    let applied = drform(dir, &["apply", "-sandbox", "-auto-approve"]);
    assert!(applied.status.success(), "{}", printed(dir, &applied));
    assert!(all_true(dir) >= 4);
    for loss in ["zone=eu-central-1a", "key=aws_kms_key."] {
        let Some(what) = domain_of(dir, loss) else { continue };
        let lost = drform(dir, &["sandbox", "lose", &what]);
        assert!(lost.status.success(), "{}", printed(dir, &lost));
        all_true(dir);
    }
}

/// The first domain that the table names with this beginning.
fn domain_of(dir: &Path, beginning: &str) -> Option<String> {
    let table = printed(dir, &drform(dir, &["survive", "-sandbox"]));
    table.split_whitespace().find(|word| word.starts_with(beginning)).map(String::from)
}

/// Holds every verdict on what is there now against what the simulated cloud does; how many there are.
fn all_true(dir: &Path) -> usize {
    let site = Site::new(dir, Which::Sandbox, Environment::default());
    let request = Request {
        site: site.clone(),
        variables: VariableArguments::default(),
        locking: Locking::Free,
        parallelism: Parallelism(1),
    };
    let (report, said) = ops::survive(&request, plan::Refresh::Yes, &Silent);
    assert!(said.diagnostics.is_empty(), "{:?}", said.diagnostics);
    let enacted = Enacted::open(dir, &site);
    let verdicts: Vec<_> =
        report.as_ref().unwrap().datasets.iter().flat_map(|s| s.verdicts.iter().map(move |v| (s, v))).collect();
    let lies: Vec<String> = verdicts.iter().filter_map(|(set, verdict)| enacted.agrees(set, verdict).err()).collect();
    assert!(lies.is_empty(), "{}", lies.join("\n"));
    verdicts.len()
}

#[test]
fn verdicts_of_postgres_ha_are_true() {
    check("postgres-ha");
}

#[test]
fn verdicts_of_kafka_six_are_true() {
    check("kafka-six");
}

#[test]
fn verdicts_of_single_node_are_true() {
    check("single-node");
}
