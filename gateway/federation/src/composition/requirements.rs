//! What the subgraphs' strings and defaults say about elements as the merge left them.
//!
//! Each was valid in its subgraph; the merge may have dropped an argument, an enum value or an
//! input field that it uses, or made required what it leaves out.

use std::sync::Arc;

use apollo_compiler::ast::{Field, FieldDefinition, InputValueDefinition, Selection};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use super::declared_at::at_coordinate;
use super::merge_state::Merged;
use super::values::{Lost, Required};
use crate::diagnostic::Diagnostic;
use crate::field_set::FieldSet;
use crate::subgraph::Subgraph;
use crate::subgraph::federation_spec::names;
use crate::type_parts::{field_of, fields_of};

/// Every `@requires` of every subgraph, against the merged fields it selects.
pub(super) fn check_requirements(merged: &mut Merged<'_>) {
    let mut errors = Vec::new();
    for subgraph in merged.subgraphs {
        for ((parent, field), text) in &subgraph.field_sets.requires {
            let Ok(field_set) = FieldSet::read(text) else { continue };
            let schema = &merged.supergraph.schema;
            let mut requirement = Requirement { schema, problems: Vec::new() };
            requirement.selections(parent, &field_set.selections);
            for problem in requirement.problems {
                errors.push(problem.report((subgraph, parent, field), merged.subgraphs));
            }
        }
    }
    merged.diagnostics.extend(errors);
}

struct Requirement<'a> {
    schema: &'a Schema,
    problems: Vec<Problem<'a>>,
}

/// What is wrong with the arguments of one selected field.
struct Problem<'a> {
    selected: (Name, Name),
    message: String,
    lost: Option<Lost<'a>>,
}

impl Problem<'_> {
    fn report(
        self,
        (subgraph, parent, field): (&Subgraph, &Name, &Name),
        subgraphs: &[Arc<Subgraph>],
    ) -> Diagnostic {
        let message = format!("the fields of `@requires`: {}", self.message);
        let mut error = Diagnostic::error("REQUIRES_INVALID_FIELDS", message)
            .with_coordinate(format!("{parent}.{field}"))
            .with_help("require the field with the arguments that every subgraph knows");
        let required = subgraph.schema.types.get(parent).and_then(|ty| field_of(ty, field));
        if let Some(directive) = required.and_then(|field| field.directives.get(names::REQUIRES)) {
            error = error.at(&subgraph.sources, directive.location(), "required here");
        }
        let (of, selected) = &self.selected;
        for other in subgraphs.iter().filter(|other| other.name != subgraph.name) {
            let declared = other.schema.types.get(of).and_then(|ty| field_of(ty, selected));
            if let Some(declared) = declared {
                error = error.at(&other.sources, declared.name.location(), "declared here");
            }
        }
        match self.lost {
            Some(lost) => lost.at(error, subgraphs),
            None => error,
        }
    }
}

impl<'a> Requirement<'a> {
    fn selections(&mut self, parent: &Name, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.field(parent, field),
                Selection::InlineFragment(fragment) => {
                    let target = fragment.type_condition.as_ref().unwrap_or(parent);
                    self.selections(target, &fragment.selection_set);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(&mut self, parent: &Name, field: &Field) {
        let definition = self.schema.types.get(parent).and_then(|ty| field_of(ty, &field.name));
        let Some(definition) = definition else { return };
        self.arguments(parent, field, definition);
        self.selections(definition.ty.inner_named_type(), &field.selection_set);
    }

    fn arguments(&mut self, parent: &Name, field: &Field, definition: &'a FieldDefinition) {
        let selected = || (parent.clone(), field.name.clone());
        for argument in &field.arguments {
            let coordinate = format!("{parent}.{}({}:)", field.name, argument.name);
            let Some(declared) = definition.argument_by_name(&argument.name) else {
                let message = format!("not every subgraph has `{coordinate}`");
                self.problems.push(Problem { selected: selected(), message, lost: None });
                continue;
            };
            if let Some(lost) =
                Lost::find(self.schema, &argument.value, &declared.ty, Required::Given)
            {
                let message = format!("the value of `{coordinate}` has {}", lost.what);
                self.problems.push(Problem { selected: selected(), message, lost: Some(lost) });
            }
        }
        for declared in definition.arguments.iter().filter(|argument| argument.is_required()) {
            if !field.arguments.iter().any(|argument| argument.name == declared.name) {
                let coordinate = format!("{parent}.{}({}:)", field.name, declared.name);
                let message = format!("`{coordinate}` is required, and not given");
                self.problems.push(Problem { selected: selected(), message, lost: None });
            }
        }
    }
}

/// Every default of the merged schema, against the merged types.
pub(super) fn check_defaults(merged: &mut Merged<'_>) {
    let schema = &merged.supergraph.schema;
    let mut errors = Vec::new();
    let mut check = |coordinate: &dyn Fn(&Name) -> String, values: &[&'_ InputValueDefinition]| {
        for value in values {
            let Some(default) = &value.default_value else { continue };
            let Some(lost) = Lost::find(schema, default, &value.ty, Required::Optional) else {
                continue;
            };
            let coordinate = coordinate(&value.name);
            let message = format!("the default of `{coordinate}` has {}", lost.what);
            let error = Diagnostic::error("INVALID_GRAPHQL", message)
                .with_coordinate(coordinate)
                .with_help("use a default that every subgraph knows");
            errors.push(lost.at(at_coordinate(error, merged.subgraphs), merged.subgraphs));
        }
    };
    for (name, directive) in &schema.directive_definitions {
        let arguments: Vec<_> = directive.arguments.iter().map(|it| &**it).collect();
        check(&|argument| format!("@{name}({argument}:)"), &arguments);
    }
    for (name, definition) in &schema.types {
        for field in fields_of(definition) {
            let arguments: Vec<_> = field.arguments.iter().map(|it| &**it).collect();
            check(&|argument| format!("{name}.{}({argument}:)", field.name), &arguments);
        }
        if let ExtendedType::InputObject(ty) = definition {
            let fields: Vec<_> = ty.fields.values().map(|it| &*it.node).collect();
            check(&|field| format!("{name}.{field}"), &fields);
        }
    }
    merged.diagnostics.extend(errors);
}
