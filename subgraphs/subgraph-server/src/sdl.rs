//! The schema as text: what the binaries print, what `_service { sdl }` answers and what lies in
//! `schema/`, byte for byte the same. Federation subgraph specification, `Query._service`.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::{
    EmptySubscription, ObjectType, SDLExportOptions, Schema, ServerResult, SubscriptionType, Value,
};

use crate::subgraph::schema;

/// With this the export of async-graphql begins each link to a specification: the last of it.
const LINK: &str = "extend schema @link(";

/// Directives that every GraphQL schema has and no schema defines.
const BUILT_IN: [&str; 3] = ["directive @deprecated", "directive @include", "directive @skip"];

/// The schema of these root types as Federation SDL.
pub fn sdl<Q, M>(query: Q, mutation: M) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    print(&schema(query, mutation).finish())
}

fn print<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new()
        .federation()
        .compose_directive()
        .prefer_single_line_descriptions()
        .use_space_ident();
    tidy(&schema.sdl_with_options(options))
}

/// The links first, with the imports that are used; no definitions of what is built in.
fn tidy(exported: &str) -> String {
    let mut parts = exported.split(LINK);
    let types = parts.next().unwrap_or_default();
    let federation = parts.next().unwrap_or_default();
    let mut composed: Vec<String> = parts.map(composed_link).collect();
    // They come in any order.
    composed.sort();
    let (specification, imports) = quoted(federation);
    let used = |directive: &&str| {
        types.contains(&format!(" {directive}"))
            || *directive == "@composeDirective" && !composed.is_empty()
    };
    let mut sdl = link(specification, imports.into_iter().filter(used));
    sdl.push('\n');
    sdl.extend(composed);
    sdl.push('\n');
    let mut lines = types.trim_end().lines().peekable();
    while let Some(line) = lines.next() {
        let described = lines.peek().filter(|_| line.starts_with('"'));
        let is_built_in = |line: &&str| BUILT_IN.iter().any(|built_in| line.starts_with(built_in));
        if is_built_in(&line) || described.is_some_and(is_built_in) {
            continue;
        }
        sdl.push_str(line);
        sdl.push('\n');
    }
    sdl.truncate(sdl.trim_end().len());
    sdl.push('\n');
    sdl
}

/// A specification of somebody's own, whose directives are to be in the supergraph.
fn composed_link(exported: &str) -> String {
    let (link_part, _) = exported.split_once(')').unwrap_or((exported, ""));
    let (specification, mut directives) = quoted(link_part);
    directives.sort_unstable();
    let mut sdl = link(specification, directives.iter().copied());
    for directive in directives {
        sdl.push_str(&format!(" @composeDirective(name: \"{directive}\")"));
    }
    sdl.push('\n');
    sdl
}

fn link<'a>(specification: &str, imports: impl Iterator<Item = &'a str>) -> String {
    let imports: Vec<String> = imports.map(|name| format!("\"{name}\"")).collect();
    format!("{LINK}url: \"{specification}\", import: [{}])", imports.join(", "))
}

/// The strings of a link: its specification, and what is imported.
fn quoted(link: &str) -> (&str, Vec<&str>) {
    let mut strings = link.split('"').skip(1).step_by(2);
    (strings.next().unwrap_or_default(), strings.collect())
}

/// Answers `_service { sdl }` with the text above instead of async-graphql's own.
pub(crate) struct ServiceSdl(Arc<str>);

impl ServiceSdl {
    pub(crate) fn new<Q, M>(schema: &Schema<Q, M, EmptySubscription>) -> ServiceSdl
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
    {
        ServiceSdl(print(schema).into())
    }
}

impl ExtensionFactory for ServiceSdl {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(ServiceSdl(Arc::clone(&self.0)))
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for ServiceSdl {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if info.parent_type == "_Service" && info.name == "sdl" {
            return Ok(Some(Value::from(&*self.0)));
        }
        next.run(ctx, info).await
    }
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn directives_of_ones_own_are_linked_and_composed_in_one_order() {
        let exported = r#"type Query @mine @key(fields: "id") {
  id: ID!
}

directive @mine on OBJECT
directive @include(if: Boolean!) on FIELD
extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.5",
  import: ["@key", "@tag", "@composeDirective"]
)

extend schema @link(
  url: "https://z.example/z/v1.0"
  import: ["@yours","@mine"]
)
  @composeDirective(name: "@yours")
  @composeDirective(name: "@mine")

extend schema @link(
  url: "https://a.example/a/v1.0"
  import: ["@theirs"]
)
  @composeDirective(name: "@theirs")

"#;
        let expected = [
            concat!(
                r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", "#,
                r#"import: ["@key", "@composeDirective"])"#,
            ),
            concat!(
                r#"extend schema @link(url: "https://a.example/a/v1.0", import: ["@theirs"]) "#,
                r#"@composeDirective(name: "@theirs")"#,
            ),
            concat!(
                r#"extend schema @link(url: "https://z.example/z/v1.0", "#,
                r#"import: ["@mine", "@yours"]) "#,
                r#"@composeDirective(name: "@mine") @composeDirective(name: "@yours")"#,
            ),
            "",
            r#"type Query @mine @key(fields: "id") {"#,
            "  id: ID!",
            "}",
            "",
            "directive @mine on OBJECT",
        ];
        let printed = tidy(exported);
        assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
    }
}
