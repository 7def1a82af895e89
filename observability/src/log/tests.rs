//! Lines as operators and their programs read them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::{Value, json};

use super::{LogFilter, LogFormat, VALUE_BYTES_MAX, subscriber};
use crate::{RequestScope, Sampling};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics here").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is written while `log` runs, for a request or for none.
fn written(format: LogFormat, is_request: bool, log: impl Fn()) -> String {
    let written = Written::default();
    let writer = written.clone();
    let filter = "trace".parse().expect("a filter");
    let subscriber = subscriber(format, &filter, false, move || writer.clone());
    tracing::subscriber::with_default(subscriber, || match is_request {
        true => in_request(&log),
        false => log(),
    });
    let bytes = written.0.lock().expect("no test panics here").clone();
    String::from_utf8(bytes).expect("text")
}

fn in_request(log: &impl Fn()) {
    let mut headers = HeaderMap::new();
    headers.insert("x-request-id", HeaderValue::from_static("abc-123-def"));
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    headers.insert("traceparent", HeaderValue::from_static(parent));
    let uri = Uri::from_static("/graphql?variables=secret");
    let scope = RequestScope::of(&Method::POST, &uri, &headers, &Sampling::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(scope.run(async {
        RequestScope::with_current(|scope| {
            scope.set_user_id("user_456");
            scope.set_view(&Arc::from("mobile"));
        });
        log();
    }));
}

fn json_lines(is_request: bool, log: impl Fn()) -> Vec<Value> {
    let text = written(LogFormat::Json, is_request, log);
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

#[test]
fn a_line_has_the_request_beside_the_fields_of_the_event() {
    let text = written(LogFormat::Json, true, || {
        tracing::info!(order_total = 99.99, item_count = 3, "order_creation_started");
    });
    // What people look for with grep.
    for part in [
        r#""event":"order_creation_started","#,
        r#""request_id":"abc-123-def","#,
        r#""level":"info","#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let mut line: Value = serde_json::from_str(&text).expect("JSON");
    let members = line.as_object_mut().expect("an object");
    let timestamp = members.remove("timestamp").expect("it is there");
    let timestamp = timestamp.as_str().expect("a text");
    assert!(timestamp.ends_with('Z') && timestamp.as_bytes()[10] == b'T', "{timestamp}");
    assert_eq!(members.remove("span_id").expect("it is there").as_str().map(str::len), Some(16));
    let expected = json!({
        "level": "info",
        "event": "order_creation_started",
        "target": "observability::log::tests",
        "request_id": "abc-123-def",
        "user_id": "user_456",
        "method": "POST",
        "path": "/graphql",
        "view": "mobile",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "order_total": 99.99,
        "item_count": 3,
    });
    assert_eq!(line, expected);
}

#[test]
fn lines_without_a_request_say_nothing_of_one() {
    let lines = json_lines(false, || tracing::info!("ready"));
    let keys: Vec<&String> = lines[0].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["timestamp", "level", "event", "target"]);
}

#[test]
fn levels_have_the_names_that_collectors_know() {
    let lines = json_lines(false, || {
        tracing::error!("1");
        tracing::warn!("2");
        tracing::info!("3");
        tracing::debug!("4");
        tracing::trace!("5");
    });
    let levels: Vec<&Value> = lines.iter().map(|line| &line["level"]).collect();
    assert_eq!(levels, ["error", "warning", "info", "debug", "trace"]);
}

#[test]
fn an_event_cannot_pass_for_another_nor_fill_the_log() {
    let long = "é".repeat(VALUE_BYTES_MAX);
    let forged = "x\"}\n{\"level\":\"error\",\"event\":\"forged\u{1b}[31m";
    let lines = json_lines(true, || {
        tracing::warn!(request_id = "other", path = ?["a"], text = forged, long, "{forged}");
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["request_id"], "abc-123-def");
    assert_eq!(
        (&lines[0]["request_id_"], &lines[0]["path_"]),
        (&json!("other"), &json!("[\"a\"]"))
    );
    assert_eq!((&lines[0]["text"], &lines[0]["event"]), (&json!(forged), &json!(forged)));
    assert_eq!(lines[0]["long"].as_str().map(str::len), Some(VALUE_BYTES_MAX));
    let text = written(LogFormat::Text, true, || tracing::warn!(text = forged, "{forged}"));
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn people_read_the_same() {
    let text = written(LogFormat::Text, true, || tracing::warn!(code = 7, "it rains"));
    let end = " WARN observability::log::tests: it rains code=7 request_id=abc-123-def \
               user_id=\"user_456\" method=POST path=\"/graphql\" view=\"mobile\" \
               trace_id=4bf92f3577b34da6a3ce929d0e0e4736\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn formats_and_filters_are_checked_when_they_are_read() {
    assert_eq!("json".parse(), Ok(LogFormat::Json));
    assert!("xml".parse::<LogFormat>().is_err_and(|wrong| wrong.contains("`text` and `json`")));
    assert_eq!(
        "router=debug,warn".parse().map(|it: LogFilter| it.to_string()).as_deref(),
        Ok("router=debug,warn")
    );
    for wrong in ["", " ", "router=loud", "a=b=c"] {
        assert!(wrong.parse::<LogFilter>().is_err(), "{wrong}");
    }
}
