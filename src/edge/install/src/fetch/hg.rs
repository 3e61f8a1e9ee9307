//! Packages in Mercurial repositories, by the program `hg`.

use super::Failure;
use super::git::{Trouble, indented, run};
use super::request::Request;
use crate::masked;
use std::path::Path;
use std::process::{Command, Stdio};

/// Clones a repository and updates to the argument `rev`.
pub(super) fn fetch(request: &Request, path: Option<&std::ffi::OsStr>, to: &Path) -> Result<(), Failure> {
    let mut request = request.clone();
    let revision = request.take("rev").unwrap_or_default();
    let url = request.address();
    let shown = masked::address(&url);
    if url.starts_with('-') || revision.starts_with('-') {
        let why = format!("The address or revision of {shown} looks like an option of hg.");
        return Err(Failure::new(why, "Correct the source."));
    }
    let hg = || {
        let mut command = Command::new("hg");
        if let Some(path) = path {
            command.env("PATH", path);
        }
        command.env("HGPLAIN", "1").stdin(Stdio::null()).arg("--noninteractive");
        command
    };
    let about = |trouble, what: String| match trouble {
        Trouble::Missing => Failure::new(
            format!("{what}: the program hg is not installed, or not on the PATH."),
            "Install it (the package is called mercurial) and run the command again.",
        ),
        Trouble::Said(said) => Failure::new(
            format!("{what}:\n{}", indented(&masked::text(&said, &url))),
            "Check the address and the revision.",
        ),
    };
    let mut clone = hg();
    clone.args(["clone", "--noupdate", "--"]).arg(&url).arg(to);
    run(clone).map_err(|trouble| about(trouble, format!("hg could not clone {shown}")))?;
    let mut update = hg();
    update.current_dir(to).args(["update", "--clean"]);
    if !revision.is_empty() {
        update.args(["--rev", &revision]);
    }
    run(update).map_err(|trouble| about(trouble, format!("hg could not update to {revision:?} of {shown}")))?;
    Ok(())
}
