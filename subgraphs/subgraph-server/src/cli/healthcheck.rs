//! One plain HTTP request to `/ready`, so that a container needs no other program for it.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, bail};

/// Longer than the server itself waits for its database.
const ANSWER_MAX: Duration = Duration::from_secs(4);

/// Succeeds when the server at `listen`, or at `url`, says that it is ready.
pub(super) fn healthcheck(listen: SocketAddr, url: Option<&str>) -> anyhow::Result<()> {
    let (address, host, path) = match url {
        Some(url) => target(url)?,
        None => {
            let address = reachable(listen);
            (address, address.to_string(), "/ready".to_owned())
        }
    };
    let what = || format!("no answer from http://{host}{path}");
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_MAX).with_context(what)?;
    stream.set_read_timeout(Some(ANSWER_MAX)).with_context(what)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n")
        .with_context(what)?;
    let mut status_line = [0; 12];
    stream.read_exact(&mut status_line).with_context(what)?;
    match status_line.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..)) {
        Some(b"200") => Ok(()),
        Some(status) => bail!("http://{host}{path} answers {}", String::from_utf8_lossy(status)),
        None => bail!("http://{host}{path} is no HTTP server"),
    }
}

/// Reads `http://HOST:PORT/PATH`.
fn target(url: &str) -> anyhow::Result<(SocketAddr, String, String)> {
    let what = || format!("`{url}` is no address of the form http://HOST:PORT/ready");
    let rest = url.strip_prefix("http://").with_context(what)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, "ready"));
    let mut addresses = host.to_socket_addrs().with_context(what)?;
    Ok((addresses.next().with_context(what)?, host.to_owned(), format!("/{path}")))
}

/// A server that listens on every address is asked at this machine's own.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
