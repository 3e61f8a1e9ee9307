//! Messages about tests, for the stream of `test -json`.

use super::change::{output_change, resource_changes, resource_drift};
use super::messages::Message;
use super::plan::relevant;
use super::values::{Members, member, text};
use crate::tested::{
    LeftObject, TestProgress, TestShown, TestShownOf, TestStatus, TestSuite, TestedFile, TestedRun, verdict,
};
use addrs::Provider;
use configschema::ProviderSchema;
use std::sync::Arc;
use std::time::Duration;
use value::json::Node;

/// Which tests a message is about.
#[derive(Clone, Copy, Debug)]
pub struct AboutTest<'a> {
    /// The file.
    pub file: &'a str,
    /// The run in it, where it is about one.
    pub run: Option<&'a str>,
}

impl AboutTest<'_> {
    /// The message, which says what it is about.
    pub fn mark(&self, message: Message) -> Message {
        let message = message.with("@testfile", self.file);
        match self.run {
            Some(run) => message.with("@testrun", run),
            None => message,
        }
    }
}

/// What is going to be run.
pub fn test_abstract(suite: &TestSuite) -> Message {
    let runs: usize = suite.files.iter().map(|file| file.runs.len()).sum();
    let files = suite.files.len();
    let said = format!(
        "Found {files} {} and {runs} {}",
        if files == 1 { "file" } else { "files" },
        if runs == 1 { "run block" } else { "run blocks" }
    );
    let file = |file: &TestedFile| {
        let runs: Vec<Node> = file.runs.iter().map(|run| Node::string(run.name.clone())).collect();
        // Of a file without runs Terraform says null.
        (file.name.clone(), if runs.is_empty() { Node::Null } else { Node::Array(runs) })
    };
    let files: Members = suite.files.iter().map(file).collect();
    Message::new("test_abstract", said, vec![("test_abstract", Node::Object(files))])
}

/// Where a file is.
pub fn test_file(file: &TestedFile, progress: TestProgress) -> Message {
    let word = match progress {
        TestProgress::Starting | TestProgress::Running => "in progress",
        TestProgress::TearDown => "tearing down",
        TestProgress::Complete => file.status.word(),
    };
    let mut members = vec![text("path", file.name.clone()), text("progress", stage(progress))];
    if progress == TestProgress::Complete {
        members.push(text("status", status(file.status)));
    }
    let message =
        Message::new("test_file", format!("{}... {word}", file.name), vec![("test_file", Node::Object(members))]);
    AboutTest { file: &file.name, run: None }.mark(message)
}

/// Where a run is.
pub fn test_run(file: &TestedFile, run: &TestedRun, progress: TestProgress, elapsed: Duration) -> Message {
    let word = match progress {
        TestProgress::Starting | TestProgress::Running => "in progress",
        TestProgress::TearDown => "tearing down",
        TestProgress::Complete => run.status.word(),
    };
    let mut members =
        vec![text("path", file.name.clone()), text("run", run.name.clone()), text("progress", stage(progress))];
    if progress == TestProgress::Complete {
        members.push(text("status", status(run.status)));
    } else {
        members.push(member("elapsed", Node::Number(elapsed.as_millis().to_string().into())));
    }
    let message =
        Message::new("test_run", format!("  {:?}... {word}", run.name), vec![("test_run", Node::Object(members))]);
    AboutTest { file: &file.name, run: Some(&run.name) }.mark(message)
}

