use super::*;
use crate::fetch::Fetcher;
use crate::fixture::{Fixture, git as run_git};
use std::fs;

fn fetcher() -> Fetcher {
    Fetcher::new(&Settings::default())
}

fn settings_of(git: Option<&Path>) -> Settings {
    Settings { search_path: git.map(|dir| dir.as_os_str().to_os_string()), ..Settings::default() }
}

#[test]
fn branches_tags_and_commits() {
    let fixture = Fixture::new("");
    let source = fixture.repository("repo", &[("main.tf", "one")]);
    let dir = fixture.path("repo");
    let first = run_git(&dir, &["rev-parse", "HEAD"]);
    run_git(&dir, &["tag", "v1"]);
    run_git(&dir, &["tag", "-am", "x", "release/v1"]);
    run_git(&dir, &["checkout", "-qb", "feature/with/slashes"]);
    fixture.commit("repo", &[("main.tf", "feature")]);
    run_git(&dir, &["checkout", "-q", "main"]);
    fixture.commit("repo", &[("main.tf", "two")]);
    for (number, (query, text)) in [
        ("", "two"),
        ("?ref=v1", "one"),
        ("?ref=release/v1", "one"),
        ("?ref=release%2Fv1", "one"),
        ("?ref=feature/with/slashes", "feature"),
        ("?ref=main", "two"),
        (&format!("?ref={first}"), "one"),
        (&format!("?ref={}", &first[..9]), "one"),
        ("?depth=1", "two"),
        ("?depth=1&ref=feature/with/slashes", "feature"),
        ("?depth=1&ref=v1", "one"),
    ]
    .into_iter()
    .enumerate()
    {
        let to = fixture.path(&format!("to{number}"));
        fetcher().fetch(&format!("{source}{query}"), &to, None).unwrap_or_else(|error| panic!("{query}: {error:?}"));
        assert_eq!(fs::read_to_string(to.join("main.tf")).unwrap(), text, "{query}");
        let commits = run_git(&to, &["rev-list", "--count", "HEAD"]);
        assert!(!query.contains("depth=1") || commits == "1", "{query}: {commits}");
    }
}

#[test]
fn what_git_says() {
    let fixture = Fixture::new("");
    let source = fixture.repository("repo", &[("main.tf", "")]);
    run_git(&fixture.path("repo"), &["tag", "v1.0.0"]);
    let first = run_git(&fixture.path("repo"), &["rev-parse", "HEAD"]);
    let to = fixture.path("to");
    let refused = |source: &str| {
        let failure = fetcher().fetch(source, &to, None).unwrap_err();
        assert!(!to.exists(), "nothing is left of {source}");
        failure
    };
    let failure = refused(&format!("{source}?ref=v2"));
    assert!(failure.why.ends_with("repo has no branch, tag or commit \"v2\"."), "{}", failure.why);
    assert!(failure.next.contains("v1.0.0") && failure.next.contains("main"), "{}", failure.next);
    let failure = refused(&format!("{source}?depth=1&ref={first}"));
    assert!(failure.next.contains("depth"), "{}", failure.next);
    let failure = refused("git::file:///nowhere/at/all.git");
    assert!(
        failure.why.contains("fatal: '/nowhere/at/all.git' does not appear to be a git repository"),
        "{}",
        failure.why
    );
    // The port refuses; what is said does not tell the password.
    let failure = refused("git::http://me:s3cr3tpw@127.0.0.1:9/r.git?ref=v1");
    assert!(
        failure.why.contains("http://me:***@127.0.0.1:9/r.git") && !failure.why.contains("s3cr3t"),
        "{}",
        failure.why
    );
}

/// Nothing of an address becomes an option or a command.
#[test]
fn hostile_addresses() {
    let fixture = Fixture::new("");
    let mark = fixture.path("mark");
    let source = fixture.repository("repo", &[("main.tf", "")]);
    for address in [
        format!("git::ext::sh -c touch% {}", mark.display()),
        format!("git::--upload-pack=touch {}", mark.display()),
        format!("{source}?ref=--upload-pack=touch%20{}", mark.display()),
        format!("{source}?ref=-b"),
        format!("git::ssh://-oProxyCommand=touch%20{}/x", mark.display()),
        "git::fd::17".to_string(),
        "git::/relative/is/file".to_string(),
    ] {
        let failure = fetcher().fetch(&address, &fixture.path("to"), None).unwrap_err();
        assert!(!mark.exists(), "{address}");
        assert!(failure.why.contains("option") || failure.why.contains("no address"), "{address}: {}", failure.why);
    }
}

