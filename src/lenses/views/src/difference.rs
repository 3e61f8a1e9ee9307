//! What differs between two values: a tree that says per part what becomes of it.
//!
//! How parts are paired is Terraform's: lists of one length by place, others and reordered ones by longest common run
//! (objects that meet in a run are compared), sets by equality. Where a schema says *any type*, only the shape of the JSON counts.

use configschema::{Attribute, AttributeType, Block, Nesting};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{Content, Marks, Path, PathStep, Type, Value};

/// What becomes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Kept,
    Created,
    Updated,
    Deleted,
}

/// A part with its fate.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) fate: Fate,
    /// Its change forces a replacement.
    pub(crate) forces: bool,
    pub(crate) body: Body,
}

/// What a part consists of.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// A string, number, bool or null before and after.
    Scalar(Value, Value),
    /// Elements in order, and whether neighbours of a change are shown.
    List(Vec<Part>, bool),
    /// Elements without order.
    Set(Vec<Part>),
    /// Elements by key.
    Map(BTreeMap<Arc<str>, Part>),
    /// Attributes by name.
    Object(BTreeMap<Arc<str>, Part>),
    /// Attributes within an attribute, by name.
    Nested(BTreeMap<Arc<str>, Part>),
    /// Will be known after apply; with what was there.
    Unknown(Option<Box<Part>>),
    /// Not to be shown; with a warning where this begins or ends.
    Sensitive(Option<String>),
    /// Goes to the provider and is never read back; whether it would not be shown anyway.
    WriteOnly(bool),
    /// A value that becomes one of another kind.
    Retyped(Box<Part>, Box<Part>),
    /// A block: attributes, and its nested blocks.
    Block(BTreeMap<Arc<str>, Part>, Vec<NestedParts>),
}

/// The blocks of one type.
#[derive(Clone, Debug)]
pub(crate) struct NestedParts {
    pub(crate) name: Arc<str>,
    /// Each with its label as it is printed: empty, or a space and a quoted key.
    pub(crate) parts: Vec<(String, Part)>,
}

/// Both sides; absent is not the same as null.
type Pair<'v> = (Option<&'v Value>, Option<&'v Value>);

/// The difference of two objects of a block type; `forced` are the paths that force a replacement.
pub(crate) fn of_block(schema: &Block, pair: Pair, forced: &[Path]) -> Part {
    Comparison { forced, relevant: None, empty: Empty::Null }.block(schema, pair, &Path::ROOT)
}

/// The same, where attributes that none of the paths leads to or through count as unchanged.
pub(crate) fn of_relevant(schema: &Block, pair: Pair, relevant: &[Path]) -> Part {
    Comparison { forced: &[], relevant: Some(relevant), empty: Empty::Null }.block(schema, pair, &Path::ROOT)
}

/// The difference of two values of one type.
pub(crate) fn of_value(ty: &Type, pair: Pair) -> Part {
    Comparison::OF_VALUES.value(ty, pair, &Path::ROOT)
}

/// The difference of two values of any type.
pub(crate) fn of_any(pair: Pair) -> Part {
    Comparison::OF_VALUES.value(&Type::Dynamic, pair, &Path::ROOT)
}

#[derive(Clone, Copy)]
struct Comparison<'f> {
    forced: &'f [Path],
    /// All if there are none.
    relevant: Option<&'f [Path]>,
    empty: Empty,
}

/// What an empty string counts as. Resources of the legacy SDK cannot tell it from null, and Terraform takes all for
/// such that do not show by their schema that they are none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Text,
    /// Text, but for the elements of lists and sets: so far Terraform forgets what it found out about the schema.
    TextOutsideLists,
    Null,
}

