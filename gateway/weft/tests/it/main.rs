//! The `weft` command as a user runs it.

mod check;
mod check_baselines;
mod check_documents;
mod check_operations;
mod check_registered;
mod check_reports;
mod check_views;
mod checkout;
mod ci_files;
mod command_line;
mod compose_and_plan;
mod compose_inputs;
mod config_command;
mod containers;
mod dev;
mod doctor;
mod federation;
mod plans;
mod reload;
mod running;
mod serve;
mod shop;
mod shop_views;
mod tidy;
mod view_data;
