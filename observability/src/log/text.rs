//! A line for people: when, how grave, where, what, and last the request it belongs to.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::cut;
use crate::RequestScope;

/// `2026-01-01T00:00:00.000000Z  WARN router: message field=value request_id=… method=… path=…`
pub(super) struct TextLines;

impl<S, N> FormatEvent<S, N> for TextLines
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut said = Said::default();
        event.record(&mut said);
        RequestScope::with_current(|scope| {
            said.field("request_id", &scope.id);
            scope.user_id().into_iter().for_each(|id| said.field("user_id", &Quoted(id)));
            said.field("method", scope.method());
            said.field("path", &Quoted(scope.path()));
            scope.view().into_iter().for_each(|view| said.field("view", &Quoted(view)));
            said.field("trace_id", &scope.trace.trace_id);
        });
        let (colour, dim, plain) = match writer.has_ansi_escapes() {
            true => (colour(*event.metadata().level()), "\u{1b}[2m", "\u{1b}[0m"),
            false => ("", "", ""),
        };
        write!(writer, "{dim}")?;
        SystemTime.format_time(&mut writer)?;
        let (level, target) = (event.metadata().level(), event.metadata().target());
        let Said { message, fields } = said;
        writeln!(
            writer,
            "{plain} {colour}{level:>5}{plain} {dim}{target}:{plain} {message}{dim}{fields}{plain}"
        )
    }
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\u{1b}[31m",
        Level::WARN => "\u{1b}[33m",
        Level::INFO => "\u{1b}[32m",
        Level::DEBUG => "\u{1b}[34m",
        Level::TRACE => "\u{1b}[35m",
    }
}

/// What an event says.
#[derive(Default)]
struct Said {
    message: String,
    fields: String,
}

impl Said {
    fn field(&mut self, name: &str, value: &dyn fmt::Display) {
        // Writing to a string does not fail.
        let _ = write!(self.fields, " {name}={value}");
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        let text = escaped(cut(&text));
        match field.name().trim_start_matches("r#") {
            "message" => self.message = text,
            name => self.field(name, &text),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = escaped(cut(value)),
            _ => self.record_debug(field, &cut(value)),
        }
    }
}

/// A text that others have chosen.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", cut(self.0))
    }
}

/// On one line, and without a word to the terminal.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            control if control.is_control() => escaped.extend(control.escape_default()),
            other => escaped.push(other),
        }
    }
    escaped
}
