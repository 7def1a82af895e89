//! What one subgraph knows: its schema with Federation's machinery, and what its directives say.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use apollo_compiler::ast::{self, Directive, DirectiveList};
use apollo_compiler::executable::{FieldSet, Selection, SelectionSet};
use apollo_compiler::parser::Parser;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};
use federation::subgraph::SubgraphSource;

/// The definitions that every subgraph's SDL may use.
const MACHINERY: &str = r#"
directive @link(url: String!, as: String, import: [String]) repeatable on SCHEMA
directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @external on OBJECT | FIELD_DEFINITION
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION
  | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @interfaceObject on OBJECT
directive @extends on OBJECT | INTERFACE
directive @context(name: String!) repeatable on OBJECT | INTERFACE | UNION
directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION
scalar ContextFieldValue
scalar _Any
type _Service { sdl: String }
"#;

/// One subgraph of a world.
pub(crate) struct Knowledge {
    pub(crate) name: String,
    pub(crate) schema: Valid<Schema>,
    pub(super) keys: HashMap<String, Vec<Key>>,
    pub(super) interface_objects: HashSet<String>,
    external: HashSet<(String, String)>,
    overridden: HashMap<(String, String), Vec<Overridden>>,
    requires: HashMap<(String, String), FieldSet>,
    provides: HashMap<(String, String), FieldSet>,
    documents: Mutex<HashMap<String, CheckedDocument>>,
}

/// A document that was valid, or why not.
type CheckedDocument = Result<Arc<Valid<ExecutableDocument>>, String>;

/// When another subgraph resolves a field.
enum Overridden {
    Always,
    /// For a request for which the label is set, or not set.
    Where {
        label: String,
        is_set: bool,
    },
}

/// One `@key` of a type.
pub(super) struct Key {
    pub(super) fields: FieldSet,
    pub(super) resolvable: bool,
}

/// An argument that is read from an object further up.
pub(crate) struct ContextArgument {
    pub(crate) name: String,
    pub(crate) context: String,
    pub(crate) read: Vec<ast::Selection>,
}

impl Knowledge {
    /// All subgraphs of a world: an `@override` in one takes a field from another.
    pub(crate) fn of_all(sources: &[SubgraphSource]) -> Result<Vec<Self>, String> {
        let mut subgraphs = Vec::new();
        for source in sources {
            subgraphs.push(Self::of(source).map_err(|error| format!("{}: {error}", source.name))?);
        }
        let mut overridden = Vec::new();
        for subgraph in &subgraphs {
            subgraph.for_each_field(|ty, field, directives| {
                let Some(directive) = directives.get("override") else { return };
                let from = text(directive, "from").unwrap_or_default();
                let coordinate = (ty.to_string(), field.to_string());
                let Some(label) = text(directive, "label") else {
                    return overridden.push((from, coordinate, Overridden::Always));
                };
                let before = Overridden::Where { label: label.clone(), is_set: true };
                overridden.push((from, coordinate.clone(), before));
                let after = Overridden::Where { label, is_set: false };
                overridden.push((subgraph.name.clone(), coordinate, after));
            });
        }
        for (name, coordinate, when) in overridden {
            if let Some(subgraph) = subgraphs.iter_mut().find(|one| one.name == name) {
                subgraph.overridden.entry(coordinate).or_default().push(when);
            }
        }
        Ok(subgraphs)
    }

    /// Parses and validates against the subgraph's own schema, each text once.
    pub(crate) fn document(&self, text: &str) -> CheckedDocument {
        let mut documents = self.documents.lock().expect("no test panics while it parses");
        if let Some(known) = documents.get(text) {
            return known.clone();
        }
        let checked = ExecutableDocument::parse_and_validate(&self.schema, text, "document")
            .map(Arc::new)
            .map_err(|invalid| format!("{}: {text}\n{}", self.name, invalid.errors));
        documents.insert(text.to_owned(), checked.clone());
        checked
    }

    fn of(source: &SubgraphSource) -> Result<Self, String> {
        let mut knowledge = Self {
            name: source.name.clone(),
            schema: schema(&source.sdl.text)?,
            keys: HashMap::new(),
            interface_objects: HashSet::new(),
            external: HashSet::new(),
            overridden: HashMap::new(),
            requires: HashMap::new(),
            provides: HashMap::new(),
            documents: Mutex::default(),
        };
        let schema = knowledge.schema.clone();
        for (name, ty) in &schema.types {
            for key in ty.directives().get_all("key") {
                let fields = field_set(&schema, name, &text(key, "fields").unwrap_or_default())?;
                let resolvable = key.specified_argument_by_name("resolvable");
                let resolvable = resolvable.and_then(|value| value.to_bool()).unwrap_or(true);
                let keys = knowledge.keys.entry(name.to_string()).or_default();
                keys.push(Key { fields, resolvable });
            }
            if ty.directives().has("interfaceObject") {
                knowledge.interface_objects.insert(name.to_string());
            }
        }
        knowledge.read_fields(&schema)?;
        Ok(knowledge)
    }

    fn read_fields(&mut self, schema: &Valid<Schema>) -> Result<(), String> {
        let mut external = HashSet::new();
        let (mut requires, mut provides) = (HashMap::new(), HashMap::new());
        let mut result = Ok(());
        self.for_each_field(|ty, field, directives| {
            let coordinate = (ty.to_string(), field.to_string());
            let whole = schema.types[ty].directives().has("external");
            if whole || directives.has("external") {
                external.insert(coordinate.clone());
            }
            let returned = schema.type_field(ty, field).map(|it| it.ty.inner_named_type().clone());
            let mut read = |word, on: &Name, into: &mut HashMap<_, _>| {
                let Some(fields) = directives.get(word).and_then(|it| text(it, "fields")) else {
                    return;
                };
                match field_set(schema, on, &fields) {
                    Ok(set) => drop(into.insert(coordinate.clone(), set)),
                    Err(error) => result = Err(error),
                }
            };
            read("requires", ty, &mut requires);
            if let Ok(returned) = returned {
                read("provides", &returned, &mut provides);
            }
        });
        (self.external, self.requires, self.provides) = (external, requires, provides);
        result
    }

