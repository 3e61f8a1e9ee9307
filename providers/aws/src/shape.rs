//! What a type looks like and the rules that its arguments obey, said once: the schema, the plan, the checks and the
//! reference documentation all come from here.

use configschema::{Attribute, AttributeType, Block, NestedBlock, Nesting, Schema, implied_type};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use value::{Type, Value};

/// A resource or data source type.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    /// Its name, such as `aws_ebs_volume`.
    pub(crate) name: &'static str,
    /// What people call the object, for diagnostics: `EBS volume`.
    pub(crate) called: &'static str,
    /// What it is, in a sentence or two, for the reference.
    pub(crate) about: &'static str,
    /// Schema version of stored objects, as in `hashicorp/aws`.
    pub(crate) version: u64,
    /// Arguments, attributes and blocks.
    pub(crate) shape: Arc<Shape>,
    /// Which timeouts may be set, and how long each is when it is not.
    pub(crate) timeouts: Vec<(&'static str, Duration)>,
    /// Arguments that exclude or need each other.
    pub(crate) groups: Vec<Group>,
    /// How objects are named for import, for the reference: `vol-049df61146c4d7901`.
    pub(crate) import: &'static str,
}

/// Arguments that exclude or need each other. Arguments of blocks are named with dots: `ebs.iops` is not possible here.
#[derive(Clone, Debug)]
pub(crate) enum Group {
    /// Not more than one of them.
    AtMostOne(&'static [&'static str]),
    /// One and only one of them.
    ExactlyOne(&'static [&'static str]),
    /// One of them, or more.
    AtLeastOne(&'static [&'static str]),
    /// The first needs all the others.
    Needs(&'static [&'static str]),
}

/// Arguments, attributes and blocks of one block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) fields: BTreeMap<&'static str, Field>,
    pub(crate) blocks: BTreeMap<&'static str, Nested>,
}

/// A nested block type.
#[derive(Clone, Debug)]
pub(crate) struct Nested {
    pub(crate) nesting: Nesting,
    pub(crate) min: u64,
    pub(crate) max: u64,
    /// The provider fills it in when the configuration has none, which only the legacy tolerance allows.
    pub(crate) computed: bool,
    /// Blocks that come or go force a replacement.
    pub(crate) replaces: bool,
    pub(crate) about: &'static str,
    pub(crate) shape: Arc<Shape>,
    /// Type of one block, made once.
    pub(crate) ty: Type,
}

/// One argument or attribute.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) ty: Type,
    pub(crate) required: bool,
    pub(crate) optional: bool,
    pub(crate) computed: bool,
    pub(crate) sensitive: bool,
    pub(crate) deprecated: Option<&'static str>,
    pub(crate) about: Cow<'static, str>,
    pub(crate) default: Option<Value>,
    pub(crate) replaces: bool,
    /// Counts only while the object is made.
    pub(crate) once: bool,
    pub(crate) checks: Vec<Check>,
    pub(crate) same: Option<Same>,
}

/// Whether two values mean the same, so that going from one to the other is no change.
pub(crate) type Same = fn(&Value, &Value) -> bool;

/// What a known value must obey. Checks of collections are about each element.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number from the first to the second, both included.
    Between(i64, i64),
    /// So many characters, both ends included.
    Length(usize, usize),
    /// Something else: why it is refused, as a full sentence without the name of the argument.
    Custom(fn(&Value) -> Result<(), String>),
}

fn field(ty: Type) -> Field {
    Field {
        ty,
        required: false,
        optional: false,
        computed: false,
        sensitive: false,
        deprecated: None,
        about: Cow::Borrowed(""),
        default: None,
        replaces: false,
        once: false,
        checks: Vec::new(),
        same: None,
    }
}

/// A text.
pub(crate) fn text() -> Field {
    field(Type::String)
}

/// A whole number.
pub(crate) fn int() -> Field {
    field(Type::Number)
}

/// True or false.
pub(crate) fn flag() -> Field {
    field(Type::Bool)
}

/// A list of texts.
pub(crate) fn texts() -> Field {
    field(Type::list(Type::String))
}

/// A set of texts.
pub(crate) fn text_set() -> Field {
    field(Type::set(Type::String))
}

/// A map of texts.
pub(crate) fn text_map() -> Field {
    field(Type::map(Type::String))
}

/// Any other type; for blocks that are written as attributes (`[{…}]`), a list or set of objects.
pub(crate) fn of(ty: Type) -> Field {
    field(ty)
}

impl Field {
    pub(crate) fn required(mut self) -> Field {
        self.required = true;
        self
    }

    pub(crate) fn optional(mut self) -> Field {
        self.optional = true;
        self
    }

    /// Filled by the provider; with [`Field::optional`], when the configuration does not.
    pub(crate) fn computed(mut self) -> Field {
        self.computed = true;
        self
    }

    /// Optional, and this when it is not written. The schema says "computed" too, so that hosts let us fill it in.
    pub(crate) fn default(mut self, value: impl Into<Preset>) -> Field {
        self.default = Some(value.into().0);
        (self.optional, self.computed) = (true, true);
        self
    }

