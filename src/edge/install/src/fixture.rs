//! Directories to test in: a configuration, a mirror, a CLI configuration.
#![allow(clippy::unwrap_used)]

use crate::platform::platform;
use crate::{ModuleSources, Place, Purpose, Settings, Upgrade, Wanted, install_modules, prepare};
use addrs::Provider;
use config::ModuleTree;
use diag::Diagnostics;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) struct Fixture {
    dir: TempDir,
}

impl Fixture {
    /// A root module in `site/`, and a CLI configuration that knows the mirror in `mirror/` and nothing else.
    pub(crate) fn new(main: &str) -> Fixture {
        let fixture = Fixture { dir: tempfile::tempdir().unwrap() };
        fixture.file("site/main.tf", main);
        let mirror = fixture.path("mirror");
        fs::create_dir_all(&mirror).unwrap();
        fixture.cli(&format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"));
        fixture
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub(crate) fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    pub(crate) fn cli(&self, text: &str) {
        self.file("terraformrc", text);
    }

    pub(crate) fn executable(&self, path: &str, text: &str) {
        let path = self.file(path, text);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Puts `HOST/NAMESPACE/TYPE` of a version into the mirror as a directory.
    pub(crate) fn unpacked(&self, provider: &str, version: &str) {
        let kind = provider.rsplit('/').next().unwrap();
        let dir = format!("mirror/{provider}/{version}/{}", platform());
        self.executable(&format!("{dir}/terraform-provider-{kind}_v{version}"), &format!("#!/bin/sh\n# {version}\n"));
        self.file(&format!("{dir}/README.md"), "Read me.\n");
        self.file(&format!("{dir}/notes/a.txt"), version);
    }

    /// Puts it into the mirror as an archive.
    pub(crate) fn packed(&self, provider: &str, version: &str) -> PathBuf {
        let kind = provider.rsplit('/').next().unwrap();
        let name = format!("terraform-provider-{kind}_{version}_{}.zip", platform());
        let executable = format!("terraform-provider-{kind}_v{version}");
        let script = format!("#!/bin/sh\n# packed {version}\n");
        self.zip(
            &format!("mirror/{provider}/{name}"),
            &[(&executable, &script, 0o755), ("LICENSE", "Free.\n", 0o644), ("notes/b.txt", "b", 0o644)],
        )
    }

    pub(crate) fn zip(&self, path: &str, files: &[(&str, &str, u32)]) -> PathBuf {
        let path = self.file(path, "");
        let mut writer = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        for (name, text, mode) in files {
            let options = zip::write::SimpleFileOptions::default().unix_permissions(*mode);
            writer.start_file(*name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    /// The root module.
    pub(crate) fn root(&self) -> PathBuf {
        self.path("site")
    }

    pub(crate) fn place(&self) -> Place {
        self.place_in("site")
    }

    /// Another directory as the root module's.
    pub(crate) fn place_in(&self, dir: &str) -> Place {
        let dir = self.path(dir);
        Place {
            data_dir: dir.join(".terraform"),
            dir,
            executable_dir: Some(self.path("bin")),
            settings: Settings { cli_config_file: Some(self.path("terraformrc")), ..Settings::default() },
        }
    }

    pub(crate) fn tree(&self) -> ModuleTree {
        let (tree, diagnostics) = tree(&self.root());
        assert!(!diagnostics.has_errors(), "{diagnostics:#?}");
        tree
    }
}

/// The configuration in a directory.
pub(crate) fn tree(dir: &Path) -> (ModuleTree, Diagnostics) {
    let (tree, _, diagnostics) = config::load(&ModuleSources::new(dir, &dir.join(".terraform")), ".");
    (tree, diagnostics)
}

/// Everything that `drform init` does, without knowing the state.
pub(crate) fn init(place: &Place, upgrade: Upgrade) -> (Vec<String>, Diagnostics) {
    let mut lines = Vec::new();
    let loaded =
        install_modules(place, upgrade, Purpose::Init, &crate::Loaded::plain, &mut |line| lines.push(line.to_string()));
    if loaded.diagnostics.has_errors() {
        return (lines, loaded.diagnostics);
    }
    let (more, diagnostics) = prepare(place, Wanted { tree: &loaded.tree, state: None, upgrade });
    lines.extend(more);
    (lines, diagnostics)
}

/// Runs git; what it printed.
pub(crate) fn git(dir: &Path, arguments: &[&str]) -> String {
    let mut command = std::process::Command::new("git");
    command.current_dir(dir).args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always"]);
    command.args(["-c", "init.defaultBranch=main"]).args(arguments);
    let output = command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

impl Fixture {
    /// A repository in `NAME/` with these files in one commit; its address.
    pub(crate) fn repository(&self, name: &str, files: &[(&str, &str)]) -> String {
        let dir = self.path(name);
        fs::create_dir_all(&dir).unwrap();
        git(&dir, &["init", "-q"]);
        self.commit(name, files);
        format!("git::file://{}", dir.display())
    }

    pub(crate) fn commit(&self, name: &str, files: &[(&str, &str)]) -> String {
        for (file, text) in files {
            self.file(&format!("{name}/{file}"), text);
        }
        let dir = self.path(name);
        git(&dir, &["add", "."]);
        git(&dir, &["commit", "-q", "--allow-empty", "-m", "change"]);
        git(&dir, &["rev-parse", "HEAD"])
    }
}

pub(crate) fn provider(text: &str) -> Provider {
    addrs::parse_provider(text).unwrap()
}

/// A root module that requires providers: local name, source, version (or nothing).
pub(crate) fn requiring(providers: &[(&str, &str, &str)]) -> String {
    let mut text = String::from("terraform {\n  required_providers {\n");
    for (name, source, version) in providers {
        text.push_str(&format!("    {name} = {{\n      source = \"{source}\"\n"));
        if !version.is_empty() {
            text.push_str(&format!("      version = \"{version}\"\n"));
        }
        text.push_str("    }\n");
    }
    text + "  }\n}\n"
}

/// Summaries, details and next steps.
pub(crate) fn told(diagnostics: &Diagnostics) -> String {
    let one = |d: &diag::Diagnostic| {
        format!("{:?}: {}\n{}\n=> {}\n", d.severity, d.summary, d.detail, d.next_step.as_deref().unwrap_or("nothing"))
    };
    diagnostics.iter().map(one).collect()
}
