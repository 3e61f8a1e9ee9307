//! Differences as lines of a plan: wording, symbols and layout are Terraform's (checked against 1.11.4 in `tests/cli`).

use crate::difference::{Body, Fate, NestedParts, Part, of_any};
use crate::paint::{Paint, Symbol};
use crate::value_text::{attribute_name, quoted, scalar};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::json::Node;
use value::{Marks, Value};

/// Attributes that are shown even when they do not change: they tell which object it is.
const TELLING: [&str; 3] = ["id", "name", "tags"];

/// What the surroundings of a part say about how it is shown.
#[derive(Clone, Copy, Debug, Default)]
struct Manner {
    /// No `-> null`: that the whole goes away has been said.
    quiet: bool,
    /// Not even of a map: what becomes of it stands behind it.
    bare: bool,
    /// Parts that stay are shown too.
    everything: bool,
    /// The whole of which this is a part forces the replacement.
    forces: bool,
}

/// What stands between the braces of a map or an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entries {
    Elements,
    /// Of a map of attributes within an attribute.
    NestedElements,
    Attributes,
    /// Of attributes within an attribute.
    NestedAttributes,
}

/// Renders a difference; everything after the header or name of the part, first line without indent.
pub(crate) fn part_text(part: &Part, indent: usize, paint: Paint) -> String {
    Renderer { paint, symbols: true, out: String::new() }.whole(part, indent, Manner::default())
}

/// Renders a difference, parts that stay too.
pub(crate) fn full_text(part: &Part, paint: Paint) -> String {
    let manner = Manner { everything: true, ..Manner::default() };
    Renderer { paint, symbols: true, out: String::new() }.whole(part, 0, manner)
}

/// Renders what is there, all of it, without symbols.
pub(crate) fn whole_text(part: &Part, paint: Paint) -> String {
    let manner = Manner { everything: true, ..Manner::default() };
    Renderer { paint, symbols: false, out: String::new() }.whole(part, 0, manner)
}

/// The line prefix of a part.
pub(crate) fn symbol(fate: Fate) -> Symbol {
    match fate {
        Fate::Kept => Symbol::None,
        Fate::Created => Symbol::Create,
        Fate::Updated => Symbol::Update,
        Fate::Deleted => Symbol::Delete,
    }
}

/// A warning over a part, each line ready to print.
pub(crate) fn warning(part: &Part, indent: usize) -> String {
    let Body::Sensitive(Some(text)) = &part.body else { return String::new() };
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(indent * 4 + 2))).collect()
}

struct Renderer {
    paint: Paint,
    /// Whether lines have a column for the symbol.
    symbols: bool,
    /// What is written so far. All parts are written to the end of one text: a text per part would be copied at every
    /// level around it, which no deep value bears.
    out: String,
}

impl Renderer {
    fn whole(mut self, part: &Part, indent: usize, manner: Manner) -> String {
        self.part(part, indent, manner);
        self.out
    }

    /// Writes a part behind what is there.
    fn part(&mut self, part: &Part, indent: usize, manner: Manner) {
        match &part.body {
            Body::Scalar(before, after) => self.scalar(part, (before, after), indent, manner),
            Body::List(parts, around) => self.list(part, parts, *around, indent, manner),
            Body::Set(parts) => self.set(part, parts, indent, manner),
            Body::Map(parts) => {
                let nested = parts.values().any(|part| matches!(part.body, Body::Nested(_)));
                let quiet = part.fate == Fate::Deleted || nested;
                let what = if nested { Entries::NestedElements } else { Entries::Elements };
                let parts: Vec<_> = parts.iter().map(|(key, p)| (quoted(key), p, false)).collect();
                self.entries(part, &parts, what, indent, Manner { quiet, ..manner });
            }
            Body::Object(parts) | Body::Nested(parts) => {
                let nested = matches!(part.body, Body::Nested(_));
                let what = if nested { Entries::NestedAttributes } else { Entries::Attributes };
                let parts: Vec<_> =
                    parts.iter().map(|(key, p)| (attribute_name(key), p, TELLING.contains(&&**key))).collect();
                self.entries(part, &parts, what, indent, manner);
            }
            Body::Unknown(None) => self.put(&["(known after apply)", &self.forces(part, manner)]),
            Body::Unknown(Some(before)) => {
                self.part(before, indent, Manner { quiet: true, bare: true, forces: false, ..manner });
                self.put(&[" ", &self.arrow(), " (known after apply)", &self.forces(part, manner)]);
            }
            Body::Sensitive(_) => {
                self.put(&["(sensitive value)", &self.null(part, manner), &self.forces(part, manner)]);
            }
            Body::WriteOnly(sensitive) => {
                let what = if *sensitive { "(sensitive, write-only attribute)" } else { "(write-only attribute)" };
                self.put(&[what, &self.null(part, manner), &self.forces(part, manner)]);
            }
            Body::Retyped(before, after) => {
                let inner = Manner { quiet: true, ..manner };
                self.part(before, indent, inner);
                self.put(&[" ", &self.arrow(), " "]);
                self.part(after, indent, inner);
                self.put(&[&self.forces(part, manner)]);
            }
            Body::Block(attributes, blocks) => self.block(part, (attributes, blocks), indent, manner),
        }
    }

