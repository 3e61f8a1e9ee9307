use super::*;
use crate::Settings;
use crate::fixture::{Fixture, git, told};
use crate::web::served::Served;
use expect_test::expect;
use std::fs;
use std::process::Command;

/// Lines and troubles of an installation; the fixture's directory is called LAB.
fn run(fixture: &Fixture, upgrade: Upgrade) -> (String, Diagnostics) {
    let mut lines = String::new();
    let loaded = install_modules(&fixture.place(), upgrade, Purpose::Init, &crate::Loaded::plain, &mut |line| {
        lines.push_str(line);
        lines.push('\n');
    });
    (plain(fixture, &lines), loaded.diagnostics)
}

fn plain(fixture: &Fixture, text: &str) -> String {
    text.replace(fixture.path("").display().to_string().trim_end_matches('/'), "LAB")
}

fn lines(fixture: &Fixture, upgrade: Upgrade) -> String {
    let (lines, diagnostics) = run(fixture, upgrade);
    assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
    lines
}

fn troubles(fixture: &Fixture) -> String {
    let (_, diagnostics) = run(fixture, Upgrade::No);
    assert!(diagnostics.iter().all(|d| d.subject.is_some()), "each points into the configuration");
    plain(fixture, &told(&diagnostics))
}

fn call(name: &str, source: &str) -> String {
    format!("module {name:?} {{\n  source = {source:?}\n}}\n")
}

fn manifest(fixture: &Fixture) -> String {
    plain(fixture, &fixture.text("site/.terraform/modules/modules.json"))
}

/// Names in the directory of modules.
fn installed(fixture: &Fixture) -> Vec<String> {
    let entries = fs::read_dir(fixture.path("site/.terraform/modules")).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn nested_modules_once() {
    let fixture = Fixture::new("");
    let inner = fixture.repository("inner", &[("main.tf", "# inner\n")]);
    let outer = fixture.repository(
        "outer",
        &[("sub/main.tf", &(call("beside", "../other") + &call("in", &inner))), ("other/o.tf", "")],
    );
    let main = call("a", &format!("{outer}//sub")) + &call("b", &format!("{outer}//sub")) + &call("l", "./l");
    fixture.file("site/main.tf", &main);
    fixture.file("site/l/main.tf", &call("deep", &inner));
    expect![[r#"
        Initializing modules...
        - l in l
        Downloading git::file://LAB/outer for a...
        Downloading git::file://LAB/outer for b...
        Downloading git::file://LAB/inner for l.deep...
        - a in .terraform/modules/a/sub
        - a.beside in .terraform/modules/a/other
        - b in .terraform/modules/b/sub
        - b.beside in .terraform/modules/b/other
        - l.deep in .terraform/modules/l.deep
        Downloading git::file://LAB/inner for a.in...
        Downloading git::file://LAB/inner for b.in...
        - a.in in .terraform/modules/a.in
        - b.in in .terraform/modules/b.in
    "#]]
    .assert_eq(&lines(&fixture, Upgrade::No));
    assert_eq!(installed(&fixture), ["a", "a.in", "b", "b.in", "l.deep", "modules.json"]);
    let first = manifest(&fixture);

    // The second time nobody is asked and nothing is written.
    for repository in ["inner", "outer"] {
        fs::rename(fixture.path(repository), fixture.path(&format!("{repository}.away"))).unwrap();
    }
    let written = fs::metadata(fixture.path("site/.terraform/modules/modules.json")).unwrap().modified().unwrap();
    assert_eq!(lines(&fixture, Upgrade::No), "Initializing modules...\n");
    let again = fs::metadata(fixture.path("site/.terraform/modules/modules.json")).unwrap().modified().unwrap();
    assert_eq!((manifest(&fixture), again), (first, written));

    // What is not called any more is not recorded any more.
    fixture.file("site/main.tf", &call("l", "./l"));
    assert_eq!(lines(&fixture, Upgrade::No), "Initializing modules...\n");
    let expected = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"l","Source":"./l","Dir":"l"},{"Key":"l.deep","Source":"git::file://LAB/inner","Dir":".terraform/modules/l.deep"}]}"#;
    assert_eq!(manifest(&fixture), expected);
}

