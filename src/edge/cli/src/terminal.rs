//! The terminal: the only place that writes to it, and one that survives a closed pipe.

use crate::stream::Stream;
use diag::Style;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use views::json::Message;

/// Standard output and error with their style. A reader that goes away (`| head`) ends the printing, never the work.
pub(crate) struct Terminal {
    style: Style,
    err_style: Style,
    out_closed: AtomicBool,
    err_closed: AtomicBool,
    /// What kept standard output from being written, other than a reader that went away.
    lost: Mutex<Option<String>>,
    serial: Mutex<()>,
    /// Where programs are told what happens.
    stream: OnceLock<Stream>,
}

/// Whether colours are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Never (`-no-color`).
    Never,
}

impl Terminal {
    /// Looks at the streams; `no_color` is whether `NO_COLOR` is set to something.
    pub(crate) fn new(colour: Colour, no_color: Option<&str>) -> Self {
        let wanted = colour == Colour::Auto && no_color.is_none_or(str::is_empty);
        let width = terminal_size::terminal_size().map_or(100, |(w, _)| usize::from(w.0));
        let style = |tty: bool| Style { colour: wanted && tty, width: if tty { width } else { 100 } };
        Terminal {
            style: style(std::io::stdout().is_terminal()),
            err_style: style(std::io::stderr().is_terminal()),
            out_closed: AtomicBool::new(false),
            err_closed: AtomicBool::new(false),
            lost: Mutex::new(None),
            serial: Mutex::new(()),
            stream: OnceLock::new(),
        }
    }

    /// How to render what goes to standard output.
    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// How to render what goes to standard error.
    pub(crate) fn err_style(&self) -> Style {
        self.err_style
    }

    /// True when somebody may be there to answer.
    pub(crate) fn can_ask(&self) -> bool {
        std::io::stdin().is_terminal()
    }

    /// True when a person types and sees: both input and output are terminals.
    pub(crate) fn can_edit(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
    }

    /// From now on programs are told what happens, on standard output instead of people, or in a file beside them.
    pub(crate) fn begin_stream(&self, stream: Stream) {
        let _begun_once = self.stream.set(stream);
    }

    /// Whether programs are told what happens, so that messages are to be made.
    pub(crate) fn has_stream(&self) -> bool {
        self.stream.get().is_some()
    }

    /// Tells programs something.
    pub(crate) fn tell(&self, message: Message) {
        let Some(stream) = self.stream.get() else { return };
        let line = format!("{}\n", message.line(&crate::stream::time()));
        match stream {
            Stream::Output => self.print(&line),
            Stream::File(file) => {
                if let Err(error) = file.write_all(line.as_bytes()) {
                    self.is_lost(&error);
                }
            }
        }
    }

    /// Whether there is nobody to read: all goes into the stream.
    fn is_silent(&self) -> bool {
        matches!(self.stream.get(), Some(Stream::Output))
    }

    /// Writes to standard output.
    pub(crate) fn out(&self, text: &str) {
        if !self.is_silent() {
            self.print(text);
        }
    }

    fn is_lost(&self, error: &std::io::Error) {
        if let Ok(mut lost) = self.lost.lock() {
            *lost = Some(error.to_string());
        }
    }

    fn print(&self, text: &str) {
        let _one_at_a_time = self.serial.lock();
        if let Some(error) = write_quietly(&mut std::io::stdout().lock(), text, &self.out_closed)
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            self.is_lost(&error);
        }
    }

    /// Why a part of standard output is missing, if it is: a full disk, for example. A reader that went away misses
    /// nothing.
    pub(crate) fn lost(&self) -> Option<String> {
        self.lost.lock().ok().and_then(|mut lost| lost.take())
    }

    /// Writes to standard error.
    pub(crate) fn err(&self, text: &str) {
        if self.is_silent() {
            return;
        }
        let _one_at_a_time = self.serial.lock();
        let _nobody_left_to_tell = write_quietly(&mut std::io::stderr().lock(), text, &self.err_closed);
    }

    /// Asks a question and reads one line; `None` at the end of input.
    pub(crate) fn ask(&self, question: &str) -> Option<String> {
        self.out(question);
        let mut line = String::new();
        match std::io::stdin().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim().to_string()),
        }
    }
}

/// Any failure to write ends the writing to that stream; the first one is returned.
fn write_quietly(stream: &mut dyn Write, text: &str, closed: &AtomicBool) -> Option<std::io::Error> {
    if closed.load(Ordering::Relaxed) {
        return None;
    }
    let error = stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).err()?;
    closed.store(true, Ordering::Relaxed);
    Some(error)
}
