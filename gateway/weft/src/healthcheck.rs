//! `weft healthcheck`: asks a running gateway whether it is ready. For containers, whose images
//! have no other program that could.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

use crate::report::Failure;

/// Ask a running gateway whether it is ready; for a container's health check
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What to ask
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4000/health/ready")]
    url: String,
}

const EXAMPLES: &str = "Examples:
  weft healthcheck
  weft healthcheck --url http://127.0.0.1:8080/health/live

Exit codes: 0 the answer's status is 200, 1 it is another, or there is no answer in 4 seconds";

/// How long the gateway may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(4);

/// Succeeds when the answer's status is 200.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let status = status(&arguments.url, ANSWER_MAX)?;
    if status != "200" {
        return Err(anyhow::anyhow!("{} answers {status}", arguments.url).into());
    }
    Ok(())
}

/// The status of the answer to `GET`; connecting and answering may take `answer_max` each.
pub(crate) fn status(url: &str, answer_max: Duration) -> anyhow::Result<String> {
    let form = || format!("`{url}` is not of the form http://HOST:PORT/PATH");
    let (host, path) =
        url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).with_context(form)?;
    let address = host.to_socket_addrs().with_context(form)?.next().with_context(form)?;
    let no_answer = || format!("no answer from {url}");
    let mut stream = TcpStream::connect_timeout(&address, answer_max).with_context(no_answer)?;
    stream.set_read_timeout(Some(answer_max)).with_context(no_answer)?;
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
        .with_context(no_answer)?;
    let mut status_line = [0; 12];
    stream.read_exact(&mut status_line).with_context(no_answer)?;
    let status = status_line.strip_prefix(b"HTTP/1.1 ");
    let Some(status) = status.map(String::from_utf8_lossy) else {
        bail!("{url} is no HTTP server");
    };
    Ok(status.into_owned())
}
