//! What the environment may say: `WEFT_SUBGRAPH_USERS_ROUTING_URL`, and `${env.NAME:default}` in
//! the texts of the configuration. The environment comes in as a function, so that tests have
//! their own.

/// Looks up a variable; empty counts as unset.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// The process's own environment.
pub fn process_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// An environment in which nothing is set.
pub fn no_environment(_name: &str) -> Option<String> {
    None
}

/// The variable that overrides a subgraph's `routing_url`: `WEFT_SUBGRAPH_USERS_ROUTING_URL`, with
/// `_` for everything in the name that is no letter or digit.
pub fn routing_url_variable(subgraph: &str) -> String {
    let name = subgraph.chars().map(|character| {
        if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' }
    });
    format!("WEFT_SUBGRAPH_{}_ROUTING_URL", name.collect::<String>())
}

/// Replaces each `${env.NAME}`, `${env.NAME:default}` and `${env.NAME:-default}`.
///
/// # Errors
/// A sentence: the variable is not set and there is no default, or the `}` is missing.
pub(super) fn expand(text: &str, environment: Environment<'_>) -> Result<String, String> {
    const OPENING: &str = "${env.";
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(OPENING) {
        expanded.push_str(&rest[..start]);
        let inside = &rest[start + OPENING.len()..];
        let end = inside.find('}').ok_or("`${env.` without a closing `}`")?;
        expanded.push_str(&value_of(&inside[..end], environment)?);
        rest = &inside[end + 1..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn value_of(expression: &str, environment: Environment<'_>) -> Result<String, String> {
    let (name, default) = match expression.split_once(':') {
        Some((name, default)) => (name, Some(default.strip_prefix('-').unwrap_or(default))),
        None => (expression, None),
    };
    environment(name)
        .or_else(|| default.map(String::from))
        .ok_or_else(|| format!("the environment variable {name} is not set and has no default"))
}
