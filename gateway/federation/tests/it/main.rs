//! The crate's tests, one binary.

mod check_plan;
mod codes;
mod composition;
mod contexts;
mod contract;
mod diagnostic;
mod drift;
mod explanation;
mod hostile_input;
mod operation;
mod satisfiability;
mod schema_changes;
mod schema_places;
mod supergraph;
mod supergraph_cases;
mod supported;
mod views;