    fn put(&mut self, texts: &[&str]) {
        self.out.extend(texts.iter().copied());
    }

    fn arrow(&self) -> String {
        self.paint.yellow("->")
    }

    fn null(&self, part: &Part, manner: Manner) -> String {
        if part.fate == Fate::Deleted && !manner.quiet { self.paint.faint(" -> null") } else { String::new() }
    }

    fn forces(&self, part: &Part, manner: Manner) -> String {
        if part.forces || manner.forces { self.paint.red(" # forces replacement") } else { String::new() }
    }

    /// Writes indent and symbol of a line.
    fn start(&mut self, indent: usize, symbol: Symbol) {
        self.out.extend(std::iter::repeat_n("    ", indent));
        if self.symbols {
            self.out.push_str(&self.paint.symbol(symbol));
        }
    }

    fn hidden(&mut self, indent: usize, count: usize, what: &str) {
        if count == 0 {
            return;
        }
        let plural = if count == 1 { "" } else { "s" };
        let text = self.paint.faint(&format!("# ({count} unchanged {what}{plural} hidden)"));
        self.start(indent, Symbol::None);
        self.put(&[&text, "\n"]);
    }

    fn list(&mut self, part: &Part, parts: &[Part], around: bool, indent: usize, manner: Manner) {
        let (null, forces) = (self.null(part, manner), self.forces(part, manner));
        if parts.is_empty() {
            return self.put(&["[]", &null, &forces]);
        }
        self.put(&["[", &forces, "\n"]);
        let whole = Manner { everything: true, ..manner };
        let mut skipped: Vec<&Part> = Vec::new();
        let mut show_next = false;
        for element in parts {
            if element.fate == Fate::Kept && !show_next && !manner.everything {
                skipped.push(element);
                continue;
            }
            show_next = false;
            let mut inner = Manner { quiet: true, forces: false, ..manner };
            if around {
                // The neighbours of a change say where in the list it is.
                if let Some((last, others)) = skipped.split_last() {
                    self.hidden(indent + 1, others.len(), "element");
                    self.start(indent + 1, Symbol::None);
                    self.part(last, indent + 1, whole);
                    self.put(&[",\n"]);
                }
                skipped.clear();
                if element.fate == Fate::Kept {
                    inner = whole;
                } else {
                    show_next = true;
                }
            }
            self.put(&[&warning(element, indent + 1)]);
            self.start(indent + 1, symbol(element.fate));
            self.part(element, indent + 1, inner);
            self.put(&[",\n"]);
        }
        self.hidden(indent + 1, skipped.len(), "element");
        self.start(indent, Symbol::None);
        self.put(&["]", &null]);
    }

    fn set(&mut self, part: &Part, parts: &[Part], indent: usize, manner: Manner) {
        let (null, forces) = (self.null(part, manner), self.forces(part, manner));
        if parts.is_empty() {
            return self.put(&["[]", &null, &forces]);
        }
        self.put(&["[", &forces, "\n"]);
        let inner = Manner { quiet: true, forces: false, ..manner };
        for element in parts.iter().filter(|e| e.fate != Fate::Kept || manner.everything) {
            self.start(indent + 1, symbol(element.fate));
            self.part(element, indent + 1, inner);
            self.put(&[",\n"]);
        }
        let kept = if manner.everything { 0 } else { parts.iter().filter(|e| e.fate == Fate::Kept).count() };
        self.hidden(indent + 1, kept, "element");
        self.start(indent, Symbol::None);
        self.put(&["]", &null]);
    }

