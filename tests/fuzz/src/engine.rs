//! Runs a target: in a child process, from a seed, for a number of inputs or for a time.
//!
//! The engine that bolero has draws its seeds from the system; this one counts from a seed that is printed, so that CI
//! does the same every time.

use bolero::bolero_engine::{Engine, Test, driver, input::Bytes, panic};
use std::fs;
use std::io::{Seek, Write};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// Where CI begins.
const SEED: u64 = 4;
/// How long one input may take, in seconds, on a busy machine without optimisation.
const HANG: u64 = 60;
/// Address space of a child, in KiB. Stacks and the pieces that grow them are most of it, and hardly used.
const ADDRESS_SPACE: u64 = 8 << 20;
/// What a child may use of it, in KiB.
const MEMORY: u64 = 2 << 20;
/// Bytes of an input.
const LONGEST: usize = 2048;

/// Names the file in which a child says where it is.
const PROGRESS: &str = "DRFORM_FUZZ_PROGRESS";

/// Runs the target that the test of that name is, with `inputs` inputs. `DRFORM_FUZZ_SECONDS` says how long instead,
/// `DRFORM_SEED` where to begin, `DRFORM_FUZZ_INPUT` does one input alone.
///
/// # Panics
/// When a law is broken, or an input takes too much time or memory; the message says which.
pub fn fuzz(test: &str, inputs: u64, target: fn(&[u8])) {
    let seed = number("DRFORM_SEED").unwrap_or(SEED);
    match std::env::var(PROGRESS) {
        Ok(progress) => child(test, seed, inputs, target, Path::new(&progress)),
        Err(_) => parent(test, seed),
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Starts the child and watches it.
fn parent(test: &str, seed: u64) {
    let progress = tempfile::NamedTempFile::new().expect("a file");
    let exe = std::env::current_exe().expect("this program");
    let limited = format!("ulimit -v {ADDRESS_SPACE}; exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &limited])
        .arg(exe)
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(PROGRESS, progress.path())
        .spawn()
        .expect("a child");
    let (mut at, mut since) = (String::new(), Instant::now());
    let ended = loop {
        if let Some(status) = child.try_wait().expect("the child") {
            break Some(status);
        }
        let now = fs::read_to_string(progress.path()).unwrap_or_default();
        if now != at {
            (at, since) = (now, Instant::now());
        }
        if since.elapsed() > Duration::from_secs(HANG) {
            child.kill().expect("the child");
            child.wait().expect("the child");
            break None;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    if ended.is_some_and(|status| status.success()) {
        return;
    }
    let at = fs::read_to_string(progress.path()).unwrap_or_default();
    let input = at.split_whitespace().next().unwrap_or("0");
    let how = ended.map_or(format!("took more than {HANG} s"), |status: ExitStatus| status.to_string());
    panic!(
        "{test}: input {input} of seed {seed}: {how}. Again, alone: DRFORM_SEED={seed} DRFORM_FUZZ_INPUT={input} cargo \
         test -p drform-fuzz --test targets {test} -- --nocapture"
    );
}

/// Runs the inputs, on a stack as large as that of the command line.
fn child(test: &str, seed: u64, inputs: u64, target: fn(&[u8]), progress: &Path) {
    let only = number("DRFORM_FUZZ_INPUT");
    let seconds = number("DRFORM_FUZZ_SECONDS").filter(|_| only.is_none());
    let progress = fs::File::create(progress).expect("a file");
    let engine = Counted {
        test: test.to_string(),
        seed,
        first: only.unwrap_or(0),
        end: only.map_or(if seconds.is_some() { u64::MAX } else { inputs }, |only| only + 1),
        until: seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds)),
        progress,
    };
    let run = move || bolero::TestTarget::new(engine).for_each(move |bytes: &[u8]| target(bytes));
    let thread = std::thread::Builder::new().name(test.to_string()).stack_size(1 << 30).spawn(run);
    if thread.expect("a thread").join().is_err() {
        std::process::exit(1);
    }
}

/// Inputs counted from a seed.
struct Counted {
    test: String,
    seed: u64,
    first: u64,
    end: u64,
    until: Option<Instant>,
    progress: fs::File,
}

impl<T: Test> Engine<T> for Counted
where
    T::Value: std::fmt::Debug,
{
    type Output = ();

    fn run(mut self, mut test: T, options: driver::Options) {
        let began = Instant::now();
        let (mut slowest, mut at) = ((Duration::ZERO, 0), self.first);
        panic::set_hook();
        while at < self.end && self.until.is_none_or(|until| Instant::now() < until) {
            self.progress.rewind().expect("the file");
            write!(self.progress, "{at:<20}").expect("the file");
            let bytes = bytes(self.seed, at);
            let input_began = Instant::now();
            panic::forward_panic(false);
            let outcome = test.test(&mut Bytes::new(&bytes, &options));
            panic::forward_panic(true);
            slowest = slowest.max((input_began.elapsed(), at));
            if let Err(error) = outcome {
                let smaller = test.shrink(bytes, None, &options);
                let smaller = smaller.map(|failure| format!("\nSmaller:\n{failure:#}")).unwrap_or_default();
                panic!("{}: input {at} of seed {}: {error}{smaller}", self.test, self.seed);
            }
            let used = memory();
            assert!(used < MEMORY, "{}: input {at} of seed {} took memory: {used} KiB", self.test, self.seed);
            at += 1;
        }
        let line = format!(
            "{}: seed {}, {} inputs in {:.1?}; slowest: input {} in {:.1?}; most memory {} MiB\n",
            self.test,
            self.seed,
            at - self.first,
            began.elapsed(),
            slowest.1,
            slowest.0,
            memory() >> 10,
        );
        std::io::stderr().write_all(line.as_bytes()).expect("standard error");
    }
}

/// The bytes of an input: most inputs are short, some long.
fn bytes(seed: u64, input: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ input.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        // splitmix64
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let longest = [16, 64, 256, LONGEST][next() as usize % 4];
    let length = next() as usize % longest + 1;
    (0..length.div_ceil(8)).flat_map(|_| next().to_le_bytes()).take(length).collect()
}

/// The most memory that this process has used so far, in KiB; nothing where the system does not tell.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
