//! The command line.

mod say;

use std::io::{self, BufReader};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::serve;
use crate::error::Result;

/// See what machine-learning runs did.
#[derive(Debug, Parser)]
#[command(name = "ml_board", version, about, disable_help_subcommand = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers a notebook on stdin and stdout. Notebooks start it themselves.
    #[command(hide = true)]
    Engine,
}

/// Runs the command that the program's arguments name.
pub fn command_line() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            say::trouble(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Engine => {
            serve::run(BufReader::with_capacity(1 << 16, io::stdin()), io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}
