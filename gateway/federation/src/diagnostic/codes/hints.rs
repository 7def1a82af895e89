//! The hints, by their level.

use super::Level::{Debug, Info, Warn};
use super::{Code, Level, Stage};

const fn hint(code: &'static str, level: Level, meaning: &'static str) -> Code {
    Code { code, level, stage: Stage::Merge, meaning }
}

pub(super) const HINTS: &[Code] = &[
    hint(
        "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
        Warn,
        "a default is left out because not every subgraph has it",
    ),
    hint(
        "INCONSISTENT_INPUT_OBJECT_FIELD",
        Warn,
        "an input field is left out because not every subgraph has it",
    ),
    hint(
        "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
        Warn,
        "a value of an enum used for input is left out because not every subgraph has it",
    ),
    hint(
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
        Warn,
        "an executable directive is left out because not every subgraph defines it",
    ),
    hint(
        "NO_EXECUTABLE_DIRECTIVE_INTERSECTION",
        Warn,
        "an executable directive is left out because it has no location in all subgraphs",
    ),
    hint(
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
        Warn,
        "an executable directive is not repeatable because some subgraph has it so",
    ),
    hint(
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
        Warn,
        "an executable directive keeps only the locations that all subgraphs give it",
    ),
    hint("INCONSISTENT_DESCRIPTION", Warn, "an element has descriptions that differ"),
    hint(
        "INCONSISTENT_ARGUMENT_PRESENCE",
        Warn,
        "an optional argument is left out because not every subgraph has it",
    ),
    hint("FROM_SUBGRAPH_DOES_NOT_EXIST", Warn, "an `@override` names a subgraph that there is not"),
    hint(
        "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        Warn,
        "a directive that stands once has arguments that differ",
    ),
    hint(
        "DIRECTIVE_COMPOSITION_WARN",
        Warn,
        "a `@composeDirective` or `@link` has an effect that may not be meant",
    ),
    hint(
        "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
        Warn,
        "a shared field returns an abstract type that has different members in its subgraphs",
    ),
    hint(
        "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
        Info,
        "a field has types that differ and can be brought together",
    ),
    hint(
        "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
        Info,
        "an argument has types that differ and can be brought together",
    ),
    hint("INCONSISTENT_ENTITY", Info, "a type has a key in some of its subgraphs only"),
    hint(
        "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
        Info,
        "an overridden field is still where it has moved from",
    ),
    hint(
        "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
        Info,
        "an `@override` names a subgraph that does not have the field any more",
    ),
    hint(
        "OVERRIDE_MIGRATION_IN_PROGRESS",
        Info,
        "an `@override` with a label moves a field for some requests only",
    ),
    hint(
        "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        Info,
        "a directive that stands once has arguments that differ and were merged",
    ),
    hint("DIRECTIVE_COMPOSITION_INFO", Info, "a `@composeDirective` or `@link` has no effect"),
    hint(
        "IMPLICITLY_UPGRADED_FEDERATION_VERSION",
        Info,
        "a subgraph uses what a newer version of Federation than the linked one brought",
    ),
    hint(
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
        Info,
        "an optional argument is set from a context in one subgraph and not in another",
    ),
    hint(
        "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD",
        Debug,
        "an object type without a key lacks a field in some of its subgraphs",
    ),
    hint(
        "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD",
        Debug,
        "an interface lacks a field in some of its subgraphs",
    ),
    hint("INCONSISTENT_UNION_MEMBER", Debug, "a union lacks a member in some of its subgraphs"),
    hint(
        "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
        Debug,
        "an enum used for output lacks a value in some of its subgraphs",
    ),
    hint(
        "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE",
        Debug,
        "a composed directive is repeatable in some of its subgraphs only",
    ),
    hint(
        "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS",
        Debug,
        "a composed directive has different locations in its subgraphs",
    ),
    hint(
        "UNUSED_ENUM_TYPE",
        Debug,
        "an enum is used nowhere; it has the values of all its subgraphs",
    ),
];
