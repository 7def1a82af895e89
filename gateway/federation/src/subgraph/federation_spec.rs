//! The definitions that Federation adds to every subgraph, by version.

use std::sync::LazyLock;

use apollo_compiler::ast::{Definition, DirectiveDefinition, Document};
use apollo_compiler::{Name, Node};

use crate::sdl::link::static_name;

/// The newest minor version of Federation 2 that is known.
pub(crate) const MINOR_MAX: u32 = 14;

/// Since when there is a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownDirective {
    /// Without `@`.
    pub(crate) name: &'static str,
    /// What it is called inside this crate, whatever a subgraph calls it.
    canonical: &'static str,
    /// The minor version of Federation 2 that introduced it.
    pub(crate) since: u32,
}

const fn known(canonical: &'static str, since: u32) -> KnownDirective {
    let (_, name) = canonical.split_at("federation__".len());
    KnownDirective { name, canonical, since }
}

/// The directives of Federation 2.
pub(crate) const DIRECTIVES: [KnownDirective; 19] = [
    known(names::KEY, 0),
    known(names::REQUIRES, 0),
    known(names::PROVIDES, 0),
    known(names::EXTERNAL, 0),
    known(names::SHAREABLE, 0),
    known(names::INACCESSIBLE, 0),
    known(names::OVERRIDE, 0),
    known(names::TAG, 0),
    known(names::EXTENDS, 0),
    known(names::COMPOSE_DIRECTIVE, 1),
    known(names::INTERFACE_OBJECT, 3),
    known(names::AUTHENTICATED, 5),
    known(names::REQUIRES_SCOPES, 5),
    known(names::POLICY, 6),
    known(names::CONTEXT, 8),
    known(names::FROM_CONTEXT, 8),
    known(names::COST, 9),
    known(names::LIST_SIZE, 9),
    known(names::CACHE_TAG, 12),
];

/// The scalar types of Federation 2: the type of field sets, and those of the authorisation
/// directives.
pub(crate) const SCALARS: [(&str, u32); 4] =
    [("FieldSet", 0), ("Scope", 5), ("Policy", 6), ("ContextFieldValue", 8)];

/// A specification that a subgraph can link by itself: what Federation has taken over from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LinkedSpec {
    /// The last part of its identity.
    pub(crate) name: &'static str,
    /// Its versions are v0.1 to v0 and this.
    pub(crate) minor_max: u32,
    /// Without `@`.
    pub(crate) directives: &'static [&'static str],
    /// Without its prefix.
    pub(crate) scalars: &'static [&'static str],
    /// The minor version of Federation 2 that has it too.
    pub(crate) since: u32,
}

const fn linked(
    (name, minor_max): (&'static str, u32),
    directives: &'static [&'static str],
    scalars: &'static [&'static str],
    since: u32,
) -> LinkedSpec {
    LinkedSpec { name, minor_max, directives, scalars, since }
}

/// All of them.
pub(crate) const LINKED_SPECS: [LinkedSpec; 7] = [
    linked(("tag", 3), &["tag"], &[], 0),
    linked(("inaccessible", 2), &["inaccessible"], &[], 0),
    linked(("authenticated", 1), &["authenticated"], &[], 5),
    linked(("requiresScopes", 1), &["requiresScopes"], &["Scope"], 5),
    linked(("policy", 1), &["policy"], &["Policy"], 6),
    linked(("cost", 1), &["cost", "listSize"], &[], 9),
    linked(("cacheTag", 1), &["cacheTag"], &[], 12),
];

/// The directives that are merged into the supergraph, or carried into it, by themselves.
pub(crate) const COMPOSED_BY_DEFAULT: [&str; 9] = [
    "tag",
    "inaccessible",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
    "cacheTag",
    "context",
];

/// Under their own names; `FieldSet` stands for the subgraph's name of that scalar.
const DEFINITIONS: &str = r"
directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: FieldSet!) on FIELD_DEFINITION
directive @provides(fields: FieldSet!) on FIELD_DEFINITION
directive @external(reason: String) on OBJECT | FIELD_DEFINITION
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @inaccessible on
  FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM |
  ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @tag(
  name: String!
) repeatable on
  FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM |
  ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA
directive @extends on OBJECT | INTERFACE
directive @composeDirective(name: String!) repeatable on SCHEMA
directive @interfaceObject on OBJECT
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(
  scopes: [[Scope!]!]!
) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @policy(policies: [[Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION
directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION
directive @cost(
  weight: Int!
) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(
  assumedSize: Int
  slicingArguments: [String!]
  sizedFields: [String!]
  requireOneSlicingArgument: Boolean = true
) on FIELD_DEFINITION
directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION
";

static PARSED: LazyLock<Vec<Node<DirectiveDefinition>>> = LazyLock::new(|| {
    let document = Document::parse(DEFINITIONS, "federation.graphql");
    let document = document.expect("the definitions above are GraphQL");
    let definitions = document.definitions.into_iter().filter_map(|definition| match definition {
        Definition::DirectiveDefinition(definition) => Some(definition),
        _ => None,
    });
    definitions.collect()
});

/// The definition of a directive under its own name.
pub(crate) fn definition(name: &str) -> Option<&'static Node<DirectiveDefinition>> {
    PARSED.iter().find(|definition| definition.name == name)
}

/// The names that Federation's directives have inside this crate, whatever a subgraph calls them.
pub(crate) mod names {
    pub(crate) const KEY: &str = "federation__key";
    pub(crate) const REQUIRES: &str = "federation__requires";
    pub(crate) const PROVIDES: &str = "federation__provides";
    pub(crate) const EXTERNAL: &str = "federation__external";
    pub(crate) const SHAREABLE: &str = "federation__shareable";
    pub(crate) const INACCESSIBLE: &str = "federation__inaccessible";
    pub(crate) const OVERRIDE: &str = "federation__override";
    pub(crate) const TAG: &str = "federation__tag";
    pub(crate) const EXTENDS: &str = "federation__extends";
    pub(crate) const INTERFACE_OBJECT: &str = "federation__interfaceObject";
    pub(crate) const CONTEXT: &str = "federation__context";
    pub(crate) const FROM_CONTEXT: &str = "federation__fromContext";
    pub(crate) const COMPOSE_DIRECTIVE: &str = "federation__composeDirective";
    pub(crate) const AUTHENTICATED: &str = "federation__authenticated";
    pub(crate) const REQUIRES_SCOPES: &str = "federation__requiresScopes";
    pub(crate) const POLICY: &str = "federation__policy";
    pub(crate) const COST: &str = "federation__cost";
    pub(crate) const LIST_SIZE: &str = "federation__listSize";
    pub(crate) const CACHE_TAG: &str = "federation__cacheTag";
}

/// The name inside this crate of a directive of the specification.
pub(crate) fn canonical_name(directive: KnownDirective) -> Name {
    static_name(directive.canonical)
}
