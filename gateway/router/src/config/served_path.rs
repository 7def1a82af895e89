//! Paths of the gateway that the configuration chooses.

use std::fmt;
use std::str::FromStr;

/// Where the graph itself is served.
pub const GRAPHQL_PATH: &str = "/graphql";

/// What is served whatever the configuration says. Below `/ui` and `/health` everything is taken.
const TAKEN: [&str; 7] = ["/", GRAPHQL_PATH, "/health", "/metrics", "/ready", "/readiness", "/ui"];

/// Where a view is served, such as `/bff-web/graphql`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedPath(String);

/// Where a stored operation is served, such as `/bff-web/product/{id}`: a segment in braces is a
/// variable's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestPath(String);

impl ServedPath {
    /// As it is asked for.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RestPath {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The variables in it, in their order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter_map(variable)
    }
}

impl FromStr for ServedPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = checked(text, |_| false)?;
        Ok(Self(path))
    }
}

impl FromStr for RestPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = Self(checked(text, |segment| variable(segment).is_some_and(is_name))?);
        let mut seen = Vec::new();
        for name in path.variables() {
            if seen.contains(&name) {
                return Err(format!("`{{{name}}}` is in `{text}` twice"));
            }
            seen.push(name);
        }
        Ok(path)
    }
}

impl fmt::Display for ServedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RestPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An absolute path in normal form that is not taken. Characters that are written in more than one
/// way in a URL are not accepted, so that one path is one text.
fn checked(text: &str, may_be: impl Fn(&str) -> bool) -> Result<String, String> {
    let Some(segments) = text.strip_prefix('/') else {
        return Err(format!("`{text}` is no absolute path, such as /web/graphql"));
    };
    let is_plain = |segment: &str| {
        let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~.".contains(&byte);
        !matches!(segment, "" | "." | "..") && segment.bytes().all(fit)
    };
    let first = segments.split('/').next().unwrap_or_default();
    let is_taken = TAKEN.contains(&text) || matches!(first, "ui" | "health");
    if is_taken {
        return Err(format!("`{text}` is taken by the gateway itself"));
    }
    match segments.split('/').find(|segment| !is_plain(segment) && !may_be(segment)) {
        Some("") => Err(format!("`{text}` has an empty segment")),
        Some(wrong) => Err(format!("`{wrong}` cannot be a segment of a path here")),
        None => Ok(text.to_owned()),
    }
}

/// What is between the braces of a whole segment.
fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// A name in GraphQL's sense.
fn is_name(text: &str) -> bool {
    let start = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    text.bytes().next().is_some_and(start)
        && text.bytes().all(|byte| start(byte) || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{RestPath, ServedPath};

    #[test]
    fn a_path_is_absolute_plain_and_free() {
        for text in ["/bff-web/graphql", "/a", "/v1.0/~x/_"] {
            assert_eq!(text.parse::<ServedPath>().expect("a path").as_str(), text);
        }
        for (text, wrong) in [
            ("", "no absolute path"),
            ("web", "no absolute path"),
            ("/", "taken"),
            ("/graphql", "taken"),
            ("/health/views", "taken"),
            ("/ui/web", "taken"),
            ("/web/", "empty segment"),
            ("//web", "empty segment"),
            ("/../etc", "`..` cannot"),
            ("/we%62", "`we%62` cannot"),
            ("/web?x", "`web?x` cannot"),
            ("/web/{id}", "`{id}` cannot"),
            ("/größe", "`größe` cannot"),
        ] {
            let error = text.parse::<ServedPath>().expect_err(text);
            assert!(error.contains(wrong), "{text}: {error}");
        }
    }

    #[test]
    fn segments_in_braces_are_variables() {
        let path: RestPath = "/shop/{shop}/product/{id}".parse().expect("a path");
        assert_eq!(path.variables().collect::<Vec<_>>(), ["shop", "id"]);
        for text in ["/a/{}", "/a/{1}", "/a/x{id}", "/a/{*rest}", "/{a}/{a}"] {
            assert!(text.parse::<RestPath>().is_err(), "{text}");
        }
    }
}
