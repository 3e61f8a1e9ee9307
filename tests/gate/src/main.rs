//! Starts the emulator and the gate, says where they are, and ends with its standard input (or a signal).

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let cloud = drform_gate::Cloud::start();
    let mut out = io::stdout();
    writeln!(out, "endpoint={}\nemulator={}", cloud.endpoint(), cloud.emulator())?;
    out.flush()?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
