//! Drives the binary: scripts with their expected output, and the examples.
//!
//! A script is a text file in `tests/cli/scripts`: parts `#- name` make files of an empty directory; then come
//! commands, each a line `$ …`, each followed by what it prints (standard output, then standard error) and, when it is
//! not 0, by `exit N`. `UPDATE_EXPECT=1` rewrites what is expected.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod console;
mod examples;
mod kill;
mod modules;
mod pipes;
mod provisioners;
mod reference;
mod script;
mod truth;
mod waves;
