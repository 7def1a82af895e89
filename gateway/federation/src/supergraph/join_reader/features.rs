//! What a supergraph document links, and how it calls what is known here.

use apollo_compiler::Schema;
use apollo_compiler::collections::{HashSet, IndexMap};

use super::INVALID;
use crate::diagnostic::{Diagnostic, Sources};
use crate::sdl::link::{self, Link};
use crate::supergraph::linked_feature::{KNOWN, LinkedFeature};

pub(super) struct Features {
    /// `join` or what it is linked as.
    join: String,
    /// `link` or what it is linked as.
    link: String,
    /// The document's version of the join specification is v0 and this.
    join_minor: u32,
    /// Everything else, in the order of the document.
    pub(super) linked: Vec<LinkedFeature>,
    /// Names of the document → names of the specification: `hidden` → `inaccessible`.
    pub(super) applied: IndexMap<String, &'static str>,
    /// The document's names of the known specifications' types.
    pub(super) types: HashSet<String>,
    /// What the types begin with that are of specifications which are not known.
    unknown_prefixes: Vec<String>,
    /// What is imported from these.
    unknown_imports: HashSet<String>,
}

impl Features {
    pub(super) fn new(
        links: &[Link],
        schema: &Schema,
        sources: &Sources,
    ) -> Result<Self, Vec<Diagnostic>> {
        let join = links.iter().find(|link| link.is_spec("join"));
        let join = join.ok_or_else(|| vec![no_join(schema, sources)])?;
        let mut features = Self {
            join: join.namespace.clone(),
            link: "link".to_owned(),
            join_minor: join.version.map_or(0, |(_, minor)| minor),
            linked: Vec::new(),
            applied: IndexMap::default(),
            types: HashSet::default(),
            unknown_prefixes: Vec::new(),
            unknown_imports: HashSet::default(),
        };
        let mut errors = Vec::new();
        for link in links {
            match check(link) {
                Err(reason) => errors.push(unsupported(link, &reason, sources)),
                Ok(()) if link.is_spec("link") || link.is_spec("core") => {
                    features.link.clone_from(&link.namespace);
                }
                Ok(()) if link.is_spec("join") => {}
                Ok(()) => features.add(link),
            }
        }
        errors.extend(features.names_taken(schema, sources));
        if errors.is_empty() { Ok(features) } else { Err(errors) }
    }

    fn add(&mut self, link: &Link) {
        let mut feature = LinkedFeature::of_link(link);
        if let Some(known) = feature.known() {
            if !known.directives.is_empty() {
                // The merged schema has the newest definitions, which allow all that older ones do.
                feature.url = format!("{}{}/v0.{}", link::SPECS, known.name, known.minor_max);
            }
            for directive in known.directives {
                self.applied.insert(feature.directive_name(directive), *directive);
            }
            self.types.extend(known.types.iter().map(|name| feature.type_name(name)));
        } else {
            self.unknown_prefixes.push(format!("{}__", link.namespace));
            self.unknown_imports.extend(link.imports.iter().map(|import| import.local.clone()));
        }
        self.linked.push(feature);
    }

    /// A directive with a name that a specification gives to another one would become that one.
    fn names_taken(&self, schema: &Schema, sources: &Sources) -> Vec<Diagnostic> {
        let definitions = schema.directive_definitions.values();
        let taken = definitions.filter(|definition| {
            let name = definition.name.as_str();
            !self.applied.contains_key(name) && self.applied.values().any(|known| *known == name)
        });
        let errors = taken.map(|definition| {
            let name = &definition.name;
            let message = format!(
                "`@{name}` is linked under another name, and another directive is called so"
            );
            Diagnostic::error(INVALID, message)
                .with_coordinate(format!("@{name}"))
                .at(sources, name.location(), "defined here")
                .with_help("rename the directive, or link the specification's under its own name")
        });
        errors.collect()
    }