#[test]
fn changed_upgraded_removed() {
    let fixture = Fixture::new("");
    let source = fixture.repository("repo", &[("main.tf", "# one\n")]);
    git(&fixture.path("repo"), &["tag", "v1"]);
    fixture.file("site/main.tf", &call("a", &source));
    lines(&fixture, Upgrade::No);
    let text = || fixture.text("site/.terraform/modules/a/main.tf");
    fixture.commit("repo", &[("main.tf", "# two\n")]);
    lines(&fixture, Upgrade::No);
    assert_eq!(text(), "# one\n", "what is installed stays");
    expect![[r#"
        Upgrading modules...
        Downloading git::file://LAB/repo for a...
        - a in .terraform/modules/a
    "#]]
    .assert_eq(&lines(&fixture, Upgrade::Yes));
    assert_eq!(text(), "# two\n");
    fixture.file("site/main.tf", &call("a", &format!("{source}?ref=v1")));
    assert!(lines(&fixture, Upgrade::No).contains("repo?ref=v1 for a..."));
    assert_eq!(text(), "# one\n");
    fs::remove_dir_all(fixture.path("site/.terraform/modules/a")).unwrap();
    assert!(lines(&fixture, Upgrade::No).contains("Downloading"));
    assert_eq!(text(), "# one\n");

    // A failure takes nothing away from the others, and what came down once does not come again.
    let other = fixture.repository("other", &[("main.tf", "")]);
    fixture
        .file("site/main.tf", &(call("a", &source) + &call("gone", "git::file:///nowhere.git") + &call("o", &other)));
    let (said, diagnostics) = run(&fixture, Upgrade::No);
    assert!(said.contains("- o in .terraform/modules/o"), "{said}");
    assert_eq!(diagnostics.iter().map(|d| d.summary.as_str()).collect::<Vec<_>>(), ["Failed to download module"]);
    assert_eq!(text(), "# two\n");
    fixture.file("site/main.tf", &(call("a", &source) + &call("o", &other)));
    assert_eq!(lines(&fixture, Upgrade::No), "Initializing modules...\n");
}

/// A run that was killed left a half package and no record; the next one makes it whole and tidies up.
#[test]
fn after_a_kill() {
    let fixture = Fixture::new("");
    let source = fixture.repository("repo", &[("main.tf", "# whole\n")]);
    fixture.file("site/main.tf", &call("a", &source));
    fixture.file("site/.terraform/modules/a/half.tf", "module {");
    fixture.file("site/.terraform/modules/.fetch-xyz/package/x.tf", "");
    lines(&fixture, Upgrade::No);
    assert_eq!(installed(&fixture), ["a", "modules.json"]);
    assert!(!fixture.path("site/.terraform/modules/a/half.tf").exists());
    // A manifest that nobody can read is made anew.
    fixture.file("site/.terraform/modules/modules.json", "{");
    assert!(lines(&fixture, Upgrade::No).contains("Downloading"));
    assert!(manifest(&fixture).starts_with(r#"{"Modules":[{"Key":"""#));
}

#[test]
fn mistakes_point_at_the_source() {
    let fixture = Fixture::new("");
    let source = fixture.repository("repo", &[("sub/main.tf", "")]);
    let main = call("dir", &format!("{source}//nowhere"))
        + &call("nonsense", "vpc")
        + &call("secret", "git::http://me:s3cr3tpw@127.0.0.1:9/r.git");
    fixture.file("site/main.tf", &main);
    // A wrong configuration is not downloaded for.
    expect![[r#"
        Error: Invalid module source address
        "vpc" is neither a path, nor a module of a registry, nor an address.
        => For a path write "./vpc"; for a repository put git:: in front (git::https://…).
    "#]]
    .assert_eq(&troubles(&fixture));
    fixture.file("site/main.tf", &main.replace("\"vpc\"", "\"./l\""));
    fixture.file("site/l/main.tf", &call("self", &source));
    fixture.commit("repo", &[("main.tf", &call("me", &source))]);
    let told = troubles(&fixture);
    assert!(told.contains("Error: Unreadable module subdirectory\nmodule.dir comes from git::file://LAB/repo//nowhere. The package has no directory \"nowhere\".\n=> The package has the directories sub.\n"), "{told}");
    assert!(told.contains("Error: Module calls itself\nmodule.nonsense.module.self.module.me would call modules without end: module.nonsense.module.self, which leads to it, comes from the same address (git::file://LAB/repo)."), "{told}");
    assert!(told.contains("http://me:***@127.0.0.1:9/r.git") && !told.contains("s3cr3t"), "{told}");
    // The line with the password is not shown either: the block's header is underlined.
    let (_, diagnostics) = run(&fixture, Upgrade::No);
    let secret = diagnostics.iter().find(|d| d.detail.contains("127.0.0.1")).unwrap().subject.clone().unwrap();
    assert!(main.replace("\"vpc\"", "\"./l\"")[secret.start as usize..].starts_with("module \"secret\""));

    let versioned = "module \"v\" {\n  source = \"./l\"\n  version = \"1.0\"\n}\n";
    fixture.file("site/main.tf", versioned);
    fixture.file("site/l/main.tf", "");
    assert!(troubles(&fixture).starts_with("Error: Invalid version constraint\nModule \"v\" cannot have a version"));
}

/// `mods.example` on loopback; packages are archives with one directory.
fn registry() -> (Served, Fixture) {
    let served = Served::start();
    let fixture = Fixture::new("");
    fixture.cli(&format!(
        "host \"mods.example\" {{\n  services = {{ \"modules.v1\" = \"{}\" }}\n}}\n",
        served.url("/api/")
    ));
    let list = br#"{"modules":[{"versions":[{"version":"1.0.0"},{"version":"1.1.0"},{"version":"2.0.0"},{"version":"3.0.0-rc1"}]}]}"#;
    served.give("/api/ns/net/aws/versions", 200, &[], list);
    for version in ["1.0.0", "1.1.0", "2.0.0", "3.0.0-rc1"] {
        // Terraform 1.11.4 does not read a star that more follows.
        let inside = if version == "2.0.0" { "*" } else { "net-x" };
        let location = format!("/pkg-{version}//{inside}?archive=tar.gz");
        served.give(&format!("/api/ns/net/aws/{version}/download"), 204, &[("X-Terraform-Get", &location)], b"");
        let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for name in ["net-x/main.tf", "net-x/modules/sub/main.tf"] {
            let mut header = tar::Header::new_gnu();
            let text = format!("# {version}\n");
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        served.give(&format!("/pkg-{version}"), 200, &[], &tar.into_inner().unwrap().finish().unwrap());
    }
    (served, fixture)
}

fn versioned(version: &str) -> String {
    format!("module \"net\" {{\n  source  = \"mods.example/ns/net/aws//modules/sub\"\n  version = {version:?}\n}}\n")
}

#[test]
fn versions_of_a_registry() {
    let (served, fixture) = registry();
    fixture.file("site/main.tf", &versioned("~> 1.0"));
    expect![[r#"
        Initializing modules...
        Downloading mods.example/ns/net/aws 1.1.0 for net...
        - net in .terraform/modules/net/net-x/modules/sub
    "#]]
    .assert_eq(&lines(&fixture, Upgrade::No));
    let expected = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"net","Source":"mods.example/ns/net/aws//modules/sub","Version":"1.1.0","Dir":".terraform/modules/net/net-x/modules/sub"}]}"#;
    assert_eq!(manifest(&fixture), expected);
    served.asked();
    lines(&fixture, Upgrade::No);
    assert_eq!(served.asked(), [""; 0]);
    for (constraint, version) in
        [("1.0.0", "1.0.0"), ("> 1.0", "2.0.0"), ("3.0.0-rc1", "3.0.0-rc1"), ("!= 3.0", "2.0.0")]
    {
        fixture.file("site/main.tf", &versioned(constraint));
        let tree = fixture.tree();
        let place = fixture.place();
        let troubles = check_module_versions(&place.dir, &place.data_dir, &tree);
        let changed = manifest(&fixture).contains(&format!("\"{version}\""));
        assert_eq!(troubles.has_errors(), !changed, "{constraint}: plan says that init is needed");
        lines(&fixture, Upgrade::No);
        let text = fixture.text("site/.terraform/modules/net/net-x/modules/sub/main.tf");
        assert_eq!(text, format!("# {version}\n"), "{constraint}");
    }
    fixture.file("site/main.tf", &versioned("~> 4.0"));
    expect![[r#"
        Error: Unresolvable module version constraint
        mods.example/ns/net/aws has no version that ~> 4.0 allows; there are 3.0.0-rc1, 2.0.0, 1.1.0, 1.0.0.
        => Correct the version constraint; a prerelease is taken only when it is named exactly.
    "#]]
    .assert_eq(&troubles(&fixture));
    fixture.file("site/main.tf", &call("other", "mods.example/ns/other/aws"));
    expect![[r#"
        Error: Module not found
        module.other comes from mods.example/ns/other/aws. The registry mods.example has no module mods.example/ns/other/aws.
        => Check namespace, name and system of the source; a path begins with ./.
    "#]]
    .assert_eq(&troubles(&fixture));
}

/// Many at once: each address is fetched once, whatever the order.
#[test]
fn many_calls_of_few_packages() {
    let (served, fixture) = registry();
    let calls: String = (0..30)
        .map(|i| versioned(if i % 2 == 0 { "1.0.0" } else { "2.0.0" }).replace("\"net\"", &format!("\"n{i}\"")))
        .collect();
    fixture.file("site/main.tf", &calls);
    lines(&fixture, Upgrade::No);
    let asked = served.asked();
    let of = |path: &str| asked.iter().filter(|asked| asked.starts_with(path)).count();
    assert_eq!((of("/pkg-1.0.0"), of("/pkg-2.0.0"), of("/api/ns/net/aws/versions")), (1, 1, 1), "{asked:?}");
    assert_eq!(installed(&fixture).len(), 31);
    for i in 0..30 {
        let text = fixture.text(&format!("site/.terraform/modules/n{i}/net-x/modules/sub/main.tf"));
        assert_eq!(text, if i % 2 == 0 { "# 1.0.0\n" } else { "# 2.0.0\n" });
    }
}

/// A directory that one tool prepared is prepared for the other, and both leave the same manifest.
#[test]
fn beside_terraform() {
    let there = Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").output();
    if !there.is_ok_and(|output| output.status.success()) {
        return;
    }
    let (_served, fixture) = registry();
    let repository = fixture.repository("repo", &[("sub/main.tf", &call("up", "../other")), ("other/o.tf", "")]);
    git(&fixture.path("repo"), &["checkout", "-qb", "a/b"]);
    let main = versioned("~> 1.0")
        + &call("git", &format!("{repository}//sub?ref=a/b"))
        + &call("abs", &fixture.path("abs").display().to_string())
        + &call("l", "./l/../l");
    let terraform = |dir: &str, arguments: &[&str]| {
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(fixture.path(dir)).env("CHECKPOINT_DISABLE", "1");
        command.env("TF_CLI_CONFIG_FILE", fixture.path("terraformrc")).env_remove("TF_DATA_DIR");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    fixture.file("abs/main.tf", "");
    for dir in ["site", "theirs"] {
        fixture.file(&format!("{dir}/main.tf"), &main);
        fixture.file(&format!("{dir}/l/main.tf"), &call("deep", &repository));
    }
    fixture.commit("repo", &[("main.tf", "")]);
    lines(&fixture, Upgrade::No);
    terraform("theirs", &["init", "-input=false"]);
    let theirs = plain(&fixture, &fixture.text("theirs/.terraform/modules/modules.json"));
    assert_eq!(manifest(&fixture), theirs);
    // Each takes over from the other without a download.
    fs::rename(fixture.path("repo"), fixture.path("away")).unwrap();
    let said = terraform("site", &["init", "-input=false"]);
    assert!(!said.contains("Downloading"), "{said}");
    terraform("site", &["validate"]);
    assert_eq!(manifest(&fixture), theirs);
    let place = fixture.place_in("theirs");
    let mut said = String::new();
    let loaded =
        install_modules(&place, Upgrade::No, Purpose::Get, &crate::Loaded::plain, &mut |line| said.push_str(line));
    assert!(!loaded.diagnostics.has_errors(), "{}", told(&loaded.diagnostics));
    assert_eq!(said, "");
}

/// A registry that is found by asking its host, as most are; what it serves lies there too.
#[test]
fn a_registry_with_a_certificate_of_its_own() {
    let (served, pem) = Served::secure("127.0.0.1");
    let host = served.host();
    served.give("/.well-known/terraform.json", 200, &[], br#"{"modules.v1":"/api/modules/"}"#);
    served.give("/api/modules/ns/net/aws/versions", 200, &[], br#"{"modules":[{"versions":[{"version":"1.2.0"}]}]}"#);
    served.give("/api/modules/ns/net/aws/1.2.0/download", 204, &[("X-Terraform-Get", "/net.tgz//top-1")], b"");
    served.give("/net.tgz", 200, &[], &crate::fetch::tests::packed("# from the registry\n"));
    let fixture = Fixture::new("");
    fixture.file("site/main.tf", &call("net", &format!("{host}/ns/net/aws")));
    fixture.cli(&format!("credentials {host:?} {{\n  token = \"t0ken\"\n}}\n"));
    let trusting =
        |pem: &str| Settings { certificates: Some(fixture.file("trusted.pem", pem)), ..fixture.place().settings };
    let install = |settings: Settings| {
        let place = Place { settings, ..fixture.place() };
        let load = &crate::Loaded::plain;
        told(&install_modules(&place, Upgrade::No, Purpose::Init, load, &mut |_| {}).diagnostics).replace(&host, "HOST")
    };

    // Nobody has signed it, it is another's, it is for another name.
    let (_, others) = Served::secure("127.0.0.1");
    let (elsewhere, named) = Served::secure("mods.example");
    let unsigned = install(Settings { certificates: None, ..trusting(&pem) });
    expect![[r#"
        Error: Error accessing remote module registry
        module.net comes from HOST/ns/net/aws. The registry HOST cannot be reached: its certificate is refused: nobody who is trusted has signed it.
        => Check that this is the host that you mean. Certificates of your own authority stand in a file that the environment variable SSL_CERT_FILE names.
    "#]].assert_eq(&unsigned);
    assert_eq!(install(trusting(&others)), unsigned);
    assert_eq!(served.asked(), Vec::<String>::new(), "no token leaves");
    fixture.file("site/main.tf", &call("net", &format!("{}/ns/net/aws", elsewhere.host())));
    expect![[r#"
        Error: Error accessing remote module registry
        module.net comes from HOST/ns/net/aws. The registry HOST cannot be reached: its certificate is refused: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("mods.example").
        => Check that this is the host that you mean. Certificates of your own authority stand in a file that the environment variable SSL_CERT_FILE names.
    "#]].assert_eq(&install(trusting(&named)).replace(&elsewhere.host(), "HOST"));

    fixture.file("site/main.tf", &call("net", &format!("{host}/ns/net/aws")));
    assert_eq!(install(trusting(&pem)), "");
    assert_eq!(fixture.text("site/.terraform/modules/net/top-1/main.tf"), "# from the registry\n");
    let asked = [
        "/.well-known/terraform.json",
        "/api/modules/ns/net/aws/versions",
        "/api/modules/ns/net/aws/1.2.0/download",
        "/net.tgz",
    ];
    assert_eq!(served.asked(), asked.map(|path| format!("{path} [Bearer t0ken]")));
}
