//! An interface demands what its implementations demand together; what an interface object
//! demands, the implementations do too.

use apollo_compiler::ast::DirectiveList;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node};

use super::{Demands, is_demand};
use crate::composition::merge_state::Merge;
use crate::diagnostic::Diagnostic;
use crate::subgraph::Subgraph;
use crate::subgraph::federation_spec::names;

/// What one implementation, or a field of it, demands.
struct Source {
    demands: Demands,
    location: Option<SourceSpan>,
}

type Fields = IndexMap<Name, Component<FieldDefinition>>;

impl Merge<'_> {
    /// After all types are merged and have their fields of interface objects.
    pub(in crate::composition) fn share_demands(&mut self) {
        let demands = [names::AUTHENTICATED, names::REQUIRES_SCOPES, names::POLICY];
        let demands_something =
            |subgraph: &Subgraph| demands.iter().any(|name| subgraph.applied.contains_key(*name));
        if !self.subgraphs.iter().any(|subgraph| demands_something(subgraph)) {
            return;
        }
        let interfaces = self.schema.types.values().filter_map(ExtendedType::as_interface);
        let interfaces: Vec<Name> = interfaces.map(|ty| ty.name.clone()).collect();
        for interface in &interfaces {
            self.demands_of_interface_object(interface);
        }
        for interface in &interfaces {
            self.demands_of_implementations(interface);
        }
    }

    /// The demands on fields that an interface object resolves hold for every implementation.
    fn demands_of_interface_object(&mut self, interface: &Name) {
        let Some(join) = self.joins.get(interface) else { return };
        if !join.in_subgraphs.iter().any(|at| at.is_interface_object) {
            return;
        }
        let Some(definition) = self.schema.get_interface(interface) else { return };
        let demands: Vec<(Name, Demands)> = definition
            .fields
            .values()
            .map(|field| (field.name.clone(), Demands::of(field.directives.iter())))
            .filter(|(_, demands)| !demands.is_nothing())
            .collect();
        let mut too_long = Vec::new();
        for definition in self.schema.types.values_mut() {
            let ExtendedType::Object(ty) = definition else { continue };
            if demands.is_empty() || !ty.implements_interfaces.contains(interface) {
                continue;
            }
            let name = ty.name.clone();
            for (field, demands) in &demands {
                let Some(field) = ty.make_mut().fields.get_mut(field) else { continue };
                let own = Demands::of(field.directives.iter());
                match own.and(demands) {
                    Some(both) if both != own => {
                        set(&mut field.make_mut().directives, &both);
                    }
                    Some(_) => {}
                    None => {
                        let place = field.name.location();
                        too_long.push((format!("{name}.{}", field.name), place));
                    }
                }
            }
        }
        for (coordinate, place) in too_long {
            self.too_long(&coordinate, [place]);
        }
    }

    fn demands_of_implementations(&mut self, interface: &Name) {
        let Some(definition) = self.schema.get_interface(interface).cloned() else { return };
        let objects = self.schema.types.values().filter_map(ExtendedType::as_object);
        let implementations: Vec<_> =
            objects.filter(|ty| ty.implements_interfaces.contains(interface)).collect();
        let directives = definition.directives.iter().map(|it| &it.node);
        let of_types = implementations.iter().map(|ty| Source {
            demands: Demands::of(ty.directives.iter().map(|it| &it.node)),
            location: ty.name.location(),
        });
        let mut hints = Vec::new();
        let coordinate = interface.as_str();
        let of_type = self.together(coordinate, Demands::of(directives), of_types, &mut hints);
        let of_fields = definition.fields.values().map(|field| {
            let fields = implementations.iter().filter_map(|ty| ty.fields.get(&field.name));
            let all = fields.map(|field| Source {
                demands: Demands::of(field.directives.iter()),
                location: field.name.location(),
            });
            let coordinate = format!("{interface}.{}", field.name);
            let own = Demands::of(field.directives.iter());
            (field.name.clone(), self.together(&coordinate, own, all, &mut hints))
        });
        let of_fields: Vec<_> = of_fields.collect();
        self.diagnostics.extend(hints);
        let mut too_long = Vec::new();
        let Some(ExtendedType::Interface(ty)) = self.schema.types.get_mut(interface) else {
            return;
        };
        let ty = ty.make_mut();
        match of_type {
            Some(demands) if !demands.is_nothing() => {
                ty.directives.retain(|directive| !is_demand(directive));
                ty.directives.0.extend(demands.directives().into_iter().map(Component::from));
            }
            Some(_) => {}
            None => too_long.push((interface.to_string(), ty.name.location())),
        }
        for (field, demands) in of_fields {
            match demands {
                Some(demands) => set_field(&mut ty.fields, &field, &demands),
                None => too_long.push((format!("{interface}.{field}"), field.location())),
            }
        }
        for (coordinate, place) in too_long {
            self.too_long(&coordinate, [place]);
        }
    }

    /// All demands; a hint where they differ.
    fn together(
        &self,
        coordinate: &str,
        own: Demands,
        sources: impl Iterator<Item = Source>,
        hints: &mut Vec<Diagnostic>,
    ) -> Option<Demands> {
        let sources: Vec<_> = sources.filter(|source| !source.demands.is_nothing()).collect();
        let mut merged = own;
        for source in &sources {
            merged = merged.and(&source.demands)?;
        }
        let demands = sources.iter().map(|source| &source.demands);
        if Demands::lists_differ(demands) {
            let message = format!("what implements `{coordinate}` demands different things");
            let code = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS";
            let hint = Diagnostic::hint(code, message)
                .with_coordinate(coordinate)
                .with_help("the interface demands all of it together");
            hints.push(
                sources.iter().fold(hint, |hint, one| hint.at(self.sources, one.location, "")),
            );
        }
        Some(merged)
    }

    /// What cannot be written down cannot be enforced.
    pub(in crate::composition) fn too_long(
        &mut self,
        coordinate: &str,
        places: impl IntoIterator<Item = Option<SourceSpan>>,
    ) {
        let message = format!("what `{coordinate}` demands has too many alternatives");
        let error = Diagnostic::error("DIRECTIVE_COMPOSITION_ERROR", message)
            .with_coordinate(coordinate)
            .with_help("every combination of the alternatives of all places is one: use fewer");
        let places = places.into_iter();
        self.diagnostics.push(places.fold(error, |error, at| error.at(self.sources, at, "")));
    }
}

fn set_field(fields: &mut Fields, name: &Name, demands: &Demands) {
    let Some(field) = fields.get_mut(name) else { return };
    if Demands::of(field.directives.iter()) != *demands {
        set(&mut field.make_mut().directives, demands);
    }
}

fn set(directives: &mut DirectiveList, demands: &Demands) {
    let kept = directives.iter().filter(|directive| !is_demand(directive)).cloned();
    let kept: Vec<Node<_>> = kept.collect();
    *directives = kept.into_iter().chain(demands.directives()).collect();
}
