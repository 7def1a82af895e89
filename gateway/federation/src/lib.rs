//! Everything about a federated graph that needs no clock, no network and no file system.
//!
//! Same input, same output, byte for byte. The modules stand in the order of a graph's life, then
//! of a query's.

pub mod diagnostic;

mod sdl;

pub mod field_set;

pub mod override_label;

mod type_parts;

pub mod subgraph;

pub mod composition;

pub mod supergraph;

pub mod api_schema;

pub mod contract;

pub mod schema_changes;

pub mod query_graph;

mod reach;

mod satisfiability;

pub mod operation;
pub mod view;

pub mod planner;

pub mod query_plan;

pub mod explanation;
