#![allow(clippy::all, missing_docs, clippy::disallowed_methods, clippy::disallowed_macros)]
fn main() {
    for arg in std::env::args().skip(1) {
        let Ok(t) = std::fs::read_to_string(&arg) else { println!("UTF {arg}"); continue };
        let (_, d) = drform_syntax::parse(arg.as_str().into(), t.as_str().into());
        println!("{} {arg} {}", if d.has_errors() { "NO" } else { "OK" }, d.iter().next().map(|d| format!("{} @{}", d.summary, d.subject.as_ref().unwrap().start)).unwrap_or_default());
    }
}
