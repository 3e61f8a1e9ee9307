//! The built-in functions: one file each, named as the user types it, and one table.
//!
//! They are pure: files, the clock and chance come in as [`Surroundings`]. `can`, `try`, `templatefile` and
//! `templatestring` take expressions and belong to the evaluator.

mod abs;
mod abspath;
mod alltrue;
mod anytrue;
mod assumeequal;
mod assumelistlength;
mod assumelistlengthmax;
mod assumelistlengthmin;
mod assumemaplength;
mod assumemaplengthmax;
mod assumemaplengthmin;
mod assumenotnull;
mod assumesetlength;
mod assumesetlengthmax;
mod assumesetlengthmin;
mod assumestringprefix;
mod base64decode;
mod base64encode;
mod base64gunzip;
mod base64gzip;
mod base64sha256;
mod base64sha512;
mod basename;
mod bcrypt;
mod ceil;
mod chomp;
mod chunklist;
mod cidrcontains;
mod cidrhost;
mod cidrnetmask;
mod cidrsubnet;
mod cidrsubnets;
mod coalesce;
mod coalescelist;
mod compact;
mod concat;
mod contains;
mod csvdecode;
mod descriptions;
mod dirname;
mod distinct;
mod element;
mod endswith;
mod ephemeralasnull;
mod file;
mod filebase64;
mod filebase64sha256;
mod filebase64sha512;
mod fileexists;
mod filemd5;
mod fileset;
mod filesha1;
mod filesha256;
mod filesha512;
mod flatten;
mod floor;
mod format;
mod formatdate;
mod formatlist;
mod indent;
mod index;
mod issensitive;
mod join;
mod jsondecode;
mod jsonencode;
mod keys;
mod length;
mod log;
mod lookup;
mod lower;
mod matchkeys;
mod max;
mod md5;
mod merge;
mod min;
mod nonsensitive;
mod one;
mod parseint;
mod pathexpand;
mod plantimestamp;
mod pow;
mod range;
mod regex;
mod regexall;
mod replace;
mod reverse;
mod rsadecrypt;
mod sensitive;
mod setintersection;
mod setproduct;
mod setsubtract;
mod setunion;
mod sha1;
mod sha256;
mod sha512;
pub(crate) mod shared;
mod signatures;
mod signum;
mod slice;
mod sort;
mod split;
mod startswith;
mod strcontains;
mod strrev;
mod substr;
mod sum;
mod textdecodebase64;
mod textencodebase64;
mod timeadd;
mod timecmp;
mod timestamp;
mod title;
mod tobool;
mod tolist;
mod tomap;
mod tonumber;
mod toset;
mod tostring;
mod transpose;
mod trim;
mod trimprefix;
mod trimspace;
mod trimsuffix;
mod upper;
mod urldecode;
mod urlencode;
mod uuid;
mod uuidv5;
mod values;
mod yamldecode;
mod yamlencode;
mod zipmap;

#[cfg(test)]
mod tests;

use shared::signature::Function;
pub use shared::surroundings::{Chance, Entry, EntryKind, FileSource, NoFiles, Surroundings};
pub use signatures::{Signature, SignatureParameter, signature, signatures};
use value::Value;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// Which argument is to blame, from zero; none when it is the call as a whole.
    pub argument: Option<usize>,
    /// For an argument a whole sentence, `Invalid value for "num" parameter: a number is required.`; otherwise a reason
    /// without a full stop.
    pub reason: String,
}

impl CallError {
    fn new(reason: impl Into<String>) -> CallError {
        CallError { argument: None, reason: reason.into() }
    }

    fn at(argument: usize, reason: impl Into<String>) -> CallError {
        CallError { argument: Some(argument), reason: reason.into() }
    }
}

