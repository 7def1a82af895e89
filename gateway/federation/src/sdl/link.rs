//! `@link`: which specifications a schema document uses, and under which names.
//!
//! Core specification `link/v1.0`. Knows nothing of what the linked specifications mean.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::SchemaDefinition;
use apollo_compiler::{Name, Node};

use crate::diagnostic::{Diagnostic, Sources};

/// The home of the specifications that composers and routers share.
pub(crate) const SPECS: &str = "https://specs.apollo.dev/";

/// One `@link` application.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// As written.
    pub(crate) url: String,
    /// The URL without the version: `https://specs.apollo.dev/federation`.
    pub(crate) identity: String,
    /// Its last segment, `v2.5` as `(2, 5)`; none for an URL that names no version.
    pub(crate) version: Option<(u32, u32)>,
    /// Under which prefix names that are not imported are found: `as:`, or the identity's end.
    pub(crate) namespace: String,
    /// What can be said without the prefix.
    pub(crate) imports: Vec<Import>,
    /// `SECURITY` or `EXECUTION`.
    pub(crate) purpose: Option<Name>,
    /// The application.
    pub(crate) location: Option<SourceSpan>,
}

/// One element of `import:`.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    /// As the specification calls it, directives with their `@`.
    pub(crate) element: String,
    /// As the document calls it, directives with their `@`.
    pub(crate) local: String,
    /// Where.
    pub(crate) location: Option<SourceSpan>,
}

impl Link {
    /// How the document calls a directive of this specification; `directive` without `@`.
    pub(crate) fn directive_name(&self, directive: &str) -> String {
        let element = format!("@{directive}");
        if let Some(import) = self.imports.iter().find(|import| import.element == element) {
            return import.local[1..].to_owned();
        }
        let own_name = self.identity.rsplit('/').next() == Some(directive);
        if own_name { self.namespace.clone() } else { format!("{}__{directive}", self.namespace) }
    }

    /// How the document calls a type of this specification.
    pub(crate) fn type_name(&self, element: &str) -> String {
        let import = self.imports.iter().find(|import| import.element == element);
        import.map_or_else(|| format!("{}__{element}", self.namespace), |found| found.local.clone())
    }

