//! The errors, by their subject.

use super::Stage::{Execution, Merge, Satisfiability, Subgraph, Supergraph};
use super::{Code, Level, Stage};

const fn error(code: &'static str, stage: Stage, meaning: &'static str) -> Code {
    Code { code, level: Level::Error, stage, meaning }
}

pub(super) const ERRORS: &[Code] = &[
    // What is no GraphQL, and what links to specifications may say.
    error("INVALID_GRAPHQL", Subgraph, "the schema is not valid GraphQL"),
    error(
        "DIRECTIVE_DEFINITION_INVALID",
        Subgraph,
        "a subgraph defines a directive of a linked specification in another way than that does",
    ),
    error(
        "TYPE_DEFINITION_INVALID",
        Subgraph,
        "a subgraph defines a type of a linked specification in another way than that does",
    ),
    error(
        "UNSUPPORTED_LINKED_FEATURE",
        Subgraph,
        "a linked feature must be understood to serve the graph, and is not",
    ),
    error(
        "UNKNOWN_FEDERATION_LINK_VERSION",
        Subgraph,
        "the linked version of Federation is not known",
    ),
    error(
        "UNKNOWN_LINK_VERSION",
        Subgraph,
        "the linked version of a specification other than Federation is not known",
    ),
    error(
        "INVALID_LINK_DIRECTIVE_USAGE",
        Subgraph,
        "a `@link` or one of its imports is not as the specification asks",
    ),
    error("INVALID_LINK_IDENTIFIER", Subgraph, "a name or version in a `@link` cannot be one"),
    error(
        "LINK_IMPORT_NAME_MISMATCH",
        Merge,
        "a composed directive is imported under different names by the subgraphs",
    ),
    error(
        "UNSUPPORTED_FEATURE",
        Subgraph,
        "something valid is used that composition does not support",
    ),
    error(
        "INVALID_FEDERATION_SUPERGRAPH",
        Supergraph,
        "a document is not a supergraph that can be read",
    ),
    error(
        "DOWNSTREAM_SERVICE_ERROR",
        Execution,
        "a subgraph could not be reached, or what it answered is no response of GraphQL",
    ),
    error(
        "INVALID_SUBGRAPH_NAME",
        Subgraph,
        "a subgraph has a name that it cannot have, or that another one has",
    ),
    error("NO_QUERIES", Merge, "no subgraph has a query field, so that nothing could be asked"),
    error("ROOT_QUERY_USED", Subgraph, "a type that is not the query root has its name, `Query`"),
    error(
        "ROOT_MUTATION_USED",
        Subgraph,
        "a type that is not the mutation root has its name, `Mutation`",
    ),
    error(
        "ROOT_SUBSCRIPTION_USED",
        Subgraph,
        "a type that is not the subscription root has its name, `Subscription`",
    ),
    // Field sets: the `fields:` of `@key`, `@requires` and `@provides`.
    error(
        "KEY_FIELDS_HAS_ARGS",
        Subgraph,
        "the `fields:` of a `@key` select a field that has arguments",
    ),
    error(
        "PROVIDES_FIELDS_HAS_ARGS",
        Subgraph,
        "the `fields:` of a `@provides` select a field that has arguments",
    ),
    error(
        "KEY_INVALID_FIELDS",
        Subgraph,
        "the `fields:` of a `@key` are no valid selection of its type",
    ),
    error(
        "PROVIDES_INVALID_FIELDS",
        Subgraph,
        "the `fields:` of a `@provides` are no valid selection of its type",
    ),
    error(
        "REQUIRES_INVALID_FIELDS",
        Subgraph,
        "the `fields:` of a `@requires` are no valid selection of its type",
    ),
    error("KEY_INVALID_FIELDS_TYPE", Subgraph, "the `fields:` of a `@key` are not a string"),
    error(
        "PROVIDES_INVALID_FIELDS_TYPE",
        Subgraph,
        "the `fields:` of a `@provides` are not a string",
    ),
    error(
        "REQUIRES_INVALID_FIELDS_TYPE",
        Subgraph,
        "the `fields:` of a `@requires` are not a string",
    ),
    error("KEY_DIRECTIVE_IN_FIELDS_ARG", Subgraph, "the `fields:` of a `@key` contain a directive"),
    error(
        "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
        Subgraph,
        "the `fields:` of a `@provides` contain a directive",
    ),
    error(
        "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
        Subgraph,
        "the `fields:` of a `@requires` contain a directive",
    ),
    error(
        "PROVIDES_FIELDS_MISSING_EXTERNAL",
        Subgraph,
        "a `@provides` selects a field that is not `@external`",
    ),
    error(
        "REQUIRES_FIELDS_MISSING_EXTERNAL",
        Subgraph,
        "a `@requires` selects a field that is not `@external`",
    ),
    error(
        "KEY_UNSUPPORTED_ON_INTERFACE",
        Subgraph,
        "a `@key` stands on an interface, which this version of Federation does not know",
    ),
    error(
        "PROVIDES_UNSUPPORTED_ON_INTERFACE",
        Subgraph,
        "a `@provides` stands on a field of an interface",
    ),
    error(
        "REQUIRES_UNSUPPORTED_ON_INTERFACE",
        Subgraph,
        "a `@requires` stands on a field of an interface",
    ),
    error(
        "KEY_FIELDS_SELECT_INVALID_TYPE",
        Subgraph,
        "a `@key` selects a field of a type that keys cannot have, such as a union",
    ),
    error(
        "PROVIDES_ON_NON_OBJECT_FIELD",
        Subgraph,
        "a `@provides` stands on a field whose type has no fields",
    ),
    // `@external`, and what Federation 1 says of extensions.
    error(
        "EXTERNAL_UNUSED",
        Subgraph,
        "an `@external` field is read by no directive and asked for by no interface",
    ),
    error(
        "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
        Subgraph,
        "a type of Federation 1 has only `@external` fields, and none of them is read",
    ),
    error(
        "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
        Subgraph,
        "an `@external` field has a directive that only a resolved field can have",
    ),
    error("EXTERNAL_ON_INTERFACE", Subgraph, "a field of an interface is `@external`"),
    error("EXTERNAL_MISSING_ON_BASE", Merge, "a field is `@external` wherever it is declared"),
    error(
        "EXTERNAL_TYPE_MISMATCH",
        Merge,
        "an `@external` declaration has another type than the field it stands for",
    ),
    error(
        "EXTERNAL_ARGUMENT_MISSING",
        Merge,
        "an `@external` declaration lacks an argument of the field it stands for",
    ),
    error(
        "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
        Merge,
        "an argument of an `@external` declaration has another type than that of the \
         field it stands for",
    ),
    error(
        "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
        Merge,
        "an argument of an `@external` declaration has another default than that of the \
         field it stands for",
    ),
    error(
        "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
        Subgraph,
        "a directive that composes stands on an `@external` field",
    ),
    error(
        "EXTENSION_WITH_NO_BASE",
        Merge,
        "a subgraph of Federation 1 extends a type that no subgraph defines",
    ),
    // The merge.
    error("TYPE_KIND_MISMATCH", Merge, "one name is types of different kinds in the subgraphs"),
    error(
        "FIELD_TYPE_MISMATCH",
        Merge,
        "a field has types in the subgraphs that cannot be brought together",
    ),
    error(
        "FIELD_ARGUMENT_TYPE_MISMATCH",
        Merge,
        "an argument has types in the subgraphs that cannot be brought together",
    ),
    error(
        "FIELD_ARGUMENT_DEFAULT_MISMATCH",
        Merge,
        "an argument has defaults that differ in the subgraphs",
    ),
    error(
        "INPUT_FIELD_DEFAULT_MISMATCH",
        Merge,
        "an input field has defaults that differ in the subgraphs",
    ),
    error(
        "INVALID_FIELD_SHARING",
        Merge,
        "several subgraphs resolve a field, and not all of them mark it `@shareable`",
    ),
    error("INVALID_SHAREABLE_USAGE", Subgraph, "a `@shareable` stands where it cannot, or twice"),
    error(
        "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
        Merge,
        "an argument is required in one subgraph and missing in another",
    ),
    error(
        "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
        Merge,
        "an input field is required in one subgraph and missing in another",
    ),
    error(
        "EMPTY_MERGED_INPUT_TYPE",
        Merge,
        "an input object type has no field that all its subgraphs know",
    ),
    error(
        "EMPTY_MERGED_ENUM_TYPE",
        Merge,
        "an enum that is used for input has no value that all its subgraphs know",
    ),
    error(
        "ENUM_VALUE_MISMATCH",
        Merge,
        "an enum that is used for input and output has values that not all its subgraphs know",
    ),
    error(
        "INTERFACE_FIELD_NO_IMPLEM",
        Merge,
        "a type implements an interface, and no subgraph gives it one of the interface's fields",
    ),
    error(
        "DIRECTIVE_COMPOSITION_ERROR",
        Merge,
        "a `@composeDirective` names what cannot be composed",
    ),
    // `@override`.
    error(
        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
        Subgraph,
        "a field has an `@override` beside a directive that contradicts it",
    ),
    error("OVERRIDE_FROM_SELF_ERROR", Subgraph, "an `@override` names its own subgraph"),
    error(
        "OVERRIDE_SOURCE_HAS_OVERRIDE",
        Merge,
        "an `@override` names a subgraph that overrides the field itself",
    ),
    error("OVERRIDE_ON_INTERFACE", Subgraph, "an `@override` stands on a field of an interface"),
    error(
        "OVERRIDE_LABEL_INVALID",
        Subgraph,
        "the label of an `@override` is neither a percentage nor a name",
    ),
    // Interface objects and interfaces with keys.
    error("INTERFACE_OBJECT_USAGE_ERROR", Merge, "an `@interfaceObject` stands where it cannot"),
    error(
        "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
        Subgraph,
        "an interface has a key that a type implementing it does not have",
    ),
    error(
        "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
        Merge,
        "a subgraph resolves an interface by a key and lacks a type that implements it elsewhere",
    ),
    // `@inaccessible`.
    error("REFERENCED_INACCESSIBLE", Merge, "something accessible has an inaccessible type"),
    error(
        "DEFAULT_VALUE_USES_INACCESSIBLE",
        Merge,
        "the default of something accessible uses an inaccessible value or field",
    ),
    error(
        "QUERY_ROOT_TYPE_INACCESSIBLE",
        Merge,
        "the query root is inaccessible, so that nothing could be asked",
    ),
    error("REQUIRED_INACCESSIBLE", Merge, "an inaccessible argument or input field is required"),
    error(
        "DISALLOWED_INACCESSIBLE",
        Merge,
        "an `@inaccessible` stands on what cannot be hidden, such as a built-in type",
    ),
    error(
        "IMPLEMENTED_BY_INACCESSIBLE",
        Merge,
        "an accessible interface asks for a field or argument that is inaccessible on an \
         accessible type",
    ),
    error("ONLY_INACCESSIBLE_CHILDREN", Merge, "an accessible type has nothing that is accessible"),
    // `@context` and `@fromContext`.
    error("CONTEXT_NOT_SET", Subgraph, "a `@fromContext` names a context that is set nowhere"),
    error(
        "CONTEXT_INVALID_SELECTION",
        Subgraph,
        "the selection of a `@fromContext` is not valid where its context is set",
    ),
    error(
        "NO_CONTEXT_IN_SELECTION",
        Subgraph,
        "the `field:` of a `@fromContext` names no context or selects nothing",
    ),
    error(
        "CONTEXT_NO_RESOLVABLE_KEY",
        Subgraph,
        "a type whose field has a `@fromContext` argument has no resolvable key",
    ),
    error("CONTEXT_NAME_INVALID", Subgraph, "the name of a `@context` cannot be one"),
    error(
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
        Merge,
        "a required argument is set from a context in one subgraph and not in another",
    ),
    // `@cost` and `@listSize`.
    error(
        "COST_APPLIED_TO_INTERFACE_FIELD",
        Subgraph,
        "a `@cost` stands on a field of an interface",
    ),
    error(
        "LIST_SIZE_APPLIED_TO_NON_LIST",
        Subgraph,
        "a `@listSize` stands on a field that is no list and names no sized fields",
    ),
    error(
        "LIST_SIZE_INVALID_ASSUMED_SIZE",
        Subgraph,
        "the assumed size of a `@listSize` is negative",
    ),
    error(
        "LIST_SIZE_INVALID_SIZED_FIELD",
        Subgraph,
        "a sized field of a `@listSize` is no list of the field's type",
    ),
    error(
        "LIST_SIZE_INVALID_SLICING_ARGUMENT",
        Subgraph,
        "a slicing argument of a `@listSize` is no integer argument of the field",
    ),
    // Authorisation.
    error(
        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
        Subgraph,
        "a directive of authorisation stands on an interface, one of its fields or an \
         interface object",
    ),
    error(
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
        Merge,
        "a field reads protected fields and does not ask for what they ask for",
    ),
    // Satisfiability.
    error(
        "SATISFIABILITY_ERROR",
        Satisfiability,
        "a query that the graph's API allows cannot be answered by the subgraphs",
    ),
    error(
        "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
        Satisfiability,
        "a shared field returns an abstract type, and its subgraphs have no type in \
         common that it could be",
    ),
    error(
        "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
        Satisfiability,
        "checking that every query can be answered takes more paths than the limit allows",
    ),
];
