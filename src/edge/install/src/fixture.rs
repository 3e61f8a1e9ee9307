//! Directories to test in: a configuration, a mirror, a CLI configuration.
#![allow(clippy::unwrap_used)]

use crate::platform::platform;
use crate::{ModuleSources, Place, Settings};
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