/// All functions by name.
const FUNCTIONS: &[(&str, &Function)] = &[
    ("abs", &abs::FUNCTION),
    ("abspath", &abspath::FUNCTION),
    ("alltrue", &alltrue::FUNCTION),
    ("anytrue", &anytrue::FUNCTION),
    ("assumeequal", &assumeequal::FUNCTION),
    ("assumelistlength", &assumelistlength::FUNCTION),
    ("assumelistlengthmax", &assumelistlengthmax::FUNCTION),
    ("assumelistlengthmin", &assumelistlengthmin::FUNCTION),
    ("assumemaplength", &assumemaplength::FUNCTION),
    ("assumemaplengthmax", &assumemaplengthmax::FUNCTION),
    ("assumemaplengthmin", &assumemaplengthmin::FUNCTION),
    ("assumenotnull", &assumenotnull::FUNCTION),
    ("assumesetlength", &assumesetlength::FUNCTION),
    ("assumesetlengthmax", &assumesetlengthmax::FUNCTION),
    ("assumesetlengthmin", &assumesetlengthmin::FUNCTION),
    ("assumestringprefix", &assumestringprefix::FUNCTION),
    ("base64decode", &base64decode::FUNCTION),
    ("base64encode", &base64encode::FUNCTION),
    ("base64gunzip", &base64gunzip::FUNCTION),
    ("base64gzip", &base64gzip::FUNCTION),
    ("base64sha256", &base64sha256::FUNCTION),
    ("base64sha512", &base64sha512::FUNCTION),
    ("basename", &basename::FUNCTION),
    ("bcrypt", &bcrypt::FUNCTION),
    ("ceil", &ceil::FUNCTION),
    ("chomp", &chomp::FUNCTION),
    ("chunklist", &chunklist::FUNCTION),
    ("cidrcontains", &cidrcontains::FUNCTION),
    ("cidrhost", &cidrhost::FUNCTION),
    ("cidrnetmask", &cidrnetmask::FUNCTION),
    ("cidrsubnet", &cidrsubnet::FUNCTION),
    ("cidrsubnets", &cidrsubnets::FUNCTION),
    ("coalesce", &coalesce::FUNCTION),
    ("coalescelist", &coalescelist::FUNCTION),
    ("compact", &compact::FUNCTION),
    ("concat", &concat::FUNCTION),
    ("contains", &contains::FUNCTION),
    ("csvdecode", &csvdecode::FUNCTION),
    ("dirname", &dirname::FUNCTION),
    ("distinct", &distinct::FUNCTION),
    ("element", &element::FUNCTION),
    ("endswith", &endswith::FUNCTION),
    ("ephemeralasnull", &ephemeralasnull::FUNCTION),
    ("file", &file::FUNCTION),
    ("filebase64", &filebase64::FUNCTION),
    ("filebase64sha256", &filebase64sha256::FUNCTION),
    ("filebase64sha512", &filebase64sha512::FUNCTION),
    ("fileexists", &fileexists::FUNCTION),
    ("filemd5", &filemd5::FUNCTION),
    ("fileset", &fileset::FUNCTION),
    ("filesha1", &filesha1::FUNCTION),
    ("filesha256", &filesha256::FUNCTION),
    ("filesha512", &filesha512::FUNCTION),
    ("flatten", &flatten::FUNCTION),
    ("floor", &floor::FUNCTION),
    ("format", &format::FUNCTION),
    ("formatdate", &formatdate::FUNCTION),
    ("formatlist", &formatlist::FUNCTION),
    ("indent", &indent::FUNCTION),
    ("index", &index::FUNCTION),
    ("issensitive", &issensitive::FUNCTION),
    ("join", &join::FUNCTION),
    ("jsondecode", &jsondecode::FUNCTION),
    ("jsonencode", &jsonencode::FUNCTION),
    ("keys", &keys::FUNCTION),
    ("length", &length::FUNCTION),
    ("log", &log::FUNCTION),
    ("lookup", &lookup::FUNCTION),
    ("lower", &lower::FUNCTION),
    ("matchkeys", &matchkeys::FUNCTION),
    ("max", &max::FUNCTION),
    ("md5", &md5::FUNCTION),
    ("merge", &merge::FUNCTION),
    ("min", &min::FUNCTION),
    ("nonsensitive", &nonsensitive::FUNCTION),
    ("one", &one::FUNCTION),
    ("parseint", &parseint::FUNCTION),
    ("pathexpand", &pathexpand::FUNCTION),
    ("plantimestamp", &plantimestamp::FUNCTION),
    ("pow", &pow::FUNCTION),
    ("range", &range::FUNCTION),
    ("regex", &regex::FUNCTION),
    ("regexall", &regexall::FUNCTION),
    ("replace", &replace::FUNCTION),
    ("reverse", &reverse::FUNCTION),
    ("rsadecrypt", &rsadecrypt::FUNCTION),
    ("sensitive", &sensitive::FUNCTION),
    ("setintersection", &setintersection::FUNCTION),
    ("setproduct", &setproduct::FUNCTION),
    ("setsubtract", &setsubtract::FUNCTION),
    ("setunion", &setunion::FUNCTION),
    ("sha1", &sha1::FUNCTION),
    ("sha256", &sha256::FUNCTION),
    ("sha512", &sha512::FUNCTION),
    ("signum", &signum::FUNCTION),
    ("slice", &slice::FUNCTION),
    ("sort", &sort::FUNCTION),
    ("split", &split::FUNCTION),
    ("startswith", &startswith::FUNCTION),
    ("strcontains", &strcontains::FUNCTION),
    ("strrev", &strrev::FUNCTION),
    ("substr", &substr::FUNCTION),
    ("sum", &sum::FUNCTION),
    ("textdecodebase64", &textdecodebase64::FUNCTION),
    ("textencodebase64", &textencodebase64::FUNCTION),
    ("timeadd", &timeadd::FUNCTION),
    ("timecmp", &timecmp::FUNCTION),
    ("timestamp", &timestamp::FUNCTION),
    ("title", &title::FUNCTION),
    ("tobool", &tobool::FUNCTION),
    ("tolist", &tolist::FUNCTION),
    ("tomap", &tomap::FUNCTION),
    ("tonumber", &tonumber::FUNCTION),
    ("toset", &toset::FUNCTION),
    ("tostring", &tostring::FUNCTION),
    ("transpose", &transpose::FUNCTION),
    ("trim", &trim::FUNCTION),
    ("trimprefix", &trimprefix::FUNCTION),
    ("trimspace", &trimspace::FUNCTION),
    ("trimsuffix", &trimsuffix::FUNCTION),
    ("upper", &upper::FUNCTION),
    ("urldecode", &urldecode::FUNCTION),
    ("urlencode", &urlencode::FUNCTION),
    ("uuid", &uuid::FUNCTION),
    ("uuidv5", &uuidv5::FUNCTION),
    ("values", &values::FUNCTION),
    ("yamldecode", &yamldecode::FUNCTION),
    ("yamlencode", &yamlencode::FUNCTION),
    ("zipmap", &zipmap::FUNCTION),
];