impl Comparison<'_> {
    /// For values that are of any type.
    const OF_VALUES: Comparison<'static> = Comparison { forced: &[], relevant: None, empty: Empty::Text };

    /// For the content of a block.
    fn within(self, block: &Block) -> Self {
        let empty = if self.empty == Empty::Null && is_modern(block) { Empty::TextOutsideLists } else { self.empty };
        Comparison { empty, ..self }
    }

    /// For the elements of a list or set.
    fn within_list(self) -> Self {
        let empty = if self.empty == Empty::Text { Empty::Text } else { Empty::Null };
        Comparison { empty, ..self }
    }

    /// Both sides, the first for both where it does not matter what became of it.
    fn minding<'v>(&self, pair: Pair<'v>, at: &Path) -> Pair<'v> {
        let leads = |path: &Path| path.0.iter().zip(&at.0).all(|(a, b)| a == b);
        match self.relevant {
            Some(relevant) if !relevant.iter().any(leads) => (pair.0, pair.0),
            _ => pair,
        }
    }

    /// Whether that is an empty string that counts as null.
    fn is_void(self, value: Option<&Value>) -> bool {
        self.empty == Empty::Null && value.is_some_and(|v| matches!(&v.content, Content::String(s) if s.is_empty()))
    }

    fn part(&self, fate: Fate, at: &Path, body: Body) -> Part {
        Part { fate, forces: self.forced.contains(at), body }
    }

    fn block(&self, schema: &Block, pair: Pair, at: &Path) -> Part {
        self.within(schema).body(schema, pair, at)
    }

    fn body(&self, schema: &Block, pair: Pair, at: &Path) -> Part {
        let mut fate = whole(pair);
        let attributes = self.attributes(&schema.attributes, pair, at);
        for part in attributes.values() {
            fate = with(fate, part.fate);
        }
        let mut blocks = Vec::new();
        for (name, nested) in &schema.blocks {
            let at = at.then(PathStep::Attribute(name.clone()));
            let pair = self.minding((child(pair.0, name), child(pair.1, name)), &at);
            let parts = self.nested_blocks(nested.nesting, &nested.block, pair, &at);
            for (_, part) in &parts {
                fate = with(fate, part.fate);
            }
            // A collection without blocks still makes a body of several lines, as in Terraform.
            if pair != (None, None) {
                blocks.push(NestedParts { name: name.clone(), parts });
            }
        }
        self.part(fate, at, Body::Block(attributes, blocks))
    }

    /// Attributes that are null before and after are not there; but those that are written only are always null.
    fn attributes(&self, of: &BTreeMap<Arc<str>, Attribute>, pair: Pair, at: &Path) -> BTreeMap<Arc<str>, Part> {
        let mut parts = BTreeMap::new();
        for (name, attribute) in of {
            if attribute.write_only {
                let at = at.then(PathStep::Attribute(name.clone()));
                parts.insert(name.clone(), self.part(whole(pair), &at, Body::WriteOnly(attribute.sensitive)));
                continue;
            }
            let pair = (child(pair.0, name), child(pair.1, name));
            if pair == (None, None) {
                continue;
            }
            let at = at.then(PathStep::Attribute(name.clone()));
            let pair = self.minding(pair, &at);
            if pair == (None, None) {
                continue;
            }
            let void = |value: Option<&Value>| self.is_void(value);
            let pair = (pair.0.filter(|v| !void(Some(v))), pair.1.filter(|v| !void(Some(v))));
            // Two empty strings count as an attribute that did not change, though not as one that is not there.
            let part = if pair == (None, None) { self.scalar(pair, &at) } else { self.attribute(attribute, pair, &at) };
            parts.insert(name.clone(), part);
        }
        parts
    }

    fn attribute(&self, attribute: &Attribute, pair: Pair, at: &Path) -> Part {
        let mark = |value: Option<&Value>| {
            value.map(|v| if attribute.sensitive { v.clone().marked(Marks::SENSITIVE) } else { v.clone() })
        };
        let (before, after) = (mark(pair.0), mark(pair.1));
        let pair = (before.as_ref(), after.as_ref());
        match &attribute.ty {
            AttributeType::Plain(ty) => self.value(ty, pair, at),
            AttributeType::Nested(nested) => self.hidden_or(pair, at, &|pair| {
                self.collected(nested.nesting, pair, at, &|of, pair, at| {
                    of.hidden_or(pair, at, &|pair| {
                        let parts = of.attributes(&nested.attributes, pair, at);
                        let fate = parts.values().fold(whole(pair), |fate, part| with(fate, part.fate));
                        of.part(fate, at, Body::Nested(parts))
                    })
                })
            }),
        }
    }

    fn nested_blocks(&self, nesting: Nesting, block: &Block, pair: Pair, at: &Path) -> Vec<(String, Part)> {
        if pair == (None, None) {
            return Vec::new();
        }
        let collected = self.hidden_or(pair, at, &|pair| {
            self.collected(nesting, pair, at, &|of, pair, at| of.hidden_or(pair, at, &|pair| of.block(block, pair, at)))
        });
        let forces = collected.forces;
        let bare = |mut part: Part| {
            part.forces |= forces;
            (String::new(), part)
        };
        match collected.body {
            Body::List(parts, _) | Body::Set(parts) => parts.into_iter().map(bare).collect(),
            Body::Map(parts) => parts.into_iter().map(|(key, part)| (format!(" {key:?}"), bare(part).1)).collect(),
            // Nobody knows which blocks there will be: those that there are go.
            Body::Unknown(Some(before)) if matches!(before.body, Body::List(..) | Body::Set(_) | Body::Map(_)) => {
                let open = Part { body: Body::Unknown(None), ..collected };
                let going: Vec<(String, Part)> = match before.body {
                    Body::Map(parts) => parts.into_iter().map(|(key, part)| (format!(" {key:?}"), part)).collect(),
                    Body::List(parts, _) | Body::Set(parts) => parts.into_iter().map(bare).collect(),
                    _ => Vec::new(),
                };
                std::iter::once((String::new(), open)).chain(going).collect()
            }
            _ => vec![(String::new(), collected)],
        }
    }

    /// Objects of one schema, collected as the nesting says.
    fn collected(&self, nesting: Nesting, pair: Pair, at: &Path, one: &dyn Fn(&Self, Pair, &Path) -> Part) -> Part {
        match nesting {
            Nesting::Single | Nesting::Group => one(self, pair, at),
            Nesting::List => {
                let within = self.within_list();
                let (before, after) = (items(pair.0), items(pair.1));
                let of_place = |i| one(&within, (before.get(i), after.get(i)), &at.then(PathStep::Index(i as u64)));
                let parts: Vec<Part> = (0..before.len().max(after.len())).map(of_place).collect();
                let fate = parts.iter().fold(whole(pair), |fate, part| with(fate, part.fate));
                self.part(fate, at, Body::List(parts, false))
            }
            Nesting::Set => self.set(pair, at, |of, pair| one(of, pair, at)),
            Nesting::Map => {
                let parts = entries(pair, |key, pair| one(self, pair, &at.then(PathStep::Key(key.clone()))));
                let fate = parts.values().fold(whole(pair), |fate, part| with(fate, part.fate));
                self.part(fate, at, Body::Map(parts))
            }
        }
    }

    /// Handles what must not be shown and what is not known; everything else is for `shown`.
    fn hidden_or(&self, pair: Pair, at: &Path, shown: &dyn Fn(Pair) -> Part) -> Part {
        self.hidden_without(|_| false, pair, at, shown)
    }

    /// The same where some values behind a mark count as not there.
    fn hidden_without(
        &self,
        void: impl Fn(&Value) -> bool,
        pair: Pair,
        at: &Path,
        shown: &dyn Fn(Pair) -> Part,
    ) -> Part {
        let hidden = |value: Option<&Value>| value.is_some_and(|v| v.marks.contains(Marks::SENSITIVE));
        let (was, will_be) = (hidden(pair.0), hidden(pair.1));
        if was || will_be {
            let bare = |value: Option<&Value>| value.map(|v| v.clone().unmark().0).filter(|v| !void(v));
            let (before, after) = (bare(pair.0), bare(pair.1));
            let inner = match (before.as_ref(), after.as_ref()) {
                (None, None) => Fate::Kept,
                bare => self.hidden_or(bare, at, shown).fate,
            };
            let changes = was != will_be && (inner == Fate::Kept || pair.0.is_some() && pair.1.is_some());
            let fate = if inner == Fate::Kept && changes { Fate::Updated } else { inner };
            let warning = changes.then(|| sensitivity(will_be, inner));
            return self.part(fate, at, Body::Sensitive(warning));
        }
        match pair {
            (before, Some(after)) if !after.is_known() => match before.filter(|b| !b.is_null()) {
                None => self.part(Fate::Created, at, Body::Unknown(None)),
                Some(before) => {
                    let before = Part { forces: false, ..self.hidden_or((Some(before), None), at, shown) };
                    self.part(Fate::Updated, at, Body::Unknown(Some(Box::new(before))))
                }
            },
            _ => shown(pair),
        }
    }

    fn value(&self, ty: &Type, pair: Pair, at: &Path) -> Part {
        let null = |v: &Value| self.is_void(Some(v)).then(|| Value::null(Type::String).marked(v.marks));
        let nulls = (pair.0.and_then(null), pair.1.and_then(null));
        let pair = (nulls.0.as_ref().or(pair.0), nulls.1.as_ref().or(pair.1));
        // Behind a mark Terraform forgets what the schema told about empty strings, where only the value tells its type.
        let void = |value: &Value| *ty == Type::Dynamic && self.within_list().is_void(Some(value));
        self.hidden_without(void, pair, at, &|pair| match ty {
            // Inside a value of any type Terraform does not say what forces a replacement.
            Type::Dynamic => Comparison::OF_VALUES.any(pair, at),
            Type::List(element) => {
                self.list(pair, at, |of, pair, i| of.value(element, pair, &at.then(PathStep::Index(i as u64))))
            }
            Type::Set(element) => self.set(pair, at, |of, pair| of.value(element, pair, at)),
            Type::Map(element) => {
                let parts = entries(pair, |key, pair| self.value(element, pair, &at.then(PathStep::Key(key.clone()))));
                let fate = parts.values().fold(whole(pair), |fate, part| with(fate, part.fate));
                self.part(fate, at, Body::Map(parts))
            }
            Type::Object(attributes) => {
                let mut parts = BTreeMap::new();
                for name in attributes.attributes.keys() {
                    let pair = (child(pair.0, name), child(pair.1, name));
                    let Some(some) = pair.1.or(pair.0) else { continue };
                    parts.insert(
                        name.clone(),
                        self.value(&some.ty(), pair, &at.then(PathStep::Attribute(name.clone()))),
                    );
                }
                let fate = parts.values().fold(whole(pair), |fate, part| with(fate, part.fate));
                self.part(fate, at, Body::Object(parts))
            }
            Type::Tuple(_) => self.any(pair, at),
            _ => self.scalar(pair, at),
        })
    }

    fn scalar(&self, pair: Pair, at: &Path) -> Part {
        let fate = match pair {
            (None, Some(_)) => Fate::Created,
            (Some(_), None) => Fate::Deleted,
            (Some(before), Some(after)) if !same(before, after) => Fate::Updated,
            _ => Fate::Kept,
        };
        let null = || Value::null(Type::Dynamic);
        self.part(fate, at, Body::Scalar(pair.0.cloned().unwrap_or_else(null), pair.1.cloned().unwrap_or_else(null)))
    }

    /// Where any type may stand, the shape decides.
    fn any(&self, pair: Pair, at: &Path) -> Part {
        let shapes = (pair.0.map(shape), pair.1.map(shape));
        match shapes {
            (Some(before), Some(after)) if before != after => {
                let whole = |pair: Pair| Box::new(Part { forces: false, ..self.any(pair, at) });
                self.part(Fate::Updated, at, Body::Retyped(whole((pair.0, None)), whole((None, pair.1))))
            }
            (Some(Shape::Array), _) | (None, Some(Shape::Array)) => {
                self.list(pair, at, |of, pair, i| of.value(&Type::Dynamic, pair, &at.then(PathStep::Index(i as u64))))
            }
            (Some(Shape::Object), _) | (None, Some(Shape::Object)) => {
                let parts = entries(pair, |key, pair| {
                    self.value(&Type::Dynamic, pair, &at.then(PathStep::Attribute(key.clone())))
                });
                let fate = parts.values().fold(whole(pair), |fate, part| with(fate, part.fate));
                self.part(fate, at, Body::Object(parts))
            }
            _ => self.scalar(pair, at),
        }
    }

    fn list(&self, pair: Pair, at: &Path, one: impl Fn(&Self, Pair, usize) -> Part) -> Part {
        let within = self.within_list();
        let one = |pair: Pair, place: usize| one(&within, pair, place);
        let (before, after) = (items(pair.0), items(pair.1));
        let mut parts = Vec::new();
        if before.len() == after.len() && !is_reordered(before, after) {
            for (i, (b, a)) in before.iter().zip(after).enumerate() {
                parts.push(one((Some(b), Some(a)), i));
            }
        } else {
            for (b, a) in aligned(before, after) {
                let place = a.or(b).unwrap_or(0);
                parts.push(one((b.and_then(|i| before.get(i)), a.and_then(|i| after.get(i))), place));
            }
        }
        let fate = parts.iter().fold(whole(pair), |fate, part| with(fate, part.fate));
        self.part(fate, at, Body::List(parts, true))
    }

    fn set(&self, pair: Pair, at: &Path, one: impl Fn(&Self, Pair) -> Part) -> Part {
        let within = self.within_list();
        let one = |pair: Pair| one(&within, pair);
        let (before, after) = (items(pair.0), items(pair.1));
        let mut parts: Vec<Part> = before.iter().map(|b| one((Some(b), after.iter().find(|a| same(b, a))))).collect();
        parts.extend(after.iter().filter(|a| !before.iter().any(|b| same(b, a))).map(|a| one((None, Some(a)))));
        let fate = parts.iter().fold(whole(pair), |fate, part| with(fate, part.fate));
        self.part(fate, at, Body::Set(parts))
    }
}

