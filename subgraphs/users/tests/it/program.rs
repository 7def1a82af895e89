//! The binary as its operator meets it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use assert_cmd::cargo::cargo_bin;

fn program() -> Command {
    let mut command = Command::new(cargo_bin!("users"));
    for name in ["DATABASE_URL", "LISTEN", "PROFILE", "LOG", "LOG_FORMAT"] {
        command.env_remove(name);
    }
    command
}

/// What it says on standard error when it fails, as it must.
fn failure(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// Starts `serve` on a free port and returns its address with the process.
fn serve(folder: &std::path::Path) -> (String, Child) {
    let mut child = program()
        .current_dir(folder)
        .args(["serve", "--listen", "127.0.0.1:0", "--profile", "course", "--log-format", "json"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let ready = lines.next().expect("a line").expect("text");
    std::thread::spawn(move || lines.for_each(drop));
    let ready: serde_json::Value = serde_json::from_str(&ready).expect("a JSON log line");
    let url = ready["url"].as_str().expect("the log says where it listens");
    (url.replace("http://", "").replace("/graphql", ""), child)
}

#[test]
fn schema_is_printed_without_a_database() {
    let output = program().arg("schema").output().expect("the program runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).expect("text"), users::sdl());
}

#[test]
fn unreachable_database_is_named_without_its_password() {
    let url = "postgres://weft:s3cret@127.0.0.1:1/users";
    let said = failure(program().args(["serve", "--database-url", url]));
    assert!(
        said.contains("cannot open the database postgres://weft:***@127.0.0.1:1/users"),
        "{said}"
    );
    assert!(!said.contains("s3cret"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn bad_database_address_is_refused_without_repeating_it() {
    let said = failure(program().arg("serve").env("DATABASE_URL", "mysql://root:s3cret@db/users"));
    assert!(said.contains("sqlite:") && said.contains("postgres://"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let arguments = ["serve", "--listen", &address, "--database-url", "sqlite::memory:"];
    let said = failure(program().args(arguments));
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
}

#[test]
fn help_tells_the_defaults() {
    let output = program().args(["serve", "--help"]).output().expect("the program runs");
    let help = String::from_utf8(output.stdout).expect("text");
    for part in ["sqlite:users.db", "127.0.0.1:4001", "DATABASE_URL", "LISTEN", "PROFILE", "course"]
    {
        assert!(help.contains(part), "{part} is missing in {help}");
    }
}

#[test]
fn server_is_healthy_and_stops_when_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, mut server) = serve(folder.path());
    let check = program().args(["healthcheck", "--listen", &address]).status();
    assert!(check.expect("the program runs").success());
    assert!(folder.path().join("users.db").is_file());

    let pid = server.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
    assert!(server.wait().expect("the server ends").success());
    let said =
        failure(program().args(["healthcheck", "--url", &format!("http://{address}/ready")]));
    assert!(said.contains(&format!("no answer from http://{address}/ready")), "{said}");
}
