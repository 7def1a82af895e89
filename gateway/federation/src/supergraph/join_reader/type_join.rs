//! One type's `@join__type`, `@join__field` and so on → its `TypeJoin`.

use apollo_compiler::ast::{self, Directive};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Node};

use super::super::{FieldInSubgraph, JoinDirective, Key, SubgraphId, TypeInSubgraph, TypeJoin};
use super::{INVALID, Reader};
use crate::diagnostic::Diagnostic;
use crate::field_set;

/// The names and directives of fields, whatever kind of type has them.
type Fields<'a> = Vec<(&'a Name, &'a ast::Type, &'a ast::DirectiveList)>;

type FieldMap = apollo_compiler::collections::IndexMap<Name, Component<ast::FieldDefinition>>;

impl Reader<'_> {
    pub(super) fn type_join(&self, definition: &ExtendedType) -> Result<TypeJoin, Diagnostic> {
        let name = definition.name();
        let in_subgraphs = self.in_subgraphs(definition)?;
        if in_subgraphs.is_empty() {
            let message = format!("no subgraph has the type `{name}`");
            return Err(Diagnostic::error(INVALID, message)
                .with_coordinate(name.as_str())
                .at(self.sources, name.location(), "")
                .with_help("every type of a supergraph has a `@join__type`"));
        }
        let directives = definition.directives().iter().map(|it| &it.node);
        let directives = self.join_directives(directives)?;
        let mut join = TypeJoin { in_subgraphs, directives, ..TypeJoin::default() };
        match definition {
            ExtendedType::Object(ty) => {
                let fields = fields_of(&ty.fields);
                join.field_directives = self.field_directives(&fields)?;
                join.fields = self.fields(&join, name, fields)?;
                let interfaces = ty.implements_interfaces.iter().map(|one| &one.name);
                let interfaces: Vec<_> = interfaces.collect();
                join.implements = self.members(&join, definition, "implements", &interfaces)?;
            }
            ExtendedType::Interface(ty) => {
                let fields = fields_of(&ty.fields);
                join.field_directives = self.field_directives(&fields)?;
                join.fields = self.fields(&join, name, fields)?;
                let interfaces = ty.implements_interfaces.iter().map(|one| &one.name);
                let interfaces: Vec<_> = interfaces.collect();
                join.implements = self.members(&join, definition, "implements", &interfaces)?;
            }
            ExtendedType::InputObject(ty) => {
                let fields = ty.fields.iter();
                let fields = fields.map(|(name, field)| (name, &*field.ty, &field.directives));
                join.fields = self.fields(&join, name, fields.collect())?;
            }
            ExtendedType::Union(ty) => {
                let members = ty.members.iter().map(|one| &one.name).collect::<Vec<_>>();
                join.union_members = self.members(&join, definition, "unionMember", &members)?;
            }
            ExtendedType::Enum(ty) => {
                for (value, definition) in &ty.values {
                    let graphs = self.enum_value(&join, &definition.directives)?;
                    join.enum_values.insert(value.clone(), graphs);
                }
            }
            ExtendedType::Scalar(_) => {}
        }
        Ok(join)
    }

    pub(super) fn in_subgraphs(
        &self,
        definition: &ExtendedType,
    ) -> Result<Vec<TypeInSubgraph>, Diagnostic> {
        let mut found: Vec<TypeInSubgraph> = Vec::new();
        for directive in definition.directives().iter() {
            if !self.features.is(&directive.name, "type") {
                self.check_known(&directive.node)?;
                continue;
            }
            let subgraph = self.needed_graph(directive)?;
            let position = found.iter().position(|at| at.subgraph == subgraph);
            let position = position.unwrap_or_else(|| {
                found.push(TypeInSubgraph {
                    subgraph,
                    keys: Vec::new(),
                    is_extension: false,
                    is_interface_object: false,
                });
                found.len() - 1
            });
            let at = &mut found[position];
            at.is_extension |= flag(directive, "extension").unwrap_or(false);
            at.is_interface_object |= flag(directive, "isInterfaceObject").unwrap_or(false);
            if let Some(fields) = self.field_set(directive, "key")? {
                let resolvable = flag(directive, "resolvable").unwrap_or(true);
                at.keys.push(Key { fields, resolvable });
            }
        }
        found.sort_by_key(|at| at.subgraph);
        Ok(found)
    }

    /// `@join__implements` and `@join__unionMember`; older documents say nothing about members:
    /// then every subgraph of the union knows them all.
    fn members(
        &self,
        join: &TypeJoin,
        definition: &ExtendedType,
        directive_name: &str,
        names: &[&Name],
    ) -> Result<Vec<(SubgraphId, Name)>, Diagnostic> {
        let argument = if directive_name == "implements" { "interface" } else { "member" };
        let mut found = Vec::new();
        for directive in definition.directives().iter() {
            if !self.features.is(&directive.name, directive_name) {
                continue;
            }
            let text = text(directive, argument).unwrap_or_default();
            let name =
                names.iter().find(|name| name.as_str() == text).ok_or_else(|| {
                    let message = format!("`{}` has no `{text}`", definition.name());
                    Diagnostic::error(INVALID, message)
                        .with_coordinate(definition.name().as_str())
                        .at(self.sources, directive.location(), "")
                })?;
            let subgraph = self.graph_of_type(join, directive)?;
            found.push((subgraph, (*name).clone()));
        }
        if found.is_empty() && directive_name == "unionMember" {
            let subgraphs = join.in_subgraphs.iter();
            found = subgraphs
                .flat_map(|at| names.iter().map(|name| (at.subgraph, (*name).clone())))
                .collect();
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    fn enum_value(
        &self,
        join: &TypeJoin,
        directives: &ast::DirectiveList,
    ) -> Result<Vec<SubgraphId>, Diagnostic> {
        let mut graphs = Vec::new();
        for directive in directives.iter() {
            if self.features.is(&directive.name, "enumValue") {
                graphs.push(self.graph_of_type(join, directive)?);
            } else {
                self.check_known(directive)?;
            }
        }
        if graphs.is_empty() {
            graphs = join.in_subgraphs.iter().map(|at| at.subgraph).collect();
        }
        graphs.sort();
        graphs.dedup();
        Ok(graphs)
    }

    fn field_directives(
        &self,
        fields: &Fields<'_>,
    ) -> Result<IndexMap<Name, Vec<JoinDirective>>, Diagnostic> {
        let mut found = IndexMap::default();
        for (name, _, directives) in fields {
            let carried = self.join_directives(directives.iter())?;
            if !carried.is_empty() {
                found.insert((*name).clone(), carried);
            }
        }
        Ok(found)
    }

    fn fields(
        &self,
        join: &TypeJoin,
        parent: &Name,
        fields: Fields<'_>,
    ) -> Result<IndexMap<Name, Vec<FieldInSubgraph>>, Diagnostic> {
        let mut found = IndexMap::default();
        for (name, ty, directives) in fields {
            let places = self.field(join, directives);
            let mut places =
                places.map_err(|error| error.with_coordinate(format!("{parent}.{name}")))?;
            for place in &mut places {
                place.ty.take_if(|own| own == ty);
            }
            found.insert(name.clone(), places);
        }
        Ok(found)
    }

    /// A field without `@join__field` is everywhere its type is; one with a `@join__field` that
    /// names no subgraph is nowhere on this type: an interface object has it.
    fn field(
        &self,
        join: &TypeJoin,
        directives: &ast::DirectiveList,
    ) -> Result<Vec<FieldInSubgraph>, Diagnostic> {
        let mut has_joins = false;
        let mut found = Vec::new();
        for directive in directives.iter() {
            if !self.features.is(&directive.name, "field") {
                self.check_known(directive)?;
                continue;
            }
            has_joins = true;
            if self.graph(directive)?.is_some() {
                found.push(self.field_in_subgraph(join, directive)?);
            }
        }
        if !has_joins {
            let subgraphs = join.in_subgraphs.iter();
            found = subgraphs.map(|at| FieldInSubgraph::plain(at.subgraph)).collect();
        }
        found.sort_by_key(|at| at.subgraph);
        Ok(found)
    }

    fn field_in_subgraph(
        &self,
        join: &TypeJoin,
        directive: &Node<Directive>,
    ) -> Result<FieldInSubgraph, Diagnostic> {
        let ty = text(directive, "type").map(|written| {
            ast::Type::parse(written, "join__field").map_err(|_| {
                let message = format!("`{written}` is no type");
                Diagnostic::error(INVALID, message).at(self.sources, directive.location(), "")
            })
        });
        Ok(FieldInSubgraph {
            subgraph: self.graph_of_type(join, directive)?,
            ty: ty.transpose()?,
            is_external: flag(directive, "external").unwrap_or(false),
            requires: self.field_set(directive, "requires")?,
            provides: self.field_set(directive, "provides")?,
            overrides: text(directive, "override").map(str::to_owned),
            override_label: text(directive, "overrideLabel").map(str::to_owned),
            is_used_overridden: flag(directive, "usedOverridden").unwrap_or(false),
            context_arguments: self.context_arguments(directive)?,
        })
    }

    pub(super) fn needed_graph(
        &self,
        directive: &Node<Directive>,
    ) -> Result<SubgraphId, Diagnostic> {
        self.graph(directive)?.ok_or_else(|| {
            let message = format!("`@{}` names no subgraph", directive.name);
            Diagnostic::error(INVALID, message).at(self.sources, directive.location(), "")
        })
    }

    /// The subgraph of a directive inside a type, which must be one that has the type.
    fn graph_of_type(
        &self,
        join: &TypeJoin,
        directive: &Node<Directive>,
    ) -> Result<SubgraphId, Diagnostic> {
        let subgraph = self.needed_graph(directive)?;
        if join.in_subgraph(subgraph).is_some() {
            return Ok(subgraph);
        }
        let message = format!("`@{}` names a subgraph that lacks the type", directive.name);
        Err(Diagnostic::error(INVALID, message).at(self.sources, directive.location(), ""))
    }

    pub(super) fn field_set(
        &self,
        directive: &Node<Directive>,
        argument: &str,
    ) -> Result<Option<String>, Diagnostic> {
        let Some(written) = text(directive, argument) else { return Ok(None) };
        field_set::normal_form(written).map(Some).map_err(|error| {
            let message = format!("`{argument}` is no field set: {}", error.message);
            Diagnostic::error(INVALID, message).at(self.sources, directive.location(), "")
        })
    }

    /// A directive of the join specification that this position does not read.
    fn check_known(&self, directive: &Node<Directive>) -> Result<(), Diagnostic> {
        let known = ["type", "field", "implements", "unionMember", "enumValue", "directive"];
        let is = |name: &str| self.features.is(&directive.name, name);
        if !self.features.is_join(&directive.name)
            || known.iter().any(|name| is(name))
            || (self.features.is_federation_1() && is("owner"))
        {
            return Ok(());
        }
        Err(self.unsupported(directive, "the join specification has no such directive here"))
    }

    fn unsupported(&self, directive: &Node<Directive>, why: &str) -> Diagnostic {
        Diagnostic::error(INVALID, format!("`@{}`: {why}", directive.name)).at(
            self.sources,
            directive.location(),
            "",
        )
    }
}

fn fields_of(fields: &FieldMap) -> Fields<'_> {
    fields.iter().map(|(name, field)| (name, &field.ty, &field.directives)).collect()
}

fn text<'a>(directive: &'a Directive, argument: &str) -> Option<&'a str> {
    directive.specified_argument_by_name(argument)?.as_str()
}

fn flag(directive: &Directive, argument: &str) -> Option<bool> {
    directive.specified_argument_by_name(argument)?.to_bool()
}
