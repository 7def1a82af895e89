//! The command, run to its end or until a test has seen enough.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than anything here takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three subgraphs' worth of schema is not needed to see a command work.
pub(crate) const SCHEMA: &str = "type Query {\n  greeting: String\n}\n";

/// A folder with `router.yaml` and one subgraph, `greeter`, at `url`.
pub(crate) fn folder_with_config(url: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let config = format!(
        "supergraph:\n  listen: 127.0.0.1:0\nsubgraphs:\n  greeter:\n    routing_url: {url}\n    \
         schema:\n      file: ./greeter.graphql\n"
    );
    write(folder.path(), "router.yaml", &config);
    write(folder.path(), "greeter.graphql", SCHEMA);
    folder
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file");
}

/// The command in `folder`, with nothing in its environment that a test did not put there.
pub(crate) fn weft(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("weft"));
    command.args(arguments).current_dir(folder).env_clear();
    command
}

/// Runs a command to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Finished {
    Finished::of(&mut weft(folder, arguments))
}

/// How a command ended.
pub(crate) struct Finished(Output);

impl Finished {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self(command.output().expect("the command starts"))
    }

    /// The same, with this text on standard input.
    pub(crate) fn with_input(mut command: Command, input: &str) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        Self(child.wait_with_output().expect("it ends"))
    }

    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().expect("it ended by itself")
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("text")
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).expect("text")
    }

    /// It failed, said all of this on standard error, and nothing on standard output.
    pub(crate) fn assert_failure(&self, code: i32, said: &[&str]) {
        let stderr = self.stderr();
        assert_eq!(self.code(), code, "{stderr}");
        for expected in said {
            assert!(stderr.contains(expected), "`{expected}` in: {stderr}");
        }
        assert!(!stderr.contains("panicked"), "{stderr}");
        assert!(!stderr.contains('\u{1b}'), "no colours off a terminal: {stderr:?}");
        assert_eq!(self.stdout(), "");
    }
}

/// A server that is killed when its test is over.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    /// Starts a command; both its outputs are read.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let (line, lines) = channel();
        let outputs: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|it| Box::new(it) as Box<dyn Read + Send>),
            child.stderr.take().map(|it| Box::new(it) as Box<dyn Read + Send>),
        ];
        for output in outputs.into_iter().flatten() {
            let line = line.clone();
            std::thread::spawn(move || {
                for text in BufReader::new(output).lines().map_while(Result::ok) {
                    let _ = line.send(text);
                }
            });
        }
        Self { child, lines }
    }

    /// Everything printed up to and with the first line that has `part` in it.
    pub(crate) fn until(&self, part: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no line with `{part}` after: {seen:#?}")
            };
            let found = line.contains(part);
            seen.push(line);
            if found {
                return seen;
            }
        }
    }

    /// Sends SIGTERM, and waits for the end.
    #[cfg(unix)]
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let killed = Command::new("/bin/kill").args(["-TERM", &id]).status();
        assert!(killed.expect("kill starts").success());
        self.child.wait().expect("it ends")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first URL in a line.
pub(crate) fn url_in(line: &str) -> String {
    let start = line.find("http://").unwrap_or_else(|| panic!("no URL in: {line}"));
    line[start..].split_whitespace().next().expect("it is not empty").to_owned()
}

/// Sends a query and gives the JSON of the answer.
pub(crate) fn ask(url: &str, query: &str) -> Value {
    ask_with(url, query, "")
}

/// The same with more headers, a line each.
pub(crate) fn ask_with(url: &str, query: &str, headers: &str) -> Value {
    let body = json!({ "query": query }).to_string();
    let length = body.len();
    let head = format!("content-type: application/json\r\ncontent-length: {length}\r\n{headers}");
    exchange("POST", url, &format!("{head}\r\n{body}"))
}

/// What is answered to a plain GET.
pub(crate) fn get(url: &str) -> Value {
    exchange("GET", url, "\r\n")
}

/// `rest` is the rest of the head and what comes after it.
fn exchange(method: &str, url: &str, rest: &str) -> Value {
    let (host, path) = url.strip_prefix("http://").and_then(|it| it.split_once('/')).expect("URL");
    let mut stream = TcpStream::connect(host).expect("somebody listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("not zero");
    write!(stream, "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{rest}")
        .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
    serde_json::from_str(body).unwrap_or_else(|_| panic!("not JSON: {answer}"))
}
