//! `drform fmt`

use crate::arguments;
use crate::shell::{Exit, Shell};
use ops::{Depth, Formatted, Formatting};
use std::io::Read;
use std::path::Path;

/// What is printed of each text.
struct Shown {
    list: bool,
    diff: bool,
    /// The text itself, where nothing else would come of it.
    text: bool,
}

pub(crate) fn run(shell: &Shell, args: &arguments::Fmt) -> Exit {
    let stdin = args.targets.first().is_some_and(|first| first == Path::new("-"));
    let (list, write) = (args.list && !stdin, args.write && !stdin && !args.check);
    let shown = Shown { list: list || args.check, diff: args.diff, text: !(list || args.check || write || args.diff) };
    let mut differs = false;
    // -check says nothing before it knows that there is no mistake.
    let mut held = String::new();
    let each = |formatted: Formatted| {
        differs |= formatted.differs();
        let text = printed(&formatted, &shown);
        if args.check {
            held.push_str(&text);
        } else {
            shell.terminal.out(&text);
        }
    };
    let said = if stdin {
        let mut bytes = Vec::new();
        if let Err(error) = std::io::stdin().lock().read_to_end(&mut bytes) {
            let detail = format!("The standard input could not be read: {error}.");
            shell.fail(
                diag::Diagnostic::error("Failed to read the standard input", detail).next("Pipe a file into it."),
            );
            return Exit::Difference;
        }
        let (formatted, said) = ops::fmt_text("<stdin>", bytes);
        formatted.into_iter().for_each(each);
        said
    } else {
        let depth = if args.recursive { Depth::All } else { Depth::One };
        ops::fmt(&shell.dir, &Formatting { targets: args.targets.clone(), depth, write }, each)
    };
    if shell.say(&said) != Exit::Success {
        return Exit::Difference;
    }
    if list {
        shell.terminal.out(&held);
    }
    if args.check && differs { Exit::Layout } else { Exit::Success }
}

/// As Terraform prints it.
fn printed(formatted: &Formatted, shown: &Shown) -> String {
    let name = &formatted.name;
    let mut out = String::new();
    if formatted.differs() {
        if shown.list {
            out.push_str(&format!("{name}\n"));
        }
        if shown.diff {
            let (old, new) = (format!("old/{name}"), format!("new/{name}"));
            out.push_str(&views::line_difference(&old, &new, &formatted.before, &formatted.after));
        }
    }
    if shown.text {
        out.push_str(&formatted.after);
        // Terraform prints whole lines, be it an empty one.
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}
