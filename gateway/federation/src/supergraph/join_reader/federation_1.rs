//! The joins of a Federation 1 supergraph (join v0.1), which says less than later ones.
//!
//! An entity has an owner, whose every field without a join is, and keys. Value types say nothing:
//! they are where something refers to them. What subgraphs have declared for their keys,
//! requirements and provisions stands in the field sets.

use apollo_compiler::ast::{self, Selection};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use super::{INVALID, Joins, Reader, complete, value_types};
use crate::diagnostic::Diagnostic;
use crate::field_set::FieldSet;
use crate::supergraph::{FieldInSubgraph, SubgraphId, TypeJoin};
use crate::type_parts::{field_of, fields_of};

/// The joins of all these types.
pub(super) fn joins(
    reader: &Reader<'_>,
    schema: &Schema,
    types: &[&ExtendedType],
) -> Result<Joins, Vec<Diagnostic>> {
    let mut claims = Claims { reader, schema, joins: Joins::default() };
    let mut errors = Vec::new();
    for definition in types {
        match claims.claimed(definition) {
            Ok(None) => {}
            Ok(Some(join)) => {
                claims.joins.insert(definition.name().clone(), join);
            }
            Err(error) => errors.push(complete(error, definition.name())),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    claims.read_field_sets();
    claims.query_everywhere();
    let mut joins = claims.joins;
    let subgraphs: Vec<SubgraphId> = reader.graphs.values().copied().collect();
    value_types::add(schema, &subgraphs, types, &mut joins);
    for join in joins.values_mut() {
        join.in_subgraphs.sort_by_key(|at| at.subgraph);
        join.fields.values_mut().for_each(|fields| fields.sort_by_key(|at| at.subgraph));
    }
    Ok(joins)
}

/// What subgraphs claim in so many words: entities, root types, and other types with joins.
struct Claims<'a> {
    reader: &'a Reader<'a>,
    schema: &'a Schema,
    joins: Joins,
}

impl Claims<'_> {
    /// The join of a type that says something; none for a value type.
    fn claimed(&self, definition: &ExtendedType) -> Result<Option<TypeJoin>, Diagnostic> {
        let reader = self.reader;
        let owner = definition.directives().iter().find(|it| reader.features.is(&it.name, "owner"));
        let owner = owner.map(|directive| reader.needed_graph(directive)).transpose()?;
        let in_subgraphs = reader.in_subgraphs(definition)?;
        let name = definition.name();
        if owner.is_none() && !in_subgraphs.is_empty() {
            let message = format!("`{name}` has keys and no owner");
            return Err(self.invalid(message, name).with_help(
                "in join v0.1 every type with a `@join__type` has a `@join__owner` as well",
            ));
        }
        let is_root = self.schema.schema_definition.iter_root_operations();
        let is_root = is_root.into_iter().any(|(_, root)| root.name == *name);
        let has_joins = fields_of(definition)
            .any(|field| field.directives.iter().any(|it| reader.features.is(&it.name, "field")));
        if owner.is_none() && !is_root && !has_joins {
            return Ok(None);
        }
        let mut join = TypeJoin { in_subgraphs, ..TypeJoin::default() };
        if let Some(owner) = owner {
            join.enter(owner);
        }
        for field in fields_of(definition) {
            let found = self.field(&mut join, owner, field)?;
            if found.is_empty() {
                let coordinate = format!("{name}.{}", field.name);
                let message = format!("no subgraph resolves `{coordinate}`");
                return Err(self
                    .invalid(message, &field.name)
                    .with_coordinate(coordinate)
                    .with_help("a field has a `@join__field`, or its type an owner"));
            }
            join.fields.insert(field.name.clone(), found);
        }
        Ok(Some(join))
    }

    fn invalid(&self, message: String, name: &Name) -> Diagnostic {
        Diagnostic::error(INVALID, message).with_coordinate(name.as_str()).at(
            self.reader.sources,
            name.location(),
            "this one",
        )
    }

    /// The subgraphs that resolve a field: the named ones, or the owner, or the only one there is.
    fn field(
        &self,
        join: &mut TypeJoin,
        owner: Option<SubgraphId>,
        field: &ast::FieldDefinition,
    ) -> Result<Vec<FieldInSubgraph>, Diagnostic> {
        let reader = self.reader;
        let only = (reader.graphs.len() == 1).then_some(SubgraphId(0));
        let mut found = Vec::new();
        let mut directives =
            field.directives.iter().filter(|it| reader.features.is(&it.name, "field"));
        for directive in directives.by_ref() {
            let named = reader.graph(directive)?;
            let Some(subgraph) = named.or(owner).or(only) else { continue };
            join.enter(subgraph);
            found.push(FieldInSubgraph {
                requires: reader.field_set(directive, "requires")?,
                provides: reader.field_set(directive, "provides")?,
                ..FieldInSubgraph::plain(subgraph)
            });
        }
        if found.is_empty()
            && let Some(subgraph) = owner.or(only)
        {
            join.enter(subgraph);
            found.push(FieldInSubgraph::plain(subgraph));
        }
        Ok(found)
    }

    /// A subgraph has declared what its keys, requirements and provisions name; the latter two are
    /// another's, keys are whoever's has the entity.
    fn read_field_sets(&mut self) {
        let mut found = Vec::new();
        for (name, join) in &self.joins {
            for at in &join.in_subgraphs {
                let keys = at.keys.iter();
                found
                    .extend(keys.map(|key| (name.clone(), at.subgraph, key.fields.clone(), false)));
            }
            for (field, at) in
                join.fields.iter().flat_map(|(name, all)| all.iter().map(move |at| (name, at)))
            {
                if let Some(requires) = &at.requires {
                    found.push((name.clone(), at.subgraph, requires.clone(), true));
                }
                let definition = self.schema.types.get(name).and_then(|it| field_of(it, field));
                if let (Some(provides), Some(definition)) = (&at.provides, definition) {
                    let ty = definition.ty.inner_named_type().clone();
                    found.push((ty, at.subgraph, provides.clone(), true));
                }
            }
        }
        // Keys first: what is in one is not external.
        found.sort_by_key(|(_, _, _, is_external)| *is_external);
        for (name, subgraph, text, is_external) in found {
            if let Ok(field_set) = FieldSet::read(&text) {
                let declared = Declared { subgraph, is_external };
                self.declare(&name, &field_set.selections, declared);
            }
        }
    }

    fn declare(&mut self, name: &Name, selections: &[Selection], declared: Declared) {
        let Some(definition) = self.schema.types.get(name) else { return };
        for selection in selections {
            match selection {
                Selection::Field(selected) => {
                    let Some(field) = field_of(definition, &selected.name) else { continue };
                    if let Some(join) = self.joins.get_mut(name) {
                        declared.add(join, &selected.name);
                    }
                    let ty = field.ty.inner_named_type();
                    self.declare(ty, &selected.selection_set, declared);
                }
                Selection::InlineFragment(fragment) => {
                    let ty = fragment.type_condition.as_ref().unwrap_or(name);
                    self.declare(ty, &fragment.selection_set, declared);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// Every subgraph has a query type, be it only for the gateway's own `_entities`.
    fn query_everywhere(&mut self) {
        let query = self.schema.schema_definition.query.as_ref();
        let join = query.and_then(|query| self.joins.get_mut(&query.name));
        if let Some(join) = join {
            for subgraph in self.reader.graphs.values() {
                join.enter(*subgraph);
            }
        }
    }
}

/// A subgraph that declares what a field set names.
#[derive(Clone, Copy)]
struct Declared {
    subgraph: SubgraphId,
    is_external: bool,
}

impl Declared {
    fn add(self, join: &mut TypeJoin, field: &Name) {
        join.enter(self.subgraph);
        let fields = join.fields.entry(field.clone()).or_default();
        if !fields.iter().any(|at| at.subgraph == self.subgraph) {
            let is_external = self.is_external;
            fields.push(FieldInSubgraph { is_external, ..FieldInSubgraph::plain(self.subgraph) });
        }
    }
}
