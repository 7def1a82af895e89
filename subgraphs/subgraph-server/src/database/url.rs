//! Where a database is. Holds a password perhaps, and never shows it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The address of a database: `sqlite:PATH`, `sqlite::memory:` or `postgres://…`. Printing it hides
/// the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

const MEMORY: &str = "sqlite::memory:";

impl DatabaseUrl {
    /// An SQLite file; made when it is missing, together with its folder.
    pub fn sqlite_file(path: &Path) -> DatabaseUrl {
        let mut url = "sqlite:".to_owned();
        for character in path.to_string_lossy().chars() {
            match character {
                '%' => url.push_str("%25"),
                '?' => url.push_str("%3F"),
                '#' => url.push_str("%23"),
                other => url.push(other),
            }
        }
        DatabaseUrl(url)
    }

    /// A fresh SQLite database in memory, private to the [`Database`](crate::Database) that opens
    /// it.
    pub fn sqlite_memory() -> DatabaseUrl {
        DatabaseUrl(MEMORY.to_owned())
    }

    pub(super) fn is_sqlite(&self) -> bool {
        self.0.starts_with("sqlite:")
    }

    pub(super) fn is_memory(&self) -> bool {
        self.0 == MEMORY
    }

    /// The address with its password and with what the driver needs to know.
    pub(super) fn expose(&self) -> String {
        if self.is_sqlite() && !self.is_memory() && !self.0.contains('?') {
            return format!("{}?mode=rwc", self.0);
        }
        self.0.clone()
    }

    /// Makes the folder of an SQLite file.
    pub(super) fn create_folder(&self) -> std::io::Result<()> {
        match self.file().as_deref().and_then(Path::parent) {
            Some(folder) => std::fs::create_dir_all(folder),
            None => Ok(()),
        }
    }

    fn file(&self) -> Option<PathBuf> {
        let path = self.0.strip_prefix("sqlite:").filter(|_| !self.is_memory())?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        Some(path.replace("%3F", "?").replace("%23", "#").replace("%25", "%").into())
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<DatabaseUrl, String> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if url == "sqlite://:memory:" {
            return Ok(DatabaseUrl::sqlite_memory());
        }
        if known.iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme)) {
            return Ok(DatabaseUrl(url.to_owned()));
        }
        // The address itself may hold a password, so it is not repeated here.
        Err("a database address starts with `sqlite:` or `postgres://`".to_owned())
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, parameters) = match self.0.split_once('?') {
            Some((address, parameters)) => (address, Some(parameters)),
            None => (self.0.as_str(), None),
        };
        // A password may hold any character but `@`: everything up to the last one is credentials.
        match address
            .split_once("://")
            .and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?)))
        {
            Some((scheme, (credentials, rest))) => {
                let user = credentials.split(':').next().unwrap_or_default();
                let hidden = if credentials.contains(':') { ":***" } else { "" };
                write!(f, "{scheme}://{user}{hidden}@{rest}")?;
            }
            None => f.write_str(address)?,
        }
        for (position, parameter) in
            parameters.into_iter().flat_map(|all| all.split('&')).enumerate()
        {
            f.write_str(if position == 0 { "?" } else { "&" })?;
            match parameter.split_once('=') {
                Some((name, _)) if name.contains("pass") => write!(f, "{name}=***")?,
                _ => f.write_str(parameter)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::DatabaseUrl;

    #[test]
    fn printing_hides_passwords() {
        let check = |url: &str, printed: &str| {
            let url: DatabaseUrl = url.parse().expect("a database address");
            assert_eq!(url.to_string(), printed);
            assert_eq!(format!("{url:?}"), format!("DatabaseUrl({printed})"));
        };
        check("sqlite:users.db", "sqlite:users.db");
        check("postgres://weft@db/users", "postgres://weft@db/users");
        check("postgres://weft:s3cret@db:5432/users", "postgres://weft:***@db:5432/users");
        check("postgres://weft:a:b@c/d@db/users", "postgres://weft:***@db/users");
        check(
            "postgres:///users?user=a&password=s&host=/run",
            "postgres:///users?user=a&password=***&host=/run",
        );
    }

    #[test]
    fn other_databases_are_refused_without_repeating_the_address() {
        for url in ["mysql://root:s3cret@db/users", "users.db", "", "sqlite:"] {
            let refusal = url.parse::<DatabaseUrl>().expect_err(url);
            assert!(!refusal.contains("s3cret"), "{refusal}");
        }
    }

    #[test]
    fn file_names_may_hold_anything() {
        let path = Path::new("/tmp/100% odd?#.db");
        let url = DatabaseUrl::sqlite_file(path);
        assert_eq!(url.file().as_deref(), Some(path));
        assert_eq!(url.expose(), "sqlite:/tmp/100%25 odd%3F%23.db?mode=rwc");
    }
}
