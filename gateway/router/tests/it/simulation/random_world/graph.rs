//! The model of a drawn world: the merged graph, and for each part the subgraphs that have it.

use std::collections::BTreeMap;

/// A subgraph's index.
pub(super) type Subgraph = usize;

/// Names of entities, with their fields' names drawn from one pool: the same name means other
/// things in other types.
pub(super) const ENTITIES: [&str; 6] = ["Ant", "Bee", "Cat", "Dog", "Elk", "Fox"];
pub(super) const VALUE_TYPES: [&str; 4] = ["Size", "Place", "Mark", "Note"];
pub(super) const FIELDS: [&str; 18] = [
    "name", "color", "weight", "age", "label", "next", "rank", "title", "count", "price", "parts",
    "home", "peer", "state", "text", "level", "shape", "stock",
];

/// The whole drawn world.
pub(super) struct Graph {
    pub(super) subgraphs: Vec<String>,
    pub(super) objects: Vec<Object>,
    pub(super) abstracts: Vec<Abstract>,
    /// The values of the one enum that fields return, by subgraph.
    pub(super) enum_values: Vec<Vec<&'static str>>,
    /// Rows of each entity.
    pub(super) rows_count: usize,
    pub(super) query: usize,
    pub(super) mutation: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Entity,
    /// Without keys; all its fields wherever it is.
    Value,
    /// Without keys; each subgraph has fields of its own.
    PartialValue,
    /// `Query` or `Mutation`.
    Root,
}

pub(super) struct Object {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) keys: Vec<Key>,
    pub(super) members: BTreeMap<Subgraph, Member>,
    pub(super) fields: Vec<Field>,
    /// Contexts that begin here, by subgraph.
    pub(super) contexts: BTreeMap<Subgraph, String>,
}

/// How a subgraph has an object.
#[derive(Default, Clone)]
pub(super) struct Member {
    /// `@key`s with whether they are resolvable.
    pub(super) keys: Vec<(usize, bool)>,
    /// Its fields may return the type.
    pub(super) is_returned: bool,
    /// Only refers to the entity.
    pub(super) is_stub: bool,
    /// Entered by keys alone; it need not know every row.
    pub(super) is_far: bool,
}

/// `@key(fields:)`.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) text: String,
    /// Fields of the object.
    pub(super) fields: Vec<usize>,
}

#[derive(Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) ty: FieldType,
    pub(super) arguments: Vec<Argument>,
    pub(super) at: BTreeMap<Subgraph, At>,
    pub(super) meaning: Meaning,
    pub(super) is_inaccessible: bool,
    /// Something reads it from elsewhere: it is in a key, required or provided.
    pub(super) is_read: bool,
    /// A subgraph that does not have it provides it.
    pub(super) is_provided: bool,
    /// An interface has it too.
    pub(super) is_inherited: bool,
}

/// What the rows say of a field.
#[derive(Clone, PartialEq)]
pub(super) enum Meaning {
    /// Any value of its type.
    Any,
    /// Unique: the number of the row is part of it.
    Key,
    /// `$find` of these types.
    Find(Vec<String>),
    /// `$turn`.
    Turn,
    /// `$join` of these parts.
    Join(Vec<serde_json::Value>),
}

/// How a subgraph has a field.
#[derive(Default, Clone)]
pub(super) struct At {
    pub(super) is_external: bool,
    /// Another subgraph has taken it over.
    pub(super) is_overridden: bool,
    pub(super) override_from: Option<Subgraph>,
    pub(super) override_label: Option<String>,
    pub(super) requires: Option<String>,
    pub(super) provides: Option<String>,
    /// `field: Type @fromContext(…)`, printed as it is.
    pub(super) context_argument: Option<String>,
}

