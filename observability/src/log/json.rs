//! A line as one compact JSON object. `event`, `request_id`, `user_id`, `timestamp` and `level`
//! stand at its top, beside the fields of the event.

use std::fmt::{self, Debug, Write};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::cut;
use crate::RequestScope;

/// One JSON object a line.
pub(super) struct JsonLines;

/// What a line says of every event; an event's own field of such a name gets an underscore.
const OWN_KEYS: [&str; 11] = [
    "timestamp",
    "level",
    "event",
    "target",
    "request_id",
    "user_id",
    "method",
    "path",
    "view",
    "trace_id",
    "span_id",
];

impl<S, N> FormatEvent<S, N> for JsonLines
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
        let mut fields = Object::default();
        event.record(&mut fields);
        let mut line = Object::default();
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        line.text("timestamp", &time);
        line.text("level", level(*event.metadata().level()));
        line.text("event", fields.message.as_deref().unwrap_or(event.metadata().name()));
        line.text("target", event.metadata().target());
        RequestScope::with_current(|scope| {
            line.text("request_id", scope.id.as_str());
            scope.user_id().into_iter().for_each(|id| line.text("user_id", id));
            line.text("method", scope.method().as_str());
            line.text("path", scope.path());
            scope.view().into_iter().for_each(|view| line.text("view", view));
            line.shown("trace_id", &scope.trace.trace_id);
            line.shown("span_id", &scope.trace.span_id);
        });
        let comma = if fields.members.is_empty() { "" } else { "," };
        writeln!(writer, "{{{}{comma}{}}}", line.members, fields.members)
    }
}

/// As programs that collect logs call them.
fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warning",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// A JSON object's members while they are written, and the message, which stands elsewhere.
#[derive(Default)]
struct Object {
    members: String,
    message: Option<String>,
}

impl Object {
    fn value(&mut self, key: &str, value: &Value) {
        let comma = if self.members.is_empty() { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(self.members, "{comma}{}:{value}", Value::from(key));
    }

    fn text(&mut self, key: &str, text: &str) {
        self.value(key, &Value::from(cut(text)));
    }

    fn shown(&mut self, key: &str, shown: &dyn fmt::Display) {
        self.text(key, &shown.to_string());
    }

    /// A field of the event itself.
    fn field(&mut self, field: &Field, value: impl Into<Value>) {
        let (name, value) = (field.name().trim_start_matches("r#"), value.into());
        match name {
            "message" => {
                self.message = value.as_str().map(str::to_owned);
            }
            name if OWN_KEYS.contains(&name) => self.value(&format!("{name}_"), &value),
            name => self.value(name, &value),
        }
    }
}

impl Visit for Object {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.field(field, cut(&format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, cut(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.field(field, cut(&value.to_string()));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.field(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, value);
    }
}
