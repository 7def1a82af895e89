//! The router's tests: everything between a client's request and a subgraph's answer.

mod config;
mod gateway;
mod graphiql;
mod graphql_over_http;
mod health;
mod http_client;
mod limits;
mod listener;
mod live_graph;
mod request_lifetime;
