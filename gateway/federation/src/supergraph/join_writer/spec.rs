//! The definitions of `link/v1.0` and `join/v0.3` to `v0.5`, as every supergraph repeats them.

use apollo_compiler::ast::Document;
use apollo_compiler::{Name, Schema, name};

pub(super) const LINK: Name = name!("link");
pub(super) const URL: Name = name!("url");
pub(super) const AS: Name = name!("as");
pub(super) const IMPORT: Name = name!("import");
pub(super) const JOIN_DIRECTIVE: Name = name!("join__directive");
pub(super) const GRAPHS: Name = name!("graphs");
pub(super) const ARGS: Name = name!("args");
pub(super) const FOR: Name = name!("for");
pub(super) const EXECUTION: Name = name!("EXECUTION");
pub(super) const SECURITY: Name = name!("SECURITY");
pub(super) const GRAPH: Name = name!("join__Graph");
pub(super) const JOIN_GRAPH: Name = name!("join__graph");
pub(super) const JOIN_TYPE: Name = name!("join__type");
pub(super) const JOIN_FIELD: Name = name!("join__field");
pub(super) const JOIN_IMPLEMENTS: Name = name!("join__implements");
pub(super) const JOIN_UNION_MEMBER: Name = name!("join__unionMember");
pub(super) const JOIN_ENUM_VALUE: Name = name!("join__enumValue");
pub(super) const NAME: Name = name!("name");
pub(super) const GRAPH_ARGUMENT: Name = name!("graph");
pub(super) const KEY: Name = name!("key");
pub(super) const EXTENSION: Name = name!("extension");
pub(super) const RESOLVABLE: Name = name!("resolvable");
pub(super) const IS_INTERFACE_OBJECT: Name = name!("isInterfaceObject");
pub(super) const INTERFACE: Name = name!("interface");
pub(super) const MEMBER: Name = name!("member");
pub(super) const REQUIRES: Name = name!("requires");
pub(super) const PROVIDES: Name = name!("provides");
pub(super) const TYPE: Name = name!("type");
pub(super) const EXTERNAL: Name = name!("external");
pub(super) const OVERRIDE: Name = name!("override");
pub(super) const USED_OVERRIDDEN: Name = name!("usedOverridden");
pub(super) const OVERRIDE_LABEL: Name = name!("overrideLabel");
pub(super) const CONTEXT_ARGUMENTS: Name = name!("contextArguments");
pub(super) const CONTEXT: Name = name!("context");
pub(super) const SELECTION: Name = name!("selection");

const DEFINITIONS: &str = r#"
directive @link(
  url: String
  as: String
  for: link__Purpose
  import: [link__Import]
) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(
  graph: join__Graph!
  key: join__FieldSet
  extension: Boolean! = false
  resolvable: Boolean! = true
  isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__implements(
  graph: join__Graph!
  interface: String!
) repeatable on OBJECT | INTERFACE
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
scalar join__FieldSet
scalar link__Import
enum link__Purpose {
  "`SECURITY` features provide metadata necessary to securely resolve fields."
  SECURITY
  "`EXECUTION` features provide metadata necessary for operation execution."
  EXECUTION
}
"#;

const FIELD_V3: &str = "
directive @join__field(
  graph: join__Graph
  requires: join__FieldSet
  provides: join__FieldSet
  type: String
  external: Boolean
  override: String
  usedOverridden: Boolean
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
";

const FIELD_V4: &str = "
directive @join__field(
  graph: join__Graph
  requires: join__FieldSet
  provides: join__FieldSet
  type: String
  external: Boolean
  override: String
  usedOverridden: Boolean
  overrideLabel: String
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
";

const DIRECTIVE_V4: &str = "
directive @join__directive(
  graphs: [join__Graph!]
  name: String!
  args: join__DirectiveArguments
) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
scalar join__DirectiveArguments
";

const FIELD_V5: &str = "
directive @join__field(
  graph: join__Graph
  requires: join__FieldSet
  provides: join__FieldSet
  type: String
  external: Boolean
  override: String
  usedOverridden: Boolean
  overrideLabel: String
  contextArguments: [join__ContextArgument!]
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}
scalar join__FieldValue
";

/// Adds what `join/v0.VERSION` and `link/v1.0` define, but for the enum of subgraphs.
pub(super) fn add_definitions(document: &mut Schema, version: u32) {
    let (field, directive) = match version {
        ..=3 => (FIELD_V3, ""),
        4 => (FIELD_V4, DIRECTIVE_V4),
        5.. => (FIELD_V5, DIRECTIVE_V4),
    };
    let text = format!("{DEFINITIONS}{field}{directive}");
    let definitions =
        Document::parse(text, "join.graphql").expect("the definitions above are GraphQL");
    let definitions = definitions.to_schema().expect("no definition above is there twice");
    let directives = definitions.directive_definitions.into_iter();
    let of_spec = directives.filter(|(_, definition)| !definition.is_built_in());
    document.directive_definitions.extend(of_spec);
    let types = definitions.types.into_iter().filter(|(_, definition)| !definition.is_built_in());
    document.types.extend(types);
}
