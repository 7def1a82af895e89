//! `@interfaceObject`: one subgraph's object stands for every implementation of an interface.

use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, ExtendedType, ObjectType};
use apollo_compiler::{Name, Node};

use super::merge::{Merge, TypeAt};
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::supergraph::TypeJoin;

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
                self.diagnostics.push(error(message));
                continue;
            }
            let implementers = self.subgraphs.iter().flat_map(|other| other.schema.types.values());
            let implementers = implementers.filter_map(|definition| match definition {
                ExtendedType::Object(ty) if ty.implements_interfaces.contains(name) => {
                    Some(&ty.name)
                }
                _ => None,
            });
            let mut known = implementers.filter_map(|implementer| {
                one.subgraph.schema.types.get(implementer).map(ExtendedType::name)
            });
            if let Some(known) = known.next() {
                let message = format!(
                    "`{}` has `{name}` as an `@interfaceObject`, and also `{known}`, which \
                     implements it",
                    one.subgraph.name
                );
                let error = error(message).at(self.sources, known.location(), "");
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
            let implementers = self.subgraphs.iter().flat_map(|other| other.schema.types.values());
            let missing = implementers.filter_map(ExtendedType::as_object).filter(|ty| {
                ty.implements_interfaces.contains(name)
                    && !one.subgraph.schema.types.contains_key(&ty.name)
            });
            let mut reported: Vec<&Name> = Vec::new();
            for ty in missing {
                if reported.contains(&&ty.name) {
                    continue;
                }
                reported.push(&ty.name);
                let subgraph = &one.subgraph.name;
                let message = format!(
                    "`{subgraph}` resolves `{name}` by a key, and lacks `{}`, which implements it",
                    ty.name
                );
                let error = Diagnostic::error("INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", message)
                    .with_coordinate(name.as_str())
                    .at(self.sources, one.definition.name().location(), "resolved here")
                    .at(self.sources, ty.name.location(), "missing there")
                    .with_help(format!("add `{}` to `{subgraph}`", ty.name));
                self.diagnostics.push(error);
            }
        }
    }

    /// What an interface object adds to an interface, every implementation has: resolved through
    /// the interface, in no subgraph on the type itself.
    pub(super) fn add_interface_object_fields(&mut self) {
        let mut added: IndexMap<Name, Vec<Name>> = IndexMap::default();
        for (name, join) in &self.joins {
            let objects = join.in_subgraphs.iter().filter(|at| at.is_interface_object);
            let objects: Vec<_> = objects.map(|at| at.subgraph).collect();
            let of_objects = join
                .fields
                .iter()
                .filter(|(_, fields)| fields.iter().any(|field| objects.contains(&field.subgraph)));
            let fields: Vec<_> = of_objects.map(|(field, _)| field.clone()).collect();
            if !fields.is_empty() {
                added.insert(name.clone(), fields);
            }
        }
        for (interface, fields) in added {
            let Some(ExtendedType::Interface(definition)) = self.schema.types.get(&interface)
            else {
                continue;
            };
            let found = fields.iter().filter_map(|field| definition.fields.get(field)).cloned();
            let found: Vec<_> = found.collect();
            for (name, ty) in &mut self.schema.types {
                let Some(join) = self.joins.get_mut(name) else { continue };
                if let ExtendedType::Object(ty) = ty
                    && ty.implements_interfaces.contains(&interface)
                {
                    add_missing(ty, join, &found);
                }
            }
        }
    }
}

/// The fields that an implementation does not have: no subgraph resolves them on the type itself.
fn add_missing(ty: &mut Node<ObjectType>, join: &mut TypeJoin, fields: &[Field]) {
    for field in fields {
        if ty.fields.contains_key(&field.name) {
            continue;
        }
        ty.make_mut().fields.insert(field.name.clone(), field.clone());
        join.fields.insert(field.name.clone(), Vec::new());
    }
}
