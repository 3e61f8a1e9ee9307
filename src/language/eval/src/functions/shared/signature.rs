//! What a function takes and gives, and the rules common to all calls.

use crate::functions::{CallError, Surroundings};
use std::sync::Arc;
use value::{Content, Marks, Number, Refinement, Type, Value, convert};

/// What a call gives.
pub(in crate::functions) type Outcome = Result<Value, CallError>;

/// What a parameter takes; the argument is converted to it.
#[derive(Clone, Copy)]
pub(in crate::functions) enum Kind {
    /// Anything, unconverted.
    Any,
    /// `string`
    Text,
    /// `number`
    Number,
    /// `bool`
    Bool,
    /// `list(any)`
    List,
    /// `list(bool)`
    Bools,
    /// `list(number)`
    Numbers,
    /// `list(string)`
    Texts,
    /// `set(any)`
    Set,
    /// `set(string)`
    SetOfTexts,
    /// `map(any)`
    Map,
    /// `map(list(string))`
    MapOfTexts,
}

impl Kind {
    fn ty(self) -> Type {
        match self {
            Kind::Any => Type::Dynamic,
            Kind::Text => Type::String,
            Kind::Number => Type::Number,
            Kind::Bool => Type::Bool,
            Kind::List => Type::list(Type::Dynamic),
            Kind::Bools => Type::list(Type::Bool),
            Kind::Numbers => Type::list(Type::Number),
            Kind::Texts => Type::list(Type::String),
            Kind::Set => Type::set(Type::Dynamic),
            Kind::SetOfTexts => Type::set(Type::String),
            Kind::Map => Type::map(Type::Dynamic),
            Kind::MapOfTexts => Type::map(Type::list(Type::String)),
        }
    }
}

/// One parameter. Null, unknown and marked arguments are dealt with before the function sees them, unless it says that
/// it deals with them itself.
#[derive(Clone, Copy)]
pub(in crate::functions) struct Parameter {
    pub(in crate::functions) name: &'static str,
    kind: Kind,
    null: bool,
    unknown: bool,
    untyped: bool,
    marked: bool,
}

impl Parameter {
    pub(in crate::functions) const fn of(name: &'static str, kind: Kind) -> Parameter {
        Parameter { name, kind, null: false, unknown: false, untyped: false, marked: false }
    }
    pub(in crate::functions) const fn any(name: &'static str) -> Parameter {
        Parameter::of(name, Kind::Any)
    }
    pub(in crate::functions) const fn text(name: &'static str) -> Parameter {
        Parameter::of(name, Kind::Text)
    }
    pub(in crate::functions) const fn number(name: &'static str) -> Parameter {
        Parameter::of(name, Kind::Number)
    }
    /// Null is an argument like others.
    pub(in crate::functions) const fn null(mut self) -> Parameter {
        self.null = true;
        self
    }
    /// The function gets unknown arguments; without this its result is unknown.
    pub(in crate::functions) const fn unknown(mut self) -> Parameter {
        self.unknown = true;
        self
    }
    /// The function gets arguments whose type is not known; without this the type of its result is not known.
    pub(in crate::functions) const fn untyped(mut self) -> Parameter {
        self.untyped = true;
        self
    }
    /// The function places the marks of its argument; without this all of them go onto the result.
    pub(in crate::functions) const fn marked(mut self) -> Parameter {
        self.marked = true;
        self
    }
}

