//! `weft doctor`: everything a gateway needs around it, looked at one by one. Nothing is served and
//! nothing is changed, and no check takes longer than it is given.

mod machine;
mod subgraphs;
mod verdict;

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use federation::diagnostic::Diagnostic;
use router::config::Config;
use router::server::probe_redis;

use self::verdict::{Check, Verdict};
use crate::graph_input::GraphInput;
use crate::report::{self, plural};

/// Check ports, configuration, subgraphs, schemas and the machine
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The configuration of the gateway
    #[arg(long, value_name = "FILE", default_value = "router.yaml")]
    config: PathBuf,
    /// The supergraph of a gateway without a configuration
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    supergraph: Option<PathBuf>,
    /// Milliseconds that each check may take
    #[arg(long, value_name = "MS", default_value_t = 5000,
          value_parser = clap::value_parser!(u64).range(1..=600_000))]
    timeout_ms: u64,
    /// The form in which the checks are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The forms of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line a check
    Human,
    /// One JSON object
    Json,
}

const EXAMPLES: &str = "Examples:
  weft doctor                                   for router.yaml in this folder
  weft doctor --config schema/router.yaml --timeout-ms 1000
  weft doctor --supergraph supergraph.graphql
  weft doctor --format json | jq -r '.checks[] | select(.status == \"error\").message'

What is checked: the configuration, the address to listen on, how many files may be open, who can
read secrets, that each subgraph answers and has the schema that the gateway knows, that the Redis
of persisted queries answers, and that all of it makes a graph, with its views and registered
operations.

Exit codes: 0 no errors, 1 errors, 2 a wrong argument";

const SHOWN_BY_VALIDATE: &str = "`weft config validate` shows the lines";
const SHOWN_BY_COMPOSE: &str = "`weft compose` shows the lines of each file involved";

/// The checks are on standard output.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return report::failure(&anyhow::Error::from(error).into()),
    };
    let verdict = Verdict { checks: runtime.block_on(arguments.examine()) };
    // What has been given up may still be under way: a name that is looked up, say.
    runtime.shutdown_background();
    report::output(
        match arguments.format {
            Format::Human => verdict.human(),
            Format::Json => verdict.json(),
        }
        .trim_end(),
    );
    ExitCode::from(verdict.exit_code())
}

impl Arguments {
    async fn examine(&self) -> Vec<Check> {
        let limit = Duration::from_millis(self.timeout_ms);
        let mut checks = vec![Check::ok("version", "weft", env!("CARGO_PKG_VERSION"))];
        checks.extend(machine::open_files());
        let input = match &self.supergraph {
            Some(path) => GraphInput::Supergraph(path.clone()),
            None => GraphInput::config(self.config.clone()),
        };
        let name = self.supergraph.as_ref().unwrap_or(&self.config).display().to_string();
        let mut config = match input.read_config() {
            Ok(config) => config,
            Err(found) => {
                checks.extend(failed("configuration", &name, &found, SHOWN_BY_VALIDATE));
                return checks;
            }
        };
        self.shorten(&mut config);
        if self.supergraph.is_none() {
            let subgraphs = plural(config.subgraphs.len(), "subgraph");
            let views = plural(config.views.len(), "view");
            checks.push(Check::ok("configuration", &name, format!("{subgraphs}, {views}")));
            checks.extend(machine::secrets(&self.config, &config));
        }
        checks.push(machine::listen(&config.listen, limit).await);
        let graph = graph(&input, &config, limit);
        let subgraphs = subgraphs::examine(&input, &config, limit);
        let (subgraphs, redis, graph) = tokio::join!(subgraphs, redis(&config), graph);
        checks.extend(subgraphs);
        checks.extend(redis);
        checks.extend(graph);
        checks
    }

    /// Nothing that the checks ask may take longer than a check.
    fn shorten(&self, config: &mut Config) {
        let Some(limit) = NonZeroU64::new(self.timeout_ms) else { return };
        let timeouts = &mut config.timeouts;
        timeouts.subgraph_connect_ms = timeouts.subgraph_connect_ms.min(limit);
        timeouts.subgraph_request_ms = timeouts.subgraph_request_ms.min(limit);
        if let Some(redis) = &mut config.apq.redis {
            redis.timeout = redis.timeout.min(Duration::from_millis(self.timeout_ms));
        }
    }
}

/// Where gateways remember persisted queries together, if they do.
async fn redis(config: &Config) -> Option<Check> {
    const CHECK: &str = "redis";
    let settings = config.apq.redis.as_ref().filter(|_| config.apq.enabled)?;
    let started = Instant::now();
    Some(match probe_redis(settings).await {
        Ok(()) => {
            Check::ok(CHECK, "apq", format!("answers in {} ms", started.elapsed().as_millis()))
        }
        Err(wrong) => {
            let help = "without it each gateway remembers persisted queries for itself";
            Check::warning(CHECK, "apq", wrong, help)
        }
    })
}

/// That everything together makes a graph that can be served.
async fn graph(input: &GraphInput, config: &Config, limit: Duration) -> Vec<Check> {
    let loading = tokio::time::timeout(limit, input.load_graph(config));
    let loaded = match loading.await {
        Ok(Ok(loaded)) => loaded,
        Ok(Err(found)) => return failed("graph", "graph", &found, SHOWN_BY_COMPOSE),
        Err(_) => {
            let message = format!("it is not there after {} ms", limit.as_millis());
            return vec![Check::error("graph", "graph", message, "give it more: --timeout-ms")];
        }
    };
    let subgraphs = plural(loaded.graph.supergraph.subgraphs.len(), "subgraph");
    // The first is the graph's own.
    let views = plural(loaded.graph.apis().len() - 1, "view");
    let took = loaded.load_duration.as_millis();
    let mut message = format!("{subgraphs} and {views} make a graph in {took} ms");
    if !loaded.hints.is_empty() {
        message.push_str(&format!("; {}", plural(loaded.hints.len(), "hint")));
    }
    vec![Check::ok("graph", "graph", message)]
}

/// One check for each finding; `help` is for those that have none.
fn failed(check: &'static str, subject: &str, found: &[Diagnostic], help: &str) -> Vec<Check> {
    let of = |found: &Diagnostic| {
        let help = found.help.as_deref().unwrap_or(help);
        Check::error(check, subject, found.to_string(), help)
    };
    found.iter().map(of).collect()
}
