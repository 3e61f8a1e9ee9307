//! Values and differences between values, as lines of a plan.
//!
//! Wording, symbols and layout are Terraform's (decision 8; checked against `terraform` 1.11.4 in `tests/cli`).

use crate::paint::{Paint, Symbol};
use std::collections::BTreeSet;
use value::{Content, Marks, Path, PathStep, Value};

/// Writes lines of a difference.
pub(crate) struct Writer<'a> {
    pub(crate) out: String,
    pub(crate) paint: Paint,
    /// Paths that force replacement.
    pub(crate) forced: &'a [Path],
}

/// What becomes of a part, by its own two values.
pub(crate) fn symbol(before: &Value, after: &Value) -> Symbol {
    match (before.is_null(), after.is_null()) {
        (true, true) => Symbol::None,
        (true, false) => Symbol::Create,
        (false, true) => Symbol::Delete,
        (false, false) if same(before, after) => Symbol::None,
        (false, false) => Symbol::Update,
    }
}

/// Equal for a reader: unknown is never the same as anything.
pub(crate) fn same(before: &Value, after: &Value) -> bool {
    after.is_wholly_known() && before.is_wholly_known() && before.unmark_deep().0 == after.unmark_deep().0
}

impl Writer<'_> {
    /// One line: indent, symbol, text.
    pub(crate) fn line(&mut self, depth: usize, symbol: Symbol, text: &str) {
        self.out.push_str(&" ".repeat(depth * 4));
        self.out.push_str(&self.paint.symbol(symbol));
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// `name = value` or `name = before -> after`, over several lines where the value needs them.
    pub(crate) fn named(&mut self, depth: usize, name: &str, pair: (&Value, &Value), at: &Path) {
        let (before, after) = pair;
        let symbol = symbol(before, after);
        let forced = self.forces(at);
        self.pair(depth, symbol, &format!("{name} = "), pair, (at, &forced, ""));
    }

    fn forces(&self, at: &Path) -> String {
        if self.forced.contains(at) { self.paint.red(" # forces replacement") } else { String::new() }
    }

    /// The value part of a line; `tail` is the path, what follows the value, and the separator after it.
    fn pair(&mut self, depth: usize, symbol: Symbol, head: &str, pair: (&Value, &Value), tail: (&Path, &str, &str)) {
        let (before, after) = pair;
        let (at, note, comma) = tail;
        if before.marks.contains(Marks::SENSITIVE) || after.marks.contains(Marks::SENSITIVE) {
            let text = if symbol == Symbol::Delete { "(sensitive value) -> null" } else { "(sensitive value)" };
            let text = if symbol == Symbol::Delete && !comma.is_empty() { "(sensitive value)" } else { text };
            return self.line(depth, symbol, &format!("{head}{text}{note}{comma}"));
        }
        match symbol {
            Symbol::Create | Symbol::Read => self.whole(depth, symbol, head, after, (note, comma, "")),
            Symbol::None => self.whole(depth, symbol, head, after, (note, comma, "")),
            Symbol::Delete => {
                let arrow = if comma.is_empty() { " -> null" } else { "" };
                self.whole(depth, symbol, head, before, (note, comma, arrow));
            }
            _ if nests(before) && nests(after) && same_shape(before, after) => {
                self.inside(depth, symbol, head, pair, (at, note, comma));
            }
            _ if !nests(before) && !nests(after) && !multiline(before) && !multiline(after) => {
                let text = format!("{head}{} -> {}{note}{comma}", scalar(before), scalar(after));
                self.line(depth, symbol, &text);
            }
            _ => self.text_or_replaced(depth, symbol, head, pair, (note, comma)),
        }
    }

    /// A changed multi-line string, or a value that became another kind of value.
    fn text_or_replaced(
        &mut self,
        depth: usize,
        symbol: Symbol,
        head: &str,
        pair: (&Value, &Value),
        tail: (&str, &str),
    ) {
        let (note, comma) = tail;
        if let (Some(before), Some(after)) = (pair.0.as_str(), pair.1.as_str()) {
            self.line(depth, symbol, &format!("{head}<<-EOT{note}"));
            let diff = similar::TextDiff::from_lines(before, after);
            for change in diff.iter_all_changes() {
                let symbol = match change.tag() {
                    similar::ChangeTag::Equal => Symbol::None,
                    similar::ChangeTag::Insert => Symbol::Create,
                    similar::ChangeTag::Delete => Symbol::Delete,
                };
                self.line(depth + 1, symbol, change.value().trim_end_matches('\n'));
            }
            return self.line(depth, Symbol::None, &format!("EOT{comma}"));
        }
        self.whole(depth, symbol, head, pair.0, ("", "", " ->"));
        self.whole(depth, Symbol::None, "", pair.1, (note, comma, ""));
    }

    /// A value that is there as a whole; `tail` is a note, the separator, and what follows the value itself.
    fn whole(&mut self, depth: usize, symbol: Symbol, head: &str, value: &Value, tail: (&str, &str, &str)) {
        let (note, comma, arrow) = tail;
        if value.marks.contains(Marks::SENSITIVE) {
            return self.line(depth, symbol, &format!("{head}(sensitive value){arrow}{note}{comma}"));
        }
        if let Some(text) = value.as_str()
            && text.contains('\n')
        {
            self.line(depth, symbol, &format!("{head}<<-EOT{note}"));
            for line in text.lines() {
                self.line(depth + 1, Symbol::None, line);
            }
            return self.line(depth, Symbol::None, &format!("EOT{arrow}{comma}"));
        }
        if !nests(value) {
            return self.line(depth, symbol, &format!("{head}{}{arrow}{note}{comma}", scalar(value)));
        }
        let (open, close) = brackets(value);
        self.line(depth, symbol, &format!("{head}{open}{note}"));
        // Terraform shows parts of something that goes away with their own symbol, too.
        let inner = if symbol == Symbol::Update { Symbol::None } else { symbol };
        let width = key_width(value.children().map(|(step, _)| key(&step, value)));
        for (step, part) in value.children() {
            if is_attribute(&step) && part.is_null() {
                continue;
            }
            let arrow = if inner == Symbol::Delete && named(&step) { " -> null" } else { "" };
            let comma = if named(&step) { "" } else { "," };
            self.whole(depth + 1, inner, &padded(&key(&step, value), width), part, ("", comma, arrow));
        }
        self.line(depth, Symbol::None, &format!("{close}{arrow}{comma}"));
    }

    /// A collection or object that changes inside.
    fn inside(&mut self, depth: usize, symbol: Symbol, head: &str, pair: (&Value, &Value), tail: (&Path, &str, &str)) {
        let after = pair.1;
        let (at, note, comma) = tail;
        let (open, close) = brackets(after);
        self.line(depth, symbol, &format!("{head}{open}{note}"));
        let hidden = match &after.content {
            Content::Object(_) | Content::Map(..) => self.entries(depth + 1, pair, at),
            Content::Set(..) => self.set_elements(depth + 1, pair),
            _ => self.elements(depth + 1, pair),
        };
        if hidden > 0 {
            let what = if matches!(after.content, Content::Object(_)) { "attribute" } else { "element" };
            self.hidden(depth + 1, hidden, what);
        }
        self.line(depth, Symbol::None, &format!("{close}{comma}"));
    }

    /// Attributes or map elements that changed; returns how many did not.
    fn entries(&mut self, depth: usize, pair: (&Value, &Value), at: &Path) -> usize {
        let (before, after) = pair;
        let names: BTreeSet<_> = keys(before).chain(keys(after)).collect();
        let quoted = matches!(after.content, Content::Map(..));
        let shown = |name: &str| if quoted { format!("{name:?}") } else { name.to_string() };
        let null = Value::null(value::Type::Dynamic);
        let changed: Vec<_> = names
            .iter()
            .map(|name| (name, before.get(name).unwrap_or(&null), after.get(name).unwrap_or(&null)))
            .filter(|(_, b, a)| symbol(b, a) != Symbol::None)
            .collect();
        let width = key_width(changed.iter().map(|(name, ..)| shown(name)));
        for (name, b, a) in &changed {
            let step = if quoted { PathStep::Key(name.to_string().into()) } else { PathStep::Attribute(name.to_string().into()) };
            let at = at.then(step);
            let forced = self.forces(&at);
            self.pair(depth, symbol(b, a), &padded(&shown(name), width), (b, a), (&at, &forced, ""));
        }
        names.iter().filter(|n| before.get(n).is_some_and(|v| !v.is_null())).count()
            - changed.iter().filter(|(_, b, _)| !b.is_null()).count()
    }

    /// Elements of a set: gone ones and new ones.
    fn set_elements(&mut self, depth: usize, pair: (&Value, &Value)) -> usize {
        let (before, after) = (pair.0.as_items().unwrap_or(&[]), pair.1.as_items().unwrap_or(&[]));
        let mut kept = 0;
        for element in before {
            if after.iter().any(|a| same(element, a)) {
                kept += 1;
            } else {
                self.whole(depth, Symbol::Delete, "", element, ("", ",", ""));
            }
        }
        for element in after.iter().filter(|a| !before.iter().any(|b| same(b, a))) {
            self.whole(depth, Symbol::Create, "", element, ("", ",", ""));
        }
        kept
    }

    /// Elements of a list by longest common run, so that one insertion is one line.
    fn elements(&mut self, depth: usize, pair: (&Value, &Value)) -> usize {
        let (before, after) = (pair.0.as_items().unwrap_or(&[]), pair.1.as_items().unwrap_or(&[]));
        let text = |items: &[Value]| -> Vec<String> { items.iter().map(|v| format!("{:?}", v.content)).collect() };
        let (a, b) = (text(before), text(after));
        let mut kept = 0;
        for op in similar::capture_diff_slices(similar::Algorithm::Myers, &a, &b) {
            let (tag, old, new) = op.as_tag_tuple();
            if tag == similar::DiffTag::Equal {
                kept += old.len();
                continue;
            }
            for element in before.get(old).unwrap_or(&[]) {
                self.whole(depth, Symbol::Delete, "", element, ("", ",", ""));
            }
            for element in after.get(new).unwrap_or(&[]) {
                self.whole(depth, Symbol::Create, "", element, ("", ",", ""));
            }
        }
        kept
    }

    /// `# (3 unchanged attributes hidden)`
    pub(crate) fn hidden(&mut self, depth: usize, count: usize, what: &str) {
        let plural = if count == 1 { "" } else { "s" };
        self.line(depth, Symbol::None, &self.paint.faint(&format!("# ({count} unchanged {what}{plural} hidden)")));
    }
}

