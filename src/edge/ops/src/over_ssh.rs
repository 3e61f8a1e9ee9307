//! `file` and `remote-exec`: work on the machine of an object, reached by SSH.

use crate::provisioners::{Job, Stop, list, text};
use diag::{Diagnostic, Diagnostics};
use remote::{Connection, Machine, quoted};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::Sender;

/// What a script without a first line of its own is run with.
const SHEBANG: &str = "#!/bin/sh\n";

/// Does the work of a `file` or `remote-exec` block to its end.
pub(crate) async fn run(job: &Job, lines: &Sender<String>, stop: &mut Stop) -> Diagnostics {
    let work = async {
        match &*job.provision.kind {
            "file" => copy(job).await,
            _ => execute(job, lines).await,
        }
    };
    let ended = tokio::select! {
        ended = work => ended,
        () = stop.wait() => Err("it was stopped by an interrupt".to_owned()),
    };
    match ended {
        Ok(()) => Diagnostics::new(),
        Err(why) => failed(job, &why),
    }
}

async fn copy(job: &Job) -> Result<(), String> {
    let config = &job.provision.config;
    let destination = text(config, "destination").unwrap_or_default();
    let connection = connection(job)?;
    let Some(source) = text(config, "source") else {
        let content = text(config, "content").unwrap_or_default();
        let machine = Machine::reach(&connection).await?;
        machine.write(content.as_bytes(), &destination).await?;
        machine.leave().await;
        return Ok(());
    };
    let from = place(job, &source);
    // Nobody need be reached for what is not there.
    tokio::fs::metadata(&from).await.map_err(|error| format!("{}: {error}", from.display()))?;
    let machine = Machine::reach(&connection).await?;
    machine.copy(&from, &destination, source.ends_with('/')).await?;
    machine.leave().await;
    Ok(())
}

async fn execute(job: &Job, lines: &Sender<String>) -> Result<(), String> {
    let scripts = scripts(job).await?;
    let connection = connection(job)?;
    let introduction = match job.provision.nameless {
        true => vec!["Connecting to remote host via SSH...".to_owned()],
        false => connection.introduction(),
    };
    for line in introduction {
        let _ = lines.send(line).await;
    }
    let machine = Machine::reach(&connection).await?;
    let _ = lines.send("Connected!".to_owned()).await;
    for script in scripts {
        let random = uuid::Uuid::new_v4().simple().to_string();
        let path = connection.script_path(&random);
        machine.write(script.as_bytes(), &path).await?;
        let (quiet, _) = tokio::sync::mpsc::channel(1);
        let path = quoted(&path);
        machine
            .run(&format!("chmod 0700 {path}"), &quiet)
            .await
            .map_err(|why| format!("chmod of the script: {why}"))?;
        let ended = machine.run(&path, lines).await.map_err(|why| format!("the script failed: {why}"));
        // What it says may be secret, whatever came of it.
        let removed = machine.run(&format!("rm -f {path}"), &quiet).await;
        ended?;
        removed.map_err(|why| format!("the script stays at {path}: {why}"))?;
    }
    machine.leave().await;
    Ok(())
}

/// The scripts of a `remote-exec` block, in order.
async fn scripts(job: &Job) -> Result<Vec<String>, String> {
    let config = &job.provision.config;
    let written = |name: &str| config.get(name).is_some_and(|value| !value.is_null());
    if written("inline") {
        let lines = list(config, "inline");
        let count = config.get("inline").and_then(value::Value::as_items).map_or(0, <[value::Value]>::len);
        if lines.len() < count || lines.iter().any(String::is_empty) {
            return Err("inline holds an empty or null command".into());
        }
        return Ok(vec![with_shebang(&format!("{}\n", lines.join("\n")))]);
    }
    let names = if written("script") { text(config, "script").into_iter().collect() } else { list(config, "scripts") };
    let mut all = Vec::new();
    for name in names {
        let path = place(job, &name);
        let read = tokio::fs::read_to_string(&path).await;
        all.push(with_shebang(&read.map_err(|error| format!("{}: {error}", path.display()))?));
    }
    Ok(all)
}

fn with_shebang(script: &str) -> String {
    match script.starts_with("#!") {
        true => script.to_owned(),
        false => format!("{SHEBANG}{script}"),
    }
}

fn connection(job: &Job) -> Result<Connection, String> {
    let block = job.provision.connection.as_ref().ok_or("no connection block says how to reach the machine")?;
    Connection::read(block, job.agent.clone())
}

/// A file of ours: `~/` is the home directory.
fn place(job: &Job, name: &str) -> PathBuf {
    match (name.strip_prefix("~/"), &job.home) {
        (Some(rest), Some(home)) => Path::new(home).join(rest),
        _ => job.dir.join(name),
    }
}

fn failed(job: &Job, why: &str) -> Diagnostics {
    // The reason names files and machines.
    let detail = match job.is_secret() || job.provision.nameless {
        true => "It failed. The reason is not shown, because it would name what is sensitive.".to_owned(),
        false => format!("It failed: {why}."),
    };
    Diagnostic::error(format!("{} provisioner error", job.provision.kind), detail)
        .next("See whether the machine can be reached and the connection block is right.")
        .into()
}
