use super::*;
use crate::fixture::Fixture;
use crate::source::{self, Source};
use crate::web::served::Served;
use crate::{Secret, Settings, cli_config};

fn module(text: &str) -> RegistryModule {
    match source::parse(text).unwrap() {
        Source::Registry(module) => module,
        other => panic!("{other:?}"),
    }
}

/// A host of which the CLI configuration says that its registry is on loopback.
fn config(served: &Served, more: &str) -> (Fixture, CliConfig) {
    let fixture = Fixture::new("");
    let services = format!("services = {{ \"modules.v1\" = \"{}\" }}", served.url("/api/"));
    fixture.cli(&format!("host \"mods.example\" {{\n  {services}\n}}\n{more}"));
    let (config, troubles) = cli_config::read(&fixture.place().settings);
    assert!(troubles.is_empty(), "{troubles:#?}");
    (fixture, config)
}

#[test]
fn versions_and_locations() {
    let served = Served::start();
    let (_fixture, config) = config(&served, "");
    let list = br#"{"modules":[{"source":"x","versions":[{"version":"1.0.0"},{"version":"1.10.0"},{"version":"v1.9.0"},
        {"version":"2.0.0-beta1"},{"version":"not one"}]}]}"#;
    served.give("/api/ns/name/aws/versions", 200, &[], list);
    served.give("/api/ns/name/aws/1.0.0/download", 204, &[("X-Terraform-Get", "../pkg.tgz//sub")], b"");
    served.give("/api/ns/name/aws/1.9.0/download", 200, &[], br#"{"location":"https://other.example/m.zip"}"#);
    served.give("/api/ns/name/aws/1.10.0/download", 204, &[], b"");
    let fetcher = Fetcher::new(&Settings::default());
    let registries = Registries::new(&fetcher, &config);
    let wanted = module("mods.example/ns/name/aws");
    let versions = registries.versions(&wanted).unwrap();
    let texts: Vec<String> = versions.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["2.0.0-beta1", "1.10.0", "1.9.0", "1.0.0"]);
    registries.versions(&wanted).unwrap();
    assert_eq!(served.asked(), ["/api/ns/name/aws/versions"], "asked once");
    let location = |text: &str| registries.location(&wanted, &Version::parse(text).unwrap());
    assert_eq!(location("1.0.0"), Ok(served.url("/api/ns/name/aws/pkg.tgz//sub")));
    assert_eq!(location("1.9.0"), Ok("https://other.example/m.zip".to_string()));
    assert!(location("1.10.0").unwrap_err().why.contains("does not tell where"));
    assert!(location("3.0.0").unwrap_err().why.contains("has no package of mods.example/ns/name/aws 3.0.0"));

    let unknown = registries.versions(&module("mods.example/ns/other/aws")).unwrap_err();
    assert_eq!(unknown.why, "The registry mods.example has no module mods.example/ns/other/aws.");
    served.give("/api/ns/empty/aws/versions", 200, &[], br#"{"modules":[{"versions":[]}]}"#);
    assert!(registries.versions(&module("mods.example/ns/empty/aws")).unwrap_err().why.contains("the list is empty"));
    served.give("/api/ns/odd/aws/versions", 200, &[], b"<html>");
    assert!(registries.versions(&module("mods.example/ns/odd/aws")).unwrap_err().why.contains("lists no versions"));
}