    /// Whether it links Federation, in whatever version; also without one that can be read.
    pub(crate) fn is_of_federation(&self) -> bool {
        let rest = self.url.strip_prefix(SPECS).and_then(|rest| rest.strip_prefix("federation"));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether it links `https://specs.apollo.dev/NAME`.
    pub(crate) fn is_spec(&self, name: &str) -> bool {
        self.identity.strip_prefix(SPECS) == Some(name)
    }
}

/// The links of a schema, in source order; empty for a document without any.
pub(crate) fn links(
    schema: &SchemaDefinition,
    sources: &Sources,
) -> Result<Vec<Link>, Vec<Diagnostic>> {
    let name = link_directive_name(schema);
    let mut links: Vec<Link> = Vec::new();
    let mut errors = Vec::new();
    for directive in schema.directives.iter().filter(|directive| directive.name == name.as_str()) {
        match read_link(&directive.node, sources) {
            Ok(link) => {
                errors.extend(clash(&links, &link, sources));
                links.push(link);
            }
            Err(error) => errors.push(error),
        }
    }
    if links.iter().any(Link::is_of_federation) {
        errors.extend(links.iter().filter_map(|link| without_version(link, sources)));
    }
    if errors.is_empty() { Ok(links) } else { Err(errors) }
}

/// Which version is meant must be said, as soon as links mean something: in Federation 2.
fn without_version(link: &Link, sources: &Sources) -> Option<Diagnostic> {
    if link.version.is_some() {
        return None;
    }
    let message = format!("`{}` does not end with a version", link.url);
    Some(
        Diagnostic::error("INVALID_LINK_IDENTIFIER", message)
            .with_coordinate("@link")
            .at(sources, link.location, "linked here")
            .with_help("a version is the end of the address, such as `/v1.0`"),
    )
}

/// `link`, unless the link specification is itself linked under another name.
fn link_directive_name(schema: &SchemaDefinition) -> String {
    let renamed = schema.directives.iter().find(|directive| {
        let url = directive.specified_argument_by_name("url").and_then(|value| value.as_str());
        let alias = directive.specified_argument_by_name("as").and_then(|value| value.as_str());
        url.is_some_and(|url| url.starts_with("https://specs.apollo.dev/link/"))
            && alias == Some(directive.name.as_str())
    });
    renamed.map_or_else(|| "link".to_owned(), |directive| directive.name.to_string())
}

const RENAME_HELP: &str = "give one of them another name: `{ name: \"…\", as: \"…\" }`";

/// Two links cannot have one identity, one namespace or one imported name.
fn clash(links: &[Link], link: &Link, sources: &Sources) -> Option<Diagnostic> {
    let error = |message: String| {
        invalid(message, sources, link.location).with_coordinate("@link".to_owned())
    };
    for other in links {
        if other.identity == link.identity {
            let message = format!("`{}` is linked twice", link.identity);
            return Some(
                error(message)
                    .at(sources, other.location, "linked here already")
                    .with_help("link it once, with everything that is imported"),
            );
        }
        if other.namespace == link.namespace {
            let message = format!("two links use the name `{}`", link.namespace);
            return Some(
                error(message)
                    .at(sources, other.location, "used here already")
                    .with_help("give one of them another name with `as:`"),
            );
        }
        for import in &link.imports {
            if let Some(same) = other.imports.iter().find(|one| one.local == import.local) {
                let message = format!("two links import the name `{}`", import.local);
                return Some(
                    Diagnostic { labels: Vec::new(), ..error(message) }
                        .at(sources, import.location, "imported here")
                        .at(sources, same.location, "imported here already")
                        .with_help(RENAME_HELP),
                );
            }
        }
    }
    None
}

fn read_link(directive: &Node<Directive>, sources: &Sources) -> Result<Link, Diagnostic> {
    let location = directive.location();
    let error = |message: &str, at| {
        let help = "for example `@link(url: \"https://specs.apollo.dev/federation/v2.5\", \
                    import: [\"@key\"])`";
        invalid(message, sources, at).with_coordinate("@link").with_help(help)
    };
    let mut alias = None;
    let mut url = None;
    let mut purpose = None;
    let mut imports = Vec::new();
    for argument in &directive.arguments {
        let at = argument.location();
        match (argument.name.as_str(), &*argument.value) {
            (_, Value::Null) => {}
            ("url", Value::String(text)) => url = Some(text.clone()),
            ("as", Value::String(text)) => alias = Some((text.clone(), at)),
            ("for", Value::Enum(name)) => purpose = Some(name.clone()),
            ("import", Value::List(elements)) => {
                imports = elements
                    .iter()
                    .map(|element| read_import(element, sources))
                    .collect::<Result<_, _>>()?;
            }
            ("url" | "as" | "for" | "import", _) => {
                let message = format!("`@link({}:)` has a value of the wrong kind", argument.name);
                return Err(error(&message, at));
            }
            (other, _) => {
                return Err(error(&format!("`@link` has no argument `{other}`"), at));
            }
        }
    }
    let url = url.ok_or_else(|| error("`@link` needs a `url`", location))?;
    let (identity, version) = take_apart(&url);
    let version = version.filter(|_| !url.ends_with('/'));
    let identity = identity.to_owned();
    let own_name = identity.rsplit('/').next().unwrap_or_default().to_owned();
    if let Some((alias, at)) = &alias
        && (Name::new(alias).is_err() || alias.contains("__") || alias.ends_with('_'))
    {
        let message = format!("`{alias}` cannot be the name of a link");
        let help = "it is a name without `__` that does not end in `_`";
        return Err(error(&message, *at).with_help(help));
    }
    if let Some(error) = imported_twice(&imports, sources) {
        return Err(error);
    }
    let namespace = alias.map_or(own_name, |(alias, _)| alias);
    Ok(Link { url, identity, version, namespace, imports, purpose, location })
}

/// An element has one name, and a name one element.
fn imported_twice(imports: &[Import], sources: &Sources) -> Option<Diagnostic> {
    let error = |message: String, one: &Import, other: &Import| {
        invalid(message, sources, one.location).with_coordinate("@link").at(
            sources,
            other.location,
            "imported here already",
        )
    };
    imports.iter().enumerate().find_map(|(index, import)| {
        let mut before = imports[..index].iter();
        let other =
            before.find(|one| one.local == import.local || one.element == import.element)?;
        if other.element != import.element {
            let message = format!("two elements are imported as `{}`", import.local);
            return Some(error(message, import, other).with_help(RENAME_HELP));
        }
        let message = format!("`{}` is imported twice", import.element);
        Some(error(message, import, other).with_help("remove one of the imports"))
    })
}

fn read_import(element: &Node<Value>, sources: &Sources) -> Result<Import, Diagnostic> {
    let location = element.location();
    let error = |message: String| {
        let help = "for example `\"@key\"` or `{ name: \"@key\", as: \"@primaryKey\" }`";
        invalid(message, sources, location).with_coordinate("@link").with_help(help)
    };
    let (name, alias) = match &**element {
        Value::String(name) => (name.clone(), None),
        Value::Object(fields) => {
            let text = |key: &str| {
                let found = fields.iter().find(|(name, _)| name == key);
                found.and_then(|(_, value)| value.as_str().map(str::to_owned))
            };
            if let Some((key, _)) = fields.iter().find(|(key, _)| key != "name" && key != "as") {
                return Err(error(format!("an import has no `{key}`; it has `name` and `as`")));
            }
            let name = text("name").ok_or_else(|| error("an import needs a `name`".to_owned()))?;
            (name, text("as"))
        }
        _ => return Err(error("an import is a string or `{ name: …, as: … }`".to_owned())),
    };
    let local = alias.unwrap_or_else(|| name.clone());
    for text in [&name, &local] {
        if Name::new(text.strip_prefix('@').unwrap_or(text)).is_err() {
            return Err(error(format!("`{text}` is no name that can be imported")));
        }
    }
    if name.starts_with('@') != local.starts_with('@') {
        let message = format!("`{name}` cannot be imported as `{local}`");
        return Err(error(message).with_help("directives keep their `@`, types have none"));
    }
    Ok(Import { element: name, local, location })
}

/// `https://specs.apollo.dev/federation/v2.5` → its identity and `(2, 5)`.
pub(crate) fn take_apart(url: &str) -> (&str, Option<(u32, u32)>) {
    let url = url.trim_end_matches('/');
    let Some((rest, last)) = url.rsplit_once('/') else { return (url, None) };
    let version = last.strip_prefix('v').and_then(|numbers| {
        let (major, minor) = numbers.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    });
    if version.is_some() { (rest, version) } else { (url, None) }
}

/// A name that a specification gives.
pub(crate) fn static_name(name: &'static str) -> Name {
    Name::new_static(name).expect("specifications give names")
}

fn invalid(
    message: impl Into<String>,
    sources: &Sources,
    location: Option<SourceSpan>,
) -> Diagnostic {
    Diagnostic::error("INVALID_LINK_DIRECTIVE_USAGE", message).at(sources, location, "")
}
