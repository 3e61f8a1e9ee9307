//! `drform init` that is killed in the midst of a download leaves nothing half, and the next one is whole.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn init(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drform"));
    command.arg("init").current_dir(dir).env_clear().env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    command
}

/// Sends an archive, or half of it and then nothing more.
fn answer(stream: TcpStream, archive: &[u8], stalls: &AtomicBool, stalled: &AtomicBool) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        line.clear();
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", archive.len());
    let (first, second) = archive.split_at(archive.len() / 2);
    let stream = reader.get_mut();
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(first)).unwrap();
    if stalls.load(Ordering::SeqCst) {
        stalled.store(true, Ordering::SeqCst);
        std::thread::sleep(Duration::from_secs(60));
    }
    // The other side may be dead by now.
    let _sent = stream.write_all(second);
}

#[test]
fn killed_in_the_midst_of_a_download() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::create_dir(dir.join("net")).unwrap();
    fs::write(dir.join("net/main.tf"), format!("# {}\n", "x".repeat(1000))).unwrap();
    let packed = Command::new("tar").args(["cf", "net.tar", "net"]).current_dir(dir).status().unwrap();
    assert!(packed.success());
    let archive = fs::read(dir.join("net.tar")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stalls, stalled) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
    let (answers, seen) = (stalls.clone(), stalled.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (archive, stalls, stalled) = (archive.clone(), answers.clone(), seen.clone());
            std::thread::spawn(move || answer(stream, &archive, &stalls, &stalled));
        }
    });
    let main = format!("module \"net\" {{\n  source = \"http://127.0.0.1:{port}/net.tar//net\"\n}}\n");
    fs::write(dir.join("main.tf"), main).unwrap();
    let mut killed = init(dir).stdout(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !stalled.load(Ordering::SeqCst) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the download never began");
        std::thread::sleep(Duration::from_millis(10));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let modules = dir.join(".terraform/modules");
    assert!(!modules.join("net").exists() && !modules.join("modules.json").exists(), "nothing half");

    stalls.store(false, Ordering::SeqCst);
    let output = init(dir).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut names: Vec<String> =
        fs::read_dir(&modules).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["modules.json", "net"], "what the dead one left is gone");
}

#[test]
fn variables_count_where_modules_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::create_dir(dir.join("net")).unwrap();
    fs::write(dir.join("net/main.tf"), "# A network.\n").unwrap();
    let main = "variable \"which\" {\n  type = string\n}\n\nmodule \"net\" {\n  source = \"./${var.which}\"\n}\n";
    fs::write(dir.join("main.tf"), main).unwrap();
    for get in ["-get=true", "-get=false"] {
        let output = init(dir).args([get, "-var=which=net"]).output().unwrap();
        assert!(output.status.success(), "{get}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