/// `name   = `, aligned.
pub(crate) fn padded(name: &str, width: usize) -> String {
    if name.is_empty() { String::new() } else { format!("{name:width$} = ") }
}

pub(crate) fn key_width(names: impl Iterator<Item = String>) -> usize {
    names.map(|n| n.chars().count()).max().unwrap_or(0)
}

fn keys(value: &Value) -> impl Iterator<Item = std::sync::Arc<str>> + '_ {
    value.children().filter_map(|(step, _)| match step {
        PathStep::Attribute(name) | PathStep::Key(name) => Some(name),
        PathStep::Index(_) => None,
    })
}

fn key(step: &PathStep, of: &Value) -> String {
    match (step, &of.content) {
        (PathStep::Index(_), _) => String::new(),
        (PathStep::Attribute(name) | PathStep::Key(name), Content::Map(..)) => format!("{name:?}"),
        (PathStep::Attribute(name) | PathStep::Key(name), _) => name.to_string(),
    }
}

fn named(step: &PathStep) -> bool {
    !matches!(step, PathStep::Index(_))
}

fn is_attribute(step: &PathStep) -> bool {
    matches!(step, PathStep::Attribute(_))
}

/// True for values that take several lines.
fn nests(value: &Value) -> bool {
    value.children().next().is_some()
}

fn multiline(value: &Value) -> bool {
    value.as_str().is_some_and(|s| s.contains('\n'))
}

/// Both show in the same brackets.
fn same_shape(before: &Value, after: &Value) -> bool {
    brackets(before) == brackets(after)
}

fn brackets(value: &Value) -> (&'static str, &'static str) {
    match &value.content {
        Content::Map(..) | Content::Object(_) => ("{", "}"),
        _ => ("[", "]"),
    }
}

/// A value that fits on the line.
pub(crate) fn scalar(value: &Value) -> String {
    if value.marks.contains(Marks::SENSITIVE) {
        return "(sensitive value)".into();
    }
    match &value.content {
        Content::Null(_) => "null".into(),
        Content::Unknown(..) => "(known after apply)".into(),
        Content::Bool(b) => b.to_string(),
        Content::Number(n) => n.to_string(),
        Content::String(s) => quoted(s),
        _ => {
            let (open, close) = brackets(value);
            format!("{open}{close}")
        }
    }
}

/// A quoted string, escaped as HCL would read it back.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