fn find(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let place = FUNCTIONS.binary_search_by(|(n, _)| (*n).cmp(name)).ok()?;
    FUNCTIONS.get(place).map(|(_, function)| *function)
}

/// True for a built-in function; `core::` may stand before its name.
pub fn exists(name: &str) -> bool {
    find(name).is_some()
}

/// The names of all built-in functions, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name)
}

/// Calls a function. Marks of arguments go onto the result; an unknown argument makes it unknown, unless the function
/// knows better.
///
/// # Errors
/// When the arguments do not fit the function: of arguments of a wrong type, each.
pub fn call(name: &str, args: &[Value], surroundings: &Surroundings<'_>) -> Result<Value, Vec<CallError>> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let nowhere = || vec![CallError::new(format!("there is no function named {name:?}"))];
    let function = find(name).ok_or_else(nowhere)?;
    let called = function.check_count(name, args.len()).map_err(|error| vec![error]).and_then(|()| {
        let converted = function.convert(args)?;
        function.call(&converted, surroundings).map_err(|error| vec![error])
    });
    let with_name = |error: CallError| match error.argument.and_then(|place| function.parameter(place)) {
        Some(parameter) => CallError {
            reason: format!("Invalid value for {:?} parameter: {}.", parameter.name, error.reason),
            ..error
        },
        None => error,
    };
    called.map_err(|errors| errors.into_iter().map(with_name).collect())
}
