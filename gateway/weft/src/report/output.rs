//! Where a report goes, and in which form.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::{Report, github, gitlab, human, json, junit, markdown, sarif};

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[value(alias = "text")]
    Human,
    /// One JSON object
    Json,
    /// Annotations of a GitHub workflow, and its step summary
    Github,
    /// Code Quality of GitLab: a list of issues, as JSON
    Gitlab,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for GitLab and Jenkins
    Junit,
    /// A table, for a comment on a pull request
    Markdown,
}

impl Format {
    fn render(self, report: &Report) -> String {
        match self {
            Self::Human => human::render(report),
            Self::Json => json::render(report),
            Self::Github => github::render(report),
            Self::Gitlab => gitlab::render(report),
            Self::Sarif => sarif::render(report),
            Self::Junit => junit::render(report),
            Self::Markdown => markdown::render(report),
        }
    }
}

/// `--format` and `--report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The form in which findings are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write the findings to a file too, such as sarif=weft.sarif; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    report: Vec<ReportFile>,
}

/// `sarif=weft.sarif`.
#[derive(Debug, Clone)]
struct ReportFile {
    format: Format,
    path: PathBuf,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text
            .split_once('=')
            .filter(|(_, path)| !path.is_empty())
            .ok_or_else(|| format!("`{text}` is not of the form FORMAT=FILE"))?;
        Ok(Self { format: Format::from_str(format, false)?, path: PathBuf::from(path) })
    }
}

/// What else is on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandardOutput {
    /// Nothing: the report may go there.
    Free,
    /// A document: the report goes to standard error.
    Taken,
}

impl ReportArguments {
    /// The form that was asked for.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Prints the report, and writes the files that were asked for. What people read is on
    /// standard error; what programs read is on standard output when nothing else is.
    ///
    /// # Errors
    /// A file cannot be written, or standard output is closed.
    pub(crate) fn write(&self, report: &Report, stdout: StandardOutput) -> anyhow::Result<()> {
        for file in &self.report {
            let text = file.format.render(report);
            let plain = anstream::adapter::strip_str(&text).to_string();
            std::fs::write(&file.path, plain)
                .with_context(|| format!("cannot write the report {}", file.path.display()))?;
        }
        let text = self.format.render(report);
        if self.format == Format::Human || stdout == StandardOutput::Taken {
            // Where nobody can read it, nobody can be told so either.
            let _ = write!(anstream::stderr(), "{text}");
        } else {
            std::io::stdout()
                .write_all(text.as_bytes())
                .context("cannot write the report to standard output")?;
        }
        if self.format == Format::Github {
            append_step_summary(report)?;
        }
        Ok(())
    }
}

/// A step shows ten annotations of each level; its summary shows all.
fn append_step_summary(report: &Report) -> anyhow::Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let path = Path::new(&path);
    let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(markdown::render(report).as_bytes()))
        .with_context(|| format!("cannot write the step summary {}", path.display()))
}
