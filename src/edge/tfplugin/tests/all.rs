//! The committed code under `src/generated/` is what the files in `schema/` say.
//!
//! `UPDATE_GENERATED=1 cargo test -p drform-tfplugin --test all` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

use std::path::{Path, PathBuf};

const PACKAGES: [&str; 3] = ["plugin", "tfplugin5", "tfplugin6"];

fn generate(schema: &Path, out: &Path) {
    let files = PACKAGES.map(|package| format!("{package}.proto"));
    let descriptors = protox::compile(files, [schema]).expect("schema/*.proto compile");
    tonic_prost_build::configure()
        .out_dir(out)
        .btree_map(".")
        .bytes(".")
        .generate_default_stubs(true)
        .compile_fds(descriptors)
        .expect("code is generated");
}

#[test]
fn generated_code_is_current() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("generated");
    std::fs::create_dir_all(&fresh).expect("a directory for fresh code");
    generate(&here.join("../../../schema"), &fresh);
    for package in PACKAGES {
        let committed = here.join(format!("src/generated/{package}.rs"));
        let fresh = std::fs::read_to_string(fresh.join(format!("{package}.rs"))).expect("fresh code");
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::write(&committed, &fresh).expect("committed code is written");
        }
        let old = std::fs::read_to_string(&committed).unwrap_or_default();
        assert!(
            old == fresh,
            "src/generated/{package}.rs is not what schema/{package}.proto says: run UPDATE_GENERATED=1 cargo test -p drform-tfplugin --test all"
        );
    }
}
