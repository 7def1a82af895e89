//! The crate's tests, one binary.

mod composition;
mod diagnostic;
mod operation;
mod supergraph;
