//! The git repository that files are in: paths as reports for other programs want them, and files
//! as they were at a revision. `git` is run for the latter; the former needs none.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// A repository's work tree, or the current folder where there is none.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    root: PathBuf,
}

/// A repository at one revision, which exists.
#[derive(Debug, Clone)]
pub(crate) struct Revision {
    repository: Repository,
    /// As it was asked for: `origin/main`.
    pub(crate) name: String,
    commit: String,
}

impl Repository {
    /// The work tree that a file or folder is in, whether it exists or not.
    pub(crate) fn around(path: &Path) -> Self {
        let path = absolute(path);
        let root = path.ancestors().find(|folder| folder.join(".git").exists());
        let root = root.map(Path::to_path_buf).unwrap_or_else(|| absolute(Path::new("")));
        Self { root }
    }

    /// The path of an existing file from the root on, with `/`; none for what is no file, such as
    /// a URL, and for files elsewhere.
    pub(crate) fn relative(&self, name: &str) -> Option<String> {
        let path = absolute(Path::new(name));
        path.is_file().then(|| self.within(&path)).flatten()
    }

    fn within(&self, absolute: &Path) -> Option<String> {
        let parts = absolute.strip_prefix(&self.root).ok()?.components();
        let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    }

    /// A branch, a tag or a commit.
    ///
    /// # Errors
    /// There is no git, no repository, or no such revision.
    pub(crate) fn revision(self, name: &str) -> anyhow::Result<Revision> {
        let commit = format!("{name}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        let found = self.git(&arguments.map(OsStr::new))?;
        let Some(found) = found else {
            bail!(
                "git knows no revision `{name}` in {}; a shallow clone has no others: fetch it \
                 (`git fetch --depth=1 origin BRANCH`, or `fetch-depth: 0` for actions/checkout)",
                self.root.display()
            );
        };
        let commit = String::from_utf8_lossy(&found).trim().to_owned();
        Ok(Revision { repository: self, name: name.to_owned(), commit })
    }

    /// What git prints, or none when it says no.
    fn git(&self, arguments: &[&OsStr]) -> anyhow::Result<Option<Vec<u8>>> {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.root)
            .args(arguments)
            .output()
            .context("cannot run git")?;
        if output.status.success() {
            return Ok(Some(output.stdout));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
        let is_no_answer = said.contains("not a git repository") || said.contains("ownership");
        if is_no_answer {
            bail!("git cannot be asked: {said}");
        }
        Ok(None)
    }
}

impl Revision {
    /// A file's text at the revision; none when it was not there.
    ///
    /// # Errors
    /// It is outside the repository, or is no text.
    pub(crate) fn read(&self, path: &Path) -> anyhow::Result<Option<String>> {
        let within = self.repository.within(&absolute(path));
        let within = within.with_context(|| {
            let root = self.repository.root.display();
            format!("{} is not in the repository {root}", path.display())
        })?;
        let object = format!("{}:{within}", self.commit);
        let arguments = ["show", "--no-textconv", &object];
        let Some(bytes) = self.repository.git(&arguments.map(OsStr::new))? else { return Ok(None) };
        let text = String::from_utf8(bytes)
            .map_err(|_| anyhow::anyhow!("{within} at {} is not UTF-8", self.name))?;
        Ok(Some(text))
    }

    /// How a file at the revision is called in messages: `main:schema/users.graphql`.
    pub(crate) fn file_name(&self, path: &Path) -> String {
        let within = self.repository.within(&absolute(path));
        format!("{}:{}", self.name, within.unwrap_or_else(|| path.display().to_string()))
    }
}

/// From the root of the file system on, without `.` and `..`, and with the links of the part that
/// exists resolved: a work tree is compared by its real name.
fn absolute(path: &Path) -> PathBuf {
    let joined = std::env::current_dir().unwrap_or_default().join(path);
    let mut plain = PathBuf::new();
    for part in joined.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    for ancestor in plain.ancestors() {
        if let (Ok(real), Ok(rest)) = (ancestor.canonicalize(), plain.strip_prefix(ancestor)) {
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    plain
}
