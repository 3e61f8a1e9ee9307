//! What every function takes and gives, for `metadata functions`.

use super::descriptions::DESCRIPTIONS;
use super::shared::signature::Function;
use value::{Type, Value};

/// A function as its callers see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// Its name without `core::`.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
    /// What it takes, in order.
    pub parameters: Vec<SignatureParameter>,
    /// What takes all further arguments, where there may be any.
    pub variadic: Option<SignatureParameter>,
    /// What it gives; `any` where that depends on the arguments.
    pub returns: Type,
}

/// One parameter of a [`Signature`].
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureParameter {
    /// Its name, as in messages.
    pub name: &'static str,
    /// Arguments are converted to it.
    pub ty: Type,
    /// Whether null is an argument like others.
    pub nullable: bool,
}

impl SignatureParameter {
    fn of(name: &'static str, ty: Type, nullable: bool) -> SignatureParameter {
        SignatureParameter { name, ty, nullable }
    }
}

/// All functions that expressions can call, by name. The console's `type` is none of them.
pub fn signatures() -> Vec<Signature> {
    let mut all: Vec<Signature> =
        super::FUNCTIONS.iter().map(|(name, function)| of_function(name, function)).chain(of_expressions()).collect();
    all.sort_by_key(|signature| signature.name);
    all
}

/// The signature of one of them; `core::` may stand before its name.
pub fn signature(name: &str) -> Option<Signature> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let place = super::FUNCTIONS.binary_search_by(|(n, _)| (*n).cmp(name)).ok();
    match place.and_then(|place| super::FUNCTIONS.get(place)) {
        Some((name, function)) => Some(of_function(name, function)),
        None => of_expressions().into_iter().find(|signature| signature.name == name),
    }
}

fn description(name: &str) -> &'static str {
    let place = DESCRIPTIONS.binary_search_by(|(n, _)| (*n).cmp(name));
    place.ok().and_then(|place| DESCRIPTIONS.get(place)).map_or("", |(_, description)| description)
}

fn of_function(name: &'static str, function: &Function) -> Signature {
    let (parameters, variadic) = function.signature();
    let parameters: Vec<SignatureParameter> =
        parameters.into_iter().map(|(name, ty, nullable)| SignatureParameter::of(name, ty, nullable)).collect();
    let variadic = variadic.map(|(name, ty, nullable)| SignatureParameter::of(name, ty, nullable));
    // One argument for the variadic parameter, as Terraform asks.
    let unknown = |parameter: &SignatureParameter| Value::unknown(parameter.ty.clone());
    let returns = function.result_type(&parameters.iter().chain(&variadic).map(unknown).collect::<Vec<_>>());
    Signature { name, description: description(name), parameters, variadic, returns }
}

/// The functions that take expressions rather than values.
fn of_expressions() -> Vec<Signature> {
    let any = |name, nullable| SignatureParameter::of(name, Type::Dynamic, nullable);
    let text = |name| SignatureParameter::of(name, Type::String, false);
    let one = |name, parameters, variadic, returns| Signature {
        name,
        description: description(name),
        parameters,
        variadic,
        returns,
    };
    vec![
        one("can", vec![any("expression", false)], None, Type::Bool),
        one("convert", vec![any("value", true), any("type", false)], None, Type::Dynamic),
        one("templatefile", vec![text("path"), any("vars", false)], None, Type::Dynamic),
        one("templatestring", vec![text("template"), any("vars", false)], None, Type::String),
        one("try", Vec::new(), Some(any("expressions", false)), Type::Dynamic),
    ]
}