#[test]
fn submodules() {
    let fixture = Fixture::new("");
    fixture.repository("inner", &[("inner.tf", "inside")]);
    let source = fixture.repository("outer", &[("main.tf", "")]);
    let inner = fixture.path("inner").display().to_string();
    run_git(&fixture.path("outer"), &["submodule", "add", "-q", &inner, "sub"]);
    fixture.commit("outer", &[]);
    // Where git itself refuses submodules on this machine, so does Terraform: both ask git.
    match fetcher().fetch(&source, &fixture.path("to"), None) {
        Ok(()) => assert_eq!(fs::read_to_string(fixture.path("to/sub/inner.tf")).unwrap(), "inside"),
        Err(failure) => {
            assert!(failure.why.contains("submodules"), "{}", failure.why);
            assert!(failure.why.contains("transport 'file' not allowed"), "{}", failure.why);
        }
    }
}

/// The whole command for ssh, and the key that it is given: the stand-in for ssh prints what it got.
#[test]
fn over_ssh() {
    let request = Request::parse("git::ssh://git@example.com:2222/o/r.git?ref=a%2Fb&depth=3").unwrap();
    let repository = Repository::of(&request).unwrap();
    let command = repository.clone_command(&Settings::default(), Some(Path::new("/tmp/it's")), Path::new("to"));
    let arguments: Vec<&str> = command.get_args().filter_map(|argument| argument.to_str()).collect();
    assert_eq!(
        arguments,
        ["clone", "--depth", "3", "--branch", "a/b", "--", "ssh://git@example.com:2222/o/r.git", "to"]
    );
    let variable = |name: &str| {
        let found = command.get_envs().find(|(known, _)| *known == name).and_then(|(_, value)| value);
        found.and_then(|value| value.to_str()).map(str::to_string)
    };
    assert_eq!(variable("GIT_SSH_COMMAND").as_deref(), Some("ssh -i '/tmp/it'\\''s'"));
    assert_eq!(variable("GIT_TERMINAL_PROMPT").as_deref(), Some("0"));
    assert_eq!(variable("GIT_DIR"), None);

    let fixture = Fixture::new("");
    fixture.repository("repo", &[("main.tf", "by ssh")]);
    let log = fixture.path("log");
    // ssh -i KEY [-o …] git@host command
    let script = format!(
        "#!/bin/sh\necho \"$@\" > {0}\ncat \"$2\" >> {0}\nfor last; do :; done\nexec sh -c \"$last\"\n",
        log.display()
    );
    fixture.executable("ssh.sh", &script);
    let settings =
        Settings { git_ssh_command: Some(fixture.path("ssh.sh").display().to_string()), ..Settings::default() };
    let key = base64::engine::general_purpose::STANDARD.encode("the key?>\n");
    let source = format!("git::ssh://git@example.com{}?sshkey={key}", fixture.path("repo").display());
    Fetcher::new(&settings).fetch(&source, &fixture.path("to"), None).unwrap();
    assert_eq!(fs::read_to_string(fixture.path("to/main.tf")).unwrap(), "by ssh");
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("git@example.com git-upload-pack") && log.ends_with("the key?>\n"), "{log}");
    let failure = Fetcher::new(&settings).fetch("git::ssh://git@h/r?sshkey=*", &fixture.path("x"), None).unwrap_err();
    assert_eq!(failure.why, "The argument sshkey is not in base64.");
}

#[test]
fn programs_that_are_missing() {
    let fixture = Fixture::new("");
    fs::create_dir(fixture.path("empty")).unwrap();
    let fetcher = Fetcher::new(&settings_of(Some(&fixture.path("empty"))));
    for (source, program, package) in
        [("git::https://h/r.git", "git", "is called git"), ("hg::https://h/r", "hg", "is called mercurial")]
    {
        let failure = fetcher.fetch(source, &fixture.path("to"), None).unwrap_err();
        assert!(failure.why.contains(&format!("the program {program} is not installed")), "{}", failure.why);
        assert!(failure.next.contains(package), "{}", failure.next);
    }
}

/// The stand-in for hg writes down what it was told.
#[test]
fn mercurial() {
    let fixture = Fixture::new("");
    let log = fixture.path("log");
    fixture.executable(
        "bin/hg",
        &format!(
            "#!/bin/sh\necho \"$@\" >> {}\nfor last; do :; done\n[ \"$2\" = clone ] && /bin/mkdir \"$last\"\nexit 0\n",
            log.display()
        ),
    );
    let fetcher = Fetcher::new(&settings_of(Some(&fixture.path("bin"))));
    let to = fixture.path("to");
    fetcher.fetch("hg::http://h/r?rev=v1", &to, None).unwrap();
    let told = fs::read_to_string(log).unwrap();
    let clone = format!("--noninteractive clone --noupdate -- http://h/r {}\n", to.display());
    assert_eq!(told, format!("{clone}--noninteractive update --clean --rev v1\n"));
    assert!(fetcher.fetch("hg::http://h/r?rev=--config=x", &fixture.path("x"), None).is_err());
}
