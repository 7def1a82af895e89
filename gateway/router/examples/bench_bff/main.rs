//! A backend for one frontend, as people write them: a GraphQL server of its own before the
//! gateway, with the schema of `bench/views/view.graphql`. `bench_bff GATEWAY_URL QUERY_FILE`.
//!
//! Each request asks the gateway for what the screen needs (the file has the query), and gives it
//! another shape. async-graphql and reqwest, on axum. Prints its URL.

mod graph;
mod screen;

use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;

use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema};
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use tokio::net::TcpListener;

use graph::Graph;
use screen::Query;

type Screens = Schema<Query, EmptyMutation, EmptySubscription>;

/// As in the `weft` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is how its URL is known")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, query] = arguments.as_slice() else {
        return Err("usage: bench_bff GATEWAY_URL QUERY_FILE".into());
    };
    let graph = Graph::new(url.clone(), std::fs::read_to_string(query)?);
    let schema: Screens =
        Schema::build(Query, EmptyMutation, EmptySubscription).data(graph).finish();
    let service = Router::new().route("/graphql", post(answer)).with_state(Arc::new(schema));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}/graphql", listener.local_addr()?);
    axum::serve(listener, service).await?;
    Ok(())
}

async fn answer(
    State(schema): State<Arc<Screens>>,
    Json(request): Json<Request>,
) -> Json<async_graphql::Response> {
    Json(schema.execute(request).await)
}
