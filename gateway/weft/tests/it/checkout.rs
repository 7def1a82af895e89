//! A working copy of the shop's schemas and its clients' operations, as a developer has it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::running::{Finished, weft};

/// `schema/` and `operations/` in a folder of their own.
pub(crate) struct Checkout {
    folder: tempfile::TempDir,
}

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

impl Checkout {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Path::new(REPOSITORY);
        copy(&root.join("schema"), &folder.path().join("schema"));
        copy(&root.join("client-tests/operations"), &folder.path().join("operations"));
        Self { folder }
    }

    /// The same, committed on the branch `main`.
    pub(crate) fn committed() -> Self {
        let checkout = Self::new();
        checkout.git(&["init", "--quiet", "--initial-branch", "main"]);
        checkout.commit();
        checkout
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.file(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("a file")
    }

    /// Replaces a text that is there once.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {name}");
        self.write(name, &text.replacen(from, to, 1));
    }

    /// The 1-based line of the first line with this text.
    pub(crate) fn line(&self, name: &str, part: &str) -> usize {
        let text = self.read(name);
        let found = text.lines().position(|line| line.contains(part));
        found.unwrap_or_else(|| panic!("no `{part}` in {name}")) + 1
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "as it is"]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .current_dir(self.path())
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .output();
        let output = output.expect("git starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
    }

    /// The command with what git needs of the environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = weft(self.path(), arguments);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(&mut self.command(arguments))
    }

    /// `weft check` of the shop with further arguments.
    pub(crate) fn check(&self, arguments: &[&str]) -> Finished {
        let mut all = vec!["check", "--config", "schema/router.yaml"];
        all.extend(arguments);
        self.run(&all)
    }

    /// The same, read as JSON, with the exit code.
    pub(crate) fn check_json(&self, arguments: &[&str]) -> (i32, Value) {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        let finished = self.check(&all);
        let report = serde_json::from_str(&finished.stdout());
        let report = report.unwrap_or_else(|_| panic!("JSON: {}", finished.stderr()));
        (finished.code(), report)
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder of the repository").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file");
        }
    }
}

/// `kind CODE coordinate` of every finding.
pub(crate) fn findings(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let lines = findings.map(|finding| {
        let text = |member: &str| finding[member].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", text("kind"), text("code"), text("coordinate")).trim().to_owned()
    });
    lines.collect()
}

/// The finding with a code and a coordinate.
pub(crate) fn finding<'a>(report: &'a Value, code: &str, coordinate: &str) -> &'a Value {
    let mut findings = report["findings"].as_array().expect("findings").iter();
    let found = findings.find(|it| it["code"] == code && it["coordinate"] == coordinate);
    found.unwrap_or_else(|| panic!("no {code} {coordinate} in {report:#}"))
}
