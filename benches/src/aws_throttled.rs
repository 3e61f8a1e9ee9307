//! An apply in an account that takes few requests a second: how long it takes, beside the time it must take.

use crate::aws_refresh::{LIMIT, in_time};
use cloud::{Tool, Work, fleet};
use gate::{Cloud, Outcome};
use std::io;
use std::time::Instant;

const REGION: &str = "eu-central-1";
/// What the account takes: requests a second, and the first ones at once.
const PER_SECOND: f64 = 5.0;
const BURST: u32 = 5;
/// `-parallelism` when nobody sets it.
const AT_ONCE: f64 = 10.0;

/// Applies a configuration of so many volumes.
pub(crate) fn run(count: usize) -> io::Result<()> {
    println!("apply of {count} aws_ebs_volume where EC2 takes {PER_SECOND} requests a second, burst {BURST}\n");
    let cloud = Cloud::start();
    // The emulator's first answer takes seconds.
    cloud.ec2(REGION, "DescribeVolumes", &[]);
    let config = format!(
        "resource \"aws_ebs_volume\" \"disk\" {{\n  count             = {count}\n  availability_zone = \"eu-central-1a\"\n  \
         size              = 1\n}}\n"
    );
    let work = Work::config(Tool::Drform, &cloud, REGION, &config);
    cloud.gate().limit("ec2", REGION, PER_SECOND, BURST);
    cloud.gate().reset_counts();
    let begin = Instant::now();
    let finished = in_time(&work, &["apply", "-auto-approve", "-input=false"])?;
    let seconds = begin.elapsed().as_secs_f64();
    if !finished {
        println!("stopped after {} s", LIMIT.as_secs());
        return Ok(());
    }
    // Necessary are one create for each, and one look for as many as are made at once.
    let necessary = count as f64 * (1.0 + 1.0 / AT_ONCE);
    let ideal = (necessary - f64::from(BURST)) / PER_SECOND;
    let requests = cloud.gate().requests();
    let refused = requests.iter().filter(|request| request.outcome == Outcome::Limited).count();
    println!("{} objects in the state", work.objects().len());
    println!("{seconds:.1} s for the whole command, ideal {ideal:.1} s: {:.2} times as long", seconds / ideal);
    println!("{} requests, {refused} of them refused for their number", requests.len());
    for (operation, times) in fleet::requests(&cloud) {
        println!("  {operation:44} {times:>6}");
    }
    Ok(())
}
