//! The log on standard error, as the configuration has it. `WEFT_LOG` (what is in it, such as
//! `info` or `router=debug`) and `WEFT_LOG_FORMAT` (`text` or `json`) come first.

use std::str::FromStr;

use anyhow::Context;
use observability::log::{self, LogFormat};
use router::config::Logs;

/// Starts logging; gives the format that was chosen.
pub(crate) fn start(logs: Logs) -> anyhow::Result<LogFormat> {
    let level = of_environment("WEFT_LOG")?.unwrap_or(logs.level);
    let format = of_environment("WEFT_LOG_FORMAT")?.unwrap_or(logs.format);
    log::start(format, &level);
    Ok(format)
}

fn of_environment<T: FromStr<Err = String>>(name: &str) -> anyhow::Result<Option<T>> {
    let value = std::env::var(name).ok();
    value.map(|text| text.parse().map_err(anyhow::Error::msg).context(name.to_owned())).transpose()
}