    /// Map elements or attributes: how they are written, what they are, and whether they are shown in any case.
    fn entries(&mut self, part: &Part, parts: &[(String, &Part, bool)], what: Entries, indent: usize, manner: Manner) {
        // A map that goes away says so itself, its elements do not.
        let of_object = matches!(what, Entries::Attributes | Entries::NestedAttributes);
        let own = Manner { quiet: manner.bare || manner.quiet && of_object, ..manner };
        let (null, forces) = (self.null(part, own), self.forces(part, manner));
        if parts.is_empty() {
            return self.put(&["{}", &null, &forces]);
        }
        // Terraform counts bytes here and pads by characters.
        let widest = parts.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        let width = if what == Entries::NestedElements { 0 } else { widest };
        let quiet = match what {
            Entries::Attributes => true,
            Entries::NestedAttributes => false,
            Entries::Elements | Entries::NestedElements => manner.quiet,
        };
        let inner = Manner { quiet, bare: false, forces: false, ..manner };
        self.put(&["{", &forces, "\n"]);
        let mut kept = 0;
        for (name, entry, telling) in parts {
            if entry.fate == Fate::Kept && !telling && !manner.everything {
                kept += 1;
                continue;
            }
            self.put(&[&warning(entry, indent + 1)]);
            let comma = if !of_object && matches!(entry.body, Body::Object(_) | Body::Nested(_)) { "," } else { "" };
            self.start(indent + 1, symbol(entry.fate));
            self.put(&[&format!("{name:width$} = ")]);
            self.part(entry, indent + 1, inner);
            self.put(&[comma, "\n"]);
        }
        self.hidden(indent + 1, kept, if of_object { "attribute" } else { "element" });
        self.start(indent, Symbol::None);
        self.put(&["}", &null]);
    }

    fn block(
        &mut self,
        part: &Part,
        content: (&BTreeMap<Arc<str>, Part>, &[NestedParts]),
        indent: usize,
        manner: Manner,
    ) {
        let (attributes, blocks) = content;
        let forces = self.forces(part, manner);
        if attributes.is_empty() && blocks.is_empty() {
            return self.put(&["{}", &forces]);
        }
        self.put(&["{", &forces, "\n"]);
        let width = attributes.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        let inner = Manner { forces: false, ..manner };
        let mut kept = 0;
        for (name, attribute) in attributes {
            let telling = TELLING.contains(&&**name);
            if attribute.fate == Fate::Kept && !telling && !manner.everything {
                kept += 1;
                continue;
            }
            self.put(&[&warning(attribute, indent + 1)]);
            self.start(indent + 1, symbol(attribute.fate));
            self.put(&[&format!("{name:width$} = ")]);
            self.part(attribute, indent + 1, Manner { everything: manner.everything || telling, ..inner });
            self.put(&["\n"]);
        }
        self.hidden(indent + 1, kept, "attribute");
        let mut kept = 0;
        for NestedParts { name, parts } in blocks {
            let mut first = true;
            for (label, nested) in parts {
                if nested.fate == Fate::Kept && !manner.everything {
                    kept += 1;
                    continue;
                }
                if std::mem::take(&mut first) && !attributes.is_empty() {
                    self.put(&["\n"]);
                }
                self.put(&[&warning(nested, indent + 1)]);
                self.start(indent + 1, symbol(nested.fate));
                self.put(&[name, label, " "]);
                match &nested.body {
                    Body::Sensitive(_) => self.sensitive_block(indent + 1),
                    _ => self.part(nested, indent + 1, inner),
                }
                self.put(&["\n"]);
            }
        }
        if kept > 0 {
            self.put(&["\n"]);
            self.hidden(indent + 1, kept, "block");
        }
        self.start(indent, Symbol::None);
        self.put(&["}"]);
    }

    fn sensitive_block(&mut self, indent: usize) {
        let first = "# At least one attribute in this block is (or was) sensitive,";
        let second = "# so its contents will not be displayed.";
        self.put(&["{\n"]);
        for line in [first, second] {
            self.start(indent + 1, Symbol::None);
            self.put(&[line, "\n"]);
        }
        self.start(indent, Symbol::None);
        self.put(&["}"]);
    }

