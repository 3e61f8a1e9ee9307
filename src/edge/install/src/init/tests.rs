use super::*;
use crate::fixture::{Fixture, init, provider, requiring, told};
use crate::platform::platform;
use expect_test::expect;
use std::fs;
use std::path::Path;
use std::process::Command;

const PROBE: &str = "drform.test/dev/probe";
const ZIPPY: &str = "drform.test/dev/zippy";

fn run(fixture: &Fixture, upgrade: Upgrade) -> (Vec<String>, Diagnostics) {
    init(&fixture.place(), upgrade)
}

fn lines(fixture: &Fixture, upgrade: Upgrade) -> String {
    let (lines, diagnostics) = run(fixture, upgrade);
    assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
    lines.join("\n") + "\n"
}

#[test]
fn newest_that_is_allowed() {
    let fixture = Fixture::new(&requiring(&[("probe", PROBE, "~> 1.0"), ("zippy", ZIPPY, "")]));
    for version in ["1.0.0", "1.2.3", "1.3.0-beta1", "2.0.0"] {
        fixture.unpacked(PROBE, version);
    }
    fixture.packed(ZIPPY, "0.3.1");
    expect![[r#"
        Initializing provider plugins...
        - Finding drform.test/dev/probe versions matching "~> 1.0"...
        - Finding latest version of drform.test/dev/zippy...
        - Installing drform.test/dev/probe v1.2.3...
        - Installed drform.test/dev/probe v1.2.3 (unauthenticated)
        - Installing drform.test/dev/zippy v0.3.1...
        - Installed drform.test/dev/zippy v0.3.1 (unauthenticated)

        drform has created a lock file .terraform.lock.hcl to record the provider
        selections it made above. Include this file in your version control repository
        so that drform and Terraform make the same selections by default when you run
        "drform init" or "terraform init" in the future.
    "#]]
    .assert_eq(&lines(&fixture, Upgrade::No));
    let before = everything(&fixture.root());
    // A newer one appears: what is locked stays, and nothing is written.
    fixture.unpacked(PROBE, "1.4.0");
    expect![[r#"
        Initializing provider plugins...
        - Reusing previous version of drform.test/dev/probe from the dependency lock file
        - Reusing previous version of drform.test/dev/zippy from the dependency lock file
        - Using previously-installed drform.test/dev/probe v1.2.3
        - Using previously-installed drform.test/dev/zippy v0.3.1
    "#]]
    .assert_eq(&lines(&fixture, Upgrade::No));
    assert_eq!(everything(&fixture.root()), before);
    expect![[r#"
        Initializing provider plugins...
        - Finding drform.test/dev/probe versions matching "~> 1.0"...
        - Finding latest version of drform.test/dev/zippy...
        - Installing drform.test/dev/probe v1.4.0...
        - Installed drform.test/dev/probe v1.4.0 (unauthenticated)
        - Using previously-installed drform.test/dev/zippy v0.3.1

        drform has made some changes to the provider dependency selections recorded
        in the .terraform.lock.hcl file. Review those changes and commit them to your
        version control system if they represent changes you intended to make.
    "#]]
    .assert_eq(&lines(&fixture, Upgrade::Yes));
    // A fresh clone: the lock file decides and is compared.
    fs::remove_dir_all(fixture.path("site/.terraform")).unwrap();
    let again = lines(&fixture, Upgrade::No);
    assert!(again.contains("- Installed drform.test/dev/probe v1.4.0 (verified checksum)\n"), "{again}");
}

#[test]
fn mirrors_that_nobody_names() {
    let fixture = Fixture::new("resource \"probe_thing\" \"x\" {\n}\n");
    let mut place = fixture.place();
    place.settings = crate::Settings::read(
        |_| None,
        |name| match name {
            "HOME" => Some(fixture.path("home").to_str().unwrap().to_string().leak()),
            "XDG_DATA_DIRS" => Some(fixture.path("share").to_str().unwrap().to_string().leak()),
            _ => None,
        },
    );
    let address = "registry.terraform.io/hashicorp/probe";
    for (dir, version) in [
        ("site/terraform.d/plugins", "1.0.0"),
        ("home/.terraform.d/plugins", "1.1.0"),
        ("home/.local/share/terraform/plugins", "1.2.0"),
        ("share/terraform/plugins", "1.3.0"),
    ] {
        fixture.executable(&format!("{dir}/{address}/{version}/{}/terraform-provider-probe", platform()), version);
        let (_, diagnostics) = init(&place, Upgrade::Yes);
        assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
        assert!(fixture.text("site/.terraform.lock.hcl").contains(&format!("version = \"{version}\"")), "{dir}");
    }
}

#[test]
fn what_needs_no_installation() {
    let text = requiring(&[
        ("probe", PROBE, ""),
        ("zippy", ZIPPY, ""),
        ("drform", "drform/drform", ""),
        ("aws", "drform/aws", ""),
    ]) + "resource \"terraform_data\" \"x\" {\n}\n";
    let fixture = Fixture::new(&text);
    fixture.executable("bin/terraform-provider-aws", "");
    fixture.cli(&format!("provider_installation {{ dev_overrides {{ \"{PROBE}\" = \"/build\" }} }}"));
    let mut place = fixture.place();
    place.settings.reattach_providers = Some(format!("{{\"{ZIPPY}\":{{}}}}").into());
    let (lines, diagnostics) = init(&place, Upgrade::No);
    expect![[r#"
        Initializing provider plugins...
        - drform.test/dev/probe is overridden for development by /build
        - drform.test/dev/zippy runs already (TF_REATTACH_PROVIDERS)
        - Finding latest version of drform/aws...
        - drform/aws comes with drform
        - drform/drform is built in to drform
        - terraform.io/builtin/terraform is built in to drform"#]]
    .assert_eq(&lines.join("\n"));
    expect![[r#"
        Warning: Provider development overrides are in effect
        The following provider development overrides are set in the CLI configuration:
          - drform.test/dev/probe in /build
        The behavior may therefore not match any released version of the provider and applying changes may cause the state to become incompatible with published releases.
        => To use packages again, take dev_overrides out of the CLI configuration.
    "#]]
    .assert_eq(&told(&diagnostics));
    assert!(!fixture.path("site/.terraform.lock.hcl").exists());
    assert!(!fixture.path("site/.terraform").exists());
}

/// What `terraform init` downloaded is not replaced by something older that happens to be near.
#[test]
fn downloaded_before() {
    let fixture = Fixture::new(&requiring(&[("probe", PROBE, "")]));
    fixture.unpacked(PROBE, "2.0.0");
    lines(&fixture, Upgrade::No);
    let lock = fixture.text("site/.terraform.lock.hcl");
    // A real directory in the place of the link, and only an older version in the mirror.
    let package = format!("{PROBE}/2.0.0/{}", platform());
    let target = fixture.path("site/.terraform/providers").join(&package);
    crate::whole_file::remove(&target).unwrap();
    fs::rename(fixture.path("mirror").join(&package), &target).unwrap();
    fixture.unpacked(PROBE, "1.0.0");
    let mirror = fixture.path("mirror");
    let methods = format!("filesystem_mirror {{ path = {mirror:?} }}");
    fixture.cli(&format!("provider_installation {{ {methods} direct {{}} }}"));
    expect![[r#"
        Initializing provider plugins...
        - Finding latest version of drform.test/dev/probe...
        - Using previously-installed drform.test/dev/probe v2.0.0
    "#]]
    .assert_eq(&lines(&fixture, Upgrade::Yes));
    assert_eq!(fixture.text("site/.terraform.lock.hcl"), lock);
    // Where the mirror is all there is, it has the say.
    fixture.cli(&format!("provider_installation {{ {methods} }}"));
    assert!(lines(&fixture, Upgrade::Yes).contains("- Installed drform.test/dev/probe v1.0.0"));
}

fn refused(fixture: &Fixture, expect: expect_test::Expect) {
    let (_, diagnostics) = run(fixture, Upgrade::No);
    let dir = fixture.path("").display().to_string();
    let text = told(&diagnostics).replace(dir.trim_end_matches('/'), "LAB").replace(&platform(), "OS_ARCH");
    expect.assert_eq(&text);
}

#[test]
fn nowhere() {
    let fixture = Fixture::new(&requiring(&[("probe", PROBE, ">= 3.0.0"), ("zippy", ZIPPY, "")]));
    fixture.unpacked(PROBE, "1.0.0");
    let mirror = fixture.path("mirror");
    fixture.cli(&format!(
        "provider_installation {{\n filesystem_mirror {{ path = {mirror:?} }}\n network_mirror {{ url = \"https://m.example/\" }}\n \
         direct {{ exclude = [\"drform.test/*/zippy\"] }}\n }}"
    ));
    refused(
        &fixture,
        expect![[r#"
        Error: Failed to query available provider packages
        Could not find a version matching ">= 3.0.0" of provider drform.test/dev/probe for OS_ARCH. Looked at:
          - LAB/mirror: 1.0.0
          - network mirror https://m.example/: not looked at, drform does not download yet
          - registry drform.test: not looked at, drform does not download yet
        => drform does not download packages yet: run terraform init once, or put the package into one of these directories as drform.test/dev/probe/VERSION/OS_ARCH.
        Error: Failed to query available provider packages
        Could not find a release of provider drform.test/dev/zippy for OS_ARCH. Looked at:
          - LAB/mirror: nothing for this platform
          - network mirror https://m.example/: not looked at, drform does not download yet
        => drform does not download packages yet: run terraform init once, or put the package into one of these directories as drform.test/dev/zippy/VERSION/OS_ARCH.
    "#]],
    );
    assert!(!fixture.path("site/.terraform").exists());
}

#[test]
fn not_what_was_locked() {
    let fixture = Fixture::new(&requiring(&[("zippy", ZIPPY, "")]));
    fixture.packed(ZIPPY, "1.0.0");
    lines(&fixture, Upgrade::No);
    let lock = fixture.text("site/.terraform.lock.hcl");
    // The archive alone can be known by its own checksum.
    let archive = fixture.path(&format!("mirror/{ZIPPY}/terraform-provider-zippy_1.0.0_{}.zip", platform()));
    let zh = crate::package::zh_of_archive(&archive).unwrap();
    let h1 = lock.split('"').find(|part| part.starts_with("h1:")).unwrap().to_string();
    fixture.file("site/.terraform.lock.hcl", &lock.replace(&h1, &zh));
    fs::remove_dir_all(fixture.path("site/.terraform")).unwrap();
    lines(&fixture, Upgrade::No);
    assert_eq!(fixture.text("site/.terraform.lock.hcl"), lock.replace("  ]", &format!("    \"{zh}\",\n  ]")));

    fixture.file("site/.terraform.lock.hcl", &lock.replace(&h1, "h1:other"));
    refused(
        &fixture,
        expect![[r#"
        Error: Failed to install provider
        Error while installing drform.test/dev/zippy v1.0.0: the local package in LAB/mirror/drform.test/dev/zippy/terraform-provider-zippy_1.0.0_OS_ARCH.zip doesn't match any of the checksums previously recorded in the dependency lock file (this might be because the available checksums are for packages targeting different platforms).
        => Find out which of the two is right. If the lock file only lacks the checksums of OS_ARCH, run terraform providers lock -platform=OS_ARCH; if the package was rebuilt on purpose, remove its entry from .terraform.lock.hcl.
    "#]],
    );
    fixture.file("site/main.tf", &requiring(&[("zippy", ZIPPY, "2.0.0")]));
    refused(
        &fixture,
        expect![[r#"
        Error: Failed to query available provider packages
        Locked provider drform.test/dev/zippy 1.0.0 does not match configured version constraint 2.0.0.
        => Run drform init -upgrade to allow selection of new versions.
    "#]],
    );
}

#[test]
fn what_the_state_names() {
    let fixture = Fixture::new(&requiring(&[("probe", PROBE, ""), ("zippy", ZIPPY, "")]));
    fixture.unpacked(PROBE, "1.0.0");
    fixture.packed(ZIPPY, "1.0.0");
    lines(&fixture, Upgrade::No);
    let both = fixture.text("site/.terraform.lock.hcl");
    fixture.file("site/main.tf", &requiring(&[("probe", PROBE, "")]));
    // An object may still need it.
    lines(&fixture, Upgrade::No);
    assert_eq!(fixture.text("site/.terraform.lock.hcl"), both);
    let known = |providers: &[&str]| {
        let state: BTreeSet<Provider> = providers.iter().map(|text| provider(text)).collect();
        let tree = fixture.tree();
        let (_, diagnostics) =
            prepare(&fixture.place(), Wanted { tree: &tree, state: Some(&state), upgrade: Upgrade::No });
        assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
        fixture.text("site/.terraform.lock.hcl")
    };
    assert_eq!(known(&[ZIPPY]), both);
    assert!(!known(&[PROBE]).contains(ZIPPY));
    assert_eq!(known(&[ZIPPY]), both);
}

#[test]
fn through_the_plugin_cache() {
    let fixture = Fixture::new(&requiring(&[("zippy", ZIPPY, "")]));
    let archive = fixture.packed(ZIPPY, "1.0.0");
    let mut place = fixture.place();
    place.settings.plugin_cache_dir = Some(fixture.path("cache"));
    let (_, diagnostics) = init(&place, Upgrade::No);
    assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
    let package = format!("{ZIPPY}/1.0.0/{}", platform());
    let link = fs::read_link(fixture.path("site/.terraform/providers").join(&package)).unwrap();
    assert_eq!(link, fs::canonicalize(fixture.path("cache").join(&package)).unwrap());
    // The mirror is gone, the cache is still there.
    fs::remove_file(archive).unwrap();
    fs::remove_dir_all(fixture.path("site/.terraform")).unwrap();
    let (lines, diagnostics) = init(&place, Upgrade::No);
    assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
    assert!(lines.contains(&"- Installed drform.test/dev/zippy v1.0.0 (verified checksum)".to_string()));
}

#[test]
fn broken_packages() {
    let fixture = Fixture::new(&requiring(&[("zippy", ZIPPY, "")]));
    fixture.zip(&format!("mirror/{ZIPPY}/terraform-provider-zippy_1.0.0_{}.zip", platform()), &[("README", "", 0o644)]);
    refused(
        &fixture,
        expect![[r#"
        Error: Failed to install provider
        Error while installing drform.test/dev/zippy v1.0.0: provider binary not found: could not find executable file starting with terraform-provider-zippy.
        => Check the package in LAB/mirror/drform.test/dev/zippy/terraform-provider-zippy_1.0.0_OS_ARCH.zip.
    "#]],
    );
    assert!(!fixture.path("site/.terraform.lock.hcl").exists());
    fixture.file("site/.terraform.lock.hcl", "provider {");
    let (_, diagnostics) = run(&fixture, Upgrade::No);
    assert!(diagnostics.has_errors());
    assert_eq!(fixture.text("site/.terraform.lock.hcl"), "provider {", "a lock file that is not understood stays");
}

/// Every file, directory and link below a directory, with its content.
fn everything(dir: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap()).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            all.push(format!("{name} -> {}", fs::read_link(entry.path()).unwrap().display()));
        } else if kind.is_dir() {
            all.extend(everything(&entry.path()).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            let mode = std::os::unix::fs::PermissionsExt::mode(&entry.metadata().unwrap().permissions()) & 0o777;
            all.push(format!("{name} {mode:o} {}", fs::read_to_string(entry.path()).unwrap()));
        }
    }
    all
}

/// Runs `terraform init` and ours in two copies of a directory, step by step, and compares all that they leave.
struct Rivals<'a> {
    fixture: &'a Fixture,
}

impl Rivals<'_> {
    /// `None` where there is no Terraform to compare with.
    fn new(fixture: &Fixture) -> Option<Rivals<'_>> {
        Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").output().ok()?;
        for dir in ["theirs", "ours"] {
            fs::create_dir_all(fixture.path(dir)).unwrap();
        }
        Some(Rivals { fixture })
    }

    fn file(&self, path: &str, text: &str) {
        self.fixture.file(&format!("theirs/{path}"), text);
        self.fixture.file(&format!("ours/{path}"), text);
    }

    fn remove(&self, path: &str) {
        for dir in ["theirs", "ours"] {
            crate::whole_file::remove(&self.fixture.path(dir).join(path)).unwrap();
        }
    }

    fn init(&self, upgrade: Upgrade) {
        let mut terraform = Command::new("terraform");
        terraform.args(["init", "-no-color", "-input=false"]).current_dir(self.fixture.path("theirs"));
        if upgrade == Upgrade::Yes {
            terraform.arg("-upgrade");
        }
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TF_")) {
            terraform.env_remove(name);
        }
        terraform.env("CHECKPOINT_DISABLE", "1").env("TF_CLI_CONFIG_FILE", self.fixture.path("terraformrc"));
        let output = terraform.output().unwrap();
        let place = self.fixture.place_in("ours");
        let loaded = install_modules(&place, upgrade, Purpose::Init, &crate::Loaded::plain, &mut |_| {});
        assert!(!loaded.diagnostics.has_errors(), "{}", told(&loaded.diagnostics));
        let state = BTreeSet::new();
        let (_, diagnostics) = prepare(&place, Wanted { tree: &loaded.tree, state: Some(&state), upgrade });
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), !diagnostics.has_errors(), "{said}\n{}", told(&diagnostics));
        let (theirs, ours) = (everything(&self.fixture.path("theirs")), everything(&self.fixture.path("ours")));
        assert_eq!(ours, theirs);
    }
}

#[test]
fn byte_for_byte_as_terraform() {
    let fixture = Fixture::new("");
    for version in ["1.0.0", "1.2.3", "2.0.0-beta1", "2.1.0"] {
        fixture.unpacked(PROBE, version);
    }
    fixture.packed(ZIPPY, "0.3.1");
    fixture.packed(ZIPPY, "0.4.0");
    fixture.unpacked("registry.terraform.io/hashicorp/aws", "6.0.0");
    let Some(rivals) = Rivals::new(&fixture) else { return };
    let modules = "module \"a\" {\n  source = \"./a\"\n}\nmodule \"a-b\" {\n  source = \"./a//./../a-b\"\n}\n";
    rivals.file("a/main.tf", &requiring(&[("probe", PROBE, ">=1.0.0,<2,~>1")]));
    rivals.file("a-b/main.tf", "module \"sub\" {\n  source = \"../a/sub\"\n}\nresource \"aws_instance\" \"x\" {\n}\n");
    rivals.file("a/sub/main.tf", "resource \"terraform_data\" \"x\" {\n}\n");
    let root = |probe, zippy| requiring(&[("probe", PROBE, probe), ("zippy", ZIPPY, zippy)]);

    rivals.file("main.tf", &(root("!= 1.1.0", "~> 0.3.0") + modules));
    rivals.init(Upgrade::No);
    rivals.init(Upgrade::No);
    // The constraint no longer allows what is locked.
    rivals.file("main.tf", &(root("", ">= 0.4") + modules));
    rivals.init(Upgrade::No);
    rivals.init(Upgrade::Yes);
    // A fresh clone, with another constraint that allows the same.
    rivals.file("main.tf", &(root("~> 1.0, > 0.5", ">= 0.2") + modules));
    rivals.remove(".terraform");
    rivals.init(Upgrade::No);
    // Modules and a provider go, a prerelease is asked for.
    rivals.file("main.tf", &requiring(&[("probe", PROBE, "2.0.0-beta1")]));
    rivals.init(Upgrade::No);
    rivals.init(Upgrade::Yes);
    rivals.file("main.tf", &requiring(&[("probe", PROBE, "9.9")]));
    rivals.init(Upgrade::Yes);
    // Nothing is needed.
    rivals.file("main.tf", "locals {\n  a = 1\n}\n");
    rivals.init(Upgrade::No);
    // The lock file knows no checksums; then wrong ones.
    rivals.file("main.tf", &root(">= 1.0.0", "0.3.1"));
    let entry = "provider \"drform.test/dev/probe\" {\n  version = \"1.2.3\"\n}\n";
    rivals.file(".terraform.lock.hcl", entry);
    rivals.init(Upgrade::No);
    rivals.remove(".terraform");
    rivals.file(".terraform.lock.hcl", &entry.replace("\n}", "\n  hashes = [\"h1:AAAA\"]\n}"));
    rivals.init(Upgrade::No);
}
