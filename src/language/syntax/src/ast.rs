//! The syntax tree: what the text says, with the place of everything.
//!
//! Nodes carry byte spans; the file name stands at each [`Body`] and [`Expression`], so that any part of a
//! tree can be moved into a declaration and still be pointed at.

use crate::json::Property;
use crate::with_room;
use diag::Range;
use std::sync::Arc;

/// Bytes of one file; `start` is inside, `end` is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// First byte after.
    pub end: u32,
}

impl Span {
    /// Makes a span.
    pub fn new(start: u32, end: u32) -> Self {
        Span { start, end: end.max(start) }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The same stretch as a range of a file.
    pub fn of(self, file: &Arc<str>) -> Range {
        Range::new(file.clone(), self.start, self.end)
    }
}

/// An identifier as written (NFC-normalised where it names something).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its text.
    pub text: Arc<str>,
    /// Its place.
    pub span: Span,
}

/// The content of a file or block, in source order.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// File that it stands in.
    pub file: Arc<str>,
    /// Arguments in source order; a name occurs once (a repetition is a diagnostic, the first wins).
    pub attributes: Vec<Attribute>,
    /// Blocks in source order.
    pub blocks: Vec<Block>,
    /// Properties of a JSON file of which nobody has said yet whether they are arguments or blocks: see
    /// [`Body::decided`].
    pub undecided: Vec<Arc<Property>>,
    /// From the opening to the closing brace, both inside; or the whole file.
    pub span: Span,
    /// The header of the block whose content it is, if it is one.
    pub header: Option<Span>,
}

impl Body {
    /// The argument of that name; an undecided property is taken for one.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        let property = || self.undecided.iter().find(|p| p.name.text.as_ref() == name).map(|p| p.as_argument());
        self.attributes.iter().find(|a| a.name.text.as_ref() == name).or_else(property)
    }

    /// The blocks of that type, in source order.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> + 'a {
        self.blocks.iter().filter(move |b| b.kind.text.as_ref() == kind)
    }

    /// Where "missing argument" is reported: the header of the block, or the end of the file.
    pub fn missing_range(&self) -> Range {
        let end = Span::new(self.span.end.saturating_sub(1), self.span.end);
        self.header.unwrap_or(end).of(&self.file)
    }
}

/// `name = expression`.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Left side.
    pub name: Name,
    /// Right side.
    pub expr: Expression,
    /// The whole argument.
    pub span: Span,
}

impl Attribute {
    /// The whole argument as a range.
    pub fn range(&self) -> Range {
        self.span.of(&self.expr.file)
    }

    /// The name as a range.
    pub fn name_range(&self) -> Range {
        self.name.span.of(&self.expr.file)
    }
}

/// A label of a block, quoted or bare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its text without quotes, escapes resolved.
    pub text: Arc<str>,
    /// Its place with quotes.
    pub span: Span,
}

/// `kind "label" … { body }`.
#[derive(Debug)]
pub struct Block {
    /// Block type, such as `resource`.
    pub kind: Name,
    /// Labels in order.
    pub labels: Vec<Label>,
    /// Content.
    pub body: Body,
    /// From the type to the last label: what a diagnostic about the whole block underlines.
    pub header: Span,
    /// From the type to the closing brace.
    pub span: Span,
}

impl Clone for Block {
    fn clone(&self) -> Self {
        Block {
            kind: self.kind.clone(),
            labels: self.labels.clone(),
            body: with_room(|| self.body.clone()),
            header: self.header,
            span: self.span,
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if !self.body.blocks.is_empty() {
            let inner = std::mem::take(&mut self.body.blocks);
            with_room(|| drop(inner));
        }
    }
}

impl Block {
    /// The header as a range.
    pub fn header_range(&self) -> Range {
        self.header.of(&self.body.file)
    }
}

/// An expression that knows its file.
#[derive(Clone, Debug)]
pub struct Expression {
    /// File that it stands in.
    pub file: Arc<str>,
    /// The tree; shared, because declarations are cloned per use.
    pub root: Arc<Expr>,
}

impl Expression {
    /// The whole expression as a range.
    pub fn range(&self) -> Range {
        self.root.span.of(&self.file)
    }

