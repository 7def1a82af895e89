//! The tags of a contract applied to a schema: what they hide.

use apollo_compiler::ast::{Directive, DirectiveList, FieldDefinition, InputValueDefinition};
use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{Component, ComponentName, ExtendedType};
use apollo_compiler::{Name, Node, Schema, collections};

use super::hidden::{Hidden, Why};
use super::{Contract, tag_name};
use crate::supergraph::Supergraph;

/// What the tags hide.
pub(super) fn hidden(contract: &Contract, supergraph: &Supergraph) -> Hidden {
    let schema = &supergraph.schema;
    let mut filter =
        TagFilter { contract, schema, hidden: Hidden::default(), needed: IndexSet::default() };
    // Types of no subgraph are those of linked features: clients do not see them anyway.
    let types = || supergraph.joins.keys().filter_map(|name| schema.types.get(name));
    for definition in types() {
        let directives = definition.directives().iter().map(|directive| &directive.node);
        if let Some(why) = filter.excluded(directives) {
            filter.hidden.hide(definition.name().to_string(), why);
        }
    }
    for definition in types() {
        if filter.is_shown(definition) {
            filter.parts(definition);
        }
    }
    filter.need_more();
    for definition in types() {
        if filter.is_shown(definition) {
            filter.without_tags(definition);
        }
    }
    filter.hidden
}

struct TagFilter<'a> {
    contract: &'a Contract,
    schema: &'a Schema,
    hidden: Hidden,
    /// Types that something shown refers to.
    needed: IndexSet<Name>,
}

type Fields = collections::IndexMap<Name, Component<FieldDefinition>>;
type Interfaces = collections::IndexSet<ComponentName>;

/// An argument, an enum value or an input field.
struct Part<'a> {
    name: &'a Name,
    directives: &'a DirectiveList,
    is_required: bool,
}

impl<'a> Part<'a> {
    fn of(value: &'a InputValueDefinition) -> Self {
        let InputValueDefinition { name, directives, .. } = value;
        Self { name, directives, is_required: value.is_required() }
    }
}

