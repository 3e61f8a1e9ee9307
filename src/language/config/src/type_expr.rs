//! Type constraints: `list(object({ a = optional(string, "x") }))`.

use crate::constant;
use crate::suggestion::did_you_mean;
use diag::{Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, Name, ObjectItem, ObjectKey, with_room_for_values};
use value::{Content, ObjectType, Type, Value, convert};

/// Defaults of the optional attributes in a type constraint, in the shape of the type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypeDefaults {
    /// Defaults of attributes of this object type, converted to the type of the attribute.
    pub attributes: BTreeMap<Arc<str>, Value>,
    /// Defaults further inside: by attribute name in an object type, by place (`0`, `1`, …) in a tuple type, and
    /// under the empty name for every element of a list, set or map type.
    pub children: BTreeMap<Arc<str>, TypeDefaults>,
}

impl TypeDefaults {
    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.children.is_empty()
    }

    fn add(&mut self, name: &str, inside: TypeDefaults) {
        if !inside.is_empty() {
            self.children.insert(Arc::from(name), inside);
        }
    }

    fn child(&self, name: &str) -> Option<&TypeDefaults> {
        self.children.get(name).or_else(|| self.children.get(""))
    }

    /// The value with defaults in place of attributes that are missing or null. Comes before conversion to the type.
    ///
    /// Null and unknown values stay as they are; so does what does not have the shape of the type.
    pub fn apply(&self, value: &Value) -> Value {
        if self.is_empty() {
            return value.clone();
        }
        let inside = |items: &[Value]| -> Vec<Value> {
            let of_place = |(place, item): (usize, &Value)| {
                self.child(&place.to_string()).map_or_else(|| item.clone(), |defaults| defaults.apply(item))
            };
            items.iter().enumerate().map(of_place).collect()
        };
        let applied: Value = match &value.content {
            // An empty collection knows its element type, which a tuple would not.
            Content::List(_, items) | Content::Set(_, items) if items.is_empty() => return value.clone(),
            Content::Map(_, members) if members.is_empty() && self.attributes.is_empty() => return value.clone(),
            // Elements may come out with other types than before: the conversion that follows makes them one again.
            Content::Tuple(items) | Content::List(_, items) | Content::Set(_, items) => Value::tuple(inside(items)),
            Content::Object(members) | Content::Map(_, members) => Value::object(self.apply_to_members(members)),
            _ => return value.clone(),
        };
        applied.marked(value.marks)
    }

    fn apply_to_members(&self, members: &BTreeMap<Arc<str>, Value>) -> BTreeMap<Arc<str>, Value> {
        let mut all = members.clone();
        for (name, default) in &self.attributes {
            if all.get(name).is_none_or(Value::is_null) {
                all.insert(name.clone(), default.clone());
            }
        }
        for (name, member) in &mut all {
            if let Some(defaults) = self.child(name) {
                *member = defaults.apply(member);
            }
        }
        all
    }
}

/// Reads a type constraint; mistakes give [`Type::Dynamic`] with a diagnostic.
pub(crate) fn parse(expr: &Expression, diagnostics: &mut Diagnostics) -> (Type, TypeDefaults) {
    let mut reader = Reader { expr, diagnostics };
    // The two words alone are an old way to say list(any) and map(any).
    if let ExprKind::Variable(name) = &expr.root.kind {
        match name.text.as_ref() {
            "list" => return (Type::list(Type::Dynamic), TypeDefaults::default()),
            "map" => return (Type::map(Type::Dynamic), TypeDefaults::default()),
            _ => {}
        }
    }
    reader.read(&expr.root)
}

const KEYWORDS: [&str; 4] = ["string", "number", "bool", "any"];
const CONSTRUCTORS: [&str; 5] = ["list", "set", "map", "object", "tuple"];