    /// Whether it is join v0.1: entities have owners, and what is a value type says nothing.
    pub(super) fn is_federation_1(&self) -> bool {
        self.join_minor == 1
    }

    /// Whether it says which member of a union is known where.
    pub(super) fn has_union_members(&self) -> bool {
        self.join_minor >= 3
    }

    /// Of the join specification.
    pub(super) fn is_join(&self, name: &str) -> bool {
        name.strip_prefix(self.join.as_str()).is_some_and(|rest| rest.starts_with("__"))
    }

    /// A directive of the machinery: no part of the merged schema.
    pub(super) fn is_machinery(&self, name: &str) -> bool {
        name == self.link || self.is_machinery_type(name)
    }

    /// A type of the machinery.
    pub(super) fn is_machinery_type(&self, name: &str) -> bool {
        self.is_join(name)
            || name.strip_prefix(self.link.as_str()).is_some_and(|rest| rest.starts_with("__"))
    }

    /// One element of the join specification.
    pub(super) fn is(&self, name: &str, join_element: &str) -> bool {
        self.is_join(name) && name[self.join.len() + 2..] == *join_element
    }

    /// How the document calls an element of the join specification.
    pub(super) fn join_name(&self, element: &str) -> String {
        format!("{}__{element}", self.join)
    }

    /// Whether a type is defined by a linked specification that is not known here.
    pub(super) fn is_of_unknown(&self, name: &str) -> bool {
        self.unknown_imports.contains(name)
            || self.unknown_prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
    }
}

/// Why a link cannot be accepted. A feature that is needed to serve the graph cannot be ignored;
/// one without a purpose can.
fn check(link: &Link) -> Result<(), String> {
    let name = link.identity.strip_prefix(link::SPECS).unwrap_or_default();
    let known = KNOWN.iter().find(|known| known.name == name);
    let is_known_version = match (name, link.version, known) {
        ("link", Some((1, 0)), _) => true,
        ("core", Some((0, 1..=2)), _) | ("join", Some((0, 1..=5)), _) => true,
        (_, Some((0, minor)), Some(known)) => (1..=known.minor_max).contains(&minor),
        _ => false,
    };
    let own_names = ["core", "join", "link"];
    if !own_names.contains(&name) && own_names.contains(&link.namespace.as_str()) {
        return Err(format!("`{}` is the name of another one", link.namespace));
    }
    if is_known_version {
        return Ok(());
    }
    if known.is_some() || matches!(name, "link" | "core" | "join") {
        return Err("its version is not known".to_owned());
    }
    match &link.purpose {
        Some(purpose) => Err(format!("it is needed for {purpose}")),
        None => Ok(()),
    }
}

fn unsupported(link: &Link, reason: &str, sources: &Sources) -> Diagnostic {
    let message = format!("the feature `{}` is not supported, and {reason}", link.url);
    Diagnostic::error(INVALID, message)
        .with_coordinate("@link")
        .at(sources, link.location, "linked here")
        .with_help("compose without it, or use a router that supports it")
}

fn no_join(schema: &Schema, sources: &Sources) -> Diagnostic {
    let definition = &schema.schema_definition;
    let help = if definition.directives.iter().any(|directive| directive.name == "core") {
        "a Federation 1 supergraph has `@core(feature: \"https://specs.apollo.dev/join/v0.1\")`"
    } else {
        "a supergraph is written by a composer; subgraph schemas must be composed first"
    };
    let message = "the document does not link the join specification";
    let mut directives = definition.directives.iter();
    let query = definition.query.as_ref().and_then(|query| schema.types.get(&query.name));
    let place = definition
        .location()
        .or_else(|| directives.find_map(|directive| directive.location()))
        .or_else(|| query.and_then(|query| query.name().location()));
    Diagnostic::error(INVALID, message)
        .with_coordinate("schema")
        .at(sources, place, "this one")
        .with_help(help)
}
