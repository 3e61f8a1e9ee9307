//! A random configuration, and what random people do to it.

use super::plot::{Kind, Lookup, Module, Node, Plot, Repeat, Use};
use crate::random::source::Source;
use std::collections::BTreeMap;

/// Edits of a sequence, after the first apply.
const STEPS: usize = 10;
const KEYS: [&str; 4] = ["a", "b", "c", "d"];
const MOST_NODES: usize = 9;

/// An edit of the directory and of the world; then an apply.
pub struct Step {
    pub files: BTreeMap<String, String>,
    pub deeds: Vec<Deed>,
    pub arguments: Vec<Argument>,
}

/// What happens behind the tool's back, or by its other commands. Numbers pick one of what is there then.
#[derive(Debug)]
pub enum Deed {
    Gone(usize),
    Drift(usize, &'static str),
    /// A call of this kind fails from now on: of an object that there is, or of what will have this name.
    Break(&'static str, Picked),
    /// Nothing fails any more.
    Mend,
    /// A command about an address of the state.
    Command(&'static str, usize),
    StateMove(String, String),
}

#[derive(Debug)]
pub enum Picked {
    Object(usize),
    Name(String),
}

/// An argument of the apply; numbers pick an address of the state.
#[derive(Debug)]
pub enum Argument {
    Plain(&'static str),
    OfInstance(&'static str, usize),
    OfResource(&'static str, usize),
}

/// The steps of a seed: the same on every machine. The last one mends everything.
pub fn sequence(seed: u64) -> Vec<Step> {
    let mut editor = Editor { source: Source::new(seed), plot: Plot::default(), deeds: Vec::new(), broken: false };
    for _ in 0..3 + editor.below(3) {
        editor.add_node();
    }
    for _ in 0..editor.below(3) {
        editor.add_module();
    }
    for _ in 0..1 + editor.below(3) {
        editor.add_node();
    }
    for _ in 0..editor.below(3) {
        editor.add_lookup();
    }
    let mut steps = vec![editor.step(Vec::new())];
    for _ in 0..STEPS {
        editor.grow_old();
        for _ in 0..1 + editor.below(3) {
            editor.edit();
        }
        let arguments = editor.arguments();
        steps.push(editor.step(arguments));
    }
    editor.grow_old();
    editor.plot.moved.clear();
    editor.plot.removed.clear();
    editor.plot.nodes.iter_mut().for_each(|node| (node.protected, node.checked) = (false, false));
    editor.deeds.push(Deed::Mend);
    steps.push(editor.step(Vec::new()));
    steps
}

struct Editor {
    source: Source,
    plot: Plot,
    deeds: Vec<Deed>,
    broken: bool,
}

impl Editor {
    fn below(&mut self, limit: usize) -> usize {
        self.source.below(limit)
    }

    fn percent(&mut self, share: usize) -> bool {
        self.source.percent(share)
    }

    fn step(&mut self, arguments: Vec<Argument>) -> Step {
        Step { files: self.plot.files(), deeds: std::mem::take(&mut self.deeds), arguments }
    }

    /// What was said to move or to be removed is said for a while.
    fn grow_old(&mut self) {
        self.plot.moved.iter_mut().for_each(|(.., age)| *age += 1);
        let long = 1 + self.below(3);
        self.plot.moved.retain(|(.., age)| *age < long);
        if self.percent(60) {
            self.plot.removed.clear();
        }
        if std::mem::take(&mut self.broken) {
            self.deeds.push(Deed::Mend);
        }
    }

    fn arguments(&mut self) -> Vec<Argument> {
        let pick = self.below(1000);
        let other = self.below(1000);
        match self.below(100) {
            0..8 => vec![Argument::OfInstance("-target=", pick)],
            8..14 => vec![Argument::OfResource("-target=", pick)],
            14..18 => vec![Argument::OfInstance("-target=", pick), Argument::OfInstance("-target=", other)],
            18..26 => vec![Argument::OfInstance("-replace=", pick)],
            26..34 => vec![Argument::Plain("-refresh=false")],
            34..39 => vec![Argument::Plain("-refresh-only")],
            39..41 => vec![Argument::Plain("-destroy")],
            41..44 => vec![Argument::Plain("-destroy"), Argument::OfInstance("-target=", pick)],
            _ => Vec::new(),
        }
    }

    /// Any module that there is, or the root module.
    fn place(&mut self) -> Option<usize> {
        let at = self.below(self.plot.modules.len() + 2);
        self.plot.modules.get(at).map(|module| module.id)
    }

    fn keys(&mut self) -> Vec<&'static str> {
        let first = self.below(3);
        KEYS.into_iter().skip(first).take(1 + first % 2 + self.source.below(2)).collect()
    }

    fn repeat(&mut self, module: Option<usize>) -> Repeat {
        match self.below(10) {
            0..5 => Repeat::Once,
            5..7 => Repeat::Count(self.below(4)),
            7..9 => Repeat::Each(self.keys()),
            _ => {
                let here = self.plot.nodes.iter().filter(|n| n.module == module);
                let each: Vec<usize> = here.filter(|n| matches!(n.repeat, Repeat::Each(_))).map(|n| n.id).collect();
                if each.is_empty() { Repeat::Once } else { Repeat::Like(each[self.below(each.len())]) }
            }
        }
    }

    /// Something that is there and can be referred to from a place.
    fn reference(&mut self, module: Option<usize>) -> Option<Use> {
        let nodes = self.plot.nodes.iter().filter(|n| n.module == module).map(|n| n.id);
        let lookups = self.plot.lookups.iter().filter(|l| l.module == module).map(|l| l.id);
        let modules = self.plot.modules.iter().filter(|_| module.is_none()).map(|m| m.id);
        let all: Vec<usize> = nodes.chain(lookups).chain(modules).chain(module).collect();
        if all.is_empty() {
            return None;
        }
        Some(Use { of: all[self.below(all.len())], attribute: self.below(4), one: self.percent(30) })
    }

    fn references(&mut self, module: Option<usize>, most: usize) -> Vec<Use> {
        let count = self.below(most + 1);
        (0..count).filter_map(|_| self.reference(module)).collect()
    }

    fn maybe(&mut self, share: usize, module: Option<usize>) -> Option<Use> {
        if self.percent(share) { self.reference(module) } else { None }
    }

    fn waits(&mut self, share: usize, module: Option<usize>) -> Vec<usize> {
        self.maybe(share, module).map(|to| to.of).into_iter().collect()
    }

    fn add_node(&mut self) {
        if self.plot.nodes.len() < MOST_NODES {
            let module = self.place();
            self.add_node_in(module);
        }
    }

    fn add_node_in(&mut self, module: Option<usize>) {
        let repeat = self.repeat(module);
        let uses = self.references(module, 2);
        let (zone_of, size_of) = (self.maybe(20, module), self.maybe(15, module));
        let depends_on = self.waits(15, module);
        let triggered_by = self.maybe(10, module);
        let id = self.plot.fresh();
        let node = Node {
            id,
            name: format!("n{id}"),
            label: format!("n{id}"),
            module,
            kind: if self.percent(75) { Kind::Lab } else { Kind::Data },
            repeat,
            size: 2 + self.below(5),
            zone: self.below(3),
            uses,
            zone_of,
            size_of,
            depends_on,
            create_first: self.percent(25),
            triggered_by,
            ignores: self.percent(8),
            protected: self.percent(3),
            secret: self.percent(35),
            checked: self.percent(8),
        };
        self.plot.nodes.push(node);
    }

    fn add_lookup(&mut self) {
        let module = self.place();
        let Some(of) = self.reference(module) else { return };
        let depends_on = self.waits(25, module);
        let id = self.plot.fresh();
        self.plot.lookups.push(Lookup { id, module, of, depends_on });
    }

    fn add_module(&mut self) {
        let repeat = match self.below(5) {
            0..3 => Repeat::Once,
            3 => Repeat::Count(self.below(3)),
            _ => Repeat::Each(self.keys()),
        };
        let given = self.references(None, 2);
        let depends_on = self.waits(15, None);
        let id = self.plot.fresh();
        self.plot.modules.push(Module { id, name: format!("m{id}"), repeat, given, depends_on });
        self.add_node_in(Some(id));
    }

    fn edit(&mut self) {
        if self.plot.nodes.is_empty() {
            return self.add_node();
        }
        let at = self.below(self.plot.nodes.len());
        let module = self.plot.nodes[at].module;
        let address = self.plot.nodes[at].address();
        match self.below(100) {
            0..6 => self.add_node(),
            6..10 => drop(self.plot.nodes.remove(at)),
            10..12 => self.add_module(),
            12..14 => self.remove_module(),
            14..16 => self.add_lookup(),
            16..17 => drop(self.plot.lookups.pop()),
            17..25 => self.rename(at),
            25..30 => self.rename_module(),
            30..36 => self.move_between(at),
            36..46 => self.change_keys(at),
            46..50 => self.change_module_keys(),
            50..55 => self.plot.nodes[at].size += 1,
            55..61 => self.plot.nodes[at].zone += 1,
            61..68 => self.plot.nodes[at].create_first ^= true,
            68..71 => self.plot.nodes[at].triggered_by = self.maybe(70, module),
            71..74 => self.plot.nodes[at].uses = self.references(module, 2),
            74..76 => self.plot.nodes[at].depends_on = self.waits(70, module),
            76..77 => self.plot.nodes[at].ignores ^= true,
            77..78 => self.plot.nodes[at].zone_of = self.maybe(60, module),
            78..79 => self.plot.nodes[at].secret ^= true,
            79..81 => self.forget(at, &address),
            81..84 => self.do_to_state("taint"),
            84..85 => self.do_to_state("untaint"),
            85..86 => self.do_to_state("state rm"),
            86..89 => {
                let pick = self.below(1000);
                self.deeds.push(Deed::Gone(pick));
            }
            89..92 => {
                let (pick, what) = (self.below(1000), ["size=71", "zone=z9", "address=10.1.1.1", "size=72"]);
                let what = what[self.below(what.len())];
                self.deeds.push(Deed::Drift(pick, what));
            }
            _ => self.break_a_call(at),
        }
    }

    fn do_to_state(&mut self, command: &'static str) {
        let pick = self.below(1000);
        self.deeds.push(Deed::Command(command, pick));
    }

    fn break_a_call(&mut self, at: usize) {
        let object = Picked::Object(self.below(1000));
        let name = Picked::Name(self.plot.nodes[at].label.clone());
        let (verb, picked) = match self.below(8) {
            0 => ("create", name),
            1 => ("half-create", name),
            2 => ("update", object),
            3 => ("half-update", object),
            4 | 5 => ("delete", object),
            6 => ("read", object),
            _ => ("lookup", object),
        };
        self.broken = true;
        self.deeds.push(Deed::Break(verb, picked));
        // What cannot be made or changed is to be made or changed.
        match self.below(3) {
            0 => self.plot.nodes[at].zone += 1,
            1 => self.plot.nodes[at].size += 1,
            _ => {}
        }
    }

    /// The object stays, the state forgets it; or it is deleted and the configuration says so.
    fn forget(&mut self, at: usize, address: &str) {
        let module = self.plot.nodes[at].module.and_then(|id| self.plot.module(id));
        let from = module.map_or(address.to_string(), |module| format!("module.{}.{address}", module.name));
        let destroy = self.source.percent(30);
        self.plot.nodes.remove(at);
        self.plot.removed.push((from, destroy));
    }

    fn rename(&mut self, at: usize) {
        let before = self.plot.nodes[at].address();
        let name = format!("r{}", self.plot.fresh());
        self.plot.nodes[at].name = name;
        let (module, after) = (self.plot.nodes[at].module, self.plot.nodes[at].address());
        if module.is_none() && self.percent(20) {
            self.deeds.push(Deed::StateMove(before, after));
        } else if self.percent(95) {
            self.plot.moved.push((module, before, after, 0));
        }
    }

    fn rename_module(&mut self) {
        let number = self.plot.fresh();
        let Some(at) = self.some_module() else { return };
        let module = &mut self.plot.modules[at];
        let after = format!("r{number}");
        let before = std::mem::replace(&mut module.name, after.clone());
        self.plot.moved.push((None, format!("module.{before}"), format!("module.{after}"), 0));
    }

    fn some_module(&mut self) -> Option<usize> {
        let count = self.plot.modules.len();
        (count > 0).then(|| self.source.below(count))
    }

    fn remove_module(&mut self) {
        let Some(at) = self.some_module() else { return };
        let module = self.plot.modules.remove(at);
        self.plot.nodes.retain(|node| node.module != Some(module.id));
        self.plot.lookups.retain(|lookup| lookup.module != Some(module.id));
        self.plot.moved.retain(|(at, ..)| *at != Some(module.id));
    }

    /// Into a module or out of it.
    fn move_between(&mut self, at: usize) {
        let path = |plot: &Plot, module: Option<usize>, key: bool| {
            module.and_then(|id| plot.module(id)).map_or(String::new(), |module| {
                let key = module.repeat.key().filter(|_| key).unwrap_or_default();
                format!("module.{}{key}.", module.name)
            })
        };
        let (old, new) = (self.plot.nodes[at].module, self.place());
        let key = self.percent(80);
        let (before, after) = (path(&self.plot, old, key), path(&self.plot, new, key));
        self.plot.nodes[at].module = new;
        let address = self.plot.nodes[at].address();
        if old != new {
            self.plot.moved.push((None, format!("{before}{address}"), format!("{after}{address}"), 0));
        }
    }

    fn change_keys(&mut self, at: usize) {
        let (module, address) = (self.plot.nodes[at].module, self.plot.nodes[at].address());
        let before = self.plot.nodes[at].repeat.clone();
        let after = match &before {
            Repeat::Count(count) if self.percent(70) => Repeat::Count((count + 1 + self.below(2)) % 4),
            Repeat::Each(keys) if self.percent(75) => Repeat::Each(self.other_keys(keys)),
            _ => self.repeat(module),
        };
        if self.percent(50)
            && let (from, Some(to)) = (before.key(), after.key())
        {
            let from = format!("{address}{}", from.unwrap_or_default());
            let to = format!("{address}{to}");
            if from != to {
                self.plot.moved.push((module, from, to, 0));
            }
        }
        self.plot.nodes[at].repeat = after;
    }

    fn other_keys(&mut self, keys: &[&'static str]) -> Vec<&'static str> {
        let other = KEYS[self.below(KEYS.len())];
        let mut keys: Vec<&str> = keys.iter().copied().filter(|key| *key != other).chain([other]).collect();
        if keys.len() > 1 && self.percent(60) {
            keys.remove(0);
        }
        keys
    }

    fn change_module_keys(&mut self) {
        let Some(at) = self.some_module() else { return };
        let before = self.plot.modules[at].repeat.clone();
        let after = match &before {
            Repeat::Each(keys) => Repeat::Each(self.other_keys(keys)),
            Repeat::Count(count) => Repeat::Count((count + 1) % 3),
            _ => Repeat::Each(self.keys()),
        };
        let address = format!("module.{}", self.plot.modules[at].name);
        if self.percent(60)
            && let (from, Some(to)) = (before.key(), after.key())
        {
            let from = format!("{address}{}", from.unwrap_or_default());
            let to = format!("{address}{to}");
            if from != to {
                self.plot.moved.push((None, from, to, 0));
            }
        }
        self.plot.modules[at].repeat = after;
    }
}
