//! Where the elements of a subgraph's schema stand in its SDL, by schema coordinate.
//!
//! For reports that speak of the merged graph and must point into files. Reads the text by itself,
//! so that it knows places in SDL that does not compose too; knows nothing of what is merged.

use std::ops::Range;
use std::sync::Arc;

use apollo_compiler::ast::{
    Definition, EnumValueDefinition, FieldDefinition, InputValueDefinition,
};
use apollo_compiler::collections::HashMap;
use apollo_compiler::{Name, Node};

use super::machinery;
use crate::diagnostic::{Label, SourceFile, Sources};
use crate::sdl;

/// The places of one SDL text.
#[derive(Debug, Clone)]
pub struct SchemaPlaces {
    source: Arc<SourceFile>,
    /// By coordinate: `User`, `User.email`, `Query.products(limit:)`, `@auth`, `@auth(role:)`.
    places: HashMap<String, Range<usize>>,
}

impl SchemaPlaces {
    /// Reads a text; one that is not SDL has no places.
    pub fn read(source: &Arc<SourceFile>) -> Self {
        let mut sources = Sources::default();
        let mut reader = Reader { sources: Sources::default(), places: HashMap::default() };
        if let Ok(mut document) = sdl::parse(source, &mut sources) {
            // Names of roots that are taken twice stay as they are: composition says so.
            let _ = machinery::rename_roots(&mut document, &sources);
            reader.sources = sources;
            let is_extension = |it: &&Definition| it.is_extension_definition();
            // What a type is, says its definition; extensions add to it.
            let definitions = document.definitions.iter().filter(|it| !is_extension(it));
            let extensions = document.definitions.iter().filter(is_extension);
            definitions.chain(extensions).for_each(|definition| reader.definition(definition));
        }
        Self { source: Arc::clone(source), places: reader.places }
    }

    /// Where an element stands; its name, without its type or its arguments.
    pub fn find(&self, coordinate: &str) -> Option<Label> {
        let span = self.places.get(coordinate)?.clone();
        Some(Label { source: Arc::clone(&self.source), span, text: String::new() })
    }

    /// The beginning of the text: for what is not in it.
    pub fn beginning(&self) -> Label {
        Label { source: Arc::clone(&self.source), span: 0..0, text: String::new() }
    }
}

/// The coordinate of what an element is a part of: of `Query.products(limit:)` it is
/// `Query.products`, of `User.email` it is `User`; types and directives are part of no other.
pub fn parent_coordinate(coordinate: &str) -> Option<&str> {
    let (parent, _) = coordinate.split_once('(').or_else(|| coordinate.split_once('.'))?;
    Some(parent)
}

struct Reader {
    sources: Sources,
    places: HashMap<String, Range<usize>>,
}

impl Reader {
    fn definition(&mut self, definition: &Definition) {
        use Definition as D;
        let Some(name) = definition.name() else { return };
        if let D::DirectiveDefinition(directive) = definition {
            let coordinate = format!("@{name}");
            self.place(coordinate.clone(), name, definition.location());
            return self.arguments(&coordinate, &directive.arguments);
        }
        self.place(name.to_string(), name, definition.location());
        match definition {
            D::ObjectTypeDefinition(it) => self.fields(name, &it.fields),
            D::ObjectTypeExtension(it) => self.fields(name, &it.fields),
            D::InterfaceTypeDefinition(it) => self.fields(name, &it.fields),
            D::InterfaceTypeExtension(it) => self.fields(name, &it.fields),
            D::InputObjectTypeDefinition(it) => self.input_fields(name, &it.fields),
            D::InputObjectTypeExtension(it) => self.input_fields(name, &it.fields),
            D::EnumTypeDefinition(it) => self.values(name, &it.values),
            D::EnumTypeExtension(it) => self.values(name, &it.values),
            D::UnionTypeDefinition(it) => self.members(name, &it.members),
            D::UnionTypeExtension(it) => self.members(name, &it.members),
            _ => {}
        }
    }

    fn fields(&mut self, ty: &Name, fields: &[Node<FieldDefinition>]) {
        for field in fields {
            let coordinate = format!("{ty}.{}", field.name);
            self.place(coordinate.clone(), &field.name, field.location());
            self.arguments(&coordinate, &field.arguments);
        }
    }

    fn arguments(&mut self, of: &str, arguments: &[Node<InputValueDefinition>]) {
        for argument in arguments {
            let coordinate = format!("{of}({}:)", argument.name);
            self.place(coordinate, &argument.name, argument.location());
        }
    }

    fn input_fields(&mut self, ty: &Name, fields: &[Node<InputValueDefinition>]) {
        for field in fields {
            self.place(format!("{ty}.{}", field.name), &field.name, field.location());
        }
    }

    fn values(&mut self, ty: &Name, values: &[Node<EnumValueDefinition>]) {
        for value in values {
            self.place(format!("{ty}.{}", value.value), &value.value, value.location());
        }
    }

    fn members(&mut self, union: &Name, members: &[Name]) {
        for member in members {
            self.place(format!("{union}.{member}"), member, None);
        }
    }

    /// A renamed root has a name that stands nowhere: the definition does.
    fn place(
        &mut self,
        coordinate: String,
        name: &Name,
        definition: Option<apollo_compiler::parser::SourceSpan>,
    ) {
        let location = name.location().or(definition);
        if let Some((_, span)) = self.sources.find(location) {
            self.places.entry(coordinate).or_insert(span);
        }
    }
}
