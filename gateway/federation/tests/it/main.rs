//! The crate's tests, one binary.

mod codes;
mod composition;
mod diagnostic;
mod operation;
mod supergraph;
