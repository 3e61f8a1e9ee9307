//! Types that rely on the tolerance for the legacy SDK say so, and hosts are tolerant then and only then.

use crate::probe::{Hosted, Probe, create, plan_create};
use std::process::Command;

#[tokio::test]
async fn answers_say_so() {
    let hosted = Hosted::new(Probe::default()).await;
    let plugin = hosted.plugin().await;
    for (kind, legacy) in [("probe_legacy", true), ("probe_strict", false)] {
        let planned = plan_create(&plugin, kind).await;
        assert_eq!(planned.legacy, legacy, "{kind}");
        let made = plugin.change(&create(kind, &planned)).await;
        assert_eq!((made.legacy, made.object.is_some()), (legacy, true), "{kind}");
    }
}

/// Live whenever `terraform` is on PATH.
#[tokio::test(flavor = "multi_thread")]
async fn terraform_is_tolerant() {
    let hosted = Hosted::new(Probe::default()).await;
    let reattach = format!(
        r#"{{"drform.test/dev/probe":{{"Protocol":"grpc","ProtocolVersion":6,"Pid":{},"Test":true,"Addr":{{"Network":"unix","String":{:?}}}}}}}"#,
        std::process::id(),
        hosted.socket
    );
    for (kind, code, says) in
        [("probe_legacy", 0, "Resources: 1 added"), ("probe_strict", 1, "Provider produced invalid plan")]
    {
        let dir = hosted.directory.path().join(kind);
        std::fs::create_dir(&dir).unwrap();
        let main = format!(
            "terraform {{\n  required_providers {{\n    probe = {{ source = \"drform.test/dev/probe\" }}\n  }}\n}}\n\
             resource \"{kind}\" \"x\" {{\n  name = \"n\"\n}}\n"
        );
        std::fs::write(dir.join("main.tf"), main).unwrap();
        let terraform = |arguments: &'static [&'static str]| {
            let mut command = Command::new("terraform");
            command
                .args(arguments)
                .current_dir(&dir)
                .env("TF_REATTACH_PROVIDERS", &reattach)
                .env("TF_CLI_CONFIG_FILE", "/dev/null")
                .env("CHECKPOINT_DISABLE", "1");
            tokio::task::spawn_blocking(move || command.output())
        };
        let Ok(begun) = terraform(&["init", "-no-color"]).await.unwrap() else { return };
        assert!(begun.status.success(), "{begun:?}");
        let ran = terraform(&["apply", "-auto-approve", "-no-color"]).await.unwrap().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert_eq!(ran.status.code(), Some(code), "{kind}: {text}");
        assert!(text.contains(says), "{kind}: {text}");
    }
}