/// What a run planned or left, sensitive values included, as Terraform tells it (`-verbose`).
pub fn test_shown(about: AboutTest<'_>, shown: &TestShown) -> Message {
    let schema = |(provider, schema): (&Provider, &Arc<ProviderSchema>)| {
        Some((provider.to_string().into(), value::json::parse(&schema.to_json()).ok()?))
    };
    let schemas: Members = shown.schemas.iter().filter_map(schema).collect();
    let providers = vec![text("provider_format_version", "1.0"), member("provider_schemas", Node::Object(schemas))];
    let message = match &shown.of {
        TestShownOf::Plan(plan) => {
            let mut members = vec![text("plan_format_version", "1.2")];
            let outputs = plan.outputs.iter().map(|(name, output)| (name.clone(), output_change(output)));
            let lists = [
                ("output_changes", Node::Object(outputs.collect())),
                ("resource_changes", Node::Array(resource_changes(plan))),
                ("resource_drift", Node::Array(resource_drift(plan))),
                ("relevant_attributes", Node::Array(plan.relevant.iter().map(relevant).collect())),
            ];
            members
                .extend(lists.into_iter().filter(|(_, node)| !is_empty(node)).map(|(name, node)| member(name, node)));
            members.extend(providers);
            let members = vec![("test_plan", Node::Object(members))];
            Message::new("test_plan", "-verbose flag enabled, printing plan", members)
        }
        TestShownOf::State(state, objects) => {
            let whole = super::state::state(state, objects);
            let values = |name: &str| whole.get("values").and_then(|values| values.get(name)).cloned();
            let mut members = vec![text("state_format_version", "1.0")];
            members.push(member("root_module", values("root_module").unwrap_or(Node::Object(Vec::new()))));
            members.extend(values("outputs").map(|outputs| member("outputs", outputs)));
            members.extend(providers);
            let members = vec![("test_state", Node::Object(members))];
            Message::new("test_state", "-verbose flag enabled, printing state", members)
        }
    };
    about.mark(message)
}

fn is_empty(node: &Node) -> bool {
    match node {
        Node::Array(items) => items.is_empty(),
        Node::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// What is left of a run: addresses, with keys where objects are deposed.
pub fn test_cleanup(about: AboutTest<'_>, left: &[LeftObject]) -> Message {
    let place = match about.run {
        Some(run) => format!("{}/{run}", about.file),
        None => about.file.to_string(),
    };
    let said =
        format!("drform left some resources in state after executing {place}, they need to be cleaned up manually.");
    let members = Node::Object(vec![member("failed_resources", objects(left))]);
    about.mark(Message::error("test_cleanup", said, vec![("test_cleanup", members)]))
}

/// What is left because somebody did not want to wait, by the module that made it; that of the configuration is the one
/// without a name. `open` is what was being changed.
pub fn test_interrupt(about: AboutTest<'_>, (left, open): (&[(String, Vec<LeftObject>)], &[String])) -> Message {
    let said =
        "drform was interrupted during test execution, and may not have performed the expected cleanup operations.";
    let main = left.iter().find(|(key, _)| key.is_empty());
    let mut members: Members = main.map(|(_, left)| member("state", objects(left))).into_iter().collect();
    let others: Members =
        left.iter().filter(|(key, _)| !key.is_empty()).map(|(k, left)| (k.as_str().into(), objects(left))).collect();
    if !others.is_empty() {
        members.push(member("states", Node::Object(others)));
    }
    if !open.is_empty() {
        let open = open.iter().map(|addr| Node::string(addr.clone())).collect();
        members.push(member("planned", Node::Array(open)));
    }
    about.mark(Message::error("test_interrupt", said, vec![("test_interrupt", Node::Object(members))]))
}

/// What all came to.
pub fn test_summary(suite: &TestSuite) -> Message {
    let (word, rest) = verdict(suite);
    let count = |status| Node::Number(suite.count(status).to_string().into());
    let members = Node::Object(vec![
        text("status", status(suite.status)),
        member("passed", count(TestStatus::Pass)),
        member("failed", count(TestStatus::Fail)),
        member("errored", count(TestStatus::Error)),
        member("skipped", count(TestStatus::Skip)),
    ]);
    Message::new("test_summary", format!("{word}{rest}"), vec![("test_summary", members)])
}

fn objects(left: &[LeftObject]) -> Node {
    let object = |object: &LeftObject| {
        let mut members = vec![text("instance", object.addr.clone())];
        members.extend(object.deposed.iter().map(|key| text("deposed_key", key.clone())));
        Node::Object(members)
    };
    Node::Array(left.iter().map(object).collect())
}

fn stage(progress: TestProgress) -> &'static str {
    match progress {
        TestProgress::Starting => "starting",
        TestProgress::Running => "running",
        TestProgress::TearDown => "teardown",
        TestProgress::Complete => "complete",
    }
}

fn status(status: TestStatus) -> &'static str {
    match status {
        TestStatus::Pending => "pending",
        TestStatus::Skip => "skip",
        TestStatus::Pass => "pass",
        TestStatus::Fail => "fail",
        TestStatus::Error => "error",
    }
}