/// Whether the schema has what the legacy SDK could not say: by that Terraform knows who tells empty from null.
fn is_modern(block: &Block) -> bool {
    let modern = |ty: &Type| match ty {
        Type::Object(_) | Type::Tuple(_) => true,
        Type::List(of) | Type::Set(of) | Type::Map(of) => match &**of {
            Type::List(of) | Type::Set(of) | Type::Map(of) => !of.is_primitive(),
            _ => ty.has_dynamic(),
        },
        _ => ty.has_dynamic(),
    };
    block.blocks.values().any(|nested| matches!(nested.nesting, Nesting::Map | Nesting::Group))
        || block.attributes.values().any(|attribute| match &attribute.ty {
            AttributeType::Nested(_) => true,
            AttributeType::Plain(ty) => modern(ty),
        })
}

/// Equal for a reader: unknown is never the same as anything.
fn same(before: &Value, after: &Value) -> bool {
    after.is_wholly_known() && before.is_wholly_known() && before.unmark_deep().0 == after.unmark_deep().0
}

fn child<'v>(of: Option<&'v Value>, name: &str) -> Option<&'v Value> {
    of?.get(name).filter(|v| !v.is_null())
}

fn items(of: Option<&Value>) -> &[Value] {
    of.and_then(Value::as_items).unwrap_or(&[])
}

