//! Plugins that do everything wrong: each ends in one diagnostic that names it, tells what it said, and what to do;
//! and nothing of it is left running.

use drform_plugin::{LaunchSpec, Plugin, Transport};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

struct Row {
    name: &'static str,
    script: &'static str,
    transport: Transport,
    summary: &'static str,
    detail: &'static str,
}

const ROW: Row = Row {
    name: "",
    script: "",
    transport: Transport::Plain,
    summary: "Could not start the provider plugin",
    detail: "",
};

const ROWS: &[Row] = &[
    Row {
        name: "exits at once",
        script: "echo 'no licence found' >&2; exit 3",
        detail: "example.test/a/b ended with exit code 3 before it was ready. It said:\n\nno licence found",
        ..ROW
    },
    Row {
        name: "says nothing and ends",
        script: "exit 0",
        detail: "ended with exit code 0 before it was ready. It said nothing",
        ..ROW
    },
    Row { name: "killed", script: "kill -9 $$", detail: "was killed by signal 9 before it was ready", ..ROW },
    Row {
        name: "garbage",
        script: "echo 'hello before handshake'; sleep 100",
        detail: "printed \"hello before handshake\" where a plugin prints its handshake",
        ..ROW
    },
    Row {
        name: "no text",
        script: "printf '\\377\\376\\n'; sleep 100",
        detail: "printed something that is no text",
        ..ROW
    },
    Row { name: "endless line", script: "cat /dev/zero", detail: "where a plugin prints its handshake", ..ROW },
    Row {
        name: "never answers, and has children",
        script: "echo 'waiting for the moon' >&2; sleep 100",
        detail: "was started but said nothing for 0.5 seconds. It said:\n\nwaiting for the moon",
        ..ROW
    },
    Row {
        name: "newer version",
        script: "echo '1|7|unix|/nowhere|grpc|'; sleep 100",
        summary: "Incompatible provider plugin",
        detail: "example.test/a/b speaks protocol 7; drform speaks 5 and 6.",
        ..ROW
    },
    Row {
        name: "older version",
        script: "echo '1|4|unix|/nowhere|netrpc'; sleep 100",
        detail: "speaks netrpc instead of gRPC",
        ..ROW
    },
    Row {
        name: "other handshake",
        script: "echo '2|6|unix|/nowhere|grpc|'; sleep 100",
        detail: "offers handshake 2",
        ..ROW
    },
    Row {
        name: "nobody at the address",
        script: "echo '1|6|unix|/nowhere/at/all|grpc|'; sleep 100",
        summary: "Could not connect to the provider plugin",
        detail: "is ready, but No such file or directory",
        ..ROW
    },
    Row {
        name: "no TLS",
        script: "echo '1|6|unix|/nowhere|grpc|'; sleep 100",
        transport: Transport::Tls,
        summary: "Could not connect to the provider plugin",
        detail: "shows no certificate although TLS was asked for",
    },
    Row {
        name: "the environment is as it must be",
        script: r#"echo "$PLUGIN_PROTOCOL_VERSIONS ${TF_PLUGIN_MAGIC_COOKIE%b2} ${PLUGIN_CLIENT_CERT:-none} $(stat -c %a "$PLUGIN_UNIX_SOCKET_DIR") $EXTRA" >&2; exit 1"#,
        detail: "5,6 d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872 none 700 extra",
        ..ROW
    },
];

fn script(directory: &Path, row: &Row) -> PathBuf {
    let path = directory.join(row.name.replace(' ', "-"));
    std::fs::write(
        &path,
        format!("#!/bin/sh\n: 'drform-hostile'; echo $$ > '{}.pid'\n{}\n", path.display(), row.script),
    )
    .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Waits until no process of the group lives; a zombie that nobody has reaped yet does not.
async fn group_is_gone(pid_file: &Path) -> bool {
    let group = std::fs::read_to_string(pid_file).unwrap().trim().to_string();
    let lives = || {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let stats = processes.filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok());
        // After the name in parentheses: state, parent, process group.
        let fields =
            stats.filter_map(|stat| Some(stat.rsplit_once(')')?.1.split_whitespace().map(str::to_string).collect()));
        fields.filter(|fields: &Vec<String>| fields[0] != "Z" && fields[2] == group).count() > 0
    };
    let gone = async {
        while lives() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.is_ok()
}

#[tokio::test]
async fn hostile_plugins() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    std::fs::create_dir_all(&directory).unwrap();
    for row in ROWS {
        let path = script(&directory, row);
        let pid_file = PathBuf::from(format!("{}.pid", path.display()));
        let _ = std::fs::remove_file(&pid_file);
        let spec = LaunchSpec {
            env: vec![("EXTRA".into(), "extra".into())],
            transport: row.transport,
            // Only one of them is waited for so long.
            start_timeout: if row.name.starts_with("never") {
                Duration::from_millis(500)
            } else {
                Duration::from_secs(20)
            },
            ..LaunchSpec::new("example.test/a/b", path)
        };
        let diagnostic = Plugin::start(spec).await.expect_err(row.name);
        assert_eq!(diagnostic.summary, row.summary, "{}: {}", row.name, diagnostic.detail);
        assert!(diagnostic.detail.contains(row.detail), "{}: {}", row.name, diagnostic.detail);
        assert_eq!(diagnostic.address.as_deref(), Some("example.test/a/b"), "{}", row.name);
        assert!(diagnostic.next_step.is_some(), "{}", row.name);
        assert!(group_is_gone(&pid_file).await, "{} is still there", row.name);
    }
    let missing = Plugin::start(LaunchSpec::new("example.test/a/b", directory.join("missing"))).await.unwrap_err();
    assert!(missing.detail.contains("No such file or directory"), "{}", missing.detail);
}
