//! The `weft` command: reads the command line, runs one command, turns its end into an exit code.

mod check;
mod completions;
mod compose;
mod composition_input;
mod config;
mod configured_views;
mod dev;
mod doctor;
mod explain;
mod graph_input;
mod healthcheck;
mod log;
mod man;
mod memory_pages;
mod plan;
mod plannable_graph;
mod registered_operations;
mod reload;
mod report;
mod repository;
mod serve;
mod shutdown;

use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A GraphQL federation gateway.
#[derive(Debug, Parser)]
#[command(name = "weft", version, about = ABOUT, propagate_version = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const ABOUT: &str = "A GraphQL federation gateway";

const EXAMPLES: &str = "Examples:
  weft dev                                     a gateway with three subgraphs, ready to try
  weft serve --config router.yaml              the gateway, from subgraphs' schemas
  weft serve --supergraph supergraph.graphql   the gateway, from a composed supergraph
  weft compose --config router.yaml            the supergraph, on standard output
  weft check --config router.yaml              what a change would do to clients
  weft config validate router.yaml             what is wrong with a configuration
  weft doctor --config router.yaml             whether ports, subgraphs and schemas are right
  weft plan --config router.yaml query.graphql which subgraph is asked what, and when
  weft explain --config router.yaml q.graphql  why, and what would save a request";

#[derive(Debug, Subcommand)]
enum Command {
    Dev(dev::Arguments),
    Serve(serve::Arguments),
    Compose(compose::Arguments),
    Check(check::Arguments),
    Config(config::Arguments),
    Doctor(doctor::Arguments),
    Plan(plan::Arguments),
    Explain(explain::Arguments),
    Healthcheck(healthcheck::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

fn main() -> ExitCode {
    let started = Instant::now();
    let arguments = Arguments::parse();
    if matches!(arguments.command, Command::Dev(_) | Command::Serve(_)) {
        memory_pages::keep_small();
    }
    let ended = match &arguments.command {
        Command::Dev(arguments) => dev::run(arguments, started),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Compose(arguments) => return compose::run(arguments),
        Command::Check(arguments) => return check::run(arguments),
        Command::Config(arguments) => return config::run(arguments),
        Command::Doctor(arguments) => return doctor::run(arguments),
        Command::Plan(arguments) => return plan::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Healthcheck(arguments) => healthcheck::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report::failure(&failure),
    }
}
