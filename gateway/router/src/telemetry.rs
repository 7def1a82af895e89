//! What is known about a request beside its answer: its id, and one report per operation.
//!
//! Knows neither where reports go (the `weft` command decides) nor how an answer is made.

mod operation_report;
mod request_id;

pub use operation_report::{OperationObserver, OperationReport};
pub use request_id::{REQUEST_ID_HEADER, RequestId, current_request_id, with_request_id};
