//! The program `fnet`: see the library for what it does, and `fnet --help` for how to say it.

use std::process::ExitCode;

fn main() -> ExitCode {
    fnet::cli::main()
}
