//! The program `ml_board`: the engine of the notebooks, and the command line.

fn main() -> std::process::ExitCode {
    ml_board::command_line()
}
