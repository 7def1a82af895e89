//! The binary: `products serve`, `products schema`, `products healthcheck`.

use std::process::ExitCode;

fn main() -> ExitCode {
    subgraph_server::main(&products::DEFINITION)
}
