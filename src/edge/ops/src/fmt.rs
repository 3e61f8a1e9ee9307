//! `drform fmt`: files in their canonical layout.

use crate::Said;
use install::Depth;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// What to format, and what to do with it.
#[derive(Clone, Debug)]
pub struct Formatting {
    /// Files and directories, relative to the directory of the run; nothing stands for that directory.
    pub targets: Vec<PathBuf>,
    /// Whether directories in them are meant as well.
    pub depth: Depth,
    /// Whether files whose layout differs are written.
    pub write: bool,
}

/// A text with its canonical layout.
#[derive(Clone, Debug)]
pub struct Formatted {
    /// The file's path relative to the directory of the run.
    pub name: Arc<str>,
    /// As it was.
    pub before: Arc<str>,
    /// As it should be.
    pub after: String,
}

impl Formatted {
    /// True when the layout was not canonical.
    pub fn differs(&self) -> bool {
        *self.before != self.after
    }
}

/// Formats all files that the targets name, one after the other, and hands each to `each`. A file that has mistakes is
/// left as it is, and said; a target that is not there ends it, as in Terraform.
pub fn fmt(dir: &Path, formatting: &Formatting, mut each: impl FnMut(Formatted)) -> Said {
    let mut said = Said::default();
    let here = [PathBuf::new()];
    let targets = if formatting.targets.is_empty() { &here[..] } else { &formatting.targets };
    for target in targets {
        let target = relative(dir, target);
        let files = match install::format_files(dir, &target, formatting.depth) {
            Ok(files) => files,
            Err(diagnostic) => {
                said.diagnostics.push(diagnostic);
                if std::fs::metadata(dir.join(&target)).is_err() {
                    return said;
                }
                continue;
            }
        };
        for file in files {
            let path = dir.join(&file);
            let name: Arc<str> = file.display().to_string().into();
            let text = install::read_format_file(&path, &name);
            let Some(formatted) = said.take(text).and_then(|text| format(name.clone(), text, &mut said)) else {
                continue;
            };
            let done = if formatting.write && formatted.differs() {
                install::write_format_file(&path, &name, &formatted.after)
            } else {
                Ok(())
            };
            said.take(done);
            each(formatted);
        }
    }
    said
}

/// Formats one text that is no file.
pub fn fmt_text(name: &str, bytes: Vec<u8>) -> (Option<Formatted>, Said) {
    let mut said = Said::default();
    let text = said.take(install::format_text(bytes, name));
    let formatted = text.and_then(|text| format(name.into(), text, &mut said));
    (formatted, said)
}

fn format(name: Arc<str>, before: Arc<str>, said: &mut Said) -> Option<Formatted> {
    let (file, diagnostics) = syntax::parse(name.clone(), before.clone());
    if diagnostics.has_errors() {
        said.texts.insert(name, before);
        said.diagnostics.extend(diagnostics);
        return None;
    }
    let after = syntax::format(&file);
    Some(Formatted { name, before, after })
}

/// A target as seen from the directory of the run, without detours; the text alone decides, as in Terraform.
fn relative(dir: &Path, target: &Path) -> PathBuf {
    let Ok(base) = std::path::absolute(dir).map(|base| without_detours(&base)) else {
        return target.to_path_buf();
    };
    let target = without_detours(&base.join(target));
    let same = base.components().zip(target.components()).take_while(|(a, b)| a == b).count();
    let up = base.components().skip(same).map(|_| Component::ParentDir);
    up.chain(target.components().skip(same)).collect()
}

/// An absolute path without `.` and `..`.
fn without_detours(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::relative;
    use std::path::{Path, PathBuf};

    #[test]
    fn targets_are_named_from_the_directory() {
        let cases = [
            ("/a/b", "c.tf", "c.tf"),
            ("/a/b", "./x/../c.tf", "c.tf"),
            ("/a/b", "/a/b/c.tf", "c.tf"),
            ("/a/b", "../b/c.tf", "c.tf"),
            ("/a/b", "../c.tf", "../c.tf"),
            ("/a/b/.", "/x/c.tf", "../../x/c.tf"),
            ("/a/b", ".", ""),
            ("/", "../c.tf", "c.tf"),
        ];
        for (dir, target, expected) in cases {
            assert_eq!(relative(Path::new(dir), Path::new(target)), PathBuf::from(expected), "{dir} {target}");
        }
    }
}