    /// A change forces a replacement.
    pub(crate) fn replaces(mut self) -> Field {
        self.replaces = true;
        self
    }

    /// Counts only while the object is made, and does not deserve another object: a change is written down and warned of,
    /// and nothing is sent.
    pub(crate) fn once(mut self) -> Field {
        self.once = true;
        self
    }

    pub(crate) fn sensitive(mut self) -> Field {
        self.sensitive = true;
        self
    }

    pub(crate) fn deprecated(mut self, why: &'static str) -> Field {
        self.deprecated = Some(why);
        self
    }

    /// What it means, for the reference: markdown, a sentence or two.
    pub(crate) fn about(mut self, about: impl Into<Cow<'static, str>>) -> Field {
        self.about = about.into();
        self
    }

    pub(crate) fn one_of(mut self, words: &'static [&'static str]) -> Field {
        self.checks.push(Check::OneOf(words));
        self
    }

    pub(crate) fn between(mut self, least: i64, most: i64) -> Field {
        self.checks.push(Check::Between(least, most));
        self
    }

    pub(crate) fn length(mut self, least: usize, most: usize) -> Field {
        self.checks.push(Check::Length(least, most));
        self
    }

    pub(crate) fn check(mut self, check: fn(&Value) -> Result<(), String>) -> Field {
        self.checks.push(Check::Custom(check));
        self
    }

    /// Values that mean the same are no change: the plan keeps the one that is there.
    pub(crate) fn same_when(mut self, same: Same) -> Field {
        self.same = Some(same);
        self
    }

    fn attribute(&self) -> Attribute {
        let mut attribute = Attribute::optional(self.ty.clone());
        attribute.ty = AttributeType::Plain(self.ty.clone());
        attribute.required = self.required;
        attribute.optional = self.optional;
        attribute.computed = self.computed;
        attribute.sensitive = self.sensitive;
        attribute.deprecated = self.deprecated.map(Arc::from);
        attribute.described(&self.description())
    }

    /// What it means, with the rules that hold: so hosts, editors and the reference all know them.
    fn description(&self) -> String {
        let mut text = self.about.to_string();
        let mut add = |sentence: String| {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&sentence);
        };
        for check in &self.checks {
            match check {
                Check::OneOf(words) => add(format!("One of `{}`.", words.join("`, `"))),
                Check::Between(least, most) => add(format!("From {least} to {most}.")),
                Check::Length(least, most) if least == most => add(format!("Exactly {most} characters.")),
                Check::Length(least, most) => add(format!("From {least} to {most} characters.")),
                Check::Custom(_) => {}
            }
        }
        if let Some(default) = &self.default {
            let shown = default.as_str().map(|text| format!("\"{text}\""));
            let shown = shown.or_else(|| default.as_bool().map(|flag| flag.to_string()));
            let shown = shown.or_else(|| default.as_number().and_then(|n| n.to_i64()).map(|n| n.to_string()));
            add(format!("`{}` when it is not written.", shown.unwrap_or_default()));
        }
        if self.replaces && (self.required || self.optional) {
            add("A change makes a new object.".into());
        }
        if self.once {
            add("Counts only while the object is made: a change has no effect on one that is there.".into());
        }
        text
    }
}

/// What an argument is when it is not written.
pub(crate) struct Preset(Value);

impl From<bool> for Preset {
    fn from(flag: bool) -> Preset {
        Preset(Value::bool(flag))
    }
}

impl From<i64> for Preset {
    fn from(number: i64) -> Preset {
        Preset(Value::int(number))
    }
}

impl From<&'static str> for Preset {
    fn from(text: &'static str) -> Preset {
        Preset(Value::string(text))
    }
}

impl Shape {
    pub(crate) fn field(mut self, name: &'static str, field: Field) -> Shape {
        self.fields.insert(name, field);
        self
    }

    /// Blocks in order.
    pub(crate) fn list(self, name: &'static str, about: &'static str, shape: Shape) -> Shape {
        self.nested(name, Nesting::List, 0, about, shape)
    }

    /// At most one block, stored as a list of one, as `hashicorp/aws` does.
    pub(crate) fn one(self, name: &'static str, about: &'static str, shape: Shape) -> Shape {
        self.nested(name, Nesting::List, 1, about, shape)
    }

    /// Blocks without order.
    pub(crate) fn set(self, name: &'static str, about: &'static str, shape: Shape) -> Shape {
        self.nested(name, Nesting::Set, 0, about, shape)
    }

    fn nested(mut self, name: &'static str, nesting: Nesting, max: u64, about: &'static str, shape: Shape) -> Shape {
        let (ty, shape) = (implied_type(&shape.block()), Arc::new(shape));
        self.blocks.insert(name, Nested { nesting, min: 0, max, computed: false, replaces: false, about, shape, ty });
        self
    }

