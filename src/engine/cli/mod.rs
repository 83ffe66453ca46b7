//! The command line.

mod dashboard;
mod doctor;
mod edit;
mod export;
mod export_html;
mod ls;
mod repair;
mod say;
mod ship;
mod sync;
mod watch;

use std::io::{self, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::serve;
use crate::error::Result;
use crate::store::repair::How;

/// See what machine-learning runs did.
#[derive(Debug, Parser)]
#[command(
    name = "ml_board",
    version,
    about,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true
)]
struct Arguments {
    #[command(flatten)]
    dashboard: dashboard::What,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers a notebook on stdin and stdout. Notebooks start it themselves.
    #[command(hide = true)]
    Engine,
    /// Ships the journal of a writer without a driver, which starts it.
    #[command(hide = true)]
    Ship {
        #[arg(long, value_name = "DIRECTORY")]
        journal: PathBuf,
    },
    /// Shows the running runs of a folder in the terminal: last values, speed, time left.
    Watch(watch::What),
    /// Says what is missing or mismatched on this machine, and how to mend it.
    Doctor,
    /// Lists what this machine still holds: journals that are not stored yet, and the runs of the local store.
    Ls,
    /// Computes anew what is told of points that were edited by hand: headers of chunks, and summaries of runs. In the store of the settings.
    Repair {
        /// Only in this database.
        #[arg(long, short, value_name = "NAME")]
        database: Option<String>,
        /// Only in folders of this name.
        #[arg(long, short, value_name = "NAME")]
        folder: Option<String>,
        /// Tells what is wrong, and changes nothing.
        #[arg(long)]
        dry_run: bool,
        /// Takes runs for ended that gave no sign of life for half a minute (status stale).
        #[arg(long)]
        with_stale: bool,
    },
    /// Corrects runs that are stored: shows what would change, and with --yes does it. It can be undone.
    Edit(Box<edit::What>),
    /// Writes runs or points to a file (CSV, JSON or Parquet), or with `--html FILE` a board as one page that works offline.
    Export(Box<export::What>),
    /// Lists the edits of a folder: what, who and why.
    Edits(edit::Where),
    /// Undoes an edit.
    Undo {
        #[command(flatten)]
        at: edit::Where,
        /// Which, as `ml_board edits` lists it.
        id: String,
    },
    /// Stores what programs that died left in this machine's journals, and waits for all of it.
    Sync {
        /// Moves the runs of the local store to this one: mongodb://HOST, or local:DIRECTORY.
        #[arg(long, value_name = "URI")]
        to: Option<String>,
    },
}

/// Runs the command that the program's arguments name.
pub fn command_line() -> ExitCode {
    let Arguments { dashboard, command } = Arguments::parse_from(dashboard::spelled_out(std::env::args_os()));
    match command.map_or_else(|| dashboard::dashboard(&dashboard), run) {
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
        Command::Watch(what) => watch::watch(&what),
        Command::Ship { journal } => ship::ship(&journal),
        Command::Edit(what) => edit::edit(&what),
        Command::Export(what) => export::export(&what),
        Command::Edits(at) => edit::edits(&at),
        Command::Undo { at, id } => edit::undo(&at, &id),
        Command::Doctor => Ok(doctor::doctor()),
        Command::Sync { to: None } => sync::sync(),
        Command::Sync { to: Some(to) } => sync::move_to(&to),
        Command::Repair { database, folder, dry_run, with_stale } => {
            repair::repair(database.as_deref(), folder.as_deref(), How { dry_run, with_stale })
        }
        Command::Ls => ls::ls().map(|()| ExitCode::SUCCESS),
    }
}

/// Bytes as a person reads them.
fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}
