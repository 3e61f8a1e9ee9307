//! Holds: machines reached by SSH: what a `connection` block says, how they are reached, commands and copies of files.
//! May touch: value; the network, local files that are copied.
//! Never: what to run or to copy, and for which object; the terminal.

mod client;
mod connection;
mod failure;
mod lines;
mod machine;
mod scp;

pub use connection::Connection;
pub use machine::Machine;
pub use scp::quoted;
