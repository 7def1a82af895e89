//! One private PostgreSQL server for each test binary, from the installed binaries: a temporary
//! folder, a Unix socket, no durability. It stops and its folder goes when the test process ends,
//! however it ends: a guard waits for the end of a pipe that only this process holds open.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

use crate::DatabaseUrl;

/// Prepares a server in the folder `$1` with the binaries in `$2`, says `ready` and waits for the
/// end of its input. Signals that a terminal sends to everybody do not stop it from tidying up.
const GUARD: &str = r#"
trap '' INT TERM HUP
folder=$1 bin=$2
cd "$folder" || exit 1
"$bin/initdb" --pgdata="$folder/data" --username=weft --auth=trust --encoding=UTF8 --no-locale \
    --no-sync >"$folder/log" 2>&1 &&
"$bin/pg_ctl" start --wait --pgdata="$folder/data" --log="$folder/log" --options="\
    -c listen_addresses='' -c unix_socket_directories='$folder' -c max_connections=200 \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off" >>"$folder/log" 2>&1 &&
echo ready || cat "$folder/log"
exec 1>&-
cat >/dev/null
"$bin/pg_ctl" stop --pgdata="$folder/data" --mode=immediate >/dev/null 2>&1
cd /
rm -rf "$folder"
"#;

struct Server {
    folder: PathBuf,
    // Never read: the pipe to it closes when this process ends.
    _guard: Child,
}

static SERVER: OnceLock<Server> = OnceLock::new();

static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Makes a new, empty database; starts the server first if no test has needed it yet.
pub(super) async fn new_database() -> DatabaseUrl {
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start));
    let server = server.await.expect("PostgreSQL starts");
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let mut connection =
        AnyConnection::connect(&server.url("postgres")).await.expect("PostgreSQL answers");
    let create = AssertSqlSafe(format!("create database {name} template template0"));
    connection.execute(create).await.expect("PostgreSQL makes a database");
    connection.close().await.expect("PostgreSQL lets go");
    server.url(&name).parse().expect("a database address")
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=weft", self.folder.display())
    }
}

fn start() -> Server {
    let bin = find_binaries().expect(
        "these tests need PostgreSQL's server: install it with `apt-get install postgresql`, \
         or put its `initdb` on the PATH",
    );
    // Not a `TempDir`: the guard removes it, when this process can no longer do so.
    let folder = tempfile::Builder::new().prefix("weft-pg-").tempdir().expect("a folder").keep();
    let mut guard = as_unprivileged_user(&folder)
        .args(["sh", "-c", GUARD, "guard"])
        .args([&folder, &bin])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell starts");
    let output = BufReader::new(guard.stdout.take().expect("its output is a pipe"));
    let said: Vec<String> = output.lines().map_while(Result::ok).collect();
    assert_eq!(said, ["ready"], "PostgreSQL does not start: {said:#?}");
    Server { folder, _guard: guard }
}

/// PostgreSQL refuses to run as root; then it runs as its own user, or as nobody.
fn as_unprivileged_user(folder: &Path) -> Command {
    if output(Command::new("id").arg("-u")).as_deref() != Some("0") {
        return Command::new("env");
    }
    let user = ["postgres", "nobody"]
        .into_iter()
        .find(|user| output(Command::new("id").args(["-u", user])).is_some())
        .expect("root tests need a user `postgres` or `nobody` to run PostgreSQL");
    let chown = Command::new("chown").arg(user).arg(folder).status().expect("chown runs");
    assert!(chown.success(), "cannot give {} to {user}", folder.display());
    let mut command = Command::new("setpriv");
    let group = output(Command::new("id").args(["-g", user])).expect("a user has a group");
    command.args(["--reuid", user, "--regid", &group, "--clear-groups", "--"]);
    command
}

/// The folder of `initdb` and `pg_ctl`: that of `pg_config`, the newest of Debian's, or the PATH's.
fn find_binaries() -> Option<PathBuf> {
    let configured = output(Command::new("pg_config").arg("--bindir")).map(PathBuf::from);
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = versions.into_iter().rev().map(|(_, bin)| bin);
    let mut candidates = configured.into_iter().chain(debian).chain(std::env::split_paths(&path));
    candidates.find(|bin| bin.join("initdb").is_file() && bin.join("pg_ctl").is_file())
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
