//! Whether what is merged from several subgraphs still implements its interfaces, and whether
//! unions still have objects as members: no subgraph by itself can say.

use std::sync::Arc;

use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ComponentName, ExtendedType, InterfaceType};
use apollo_compiler::{Name, Schema};

use super::merge_state::Merged;
use crate::diagnostic::Diagnostic;
use crate::subgraph::Subgraph;
use crate::type_parts::field_of;

/// Every implementation of every interface, and every member of every union.
pub(super) fn check_implementations(merged: &mut Merged<'_>) {
    let Merged { supergraph, subgraphs, .. } = &*merged;
    let mut check = Check { schema: &supergraph.schema, subgraphs, errors: Vec::new() };
    for definition in supergraph.schema.types.values() {
        match definition {
            ExtendedType::Object(ty) => check.interfaces(definition, &ty.implements_interfaces),
            ExtendedType::Interface(ty) => check.interfaces(definition, &ty.implements_interfaces),
            ExtendedType::Union(ty) => check.members(&ty.name, &ty.members),
            _ => {}
        }
    }
    let errors = check.errors;
    merged.diagnostics.extend(errors);
}

struct Check<'a> {
    schema: &'a Schema,
    subgraphs: &'a [Arc<Subgraph>],
    errors: Vec<Diagnostic>,
}

impl Check<'_> {
    fn interfaces(&mut self, definition: &ExtendedType, interfaces: &IndexSet<ComponentName>) {
        for interface in interfaces {
            let Some(interface) = self.schema.get_interface(interface) else { continue };
            self.inherited(definition, interface, interfaces);
            for promised in interface.fields.values() {
                match field_of(definition, &promised.name) {
                    None => self.no_implementation(definition.name(), interface, &promised.name),
                    Some(field) => {
                        let at = [(definition.name(), &***field), (&interface.name, &***promised)];
                        self.field(at);
                    }
                }
            }
        }
    }

    /// What an interface implements, its implementations say that they do too.
    fn inherited(
        &mut self,
        definition: &ExtendedType,
        interface: &InterfaceType,
        interfaces: &IndexSet<ComponentName>,
    ) {
        let name = definition.name();
        for above in &interface.implements_interfaces {
            if interfaces.contains(&above.name) || above.name == *name {
                continue;
            }
            let message = format!(
                "`{name}` implements `{}`, which implements `{above}`, and `{name}` does not",
                interface.name
            );
            let mut error = Diagnostic::error("INVALID_GRAPHQL", message)
                .with_coordinate(name.as_str())
                .with_help(format!("let `{name}` implement `{above}` in a subgraph too"));
            for subgraph in self.subgraphs {
                for ty in [name, &interface.name] {
                    let place = subgraph.schema.types.get(ty).map(|ty| ty.name().location());
                    error = error.at(&subgraph.sources, place.flatten(), "declared here");
                }
            }
            self.errors.push(error);
        }
    }

    fn no_implementation(&mut self, name: &Name, interface: &InterfaceType, field: &Name) {
        let message = format!(
            "`{name}` implements `{}`, and no subgraph gives it the field `{field}`",
            interface.name
        );
        let mut error = Diagnostic::error("INTERFACE_FIELD_NO_IMPLEM", message)
            .with_coordinate(format!("{name}.{field}"))
            .with_help("add the field to the type in a subgraph, or take it off the interface");
        for subgraph in self.subgraphs {
            let types = &subgraph.schema.types;
            let promised = types.get(&interface.name).and_then(|ty| field_of(ty, field));
            let place = promised.and_then(|promised| promised.name.location());
            error = error.at(&subgraph.sources, place, "promised here");
            let place = types.get(name).and_then(|ty| ty.name().location());
            error = error.at(&subgraph.sources, place, "missing here");
        }
        self.errors.push(error);
    }

    /// A field, and the one of the same name that an interface promises.
    fn field(&mut self, at: [(&Name, &FieldDefinition); 2]) {
        let [(name, field), (interface, promised)] = at;
        let coordinate = format!("{name}.{}", field.name);
        let promise = format!("{interface}.{}", field.name);
        if !self.is_within(&field.ty, &promised.ty) {
            let message = format!(
                "`{coordinate}` is `{}`, and `{promise}` promises `{}`",
                field.ty, promised.ty
            );
            self.broken_promise(at, coordinate.clone(), message);
        }
        for argument in &promised.arguments {
            let argument_name = &argument.name;
            let message = match field.argument_by_name(argument_name) {
                Some(found) if found.ty == argument.ty => continue,
                Some(found) => format!(
                    "`{coordinate}({argument_name}:)` is `{}`, and `{promise}` promises `{}`",
                    found.ty, argument.ty
                ),
                None => format!(
                    "`{coordinate}` has no argument `{argument_name}`, which `{promise}` promises"
                ),
            };
            self.broken_promise(at, format!("{coordinate}({argument_name}:)"), message);
        }
        for argument in field.arguments.iter().filter(|argument| argument.is_required()) {
            if promised.argument_by_name(&argument.name).is_none() {
                let coordinate = format!("{coordinate}({}:)", argument.name);
                let message = format!("`{coordinate}` is required, and `{promise}` lacks it");
                self.broken_promise(at, coordinate, message);
            }
        }
    }

    fn broken_promise(
        &mut self,
        [(name, field), (interface, _)]: [(&Name, &FieldDefinition); 2],
        coordinate: String,
        message: String,
    ) {
        let mut error = Diagnostic::error("INVALID_GRAPHQL", message)
            .with_coordinate(coordinate)
            .with_help("merged, an implementation has to be as its interface promises");
        for (ty, text) in [(name, "resolved here"), (interface, "promised here")] {
            for subgraph in self.subgraphs {
                let found = subgraph.schema.types.get(ty);
                let found = found.and_then(|ty| field_of(ty, &field.name));
                let place = found.and_then(|found| found.name.location());
                error = error.at(&subgraph.sources, place, text);
            }
        }
        self.errors.push(error);
    }

    fn is_within(&self, ty: &Type, of: &Type) -> bool {
        match (ty, of) {
            (Type::Named(ty) | Type::NonNullNamed(ty), Type::Named(of))
            | (Type::NonNullNamed(ty), Type::NonNullNamed(of)) => {
                ty == of || self.schema.is_subtype(of, ty)
            }
            (Type::List(ty) | Type::NonNullList(ty), Type::List(of))
            | (Type::NonNullList(ty), Type::NonNullList(of)) => self.is_within(ty, of),
            _ => false,
        }
    }

    fn members(&mut self, name: &Name, members: &IndexSet<ComponentName>) {
        for member in members {
            let definition = self.schema.types.get(&member.name);
            if !definition.is_some_and(ExtendedType::is_interface) {
                continue;
            }
            let message =
                format!("`{member}` is a member of `{name}`, and an interface in another subgraph");
            let mut error = Diagnostic::error("INVALID_GRAPHQL", message)
                .with_coordinate(name.as_str())
                .with_help("a union has objects as members: use the implementations instead");
            for subgraph in self.subgraphs {
                let types = &subgraph.schema.types;
                let union = types.get(name).and_then(ExtendedType::as_union);
                let found = union.and_then(|union| union.members.get(&member.name));
                let place = found.and_then(|member| member.name.location());
                error = error.at(&subgraph.sources, place, "a member here");
                let interface = types.get(&member.name).filter(|ty| ty.is_interface());
                let place = interface.and_then(|ty| ty.name().location());
                error = error.at(&subgraph.sources, place, "an interface here");
            }
            self.errors.push(error);
        }
    }
}
