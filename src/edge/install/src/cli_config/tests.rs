use super::*;
use crate::fixture::{Fixture, provider};
use expect_test::{Expect, expect};

fn check(text: &str, expect: Expect) {
    let mut config = CliConfig::default();
    let mut diagnostics = Diagnostics::new();
    let settings = Settings { home: Some("/home/me".into()), ..Settings::default() };
    config.add("rc".into(), text.into(), &settings, &mut diagnostics);
    let mut shown = String::new();
    for (provider, dir) in &config.dev_overrides {
        shown.push_str(&format!("override {} {}\n", provider.short(), dir.display()));
    }
    let texts = |patterns: &[Pattern]| patterns.iter().map(|p| p.parts.join("/")).collect::<Vec<_>>().join(" ");
    for method in config.methods.iter().flatten() {
        shown.push_str(&format!("{:?} +[{}] -[{}]\n", method.origin, texts(&method.include), texts(&method.exclude)));
    }
    if let Some(cache) = config.plugin_cache_dir {
        shown.push_str(&format!("cache {}\n", cache.display()));
    }
    for diagnostic in &diagnostics.into_iter().collect::<Vec<_>>() {
        shown.push_str(&format!("{:?} {}\n", diagnostic.severity, diagnostic.detail));
    }
    expect.assert_eq(&shown);
}

#[test]
fn as_people_write_it() {
    check(
        r#"
            # comment
            plugin_cache_dir   = "$HOME/.terraform.d/plugin-cache"
            disable_checkpoint = true
            credentials "app.terraform.io" {
              token = "x.y" // comment
            }
            provider_installation {
              /* first */
              dev_overrides {
                "hashicorp/aws" = "/build/aws", "example.com/A/b" = "C:\\build"
              }
              filesystem_mirror {
                path    = "/usr/share/terraform/providers"
                include = ["example.com/*/*", "hashicorp/*",]
              }
              network_mirror { url = "https://mirror.example.com/" }
              direct { exclude = ["example.com/*/*"] }
            }
        "#,
        expect![[r#"
            override hashicorp/aws /build/aws
            override example.com/a/b C:\build
            FilesystemMirror("/usr/share/terraform/providers") +[example.com/*/* registry.terraform.io/hashicorp/*] -[]
            NetworkMirror("https://mirror.example.com/") +[] -[]
            Direct +[] -[example.com/*/*]
            cache /home/me/.terraform.d/plugin-cache
        "#]],
    );
    check(
        "provider_installation = { direct = {} }\nplugin_cache_dir = \"${HOME}/c\"",
        expect![[r#"
        Direct +[] -[]
        cache /home/me/c
    "#]],
    );
    check("host \"a\" { services = { \"modules.v1\" = \"https://x/\", n = [1, [\"a\"]] } }", expect![""]);
    check("provider_installation {}", expect![""]);
    check("", expect![""]);
}

#[test]
fn mistakes() {
    check(
        "provider_installation { magic {} filesystem_mirror {} a = 1 }",
        expect![[r#"
        Error rc: Unknown provider installation method "magic".
        Error rc: The filesystem_mirror block needs the argument path.
        Error rc: The items of a provider_installation block must be blocks.
    "#]],
    );
    check(
        "provider_installation { direct { include = \"x\" } dev_overrides { \"a/b/c/d\" = \"/x\" } }",
        expect![[r#"
        Direct +[] -[]
        Error rc: include must be a list of provider addresses, with * for any part.
        Error rc: An entry of dev_overrides must be a provider address and a directory.
    "#]],
    );
    check(
        "provider_installation {}\nprovider_installation {}",
        expect![[r#"
        Error rc: There is more than one provider_installation block.
    "#]],
    );
    check(
        "a = 1\nb {\n  c = \n}",
        expect![[r#"
        Error rc, line 4: a value is expected here.
    "#]],
    );
    check(
        "b {",
        expect![[r#"
        Error rc, line 1: the closing brace of the block is expected here.
    "#]],
    );
    check(
        "= 2",
        expect![[r#"
        Error rc, line 1: a name, then = and a value, or a block in braces is expected here.
    "#]],
    );
    // However deep, there is an answer.
    let deep = format!("{}{}", "a {".repeat(10_000), "}".repeat(10_000));
    let mut diagnostics = Diagnostics::new();
    CliConfig::default().add("rc".into(), deep.into(), &Settings::default(), &mut diagnostics);
    assert!(diagnostics.has_errors());
}

#[test]
fn patterns_choose() {
    for (pattern, yes, no) in [
        ("*/*/*", "hashicorp/aws example.com/a/b", ""),
        ("*/*", "hashicorp/aws a/b registry.opentofu.org/a/b", "example.com/a/b"),
        ("hashicorp/*", "hashicorp/aws registry.opentofu.org/hashicorp/aws", "a/aws example.com/hashicorp/aws"),
        ("example.com/*/*", "example.com/a/b", "a/b"),
        ("aws", "hashicorp/aws", "hashicorp/google"),
    ] {
        let parsed = Pattern::parse(pattern).unwrap();
        for text in yes.split(' ').filter(|t| !t.is_empty()) {
            assert!(parsed.matches(&provider(text)), "{pattern}: {text}");
        }
        for text in no.split(' ').filter(|t| !t.is_empty()) {
            assert!(!parsed.matches(&provider(text)), "{pattern}: {text}");
        }
    }
    for text in ["", "a//b", "a/b/c/d"] {
        assert!(Pattern::parse(text).is_none(), "{text}");
    }
}

#[test]
fn which_files() {
    let fixture = Fixture::new("");
    fixture.file("home/.terraformrc", "plugin_cache_dir = \"/a\"");
    fixture.file("home/.tofurc", "plugin_cache_dir = \"/never\"");
    fixture.file("home/.terraform.d/x.tfrc", "provider_installation { direct {} }");
    let mut settings = Settings { home: Some(fixture.path("home")), ..Settings::default() };
    let (config, diagnostics) = read(&settings);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(config.plugin_cache_dir, Some("/a".into()));
    assert!(config.methods.is_some());
    settings.cli_config_file = Some(fixture.file("mine", ""));
    settings.plugin_cache_dir = Some("/b".into());
    let (config, _) = read(&settings);
    assert_eq!(config, CliConfig { plugin_cache_dir: Some("/b".into()), ..CliConfig::default() });
    let place = crate::Place { settings: settings.clone(), ..fixture.place() };
    fixture.file("site/.terraform.lock.hcl", "# lock");
    let names: Vec<String> = crate::pointed_files(&place).iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names, [".terraform.lock.hcl".to_string(), fixture.path("mine").display().to_string()]);
    settings.cli_config_file = Some(fixture.path("missing"));
    let (_, diagnostics) = read(&settings);
    assert_eq!(
        diagnostics.iter().map(|d| d.summary.as_str()).collect::<Vec<_>>(),
        ["Unable to open CLI configuration file"]
    );
    assert!(!diagnostics.has_errors());
}
