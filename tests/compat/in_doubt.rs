//! While it is not known what became of a change, nobody edits the state around it.

use crate::hosted::Hosted;
use crate::tool::{Ran, Tool};
use crate::vault::{Calls, Vault};
use std::fs;
use std::process::Stdio;
use std::sync::Arc;

const BLOCKS: &str = r#"
resource "vault_secret" "first" { name = "first" }
resource "vault_secret" "slow" {
  name    = "slow"
  text_wo = "canary-7f3a"
  fault   = "slow"
  depends_on = [vault_secret.first]
}
resource "vault_secret" "import" { name = "import" }
"#;

fn drform(hosted: &Hosted, arguments: &[&str]) -> Ran {
    Tool::Drform.run(hosted.dir.path(), &hosted.setting, arguments)
}

/// Killed while a create is on its way.
fn interrupted() -> Hosted {
    let calls = Arc::new(Calls::default());
    let hosted = Hosted::new("vault", Vault(calls.clone()), BLOCKS);
    let mut command = Tool::Drform.command(hosted.dir.path(), &hosted.setting, &["apply", "-auto-approve"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    calls.wait_for("create slow");
    child.kill().unwrap();
    child.wait().unwrap();
    hosted
}

#[test]
fn edits_are_refused_until_it_is_settled() {
    let hosted = interrupted();
    let state = hosted.dir.path().join("terraform.tfstate");
    let before = fs::read(&state).ok();
    fs::write(hosted.dir.path().join("pushed"), empty()).unwrap();
    for arguments in [
        &["state", "mv", "vault_secret.first", "vault_secret.second"][..],
        &["state", "mv", "-lock=false", "vault_secret.first", "vault_secret.second"],
        &["state", "rm", "vault_secret.first"],
        &["state", "push", "-force", "pushed"],
        &["state", "replace-provider", "-auto-approve", "drform.test/dev/vault", "acme/vault"],
        &["taint", "vault_secret.first"],
        &["untaint", "vault_secret.first"],
        &["import", "vault_secret.import", "x"],
    ] {
        let ran = drform(&hosted, arguments);
        assert_eq!(ran.code, 1, "{arguments:?}\n{}", ran.text());
        assert!(ran.text().contains("in doubt"), "{arguments:?}\n{}", ran.text());
        assert!(!ran.text().contains("canary"), "{arguments:?}\n{}", ran.text());
        if arguments[0] != "import" {
            assert_eq!(before, fs::read(&state).ok(), "{arguments:?}: the state file is as it was");
        }
        assert_eq!(drform(&hosted, &["state", "list"]).ok().out.lines().next(), Some("vault_secret.first"));
    }
    drform(&hosted, &["recover", "-never-made=vault_secret.slow"]).ok();
    drform(&hosted, &["state", "mv", "vault_secret.first", "vault_secret.second"]).ok();
    assert_eq!(drform(&hosted, &["state", "list"]).ok().out.lines().next(), Some("vault_secret.import"));
}

fn empty() -> &'static str {
    r#"{"version": 4, "terraform_version": "1.11.4", "serial": 9, "lineage": "x", "outputs": {}, "resources": []}"#
}
