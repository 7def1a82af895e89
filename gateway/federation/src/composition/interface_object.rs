//! `@interfaceObject`: one subgraph's object stands for every implementation of an interface.

use apollo_compiler::Name;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::ExtendedType;

use super::merge::{Merge, TypeAt};
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;

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

    /// What an interface object adds to an interface, every implementation has: resolved through the
    /// interface, in no subgraph on the type itself.
    pub(super) fn add_interface_object_fields(&mut self) {
        let mut added: IndexMap<Name, Vec<Name>> = IndexMap::default();
        for (name, join) in &self.joins {
            let objects = join.in_subgraphs.iter().filter(|at| at.is_interface_object);
            let objects: Vec<_> = objects.map(|at| at.subgraph).collect();
            let of_objects = join.fields.iter().filter(|(_, fields)| {
                fields.iter().any(|field| objects.contains(&field.subgraph))
            });
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
            let definition = definition.clone();
            for (name, ty) in &mut self.schema.types {
                let ExtendedType::Object(ty) = ty else { continue };
                if !ty.implements_interfaces.contains(&interface) {
                    continue;
                }
                for field in &fields {
                    if !ty.fields.contains_key(field)
                        && let Some(found) = definition.fields.get(field)
                    {
                        ty.make_mut().fields.insert(field.clone(), found.clone());
                        let join = self.joins.get_mut(name);
                        join.map(|join| join.fields.insert(field.clone(), Vec::new()));
                    }
                }
            }
        }
    }
}
