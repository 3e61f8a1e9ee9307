//! `fmt` beside `terraform fmt`.
#![allow(
    clippy::disallowed_methods,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod generate;

use drform_syntax as syntax;
use std::fs;

fn formatted(name: &str, text: &str) -> String {
    let (file, diagnostics) = syntax::parse(name.into(), text.into());
    assert!(!diagnostics.has_errors(), "{name}: {diagnostics:?}\n{text}");
    syntax::format(&file)
}

#[test]
fn dump() {
    let Ok(dir) = std::env::var("DUMP") else { return };
    let from: u64 = std::env::var("FROM").unwrap().parse().unwrap();
    fs::create_dir_all(format!("{dir}/in")).unwrap();
    fs::create_dir_all(format!("{dir}/out")).unwrap();
    for seed in from..from + 400 {
        let text = generate::file(seed);
        fs::write(format!("{dir}/in/{seed}.tf"), &text).unwrap();
        let (file, diagnostics) = syntax::parse("x".into(), text.as_str().into());
        if diagnostics.has_errors() {
            eprintln!("{seed} does not parse {:?}", diagnostics.iter().next().map(|d| (&d.summary, d.subject.as_ref().map(|s| text[..s.start as usize].lines().count()))));
            continue;
        }
        let out = syntax::format(&file);
        fs::write(format!("{dir}/out/{seed}.tf"), &out).unwrap();
        assert_eq!(formatted("again", &out), out);
    }
}
