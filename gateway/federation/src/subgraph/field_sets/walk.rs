//! One field set against the schema of its subgraph.

use apollo_compiler::ast::{DirectiveList, Field, FieldDefinition, InlineFragment, Selection};
use apollo_compiler::collections::HashSet;
use apollo_compiler::executable;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};

use super::{Application, Coordinate, FieldSets, Kind};
use crate::diagnostic::{Diagnostic, Sources};
use crate::type_parts::field_of;

pub(super) struct Walk<'a> {
    pub(super) schema: &'a Schema,
    pub(super) sources: &'a Sources,
    pub(super) known: &'a FieldSets,
    pub(super) application: &'a Application<'a>,
    pub(super) selected: HashSet<Coordinate>,
    /// Whether there is more than plain fields, which GraphQL has nothing else to ask of.
    pub(super) has_arguments_or_fragments: bool,
    pub(super) errors: Vec<Diagnostic>,
}

impl Walk<'_> {
    pub(super) fn start(&mut self, target: &Name) {
        let selections = &self.application.field_set.selections;
        self.selections(target, selections, false);
        if self.errors.is_empty() && self.has_arguments_or_fragments {
            self.validate_rest(target);
        }
    }

    /// What GraphQL itself asks of a selection: values of arguments, conflicts, impossible spreads.
    fn validate_rest(&mut self, target: &Name) {
        let text = self.application.field_set.normal_form();
        let schema = Valid::assume_valid_ref(self.schema);
        let parsed =
            executable::FieldSet::parse_and_validate(schema, target.clone(), text, "field set");
        if let Err(with_errors) = parsed
            && let Some(first) = with_errors.errors.iter().next()
        {
            let message = first.error.to_string();
            let kind = self.application.kind;
            let error = Diagnostic::error(kind.invalid_fields(), message)
                .with_coordinate(self.application.coordinate.as_str())
                .at(self.sources, self.application.value.location(), "")
                .with_help(format!("`{}` selects like a query on `{target}`", kind.shown()));
            self.errors.push(error);
        }
    }

    fn error(&mut self, code: &'static str, message: String, at: Option<SourceSpan>) {
        let error =
            Diagnostic::error(code, message).with_coordinate(self.application.coordinate.as_str());
        let error = self.application.label(error, self.sources, at, "");
        let directive = self.application.directive.location();
        self.errors.push(if error.labels.is_empty() {
            error.at(self.sources, directive, "")
        } else {
            error
        });
    }

    fn help(&mut self, help: &str) {
        if let Some(error) = self.errors.pop() {
            self.errors.push(error.with_help(help));
        }
    }

    fn selections(&mut self, parent: &Name, selections: &[Selection], is_in_external: bool) {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.field(parent, field, is_in_external),
                Selection::InlineFragment(fragment) => {
                    self.inline_fragment(parent, fragment, is_in_external);
                }
                Selection::FragmentSpread(spread) => {
                    let message = format!("a field set has no fragment `{}`", spread.fragment_name);
                    let code = self.application.kind.invalid_fields();
                    self.error(code, message, spread.location());
                    self.help("write the selections themselves, or `... on Type { … }`");
                }
            }
        }
    }

    fn inline_fragment(
        &mut self,
        parent: &Name,
        fragment: &Node<InlineFragment>,
        is_in_external: bool,
    ) {
        self.has_arguments_or_fragments = true;
        self.directives(&fragment.directives, fragment.location());
        let target = fragment.type_condition.as_ref().unwrap_or(parent);
        match self.schema.types.get(target) {
            Some(ty) if ty.is_object() || ty.is_interface() || ty.is_union() => {
                self.selections(target, &fragment.selection_set, is_in_external);
            }
            _ => {
                let message = format!("`{target}` is no type that a fragment can be on");
                let code = self.application.kind.invalid_fields();
                self.error(code, message, target.location());
                self.help("a fragment is on an object, interface or union of this subgraph");
            }
        }
    }

    fn directives(&mut self, directives: &DirectiveList, at: Option<SourceSpan>) {
        let Some(first) = directives.first() else { return };
        let kind = self.application.kind;
        if self.schema.directive_definitions.contains_key(&first.name) {
            let message = format!("the fields of `{}` cannot have directives", kind.shown());
            self.error(kind.directive_in_fields(), message, at);
        } else {
            let message = format!("there is no directive `@{}`", first.name);
            self.error(kind.invalid_fields(), message, at);
        }
        self.help(&format!("remove `@{}`: a field set is always read as a whole", first.name));
    }

    fn field(&mut self, parent: &Name, field: &Node<Field>, is_in_external: bool) {
        let kind = self.application.kind;
        self.directives(&field.directives, field.location());
        if let Some(alias) = &field.alias {
            let message = format!("the fields of `{}` cannot have aliases", kind.shown());
            self.error(kind.invalid_fields(), message, alias.location());
            self.help(&format!("write `{}` without `{alias}:`", field.name));
        }
        if field.name == "__typename" {
            if !is_in_external {
                self.typename(parent, field);
            }
            return;
        }
        let Some(definition) =
            self.schema.types.get(parent).and_then(|ty| field_of(ty, &field.name))
        else {
            let message = format!("`{parent}` has no field `{}`", field.name);
            self.error(kind.invalid_fields(), message, field.name.location());
            self.help(&format!(
                "`{}` selects fields that this subgraph declares on `{parent}`",
                kind.shown()
            ));
            return;
        };
        self.has_arguments_or_fragments |=
            !field.arguments.is_empty() || !definition.arguments.is_empty();
        self.selected.insert((parent.clone(), field.name.clone()));
        self.select_implementations(parent, &field.name);
        self.arguments(parent, field, definition);
        self.nested(parent, field, definition, is_in_external);
    }

    /// A field that is selected on an interface is selected on whatever implements it.
    fn select_implementations(&mut self, interface: &Name, field: &Name) {
        if self.schema.get_interface(interface).is_none() {
            return;
        }
        for (name, definition) in &self.schema.types {
            let ExtendedType::Object(ty) = definition else { continue };
            if ty.implements_interfaces.contains(interface) {
                self.selected.insert((name.clone(), field.clone()));
            }
        }
    }

    fn arguments(
        &mut self,
        parent: &Name,
        field: &Node<Field>,
        definition: &Component<FieldDefinition>,
    ) {
        let code = match self.application.kind {
            Kind::Key => "KEY_FIELDS_HAS_ARGS",
            Kind::Provides => "PROVIDES_FIELDS_HAS_ARGS",
            Kind::Requires => return,
        };
        let unknown =
            field.arguments.iter().find(|one| definition.argument_by_name(&one.name).is_none());
        if let Some(unknown) = unknown {
            let message = format!("`{parent}.{}` has no argument `{}`", field.name, unknown.name);
            self.error(self.application.kind.invalid_fields(), message, unknown.location());
            self.help(&format!("select `{}` without arguments", field.name));
            return;
        }
        if !definition.arguments.is_empty() || !field.arguments.is_empty() {
            let shown = self.application.kind.shown();
            let message = format!(
                "`{parent}.{}` has arguments, and fields of `{shown}` cannot have any",
                field.name
            );
            self.error(code, message, field.name.location());
            self.declared_at(definition);
            self.help("select a field without arguments; add one if there is none");
        }
    }

    fn nested(
        &mut self,
        parent: &Name,
        field: &Node<Field>,
        definition: &Component<FieldDefinition>,
        is_in_external: bool,
    ) {
        let kind = self.application.kind;
        let name = definition.ty.inner_named_type();
        let Some(target) = self.schema.types.get(name) else { return };
        let is_composite = target.is_object() || target.is_interface() || target.is_union();
        if kind == Kind::Key && (target.is_interface() || target.is_union()) {
            let what = if target.is_union() { "a union" } else { "an interface" };
            let message =
                format!("`{parent}.{}` is {what}, and a key cannot select those", field.name);
            self.error("KEY_FIELDS_SELECT_INVALID_TYPE", message, field.name.location());
            self.declared_at(definition);
            self.help("a key is made of scalars and enums, and of those of objects");
            return;
        }
        if is_composite && field.selection_set.is_empty() {
            let message = format!("`{parent}.{}` needs a selection of its fields", field.name);
            self.error(kind.invalid_fields(), message, field.name.location());
            self.help(&format!("write `{} {{ … }}`", field.name));
            return;
        }
        if !is_composite && !field.selection_set.is_empty() {
            let message = format!("`{parent}.{}` has no fields to select", field.name);
            self.error(kind.invalid_fields(), message, field.name.location());
            self.declared_at(definition);
            self.help(&format!("write `{}` alone: its type is `{name}`", field.name));
            return;
        }
        if is_composite {
            let is_in_external = is_in_external || self.is_external(parent, &field.name);
            self.selections(name, &field.selection_set, is_in_external);
        } else if !is_in_external && !self.is_declared_external(parent, &field.name) {
            self.missing_external(parent, field);
        }
    }

    /// `@requires` and `@provides` speak of fields that the subgraph does not resolve anyway.
    fn missing_external(&mut self, parent: &Name, field: &Node<Field>) {
        let (code, why) = match self.application.kind {
            Kind::Key => return,
            Kind::Requires => {
                ("REQUIRES_FIELDS_MISSING_EXTERNAL", "`@requires` asks for it from other subgraphs")
            }
            Kind::Provides => {
                ("PROVIDES_FIELDS_MISSING_EXTERNAL", "this subgraph provides it anyway")
            }
        };
        let coordinate = (parent.clone(), field.name.clone());
        if self.known.key_fields_of_extensions.contains(&coordinate) {
            return;
        }
        let message = format!("`{parent}.{}` is not marked `@external`: {why}", field.name);
        self.error(code, message, field.name.location());
        if let Some(definition) =
            self.schema.types.get(parent).and_then(|ty| field_of(ty, &field.name))
        {
            self.declared_at(definition);
        }
        let kind = self.application.kind.shown();
        if self.schema.get_interface(parent).is_some() {
            self.help(
                "interfaces resolve nothing: select the field of the types, `... on Type { … }`",
            );
        } else {
            self.help(&format!("mark the field `@external` here, or take it out of the `{kind}`"));
        }
    }

    /// `__typename` is known wherever the object is.
    fn typename(&mut self, parent: &Name, field: &Node<Field>) {
        let code = match self.application.kind {
            Kind::Key => return,
            Kind::Requires => "REQUIRES_FIELDS_MISSING_EXTERNAL",
            Kind::Provides => "PROVIDES_FIELDS_MISSING_EXTERNAL",
        };
        let message = format!("`{parent}.__typename` is never `@external`");
        self.error(code, message, field.name.location());
        self.help("leave it out: the name of the type is known wherever the object is");
    }

    fn is_declared_external(&self, parent: &Name, field: &Name) -> bool {
        let definition = self.schema.types.get(parent);
        definition.is_some_and(|definition| self.known.is_external(definition, field))
    }

    /// A field of an interface that is selected into is external where some implementation's field
    /// is; one that is selected itself must be asked for by a type condition.
    fn is_external(&self, parent: &Name, field: &Name) -> bool {
        if self.is_declared_external(parent, field) {
            return true;
        }
        let definition = self.schema.types.get(parent);
        definition.is_some_and(ExtendedType::is_interface)
            && self.schema.types.values().any(|one| {
                matches!(one, ExtendedType::Object(ty)
                    if ty.implements_interfaces.contains(parent))
                    && self.known.is_external(one, field)
            })
    }

    /// Adds where the field is declared to the last error.
    fn declared_at(&mut self, definition: &FieldDefinition) {
        if let Some(error) = self.errors.pop() {
            let at = definition.name.location();
            self.errors.push(error.at(self.sources, at, "declared here"));
        }
    }
}
