//! The log on standard error; `WEFT_LOG` says what is in it, such as `info` or `router=debug`.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging, with everything from `level` up unless the environment says otherwise.
pub(crate) fn start(level: &str) {
    let filter = EnvFilter::try_from_env("WEFT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colour)
        .init();
}
