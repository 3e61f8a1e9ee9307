//! What a refresh asks of AWS: requests at the gate before an emulator, by operation, drform beside `hashicorp/aws`.

use cloud::fleet::{Fleet, requests};
use cloud::{Tool, Work, hashicorp_mirror_or_none, terraform_or_none};
use gate::Cloud;
use std::io;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// After this long a command has not finished.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// Counts the requests of a plan over so many instances and as many volumes; `runs` plans of ours alone, or one beside
/// `hashicorp/aws`.
pub(crate) fn run(count: usize, runs: Option<usize>) -> io::Result<()> {
    println!("refresh of {count} aws_instance and {count} aws_ebs_volume: requests of one plan (the emulator is no");
    println!("measure of time)\n");
    let cloud = Cloud::start();
    let fleet = Fleet::launch(&cloud, count);
    if let Some(runs) = runs {
        for _ in 0..runs {
            one("drform with drform/aws", &cloud, &fleet, Tool::Drform, count)?;
            timeline(&cloud);
        }
        return Ok(());
    }
    one("drform with drform/aws", &cloud, &fleet, Tool::Drform, count)?;
    if terraform_or_none().is_none() || hashicorp_mirror_or_none().is_none() {
        println!("terraform with hashicorp/aws 3.39.0: not here (./tests/run fetches the provider)");
        return Ok(());
    }
    let finished = one("terraform with hashicorp/aws 3.39.0", &cloud, &fleet, Tool::Hashicorp, count)?;
    if !finished {
        // Small enough to end before the limit: what an object costs it.
        let few = count.min(50);
        let cloud = Cloud::start();
        let fleet = Fleet::launch(&cloud, few);
        one(&format!("the same with {few} of each"), &cloud, &fleet, Tool::Hashicorp, few)?;
    }
    Ok(())
}

fn one(title: &str, cloud: &Cloud, fleet: &Fleet, tool: Tool, count: usize) -> io::Result<bool> {
    let work = fleet.work(tool, cloud);
    cloud.gate().reset_counts();
    let finished = in_time(&work, &["plan", "-refresh-only", "-input=false"])?;
    let requests = requests(cloud);
    let all: usize = requests.values().sum();
    let how = if finished { "" } else { ", stopped after 120 s" };
    println!("{title}: {all} requests, {:.2} for each instance with its volume{how}", all as f64 / count as f64);
    for (operation, times) in requests {
        println!("  {operation:44} {times:>6}");
    }
    println!();
    Ok(finished)
}

/// Each request: when it came, and for how many ids.
fn timeline(cloud: &Cloud) {
    let requests = cloud.gate().requests();
    let begin = requests.first().map(|first| first.at).unwrap_or_default();
    for request in requests {
        let ids = request.body.matches("Id.").count();
        println!("  {:6} ms  {} of {ids} ids", (request.at - begin).as_millis(), request.operation);
    }
    println!();
}

/// Runs a command, at most [`LIMIT`] long: whether it ended by itself.
pub(crate) fn in_time(work: &Work, args: &[&str]) -> io::Result<bool> {
    let start = Instant::now();
    let mut child = work.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    loop {
        match child.try_wait()? {
            Some(ended) if ended.success() => return Ok(true),
            Some(ended) => return Err(io::Error::other(format!("{} ended with {ended}", args.join(" ")))),
            None if start.elapsed() > LIMIT => {
                child.kill()?;
                child.wait()?;
                return Ok(false);
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}
