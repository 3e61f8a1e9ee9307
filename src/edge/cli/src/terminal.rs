//! The terminal: the only place that writes to it, and one that survives a closed pipe.

use diag::Style;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Standard output and error with their style. A reader that goes away (`| head`) ends the printing, never the work.
pub struct Terminal {
    style: Style,
    err_style: Style,
    out_closed: AtomicBool,
    err_closed: AtomicBool,
    serial: Mutex<()>,
}

/// Whether colours are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Never (`-no-color`).
    Never,
}

impl Terminal {
    /// Looks at the streams; `no_color` is whether `NO_COLOR` is set to something.
    pub fn new(colour: Colour, no_color: Option<&str>) -> Self {
        let wanted = colour == Colour::Auto && no_color.is_none_or(str::is_empty);
        let width = terminal_size::terminal_size().map_or(100, |(w, _)| usize::from(w.0));
        let style = |tty: bool| Style { colour: wanted && tty, width: if tty { width } else { 100 } };
        Terminal {
            style: style(std::io::stdout().is_terminal()),
            err_style: style(std::io::stderr().is_terminal()),
            out_closed: AtomicBool::new(false),
            err_closed: AtomicBool::new(false),
            serial: Mutex::new(()),
        }
    }

    /// How to render what goes to standard output.
    pub fn style(&self) -> Style {
        self.style
    }

    /// How to render what goes to standard error.
    pub fn err_style(&self) -> Style {
        self.err_style
    }

    /// True when somebody may be there to answer.
    pub fn can_ask(&self) -> bool {
        std::io::stdin().is_terminal()
    }

    /// Writes to standard output.
    pub fn out(&self, text: &str) {
        let _one_at_a_time = self.serial.lock();
        write_quietly(&mut std::io::stdout().lock(), text, &self.out_closed);
    }

    /// Writes to standard error.
    pub fn err(&self, text: &str) {
        let _one_at_a_time = self.serial.lock();
        write_quietly(&mut std::io::stderr().lock(), text, &self.err_closed);
    }

    /// Asks a question and reads one line; `None` at the end of input.
    pub fn ask(&self, question: &str) -> Option<String> {
        self.out(question);
        let mut line = String::new();
        match std::io::stdin().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim().to_string()),
        }
    }
}

/// Any failure to write ends the writing to that stream: there is nobody left to tell.
fn write_quietly(stream: &mut dyn Write, text: &str, closed: &AtomicBool) {
    if closed.load(Ordering::Relaxed) {
        return;
    }
    if stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).is_err() {
        closed.store(true, Ordering::Relaxed);
    }
}
