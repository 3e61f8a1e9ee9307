//! `drform test`

use crate::arguments;
use crate::shell::{Exit, Shell, arguments as variables};
use diag::{Diagnostics, SourceTexts};
use ops::{LeftObject, Parallelism, Said, TestDetail, TestNews, TestRequest, TestView};
use views::{TestProgress, TestShown, TestStatus, TestedFile, TestedRun};

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
    match suite {
        Some(suite) if suite.status == TestStatus::Pass => exit,
        _ => Exit::Failure,
    }
}

/// Shows what happens.
struct Shown<'s> {
    shell: &'s Shell,
}

impl TestView for Shown<'_> {
    fn tells(&self, news: &TestNews<'_>, texts: &SourceTexts) {
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
            TestNews::Interrupted => terminal.err(
                "\nInterrupt received: finishing what is begun, then destroying what the tests made. Interrupt again to leave at once.\n",
            ),
            TestNews::Abandoned(file, left) => {
                terminal.err(&format!("\nInterrupted again: {} was left as it is.\n", file.name));
                for (key, objects) in *left {
                    let module = if key.is_empty() { "the module under test".to_string() } else { format!("{key:?}") };
                    terminal.err(&format!("\nThese objects of {module} are left, and must be destroyed by hand:\n{}", list(objects)));
                }
            }
        }
    }

    fn say(&self, diagnostics: &Diagnostics, texts: &SourceTexts) {
        self.shell.say(&Said { diagnostics: diagnostics.clone(), texts: texts.clone() });
    }

    /// The plan or the state of a run.
    fn details(&self, run: &TestedRun) {
        let terminal = &self.shell.terminal;
        match &run.shown {
            None => {}
            Some(TestShown::Plan(plan)) => terminal.out(&format!("{}\n", views::plan_text(plan, self.shell.colour()))),
            Some(TestShown::State(state)) => {
                let (objects, outputs) = state.as_ref();
                let colour = self.shell.colour();
                let text = views::state_text(objects, colour);
                terminal.out(&format!("\n{text}{}\n", views::state_outputs_text(outputs, colour)));
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