/// Name, type, and whether null is taken.
pub(in crate::functions) type Described = (&'static str, Type, bool);

/// The type of the result.
#[derive(Clone, Copy)]
pub(in crate::functions) enum Returns {
    /// Always the same.
    Always(Kind),
    /// Depends on the arguments, of which some may be unknown.
    From(fn(&[Value]) -> Result<Type, CallError>),
}

/// A function: its signature and what it does.
pub(in crate::functions) struct Function {
    parameters: &'static [Parameter],
    rest: Option<Parameter>,
    returns: Returns,
    may_give_null: bool,
    run: fn(&Call<'_>) -> Outcome,
}

impl Function {
    pub(in crate::functions) const fn new(
        parameters: &'static [Parameter],
        returns: Kind,
        run: fn(&Call<'_>) -> Outcome,
    ) -> Function {
        Function { parameters, rest: None, returns: Returns::Always(returns), may_give_null: false, run }
    }
    pub(in crate::functions) const fn typed(
        parameters: &'static [Parameter],
        returns: fn(&[Value]) -> Result<Type, CallError>,
        run: fn(&Call<'_>) -> Outcome,
    ) -> Function {
        Function { parameters, rest: None, returns: Returns::From(returns), may_give_null: false, run }
    }
    /// Takes any number of further arguments.
    pub(in crate::functions) const fn rest(mut self, parameter: Parameter) -> Function {
        self.rest = Some(parameter);
        self
    }
    /// The result may be null, so that an unknown one does not promise otherwise.
    pub(in crate::functions) const fn may_give_null(mut self) -> Function {
        self.may_give_null = true;
        self
    }

    /// Name, type and whether null is taken, of each parameter and of the one for all further arguments.
    pub(in crate::functions) fn signature(&self) -> (Vec<Described>, Option<Described>) {
        let one = |p: &Parameter| (p.name, p.kind.ty(), p.null);
        (self.parameters.iter().map(one).collect(), self.rest.as_ref().map(one))
    }

    /// The type of the result for arguments of which only the types are known.
    pub(in crate::functions) fn result_type(&self, args: &[Value]) -> Type {
        let untyped = |place| self.parameter(place).is_some_and(|p| p.untyped);
        if args.iter().enumerate().any(|(place, arg)| has_no_type(arg) && !untyped(place)) {
            return Type::Dynamic;
        }
        match self.returns {
            Returns::Always(kind) => kind.ty(),
            Returns::From(of) => of(args).unwrap_or(Type::Dynamic),
        }
    }

    /// The parameter that takes the argument at a place.
    pub(in crate::functions) fn parameter(&self, place: usize) -> Option<&Parameter> {
        self.parameters.get(place).or(self.rest.as_ref())
    }

    /// The arguments as the parameters want them, or what is wrong with each that does not fit.
    pub(in crate::functions) fn convert(&self, args: &[Value]) -> Result<Vec<Value>, Vec<CallError>> {
        let (mut converted, mut wrong) = (Vec::with_capacity(args.len()), Vec::new());
        for (place, arg) in args.iter().enumerate() {
            match self.parameter(place).map_or(Kind::Any, |p| p.kind) {
                Kind::Any => converted.push(arg.clone()),
                kind => match convert(arg, &kind.ty()) {
                    Ok(value) => converted.push(value),
                    Err(error) => wrong.push(CallError::at(place, error.reason)),
                },
            }
        }
        if wrong.is_empty() { Ok(converted) } else { Err(wrong) }
    }

    /// Calls it by the rules common to all functions; the arguments are as many as it takes, and converted.
    pub(in crate::functions) fn call(&self, args: &[Value], surroundings: &Surroundings<'_>) -> Outcome {
        let mut bare = Vec::with_capacity(args.len());
        let (mut marks, mut typed, mut known) = (Marks::NONE, true, true);
        for (place, value) in args.iter().cloned().enumerate() {
            let Some(parameter) = self.parameter(place) else { continue };
            if value.is_null() && !parameter.null {
                return Err(CallError::at(place, "argument must not be null"));
            }
            typed &= parameter.untyped || !has_no_type(&value);
            known &= parameter.unknown || value.is_known();
            let lifted = if parameter.marked { Marks::NONE } else { value.all_marks() };
            marks = marks.union(lifted);
            bare.push(if lifted.is_empty() { value } else { value.unmark_deep().0 });
        }
        let all_marks = || args.iter().fold(Marks::NONE, |m, a| m.union(a.all_marks()));
        if !typed {
            return Ok(Value::dynamic().marked(all_marks()));
        }
        let ty = match self.returns {
            Returns::Always(kind) => kind.ty(),
            Returns::From(of) => of(&bare)?,
        };
        let call = Call { args: &bare, ty, marks, surroundings, may_give_null: self.may_give_null };
        if !known {
            return Ok(call.unknown().marked(all_marks()));
        }
        Ok((self.run)(&call)?.marked(marks))
    }

    pub(in crate::functions) fn check_count(&self, name: &str, count: usize) -> Result<(), CallError> {
        let expected = self.parameters.len();
        if let Some(missing) = self.parameters.get(count) {
            let at_least = if self.rest.is_some() { "at least " } else { "" };
            let reason = format!(
                "function {name:?} expects {at_least}{expected} argument(s), missing value for {:?}",
                missing.name
            );
            return Err(CallError::new(reason));
        }
        if count > expected && self.rest.is_none() {
            return Err(CallError::new(format!("function {name:?} expects only {expected} argument(s)")));
        }
        Ok(())
    }
}

/// True for an unknown or null whose type is not known either.
fn has_no_type(value: &Value) -> bool {
    matches!(value.content, Content::Unknown(Type::Dynamic, ..) | Content::Null(Type::Dynamic))
}

/// A call with its arguments converted. What the signature rules out, the accessors answer with something harmless.
pub(in crate::functions) struct Call<'a> {
    /// The arguments.
    pub(in crate::functions) args: &'a [Value],
    /// The type of the result.
    pub(in crate::functions) ty: Type,
    /// The marks that were taken off the arguments, and go onto the result: what an error must not tell.
    pub(in crate::functions) marks: Marks,
    /// What functions may see of the world.
    pub(in crate::functions) surroundings: &'a Surroundings<'a>,
    may_give_null: bool,
}

impl<'a> Call<'a> {
    /// The argument at a place.
    pub(in crate::functions) fn arg(&self, place: usize) -> &'a Value {
        const NOTHING: &Value = &Value { content: Content::Null(Type::Dynamic), marks: Marks::NONE };
        self.args.get(place).unwrap_or(NOTHING)
    }
    /// The arguments from a place on.
    pub(in crate::functions) fn rest(&self, place: usize) -> &'a [Value] {
        self.args.get(place..).unwrap_or_default()
    }
    /// The text at a place.
    pub(in crate::functions) fn text(&self, place: usize) -> &'a str {
        self.arg(place).as_str().unwrap_or_default()
    }
    /// The number at a place.
    pub(in crate::functions) fn number(&self, place: usize) -> &'a Number {
        self.arg(place).as_number().unwrap_or(&Number::ZERO)
    }
    /// The whole number at a place.
    pub(in crate::functions) fn int(&self, place: usize) -> Result<i64, CallError> {
        whole(self.number(place)).map_err(CallError::new)
    }
    /// The elements at a place.
    pub(in crate::functions) fn items(&self, place: usize) -> &'a [Value] {
        self.arg(place).as_items().unwrap_or_default()
    }
    /// The element type of the result.
    pub(in crate::functions) fn element(&self) -> Type {
        self.ty.element().cloned().unwrap_or(Type::Dynamic)
    }
    /// An unknown result.
    pub(in crate::functions) fn unknown(&self) -> Value {
        if self.may_give_null || self.ty == Type::Dynamic {
            return Value::unknown(self.ty.clone());
        }
        Value::refined(self.ty.clone(), Refinement::not_null())
    }
    /// A list as result.
    pub(in crate::functions) fn list(&self, items: impl IntoIterator<Item = Value>) -> Outcome {
        Ok(Value::list(self.element(), items))
    }
}

/// A number as machine integer.
pub(in crate::functions) fn whole(number: &Number) -> Result<i64, String> {
    number.to_i64().ok_or_else(|| format!("value must be a whole number, between {} and {}", i64::MIN, i64::MAX))
}

/// Text as a value.
pub(in crate::functions) fn text(text: impl AsRef<str> + Into<Arc<str>>) -> Outcome {
    Ok(Value::string(text))
}

/// The keys and values of a known map or object, by key.
pub(in crate::functions) fn entries(value: &Value) -> Vec<(Arc<str>, &Value)> {
    match &value.content {
        Content::Map(_, elements) | Content::Object(elements) => elements.iter().map(|(k, v)| (k.clone(), v)).collect(),
        _ => Vec::new(),
    }
}
