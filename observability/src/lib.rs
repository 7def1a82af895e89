//! What gateway and subgraphs tell their operators alike: which request a line of the log belongs
//! to, what the line looks like, and which trace the request is part of.
//!
//! The one crate both halves use: a request that crosses them is told of in one way. Knows neither
//! half, and no GraphQL.

mod request_id;
mod request_scope;
mod route;

mod trace_context;

mod sampling;

pub mod otlp;

pub mod log;

pub use request_id::{REQUEST_ID, RequestId};
pub use request_scope::RequestScope;
pub use route::Route;
pub use sampling::{Ended, Sampling};
pub use trace_context::{SpanId, TRACEPARENT, TRACESTATE, TraceContext, TraceId};