    fn scalar(&mut self, part: &Part, pair: (&Value, &Value), indent: usize, manner: Manner) {
        let (before, after) = pair;
        let (null, forces) = (self.null(part, manner), self.forces(part, manner));
        let shown = if part.fate == Fate::Deleted { before } else { after };
        if part.fate != Fate::Updated {
            let Some(text) = shown.as_str() else {
                return self.put(&[&self.simple(shown), &null, &forces]);
            };
            if let Some(json) = json(text) {
                return self.json(part, (before, after), Some(&json), indent, manner);
            }
            if !text.contains('\n') {
                return self.put(&[&quoted(text), &null, &forces]);
            }
            let lines = text.trim().split('\n').map(|line| (Symbol::None, line));
            return self.text(lines, indent, &null, &forces);
        }
        let (Some(old), Some(new)) = (before.as_str(), after.as_str()) else {
            return self.put(&[&self.simple(before), " ", &self.arrow(), " ", &self.simple(after), &forces]);
        };
        match (json(old), json(new)) {
            (Some(_), Some(_)) => return self.json(part, pair, None, indent, manner),
            (None, None) => {}
            _ => {
                let alone = |pair| Box::new(Part { forces: false, ..of_any(pair) });
                let body = Body::Retyped(alone((Some(before), None)), alone((None, Some(after))));
                return self.part(&Part { fate: part.fate, forces: part.forces, body }, indent, manner);
            }
        }
        if !old.contains('\n') && !new.contains('\n') {
            return self.put(&[&quoted(old), " ", &self.arrow(), " ", &quoted(new), &forces]);
        }
        let trimmed = |text: &str| if text.contains('\n') { text.trim().to_string() } else { text.to_string() };
        let (old, new) = (trimmed(old), trimmed(new));
        let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
        let difference = similar::TextDiff::from_slices(&old, &new);
        let lines = difference.iter_all_changes().map(|change| {
            let symbol = match change.tag() {
                similar::ChangeTag::Equal => Symbol::None,
                similar::ChangeTag::Insert => Symbol::Create,
                similar::ChangeTag::Delete => Symbol::Delete,
            };
            (symbol, change.value())
        });
        self.text(lines, indent, &null, &forces);
    }

    fn simple(&self, value: &Value) -> String {
        if value.is_null() { self.paint.faint("null") } else { scalar(value) }
    }

    fn text<'l>(&mut self, lines: impl Iterator<Item = (Symbol, &'l str)>, indent: usize, null: &str, forces: &str) {
        self.put(&["<<-EOT", forces, "\n"]);
        for (symbol, line) in lines {
            self.start(indent + 1, symbol);
            self.put(&[line, "\n"]);
        }
        self.start(indent, Symbol::None);
        self.put(&["EOT", null]);
    }

    /// Strings that are JSON are compared as JSON.
    fn json(&mut self, part: &Part, pair: (&Value, &Value), only: Option<&Value>, indent: usize, manner: Manner) {
        let parsed = |value: &Value| value.as_str().and_then(json);
        let (old, new) = match (part.fate, only) {
            (Fate::Created, Some(new)) => (None, Some(new.clone())),
            (Fate::Deleted, Some(old)) => (Some(old.clone()), None),
            (_, Some(both)) => (Some(both.clone()), Some(both.clone())),
            (_, None) => (parsed(pair.0), parsed(pair.1)),
        };
        let difference = of_any((old.as_ref(), new.as_ref()));
        let spaces = difference.fate == Fate::Kept && part.fate == Fate::Updated;
        let (note, forces) = match (spaces, part.forces || manner.forces) {
            (true, true) => (" # whitespace changes force replacement", String::new()),
            (true, false) => (" # whitespace changes", String::new()),
            (false, _) => ("", self.forces(part, manner)),
        };
        let inner = Manner { quiet: true, bare: false, forces: false, everything: manner.everything || spaces };
        let null = self.null(part, manner);
        let inner = Renderer { out: String::new(), ..*self }.whole(&difference, indent + 1, inner);
        if !inner.contains('\n') {
            return self.put(&["jsonencode(", &inner, ")", note, &null, &forces]);
        }
        let symbol = if part.fate == Fate::Updated && !spaces { symbol(difference.fate) } else { Symbol::None };
        self.put(&["jsonencode(", note, "\n"]);
        self.start(indent + 1, symbol);
        self.put(&[&inner, &forces, "\n"]);
        self.start(indent, Symbol::None);
        self.put(&[")", &null]);
    }
}

/// The value of a string that is a JSON object or array.
fn json(text: &str) -> Option<Value> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let node = value::json::parse(text).ok()?;
    matches!(node, Node::Object(_) | Node::Array(_)).then(|| value::json::implied(&node).ok())?
}

/// A value that the reader must not see, if `sensitive`.
pub(crate) fn masked(value: &Value, sensitive: bool) -> Value {
    if sensitive { value.clone().marked(Marks::SENSITIVE) } else { value.clone() }
}
