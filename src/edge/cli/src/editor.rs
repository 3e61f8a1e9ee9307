//! Lines of the console: edited, completed, remembered.

use ops::Console;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Helper};
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

/// How many expressions are remembered.
const MOST_REMEMBERED: usize = 1000;

/// A line editor over a console.
pub(crate) struct Editor {
    lines: rustyline::Editor<Names, FileHistory>,
    history: Option<PathBuf>,
    interrupted: bool,
}

/// What was typed.
pub(crate) enum Typed {
    /// An expression, maybe of several lines.
    Expression(String),
    /// An input that was given up.
    Nothing,
    /// The end.
    End,
}

/// Completes names, and knows whether an expression goes on.
struct Names(Rc<RefCell<Console>>);

impl Editor {
    /// An editor that remembers what the file holds; a file that is not there yet is fine.
    ///
    /// # Errors
    /// A terminal that cannot be used.
    pub(crate) fn new(console: Rc<RefCell<Console>>, history: Option<PathBuf>) -> Result<Editor, String> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .history_ignore_space(true)
            .max_history_size(MOST_REMEMBERED)
            .map_err(|e| e.to_string())?
            .auto_add_history(true)
            .build();
        let mut lines = rustyline::Editor::with_config(config).map_err(|e| e.to_string())?;
        lines.set_helper(Some(Names(console)));
        if let Some(path) = &history {
            // Without it there is nothing to bring back, and everything else works.
            let _none_yet = lines.load_history(path);
        }
        Ok(Editor { lines, history, interrupted: false })
    }

    /// Reads one input. Ctrl-C gives it up; twice in a row it ends.
    pub(crate) fn read(&mut self) -> Typed {
        let interrupted = std::mem::take(&mut self.interrupted);
        match self.lines.readline("> ") {
            Ok(text) => Typed::Expression(text),
            Err(ReadlineError::Interrupted) if !interrupted => {
                self.interrupted = true;
                Typed::Nothing
            }
            Err(_) => Typed::End,
        }
    }

    /// Writes what was typed to the history, which only its owner may read.
    pub(crate) fn keep_history(&mut self) {
        if let Some(path) = &self.history {
            // A console that cannot remember is still a console.
            let _forgotten = self.lines.save_history(path);
        }
    }
}

impl Completer for Names {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &rustyline::Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.0.borrow().completions(line.get(..pos).unwrap_or(line)))
    }
}

impl Validator for Names {
    fn validate(&self, typed: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if ops::goes_on(typed.input()) { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Hinter for Names {
    type Hint = String;
}

impl Highlighter for Names {}

impl Helper for Names {}
