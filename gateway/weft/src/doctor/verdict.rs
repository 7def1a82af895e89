//! What the checks have found, for people and for programs.

use serde_json::{Value, json};

use crate::report::plural;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    /// It works, and may not when it matters.
    Warning,
    /// It does not work.
    Error,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    /// What was checked: `subgraph`, `listen`.
    pub(super) check: &'static str,
    /// Of what: `users`, `127.0.0.1:4000`.
    pub(super) subject: String,
    pub(super) status: Status,
    pub(super) message: String,
    /// How it is mended.
    pub(super) help: Option<String>,
}

/// All checks, in the order they are shown in.
pub(super) struct Verdict {
    pub(super) checks: Vec<Check>,
}

const VERSION: u32 = 1;

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The beginning of coloured text.
    fn colour(self) -> &'static str {
        match self {
            Self::Ok => "\u{1b}[1;32m",
            Self::Warning => "\u{1b}[1;33m",
            Self::Error => "\u{1b}[1;31m",
        }
    }
}

impl Check {
    pub(super) fn ok(
        check: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let (subject, message) = (subject.into(), message.into());
        Self { check, subject, status: Status::Ok, message, help: None }
    }

    pub(super) fn warning(
        check: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let help = Some(help.into());
        Self { status: Status::Warning, help, ..Self::ok(check, subject, message) }
    }

    pub(super) fn error(
        check: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { status: Status::Error, ..Self::warning(check, subject, message, help) }
    }
}

impl Verdict {
    pub(super) fn exit_code(&self) -> u8 {
        u8::from(self.count(Status::Error) > 0)
    }

    fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }

    /// One line a check, with colours; whoever prints it takes them away where they are not wanted.
    pub(super) fn human(&self) -> String {
        let named = |it: &Check| format!("{} {}", it.check.replace('_', " "), it.subject);
        let width = self.checks.iter().map(|it| named(it).chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for it in &self.checks {
            let (colour, status) = (it.status.colour(), it.status.name());
            let (name, message) = (named(it), &it.message);
            text.push_str(&format!("{colour}{status:<8}\u{1b}[0m {name:<width$}  {message}\n"));
            if let Some(help) = &it.help {
                text.push_str(&format!("{:9}{:width$}  help: {help}\n", "", ""));
            }
        }
        let errors = plural(self.count(Status::Error), "error");
        let warnings = plural(self.count(Status::Warning), "warning");
        let checks = plural(self.checks.len(), "check");
        text.push_str(&format!("\n{checks}: {errors}, {warnings}\n"));
        text
    }

    /// One object. While `version` is 1, members are added, and none is removed or changed.
    pub(super) fn json(&self) -> String {
        let checks = self.checks.iter().map(|it| {
            json!({
                "check": it.check,
                "subject": it.subject,
                "status": it.status.name(),
                "message": it.message,
                "help": it.help,
            })
        });
        let value = json!({
            "version": VERSION,
            "command": "doctor",
            "result": if self.exit_code() == 0 { "ok" } else { "failed" },
            "exit_code": self.exit_code(),
            "counts": {
                "ok": self.count(Status::Ok),
                "warnings": self.count(Status::Warning),
                "errors": self.count(Status::Error),
            },
            "checks": checks.collect::<Vec<Value>>(),
        });
        format!("{value:#}\n")
    }
}
