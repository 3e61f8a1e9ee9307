//! Holds: the command line, the terminal, one file per command, exit codes.
//! May touch: ops, and views and dr for what it prints.
//! Never: providers, files of state or journal.

mod argv;
pub mod arguments;
mod terminal;
