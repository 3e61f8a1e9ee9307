//! `drform console`

use crate::arguments;
use crate::editor::{Editor, Typed};
use crate::shell::{Exit, Shell};
use ops::{Console, Happening, Progress, Sees};
use plan::PlanOptions;
use std::cell::RefCell;
use std::io::BufRead;
use std::rc::Rc;

pub(crate) fn run(shell: &Shell, args: &arguments::Console) -> Exit {
    let mut request = shell.reading(&args.world, &args.variables, 10);
    request.site.state_file = args.state.clone();
    let sees = if args.plan { Sees::Plan(PlanOptions::default(), &Silent) } else { Sees::State };
    let (console, said) = ops::console(&request, sees);
    let exit = shell.say(&said);
    let Some(console) = console.filter(|_| exit == Exit::Success) else {
        return Exit::Failure;
    };
    if shell.terminal.can_edit() { interactive(shell, console) } else { piped(shell, console) }
}

/// What a plan does on its way is not what was asked for.
struct Silent;

impl Progress for Silent {
    fn happens(&self, _: &Happening) {}
}

/// Evaluates and prints; false after an error.
fn answer(shell: &Shell, console: &mut Console, expression: &str) -> bool {
    let (text, said) = console.evaluate(expression);
    let exit = shell.say(&said);
    if let Some(text) = text {
        shell.terminal.out(&format!("{text}\n"));
    }
    exit == Exit::Success
}

/// One expression a line. A script wants the code.
fn piped(shell: &Shell, mut console: Console) -> Exit {
    let mut exit = Exit::Success;
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        match line.trim() {
            "" => {}
            "exit" | "quit" => break,
            expression => {
                if !answer(shell, &mut console, expression) {
                    exit = Exit::Failure;
                }
            }
        }
    }
    exit
}

/// A person at a prompt sees the errors, and goes on.
fn interactive(shell: &Shell, console: Console) -> Exit {
    let console = Rc::new(RefCell::new(console));
    let mut editor = match Editor::new(console.clone(), ops::history_file(&shell.environment)) {
        Ok(editor) => editor,
        Err(why) => {
            return shell.fail(
                diag::Diagnostic::error("Cannot read from the terminal", why)
                    .next("Pipe the expressions into drform console, one a line."),
            );
        }
    };
    loop {
        match editor.read() {
            Typed::Expression(text) => match text.trim() {
                "" => {}
                "exit" | "quit" => break,
                expression => {
                    answer(shell, &mut console.borrow_mut(), expression);
                }
            },
            Typed::Nothing => {}
            Typed::End => break,
        }
    }
    editor.keep_history();
    Exit::Success
}
