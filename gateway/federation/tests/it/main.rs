//! The crate's tests, one binary.

mod codes;
mod composition;
mod contract;
mod diagnostic;
mod operation;
mod supergraph;