/// The fate of something with parts before its parts are looked at.
fn whole(pair: Pair) -> Fate {
    let there = |value: Option<&Value>| value.is_some_and(|v| !v.is_null());
    match (there(pair.0), there(pair.1)) {
        (false, true) => Fate::Created,
        (true, false) => Fate::Deleted,
        _ => Fate::Kept,
    }
}

/// The fate of something to which one more part belongs.
fn with(fate: Fate, part: Fate) -> Fate {
    if part == Fate::Kept || part == fate { fate } else { Fate::Updated }
}

fn entries(pair: Pair, one: impl Fn(&Arc<str>, Pair) -> Part) -> BTreeMap<Arc<str>, Part> {
    let keys: BTreeSet<Arc<str>> = [pair.0, pair.1].into_iter().flatten().flat_map(keys).collect();
    keys.into_iter()
        .map(|key| {
            let pair = (pair.0.and_then(|v| v.get(&key)), pair.1.and_then(|v| v.get(&key)));
            let part = one(&key, pair);
            (key, part)
        })
        .collect()
}

fn keys(value: &Value) -> impl Iterator<Item = Arc<str>> + '_ {
    value.children().filter_map(|(step, _)| match step {
        PathStep::Attribute(name) | PathStep::Key(name) => Some(name),
        PathStep::Index(_) => None,
    })
}

