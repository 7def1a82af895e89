//! `weft config`: the JSON Schema of `router.yaml`, and what is wrong with one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use federation::diagnostic::Diagnostic;
use router::config::json_schema;

use crate::graph_input::GraphInput;
use crate::report::{self, Failure, Finding, Report, ReportArguments, StandardOutput};
use crate::repository::Repository;

/// Check a configuration, or print what one may say
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the JSON Schema of router.yaml
    ///
    /// Editors that know it complete keys and show what they are for. With the YAML language server
    /// a comment in the first line of router.yaml says where it is:
    ///
    ///     # yaml-language-server: $schema=router.schema.json
    #[command(verbatim_doc_comment, after_help = EXAMPLES_OF_SCHEMA)]
    Schema,
    Validate(ValidateArguments),
}

/// Check a configuration: keys, values, and the environment variables that it names
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES_OF_VALIDATE)]
struct ValidateArguments {
    /// The configuration; `-` is standard input
    #[arg(value_name = "FILE", default_value = "router.yaml")]
    file: PathBuf,
    #[command(flatten)]
    report: ReportArguments,
}

const EXAMPLES: &str = "Examples:
  weft config validate router.yaml
  weft config schema > router.schema.json";

const EXAMPLES_OF_SCHEMA: &str = "Examples:
  weft config schema > router.schema.json";

const EXAMPLES_OF_VALIDATE: &str = "Examples:
  weft config validate                                router.yaml in this folder
  weft config validate schema/router.yaml
  weft config validate router.yaml --format github    annotations in a pull request

Files that the configuration names are not read: `weft compose` and `weft check` do that.

Exit codes: 0 fine, 1 something in it is wrong, 2 it could not be read";

/// Runs one of the two.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let ended = match &arguments.command {
        Command::Schema => print_schema().map(|()| 0),
        Command::Validate(arguments) => arguments.validate(),
    };
    ended.map_or_else(
        |error| {
            report::failure(&Failure::Other(error));
            ExitCode::from(2)
        },
        ExitCode::from,
    )
}

fn print_schema() -> anyhow::Result<()> {
    std::io::stdout()
        .write_all(json_schema().as_bytes())
        .context("cannot write the schema to standard output")
}

impl ValidateArguments {
    /// What is found is on standard error for people, on standard output for programs.
    fn validate(&self) -> anyhow::Result<u8> {
        let is_stdin = self.file == Path::new("-");
        let beside = if is_stdin { Path::new("") } else { &self.file };
        let mut report = Report::new("config validate", Repository::around(beside));
        if let Err(found) = GraphInput::config(self.file.clone()).read_config() {
            // That it is wrong is what this command was to find out.
            let is_answer = |it: &Diagnostic| it.code == "CONFIG_INVALID";
            if found.iter().all(is_answer) {
                report.findings.extend(found.into_iter().map(Finding::error));
            } else {
                report.stop(Failure::Diagnostics(found));
            }
        }
        self.report.write(&report, StandardOutput::Free)?;
        Ok(report.exit_code())
    }
}
