//! Whoever reads a field also reads, through the gateway, what the field requires: so the field
//! demands at least what that demands.

use apollo_compiler::Name;
use apollo_compiler::ast::{FieldDefinition, Selection};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{DirectiveList, ExtendedType};

use super::Demands;
use crate::composition::merge_state::Merged;
use crate::diagnostic::Diagnostic;
use crate::field_set::FieldSet;
use crate::subgraph::Subgraph;
use crate::subgraph::federation_spec::names;
use crate::subgraph::field_sets::Coordinate;
use crate::type_parts::{field_of, fields_of};

/// Every `@requires` and every contextual argument, read against the merged schema.
pub(in crate::composition) fn check_transitive(merged: &mut Merged<'_>) {
    let definitions = &merged.supergraph.schema.directive_definitions;
    if !["authenticated", "requiresScopes", "policy"].iter().any(|it| definitions.contains_key(*it))
    {
        return;
    }
    let mut errors = Vec::new();
    for subgraph in merged.subgraphs {
        for definition in subgraph.schema.types.values() {
            for field in fields_of(definition) {
                let at = (definition.name().clone(), field.name.clone());
                let of_requires = required(merged, subgraph, (&at, field));
                let of_contexts = from_contexts(merged, subgraph, (&at, field));
                let found = of_requires.into_iter().chain(of_contexts);
                errors.extend(found.map(|found| error(merged, subgraph, (&at, field), &found)));
            }
        }
    }
    merged.diagnostics.extend(errors);
}

/// A field in a subgraph.
type FieldAt<'a> = (&'a Coordinate, &'a FieldDefinition);

/// What is read and not demanded, and where it is read.
struct Missing {
    parent: Name,
    field: Name,
    location: Option<SourceSpan>,
}

fn required(merged: &Merged<'_>, subgraph: &Subgraph, (at, field): FieldAt<'_>) -> Option<Missing> {
    let directive = field.directives.get(names::REQUIRES)?;
    let field_set = FieldSet::read(subgraph.field_sets.requires.get(at)?).ok()?;
    let reader = Reader { merged, own: own_demands(merged, at) };
    let (parent, field) = reader.first_missing(&at.0, &field_set.selections)?;
    Some(Missing { parent, field, location: directive.location() })
}

/// Of every type that sets an argument's context.
fn from_contexts(
    merged: &Merged<'_>,
    subgraph: &Subgraph,
    (at, field): FieldAt<'_>,
) -> Option<Missing> {
    let contexts = &subgraph.contexts;
    contexts.arguments_of(at).iter().find_map(|argument| {
        let selection = FieldSet::read(&argument.selection).ok()?;
        let reader = Reader { merged, own: own_demands(merged, at) };
        let mut setters: Vec<&Name> = contexts
            .set_by
            .iter()
            .filter(|(_, names)| names.contains(&argument.context))
            .map(|(ty, _)| ty)
            .collect();
        setters.sort();
        let mut missing =
            setters.into_iter().filter_map(|ty| reader.first_missing(ty, &selection.selections));
        let (parent, name) = missing.next()?;
        let definition = field.argument_by_name(&argument.name);
        let directive = definition.and_then(|it| it.directives.get(names::FROM_CONTEXT));
        let location = directive.and_then(|directive| directive.location());
        Some(Missing { parent, field: name, location })
    })
}

fn error(
    merged: &Merged<'_>,
    subgraph: &Subgraph,
    (at, field): FieldAt<'_>,
    missing: &Missing,
) -> Diagnostic {
    let error = not_demanded(subgraph, at, &format!("{}.{}", missing.parent, missing.field))
        .at(&subgraph.sources, missing.location, "reads it")
        .at(&subgraph.sources, field.name.location(), "for this field");
    with_places(error, merged, &missing.parent, &missing.field)
}

fn not_demanded(subgraph: &Subgraph, (ty, field): &Coordinate, missing: &str) -> Diagnostic {
    let message = format!(
        "`{ty}.{field}` of `{}` reads `{missing}`, and does not demand what that demands",
        subgraph.name
    );
    Diagnostic::error("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", message)
        .with_coordinate(format!("{ty}.{field}"))
        .with_help(
            "put the same `@authenticated`, `@requiresScopes` and `@policy` on it, or \
             stricter ones",
        )
}

/// Where the demanding field is.
fn with_places(mut error: Diagnostic, merged: &Merged<'_>, ty: &Name, field: &Name) -> Diagnostic {
    for other in merged.subgraphs {
        let definition = other.schema.types.get(ty);
        let found = definition.and_then(|definition| field_of(definition, field));
        if let Some(found) = found.filter(|found| !found.directives.has(names::EXTERNAL)) {
            error = error.at(merged.sources, found.name.location(), "what it reads");
        }
    }
    error
}

/// What is demanded of whoever reads a field: by it and by the type it is on.
fn own_demands(merged: &Merged<'_>, (ty, field): &Coordinate) -> Demands {
    let Some(definition) = merged.supergraph.schema.types.get(ty) else {
        return Demands::default();
    };
    let of_type = of_list(definition.directives());
    let of_field = field_of(definition, field).map(|field| Demands::of(field.directives.iter()));
    of_field.and_then(|found| found.and(&of_type)).unwrap_or(of_type)
}

fn of_list(directives: &DirectiveList) -> Demands {
    Demands::of(directives.iter().map(|it| &it.node))
}

struct Reader<'a> {
    merged: &'a Merged<'a>,
    own: Demands,
}

impl Reader<'_> {
    /// The first selected field that demands more than the reading field does.
    fn first_missing(&self, parent: &Name, selections: &[Selection]) -> Option<(Name, Name)> {
        let types = &self.merged.supergraph.schema.types;
        for selection in selections {
            let missing = match selection {
                Selection::Field(selected) => {
                    let Some(field) = field_of(types.get(parent)?, &selected.name) else {
                        continue;
                    };
                    let ty = field.ty.inner_named_type();
                    let of_field = Demands::of(field.directives.iter());
                    if !self.own.implies(&of_field) || !self.covers(types.get(ty)) {
                        return Some((parent.clone(), selected.name.clone()));
                    }
                    self.first_missing(ty, &selected.selection_set)
                }
                Selection::InlineFragment(fragment) => {
                    let target = fragment.type_condition.as_ref().unwrap_or(parent);
                    if !self.covers(types.get(target)) {
                        let field = first_field(&fragment.selection_set);
                        return Some((target.clone(), field.unwrap_or_else(|| target.clone())));
                    }
                    self.first_missing(target, &fragment.selection_set)
                }
                Selection::FragmentSpread(_) => None,
            };
            if missing.is_some() {
                return missing;
            }
        }
        None
    }

    fn covers(&self, definition: Option<&ExtendedType>) -> bool {
        definition.is_none_or(|definition| self.own.implies(&of_list(definition.directives())))
    }
}

fn first_field(selections: &[Selection]) -> Option<Name> {
    selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => Some(field.name.clone()),
        Selection::InlineFragment(fragment) => first_field(&fragment.selection_set),
        Selection::FragmentSpread(_) => None,
    })
}
