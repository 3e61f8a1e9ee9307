//! `drform test`

use crate::arguments;
use crate::shell::{Exit, Shell, arguments as variables};
use diag::{Diagnostic, DiagnosticJson, Diagnostics, SourceTexts};
use ops::{Parallelism, Said, TestDetail, TestNews, TestRequest, TestView};
use views::json::{self, AboutTest, Message};
use views::{LeftObject, TestProgress, TestShownOf, TestStatus, TestedFile, TestedRun};

pub(crate) fn run(shell: &Shell, args: &arguments::Test) -> Exit {
    if let Err(diagnostic) = shell.begin_stream(&args.telling) {
        return shell.fail(diagnostic);
    }
    let request = TestRequest {
        site: shell.site(&args.world),
        variables: variables(&args.variables),
        directory: args.test_directory.clone(),
        filter: args.filter.clone(),
        detail: if args.verbose { TestDetail::Verbose } else { TestDetail::Brief },
        parallelism: Parallelism(args.parallelism),
    };
    shell.terminal.out(request.site.banner());
    let (suite, said) = ops::test(&request, &Shown { shell });
    let exit = shell.say(&said);
    let Some(suite) = suite else { return Exit::Failure };
    let report = args.junit_xml.as_ref().map(|path| {
        let report = views::junit(&suite, &said.texts);
        std::fs::write(shell.dir.join(path), report).map_err(|error| {
            Diagnostic::error("The JUnit report cannot be written", format!("{}: {error}.", path.display()))
                .next("Name a file in a directory that exists and that you may write.")
        })
    });
    if let Some(Err(unwritten)) = report {
        return shell.fail(unwritten);
    }
    if suite.status == TestStatus::Pass { exit } else { Exit::Failure }
}

const INTERRUPTED: &str = "Interrupt received: finishing what is begun, then destroying what the tests made. Interrupt again to leave at once.";

/// Diagnostics as programs get them, in the order in which they came.
fn in_order(diagnostics: &Diagnostics, texts: &SourceTexts) -> Vec<DiagnosticJson> {
    let json = |one: &Diagnostic| Said { diagnostics: one.clone().into(), texts: texts.clone() }.json();
    diagnostics.iter().flat_map(json).collect()
}

/// Shows what happens.
struct Shown<'s> {
    shell: &'s Shell,
}

impl TestView for Shown<'_> {
    fn tells(&self, news: &TestNews<'_>, texts: &SourceTexts) {
        if self.shell.terminal.has_stream() {
            self.programs(news, texts);
        }
        self.people(news, texts);
    }
}

