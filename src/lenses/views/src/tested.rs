//! What tests came to: the result, and its lines for people.

use crate::paint::Paint;
use crate::plan_text::Colour;
use diag::Diagnostics;
use plan::{Plan, Schemas};
use state::{DecodedObject, DeposedKey, State};
use std::sync::Arc;
use std::time::Duration;

/// Where a run or a file stands; of several, the greatest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestStatus {
    /// Not reached.
    #[default]
    Pending,
    /// Left out, because of an error before it or an interrupt.
    Skip,
    /// All as it is to be.
    Pass,
    /// An assertion does not hold.
    Fail,
    /// It could not be carried out.
    Error,
}

impl TestStatus {
    /// As people are told.
    pub fn word(self) -> &'static str {
        match self {
            TestStatus::Pending => "pending",
            TestStatus::Skip => "skip",
            TestStatus::Pass => "pass",
            TestStatus::Fail | TestStatus::Error => "fail",
        }
    }
}

/// Where a file or a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestProgress {
    /// It begins.
    Starting,
    /// It goes on.
    Running,
    /// What it made is destroyed.
    TearDown,
    /// It is over.
    Complete,
}

/// All test files.
#[derive(Clone, Debug, Default)]
pub struct TestSuite {
    /// Where they stand.
    pub status: TestStatus,
    /// The files by name.
    pub files: Vec<TestedFile>,
    /// Whether somebody stopped them.
    pub stopped: bool,
}

/// A test file.
#[derive(Clone, Debug, Default)]
pub struct TestedFile {
    /// Its name, relative to the root module.
    pub name: Arc<str>,
    /// Where it stands.
    pub status: TestStatus,
    /// What there is to say of it as a whole.
    pub diagnostics: Diagnostics,
    /// Its runs, in order.
    pub runs: Vec<TestedRun>,
}

/// A `run` block.
#[derive(Clone, Debug, Default)]
pub struct TestedRun {
    /// Its name.
    pub name: Arc<str>,
    /// Where it stands.
    pub status: TestStatus,
    /// What there is to say of it.
    pub diagnostics: Diagnostics,
    /// How many assertions it has.
    pub asserts: usize,
    /// When it began, in UTC as `2026-11-23T14:00:00Z`, and how long it took; `None` for one that was not reached.
    pub ran: Option<(String, Duration)>,
    /// What it planned or left, where that is to be shown.
    pub shown: Option<TestShown>,
}

/// What a run planned or left.
#[derive(Clone, Debug)]
pub struct TestShown {
    /// Schemas of the providers.
    pub schemas: Schemas,
    /// What it is.
    pub of: TestShownOf,
}

/// What a run planned, or what it left.
#[derive(Clone, Debug)]
pub enum TestShownOf {
    /// A plan.
    Plan(Arc<Plan>),
    /// A state, with its objects decoded.
    State(Arc<State>, Arc<[DecodedObject]>),
}

/// An object that could not be destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftObject {
    /// Its address.
    pub addr: String,
    /// Its key, where it is deposed.
    pub deposed: Option<DeposedKey>,
}

impl TestSuite {
    /// How many runs stand so.
    pub fn count(&self, status: TestStatus) -> usize {
        self.files.iter().flat_map(|file| &file.runs).filter(|run| run.status == status).count()
    }
}

/// `main.tftest.hcl... in progress`
pub fn test_file_text(file: &TestedFile, progress: TestProgress, colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    let word = match progress {
        TestProgress::Starting | TestProgress::Running => paint.faint("in progress"),
        TestProgress::TearDown => paint.faint("tearing down"),
        TestProgress::Complete => status(file.status, paint),
    };
    format!("{}... {word}\n", file.name)
}

/// `  run "setup"... pass`
pub fn test_run_text(run: &TestedRun, colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    format!("  run {:?}... {}\n", run.name, status(run.status, paint))
}

/// `Success! 2 passed, 0 failed.`
pub fn test_suite_text(suite: &TestSuite, colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    let (verdict, rest) = verdict(suite);
    let verdict = match suite.status {
        TestStatus::Pass => paint.green(verdict),
        _ if verdict.is_empty() => String::new(),
        _ => paint.red(verdict),
    };
    format!("\n{verdict}{rest}\n")
}

/// One word, and the counts.
pub(crate) fn verdict(suite: &TestSuite) -> (&'static str, String) {
    let skipped = match suite.count(TestStatus::Skip) {
        0 => ".".to_string(),
        count => format!(", {count} skipped."),
    };
    if suite.status <= TestStatus::Skip {
        return ("", format!("Executed 0 tests{skipped}"));
    }
    let failed = suite.count(TestStatus::Fail) + suite.count(TestStatus::Error);
    let verdict = if suite.status == TestStatus::Pass { "Success!" } else { "Failure!" };
    (verdict, format!(" {} passed, {failed} failed{skipped}", suite.count(TestStatus::Pass)))
}

fn status(status: TestStatus, paint: Paint) -> String {
    match status {
        TestStatus::Error | TestStatus::Fail => paint.red(status.word()),
        TestStatus::Pass => paint.green(status.word()),
        TestStatus::Skip | TestStatus::Pending => paint.faint(status.word()),
    }
}
