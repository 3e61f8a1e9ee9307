//! `cargo sim SEED` tells one story; `cargo sim --seeds N` tells the first N, `--from M` begins elsewhere, `--every K`
//! dies only at every K-th moment.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let (seeds, every) = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(usage) => {
            let _ = writeln!(out, "{usage}");
            return ExitCode::from(2);
        }
    };
    let (mut failed, mut deaths) = (0, 0);
    let count = seeds.len();
    for seed in seeds {
        match drform_sim::tell(seed, every) {
            Ok(told) => deaths += told.deaths,
            Err(what) => {
                failed += 1;
                let _ = writeln!(out, "{what}\nAdd {seed} to tests/sim/seeds.txt.\n");
            }
        }
    }
    let _ = writeln!(out, "{count} seeds, {deaths} deaths survived, {failed} seeds failed.");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Seeds, and how many moments lie between two deaths.
fn wanted(mut args: impl Iterator<Item = String>) -> Result<(Vec<u64>, usize), String> {
    let usage = || "usage: cargo sim SEED | cargo sim --seeds N [--from M] [--every K]".to_owned();
    let (mut seeds, mut from, mut every, mut one) = (0, 1, 1, Vec::new());
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|n| n.parse::<u64>().ok()).ok_or_else(usage);
        match arg.as_str() {
            "--seeds" => seeds = number()?,
            "--from" => from = number()?,
            "--every" => every = number()? as usize,
            seed => one.push(seed.parse().map_err(|_| usage())?),
        }
    }
    if one.is_empty() && seeds == 0 {
        return Err(usage());
    }
    one.extend(from..from + seeds);
    Ok((one, every))
}
