//! The messages of OTLP that spans are told in, as far as they are used here; the numbers are the
//! specification's (opentelemetry-proto, `trace/v1/trace.proto`).

use std::time::{Duration, SystemTime};

use crate::{SpanId, TraceContext};

/// What a collector is sent.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ExportTraceServiceRequest {
    /// By who sends them.
    #[prost(message, repeated, tag = "1")]
    pub resource_spans: Vec<ResourceSpans>,
}

/// Spans of one program.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ResourceSpans {
    /// The program.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// By what in it has made them.
    #[prost(message, repeated, tag = "2")]
    pub scope_spans: Vec<ScopeSpans>,
}

/// A program.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Resource {
    /// What is known of it.
    #[prost(message, repeated, tag = "1")]
    pub attributes: Vec<Attribute>,
}

/// Spans of one library.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ScopeSpans {
    /// The library.
    #[prost(message, optional, tag = "1")]
    pub scope: Option<InstrumentationScope>,
    /// The spans.
    #[prost(message, repeated, tag = "2")]
    pub spans: Vec<Span>,
}

/// A library.
#[derive(Clone, PartialEq, prost::Message)]
pub struct InstrumentationScope {
    /// What it is called.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its version.
    #[prost(string, tag = "2")]
    pub version: String,
}

/// A piece of work.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Span {
    /// The trace that it is part of.
    #[prost(bytes = "vec", tag = "1")]
    pub trace_id: Vec<u8>,
    /// Its own id.
    #[prost(bytes = "vec", tag = "2")]
    pub span_id: Vec<u8>,
    /// What others keep beside the trace.
    #[prost(string, tag = "3")]
    pub trace_state: String,
    /// The work that it is part of; empty for the whole trace's.
    #[prost(bytes = "vec", tag = "4")]
    pub parent_span_id: Vec<u8>,
    /// What is done.
    #[prost(string, tag = "5")]
    pub name: String,
    /// Who has it done.
    #[prost(enumeration = "SpanKind", tag = "6")]
    pub kind: i32,
    /// The beginning, in nanoseconds since 1970.
    #[prost(fixed64, tag = "7")]
    pub start_time_unix_nano: u64,
    /// The end, in nanoseconds since 1970.
    #[prost(fixed64, tag = "8")]
    pub end_time_unix_nano: u64,
    /// What is known of it.
    #[prost(message, repeated, tag = "9")]
    pub attributes: Vec<Attribute>,
    /// Whether it went well.
    #[prost(message, optional, tag = "15")]
    pub status: Option<Status>,
}

/// Who has a piece of work done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum SpanKind {
    /// Not known.
    Unspecified = 0,
    /// The program itself.
    Internal = 1,
    /// Somebody who asks it.
    Server = 2,
    /// Somebody whom it asks does it.
    Client = 3,
}

/// Whether it went well.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Status {
    /// What went wrong.
    #[prost(string, tag = "2")]
    pub message: String,
    /// Whether something did.
    #[prost(enumeration = "StatusCode", tag = "3")]
    pub code: i32,
}

/// Whether something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum StatusCode {
    /// Nobody says.
    Unset = 0,
    /// No.
    Ok = 1,
    /// Yes.
    Error = 2,
}

/// Something that is known.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Attribute {
    /// What it is called.
    #[prost(string, tag = "1")]
    pub key: String,
    /// What it is.
    #[prost(message, optional, tag = "2")]
    pub value: Option<AnyValue>,
}

/// A value of some type.
#[derive(Clone, PartialEq, prost::Message)]
pub struct AnyValue {
    /// The value.
    #[prost(oneof = "Value", tags = "1, 2, 3")]
    pub value: Option<Value>,
}

/// The values that there are.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Value {
    /// A text.
    #[prost(string, tag = "1")]
    Text(String),
    /// Yes or no.
    #[prost(bool, tag = "2")]
    Bool(bool),
    /// A number.
    #[prost(int64, tag = "3")]
    Int(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Int(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl Attribute {
    pub(super) fn new(key: &str, value: impl Into<Value>) -> Self {
        let value = Some(AnyValue { value: Some(value.into()) });
        Self { key: key.to_owned(), value }
    }
}

impl Span {
    /// The work for which `trace` is the context: the whole request.
    pub fn of_request(trace: &TraceContext, name: String, times: (SystemTime, Duration)) -> Self {
        let mut span = Self::new(trace, trace.span_id, trace.parent, name, times);
        span.kind = SpanKind::Server.into();
        span
    }

    /// A part of the work `parent`.
    pub fn part(
        trace: &TraceContext,
        (parent, id): (SpanId, SpanId),
        name: String,
        times: (SystemTime, Duration),
    ) -> Self {
        Self::new(trace, id, Some(parent), name, times)
    }

    fn new(
        trace: &TraceContext,
        id: SpanId,
        parent: Option<SpanId>,
        name: String,
        (start, duration): (SystemTime, Duration),
    ) -> Self {
        Self {
            trace_id: trace.trace_id.to_bytes().to_vec(),
            span_id: id.to_bytes().to_vec(),
            trace_state: trace.state().to_owned(),
            parent_span_id: parent.map(|id| id.to_bytes().to_vec()).unwrap_or_default(),
            name,
            kind: SpanKind::Internal.into(),
            start_time_unix_nano: nanoseconds(start),
            end_time_unix_nano: nanoseconds(start + duration),
            attributes: Vec::new(),
            status: None,
        }
    }

    /// The same, and this is known of it.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.attributes.push(Attribute::new(key, value));
        self
    }

    /// The same, and it went wrong for this reason, if there is one.
    #[must_use]
    pub fn failed(mut self, error_type: Option<&str>) -> Self {
        let Some(error_type) = error_type else { return self };
        self.status = Some(Status { message: String::new(), code: StatusCode::Error.into() });
        self.with("error.type", error_type)
    }
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}
