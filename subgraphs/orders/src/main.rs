//! The binary: `orders serve`, `orders schema`, `orders healthcheck`.

use std::process::ExitCode;

fn main() -> ExitCode {
    subgraph_server::main(&orders::DEFINITION)
}
