//! The router's tests: everything between a client's request and a subgraph's answer.

mod cases;
mod config;
mod config_views;
mod deduplication;
mod execution;
mod fetch_order;
mod gateway;
mod graphiql;
mod graphql_over_http;
mod health;
mod http_client;
mod identity;
mod in_memory_subgraph;
mod limits;
mod listener;
mod live_graph;
mod log;
mod oracle;
mod override_labels;
mod plan_extension;
mod request_lifetime;
mod rest;
mod served_views;
mod simulation;
mod views;
mod world;
