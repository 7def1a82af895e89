//! The `weft` command as a user runs it.

mod compose_and_plan;
mod containers;
mod dev;
mod federation;
mod reload;
mod running;
mod serve;
mod shop;
mod tidy;