/// What a value looks like in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

fn shape(value: &Value) -> Shape {
    match &value.content {
        Content::Null(_) | Content::Unknown(..) => Shape::Null,
        Content::Bool(_) => Shape::Bool,
        Content::Number(_) => Shape::Number,
        Content::String(_) => Shape::String,
        Content::Map(..) | Content::Object(_) => Shape::Object,
        Content::List(..) | Content::Set(..) | Content::Tuple(_) => Shape::Array,
    }
}

/// Whether each element of a list is somewhere in the other one, which is as long: then places say little.
fn is_reordered(before: &[Value], after: &[Value]) -> bool {
    // Of one element nothing is to be found out: at each level of a deep list it is the whole rest.
    if before.len() < 2 {
        return false;
    }
    let after: BTreeSet<String> = texts(after).into_iter().collect();
    texts(before).iter().all(|text| after.contains(text))
}

/// Equal texts are equal values. In JSON, what is not known is null.
fn texts(items: &[Value]) -> Vec<String> {
    let is_null = |value: &Value| value.is_null() || !value.is_known();
    let text = |value: &Value| if is_null(value) { String::new() } else { format!("{:?}", value.unmark_deep().0) };
    items.iter().map(text).collect()
}

/// Pairs of places: a run of common elements as one, what is only on one side alone, objects that meet as one.
fn aligned(before: &[Value], after: &[Value]) -> Vec<(Option<usize>, Option<usize>)> {
    // Of what is all new or all gone nothing is compared: at each level of a deep list that is the whole rest.
    if before.is_empty() || after.is_empty() {
        let gone = (0..before.len()).map(|i| (Some(i), None));
        return gone.chain((0..after.len()).map(|j| (None, Some(j)))).collect();
    }
    let (a, b) = (texts(before), texts(after));
    let mut pairs = Vec::new();
    let is_object = |of: &[Value], i: usize| of.get(i).is_some_and(|v| shape(v) == Shape::Object);
    // A deletion and an insertion that touch are one run.
    let mut gone: Vec<usize> = Vec::new();
    let mut new: Vec<usize> = Vec::new();
    let settle = |gone: &mut Vec<usize>, new: &mut Vec<usize>, pairs: &mut Vec<_>| {
        let mut fresh = std::mem::take(new).into_iter().peekable();
        for i in std::mem::take(gone) {
            let partner = fresh.next_if(|j| is_object(before, i) && is_object(after, *j));
            pairs.push((Some(i), partner));
        }
        pairs.extend(fresh.map(|j| (None, Some(j))));
    };
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, &a, &b) {
        let (tag, old, fresh) = op.as_tag_tuple();
        if tag == similar::DiffTag::Equal {
            settle(&mut gone, &mut new, &mut pairs);
            pairs.extend(old.zip(fresh).map(|(i, j)| (Some(i), Some(j))));
        } else {
            gone.extend(old);
            new.extend(fresh);
        }
    }
    settle(&mut gone, &mut new, &mut pairs);
    pairs
}

/// Terraform's warning where a value begins or ceases to be sensitive.
fn sensitivity(will_be: bool, inner: Fate) -> String {
    let unchanged = if inner == Fate::Kept { " The value is unchanged." } else { "" };
    if will_be {
        format!(
            "# Warning: this attribute value will be marked as sensitive and will not\n# display in UI output after applying this change.{unchanged}"
        )
    } else {
        format!(
            "# Warning: this attribute value will no longer be marked as sensitive\n# after applying this change.{unchanged}"
        )
    }
}
