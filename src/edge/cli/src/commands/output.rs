//! `drform output`

use crate::arguments;
use crate::shell::{Exit, Shell};
use diag::Diagnostic;

pub(crate) fn run(shell: &Shell, args: &arguments::Output) -> Exit {
    let state = match ops::read_state(&ops::Site { state_file: args.state.clone(), ..shell.site(&args.world) }) {
        Ok(state) => state,
        Err(diagnostic) => return shell.fail(diagnostic),
    };
    let Some(name) = &args.name else {
        let text = match (args.raw, args.json) {
            (true, _) => {
                return shell.fail(
                    Diagnostic::error("Output name required", "-raw prints one output.")
                        .next("Write drform output -raw NAME."),
                );
            }
            (false, true) => views::outputs_json(&state.outputs),
            (false, false) if state.outputs.is_empty() => {
                let none =
                    Diagnostic::warning("No outputs found", "The state has no outputs, or none has been applied yet.")
                        .next("Declare an output in the root module, then run drform apply.");
                return shell.fail(none);
            }
            (false, false) => views::outputs_text(&state.outputs),
        };
        shell.terminal.out(&text);
        return Exit::Success;
    };
    let Some(output) = state.outputs.get(name.as_str()) else {
        let known: Vec<&str> = state.outputs.keys().map(AsRef::as_ref).collect();
        return shell.fail(
            Diagnostic::error("Output not found", format!("The state has no output named {name:?}."))
                .next(format!("Outputs in the state: {}.", known.join(", "))),
        );
    };
    match views::output_text(output, views::OutputForm::of(args.json, args.raw)) {
        Some(text) => {
            shell.terminal.out(&text);
            Exit::Success
        }
        None => shell.fail(
            Diagnostic::error(
                "Unsupported value for raw output",
                format!("The output {name:?} is not a string, number or bool."),
            )
            .next("Use -json."),
        ),
    }
}
