//! A reader that goes away does not stop the work.

use crate::examples::{copy_of, drform};
use std::process::{Command, Stdio};

#[test]
fn a_closed_pipe_ends_the_printing_and_not_the_apply() {
    let dir = copy_of("single-node");
    let dir = dir.path();
    let mut child = Command::new(env!("CARGO_BIN_EXE_drform"))
        .args(["apply", "-sandbox", "-auto-approve"])
        .current_dir(dir)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    drop(child.stderr.take());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    let plan = drform(dir, &["plan", "-sandbox", "-detailed-exitcode"]);
    assert_eq!(plan.status.code(), Some(0));
}
