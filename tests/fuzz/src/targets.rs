//! The targets, and the laws that hold for every input.

use crate::{Choices, site, texts, values};
use diag::{Diagnostics, SourceTexts};
use eval::Evaluator;
use eval::functions::{Signature, SignatureParameter, Surroundings, call, signatures};
use install::{Constraints, Version};
use std::cell::OnceCell;
use std::io::Write;
use std::sync::{Arc, OnceLock};
use syntax::{TokenKind, format, parse, parse_expression, parse_json, parse_template};
use value::{Type, Value};

/// Where one input is done alone, its text is shown.
fn show(text: impl AsRef<str>) {
    if alone() {
        let _ = writeln!(std::io::stderr(), "----\n{}\n----", text.as_ref());
    }
}

fn alone() -> bool {
    std::env::var_os("DRFORM_FUZZ_INPUT").is_some()
}

/// Diagnostics are rendered: excerpts cut the text at their ranges.
fn rendered(diagnostics: &Diagnostics, name: &str, text: &str) {
    let mut sources = SourceTexts::default();
    sources.insert(name.into(), text.into());
    for diagnostic in diagnostics.iter().take(3) {
        let told = diag::render(diagnostic, &sources, diag::Style::PLAIN);
        assert!(!told.is_empty());
    }
}

/// The native syntax: tokens are the whole text; what parses without error is laid out once and for all, and means the
/// same.
pub fn native_syntax(bytes: &[u8]) {
    let text = texts::native(&mut Choices::new(bytes));
    show(&text);
    let (file, diagnostics) = parse("main.tf".into(), text.as_str().into());
    let mut at = 0;
    for token in &file.tokens {
        assert_eq!(token.span.start, at, "tokens have a gap in {text:?}");
        at = token.span.end;
    }
    assert_eq!(at as usize, text.len(), "tokens end early in {text:?}");
    assert_eq!(file.tokens.last().map(|token| token.kind), Some(TokenKind::Eof));
    rendered(&diagnostics, "main.tf", &text);
    syntax::goes_on(&text);
    let once = format(&file);
    if !diagnostics.has_errors() {
        let (again, diagnostics) = parse("main.tf".into(), once.as_str().into());
        assert!(!diagnostics.has_errors(), "laid out it is wrong: {text:?} became {once:?}");
        assert_eq!(format(&again), once, "laying out {text:?} twice");
    }
}

/// Templates as `templatefile` reads them, evaluated too.
pub fn templates(bytes: &[u8]) {
    let text = texts::template(&mut Choices::new(bytes));
    show(&text);
    let (expr, diagnostics) = parse_template("t.tftpl".into(), &text);
    rendered(&diagnostics, "t.tftpl", &text);
    if !diagnostics.has_errors() {
        with_site(|site| rendered(&site::evaluated(site, &expr).1, "t.tftpl", &text));
    }
}

/// JSON: read, decided by the shape of a module, and by a schema.
pub fn json_syntax(bytes: &[u8]) {
    let text = texts::json(&mut Choices::new(bytes));
    show(&text);
    let (_, diagnostics) = parse_json("main.tf.json".into(), text.as_str().into());
    rendered(&diagnostics, "main.tf.json", &text);
    whole("main.tf.json", &text);
}

/// Whole configurations: loaded, validated, evaluated, decoded.
pub fn configurations(bytes: &[u8]) {
    let mut c = Choices::new(bytes);
    let text = if c.once_in(4) { texts::native(&mut c) } else { texts::configuration(&mut c) };
    show(&text);
    whole("main.tf", &text);
}

fn whole(name: &'static str, text: &str) {
    let (_, diagnostics) = site::planned(&site::Text { name, text: text.into() });
    rendered(&diagnostics, name, text);
}

