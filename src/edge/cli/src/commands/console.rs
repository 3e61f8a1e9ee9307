//! `drform console`: one expression a line.

use crate::arguments;
use crate::shell::{Exit, Shell};
use std::io::BufRead;

pub(crate) fn run(shell: &Shell, args: &arguments::Console) -> Exit {
    let request = shell.reading(&args.world, &args.variables, 10);
    let (console, said) = ops::console(&request);
    let mut exit = shell.say(&said);
    let Some(console) = console.filter(|_| exit == Exit::Success) else {
        return Exit::Failure;
    };
    let prompt = if shell.terminal.can_ask() { "> " } else { "" };
    shell.terminal.out(prompt);
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        match line.trim() {
            "" => {}
            "exit" | "quit" => break,
            expression => match console.evaluate(expression) {
                (Some(text), said) => {
                    shell.say(&said);
                    shell.terminal.out(&format!("{text}\n"));
                }
                (None, said) => {
                    exit = shell.say(&said);
                }
            },
        }
        shell.terminal.out(prompt);
    }
    // A person at a prompt has seen the errors; a script wants the code.
    if shell.terminal.can_ask() { Exit::Success } else { exit }
}
