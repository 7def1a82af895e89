//! The specifications that a supergraph links beside `link` and `join`, and what is known of them.
//!
//! In a `Supergraph`'s schema the directives of known specifications have the specifications' own
//! names; how the document calls them is the link's. Knows nothing of how they merge.

use std::sync::LazyLock;

use apollo_compiler::ast::{Document, Type};
use apollo_compiler::schema::{DirectiveDefinition, ExtendedType};
use apollo_compiler::{Name, Node, Schema};

use crate::sdl::link::{self, Link, SPECS};

/// One `@link` of a supergraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedFeature {
    /// The specification with its version: `https://specs.apollo.dev/tag/v0.3`.
    pub url: String,
    /// The name it is linked as, where that is not the URL's own.
    pub alias: Option<String>,
    /// What the document calls by a name without the feature's prefix.
    pub imports: Vec<FeatureImport>,
    /// What a router needs the feature for; one that does not know it must not serve without it.
    pub purpose: Option<Purpose>,
}

/// One element that a `@link` imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureImport {
    /// As the specification calls it, directives with their `@`.
    pub element: String,
    /// As the document calls it, directives with their `@`.
    pub local: String,
}

/// `for:` of a `@link`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Needed to resolve fields securely.
    Security,
    /// Needed to execute operations.
    Execution,
}

impl LinkedFeature {
    /// A specification of `https://specs.apollo.dev/`, under its own names and for what it is for.
    pub(crate) fn of_spec(name: &str, version: &str) -> Self {
        let purpose = KNOWN.iter().find(|known| known.name == name).and_then(|it| it.purpose);
        let url = format!("{SPECS}{name}/{version}");
        Self { url, alias: None, imports: Vec::new(), purpose }
    }

    /// As a document links it.
    pub(crate) fn of_link(link: &Link) -> Self {
        let own_name = link.identity.rsplit('/').next().unwrap_or_default();
        let imports = link.imports.iter().map(|import| FeatureImport {
            element: import.element.clone(),
            local: import.local.clone(),
        });
        Self {
            url: link.url.clone(),
            alias: (link.namespace != own_name).then(|| link.namespace.clone()),
            imports: imports.collect(),
            purpose: link.purpose.as_ref().and_then(|name| match name.as_str() {
                "SECURITY" => Some(Purpose::Security),
                "EXECUTION" => Some(Purpose::Execution),
                _ => None,
            }),
        }
    }

    /// What is known of the specification, at whatever version.
    pub(crate) fn known(&self) -> Option<&'static KnownFeature> {
        let (name, _) = self.url.strip_prefix(SPECS)?.split_once('/')?;
        KNOWN.iter().find(|known| known.name == name)
    }

    /// How the document calls a directive of the specification; both without `@`.
    pub(crate) fn directive_name(&self, element: &str) -> String {
        let mut imports = self.imports.iter();
        match imports.find(|import| import.element.strip_prefix('@') == Some(element)) {
            Some(import) => import.local.trim_start_matches('@').to_owned(),
            None if self.own_name() == element => self.prefix().to_owned(),
            None => format!("{}__{element}", self.prefix()),
        }
    }

    /// How the document calls a type of the specification.
    pub(crate) fn type_name(&self, element: &str) -> String {
        let imported = self.imports.iter().find(|import| import.element == element);
        imported.map_or_else(|| format!("{}__{element}", self.prefix()), |one| one.local.clone())
    }

    fn prefix(&self) -> &str {
        self.alias.as_deref().unwrap_or_else(|| self.own_name())
    }

    /// The last part of the specification's identity.
    fn own_name(&self) -> &str {
        link::take_apart(&self.url).0.rsplit('/').next().unwrap_or_default()
    }
}

/// A specification whose directives composition, the API schema or a router read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownFeature {
    /// The last part of its identity.
    pub(crate) name: &'static str,
    /// Its last known version is v0 and this.
    pub(crate) minor_max: u32,
    /// What a router needs it for.
    pub(crate) purpose: Option<Purpose>,
    /// Its directives, without `@`.
    pub(crate) directives: &'static [&'static str],
    /// Its types, without its prefix.
    pub(crate) types: &'static [&'static str],
}

const fn known(
    (name, minor_max): (&'static str, u32),
    purpose: Option<Purpose>,
    directives: &'static [&'static str],
    types: &'static [&'static str],
) -> KnownFeature {
    KnownFeature { name, minor_max, purpose, directives, types }
}

/// In the order in which a supergraph links them.
pub(crate) const KNOWN: [KnownFeature; 9] = [
    known(("tag", 3), None, &["tag"], &[]),
    known(("inaccessible", 2), Some(Purpose::Security), &["inaccessible"], &[]),
    known(("authenticated", 1), Some(Purpose::Security), &["authenticated"], &[]),
    known(("requiresScopes", 1), Some(Purpose::Security), &["requiresScopes"], &["Scope"]),
    known(("policy", 1), Some(Purpose::Security), &["policy"], &["Policy"]),
    known(("cost", 1), None, &["cost", "listSize"], &[]),
    known(
        ("context", 1),
        Some(Purpose::Security),
        &["context", "fromContext"],
        &["ContextFieldValue"],
    ),
    known(("cacheTag", 1), Some(Purpose::Execution), &[], &[]),
    known(("connect", 4), Some(Purpose::Execution), &[], &[]),
];

/// Under the specifications' own names; types with their specification's prefix.
const DEFINITIONS: &str = r"
directive @tag(
  name: String!
) repeatable on
  FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM |
  ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA
directive @inaccessible on
  FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM |
  ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(
  scopes: [[requiresScopes__Scope!]!]!
) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
scalar requiresScopes__Scope
directive @policy(
  policies: [[policy__Policy!]!]!
) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
scalar policy__Policy
directive @cost(
  weight: Int!
) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(
  assumedSize: Int
  slicingArguments: [String!]
  sizedFields: [String!]
  requireOneSlicingArgument: Boolean = true
) on FIELD_DEFINITION
directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION
directive @fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION
scalar context__ContextFieldValue
";

static PARSED: LazyLock<Schema> = LazyLock::new(|| {
    let document = Document::parse(DEFINITIONS, "features.graphql");
    let document = document.expect("the definitions above are GraphQL");
    document.to_schema().expect("no definition above is there twice")
});

/// The definition of a known specification's directive, under the specification's own name.
pub(crate) fn definition(directive: &str) -> Option<&'static Node<DirectiveDefinition>> {
    PARSED.directive_definitions.get(directive).filter(|definition| !definition.is_built_in())
}

/// Adds a known directive to a merged schema, with the types of its arguments.
pub(crate) fn define(schema: &mut Schema, directive: &str) {
    let Some(definition) = definition(directive) else { return };
    for argument in &definition.arguments {
        let name = argument.ty.inner_named_type();
        if let Some(ty @ ExtendedType::Scalar(_)) = PARSED.types.get(name)
            && !ty.is_built_in()
        {
            schema.types.insert(name.clone(), ty.clone());
        }
    }
    schema.directive_definitions.insert(definition.name.clone(), definition.clone());
}

/// A type with the name inside it replaced.
pub(crate) fn with_inner_name(ty: &Type, name: Name) -> Type {
    match ty {
        Type::Named(_) => Type::Named(name),
        Type::NonNullNamed(_) => Type::NonNullNamed(name),
        Type::List(item) => Type::List(Box::new(with_inner_name(item, name))),
        Type::NonNullList(item) => Type::NonNullList(Box::new(with_inner_name(item, name))),
    }
}