struct Reader<'a> {
    expr: &'a Expression,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn error(&mut self, at: &Expr, summary: &str, detail: impl Into<String>, next: impl Into<String>) {
        let range = self.expr.range_of(at);
        self.diagnostics.push(Diagnostic::error(summary, detail).at(range).next(next));
    }

    fn invalid(&mut self, at: &Expr, detail: impl Into<String>, next: impl Into<String>) -> (Type, TypeDefaults) {
        self.error(at, "Invalid type specification", detail, next);
        (Type::Dynamic, TypeDefaults::default())
    }

    fn read(&mut self, expr: &Expr) -> (Type, TypeDefaults) {
        with_room_for_values(|| self.read_one(expr))
    }

    fn read_one(&mut self, expr: &Expr) -> (Type, TypeDefaults) {
        match &expr.kind {
            ExprKind::Variable(name) => self.keyword(expr, name),
            ExprKind::Call { name, args, .. } => self.constructor(expr, name, args),
            ExprKind::String(text) => {
                self.error(
                    expr,
                    "Invalid quoted type constraints",
                    "Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is now deprecated.",
                    match text.as_ref() {
                        "list" | "map" => format!("Write {text}(string) without quotes."),
                        _ => format!("Remove the quotes around \"{text}\"."),
                    },
                );
                (Type::Dynamic, TypeDefaults::default())
            }
            ExprKind::Error => (Type::Dynamic, TypeDefaults::default()),
            _ => self.invalid(
                expr,
                "A type specification is either a primitive type keyword (bool, number, string), \"any\", or a complex type constructor call, like list(string).",
                "Write a type, such as string or list(string).",
            ),
        }
    }

    fn keyword(&mut self, expr: &Expr, name: &Name) -> (Type, TypeDefaults) {
        let ty = match name.text.as_ref() {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "any" => Type::Dynamic,
            "list" | "set" | "map" => {
                let detail =
                    format!("The {} type constructor requires one argument specifying the element type.", name.text);
                return self.invalid(expr, detail, format!("Write {}(string), or another element type.", name.text));
            }
            "object" => {
                let detail = "The object type constructor requires one argument specifying the attribute types and values as a map.";
                return self.invalid(expr, detail, "Write object({ name = string }).");
            }
            "tuple" => {
                let detail = "The tuple type constructor requires one argument specifying the element types as a list.";
                return self.invalid(expr, detail, "Write tuple([string, number]).");
            }
            other => {
                let known = KEYWORDS.into_iter().chain(CONSTRUCTORS);
                let detail = format!("The keyword \"{other}\" is not a valid type specification.");
                let next = did_you_mean(
                    other,
                    known,
                    "The types are string, number, bool, any, list(…), set(…), map(…), object({…}) and tuple([…]).",
                );
                return self.invalid(expr, detail, next);
            }
        };
        (ty, TypeDefaults::default())
    }

    fn constructor(&mut self, expr: &Expr, name: &Name, args: &[Expr]) -> (Type, TypeDefaults) {
        let kind = name.text.as_ref();
        if KEYWORDS.contains(&kind) {
            let detail = format!("Primitive type keyword \"{kind}\" does not expect arguments.");
            return self.invalid(expr, detail, format!("Write {kind} without parentheses."));
        }
        if kind == "optional" {
            let detail = "Keyword \"optional\" is valid only as a modifier for object type attributes.";
            return self.invalid(expr, detail, "Use it inside object({…}), around the type of an attribute.");
        }
        if !CONSTRUCTORS.contains(&kind) {
            let detail = format!("Keyword \"{kind}\" is not a valid type constructor.");
            let next = did_you_mean(kind, CONSTRUCTORS, "The constructors are list, set, map, object and tuple.");
            return self.invalid(expr, detail, next);
        }
        let [argument] = args else {
            let detail = format!("The {kind} type constructor requires one argument.");
            return self.invalid(expr, detail, format!("Give {kind}(…) exactly one argument."));
        };
        match kind {
            "object" => self.object(argument),
            "tuple" => self.tuple(argument),
            _ => {
                let (element, inside) = self.read(argument);
                let ty = match kind {
                    "list" => Type::list(element),
                    "set" => Type::set(element),
                    _ => Type::map(element),
                };
                let mut defaults = TypeDefaults::default();
                defaults.add("", inside);
                (ty, defaults)
            }
        }
    }

    fn tuple(&mut self, argument: &Expr) -> (Type, TypeDefaults) {
        let ExprKind::Tuple(items) = &argument.kind else {
            let detail = "Tuple type constructor requires a list of element types.";
            return self.invalid(argument, detail, "Write tuple([string, number]).");
        };
        let mut defaults = TypeDefaults::default();
        let mut types = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let (ty, inside) = self.read(item);
            types.push(ty);
            defaults.add(&place.to_string(), inside);
        }
        (Type::tuple(types), defaults)
    }

    fn object(&mut self, argument: &Expr) -> (Type, TypeDefaults) {
        let ExprKind::Object(items) = &argument.kind else {
            let detail = "Object type constructor requires a map whose keys are attribute names and whose values are the corresponding attribute types.";
            return self.invalid(argument, detail, "Write object({ name = string }).");
        };
        let mut object = ObjectType { attributes: BTreeMap::new(), optional: BTreeSet::new() };
        let mut defaults = TypeDefaults::default();
        for item in items {
            self.attribute(item, &mut object, &mut defaults);
        }
        (Type::Object(Arc::new(object)), defaults)
    }

    fn attribute(&mut self, item: &ObjectItem, object: &mut ObjectType, defaults: &mut TypeDefaults) {
        let name = match &item.key {
            ObjectKey::Bare(name) => name.text.clone(),
            ObjectKey::Expr(Expr { kind: ExprKind::String(text), .. }) => text.clone(),
            ObjectKey::Expr(other) => {
                self.invalid(other, "Object constructor map keys must be attribute names.", "Write a name.");
                return;
            }
        };
        let (ty, inside, default) = match &item.value.kind {
            ExprKind::Call { name: word, args, .. } if word.text.as_ref() == "optional" => {
                object.optional.insert(name.clone());
                self.optional(&item.value, args)
            }
            _ => {
                let (ty, inside) = self.read(&item.value);
                (ty, inside, None)
            }
        };
        if let Some(default) = default {
            defaults.attributes.insert(name.clone(), default);
        }
        defaults.add(&name, inside);
        object.attributes.insert(name, ty);
    }

    /// `optional(type)` or `optional(type, default)`.
    fn optional(&mut self, call: &Expr, args: &[Expr]) -> (Type, TypeDefaults, Option<Value>) {
        let (ty, default) = match args {
            [ty] => (ty, None),
            [ty, default] => (ty, Some(default)),
            _ => {
                let detail = "Optional attribute modifier requires the attribute type as its argument, and accepts at most a default value beside it.";
                let (ty, inside) =
                    self.invalid(call, detail, "Write optional(string) or optional(string, \"default\").");
                return (ty, inside, None);
            }
        };
        let (ty, inside) = self.read(ty);
        let Some(default_expr) = default else { return (ty, inside, None) };
        let value = constant::literal(default_expr);
        let converted = value.map(|value| convert(&inside.apply(&value), &ty));
        let default = match converted {
            Some(Ok(value)) => Some(value),
            Some(Err(why)) => {
                let detail =
                    format!("This default value is not compatible with the attribute's type constraint: {why}.");
                let next = format!("Write a value of type {ty}.");
                self.error(default_expr, "Invalid default value for optional attribute", detail, next);
                None
            }
            None => {
                let detail = "The default value of an optional attribute must be a constant.";
                self.error(
                    default_expr,
                    "Invalid default value for optional attribute",
                    detail,
                    "Write a literal value.",
                );
                None
            }
        };
        (ty, inside, default)
    }
}
