//! The emulator's process and the gate before it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread;

use serde_json::Value;

use crate::call::{Answer, Call, Params};
use crate::gate::Gate;

/// An emulated AWS with its gate. Ends when dropped, and when the process dies.
pub struct Cloud {
    emulator: u16,
    shell: Child,
    gate: Arc<Gate>,
}

/// Runs the emulator until standard input ends: the pipe closes when this process dies, however it dies.
const SHELL: &str = r#""$0" -H 127.0.0.1 -p 0 </dev/null & pid=$!; read -r _; kill -9 $pid; wait $pid 2>/dev/null"#;

impl Cloud {
    /// Starts the emulator and the gate on free ports of loopback; a second or so.
    ///
    /// # Panics
    /// Where the emulator is not installed or does not start.
    pub fn start() -> Cloud {
        let program = program();
        let mut shell = Command::new("sh")
            .args(["-c", SHELL])
            .arg(&program)
            .env("PYTHONUNBUFFERED", "1")
            .env_remove("MOTO_PORT")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh starts");
        let mut lines = BufReader::new(shell.stderr.take().expect("stderr is piped")).lines();
        let mut said = String::new();
        let emulator = loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("{} ended:\n{said}\ninstall it anew with ./tests/run", program.display());
            };
            // " * Running on http://127.0.0.1:38213"
            if let Some(port) = line.split("Running on http://127.0.0.1:").nth(1) {
                break port.trim().parse().expect("the emulator names its port");
            }
            said.push_str(&line);
            said.push('\n');
        };
        // It writes a line for each request: a full pipe would stop it. Where asked, what it says is shown.
        let shown = std::env::var_os("DRFORM_TEST_AWS_LOG").is_some();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if shown {
                    eprintln!("emulator: {line}");
                }
            }
        });
        Cloud { emulator, shell, gate: Gate::open(emulator) }
    }

    /// The one cloud of this process, started by the first who asks.
    pub fn shared() -> &'static Cloud {
        static SHARED: OnceLock<Cloud> = OnceLock::new();
        SHARED.get_or_init(Cloud::start)
    }

    /// The URL of the gate, for every service.
    pub fn endpoint(&self) -> String {
        self.gate.endpoint()
    }

    /// The URL of the emulator itself.
    pub fn emulator(&self) -> String {
        format!("http://127.0.0.1:{}", self.emulator)
    }

    /// The gate: faults, limits, counts.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// A request to EC2 behind everybody's back: not counted, no faults, no lag; rules hold. The answer's XML.
    ///
    /// # Panics
    /// Where AWS refuses.
    pub fn ec2(&self, region: &str, operation: &str, params: &[(&str, &str)]) -> String {
        self.try_ec2(region, operation, params).unwrap_or_else(|e| panic!("{operation} in {region}: {e}"))
    }

    /// As [`Cloud::ec2`]; the error is the answer's XML.
    pub fn try_ec2(&self, region: &str, operation: &str, params: &[(&str, &str)]) -> Result<String, String> {
        let answer = self.gate.carry_out(Call::query("ec2", region, operation, Params::of(params)));
        if answer.is_ok() { Ok(answer.text()) } else { Err(answer.text()) }
    }

    /// A request to KMS behind everybody's back. The answer's body, null where it is empty.
    ///
    /// # Panics
    /// Where AWS refuses.
    pub fn kms(&self, region: &str, operation: &str, body: Value) -> Value {
        self.try_kms(region, operation, body).unwrap_or_else(|e| panic!("{operation} in {region}: {e}"))
    }

    /// As [`Cloud::kms`]; the error is the answer's body.
    pub fn try_kms(&self, region: &str, operation: &str, body: Value) -> Result<Value, Value> {
        let answer: Answer = self.gate.carry_out(Call::kms(region, operation, body));
        if answer.is_ok() { Ok(answer.json()) } else { Err(answer.json()) }
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.gate.close();
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

fn program() -> PathBuf {
    let program = match std::env::var_os("DRFORM_TEST_AWS_EMULATOR") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/aws-emulator/bin/moto_server"),
    };
    assert!(program.is_file(), "no AWS emulator at {}: install it with ./tests/run", program.display());
    program
}
