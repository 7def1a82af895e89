//! Definitions of Federation's and the link specification's own that a subgraph repeats: they must
//! say what the specification says, or less.
//!
//! A definition may have fewer locations and optional arguments, stricter types, `String` for the
//! specification's scalars, and no `repeatable`. Nothing more, and no other default.

use apollo_compiler::Node;
use apollo_compiler::ast::{
    Definition, DirectiveDefinition, EnumTypeDefinition, InputValueDefinition, Type,
};
use apollo_compiler::parser::SourceSpan;

use super::federation_link::FederationNames;
use crate::diagnostic::{Diagnostic, Sources};

/// What differs, and where.
type Difference = (String, Option<SourceSpan>);

/// How a directive's definition disagrees with ours, which has the subgraph's names.
pub(super) fn check_directive(
    theirs: &Node<DirectiveDefinition>,
    ours: &DirectiveDefinition,
    names: &FederationNames,
    sources: &Sources,
) -> Option<Diagnostic> {
    let (what, at) = arguments(theirs, ours, names)
        .or_else(|| missing_argument(theirs, ours))
        .or_else(|| locations(theirs, ours))?;
    let message = format!("the specification's `@{}` {what}", theirs.name);
    Some(
        Diagnostic::error("DIRECTIVE_DEFINITION_INVALID", message)
            .with_coordinate(format!("@{}", theirs.name))
            .at(sources, at, "defined differently here")
            .with_help("remove the definition: it is added where it is missing"),
    )
}

fn arguments(
    theirs: &DirectiveDefinition,
    ours: &DirectiveDefinition,
    names: &FederationNames,
) -> Option<Difference> {
    theirs.arguments.iter().find_map(|argument| {
        let name = &argument.name;
        let Some(known) = ours.argument_by_name(name) else {
            return Some((format!("has no argument `{name}`"), argument.location()));
        };
        if !agrees(&argument.ty, &known.ty, names) {
            return Some((format!("has `{name}: {}`", known.ty), argument.location()));
        }
        if argument.is_required() || default_of(argument) == default_of(known) {
            return None;
        }
        let default = default_of(known).unwrap_or_else(|| "no default".to_owned());
        Some((format!("has {default} for `{name}`"), argument.location()))
    })
}

fn default_of(argument: &InputValueDefinition) -> Option<String> {
    let value = argument.default_value.as_ref()?;
    Some(format!("the default `{}`", value.serialize().no_indent()))
}

fn missing_argument(
    theirs: &Node<DirectiveDefinition>,
    ours: &DirectiveDefinition,
) -> Option<Difference> {
    let missing = ours.arguments.iter().find(|argument| {
        argument.is_required() && theirs.argument_by_name(&argument.name).is_none()
    })?;
    Some((format!("needs the argument `{}`", missing.name), theirs.name.location()))
}

fn locations(theirs: &DirectiveDefinition, ours: &DirectiveDefinition) -> Option<Difference> {
    let at = theirs.name.location();
    let unknown = theirs.locations.iter().find(|location| !ours.locations.contains(location));
    if let Some(location) = unknown {
        return Some((format!("cannot be used on {location}"), at));
    }
    (theirs.repeatable && !ours.repeatable).then(|| ("is not repeatable".to_owned(), at))
}

/// Whether a type is ours or a stricter one.
fn agrees(theirs: &Type, ours: &Type, names: &FederationNames) -> bool {
    match (theirs, ours) {
        (Type::NonNullNamed(theirs), Type::NonNullNamed(ours) | Type::Named(ours))
        | (Type::Named(theirs), Type::Named(ours)) => {
            let types = names.scalars.iter().chain(&names.link_types);
            let is_scalar =
                types.clone().any(|(known, local)| ours == local.as_str() && *known != "Purpose");
            let of = |name: &str| types.clone().find(|(_, local)| local == name).map(|it| it.0);
            theirs == ours
                || (is_scalar && theirs == "String")
                || (of(ours).is_some() && of(theirs) == of(ours))
        }
        (Type::NonNullList(theirs), Type::NonNullList(ours) | Type::List(ours))
        | (Type::List(theirs), Type::List(ours)) => agrees(theirs, ours, names),
        _ => false,
    }
}

/// How the definition of one of the specifications' types disagrees with them.
pub(super) fn check_type(
    definition: &Definition,
    known: &str,
    sources: &Sources,
) -> Option<Diagnostic> {
    let wanted = match (definition, known) {
        (Definition::EnumTypeDefinition(purpose), "Purpose") if is_purpose(purpose) => return None,
        (Definition::ScalarTypeDefinition(_), known) if known != "Purpose" => return None,
        (_, "Purpose") => "the enum with the values `SECURITY` and `EXECUTION`",
        _ => "a scalar",
    };
    let name = definition.name()?;
    let message = format!("`{name}` is {wanted} in the specification");
    Some(
        Diagnostic::error("TYPE_DEFINITION_INVALID", message)
            .with_coordinate(name.as_str())
            .at(sources, name.location(), "defined differently here")
            .with_help("remove the definition: it is added where it is missing"),
    )
}

fn is_purpose(definition: &EnumTypeDefinition) -> bool {
    let mut values: Vec<&str> =
        definition.values.iter().map(|value| value.value.as_str()).collect();
    values.sort_unstable();
    values == ["EXECUTION", "SECURITY"]
}
