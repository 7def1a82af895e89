//! `weft man`: a manual page for each command, from the definition of the command line.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, CommandFactory};

use crate::report::Failure;

/// Write the manual pages, one a command, to a folder
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folder; it is made when it is not there
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

const EXAMPLES: &str = "Examples:
  weft man ~/.local/share/man/man1     for `man weft` and `man weft-check`
  weft man . && man ./weft.1           one page, without installing it";

/// Writes `weft.1`, `weft-check.1` and so on.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let cannot = || format!("cannot write manual pages to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(cannot)?;
    clap_mangen::generate_to(crate::Arguments::command(), folder).with_context(cannot)?;
    Ok(())
}
