//! Reading msgpack into values.

use super::{DecodeError, REFINED_EXT, refinement_key};
use crate::json::read_type;
use rmp::Marker;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Number, ObjectType, Path, PathStep, Refinement, Type, Value};

/// A refined unknown has no more bytes than this (go-cty's limit).
const REFINEMENT_MAX_BYTES: usize = 1024;

/// What is wrong, with the steps to it from the inside out.
#[derive(Debug)]
pub(super) struct Trouble {
    steps: Vec<PathStep>,
    reason: String,
}

impl Trouble {
    fn new(reason: impl Into<String>) -> Trouble {
        Trouble { steps: Vec::new(), reason: reason.into() }
    }

    fn within(mut self, step: PathStep) -> Trouble {
        self.steps.push(step);
        self
    }

    pub(super) fn finish(mut self) -> DecodeError {
        self.steps.reverse();
        DecodeError { path: Path(self.steps), reason: self.reason }
    }
}

/// One thing that stands in the bytes; of arrays and maps only the length.
enum Token<'b> {
    Nil,
    Bool(bool),
    Number(Option<Number>),
    Text(&'b [u8]),
    Bytes(&'b [u8]),
    Array(usize),
    Map(usize),
    Extension(i8, &'b [u8]),
}

pub(super) struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Reader<'b> {
        Reader { rest: bytes }
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], Trouble> {
        let (taken, rest) =
            self.rest.split_at_checked(length).ok_or_else(|| Trouble::new("the encoded value ends early"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `width` bytes as a big-endian number.
    fn uint(&mut self, width: usize) -> Result<u64, Trouble> {
        Ok(self.take(width)?.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }

    fn sint(&mut self, width: usize) -> Result<i64, Trouble> {
        let shift = 64 - 8 * width as u32;
        Ok(((self.uint(width)? << shift) as i64) >> shift)
    }

    fn length(&mut self, width: usize) -> Result<usize, Trouble> {
        Ok(self.uint(width)? as usize)
    }

    fn extension(&mut self, length: usize) -> Result<Token<'b>, Trouble> {
        let code = self.sint(1)? as i8;
        Ok(Token::Extension(code, self.take(length)?))
    }

    fn token(&mut self) -> Result<Token<'b>, Trouble> {
        let marker = Marker::from_u8(self.uint(1)? as u8);
        Ok(match marker {
            Marker::Null => Token::Nil,
            Marker::True => Token::Bool(true),
            Marker::False => Token::Bool(false),
            Marker::FixPos(n) => Token::Number(Some(Number::from(i64::from(n)))),
            Marker::FixNeg(n) => Token::Number(Some(Number::from(i64::from(n)))),
            Marker::U8 => Token::Number(Some(Number::from(self.uint(1)?))),
            Marker::U16 => Token::Number(Some(Number::from(self.uint(2)?))),
            Marker::U32 => Token::Number(Some(Number::from(self.uint(4)?))),
            Marker::U64 => Token::Number(Some(Number::from(self.uint(8)?))),
            Marker::I8 => Token::Number(Some(Number::from(self.sint(1)?))),
            Marker::I16 => Token::Number(Some(Number::from(self.sint(2)?))),
            Marker::I32 => Token::Number(Some(Number::from(self.sint(4)?))),
            Marker::I64 => Token::Number(Some(Number::from(self.sint(8)?))),
            Marker::F32 => Token::Number(float(f32::from_bits(self.uint(4)? as u32).into())),
            Marker::F64 => Token::Number(float(f64::from_bits(self.uint(8)?))),
            Marker::FixStr(n) => Token::Text(self.take(usize::from(n))?),
            Marker::Str8 => self.length(1).and_then(|n| self.take(n)).map(Token::Text)?,
            Marker::Str16 => self.length(2).and_then(|n| self.take(n)).map(Token::Text)?,
            Marker::Str32 => self.length(4).and_then(|n| self.take(n)).map(Token::Text)?,
            Marker::Bin8 => self.length(1).and_then(|n| self.take(n)).map(Token::Bytes)?,
            Marker::Bin16 => self.length(2).and_then(|n| self.take(n)).map(Token::Bytes)?,
            Marker::Bin32 => self.length(4).and_then(|n| self.take(n)).map(Token::Bytes)?,
            Marker::FixArray(n) => Token::Array(usize::from(n)),
            Marker::Array16 => Token::Array(self.length(2)?),
            Marker::Array32 => Token::Array(self.length(4)?),
            Marker::FixMap(n) => Token::Map(usize::from(n)),
            Marker::Map16 => Token::Map(self.length(2)?),
            Marker::Map32 => Token::Map(self.length(4)?),
            Marker::FixExt1 => self.extension(1)?,
            Marker::FixExt2 => self.extension(2)?,
            Marker::FixExt4 => self.extension(4)?,
            Marker::FixExt8 => self.extension(8)?,
            Marker::FixExt16 => self.extension(16)?,
            Marker::Ext8 => self.length(1).and_then(|n| self.extension(n))?,
            Marker::Ext16 => self.length(2).and_then(|n| self.extension(n))?,
            Marker::Ext32 => self.length(4).and_then(|n| self.extension(n))?,
            Marker::Reserved => return Err(Trouble::new("the encoded value is no msgpack")),
        })
    }

    pub(super) fn value(&mut self, ty: &Type) -> Result<Value, Trouble> {
        let token = self.token()?;
        match (ty, token) {
            (ty, Token::Nil) => Ok(Value::null(ty.clone())),
            (ty, Token::Extension(code, payload)) => unknown(ty, code, payload),
            (Type::Dynamic, Token::Array(2)) => self.typed(),
            (Type::Bool, Token::Bool(b)) => Ok(Value::bool(b)),
            (Type::Number, Token::Number(number)) => number.map(Value::number).ok_or_else(not_a_number),
            (Type::Number, Token::Text(text)) => {
                std::str::from_utf8(text).ok().and_then(Number::parse).map(Value::number).ok_or_else(not_a_number)
            }
            (Type::String, Token::Text(text) | Token::Bytes(text)) => utf8(text).map(Value::string),
            (Type::List(element), Token::Array(n)) => {
                let items = self.items(n, element)?;
                Ok(Value::list(common(element, &items), items))
            }
            (Type::Set(element), Token::Array(n)) => {
                let items = self.items(n, element)?;
                Ok(Value::set(common(element, &items), items))
            }
            (Type::Map(element), Token::Map(n)) => self.map(n, element),
            (Type::Tuple(elements), Token::Array(n)) => self.tuple(n, elements),
            (Type::Object(object), Token::Map(n)) => self.object(n, object),
            (Type::Number, _) => Err(not_a_number()),
            (ty, _) => Err(Trouble::new(format!("a value of type {} is required", ty.friendly_name()))),
        }
    }

    /// A value that brings its type along.
    fn typed(&mut self) -> Result<Value, Trouble> {
        let (Token::Bytes(json) | Token::Text(json)) = self.token()? else {
            return Err(Trouble::new("a dynamic value must begin with its type"));
        };
        let ty =
            read_type(json).map_err(|why| Trouble::new(format!("the type of a dynamic value is invalid: {why}")))?;
        self.value(&ty)
    }

    fn items(&mut self, n: usize, element: &Type) -> Result<Vec<Value>, Trouble> {
        // A length is a claim: no more room is made than bytes are left to fill it.
        let mut items = Vec::with_capacity(n.min(self.rest.len()));
        for i in 0..n {
            items.push(self.value(element).map_err(|t| t.within(PathStep::Index(i as u64)))?);
        }
        Ok(items)
    }

    fn map(&mut self, n: usize, element: &Type) -> Result<Value, Trouble> {
        let mut elements = BTreeMap::new();
        for _ in 0..n {
            let key = self.key()?;
            let item = self.value(element).map_err(|t| t.within(PathStep::Key(key.clone())))?;
            elements.insert(key, item);
        }
        let items: Vec<Value> = elements.values().cloned().collect();
        Ok(Value::map(common(element, &items), elements))
    }

    fn tuple(&mut self, n: usize, elements: &[Type]) -> Result<Value, Trouble> {
        if n != elements.len() {
            return Err(Trouble::new(format!("a tuple of {} elements is required ({n} given)", elements.len())));
        }
        let mut items = Vec::with_capacity(n);
        for (i, element) in elements.iter().enumerate() {
            items.push(self.value(element).map_err(|t| t.within(PathStep::Index(i as u64)))?);
        }
        Ok(Value::tuple(items))
    }

    fn object(&mut self, n: usize, object: &ObjectType) -> Result<Value, Trouble> {
        if n != object.attributes.len() {
            let want = object.attributes.len();
            return Err(Trouble::new(format!("an object with {want} attributes is required ({n} given)")));
        }
        let mut attributes = BTreeMap::new();
        for _ in 0..n {
            let key = self.key()?;
            let Some((name, ty)) = object.attributes.get_key_value(&key) else {
                return Err(Trouble::new(format!("unsupported attribute {key:?}")));
            };
            let item = self.value(ty).map_err(|t| t.within(PathStep::Attribute(name.clone())))?;
            if attributes.insert(name.clone(), item).is_some() {
                return Err(Trouble::new(format!("the attribute {key:?} is given twice")));
            }
        }
        Ok(Value::object(attributes))
    }

    fn key(&mut self) -> Result<Arc<str>, Trouble> {
        match self.token()? {
            Token::Text(text) | Token::Bytes(text) => {
                let key = utf8(text)?;
                // Keys are NFC-normalised as strings are.
                if key.is_ascii() { Ok(key.into()) } else { Ok(Value::string(key).as_str().unwrap_or(key).into()) }
            }
            _ => Err(Trouble::new("a map key must be a string")),
        }
    }
}

fn utf8(text: &[u8]) -> Result<&str, Trouble> {
    std::str::from_utf8(text).map_err(|_| Trouble::new("a string is not UTF-8"))
}

/// A float is taken by its shortest decimal text, which is what whoever sent it meant: 0.1, not the 55 digits that the
/// float stands for. `None` for NaN.
fn float(value: f64) -> Option<Number> {
    if value.is_finite() { Number::parse(&value.to_string()) } else { Number::from_f64(value) }
}

fn not_a_number() -> Trouble {
    Trouble::new("a number is required")
}

/// The element type of a collection whose schema leaves it open: the one that all elements have.
fn common(element: &Type, items: &[Value]) -> Type {
    match (element, items.split_first()) {
        (Type::Dynamic, Some((first, rest))) if rest.iter().all(|item| item.ty() == first.ty()) => first.ty(),
        _ => element.clone(),
    }
}

/// Any extension with at most one byte is plain unknown, whatever its code; a longer one must be refinements.
fn unknown(ty: &Type, code: i8, payload: &[u8]) -> Result<Value, Trouble> {
    if payload.len() <= 1 || matches!(ty, Type::Dynamic) {
        return Ok(Value::unknown(ty.clone()));
    }
    if code != REFINED_EXT || payload.len() > REFINEMENT_MAX_BYTES {
        return Err(Trouble::new("an extension value is neither unknown nor refined unknown"));
    }
    let refinement = refinement(payload).map_err(|t| Trouble::new(format!("invalid refinements: {}", t.reason)))?;
    Ok(Value::refined(ty.clone(), refinement))
}

fn refinement(payload: &[u8]) -> Result<Refinement, Trouble> {
    let mut reader = Reader::new(payload);
    let Token::Map(n) = reader.token()? else {
        return Err(Trouble::new("a map is required"));
    };
    let mut refinement = Refinement::default();
    for _ in 0..n {
        let key = reader.value(&Type::Number)?.as_number().and_then(Number::to_u64);
        match key {
            Some(refinement_key::NULLNESS) => {
                refinement.not_null = reader.value(&Type::Bool)?.as_bool() == Some(false);
            }
            Some(refinement_key::PREFIX) => {
                refinement.prefix = reader.value(&Type::String)?.as_str().map(Arc::from);
            }
            Some(refinement_key::LOWER) => refinement.lower = reader.bound()?,
            Some(refinement_key::UPPER) => refinement.upper = reader.bound()?,
            Some(refinement_key::LENGTH_MIN) => {
                refinement.length_min = reader.value(&Type::Number)?.as_number().and_then(Number::to_u64);
            }
            Some(refinement_key::LENGTH_MAX) => {
                refinement.length_max = reader.value(&Type::Number)?.as_number().and_then(Number::to_u64);
            }
            _ => reader.skip()?,
        }
    }
    Ok(refinement)
}

impl Reader<'_> {
    fn bound(&mut self) -> Result<Option<(Number, bool)>, Trouble> {
        let bound = self.value(&Type::tuple([Type::Number, Type::Bool]))?;
        Ok(match bound.as_items() {
            Some([number, inclusive]) => number.as_number().cloned().zip(inclusive.as_bool()),
            _ => None,
        })
    }

    /// Passes over a value of unknown meaning. Counts down instead of descending: bytes from outside choose the depth.
    fn skip(&mut self) -> Result<(), Trouble> {
        let mut left = 1_usize;
        while left > 0 {
            left -= 1;
            left = left.saturating_add(match self.token()? {
                Token::Array(n) => n,
                Token::Map(n) => n.saturating_mul(2),
                _ => 0,
            });
        }
        Ok(())
    }
}