/// Version constraints: what is read is read again as it is written, and means the same.
pub fn version_constraints(bytes: &[u8]) {
    let mut c = Choices::new(bytes);
    let text = texts::constraint(&mut c);
    show(&text);
    let version = Version::parse(&text).ok();
    if let Some(version) = &version {
        let again = Version::parse(&version.to_string()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(&again, version, "{text:?}");
    }
    let Ok(constraints) = Constraints::parse(&text) else { return };
    let written = constraints.to_string();
    let again = Constraints::parse(&written).unwrap_or_else(|error| panic!("{text:?} as {written:?}: {error}"));
    assert_eq!(again.to_string(), written, "{text:?}");
    let mut both = constraints.clone();
    both.and(&again);
    for other in ["0.0.0", "1.0.0", "1.2.3", "1.2.3-beta1", "2.0.0", "10.0.0"] {
        let other = Version::parse(other).expect("a version");
        assert_eq!(constraints.allow(&other), again.allow(&other), "{text:?} of {other}");
        assert_eq!(constraints.allow(&other), both.allow(&other), "{text:?} twice of {other}");
    }
}

/// Calls of all functions. What a function says of unknown arguments holds for known ones.
pub fn function_arguments(bytes: &[u8]) {
    static ALL: OnceLock<Vec<Signature>> = OnceLock::new();
    let all = ALL.get_or_init(|| signatures().into_iter().filter(|s| eval::functions::exists(s.name)).collect());
    let mut c = Choices::new(bytes);
    let Some(signature) = all.get(c.below(all.len())) else { return };
    let wanted = signature.parameters.len();
    let count = match c.below(8) {
        0 => c.below(5),
        _ if signature.variadic.is_some() => wanted + c.below(4),
        _ => wanted,
    };
    let args: Vec<Value> = (0..count).map(|place| argument(&mut c, signature, place)).collect();
    if alone() {
        show(format!("{}({})", signature.name, args.iter().map(shown).collect::<Vec<_>>().join(", ")));
    }
    let surroundings = Surroundings { files: &site::Files, home: Some("/home/somebody"), ..Surroundings::NONE };
    let result = call(signature.name, &args, &surroundings);
    if let Ok(value) = &result {
        assert!(fits(value, &signature.returns), "{} gave {}", signature.name, value.ty().friendly_name());
        whole_value(value);
    }
    // The same with one argument not known yet.
    let place = c.below(count.max(1));
    let Some(hidden) = args.get(place) else { return };
    let mut less = args.clone();
    less[place] = Value::unknown(hidden.ty()).marked(hidden.all_marks());
    let before = call(signature.name, &less, &surroundings);
    if let (Ok(before), Ok(after)) = (&before, &result)
        && before.is_wholly_known()
        && after.is_wholly_known()
        && !surprising(signature.name)
    {
        let (before, after) = (before.unmark_deep().0, after.unmark_deep().0);
        assert!(before == after, "{} changes its mind: {} and {}", signature.name, shown(&before), shown(&after));
    }
}

/// Functions that Terraform lets answer for what is not known yet.
fn surprising(name: &str) -> bool {
    matches!(name, "issensitive" | "ephemeralasnull" | "type")
}

fn argument(c: &mut Choices, signature: &Signature, place: usize) -> Value {
    let parameter: Option<&SignatureParameter> = signature.parameters.get(place).or(signature.variadic.as_ref());
    match (c.below(10), parameter) {
        (0, _) => values::of(c, &Type::Dynamic, 3),
        (1, _) if c.once_in(8) => values::deep(c),
        (_, Some(parameter)) => values::of(c, &parameter.ty, 3),
        (_, None) => values::of(c, &Type::Dynamic, 2),
    }
}

fn fits(value: &Value, returns: &Type) -> bool {
    returns.has_dynamic() || value.ty().has_dynamic() || value.ty() == *returns
}

fn shown(value: &Value) -> String {
    let text = value::text::value_text(&value.unmark_deep().0);
    if text.len() > 2000 { format!("{}…", text.chars().take(2000).collect::<String>()) } else { text }
}

/// What is done with every value somewhere.
fn whole_value(value: &Value) {
    let (bare, paths) = value.unmark_deep();
    assert!(bare.all_marks().is_empty());
    if bare.is_wholly_known() {
        assert!(bare.mark_paths(&paths).all_marks() == value.all_marks());
    }
}

/// Expressions evaluated over values of every kind, and printed as the console does.
pub fn expressions(bytes: &[u8]) {
    let text = texts::lone_expression(&mut Choices::new(bytes));
    show(&text);
    let (expr, diagnostics) = parse_expression("main.tf".into(), &text);
    rendered(&diagnostics, "main.tf", &text);
    if diagnostics.has_errors() {
        return;
    }
    with_site(|site| {
        let (value, diagnostics) = site::evaluated(site, &expr);
        rendered(&diagnostics, "main.tf", &text);
        whole_value(&value);
        let (_, diagnostics) = site.console(&addrs::ModuleInstance::ROOT, &expr);
        rendered(&diagnostics, "main.tf", &text);
    });
}

fn with_site(work: impl FnOnce(&Evaluator)) {
    thread_local! {
        static SITE: OnceCell<Arc<Evaluator>> = const { OnceCell::new() };
    }
    let site = SITE.with(|site| site.get_or_init(|| Arc::new(site::evaluator())).clone());
    work(&site);
}
