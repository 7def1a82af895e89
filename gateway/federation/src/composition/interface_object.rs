//! `@interfaceObject`: one subgraph's object stands for every implementation of an interface.

use apollo_compiler::Name;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::schema::{Component, ExtendedType};

use super::element_at::TypeAt;
use super::merge_state::Merge;
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::type_parts::field_of;

type Field = Component<FieldDefinition>;

impl Merge<'_> {
    /// Some subgraph must have the interface itself; the one that has the object must not know the
    /// implementations.
    pub(super) fn check_interface_object(&mut self, name: &Name, at: &[TypeAt<'_>]) {
        let objects = at.iter().filter(|one| one.is_interface_object());
        let has_interface = at.iter().any(|one| one.definition.is_interface());
        for one in objects {
            let directive = one.definition.directives().get(names::INTERFACE_OBJECT);
            let place = directive.and_then(|directive| directive.location());
            let error = |message: String| {
                Diagnostic::error("INTERFACE_OBJECT_USAGE_ERROR", message)
                    .with_coordinate(name.as_str())
                    .at(self.sources, place, "")
            };
            if !has_interface {
                let message =
                    format!("`{name}` is an `@interfaceObject`, and no subgraph has the interface");
                let help = "an interface object needs another subgraph that has the interface";
                self.diagnostics.push(error(message).with_help(help));
                continue;
            }
            let keyed = at.iter().find_map(|other| {
                let place = other.subgraph.federation_1_interface_keys.get(name)?;
                Some((other.subgraph, *place))
            });
            if let Some((other, key)) = keyed {
                let message = format!(
                    "`{name}` is an `@interfaceObject`, and has a key of Federation 1 in `{}`, by \
                     which nobody can ask for an interface",
                    other.name
                );
                let help = format!("bring `{}` to Federation 2, or take the key off", other.name);
                let error = error(message).at(self.sources, key, "ignored here").with_help(help);
                self.diagnostics.push(error);
            }
            let known = self
                .index
                .implementers(name)
                .find_map(|(implementer, _)| one.subgraph.schema.types.get(implementer));
            if let Some(known) = known.map(ExtendedType::name) {
                let message = format!(
                    "`{}` has `{name}` as an `@interfaceObject`, and also `{known}`, which \
                     implements it",
                    one.subgraph.name
                );
                let help =
                    "an interface object stands for all implementations: leave them to the others";
                let error = error(message).at(self.sources, known.location(), "implements it");
                let error = error.with_help(help);
                self.diagnostics.push(error);
            }
        }
    }

    /// Who resolves an interface by a key answers with every implementation that there is.
    pub(super) fn check_interface_keys(&mut self, name: &Name, at: &[TypeAt<'_>]) {
        for one in at.iter().filter(|one| one.definition.is_interface()) {
            let field_sets = &one.subgraph.field_sets;
            let keys = field_sets.keys.get(name).map(Vec::as_slice).unwrap_or_default();
            if !keys.iter().any(|key| key.resolvable) {
                continue;
            }
            let implementers = self.index.implementers(name);
            let missing = implementers
                .filter(|(implementer, _)| !one.subgraph.schema.types.contains_key(*implementer));
            for (implementer, there) in missing {
                let subgraph = &one.subgraph.name;
                let message = format!(
                    "`{subgraph}` resolves `{name}` by a key, and lacks `{implementer}`, which \
                     implements it"
                );
                let error = Diagnostic::error("INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", message)
                    .with_coordinate(name.as_str())
                    .at(self.sources, one.definition.name().location(), "resolved here")
                    .at(self.sources, there.definition.name().location(), "missing there")
                    .with_help(format!("add `{implementer}` to `{subgraph}`"));
                self.diagnostics.push(error);
            }
        }
    }

    /// What an interface object adds to an interface, every implementation has: resolved through
    /// the interface, in no subgraph on the type itself.
    pub(super) fn add_interface_object_fields(&mut self) {
        for interface in self.index.abstracted() {
            let Some(ExtendedType::Interface(definition)) = self.schema.types.get(interface) else {
                continue;
            };
            let objects = self.index.interface_objects(interface);
            let is_of_object = |field: &Field| {
                objects.iter().any(|at| field_of(at.definition, &field.name).is_some())
            };
            let added: Vec<Field> =
                definition.fields.values().filter(|field| is_of_object(field)).cloned().collect();
            let implementers: Vec<_> =
                self.index.implementers(interface).map(|(name, _)| name).collect();
            for name in implementers {
                self.add_fields(name, &added);
            }
        }
    }

    /// The fields that an implementation does not have: no subgraph resolves them on the type
    /// itself.
    fn add_fields(&mut self, name: &Name, added: &[Field]) {
        let (Some(ExtendedType::Object(ty)), Some(join)) =
            (self.schema.types.get_mut(name), self.joins.get_mut(name))
        else {
            return;
        };
        let missing = |field: &&Field| !ty.fields.contains_key(&field.name);
        let missing: Vec<_> = added.iter().filter(missing).cloned().collect();
        for field in &missing {
            ty.make_mut().fields.insert(field.name.clone(), field.clone());
            join.fields.insert(field.name.clone(), Vec::new());
        }
        let interfaces = ty.implements_interfaces.iter();
        let standing_for: Vec<_> = interfaces
            .flat_map(|interface| self.index.interface_objects(&interface.name))
            .copied()
            .collect();
        for field in missing {
            let coordinate = format!("{name}.{}", field.name);
            self.check_abstracted_sharing(&coordinate, &standing_for, &field.name);
        }
    }
}
