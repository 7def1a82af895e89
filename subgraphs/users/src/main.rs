//! The binary: `users serve`, `users schema`, `users healthcheck`.

use std::process::ExitCode;

fn main() -> ExitCode {
    subgraph_server::main(&users::DEFINITION)
}
