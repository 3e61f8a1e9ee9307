//! `terraform fmt` itself.

use std::fs;
use std::process::Command;

/// True where Terraform 1.11.4 is on the `PATH`.
pub fn is_there() -> bool {
    let version = Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").output();
    version.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).starts_with("Terraform v1.11.4\n"))
}

/// What Terraform makes of each text; `None` where it refuses.
pub fn format(texts: &[&str]) -> Vec<Option<String>> {
    let dir = tempfile::tempdir().unwrap();
    let path = |index: usize| dir.path().join(format!("{index:05}.tf"));
    for (index, text) in texts.iter().enumerate() {
        fs::write(path(index), text).unwrap();
    }
    let out = Command::new("terraform")
        .args(["fmt", "-no-color", "-list=false", "."])
        .current_dir(dir.path())
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("CHECKPOINT_DISABLE", "1")
        .output()
        .unwrap();
    let refused = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!refused.contains("panic"), "{refused}");
    let answer = |index: usize| {
        let name = format!("on {index:05}.tf line");
        (!refused.contains(&name)).then(|| fs::read_to_string(path(index)).unwrap())
    };
    (0..texts.len()).map(answer).collect()
}