#[test]
fn tokens() {
    let served = Served::start();
    let (fixture, config) = config(&served, "credentials \"mods.example\" {\n  token = \"from-file\"\n}\n");
    served.give("/api/ns/name/aws/versions", 401, &[], b"");
    let ask = |settings: &Settings, config: &CliConfig| {
        let fetcher = Fetcher::new(settings);
        let failure = Registries::new(&fetcher, config).versions(&module("mods.example/ns/name/aws")).unwrap_err();
        assert!(failure.next.contains("TF_TOKEN_mods_example"), "{}", failure.next);
        served.asked().pop().unwrap()
    };
    let plain = Settings::default();
    assert_eq!(ask(&plain, &config), "/api/ns/name/aws/versions [Bearer from-file]");
    let tokens = vec![
        ("other_example".to_string(), Secret::new("x")),
        ("MODS_example".to_string(), Secret::new("from-variable")),
    ];
    assert_eq!(ask(&Settings { tokens, ..plain }, &config), "/api/ns/name/aws/versions [Bearer from-variable]");
    assert_eq!(host_of_variable("my__registry_example_com"), "my-registry.example.com");

    // What `terraform login` wrote.
    fixture
        .file("home/.terraform.d/credentials.tfrc.json", r#"{"credentials":{"Mods.Example":{"token":"from-login"}}}"#);
    fixture.file(
        "home/.terraformrc",
        &format!("host \"mods.example\" {{\n services {{ \"modules.v1\" = \"{}\" }}\n}}", served.url("/api")),
    );
    let settings = Settings { home: Some(fixture.path("home")), ..Settings::default() };
    let (config, _) = cli_config::read(&settings);
    assert!(!format!("{config:?}").contains("from-login"), "tokens are not shown");
    assert_eq!(ask(&settings, &config), "/api/ns/name/aws/versions [Bearer from-login]");
}

#[test]
fn hosts_without_a_registry() {
    let served = Served::start();
    let (_fixture, config) = config(&served, "host \"half.example\" {\n  services = {}\n}\n");
    let fetcher = Fetcher::new(&Settings::default());
    let registries = Registries::new(&fetcher, &config);
    let failure = registries.versions(&module("half.example/ns/name/aws")).unwrap_err();
    assert!(failure.why.contains("does not name the service modules.v1"), "{}", failure.why);
    let failure = registries.versions(&module("127.0.0.1:9/ns/name/aws")).unwrap_err();
    assert_eq!(failure.why, "The registry 127.0.0.1:9 cannot be reached: connection refused.");
}

/// A program that is asked for what nobody else knows, once a host.
#[test]
fn helpers() {
    let served = Served::start();
    let (fixture, _) = config(&served, "");
    // The shell by another name: a program that has just been written may be busy.
    let answer = |does: &str| {
        fixture.file("ring.sh", &format!("echo \"$@\" >> {}\n{does}\n", fixture.path("asked").display()));
    };
    fixture.executable("home/.terraform.d/plugins/terraform-credentials-ring_v1.9.0", "#!/bin/sh\nexit 9\n");
    fixture.executable("home/.terraform.d/plugins/terraform-credentials-ringer", "#!/bin/sh\nexit 9\n");
    let newest = fixture.path("home/.terraform.d/plugins/terraform-credentials-ring_v1.10.0");
    std::os::unix::fs::symlink("/bin/sh", newest).unwrap();
    answer("echo '{\"token\": \"from-ring\"}'");
    let script = fixture.path("ring.sh");
    let block = &format!("credentials_helper \"ring\" {{\n  args = [{script:?}, \"--in\", \"my ring\"]\n}}\n");
    let settings = Settings { home: Some(fixture.path("home")), ..fixture.place().settings };
    let hosts = format!("host \"mods.example\" {{\n services {{ \"modules.v1\" = \"{}\" }}\n}}\n", served.url("/api"));
    let read = |more: &str| {
        fixture.cli(&format!("{hosts}{more}"));
        cli_config::read(&settings)
    };
    let list = br#"{"modules":[{"versions":[{"version":"1.0.0"}]}]}"#;
    served.give("/api/ns/name/aws/versions", 200, &[], list);
    served.give("/api/ns/name/aws/1.0.0/download", 204, &[("X-Terraform-Get", "/m.tgz")], b"");
    let ask = |settings: &Settings, config: &CliConfig| {
        let fetcher = Fetcher::new(settings);
        let registries = Registries::new(&fetcher, config);
        let wanted = module("mods.example/ns/name/aws");
        registries.versions(&wanted)?;
        registries.location(&wanted, &Version::parse("1.0.0").unwrap()).map(|_| served.asked())
    };
    let paths = ["/api/ns/name/aws/versions", "/api/ns/name/aws/1.0.0/download"];
    let with = |token: &str| paths.map(|path| format!("{path}{token}")).to_vec();

    let (config, troubles) = read(block);
    assert!(troubles.is_empty(), "{troubles:#?}");
    assert_eq!(ask(&settings, &config), Ok(with(" [Bearer from-ring]")));
    assert_eq!(fixture.text("asked"), "--in my ring get mods.example\n", "asked once");
    // What is written comes first.
    let tokens = vec![("mods_example".to_string(), Secret::new("from-variable"))];
    let told = Settings { tokens, ..settings.clone() };
    assert_eq!(ask(&told, &config), Ok(with(" [Bearer from-variable]")));
    let (written, _) = read(&format!("{block}credentials \"mods.example\" {{\n  token = \"from-file\"\n}}\n"));
    assert_eq!(ask(&settings, &written), Ok(with(" [Bearer from-file]")));
    // It may know nothing, and fail.
    answer("echo '{}'");
    assert_eq!(ask(&settings, &config), Ok(with("")));
    for (does, why) in [
        ("echo 'the ring is locked.' >&2; exit 1", "the ring is locked."),
        ("exit 3", "exit status: 3."),
        ("echo 's3cr3t'", "what it printed is not JSON."),
        ("echo '[\"s3cr3t\"]'", "what it printed is no JSON object."),
        ("echo '{\"token\": [\"s3cr3t\"]}'", "the token that it printed is not a text."),
    ] {
        answer(does);
        let failure = ask(&settings, &config).unwrap_err();
        let start = "The credentials helper terraform-credentials-ring_v1.10.0 gives no credentials for mods.example: ";
        assert_eq!(failure.why, format!("{start}{why}"));
    }
    assert_eq!(served.asked(), Vec::<String>::new(), "nobody is asked without");

    for (block, expected) in [
        ("credentials_helper \"none\" {}\n", "There is no terraform-credentials-none in "),
        ("credentials_helper \"../ring\" {}\n", "needs the name of a program"),
        ("credentials_helper {}\n", "needs the name of a program"),
        ("credentials_helper \"ring\" {\n args = \"x\"\n}\n", "must be a list of texts"),
        ("credentials_helper \"ring\" {}\ncredentials_helper \"ringer\" {}\n", "more than one"),
    ] {
        let (_, troubles) = read(block);
        assert!(troubles.iter().any(|trouble| trouble.detail.contains(expected)), "{block}: {troubles:#?}");
    }
}
