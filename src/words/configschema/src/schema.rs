//! What a provider says its blocks look like (plugin-protocol.md 7).

use std::collections::BTreeMap;
use std::sync::Arc;
use value::Type;

/// Everything that one provider declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderSchema {
    /// The `provider` block.
    pub provider: Block,
    /// Managed resource types by name.
    pub resources: BTreeMap<Arc<str>, Arc<Schema>>,
    /// Data source types by name.
    pub data_sources: BTreeMap<Arc<str>, Arc<Schema>>,
    /// Ephemeral resource types by name.
    pub ephemeral: BTreeMap<Arc<str>, Arc<Schema>>,
    /// Functions by name.
    pub functions: BTreeMap<Arc<str>, Function>,
    /// Whether destroys are to be planned through the provider too.
    pub plan_destroy: bool,
    /// The `provider_meta` block, where the provider has one.
    pub provider_meta: Option<Block>,
    /// Identities of the managed resource types that have one, by name.
    pub identities: BTreeMap<Arc<str>, Arc<IdentitySchema>>,
}

/// What tells the objects of a resource type from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentitySchema {
    /// Version of stored identities.
    pub version: u64,
    /// Attributes by name.
    pub attributes: BTreeMap<Arc<str>, IdentityAttribute>,
}

/// An attribute of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityAttribute {
    /// A primitive, or a list of primitives.
    pub ty: Type,
    /// Whether an import must say it.
    pub required_for_import: bool,
    /// Whether an import may say it.
    pub optional_for_import: bool,
    /// What it is; empty when nobody says.
    pub description: Arc<str>,
}

impl IdentitySchema {
    /// Type of its identities.
    pub fn ty(&self) -> Type {
        Type::object(self.attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty.clone())))
    }
}

/// A resource type, data source or ephemeral resource type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Version of stored objects.
    pub version: u64,
    /// Its block.
    pub block: Block,
}

/// A block: attributes and nested blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Attributes by name.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
    /// Nested block types by name.
    pub blocks: BTreeMap<Arc<str>, NestedBlock>,
    /// What it is, plain text or markdown; empty when nobody says.
    pub description: Arc<str>,
    /// Why it should not be used any more.
    pub deprecated: Option<Arc<str>>,
}

impl Block {
    /// The same block with a description.
    pub fn described(self, text: &str) -> Block {
        Block { description: description(text), ..self }
    }
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its type.
    pub ty: AttributeType,
    /// What it is, plain text or markdown; empty when nobody says.
    pub description: Arc<str>,
    /// Must be in the configuration and not null.
    pub required: bool,
    /// May be in the configuration.
    pub optional: bool,
    /// The provider may fill it when the configuration does not.
    pub computed: bool,
    /// Must not be shown.
    pub sensitive: bool,
    /// Goes to the provider, is never stored.
    pub write_only: bool,
    /// Why it should not be used any more; empty when the provider gives no reason.
    pub deprecated: Option<Arc<str>>,
}

impl Attribute {
    /// An optional attribute of a type.
    pub fn optional(ty: Type) -> Attribute {
        Attribute { optional: true, ..Attribute::of(ty) }
    }

    /// A required attribute of a type.
    pub fn required(ty: Type) -> Attribute {
        Attribute { required: true, ..Attribute::of(ty) }
    }

    /// A computed attribute that the configuration cannot set.
    pub fn computed(ty: Type) -> Attribute {
        Attribute { computed: true, ..Attribute::of(ty) }
    }

    /// An attribute that the provider fills when the configuration does not.
    pub fn optional_computed(ty: Type) -> Attribute {
        Attribute { optional: true, computed: true, ..Attribute::of(ty) }
    }

    /// The same attribute, written only: it goes to the provider and is never stored.
    pub fn write_only(self) -> Attribute {
        Attribute { write_only: true, ..self }
    }

    /// The same attribute with a description.
    pub fn described(self, text: &str) -> Attribute {
        Attribute { description: description(text), ..self }
    }

    fn of(ty: Type) -> Attribute {
        Attribute {
            ty: AttributeType::Plain(ty),
            description: Arc::default(),
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            deprecated: None,
        }
    }
}

/// A description as schemas keep it. Big providers have a hundred thousand attributes, most of them without one: the empty
/// text is one for all.
pub fn description(text: &str) -> Arc<str> {
    if text.is_empty() { Arc::default() } else { text.into() }
}

/// The type of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeType {
    /// A type.
    Plain(Type),
    /// Attributes within the attribute (protocol 6).
    Nested(NestedAttributes),
}

/// Attributes within an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedAttributes {
    /// How the objects are collected; never [`Nesting::Group`].
    pub nesting: Nesting,
    /// Attributes of each object.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
}

/// A nested block type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedBlock {
    /// How the blocks are collected.
    pub nesting: Nesting,
    /// Content of each.
    pub block: Block,
    /// Least number of blocks; zero means any.
    pub min_items: u64,
    /// Greatest number of blocks; zero means any.
    pub max_items: u64,
}

/// How nested blocks or attributes are collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nesting {
    /// One or none.
    Single,
    /// One, made up when absent.
    Group,
    /// In order.
    List,
    /// Without order.
    Set,
    /// By label.
    Map,
}

/// A function that a provider offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Parameters in order.
    pub parameters: Vec<FunctionParameter>,
    /// Type of further arguments.
    pub variadic: Option<FunctionParameter>,
    /// Type of the result.
    pub result: Type,
    /// One line about it; may be empty.
    pub summary: Arc<str>,
    /// What it does; may be empty.
    pub description: Arc<str>,
    /// What to use instead, when it is deprecated.
    pub deprecated: Option<Arc<str>>,
}

impl Function {
    /// A function with these parameters, not a word about it.
    pub fn new(parameters: impl IntoIterator<Item = FunctionParameter>, result: Type) -> Function {
        Function {
            parameters: parameters.into_iter().collect(),
            variadic: None,
            result,
            summary: "".into(),
            description: "".into(),
            deprecated: None,
        }
    }

    /// The parameter that an argument is for, counted from zero.
    pub fn parameter(&self, place: usize) -> Option<&FunctionParameter> {
        self.parameters.get(place).or(self.variadic.as_ref())
    }
}

/// Why a function of a provider has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// Which argument is to blame, from zero.
    pub argument: Option<usize>,
    /// The reason.
    pub reason: String,
}

/// A parameter of a provider function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionParameter {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// Whether null may be passed.
    pub allow_null: bool,
    /// Whether unknown values may be passed.
    pub allow_unknown: bool,
    /// What it is for; may be empty.
    pub description: Arc<str>,
}

impl FunctionParameter {
    /// A parameter that takes neither null nor unknown values.
    pub fn new(name: impl Into<Arc<str>>, ty: Type) -> FunctionParameter {
        FunctionParameter { name: name.into(), ty, allow_null: false, allow_unknown: false, description: "".into() }
    }
}
