//! The log on standard error: lines for people, or for programs.
//!
//! Each line knows the request it belongs to by [`RequestScope`](crate::RequestScope), which the
//! formats read when there is a line to write; without one nothing is done for it.

mod json;
mod text;

use std::fmt;
use std::io::IsTerminal;
use std::str::FromStr;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use json::JsonLines;
use text::TextLines;

/// Longer values are cut: what others send must not fill a log.
const VALUE_BYTES_MAX: usize = 4096;

/// What a line looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("`{text}` is no format of logs; there are `text` and `json`")),
        }
    }
}

/// What is logged, such as `info` or `warn,router=debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl Default for LogFilter {
    fn default() -> Self {
        Self("info".to_owned())
    }
}

impl FromStr for LogFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match EnvFilter::builder().parse(text) {
            Ok(_) if !text.trim().is_empty() => Ok(Self(text.to_owned())),
            _ => Err(format!("`{text}` says not what is logged, as `info` or `router=debug` do")),
        }
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Starts logging on standard error, for the whole process.
pub fn start(format: LogFormat, filter: &LogFilter) {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = subscriber(format, filter, colour, std::io::stderr);
    // Somebody who embeds us may have one already, and goes on with it.
    if tracing::subscriber::set_global_default(log).is_ok() && format == LogFormat::Json {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            tracing::error!(place, panic = panic.payload_as_str(), "a thread panicked");
        }));
    }
}

/// A log into `writer`.
pub fn subscriber<W>(
    format: LogFormat,
    filter: &LogFilter,
    colour: bool,
    writer: W,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::new(&filter.0);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match format {
        LogFormat::Text => Box::new(log.with_ansi(colour).event_format(TextLines).finish()),
        LogFormat::Json => Box::new(log.with_ansi(false).event_format(JsonLines).finish()),
    }
}

/// At most [`VALUE_BYTES_MAX`] bytes of a text.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(VALUE_BYTES_MAX)]
}

#[cfg(test)]
mod tests;
