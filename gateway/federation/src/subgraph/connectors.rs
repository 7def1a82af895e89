//! Connectors (`@source`, `@connect`): accepted, checked for their arguments' names, and taken
//! along. What they mean is the router's that resolves them.

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Definition, Directive, Document, Value};

use crate::sdl::link::{Link, static_name};

/// The newest minor version of connectors v0 that is known.
pub(crate) const MINOR_MAX: u32 = 4;

/// A subgraph's link to the specification of connectors.
#[derive(Debug, Clone)]
pub(crate) struct Connectors {
    /// The linked version is v0 and this.
    pub(crate) minor: u32,
    /// The subgraph's name of `@connect`, without `@`.
    pub(crate) connect: String,
    /// The subgraph's name of `@source`, without `@`.
    pub(crate) source: String,
    /// A scalar that stands for all of the specification's types.
    pub(crate) value_type: String,
    /// The link as it is carried into the supergraph.
    pub(crate) link: Node<Directive>,
    prefix: String,
    imported_types: Vec<String>,
}

impl Connectors {
    pub(super) fn new(link: &Link) -> Self {
        let types = link.imports.iter().filter(|import| !import.local.starts_with('@'));
        Self {
            minor: link.version.map_or(MINOR_MAX, |(_, minor)| minor),
            connect: link.directive_name("connect"),
            source: link.directive_name("source"),
            value_type: format!("{}__Value", link.namespace),
            link: Node::new(carried_link(link)),
            prefix: format!("{}__", link.namespace),
            imported_types: types.map(|import| import.local.clone()).collect(),
        }
    }

    /// Whether a directive of the subgraph is one of connectors.
    pub(crate) fn has(&self, directive: &str) -> bool {
        directive == self.connect || directive == self.source
    }

    /// Puts our definitions in the place of the subgraph's.
    pub(super) fn add_definitions(&self, document: &mut Document) {
        document.definitions.retain(|definition| match definition.name() {
            Some(name) if matches!(definition, Definition::DirectiveDefinition(_)) => {
                !self.has(name)
            }
            Some(name) => {
                !name.starts_with(self.prefix.as_str())
                    && !self.imported_types.iter().any(|ty| name == ty.as_str())
            }
            None => true,
        });
        let (connect, source, value) = (&self.connect, &self.source, &self.value_type);
        let text = format!(
            "directive @{source}(name: String!, http: {value}!, errors: {value}, \
             isSuccess: {value}) repeatable on SCHEMA\n\
             directive @{connect}(source: String, id: String, http: {value}, batch: {value}, \
             errors: {value}, isSuccess: {value}, selection: {value}!, entity: Boolean = false) \
             repeatable on FIELD_DEFINITION | OBJECT"
        );
        let ours = Document::parse(text, "connect.graphql");
        document.definitions.extend(ours.map(|it| it.definitions).unwrap_or_default());
    }
}

/// `@link(url:, as:, import:)` with what the subgraph wrote.
fn carried_link(link: &Link) -> Directive {
    let string = |text: &str| Node::new(Value::String(text.to_owned()));
    let argument = |name, value| Node::new(Argument { name: static_name(name), value });
    let mut arguments = vec![argument("url", string(&link.url))];
    if link.identity.rsplit('/').next() != Some(link.namespace.as_str()) {
        arguments.push(argument("as", string(&link.namespace)));
    }
    if !link.imports.is_empty() {
        let imports = link.imports.iter().map(|import| {
            if import.element == import.local {
                return string(&import.element);
            }
            let fields = [("name", &import.element), ("as", &import.local)];
            let fields = fields.map(|(name, text)| (static_name(name), string(text)));
            Node::new(Value::Object(fields.to_vec()))
        });
        arguments.push(argument("import", Node::new(Value::List(imports.collect()))));
    }
    Directive { name: static_name("link"), arguments }
}
