//! Everything of the gateway that waits, listens or keeps state.
//!
//! The modules stand in the order of a request's life. Nothing here composes or plans: that is
//! `federation`'s.

pub mod config;
pub mod telemetry;

pub mod caller;

pub mod server;

pub mod live_graph;

pub mod executor;

mod in_flight;

pub mod plan_json;

pub mod subgraph_client;