    /// The range of a node inside this expression.
    pub fn range_of(&self, node: &Expr) -> Range {
        node.span.of(&self.file)
    }
}

/// One node of an expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// Deep trees are copied and dropped level by level, each with room for the next.
impl Clone for Expr {
    fn clone(&self) -> Self {
        Expr { kind: with_room(|| self.kind.clone()), span: self.span }
    }
}

impl Drop for Expr {
    fn drop(&mut self) {
        if !self.kind.is_leaf() {
            let kind = std::mem::replace(&mut self.kind, ExprKind::Null);
            with_room(|| drop(kind));
        }
    }
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A number as written, such as `1e400`; never negative (that is a unary operator).
    Number(Arc<str>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A quoted string or heredoc without interpolation; escapes resolved, not yet NFC-normalised.
    String(Arc<str>),
    /// A quoted string or heredoc with interpolation or directives. One single [`TemplatePart::Interpolation`]
    /// alone means the value itself, of any type.
    Template(Vec<TemplatePart>),
    /// The first name of a traversal, such as `var` or `aws_instance`.
    Variable(Name),
    /// `base.name`, `base[key]`, `base.0`, any number of steps.
    Traversal {
        /// What the steps start from.
        base: Box<Expr>,
        /// Steps in order, at least one.
        steps: Vec<Step>,
    },
    /// `source[*].a` (full) or `source.*.a` (attribute-only).
    Splat {
        /// What is walked.
        source: Box<Expr>,
        /// True for `[*]`; `.*` stops at the first index step.
        full: bool,
        /// Steps applied to each element.
        steps: Vec<Step>,
    },
    /// `name(args)`, `provider::a::b(args)`.
    Call {
        /// Function name with its namespaces, `::` between.
        name: Name,
        /// Arguments in order.
        args: Vec<Expr>,
        /// `...` after the last argument.
        expand_last: bool,
    },
    /// `!x`, `-x`.
    Unary(UnaryOp, Box<Expr>),
    /// `a op b op c …` of one precedence level and left-associative: `first`, then operators with their right
    /// sides. A chain of a thousand `+` is one node, so depth does not grow.
    Binary {
        /// Left-most operand.
        first: Box<Expr>,
        /// Operators and right operands.
        rest: Vec<(BinaryOp, Expr)>,
    },
    /// `condition ? yes : no`.
    Conditional {
        /// Decides.
        condition: Box<Expr>,
        /// If true.
        yes: Box<Expr>,
        /// If false.
        no: Box<Expr>,
    },
    /// `[a, b]`.
    Tuple(Vec<Expr>),
    /// `{ a = b }`; a repeated key is legal, the last wins.
    Object(Vec<ObjectItem>),
    /// `[for …]` or `{for …}`.
    For(Box<ForExpr>),
    /// `( x )`.
    Paren(Box<Expr>),
    /// Something that did not parse; a diagnostic has been given. Evaluates to a dynamic unknown, silently.
    Error,
}

impl ExprKind {
    /// True for what has no parts.
    fn is_leaf(&self) -> bool {
        matches!(
            self,
            ExprKind::Number(_)
                | ExprKind::Bool(_)
                | ExprKind::Null
                | ExprKind::String(_)
                | ExprKind::Variable(_)
                | ExprKind::Error
        )
    }
}

/// One step of a traversal.
#[derive(Debug)]
pub enum Step {
    /// `.name`
    Attribute(Name),
    /// `[key]`, and `.0` with a number literal as the key.
    Index(Expr, Span),
    /// A splat inside the steps of a full splat, as the second star of `a[*].b[*].c`: it walks what the steps
    /// before it gave *for one element of the outer splat*, so the result is a tuple of tuples. (The first splat
    /// of an expression is an [`ExprKind::Splat`] node.)
    Splat {
        /// True for `[*]`; `.*` stops at the first index step.
        full: bool,
        /// Steps applied to each inner element.
        steps: Vec<Step>,
        /// The `[*]` or `.*`.
        span: Span,
    },
}

impl Clone for Step {
    fn clone(&self) -> Self {
        match self {
            Step::Attribute(name) => Step::Attribute(name.clone()),
            Step::Index(key, span) => Step::Index(key.clone(), *span),
            Step::Splat { full, steps, span } => {
                Step::Splat { full: *full, steps: with_room(|| steps.clone()), span: *span }
            }
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Step::Splat { steps, .. } = self
            && !steps.is_empty()
        {
            let inner = std::mem::take(steps);
            with_room(|| drop(inner));
        }
    }
}

/// Key and value of an object constructor.
#[derive(Clone, Debug)]
pub struct ObjectItem {
    /// Key.
    pub key: ObjectKey,
    /// Value.
    pub value: Expr,
    /// No other item may have the same key: so in JSON. In the native syntax the last one wins.
    pub alone: bool,
}

/// An object key.
#[derive(Clone, Debug)]
pub enum ObjectKey {
    /// A bare identifier: its own text, not a reference.
    Bare(Name),
    /// Any other expression.
    Expr(Expr),
}

/// A `for` expression.
#[derive(Clone, Debug)]
pub struct ForExpr {
    /// First name if there are two.
    pub key_name: Option<Name>,
    /// The last (or only) name.
    pub value_name: Name,
    /// What is walked.
    pub collection: Expr,
    /// Key of the object form; `None` in the tuple form.
    pub key: Option<Expr>,
    /// Value.
    pub value: Expr,
    /// `...` after the value of the object form.
    pub group: bool,
    /// `if` clause.
    pub condition: Option<Expr>,
}

/// A piece of a template; strip markers and heredoc dedent are already applied.
#[derive(Debug)]
pub enum TemplatePart {
    /// Text, escapes resolved.
    Literal(Arc<str>, Span),
    /// `${ … }`
    Interpolation(Expr),
    /// `%{ if … }`
    If {
        /// Decides.
        condition: Expr,
        /// If true.
        yes: Vec<TemplatePart>,
        /// `else` part, maybe empty.
        no: Vec<TemplatePart>,
        /// The whole directive.
        span: Span,
    },
    /// `%{ for … }`
    For {
        /// First name if there are two.
        key_name: Option<Name>,
        /// The last (or only) name.
        value_name: Name,
        /// What is walked.
        collection: Expr,
        /// Repeated part.
        body: Vec<TemplatePart>,
        /// The whole directive.
        span: Span,
    },
}

impl Clone for TemplatePart {
    fn clone(&self) -> Self {
        match self {
            TemplatePart::Literal(text, span) => TemplatePart::Literal(text.clone(), *span),
            TemplatePart::Interpolation(expr) => TemplatePart::Interpolation(expr.clone()),
            TemplatePart::If { condition, yes, no, span } => with_room(|| TemplatePart::If {
                condition: condition.clone(),
                yes: yes.clone(),
                no: no.clone(),
                span: *span,
            }),
            TemplatePart::For { key_name, value_name, collection, body, span } => with_room(|| TemplatePart::For {
                key_name: key_name.clone(),
                value_name: value_name.clone(),
                collection: collection.clone(),
                body: body.clone(),
                span: *span,
            }),
        }
    }
}

impl Drop for TemplatePart {
    fn drop(&mut self) {
        let inner = match self {
            TemplatePart::Literal(..) | TemplatePart::Interpolation(_) => return,
            TemplatePart::If { yes, no, .. } => [std::mem::take(yes), std::mem::take(no)],
            TemplatePart::For { body, .. } => [std::mem::take(body), Vec::new()],
        };
        with_room(|| drop(inner));
    }
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// Infix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

impl BinaryOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Or => "||",
            BinaryOp::And => "&&",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessOrEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterOrEqual => ">=",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Modulo => "%",
        }
    }
}
