//! Holds: the command line, the terminal, one file per command, exit codes.
//! May touch: ops, and views and dr for what it prints.
//! Never: providers, files of state or journal.

pub mod arguments;
mod argv;
mod commands;
mod editor;
mod progress;
mod shell;
mod stream;
mod terminal;

use arguments::{Arguments, Command};
use clap::Parser;
use ops::Environment;
use shell::{Exit, Shell, Warnings};
use std::ffi::OsString;
use std::path::PathBuf;
use terminal::{Colour, Terminal};

/// Deep configurations recurse: the work is done on a stack of its own, of which only what is used is ever mapped.
const STACK_BYTES: usize = 1 << 30;

/// Runs the command line; the result is the exit code of the process.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let work = std::thread::Builder::new().name("drform".into()).stack_size(STACK_BYTES).spawn(move || command(args));
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(exit)) => exit as u8,
        // The panic has printed itself.
        Ok(Err(_)) => 101,
        Err(_) => Exit::Failure as u8,
    }
}

fn command(args: Vec<OsString>) -> Exit {
    let environment = Environment::of_process();
    let extra = |command: &str| {
        let general = environment.setting("CLI_ARGS").map(argv::words).unwrap_or_default();
        let own = environment.setting(&format!("CLI_ARGS_{command}")).map(argv::words).unwrap_or_default();
        [general, own].concat()
    };
    let parsed = match Arguments::try_parse_from(argv::rewrite(args, extra)) {
        Ok(parsed) => parsed,
        Err(error) => {
            let terminal = Terminal::new(Colour::Auto, environment.get("NO_COLOR"));
            let text = argv::single_dashes(&error.render().to_string());
            if error.use_stderr() {
                terminal.err(&format!("\n{}", text.replacen("error: ", "Error: ", 1)));
                return Exit::Failure;
            }
            terminal.out(&text);
            return Exit::Success;
        }
    };
    let colour = if parsed.no_color { Colour::Never } else { Colour::Auto };
    let shell = Shell {
        terminal: Terminal::new(colour, environment.get("NO_COLOR")),
        dir: parsed.chdir.unwrap_or_else(|| PathBuf::from(".")),
        environment,
        warnings: warnings(&parsed.command),
    };
    if !shell.dir.is_dir() {
        return shell.fail(
            diag::Diagnostic::error(
                "No such directory",
                format!("-chdir names {}, which is no directory.", shell.dir.display()),
            )
            .next("Name the directory that holds the root module."),
        );
    }
    let exit = dispatch(&shell, &parsed.command);
    match shell.terminal.lost() {
        Some(why) => shell.fail(
            diag::Diagnostic::error(
                "The output is incomplete",
                format!("Standard output could not be written: {why}."),
            )
            .next("What the command did, it did; make room and look again, for example with drform show."),
        ),
        None => exit,
    }
}

/// How a command says its warnings.
fn warnings(command: &Command) -> Warnings {
    let saying = match command {
        Command::Plan(args) => args.saying,
        Command::Apply(args) | Command::Destroy(args) => args.saying,
        Command::Refresh(args) => args.saying,
        _ => return Warnings::Full,
    };
    if saying.compact_warnings { Warnings::Compact } else { Warnings::Full }
}

fn dispatch(shell: &Shell, command: &Command) -> Exit {
    match command {
        Command::Init(args) => commands::init::run(shell, args),
        Command::Get(args) => commands::get::run(shell, args),
        Command::Modules(args) => commands::modules::run(shell, args),
        Command::Validate(args) => commands::validate::run(shell, args),
        Command::Test(args) => commands::test::run(shell, args),
        Command::Fmt(args) => commands::fmt::run(shell, args),
        Command::Plan(args) => commands::plan::run(shell, args),
        Command::Apply(args) => commands::apply::run(shell, args),
        Command::Destroy(args) => commands::destroy::run(shell, args),
        Command::Refresh(args) => commands::refresh::run(shell, args),
        Command::Show(args) => commands::show::run(shell, args),
        Command::Output(args) => commands::output::run(shell, args),
        Command::Workspace(args) => commands::workspace::run(shell, args),
        Command::State(args) => commands::state::run(shell, args),
        Command::Graph(args) => commands::graph::run(shell, args),
        Command::Import(args) => commands::import::run(shell, args),
        Command::Taint(args) => commands::taint::run(shell, args, state::Status::Tainted),
        Command::Untaint(args) => commands::taint::run(shell, args, state::Status::Ready),
        Command::ForceUnlock(args) => commands::force_unlock::run(shell, args),
        Command::Providers(args) => commands::providers::run(shell, args),
        Command::Metadata(what) => commands::metadata::run(shell, what),
        Command::Version(args) => commands::version::run(shell, args),
        Command::Drift(args) => commands::drift::run(shell, args),
        Command::Survive(args) => commands::survive::run(shell, args),
        Command::Sandbox(args) => commands::sandbox::run(shell, args),
        Command::Console(args) => commands::console::run(shell, args),
        Command::Recover(args) => commands::recover::run(shell, args),
    }
}
