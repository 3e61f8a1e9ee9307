//! A resource instance's difference by its schema: attributes, then nested blocks.

use crate::paint::Symbol;
use crate::value_text::{Writer, key_width, padded, same, scalar, symbol};
use configschema::{Block, Nesting};
use value::{Marks, Path, PathStep, Type, Value};

/// Attributes that are shown even when they do not change: they tell which object it is.
const TELLING: [&str; 3] = ["id", "name", "tags"];

impl Writer<'_> {
    /// The content of a block, without its header and braces.
    pub(crate) fn block(&mut self, depth: usize, schema: &Block, pair: (&Value, &Value), at: &Path) {
        self.attributes(depth, schema, pair, at);
        self.blocks(depth, schema, pair, at);
    }

    fn attributes(&mut self, depth: usize, schema: &Block, pair: (&Value, &Value), at: &Path) {
        let null = Value::null(Type::Dynamic);
        let top = at.0.is_empty();
        let mut shown = Vec::new();
        let mut hidden = 0;
        for name in schema.attributes.keys() {
            let (before, after) = (pair.0.get(name).unwrap_or(&null), pair.1.get(name).unwrap_or(&null));
            let symbol = symbol(before, after);
            let telling = top && TELLING.contains(&name.as_ref());
            if symbol != Symbol::None || (telling && !after.is_null()) {
                shown.push((name, before, after));
            } else if !after.is_null() || before.marks.contains(Marks::SENSITIVE) {
                hidden += 1;
            }
        }
        let width = key_width(shown.iter().map(|(name, ..)| name.to_string()));
        for (name, before, after) in shown {
            let at = at.then(PathStep::Attribute(name.clone()));
            if symbol(before, after) == Symbol::None {
                self.unchanged(depth, &padded(name, width), after);
            } else {
                let name = format!("{name:width$}");
                self.named(depth, &name, (before, after), &at);
            }
        }
        if hidden > 0 {
            self.hidden(depth, hidden, "attribute");
        }
    }

    fn unchanged(&mut self, depth: usize, head: &str, value: &Value) {
        let width = key_width(value.children().map(|(step, _)| format!("{step:?}")));
        if width == 0 {
            return self.line(depth, Symbol::None, &format!("{head}{}", scalar(value)));
        }
        self.line(depth, Symbol::None, &format!("{head}{{"));
        let names: Vec<String> = value
            .children()
            .map(|(step, _)| match step {
                PathStep::Key(name) | PathStep::Attribute(name) => format!("{name:?}"),
                PathStep::Index(i) => i.to_string(),
            })
            .collect();
        let width = key_width(names.iter().cloned());
        for (name, (_, part)) in names.iter().zip(value.children()) {
            self.line(depth + 1, Symbol::None, &format!("{}{}", padded(name, width), scalar(part)));
        }
        self.line(depth, Symbol::None, "}");
    }

    fn blocks(&mut self, depth: usize, schema: &Block, pair: (&Value, &Value), at: &Path) {
        let null = Value::null(Type::Dynamic);
        let mut hidden = 0;
        for (name, nested) in &schema.blocks {
            let (before, after) = (pair.0.get(name).unwrap_or(&null), pair.1.get(name).unwrap_or(&null));
            let at = at.then(PathStep::Attribute(name.clone()));
            if !after.is_known() {
                self.out.push('\n');
                self.line(depth, Symbol::Update, &format!("{name} (known after apply)"));
                continue;
            }
            let pairs = paired(nested.nesting, before, after);
            for (key, before, after) in pairs {
                let symbol = symbol(&before, &after);
                if symbol == Symbol::None {
                    hidden += usize::from(!after.is_null());
                    continue;
                }
                let at = key.as_ref().map_or_else(|| at.clone(), |step| at.then(step.clone()));
                let label = match &key {
                    Some(PathStep::Key(key)) => format!(" {key:?}"),
                    _ => String::new(),
                };
                let forced = if self.forced.contains(&at) { self.paint.red(" # forces replacement") } else { String::new() };
                self.out.push('\n');
                self.line(depth, symbol, &format!("{name}{label} {{{forced}"));
                self.block(depth + 1, &nested.block, (&before, &after), &at);
                self.line(depth, Symbol::None, "}");
            }
        }
        if hidden > 0 {
            self.out.push('\n');
            self.hidden(depth, hidden, "block");
        }
    }
}

/// Blocks before and after that belong together: by place, by label, and sets by equality.
fn paired(nesting: Nesting, before: &Value, after: &Value) -> Vec<(Option<PathStep>, Value, Value)> {
    let null = Value::null(Type::Dynamic);
    match nesting {
        Nesting::Single | Nesting::Group => vec![(None, before.clone(), after.clone())],
        Nesting::Set => {
            let (b, a) = (before.as_items().unwrap_or(&[]), after.as_items().unwrap_or(&[]));
            let mut pairs = Vec::new();
            for element in b {
                let kept = a.iter().find(|x| same(element, x)).cloned();
                pairs.push((None, element.clone(), kept.unwrap_or_else(|| null.clone())));
            }
            let new = a.iter().filter(|x| !b.iter().any(|element| same(element, x)));
            pairs.extend(new.map(|element| (None, null.clone(), element.clone())));
            pairs
        }
        Nesting::List => {
            let (b, a) = (before.as_items().unwrap_or(&[]), after.as_items().unwrap_or(&[]));
            (0..b.len().max(a.len()))
                .map(|i| {
                    let pick = |items: &[Value]| items.get(i).cloned().unwrap_or_else(|| null.clone());
                    (Some(PathStep::Index(i as u64)), pick(b), pick(a))
                })
                .collect()
        }
        Nesting::Map => {
            let keys: std::collections::BTreeSet<_> = before
                .children()
                .chain(after.children())
                .filter_map(|(step, _)| match step {
                    PathStep::Key(key) | PathStep::Attribute(key) => Some(key),
                    PathStep::Index(_) => None,
                })
                .collect();
            keys.into_iter()
                .map(|key| {
                    let pick = |value: &Value| value.get(&key).cloned().unwrap_or_else(|| null.clone());
                    (Some(PathStep::Key(key.clone())), pick(before), pick(after))
                })
                .collect()
        }
    }
}
