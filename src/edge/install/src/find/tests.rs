use super::*;
use crate::Upgrade;
use crate::fixture::{Fixture, init, provider, requiring, told};
use expect_test::{Expect, expect};

const PROBE: &str = "drform.test/dev/probe";

fn check(fixture: &Fixture, place: &Place, name: &str, expect: Expect) {
    let directory = format!("{}/", fixture.path("").display());
    let told = match find_provider(place, &fixture.tree(), &provider(name)) {
        Ok(binary) => {
            let version = binary.version.map_or_else(|| "-".to_string(), |version| version.to_string());
            format!(
                "{:?} {} {version} {}\n",
                binary.how,
                binary.path.display(),
                binary.reattach.as_deref().unwrap_or("-")
            )
        }
        Err(diagnostic) => {
            let line = diagnostic.subject.as_ref().map(|range| format!("{}:{}", range.file, range.start));
            format!("{}at {}\n", told(&diagnostic.into()), line.as_deref().unwrap_or("-"))
        }
    };
    expect.assert_eq(
        &told.replace(directory.trim_end_matches('/').trim_end_matches("//"), "LAB").replace(&platform(), "OS_ARCH"),
    );
}

fn installed_probe() -> Fixture {
    let fixture = Fixture::new(&requiring(&[("probe", PROBE, "~> 1.0")]));
    fixture.unpacked(PROBE, "1.2.3");
    let (_, diagnostics) = init(&fixture.place(), Upgrade::No);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    fixture
}