impl Shown<'_> {
    fn people(&self, news: &TestNews<'_>, texts: &SourceTexts) {
        let terminal = &self.shell.terminal;
        let colour = self.shell.colour();
        match news {
            TestNews::Found(_) => {}
            TestNews::Said(diagnostics) => self.say(diagnostics, texts),
            TestNews::File(file, progress) => {
                terminal.out(&views::test_file_text(file, *progress, colour));
                if *progress == TestProgress::Complete {
                    self.say(&file.diagnostics, texts);
                }
            }
            TestNews::Run(_, run, TestProgress::Complete, _) => {
                terminal.out(&views::test_run_text(run, colour));
                self.details(run);
                self.say(&run.diagnostics, texts);
            }
            TestNews::Run(..) => {}
            TestNews::CleanedUp(file, run, diagnostics, left) => self.cleaned_up(file, run, (diagnostics, left), texts),
            TestNews::Concluded(suite) => terminal.out(&views::test_suite_text(suite, colour)),
            TestNews::Interrupted => terminal.err(&format!("\n{INTERRUPTED}\n")),
            TestNews::Abandoned(file, left, open) => {
                terminal.err(&format!("\nInterrupted again: {} was left as it is.\n", file.name));
                for (key, objects) in *left {
                    let module = if key.is_empty() { "the module under test".to_string() } else { format!("{key:?}") };
                    terminal.err(&format!(
                        "\nThese objects of {module} are left, and must be destroyed by hand:\n{}",
                        list(objects)
                    ));
                }
                if !open.is_empty() {
                    let open: String = open.iter().map(|addr| format!("  - {addr}\n")).collect();
                    terminal.err(&format!("\nThese were being changed, and nobody knows what came of it:\n{open}"));
                }
            }
        }
    }

    fn programs(&self, news: &TestNews<'_>, texts: &SourceTexts) {
        let tell = |message| self.shell.terminal.tell(message);
        let about = |file: &str, run: Option<&str>, diagnostics: &Diagnostics| {
            let about = AboutTest { file, run };
            for one in &in_order(diagnostics, texts) {
                tell(about.mark(Message::diagnostic(one)));
            }
        };
        match news {
            TestNews::Found(suite) => tell(json::test_abstract(suite)),
            TestNews::Said(diagnostics) => {
                in_order(diagnostics, texts).iter().for_each(|one| tell(Message::diagnostic(one)))
            }
            TestNews::File(file, progress) => {
                tell(json::test_file(file, *progress));
                if *progress == TestProgress::Complete {
                    about(&file.name, None, &file.diagnostics);
                }
            }
            TestNews::Run(file, run, progress, elapsed) => {
                tell(json::test_run(file, run, *progress, *elapsed));
                if *progress == TestProgress::Complete {
                    let place = AboutTest { file: &file.name, run: Some(&run.name) };
                    run.shown.iter().for_each(|shown| tell(json::test_shown(place, shown)));
                    about(&file.name, Some(&run.name), &run.diagnostics);
                }
            }
            TestNews::CleanedUp(file, run, diagnostics, left) => {
                let place = AboutTest { file: &file.name, run: Some(&run.name) };
                if !left.is_empty() {
                    tell(json::test_cleanup(place, left));
                }
                about(&file.name, Some(&run.name), diagnostics);
            }
            TestNews::Concluded(suite) => tell(json::test_summary(suite)),
            TestNews::Interrupted => tell(Message::log(INTERRUPTED)),
            TestNews::Abandoned(file, left, open) => {
                tell(json::test_interrupt(AboutTest { file: &file.name, run: None }, (left, open)));
            }
        }
    }

    fn say(&self, diagnostics: &Diagnostics, texts: &SourceTexts) {
        let terminal = &self.shell.terminal;
        for one in diagnostics.iter() {
            terminal.err(&format!("\n{}", diag::render(one, texts, terminal.err_style())));
        }
    }

    /// The plan or the state of a run.
    fn details(&self, run: &TestedRun) {
        let terminal = &self.shell.terminal;
        match run.shown.as_ref().map(|shown| &shown.of) {
            None => {}
            Some(TestShownOf::Plan(plan)) => {
                terminal.out(&format!("{}\n", views::plan_text(plan, self.shell.colour())))
            }
            Some(TestShownOf::State(state, objects)) => {
                let colour = self.shell.colour();
                let text = views::state_text(objects, colour);
                terminal.out(&format!("\n{text}{}\n", views::state_outputs_text(&state.outputs, colour)));
            }
        }
    }

    fn cleaned_up(
        &self,
        file: &TestedFile,
        run: &TestedRun,
        (diagnostics, left): (&Diagnostics, &[LeftObject]),
        texts: &SourceTexts,
    ) {
        let place = format!("{}/{}", file.name, run.name);
        if diagnostics.has_errors() {
            let told = format!("drform encountered an error destroying resources created while executing {place}.\n");
            self.shell.terminal.err(&told);
        }
        self.say(diagnostics, texts);
        if !left.is_empty() {
            let told = format!(
                "\ndrform left the following resources in state after executing {place}, and they need to be cleaned up manually:\n{}",
                list(left)
            );
            self.shell.terminal.err(&told);
        }
    }
}

fn list(objects: &[LeftObject]) -> String {
    let line = |object: &LeftObject| match &object.deposed {
        Some(key) => format!("  - {} ({key})\n", object.addr),
        None => format!("  - {}\n", object.addr),
    };
    objects.iter().map(line).collect()
}
