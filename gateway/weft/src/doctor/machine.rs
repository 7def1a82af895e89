//! What the machine gives the gateway: an address, open files, and files that nobody else reads.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use router::config::{Config, Listen, RoutingUrl, SchemaLocation};
use tokio::net::TcpListener;

use super::verdict::Check;
use crate::healthcheck;

/// One for each client and one for each request to a subgraph: fewer are soon too few.
const OPEN_FILES_WANTED: u64 = 4096;
/// Fewer than this do not do for a handful of clients.
const OPEN_FILES_NEEDED: u64 = 256;

/// How many files, connections among them, may be open; where the system can tell.
pub(super) fn open_files() -> Option<Check> {
    #[cfg(target_os = "linux")]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        Some(judged(limit.current))
    }
    #[cfg(not(target_os = "linux"))]
    None
}

#[cfg(target_os = "linux")]
fn judged(limit: Option<u64>) -> Check {
    const CHECK: &str = "open_files";
    let help = format!("`ulimit -n {OPEN_FILES_WANTED}`, or `LimitNOFILE=` of the service");
    match limit {
        None => Check::ok(CHECK, "limit", "none"),
        Some(limit) => {
            let message = format!("{limit}: one for each client and each request to a subgraph");
            match limit {
                ..OPEN_FILES_NEEDED => Check::error(CHECK, "limit", message, help),
                OPEN_FILES_NEEDED..OPEN_FILES_WANTED => {
                    Check::warning(CHECK, "limit", message, help)
                }
                OPEN_FILES_WANTED.. => Check::ok(CHECK, "limit", limit.to_string()),
            }
        }
    }
}

/// Who can read the configuration, if there is a secret in it.
pub(super) fn secrets(path: &Path, config: &Config) -> Option<Check> {
    let text = std::fs::read_to_string(path).ok()?;
    // What a variable of the environment stands for is not in the file.
    let is_written = |secret: &str| !secret.is_empty() && text.contains(secret);
    let has_secret = config.subgraphs.iter().any(|subgraph| {
        let urls = subgraph.routing_url.iter();
        let (asked, headers) = match &subgraph.schema {
            SchemaLocation::SubgraphUrl(asked) => {
                (Some(&asked.url), Some(&asked.introspection_headers))
            }
            SchemaLocation::File(_) | SchemaLocation::Sdl(_) => (None, None),
        };
        let mut values = headers.into_iter().flat_map(|headers| headers.values());
        urls.chain(asked).filter_map(credentials).any(is_written)
            || values.any(|value| value.to_str().is_ok_and(is_written))
    });
    has_secret.then(|| readable_by(path))
}

/// The name and the password in a URL.
fn credentials(url: &RoutingUrl) -> Option<&str> {
    let (_, rest) = url.as_str().split_once("//")?;
    let (credentials, _) = rest.split('/').next()?.rsplit_once('@')?;
    Some(credentials)
}

#[cfg(unix)]
fn readable_by(path: &Path) -> Check {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o004;
    let name = path.display().to_string();
    let mode = std::fs::metadata(path).map(|metadata| metadata.permissions().mode());
    match mode {
        Ok(mode) if mode & OTHERS != 0 => {
            let help =
                format!("`chmod 640 {name}`, or write `${{env.NAME}}` in place of what is secret");
            Check::warning("secrets", name, "it has secrets, and everybody can read it", help)
        }
        Ok(_) => Check::ok("secrets", name, "others cannot read it"),
        Err(cause) => {
            let message = format!("cannot tell who can read it: {cause}");
            Check::warning("secrets", name, message, "see who owns the file and its folder")
        }
    }
}

#[cfg(not(unix))]
fn readable_by(path: &Path) -> Check {
    let name = path.display().to_string();
    Check::warning("secrets", name, "it has secrets", "let nobody else read it")
}

/// Whether the gateway can listen where it is to listen, or does so already.
pub(super) async fn listen(listen: &Listen, limit: Duration) -> Check {
    const CHECK: &str = "listen";
    let subject = listen.to_string();
    let binding = TcpListener::bind((listen.host.as_str(), listen.port));
    let cause = match tokio::time::timeout(limit, binding).await {
        Ok(Ok(_)) => return Check::ok(CHECK, subject, "free"),
        Ok(Err(cause)) => cause,
        Err(_) => {
            let message = format!("the address is not known after {} ms", limit.as_millis());
            return Check::error(CHECK, subject, message, "write an address in place of a name");
        }
    };
    if cause.kind() == ErrorKind::AddrInUse && is_gateway(&subject, limit).await {
        let message = "a gateway is serving there; another one cannot";
        return Check::warning(CHECK, subject, message, "stop it first, or choose another port");
    }
    let help = match cause.kind() {
        ErrorKind::AddrInUse => "another process has it: choose one with `listen:` or `--port`",
        ErrorKind::PermissionDenied => "ports below 1024 need a permission",
        _ => "`listen:` is an address of this machine, such as 127.0.0.1:4000 or 0.0.0.0:4000",
    };
    Check::error(CHECK, subject, format!("cannot listen: {cause}"), help)
}

async fn is_gateway(address: &str, limit: Duration) -> bool {
    let url = format!("http://{address}/health/live");
    let asking = tokio::task::spawn_blocking(move || healthcheck::status(&url, limit));
    match tokio::time::timeout(limit, asking).await {
        Ok(Ok(status)) => status.is_ok_and(|status| status == "200"),
        Ok(Err(_)) | Err(_) => false,
    }
}
