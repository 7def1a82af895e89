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

/// With this the export of async-graphql begins the link to the Federation specification, last.
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

/// The link first, with the imports that are used; no definitions of what is built in.
fn tidy(exported: &str) -> String {
    let (types, link) = exported.split_once(LINK).unwrap_or((exported, ""));
    let mut quoted = link.split('"').skip(1).step_by(2);
    let specification = quoted.next().unwrap_or_default();
    let used = |directive: &&str| types.contains(&format!(" {directive}"));
    let imports: Vec<String> = quoted.filter(used).map(|name| format!("\"{name}\"")).collect();
    let imports = imports.join(", ");
    let mut sdl = format!("{LINK}url: \"{specification}\", import: [{imports}])\n\n");
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