#[test]
fn installed() {
    let fixture = installed_probe();
    check(
        &fixture,
        &fixture.place(),
        PROBE,
        expect![[r#"
        Installed LAB/site/.terraform/providers/drform.test/dev/probe/1.2.3/OS_ARCH/terraform-provider-probe_v1.2.3 1.2.3 -
    "#]],
    );
    assert!(!is_overridden(&fixture.place(), &provider(PROBE)));
}

#[test]
fn changed_after_installation() {
    let fixture = installed_probe();
    fixture.file(&format!("mirror/{PROBE}/1.2.3/{}/README.md", platform()), "Changed.\n");
    check(
        &fixture,
        &fixture.place(),
        PROBE,
        expect![[r#"
            Error: Provider package does not match the lock file
            The package of drform.test/dev/probe 1.2.3 in LAB/site/.terraform/providers/drform.test/dev/probe/1.2.3/OS_ARCH does not match any of the checksums recorded in .terraform.lock.hcl: it was changed after it was installed, or the lock file was written for another platform.
            => Remove that directory and run drform init. If the checksums of OS_ARCH are missing in the lock file, run terraform providers lock -platform=OS_ARCH where the packages can be downloaded.
            at main.tf:104
        "#]],
    );
}

#[test]
fn gone_or_asked_for_otherwise() {
    let fixture = installed_probe();
    std::fs::remove_dir_all(fixture.path("site/.terraform")).unwrap();
    check(
        &fixture,
        &fixture.place(),
        PROBE,
        expect![[r#"
            Error: Required plugins are not installed
            There is no package of drform.test/dev/probe 1.2.3 for OS_ARCH in LAB/site/.terraform/providers.
            => Run drform init.
            at main.tf:104
        "#]],
    );
    fixture.file("site/main.tf", &requiring(&[("probe", PROBE, "~> 2.0")]));
    check(
        &fixture,
        &fixture.place(),
        PROBE,
        expect![[r#"
            Error: Inconsistent dependency lock file
            drform.test/dev/probe: locked version selection 1.2.3 doesn't match the updated version constraints "~> 2.0".
            => Run drform init -upgrade to choose a version that matches.
            at main.tf:104
        "#]],
    );
    fixture.file("site/main.tf", &requiring(&[("probe", PROBE, "two")]));
    check(
        &fixture,
        &fixture.place(),
        PROBE,
        expect![[r#"
            Error: Invalid version constraint
            This string does not use correct version constraint syntax: "two" is not a version such as 1.2.3.
            => Write constraints such as "~> 1.2" or ">= 1.0.0, < 2.0.0".
            at main.tf:104
        "#]],
    );
}

#[test]
fn never_installed() {
    let fixture = Fixture::new(&requiring(&[("probe", PROBE, "~> 1.0"), ("aws", "drform/aws", "")]));
    fixture.unpacked(PROBE, "1.2.3");
    fixture.unpacked(PROBE, "1.10.0");
    check(
        &fixture,
        &fixture.place(),
        PROBE,
        expect![[r#"
            Error: Provider is not installed
            Provider drform.test/dev/probe is required and no version of it has been chosen. Looked at:
              - .terraform.lock.hcl: no provider is locked
              - LAB/mirror: 1.10.0, 1.2.3
            => Run drform init. It takes packages from file system mirrors; to have them downloaded, run terraform init.
            at main.tf:104
        "#]],
    );
    check(
        &fixture,
        &fixture.place(),
        "drform/aws",
        expect![[r#"
        Error: Provider is not installed
        Provider drform/aws is required and no version of it has been chosen. Looked at:
          - .terraform.lock.hcl: no provider is locked
          - LAB/bin: no terraform-provider-aws
          - LAB/mirror: nothing for this platform
        => Run drform init. It takes packages from file system mirrors; to have them downloaded, run terraform init.
        at main.tf:123
    "#]],
    );
    check(
        &fixture,
        &fixture.place(),
        "a/b",
        expect![[r#"
        Error: Provider is not installed
        Provider a/b is required and no version of it has been chosen. Looked at:
          - .terraform.lock.hcl: no provider is locked
          - LAB/mirror: nothing for this platform
        => Run drform init. It takes packages from file system mirrors; to have them downloaded, run terraform init.
        at -
    "#]],
    );
}

#[test]
fn our_own() {
    let fixture = Fixture::new(&requiring(&[("aws", "drform/aws", ""), ("google", "drform/google", ">= 9.0.0")]));
    fixture.executable("bin/terraform-provider-aws", "");
    fixture.executable("bin/terraform-provider-google", "");
    let binary = find_provider(&fixture.place(), &fixture.tree(), &provider("drform/aws")).unwrap();
    assert_eq!((binary.how, binary.path), (How::Own, fixture.path("bin/terraform-provider-aws")));
    assert_eq!(binary.version.unwrap().to_string(), env!("CARGO_PKG_VERSION"));
    let error = find_provider(&fixture.place(), &fixture.tree(), &provider("drform/google")).unwrap_err();
    assert!(error.detail.ends_with("the configuration asks for >= 9.0.0."), "{}", error.detail);
    // Somebody else locked a package of it, which is not here.
    fixture.file(
        "site/.terraform.lock.hcl",
        "provider \"registry.terraform.io/drform/aws\" {\n  version = \"0.0.1\"\n}\n",
    );
    let binary = find_provider(&fixture.place(), &fixture.tree(), &provider("drform/aws")).unwrap();
    assert_eq!(binary.how, How::Own);
    fixture.file("site/main.tf", &requiring(&[("aws", "drform/aws", "")]));
    let (lines, diagnostics) = init(&fixture.place(), Upgrade::No);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    assert_eq!(lines.last().unwrap(), "- drform/aws comes with drform");
    // Somebody else's provider of that type is not ours.
    assert!(find_provider(&fixture.place(), &fixture.tree(), &provider("hashicorp/aws")).is_err());
}

#[test]
fn overridden_for_development() {
    let fixture = installed_probe();
    fixture.executable("build/terraform-provider-probe", "");
    let mut place = fixture.place();
    let cli = |dir: &str| {
        fixture.cli(&format!(
            "provider_installation {{\n dev_overrides {{\n \"{PROBE}\" = {:?}\n }}\n direct {{}}\n}}\n",
            fixture.path(dir)
        ));
    };
    cli("build");
    assert!(is_overridden(&place, &provider(PROBE)));
    check(
        &fixture,
        &place,
        PROBE,
        expect![[r#"
        DevOverride LAB/build/terraform-provider-probe - -
    "#]],
    );
    assert!(overrides_in_effect(&place).unwrap().detail.contains("- drform.test/dev/probe in "));
    cli("build/terraform-provider-probe");
    check(
        &fixture,
        &place,
        PROBE,
        expect![[r#"
        DevOverride LAB/build/terraform-provider-probe - -
    "#]],
    );
    cli("site");
    check(
        &fixture,
        &place,
        PROBE,
        expect![[r#"
        Error: Failed to load provider override
        dev_overrides has LAB/site for drform.test/dev/probe: there is no terraform-provider-probe* in it.
        => Build the provider into that directory, or take the entry out of the CLI configuration.
        at -
    "#]],
    );
    // A process that runs already wins over everything.
    place.settings.reattach_providers = Some(format!("{{\"{PROBE}\":{{}}}}").into());
    assert!(is_overridden(&place, &provider(PROBE)));
    check(
        &fixture,
        &place,
        PROBE,
        expect![[r#"
        Reattach  - {"drform.test/dev/probe":{}}
    "#]],
    );
    assert!(!is_overridden(&place, &provider("hashicorp/aws")));
    place.settings.reattach_providers = Some("{".into());
    assert!(
        find_provider(&place, &fixture.tree(), &provider(PROBE)).unwrap_err().summary.contains("TF_REATTACH_PROVIDERS")
    );
}

#[test]
fn the_other_public_registry() {
    let fixture = Fixture::new(&requiring(&[("aws", "hashicorp/aws", "")]));
    fixture.packed("registry.opentofu.org/hashicorp/aws", "6.0.0");
    let (_, diagnostics) = init(&fixture.place(), Upgrade::No);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    assert!(fixture.text("site/.terraform.lock.hcl").contains("provider \"registry.opentofu.org/hashicorp/aws\" {"));
    check(
        &fixture,
        &fixture.place(),
        "hashicorp/aws",
        expect![[r#"
        Installed LAB/site/.terraform/providers/registry.opentofu.org/hashicorp/aws/6.0.0/OS_ARCH/terraform-provider-aws_v6.0.0 6.0.0 -
    "#]],
    );
}