#[derive(Clone)]
pub(super) struct Argument {
    pub(super) name: &'static str,
    /// With `{input}` for the world's input object.
    pub(super) ty: &'static str,
    pub(super) default: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    Leaf(&'static str),
    Enum,
    Object(usize),
    Abstract(usize),
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct FieldType {
    pub(super) named: Named,
    pub(super) is_non_null: bool,
    /// Whether each list is non-null, the outermost first.
    pub(super) lists: Vec<bool>,
}

/// An interface or a union.
pub(super) struct Abstract {
    pub(super) name: String,
    pub(super) is_union: bool,
    /// Names of the fields that the interface may have.
    pub(super) fields: Vec<String>,
    pub(super) parts: BTreeMap<Subgraph, AbstractPart>,
}

/// What a subgraph has of it.
#[derive(Default, Clone)]
pub(super) struct AbstractPart {
    /// Indices of objects. None for an interface object.
    pub(super) members: Vec<usize>,
    pub(super) fields: Vec<String>,
    /// `@key` on the interface.
    pub(super) key: Option<String>,
    /// With these fields of its own: name and definition.
    pub(super) interface_object: Option<Vec<String>>,
}

impl Graph {
    pub(super) fn new(count: usize) -> Self {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let root = |name: &str| Object::new(name.to_owned(), Kind::Root);
        Self {
            subgraphs: names[..count].iter().map(|name| (*name).to_owned()).collect(),
            objects: vec![root("Query"), root("Mutation")],
            abstracts: Vec::new(),
            enum_values: Vec::new(),
            rows_count: 2,
            query: 0,
            mutation: 1,
        }
    }

    /// The objects of a kind.
    pub(super) fn of_kind(&self, kind: Kind) -> Vec<usize> {
        (0..self.objects.len()).filter(|index| self.objects[*index].kind == kind).collect()
    }

    /// As SDL writes it.
    pub(super) fn type_text(&self, ty: &FieldType) -> String {
        let mut text = self.name_of(ty.named).to_owned();
        let bang = |is_non_null: bool| if is_non_null { "!" } else { "" };
        text += bang(ty.is_non_null);
        for is_non_null in ty.lists.iter().rev() {
            text = format!("[{text}]{}", bang(*is_non_null));
        }
        text
    }

    pub(super) fn name_of(&self, named: Named) -> &str {
        match named {
            Named::Leaf(name) => name,
            Named::Enum => "State",
            Named::Object(index) => &self.objects[index].name,
            Named::Abstract(index) => &self.abstracts[index].name,
        }
    }
}

impl Object {
    pub(super) fn new(name: String, kind: Kind) -> Self {
        Self {
            name,
            kind,
            keys: Vec::new(),
            members: BTreeMap::new(),
            fields: Vec::new(),
            contexts: BTreeMap::new(),
        }
    }

    pub(super) fn is_entity(&self) -> bool {
        self.kind == Kind::Entity
    }

    /// Subgraphs that own fields of it and know every row.
    pub(super) fn full_members(&self) -> Vec<Subgraph> {
        let full = self.members.iter().filter(|(_, one)| !one.is_stub && one.is_returned);
        full.map(|(subgraph, _)| *subgraph).collect()
    }

    pub(super) fn returned_in(&self, subgraph: Subgraph) -> bool {
        self.members.get(&subgraph).is_some_and(|one| one.is_returned)
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Field {
    pub(super) fn new(name: impl Into<String>, ty: FieldType, meaning: Meaning) -> Self {
        Self {
            name: name.into(),
            ty,
            arguments: Vec::new(),
            at: BTreeMap::new(),
            meaning,
            is_inaccessible: false,
            is_read: false,
            is_provided: false,
            is_inherited: false,
        }
    }

    /// Subgraphs that answer it.
    pub(super) fn resolvers(&self) -> Vec<Subgraph> {
        let at = self.at.iter().filter(|(_, at)| !at.is_external && !at.is_overridden);
        at.map(|(subgraph, _)| *subgraph).collect()
    }

    pub(super) fn resolved_in(&self, subgraph: Subgraph) -> bool {
        self.at.get(&subgraph).is_some_and(|at| !at.is_external && !at.is_overridden)
    }
}

impl FieldType {
    pub(super) fn new(named: Named, is_non_null: bool) -> Self {
        Self { named, is_non_null, lists: Vec::new() }
    }

    /// Whether the value itself cannot be null.
    pub(super) fn is_required(&self) -> bool {
        self.lists.first().copied().unwrap_or(self.is_non_null)
    }
}
