//! Serves the subgraphs of execution worlds over HTTP, for whoever wants to ask them: `serve_worlds
//! keys requires`, or all worlds. Listens on a free port of loopback and prints one line of JSON:
//! world → subgraph → URL.
//!
//! `POST /WORLD` begins an execution (values of `$turn` count from 1 again) and answers with what
//! the one before should not have asked: a list of texts.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use observability::SpanId;
use router::caller::Caller;
use router::subgraph_client::{SubgraphClient, SubgraphRequest};
use serde_json::json;

/// What the tests serve.
#[path = "../tests/it"]
#[expect(dead_code, reason = "the tests look at more of it")]
mod harness {
    pub(crate) mod in_memory_subgraph;
    pub(crate) mod world;
}

/// What faults draw from; none happens here.
#[path = "../tests/it/simulation"]
#[expect(dead_code, reason = "the tests draw more from it")]
mod simulation {
    mod random;

    pub(crate) use random::Random;
}

use harness::in_memory_subgraph::{self, Faults, InMemorySubgraphs};
use harness::world::{self, World};

/// One world and the execution that is under way.
struct Served {
    world: Arc<World>,
    subgraphs: Mutex<Arc<InMemorySubgraphs>>,
}

type Worlds = Arc<BTreeMap<String, Served>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let worlds = Arc::new(worlds()?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let urls: BTreeMap<&String, BTreeMap<&String, String>> = worlds
        .iter()
        .map(|(name, served)| {
            let url = |subgraph: &String| format!("http://{address}/{name}/{subgraph}");
            let subgraphs = served.world.subgraphs.iter().map(|it| (&it.name, url(&it.name)));
            (name, subgraphs.collect())
        })
        .collect();
    let ready = json!({ "begin": format!("http://{address}"), "worlds": urls });
    writeln!(std::io::stdout(), "{ready}")?;
    let routes = axum::Router::new()
        .route("/{world}", post(begin))
        .route("/{world}/{subgraph}", post(ask))
        .with_state(worlds);
    axum::serve(listener, routes).await?;
    Ok(())
}

/// Those named on the command line, or all.
fn worlds() -> Result<BTreeMap<String, Served>, String> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let mut worlds = BTreeMap::new();
    for folder in World::folders() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !wanted.is_empty() && !wanted.contains(&name) {
            continue;
        }
        worlds.insert(name, serve(&folder)?);
    }
    match wanted.iter().find(|name| !worlds.contains_key(*name)) {
        Some(missing) => Err(format!("there is no world `{missing}`")),
        None => Ok(worlds),
    }
}

fn serve(folder: &Path) -> Result<Served, String> {
    let world = Arc::new(World::load(folder)?);
    let subgraphs = Mutex::new(execution(&world));
    Ok(Served { world, subgraphs })
}

fn execution(world: &Arc<World>) -> Arc<InMemorySubgraphs> {
    Arc::new(InMemorySubgraphs::new(world, &[], Faults::None))
}

async fn begin(State(worlds): State<Worlds>, UrlPath(world): UrlPath<String>) -> Response {
    let Some(served) = worlds.get(&world) else { return StatusCode::NOT_FOUND.into_response() };
    let mut current = served.subgraphs.lock().expect("nothing panics while it holds this");
    let before = std::mem::replace(&mut *current, execution(&served.world));
    Json(before.violations()).into_response()
}

async fn ask(
    State(worlds): State<Worlds>,
    UrlPath((world, subgraph)): UrlPath<(String, String)>,
    body: Bytes,
) -> Response {
    let Some(served) = worlds.get(&world) else { return StatusCode::NOT_FOUND.into_response() };
    let subgraphs = Arc::clone(&served.subgraphs.lock().expect("nothing panics while it holds it"));
    let (caller, span_id) = (Caller::Unknown, SpanId::generate());
    let subgraph = subgraph.into();
    let request = SubgraphRequest { subgraph, body, caller, span_id, may_be_shared: false };
    match subgraphs.send(request).await {
        Ok(answer) => ([("content-type", "application/json")], answer.body).into_response(),
        Err(failure) => (StatusCode::BAD_GATEWAY, format!("{failure:?}")).into_response(),
    }
}
