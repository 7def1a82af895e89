//! `weft completions`: what a shell needs to complete commands, flags and their values.

use std::io::Write;

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::report::Failure;

/// Print what a shell needs to complete commands
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "Examples:
  weft completions bash > ~/.local/share/bash-completion/completions/weft
  weft completions zsh > ~/.zfunc/_weft          with `fpath+=~/.zfunc` before `compinit`
  weft completions fish > ~/.config/fish/completions/weft.fish
  weft completions elvish > ~/.config/elvish/lib/weft.elv
  weft completions powershell >> $PROFILE
  source <(weft completions bash)                for this terminal alone";

/// Writes the script to standard output.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut command = crate::Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "weft", &mut script);
    std::io::stdout()
        .write_all(&script)
        .context("cannot write the script to standard output")
        .map_err(Failure::from)
}
