//! `drform survive`

use crate::arguments;
use crate::progress::Lines;
use crate::shell::{Exit, Shell};
use diag::Diagnostic;
use plan::Refresh;

pub(crate) fn run(shell: &Shell, args: &arguments::Survive) -> Exit {
    let request = shell.reading(&args.world, &args.variables, 10);
    shell.terminal.out(request.site.banner());
    let (report, said) =
        ops::survive(&request, if args.refresh { Refresh::Yes } else { Refresh::No }, &Lines::new(&shell.terminal));
    let exit = shell.say(&said);
    let Some(report) = report.filter(|_| exit == Exit::Success) else {
        return Exit::Failure;
    };
    if args.explain.is_empty() {
        shell.terminal.out(&views::survival_text(&report, shell.colour()));
        return Exit::Success;
    }
    for wanted in &args.explain {
        match views::survival_reasons(&report, wanted) {
            Some(text) => shell.terminal.out(&text),
            None => {
                let names: Vec<&str> = report.datasets.iter().map(|d| d.name.as_ref()).collect();
                return shell.fail(
                    Diagnostic::error("No such verdict", format!("Nothing is known of {wanted:?}."))
                        .next(format!("Write DATASET or DATASET:FAILURE; the data sets are {}.", names.join(", "))),
                );
            }
        }
    }
    Exit::Success
}
