//! Expressions of a wanted type over the names that are in scope.

use super::source::Source;
use std::fmt::Write;

/// The types that are generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    Text,
    Number,
    Bool,
    List(Box<Ty>),
    Set,
    Map(Box<Ty>),
    /// Attributes in order; the last may be optional, with a default in its type constraint.
    Object(Vec<(&'static str, Ty)>),
}

/// Something that may be referred to.
#[derive(Clone, Debug)]
pub struct Named {
    pub text: String,
    pub ty: Ty,
    /// Whether a plan knows it.
    pub known: bool,
}

/// Writes expressions.
pub struct Writer<'s> {
    pub source: &'s mut Source,
    pub scope: Vec<Named>,
    /// Names for iterators, so that none hides another.
    pub fresh: usize,
    /// Only what a plan knows is referred to.
    pub known_only: bool,
}

impl Named {
    /// Something that a plan knows.
    pub fn known(text: impl Into<String>, ty: Ty) -> Named {
        Named { text: text.into(), ty, known: true }
    }

    /// Something that may be known only after apply.
    pub fn unknown(text: impl Into<String>, ty: Ty) -> Named {
        Named { text: text.into(), ty, known: false }
    }
}

/// Shorter than what drform takes for a secret wherever it stands, when it is marked in one place.
const WORDS: [&str; 12] = ["a", "b", "", "zeta", "Ünïcode", "x-1", "10", "true", "eu-w-1a", "2 words", "a/b", "ß€"];
const NAMES: [&str; 4] = ["one", "two", "three", "four"];

impl Ty {
    /// As a type constraint; `optional` allows optional attributes.
    pub fn constraint(&self, source: &mut Source) -> String {
        match self {
            Ty::Text => "string".into(),
            Ty::Number => "number".into(),
            Ty::Bool => "bool".into(),
            Ty::Set => "set(string)".into(),
            Ty::List(of) => format!("list({})", of.constraint(source)),
            Ty::Map(of) => format!("map({})", of.constraint(source)),
            Ty::Object(attributes) => {
                let parts: Vec<String> = attributes
                    .iter()
                    .map(|(name, ty)| {
                        let inner = ty.constraint(source);
                        match ty {
                            Ty::Text if source.percent(40) => format!("{name} = optional({inner}, \"unset\")"),
                            Ty::Number if source.percent(40) => format!("{name} = optional({inner}, 7)"),
                            Ty::List(_) if source.percent(40) => format!("{name} = optional({inner}, [])"),
                            _ => format!("{name} = {inner}"),
                        }
                    })
                    .collect();
                format!("object({{ {} }})", parts.join(", "))
            }
        }
    }

    /// Any type of at most so many levels.
    pub fn any(source: &mut Source, depth: usize) -> Ty {
        match source.below(if depth == 0 { 3 } else { 8 }) {
            0 => Ty::Text,
            1 => Ty::Number,
            2 => Ty::Bool,
            3 | 4 => Ty::List(Box::new(Ty::any(source, depth - 1))),
            5 => Ty::Set,
            6 => Ty::Map(Box::new(Ty::any(source, depth - 1))),
            _ => Ty::object(source, depth - 1),
        }
    }

    fn has_object(&self) -> bool {
        match self {
            Ty::Object(_) => true,
            Ty::List(of) | Ty::Map(of) => of.has_object(),
            Ty::Text | Ty::Number | Ty::Bool | Ty::Set => false,
        }
    }

    pub fn object(source: &mut Source, depth: usize) -> Ty {
        let count = 1 + source.below(3);
        Ty::Object(NAMES.iter().take(count).map(|name| (*name, Ty::any(source, depth))).collect())
    }
}