    fn for_each_field(&self, mut visit: impl FnMut(&Name, &Name, &DirectiveList)) {
        for (name, ty) in &self.schema.types {
            let fields = match ty {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => continue,
            };
            for (field, definition) in fields {
                visit(name, field, &definition.directives);
            }
        }
    }

    pub(super) fn is_external(&self, ty: &str, field: &str) -> bool {
        self.external.contains(&(ty.to_owned(), field.to_owned()))
    }

    /// Whether another subgraph resolves the field where these labels are set.
    pub(super) fn is_overridden(&self, ty: &str, field: &str, labels: &[String]) -> bool {
        let overridden = self.overridden.get(&(ty.to_owned(), field.to_owned()));
        overridden.into_iter().flatten().any(|when| match when {
            Overridden::Always => true,
            Overridden::Where { label, is_set } => labels.contains(label) == *is_set,
        })
    }

    pub(super) fn requires(&self, ty: &str, field: &str) -> Option<&SelectionSet> {
        let set = self.requires.get(&(ty.to_owned(), field.to_owned()))?;
        Some(&set.selection_set)
    }

    pub(super) fn provides(&self, ty: &str, field: &str) -> Option<&SelectionSet> {
        let set = self.provides.get(&(ty.to_owned(), field.to_owned()))?;
        Some(&set.selection_set)
    }

    /// The contexts that begin at objects of a type.
    pub(crate) fn contexts(&self, ty: &str) -> Vec<String> {
        let set = self.schema.types.values().filter(|definition| {
            definition.name() == ty || self.schema.is_subtype(definition.name(), ty)
        });
        let set = set.flat_map(|definition| definition.directives().get_all("context"));
        set.filter_map(|it| text(it, "name")).collect()
    }

    /// A field's contextual arguments: name, context, and what is read there.
    pub(crate) fn context_arguments(&self, ty: &str, field: &str) -> Vec<ContextArgument> {
        let Ok(field) = self.schema.type_field(ty, field) else { return Vec::new() };
        let read = field.arguments.iter().filter_map(|argument| {
            let from = text(argument.directives.get("fromContext")?, "field")?;
            let (context, selection) = from.strip_prefix('$')?.split_once(' ')?;
            Some(ContextArgument {
                name: argument.name.to_string(),
                context: context.to_owned(),
                read: selections(selection)?,
            })
        });
        read.collect()
    }

    /// Whether a field is read by something of the type that must be told to the subgraph.
    pub(super) fn is_told(&self, ty: &str, field: &str) -> bool {
        let in_key = self.keys.get(ty).is_some_and(|keys| {
            keys.iter().any(|key| fields(&key.fields.selection_set).any(|one| one == field))
        });
        in_key
            || self.requires.iter().any(|((of, _), set)| {
                of == ty && fields(&set.selection_set).any(|one| one == field)
            })
    }
}

/// The names of a selection's fields, under whatever type conditions.
fn fields(set: &SelectionSet) -> Box<dyn Iterator<Item = &Name> + '_> {
    Box::new(set.selections.iter().flat_map(|selection| match selection {
        Selection::Field(field) => Box::new(std::iter::once(&field.name)),
        Selection::InlineFragment(fragment) => fields(&fragment.selection_set),
        Selection::FragmentSpread(_) => Box::new(std::iter::empty()),
    }))
}

fn schema(sdl: &str) -> Result<Valid<Schema>, String> {
    let build = |more: &str| {
        Schema::builder()
            .adopt_orphan_extensions()
            .parse(sdl, "subgraph.graphql")
            .parse(MACHINERY, "federation.graphql")
            .parse(more, "entities.graphql")
            .build()
            .map_err(|invalid| invalid.errors.to_string())
    };
    let plain = build("type _Nothing { _service: _Service }")?;
    let is_entity =
        |name: &&Name| plain.get_object(name).is_some_and(|object| object.directives.has("key"));
    let entities: Vec<&str> = plain.types.keys().filter(is_entity).map(Name::as_str).collect();
    let mut more = String::new();
    let query = if plain.types.contains_key("Query") { "extend type Query" } else { "type Query" };
    let mut fields = "_service: _Service!".to_owned();
    if !entities.is_empty() {
        more += &format!("union _Entity = {}\n", entities.join(" | "));
        fields += " _entities(representations: [_Any!]!): [_Entity]!";
    }
    more += &format!("{query} {{ {fields} }}");
    build(&more)?.validate().map_err(|it| it.errors.to_string())
}

fn field_set(schema: &Valid<Schema>, ty: &Name, fields: &str) -> Result<FieldSet, String> {
    let parsed = FieldSet::parse(schema, ty.clone(), fields, "fields");
    parsed.map_err(|invalid| format!("`{ty}`: {}", invalid.errors))
}

/// What is written with or without braces around it.
fn selections(text: &str) -> Option<Vec<ast::Selection>> {
    let is_braced = text.trim_start().starts_with('{');
    let document = if is_braced { text.to_owned() } else { format!("{{{text}}}") };
    let parsed = Parser::new().parse_ast(document, "context").ok()?;
    let operation = parsed.definitions.first()?.as_operation_definition()?;
    Some(operation.selection_set.clone())
}

fn text(directive: &Directive, argument: &str) -> Option<String> {
    let value = directive.specified_argument_by_name(argument)?;
    value.as_str().map(str::to_owned)
}
