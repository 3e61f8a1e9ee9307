//! What tests came to as JUnit XML, in Terraform's form: a suite for each file, a case for each run.

use crate::tested::{TestStatus, TestSuite, TestedFile, TestedRun};
use diag::{Diagnostic, Severity, SourceTexts, Style};
use std::time::Duration;

/// The summary of a failed assertion.
const FAILED: &str = "Test assertion failed";

/// The whole report.
pub fn junit(suite: &TestSuite, texts: &SourceTexts) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites>");
    for file in &suite.files {
        let count = |status| file.runs.iter().filter(|run| run.status == status).count();
        out.push_str(&format!(
            "\n  <testsuite name=\"{}\" tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\">",
            attribute(&file.name),
            file.runs.len(),
            count(TestStatus::Skip),
            count(TestStatus::Fail),
            count(TestStatus::Error)
        ));
        for (index, run) in file.runs.iter().enumerate() {
            case(&mut out, suite, (file, index), run, texts);
        }
        out.push_str(if file.runs.is_empty() { "</testsuite>" } else { "\n  </testsuite>" });
    }
    out.push_str(if suite.files.is_empty() { "</testsuites>" } else { "\n</testsuites>" });
    out
}

fn case(
    out: &mut String,
    suite: &TestSuite,
    (file, index): (&TestedFile, usize),
    run: &TestedRun,
    texts: &SourceTexts,
) {
    out.push_str(&format!("\n    <testcase name=\"{}\" classname=\"{}\"", attribute(&run.name), attribute(&file.name)));
    if let Some((began, took)) = &run.ran {
        out.push_str(&format!(" time=\"{}\" timestamp=\"{}\"", seconds(*took), attribute(began)));
    }
    out.push('>');
    let before = out.len();
    match run.status {
        TestStatus::Skip => {
            let (message, body) = skipped(suite, file, index);
            element(out, "skipped", &message, &body);
        }
        TestStatus::Fail => {
            let failed: Vec<&Diagnostic> = errors(run).filter(|one| one.summary == FAILED).collect();
            element(out, "failure", &failure(&failed, run.asserts), &rendered(failed, texts));
        }
        TestStatus::Error => element(out, "error", "Encountered an error", &rendered(errors(run).collect(), texts)),
        TestStatus::Pass | TestStatus::Pending => {}
    }
    let others: Vec<&Diagnostic> = match run.status {
        TestStatus::Error => run.diagnostics.iter().filter(|one| one.severity == Severity::Warning).collect(),
        _ => run.diagnostics.iter().filter(|one| one.summary != FAILED).collect(),
    };
    if !others.is_empty() {
        element(out, "system-err", "", &rendered(others, texts));
    }
    out.push_str(if out.len() == before { "</testcase>" } else { "\n    </testcase>" });
}

fn errors(run: &TestedRun) -> impl Iterator<Item = &Diagnostic> {
    run.diagnostics.iter().filter(|one| one.is_error())
}

fn failure(failed: &[&Diagnostic], asserts: usize) -> String {
    let Some(first) = failed.first() else { return String::new() };
    let including = if failed.len() == 1 { ":" } else { ", including:" };
    format!("{} of {asserts} assertions failed{including} {}", failed.len(), first.detail)
}

/// Why a run was left out.
fn skipped(suite: &TestSuite, file: &TestedFile, index: usize) -> (String, String) {
    if suite.stopped {
        let body =
            "drform received an interrupt and stopped gracefully. This caused all remaining testcases to be skipped";
        return ("Testcase skipped due to an interrupt".into(), body.into());
    }
    let mut before = file.runs.iter().take(index).rev();
    match before.find(|run| run.status == TestStatus::Error) {
        Some(run) => {
            let body = format!(
                "Previous testcase {:?} ended in error, which caused the remaining tests in the file to be skipped",
                run.name
            );
            ("Testcase skipped due to a previous testcase error".into(), body)
        }
        None => (String::new(), String::new()),
    }
}

fn element(out: &mut String, name: &str, message: &str, body: &str) {
    let message = if message.is_empty() { String::new() } else { format!(" message=\"{}\"", attribute(message)) };
    let body = if body.is_empty() { String::new() } else { cdata(body) };
    out.push_str(&format!("\n      <{name}{message}>{body}</{name}>"));
}

fn rendered(diagnostics: Vec<&Diagnostic>, texts: &SourceTexts) -> String {
    diagnostics.into_iter().map(|one| format!("\n{}", diag::render(one, texts, Style::PLAIN))).collect()
}

/// Seconds with their fraction, without trailing zeros.
fn seconds(took: Duration) -> String {
    let text = format!("{}.{:09}", took.as_secs(), took.subsec_nanos());
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Text in an attribute, escaped as Go does it; what XML has no character for becomes a replacement character.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(in_xml(c)),
        }
    }
    out
}

fn cdata(text: &str) -> String {
    let text: String = text.chars().map(in_xml).collect();
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

fn in_xml(c: char) -> char {
    let allowed = matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    if allowed { c } else { '\u{fffd}' }
}
