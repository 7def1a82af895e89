//! Each subgraph: whether it answers, and whether it has the schema that the gateway knows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use federation::diagnostic::SourceFile;
use federation::subgraph::Drift;
use futures_util::future::join_all;
use router::config::{
    Config, RoutingUrl, SchemaLocation, SubgraphConfig, SubgraphUrl, routing_url_variable,
};
use router::live_graph::fetch_sdl;
use router::subgraph_client::{
    HttpSubgraphClient, HttpSubgraphClientConfig, SubgraphFailure, probe,
};

use super::failed;
use super::verdict::Check;
use crate::graph_input::GraphInput;

/// Coordinates that are named; more are counted.
const NAMED_MAX: usize = 5;

/// All of them at the same time.
pub(super) async fn examine(input: &GraphInput, config: &Config, limit: Duration) -> Vec<Check> {
    let subgraphs = match input {
        GraphInput::Supergraph(_) => match of_supergraph(input, config, limit).await {
            Ok(subgraphs) => subgraphs,
            // What is wrong with the supergraph is said of the graph.
            Err(()) => return Vec::new(),
        },
        GraphInput::Config { .. } | GraphInput::Given(_) => config.subgraphs.clone(),
    };
    let http = HttpSubgraphClientConfig::new(config);
    let checks = join_all(subgraphs.iter().map(|subgraph| one(subgraph, &http, limit))).await;
    checks.into_iter().flatten().collect()
}

/// The subgraphs of a supergraph, whose schemas nobody has.
async fn of_supergraph(
    input: &GraphInput,
    config: &Config,
    limit: Duration,
) -> Result<Vec<SubgraphConfig>, ()> {
    let loading = tokio::time::timeout(limit, input.load_supergraph(config));
    let loaded = loading.await.map_err(|_| ())?.map_err(|_| ())?;
    let subgraphs = loaded.supergraph.subgraphs.iter().filter_map(|subgraph| {
        let url: RoutingUrl = subgraph.url.parse().ok()?;
        let schema = SchemaLocation::SubgraphUrl(url.clone().into());
        Some(SubgraphConfig { name: subgraph.name.clone(), routing_url: Some(url), schema })
    });
    Ok(subgraphs.collect())
}

async fn one(
    subgraph: &SubgraphConfig,
    http: &HttpSubgraphClientConfig,
    limit: Duration,
) -> Vec<Check> {
    let Some(url) = &subgraph.routing_url else { return Vec::new() };
    let answers = answers(&subgraph.name, url, http, limit).await;
    let mut checks = vec![answers.unwrap_or_else(|error| error)];
    let is_answering = checks[0].help.is_none();
    if is_answering && let Some(drift) = schema(subgraph, url, http, limit).await {
        checks.extend(drift);
    }
    checks
}

async fn answers(
    name: &str,
    url: &RoutingUrl,
    http: &HttpSubgraphClientConfig,
    limit: Duration,
) -> Result<Check, Check> {
    const CHECK: &str = "subgraph";
    let failed = |message: String, help: String| Check::error(CHECK, name, message, help);
    let client = HttpSubgraphClient::new([(name.to_owned(), url.clone())], http);
    let client = client.map_err(|error| {
        let help = "install the system's certificates (`ca-certificates`)";
        failed(format!("TLS cannot be used: {error}"), help.to_owned())
    })?;
    let started = Instant::now();
    let answer = tokio::time::timeout(limit, probe(&client, name)).await;
    let answer = answer.unwrap_or_else(|_| {
        let timeout_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        Err(SubgraphFailure::Timeout { timeout_ms })
    });
    let shown = url.shown();
    match answer {
        Ok(()) => {
            let took = started.elapsed().as_millis();
            Ok(Check::ok(CHECK, name, format!("{shown} answers in {took} ms")))
        }
        Err(failure) => {
            let help = match &failure {
                SubgraphFailure::Unavailable { .. } | SubgraphFailure::Timeout { .. } => format!(
                    "is it running, and is that where? {} says another URL",
                    routing_url_variable(name)
                ),
                _ => {
                    "is that the path of its GraphQL endpoint, and may the gateway ask?".to_owned()
                }
            };
            Err(failed(format!("{shown}: {failure}"), help))
        }
    }
}

/// What the gateway composes, beside what the subgraph says; none where the gateway asks it.
async fn schema(
    subgraph: &SubgraphConfig,
    url: &RoutingUrl,
    http: &HttpSubgraphClientConfig,
    limit: Duration,
) -> Option<Vec<Check>> {
    const CHECK: &str = "schema";
    let name = &subgraph.name;
    let written = match &subgraph.schema {
        SchemaLocation::SubgraphUrl(_) => return None,
        SchemaLocation::Sdl(sdl) => Arc::clone(sdl),
        SchemaLocation::File(path) => {
            // One that cannot be read is said of the graph.
            let text = std::fs::read_to_string(path).ok()?;
            Arc::new(SourceFile { name: path.display().to_string(), text })
        }
    };
    let asked = SubgraphUrl::from(url.clone());
    let live = match tokio::time::timeout(limit, fetch_sdl(name, &asked, http)).await {
        Ok(Ok(live)) => live,
        Ok(Err(_)) | Err(_) => {
            let message = "it does not tell its schema (`_service { sdl }`)";
            let help = "nothing is known of whether it is the file's";
            return Some(vec![Check::warning(CHECK, name, message, help)]);
        }
    };
    Some(match Drift::between(&written, &live) {
        Ok(drift) if drift.is_none() => {
            vec![Check::ok(CHECK, name, format!("{} is what it says", written.name))]
        }
        Ok(drift) => {
            let message = format!("not that of {}: {}", written.name, said(&drift));
            let help = format!(
                "deploy the subgraph, or fetch its schema: \
                 `rover subgraph introspect {} > {}`",
                url.shown(),
                written.name
            );
            // What only the subgraph knows is asked for by nobody.
            let is_ahead = drift.only_before.is_empty() && drift.changed.is_empty();
            let check = if is_ahead { Check::warning } else { Check::error };
            vec![check(CHECK, name.as_str(), message, help)]
        }
        Err(found) => failed(CHECK, name, &found, "see what the subgraph prints as its SDL"),
    })
}

fn said(drift: &Drift) -> String {
    let parts = [
        ("it lacks", &drift.only_before),
        ("it has also", &drift.only_after),
        ("it has another", &drift.changed),
    ];
    let parts = parts.into_iter().filter(|(_, coordinates)| !coordinates.is_empty());
    let parts = parts.map(|(what, coordinates)| {
        let named: Vec<String> =
            coordinates.iter().take(NAMED_MAX).map(|it| format!("`{it}`")).collect();
        let more = match coordinates.len().saturating_sub(NAMED_MAX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{what} {}{more}", named.join(", "))
    });
    parts.collect::<Vec<_>>().join("; ")
}