    /// Changes what was said of a block type, for its rarer properties.
    pub(crate) fn with_block(mut self, name: &'static str, change: impl FnOnce(&mut Nested)) -> Shape {
        if let Some(nested) = self.blocks.get_mut(name) {
            change(nested);
        }
        self
    }

    /// As hosts are told.
    pub(crate) fn block(&self) -> Block {
        let attributes = self.fields.iter().map(|(name, field)| (Arc::from(*name), field.attribute())).collect();
        let blocks = self
            .blocks
            .iter()
            .map(|(name, nested)| {
                let block = nested.shape.block().described(nested.about);
                let told = NestedBlock { nesting: nested.nesting, block, min_items: nested.min, max_items: nested.max };
                (Arc::from(*name), told)
            })
            .collect();
        Block { attributes, blocks, ..Block::default() }
    }

    /// Whether some block is filled in by the provider.
    fn fills_blocks(&self) -> bool {
        self.blocks.values().any(|nested| nested.computed || nested.shape.fills_blocks())
    }
}

impl Definition {
    /// A type with its shape; `id` is added to every one of them.
    pub(crate) fn new(name: &'static str, called: &'static str, about: &'static str, shape: Shape) -> Definition {
        let shape = shape.field("id", text().computed().about("Id of the object, as import takes it."));
        Definition {
            name,
            called,
            about,
            version: 0,
            shape: Arc::new(shape),
            timeouts: Vec::new(),
            groups: Vec::new(),
            import: "",
        }
    }

    pub(crate) fn version(mut self, version: u64) -> Definition {
        self.version = version;
        self
    }

    fn with(mut self, change: impl FnOnce(Shape) -> Shape) -> Definition {
        self.shape = Arc::new(change(Arc::unwrap_or_clone(self.shape)));
        self
    }

    /// Adds `region`: where the object lives, the provider's region when it is not written.
    pub(crate) fn regional(self) -> Definition {
        let region = text().optional().computed().replaces();
        self.with(|shape| {
            shape.field("region", region.about("Region of the object; that of the provider when it is not written."))
        })
    }

    /// Adds `tags` and `tags_all`.
    pub(crate) fn tagged(self) -> Definition {
        self.with(|shape| {
            let all = "Tags of the object with those of the provider's `default_tags`.";
            shape
                .field("tags", text_map().optional().about("Tags of the object; they win over `default_tags`."))
                .field("tags_all", text_map().optional().computed().about(all))
        })
    }

    /// Adds a `timeouts` block; minutes when not written.
    pub(crate) fn timeouts(mut self, minutes: &[(&'static str, u64)]) -> Definition {
        self.timeouts = minutes.iter().map(|(name, minutes)| (*name, Duration::from_secs(60 * minutes))).collect();
        let shape = minutes.iter().fold(Shape::default(), |shape, (name, _)| {
            shape.field(
                name,
                text().optional().about("How long to wait, such as `30m` or `1h30m`.").check(check_duration),
            )
        });
        self.with(|all| {
            let about = "How long to wait for the object to reach the state that was asked for.";
            all.nested("timeouts", Nesting::Single, 0, about, shape)
        })
    }

    pub(crate) fn group(mut self, group: Group) -> Definition {
        self.groups.push(group);
        self
    }

    /// How objects are named for import.
    pub(crate) fn import(mut self, example: &'static str) -> Definition {
        self.import = example;
        self
    }

    pub(crate) fn schema(&self) -> Schema {
        let text = match self.import {
            "" => self.about.to_owned(),
            id => format!("{} Import id: `{id}`.", self.about),
        };
        Schema { version: self.version, block: self.shape.block().described(&text) }
    }

    /// Whether hosts must be told to be tolerant.
    pub(crate) fn needs_tolerance(&self) -> bool {
        self.shape.fills_blocks()
    }

    /// Whether the type has this field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.shape.fields.contains_key(name)
    }
}

fn check_duration(value: &Value) -> Result<(), String> {
    match value.as_str().map(parse_duration) {
        Some(None) => Err("A duration is written like \"30s\", \"10m\" or \"1h30m\".".into()),
        _ => Ok(()),
    }
}

/// A duration as Go writes it: numbers, each with `h`, `m`, `s` or `ms`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let number: f64 = number.parse().ok()?;
        let (unit, tail) = if let Some(tail) = tail.strip_prefix("ms") {
            (0.001, tail)
        } else if let Some(tail) = tail.strip_prefix('s') {
            (1.0, tail)
        } else if let Some(tail) = tail.strip_prefix('m') {
            (60.0, tail)
        } else {
            (3600.0, tail.strip_prefix('h')?)
        };
        total = total.checked_add(Duration::try_from_secs_f64(number * unit).ok()?)?;
        rest = tail;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let rows = [
            ("30s", Some(30_000)),
            ("1h30m", Some(5_400_000)),
            ("1.5m", Some(90_000)),
            ("250ms", Some(250)),
            ("10", None),
            ("", None),
            ("m", None),
            ("5d", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_duration(text), expected.map(Duration::from_millis), "{text}");
        }
    }
}