impl TagFilter<'_> {
    fn excluded<'d>(&self, directives: impl Iterator<Item = &'d Node<Directive>>) -> Option<Why> {
        let mut tags = directives.filter_map(|directive| Some((directive, tag_name(directive)?)));
        let (directive, tag) =
            tags.find(|(_, tag)| self.contract.exclude.iter().any(|one| one == tag))?;
        // A merged application stands nowhere; its argument does.
        let argument = directive.arguments.first().and_then(|argument| argument.location());
        Some(Why::Excluded(tag.to_owned(), directive.location().or(argument)))
    }

    fn is_included(&self, directives: &DirectiveList) -> bool {
        let tags = directives.iter().filter_map(tag_name);
        tags.into_iter().any(|tag| self.contract.include.iter().any(|one| one == tag))
    }

    fn is_type_included(&self, definition: &ExtendedType) -> bool {
        let tags = definition.directives().iter().filter_map(|it| tag_name(&it.node));
        tags.into_iter().any(|tag| self.contract.include.iter().any(|one| one == tag))
    }

    /// Neither hidden by the contract so far nor inaccessible before it.
    fn is_shown(&self, definition: &ExtendedType) -> bool {
        !definition.directives().has("inaccessible") && !self.hidden.has(definition.name())
    }

    /// Hides parts of a type, and the type when nothing of it is left.
    fn parts(&mut self, definition: &ExtendedType) {
        match definition {
            ExtendedType::Object(ty) => {
                self.fields(definition, &ty.fields, &ty.implements_interfaces);
            }
            ExtendedType::Interface(ty) => {
                self.fields(definition, &ty.fields, &ty.implements_interfaces);
            }
            ExtendedType::Enum(ty) => {
                let values = ty.values.iter().map(|(name, value)| Part {
                    name,
                    directives: &value.directives,
                    is_required: false,
                });
                self.values(definition, &values.collect::<Vec<_>>());
            }
            ExtendedType::InputObject(ty) => {
                let fields = ty.fields.values().map(|field| Part::of(field));
                self.values(definition, &fields.collect::<Vec<_>>());
            }
            ExtendedType::Union(_) | ExtendedType::Scalar(_) => {}
        }
    }

    fn fields(&mut self, definition: &ExtendedType, fields: &Fields, interfaces: &Interfaces) {
        let parent = definition.name();
        let is_included = self.is_type_included(definition);
        let has_tags = is_included || fields.values().any(|it| self.is_included(&it.directives));
        let interfaces = interfaces.iter().filter_map(|name| self.schema.types.get(&name.name));
        let interfaces: Vec<&ExtendedType> =
            interfaces.filter(|interface| self.is_shown(interface)).collect();
        let mut is_empty = true;
        for (name, field) in fields {
            let coordinate = format!("{parent}.{name}");
            let promised = interfaces.iter().filter_map(|one| self.promised(one, name));
            let promised: Vec<&FieldDefinition> = promised.collect();
            let is_chosen = self.contract.include.is_empty()
                || is_included
                || self.is_included(&field.directives);
            let is_kept = is_chosen || (has_tags && !promised.is_empty());
            if self.hide_unless(is_kept, &coordinate, &field.directives) {
                is_empty = false;
                let own = is_chosen.then_some(&***field);
                let kept = own.into_iter().chain(promised).flat_map(|it| self.kept_arguments(it));
                self.arguments(&coordinate, field, &kept.cloned().collect::<Vec<_>>());
                self.needed.insert(field.ty.inner_named_type().clone());
            }
        }
        let is_query =
            self.schema.schema_definition.query.as_ref().is_some_and(|it| *it == *parent);
        if is_empty && !is_query {
            let is_filtered = !has_tags && !self.contract.include.is_empty();
            let why = if is_filtered { Why::NotIncluded } else { Why::Empty };
            self.hidden.hide(parent.to_string(), why);
        }
    }

    /// The field of an interface that shows it, so that implementations must have it.
    fn promised<'i>(
        &self,
        interface: &'i ExtendedType,
        name: &Name,
    ) -> Option<&'i FieldDefinition> {
        let field = interface.as_interface()?.fields.get(name)?;
        let is_kept = self.contract.include.is_empty()
            || self.is_type_included(interface)
            || self.is_included(&field.directives);
        let is_shown = is_kept
            && self.excluded(field.directives.iter()).is_none()
            && !field.directives.has("inaccessible");
        is_shown.then_some(field)
    }

    fn arguments(&mut self, coordinate: &str, field: &FieldDefinition, kept: &[Name]) {
        for argument in &field.arguments {
            let coordinate = format!("{coordinate}({}:)", argument.name);
            let is_kept = argument.is_required() || kept.contains(&argument.name);
            if self.hide_unless(is_kept, &coordinate, &argument.directives) {
                self.needed.insert(argument.ty.inner_named_type().clone());
            }
        }
    }

    fn kept_arguments<'f>(&self, field: &'f FieldDefinition) -> Vec<&'f Name> {
        let parts: Vec<Part<'_>> =
            field.arguments.iter().map(|argument| Part::of(argument)).collect();
        let has_tags = parts.iter().any(|part| self.is_included(part.directives));
        let kept = parts.iter().filter(|part| self.is_kept(part, has_tags));
        kept.map(|part| part.name).collect()
    }

    /// Whether one part stays where others beside it have tags.
    fn is_kept(&self, part: &Part<'_>, has_tags: bool) -> bool {
        !has_tags || part.is_required || self.is_included(part.directives)
    }

    fn values(&mut self, definition: &ExtendedType, parts: &[Part<'_>]) {
        let parent = definition.name();
        let is_included = self.is_type_included(definition);
        let has_tags = parts.iter().any(|part| self.is_included(part.directives));
        let mut is_empty = true;
        for part in parts {
            let is_kept = is_included || self.is_kept(part, has_tags);
            let coordinate = format!("{parent}.{}", part.name);
            is_empty &= !self.hide_unless(is_kept, &coordinate, part.directives);
        }
        if is_empty {
            self.hidden.hide(parent.to_string(), Why::Empty);
        } else if has_tags || is_included {
            self.needed.insert(parent.clone());
        }
    }

    /// Hides what is excluded or not kept; whether it is shown.
    fn hide_unless(&mut self, is_kept: bool, coordinate: &str, directives: &DirectiveList) -> bool {
        if let Some(why) = self.excluded(directives.iter()) {
            self.hidden.hide(coordinate.to_owned(), why);
        } else if !is_kept {
            self.hidden.hide(coordinate.to_owned(), Why::NotIncluded);
        }
        !self.hidden.has(coordinate) && !directives.has("inaccessible")
    }

    /// What executable directives and shown input objects refer to is needed too.
    fn need_more(&mut self) {
        for definition in self.schema.directive_definitions.values() {
            let types = definition.arguments.iter().map(|it| it.ty.inner_named_type().clone());
            self.needed.extend(types);
        }
        let mut next = 0;
        while let Some(name) = self.needed.get_index(next).cloned() {
            next += 1;
            let Some(definition) = self.schema.get_input_object(&name) else { continue };
            for field in definition.fields.values() {
                let coordinate = format!("{name}.{}", field.name);
                if !self.hidden.has(&coordinate) && !field.directives.has("inaccessible") {
                    self.needed.insert(field.ty.inner_named_type().clone());
                }
            }
        }
    }

    /// Types that need no tags of their own: hidden when nothing needs them, or nothing is in them.
    fn without_tags(&mut self, definition: &ExtendedType) {
        let name = definition.name();
        if let ExtendedType::Object(_) | ExtendedType::Interface(_) = definition {
            return;
        }
        let is_kept = self.contract.include.is_empty()
            || self.is_type_included(definition)
            || self.needed.contains(name);
        if !is_kept {
            self.hidden.hide(name.to_string(), Why::NotIncluded);
        } else if let ExtendedType::Union(union) = definition {
            let members = union.members.iter().filter_map(|it| self.schema.types.get(&it.name));
            let is_empty = !members.into_iter().any(|member| self.is_shown(member));
            if is_empty {
                self.hidden.hide(name.to_string(), Why::Empty);
            }
        }
    }
}