impl Writer<'_> {
    fn chance(&mut self, limit: usize) -> usize {
        self.source.below(limit)
    }

    /// A name that no other iterator has.
    fn name(&mut self, prefix: &str) -> String {
        self.fresh += 1;
        format!("{prefix}{}", self.fresh)
    }

    fn visible(&self) -> impl Iterator<Item = &Named> {
        self.scope.iter().filter(|n| n.known || !self.known_only)
    }

    /// Two operands of `&&` or `||`: with an unknown one Terraform 1.12 and drform know more than 1.11 does.
    fn known_pair(&mut self, depth: usize) -> (String, String) {
        let before = std::mem::replace(&mut self.known_only, true);
        let pair = (self.expression(&Ty::Bool, depth), self.expression(&Ty::Bool, depth));
        self.known_only = before;
        pair
    }

    /// Something in scope of that type, if there is.
    fn named(&mut self, ty: &Ty) -> Option<String> {
        let fitting: Vec<String> = self.visible().filter(|n| &n.ty == ty).map(|n| n.text.clone()).collect();
        (!fitting.is_empty()).then(|| fitting[self.chance(fitting.len())].clone())
    }

    /// Something in scope of any of a family of types.
    fn any_named(&mut self, fits: impl Fn(&Ty) -> bool) -> Option<Named> {
        let fitting: Vec<Named> = self.visible().filter(|n| fits(&n.ty)).cloned().collect();
        (!fitting.is_empty()).then(|| fitting[self.chance(fitting.len())].clone())
    }

    /// An expression of that type.
    pub fn expression(&mut self, ty: &Ty, depth: usize) -> String {
        if self.source.percent(35)
            && let Some(name) = self.named(ty)
        {
            return name;
        }
        if depth == 0 {
            return self.literal(ty);
        }
        match self.chance(12) {
            0 => {
                let condition = self.expression(&Ty::Bool, depth - 1);
                let (yes, no) = (self.expression(ty, depth - 1), self.expression(ty, depth - 1));
                format!("({condition} ? {yes} : {no})")
            }
            1 => {
                let inner = self.expression(ty, depth - 1);
                format!("try({inner}, {})", self.literal(ty))
            }
            2 => {
                let inner = self.expression(ty, depth - 1);
                let key = self.chance(3);
                format!("[{inner}, {}][{key} % 2]", self.literal(ty))
            }
            3 => {
                let inner = self.expression(ty, depth - 1);
                format!("{{ p = {inner} }}.p")
            }
            4 | 5 => self.literal(ty),
            _ => self.made(ty, depth - 1),
        }
    }

    /// A constant.
    fn literal(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Text => format!("{:?}", self.source.of(&WORDS)),
            Ty::Number => {
                self.source.of(&["0", "1", "2", "-3", "10", "0.1", "2.5", "1e3", "100000000000000000001"]).into()
            }
            Ty::Bool => self.source.of(&["true", "false"]).into(),
            Ty::List(of) => {
                let items: Vec<String> = (0..self.chance(4)).map(|_| self.literal(of)).collect();
                // An empty tuple has no element type: say it.
                if items.is_empty() { self.empty(ty) } else { format!("tolist([{}])", items.join(", ")) }
            }
            Ty::Set => {
                let items: Vec<String> = (0..1 + self.chance(3)).map(|_| self.literal(&Ty::Text)).collect();
                format!("toset([{}])", items.join(", "))
            }
            Ty::Map(of) => {
                let items: Vec<String> = NAMES
                    .iter()
                    .take(1 + self.chance(3))
                    .map(|name| format!("{name} = {}", self.literal(of)))
                    .collect();
                format!("tomap({{ {} }})", items.join(", "))
            }
            Ty::Object(attributes) => {
                let items: Vec<String> =
                    attributes.iter().map(|(name, ty)| format!("{name} = {}", self.literal(ty))).collect();
                format!("{{ {} }}", items.join(", "))
            }
        }
    }

    /// A constant without a function, as defaults of variables must be.
    pub fn constant(&mut self, ty: &Ty) -> String {
        let mut items =
            |of: &Ty, least: usize| -> Vec<String> { (0..least + self.chance(3)).map(|_| self.constant(of)).collect() };
        match ty {
            Ty::List(of) => format!("[{}]", items(of, 0).join(", ")),
            Ty::Set => format!("[{}]", items(&Ty::Text, 0).join(", ")),
            Ty::Map(of) => {
                let named: Vec<String> =
                    items(of, 0).iter().zip(NAMES).map(|(v, name)| format!("{name} = {v}")).collect();
                format!("{{ {} }}", named.join(", "))
            }
            Ty::Object(attributes) => {
                let named: Vec<String> =
                    attributes.iter().map(|(name, ty)| format!("{name} = {}", self.constant(ty))).collect();
                format!("{{ {} }}", named.join(", "))
            }
            _ => self.literal(ty),
        }
    }

    fn empty(&mut self, ty: &Ty) -> String {
        let Ty::List(of) = ty else { return self.literal(ty) };
        format!("slice(tolist([{}]), 0, 0)", self.literal(of))
    }

    /// An operation that gives the type.
    fn made(&mut self, ty: &Ty, depth: usize) -> String {
        match ty {
            Ty::Text => self.text(depth),
            Ty::Number => self.number(depth),
            Ty::Bool => self.truth(depth),
            Ty::List(of) => self.list(of, depth),
            Ty::Set => self.set(depth),
            Ty::Map(of) => self.map(of, depth),
            Ty::Object(attributes) => {
                let items: Vec<String> =
                    attributes.iter().map(|(name, ty)| format!("{name} = {}", self.expression(ty, depth))).collect();
                if self.source.percent(20) {
                    let (first, rest) = items.split_at(items.len() / 2);
                    return format!("merge({{ {} }}, {{ {} }})", first.join(", "), rest.join(", "));
                }
                format!("{{ {} }}", items.join(", "))
            }
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match self.chance(16) {
            0 => {
                let (a, b) = (self.expression(&Ty::Text, depth), self.expression(&Ty::Number, depth));
                format!("\"<${{{a}}}:${{{b}}}>\"")
            }
            1 => {
                let (c, a, b) = (
                    self.expression(&Ty::Bool, depth),
                    self.expression(&Ty::Text, depth),
                    self.expression(&Ty::Bool, depth),
                );
                format!("\"%{{ if {c} }}yes ${{{a}}}%{{ else }}no ${{{b}}}%{{ endif }}\"")
            }
            2 => {
                let list = self.expression(&Ty::List(Box::new(Ty::Text)), depth);
                let name = self.name("t");
                format!("\"%{{ for {name} in {list} ~}} [${{{name}}}] %{{ endfor ~}}\"")
            }
            3 => format!("upper({})", self.expression(&Ty::Text, depth)),
            4 => format!("title(lower({}))", self.expression(&Ty::Text, depth)),
            5 => {
                let list = self.expression(&Ty::List(Box::new(Ty::Text)), depth);
                format!("join(\"-\", {list})")
            }
            6 => format!(
                "format(\"%s|%v\", {}, {})",
                self.expression(&Ty::Text, depth),
                self.expression(&Ty::Number, depth)
            ),
            7 => format!("tostring({})", self.expression(&Ty::Number, depth)),
            8 => {
                let inner = Ty::any(self.source, 1);
                format!("jsonencode({})", self.expression(&inner, depth))
            }
            9 => {
                let set = self.expression(&Ty::Set, depth);
                format!("join(\",\", {set})")
            }
            10 => format!("replace({}, \"/[a-z]+/\", \"<$0>\")", self.expression(&Ty::Text, depth)),
            11 => format!("substr({}, 0, 2)", self.expression(&Ty::Text, depth)),
            12 => format!("md5({})", self.expression(&Ty::Text, depth)),
            13 => format!("coalesce({}, \"none\")", self.expression(&Ty::Text, depth)),
            14 => {
                let map = self.expression(&Ty::Map(Box::new(Ty::Text)), depth);
                format!("lookup({map}, \"two\", \"absent\")")
            }
            _ => {
                let inner = Ty::any(self.source, 1);
                format!("yamlencode({})", self.expression(&inner, depth))
            }
        }
    }

    fn number(&mut self, depth: usize) -> String {
        match self.chance(10) {
            0 => format!("({} + {})", self.expression(&Ty::Number, depth), self.expression(&Ty::Number, depth)),
            1 => format!("({} * {})", self.expression(&Ty::Number, depth), self.expression(&Ty::Number, depth)),
            2 => format!("({} - {})", self.expression(&Ty::Number, depth), self.expression(&Ty::Number, depth)),
            3 => format!("({} / 8)", self.expression(&Ty::Number, depth)),
            4 => format!("({} % 7)", self.expression(&Ty::Number, depth)),
            5 => {
                let inner = Ty::List(Box::new(Ty::any(self.source, 1)));
                format!("length({})", self.expression(&inner, depth))
            }
            6 => format!("length({})", self.expression(&Ty::Text, depth)),
            7 => format!("max({}, {}, 3)", self.expression(&Ty::Number, depth), self.expression(&Ty::Number, depth)),
            8 => format!("floor({})", self.expression(&Ty::Number, depth)),
            _ => format!("sum(concat([1], {}))", self.expression(&Ty::List(Box::new(Ty::Number)), depth)),
        }
    }

    fn truth(&mut self, depth: usize) -> String {
        match self.chance(9) {
            0 => {
                let ty = Ty::any(self.source, 1);
                let operator = self.source.of(&["==", "!="]);
                // Which attribute of objects Terraform compares first is chance: with an unknown one its answer is, too.
                let only_known = self.known_only || ty.has_object();
                let before = std::mem::replace(&mut self.known_only, only_known);
                let (left, right) = (self.expression(&ty, depth), self.expression(&ty, depth));
                self.known_only = before;
                format!("({left} {operator} {right})")
            }
            1 => {
                let operator = self.source.of(&["<", "<=", ">", ">="]);
                format!("({} {operator} {})", self.expression(&Ty::Number, depth), self.expression(&Ty::Number, depth))
            }
            2 => format!("!{}", self.expression(&Ty::Bool, depth)),
            3 | 4 => {
                let operator = self.source.of(&["&&", "||"]);
                let (left, right) = self.known_pair(depth);
                format!("({left} {operator} {right})")
            }
            5 => {
                let set = self.expression(&Ty::Set, depth);
                format!("contains({set}, {})", self.expression(&Ty::Text, depth))
            }
            6 => format!("can(tonumber({}))", self.expression(&Ty::Text, depth)),
            7 => format!("startswith({}, \"a\")", self.expression(&Ty::Text, depth)),
            _ => {
                // Of what has parts, Terraform 1.15 and drform look at the marks outside only, 1.11 at those of the parts.
                let ty = Ty::any(self.source, 0);
                format!("({} == null)", self.expression(&ty, depth))
            }
        }
    }

    fn list(&mut self, of: &Ty, depth: usize) -> String {
        let same = Ty::List(Box::new(of.clone()));
        match self.chance(8) {
            0 => format!("concat({}, {})", self.expression(&same, depth), self.expression(&same, depth)),
            1 => format!("reverse({})", self.expression(&same, depth)),
            2 => format!("distinct({})", self.expression(&same, depth)),
            3 => self.mapped(of, depth),
            4 if *of == Ty::Text => {
                let map = self.expression(&Ty::Map(Box::new(Ty::Number)), depth);
                format!("keys({map})")
            }
            5 => {
                let map = self.expression(&Ty::Map(Box::new(of.clone())), depth);
                format!("tolist(values({map}))")
            }
            6 => {
                let attributes = vec![("one", of.clone())];
                let inner = self.expression(&Ty::List(Box::new(Ty::Object(attributes))), depth);
                format!("tolist({inner}[*].one)")
            }
            7 if *of == Ty::Text => format!("sort({})", self.expression(&same, depth)),
            _ => {
                let (a, b) = (self.expression(of, depth), self.expression(of, depth));
                format!("tolist([{a}, {b}])")
            }
        }
    }

    /// `[for …]` over something in scope, with the iterators in scope inside.
    fn mapped(&mut self, of: &Ty, depth: usize) -> String {
        let walked = self.any_named(|ty| matches!(ty, Ty::List(_) | Ty::Map(_) | Ty::Set));
        let walked = walked.unwrap_or_else(|| {
            let ty = Ty::List(Box::new(Ty::Number));
            Named { text: self.expression(&ty, depth), ty, known: false }
        });
        let (key, value) = (self.name("k"), self.name("v"));
        let (key_type, inner) = match &walked.ty {
            Ty::List(inner) => (Ty::Number, (**inner).clone()),
            Ty::Map(inner) => (Ty::Text, (**inner).clone()),
            _ => (Ty::Text, Ty::Text),
        };
        let before = self.scope.len();
        self.scope.push(Named { text: key.clone(), ty: key_type, known: walked.known });
        self.scope.push(Named { text: value.clone(), ty: inner, known: walked.known });
        let result = self.expression(of, depth);
        let filter =
            if self.source.percent(30) { format!(" if {}", self.expression(&Ty::Bool, depth)) } else { String::new() };
        self.scope.truncate(before);
        let text = format!("[for {key}, {value} in {} : {result}{filter}]", walked.text);
        // What is filtered away may be everything: say the element type.
        format!("concat({}, {text})", self.empty(&Ty::List(Box::new(of.clone()))))
    }

    fn set(&mut self, depth: usize) -> String {
        match self.chance(4) {
            0 => format!("setunion({}, {})", self.expression(&Ty::Set, depth), self.expression(&Ty::Set, depth)),
            1 => format!("setintersection({}, {})", self.expression(&Ty::Set, depth), self.expression(&Ty::Set, depth)),
            2 => format!("setsubtract({}, {})", self.expression(&Ty::Set, depth), self.expression(&Ty::Set, depth)),
            _ => format!("toset({})", self.expression(&Ty::List(Box::new(Ty::Text)), depth)),
        }
    }

    fn map(&mut self, of: &Ty, depth: usize) -> String {
        let same = Ty::Map(Box::new(of.clone()));
        match self.chance(4) {
            0 => format!("merge({}, {})", self.expression(&same, depth), self.expression(&same, depth)),
            1 => {
                let set = self.expression(&Ty::Set, depth);
                let name = self.name("s");
                let before = self.scope.len();
                self.scope.push(Named { text: name.clone(), ty: Ty::Text, known: self.known_only });
                let value = self.expression(of, depth);
                self.scope.truncate(before);
                format!("tomap({{ for {name} in {set} : \"k-${{{name}}}\" => {value} }})")
            }
            2 => {
                let list = self.expression(&Ty::List(Box::new(of.clone())), depth);
                let (index, value) = (self.name("i"), self.name("e"));
                format!("tomap({{ for {index}, {value} in {list} : \"n${{{index}}}\" => {value} }})")
            }
            _ => {
                let mut text = String::from("tomap({ ");
                for name in NAMES.iter().take(1 + self.chance(2)) {
                    let value = self.expression(of, depth);
                    let _ = write!(text, "{name} = {value}, ");
                }
                text + "})"
            }
        }
    }
}
