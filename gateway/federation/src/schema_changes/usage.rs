//! Which operation uses what, and what that means for a list of changes.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use apollo_compiler::ast::{Definition, OperationDefinition};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Schema};

use super::client_operations::ClientDocument;
use super::walk::{self, Walked};
use super::{Criticality, SchemaChange, sort};
use crate::diagnostic::{SourceFile, Sources};

/// What to make of a breaking change that breaks no known operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unused {
    /// It stays breaking: not every operation is known.
    Keep,
    /// It becomes dangerous: all operations are known, as with a list of trusted documents.
    Lower,
}

/// One operation where it uses what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationUse {
    /// The operation's name; `query`, `mutation` or `subscription` when it has none.
    pub operation: String,
    /// The document the operation stands in.
    pub document: Arc<SourceFile>,
    /// The text it uses the element in: the document, or that of a fragment it spreads.
    pub source: Arc<SourceFile>,
    /// Bytes of `source.text`.
    pub span: Range<usize>,
}

/// Which operation uses which coordinates.
#[derive(Debug, Default)]
pub struct Usage {
    /// By coordinate: the operations in their order, each once, where it uses it first.
    users: HashMap<String, Vec<(usize, OperationUse)>>,
    operations: usize,
}

impl Usage {
    pub(super) fn new(documents: &[ClientDocument], sources: &Sources, schema: &Schema) -> Self {
        let mut usage = Self::default();
        for document in documents {
            let fragments = walked_fragments(document, schema);
            for definition in &document.ast.definitions {
                if let Definition::OperationDefinition(operation) = definition {
                    let own = walk::definition(schema, definition);
                    let first_places = first_places(&own, &fragments);
                    let operation = (document, &**operation);
                    usage.add(operation, first_places, sources);
                }
            }
        }
        usage
    }

    /// How many operations are known.
    pub fn operations(&self) -> usize {
        self.operations
    }

    /// The operations that use a coordinate: `User.email`, `Query.products(limit:)`.
    pub fn users(&self, coordinate: &str) -> impl Iterator<Item = &OperationUse> {
        self.users.get(coordinate).into_iter().flatten().map(|(_, found)| found)
    }

    /// Says of each change which operations it concerns, and weighs again what concerns none: the
    /// removal of something deprecated becomes safe (contract), and other breaking changes as
    /// `unused` says. The order is that of [`compare`](super::compare) again.
    pub fn apply(&self, changes: &mut [SchemaChange], unused: Unused) {
        for change in changes.iter_mut() {
            if change.concerns.is_empty() {
                continue;
            }
            change.used_by = Some(self.concerned(&change.concerns));
            if change.criticality == Criticality::Breaking && change.is_unused() {
                weigh_unused(change, unused);
            }
        }
        sort(changes);
    }

    /// The operations that use every one of the coordinates, where they use the first.
    fn concerned(&self, coordinates: &[String]) -> Vec<OperationUse> {
        let users = |coordinate: &String| self.users.get(coordinate).map_or(&[][..], Vec::as_slice);
        let Some((first, others)) = coordinates.split_first() else { return Vec::new() };
        let mut found: Vec<&(usize, OperationUse)> = users(first).iter().collect();
        for other in others {
            let also: HashSet<usize> = users(other).iter().map(|(id, _)| *id).collect();
            found.retain(|(id, _)| also.contains(id));
        }
        found.into_iter().map(|(_, found)| found.clone()).collect()
    }

    fn add(
        &mut self,
        (document, operation): (&ClientDocument, &OperationDefinition),
        places: HashMap<&str, Option<SourceSpan>>,
        sources: &Sources,
    ) {
        let id = self.operations;
        self.operations += 1;
        let name = operation.name.as_ref().map(Name::as_str);
        let name = name.unwrap_or(operation.operation_type.name());
        for (coordinate, place) in places {
            let (source, span) = sources.find(place).unwrap_or((&document.source, 0..0));
            let found = OperationUse {
                operation: name.to_owned(),
                document: Arc::clone(&document.source),
                source: Arc::clone(source),
                span,
            };
            self.users.entry(coordinate.to_owned()).or_default().push((id, found));
        }
    }
}

fn weigh_unused(change: &mut SchemaChange, unused: Unused) {
    if let Some(why) = change.contract {
        change.criticality = Criticality::Safe;
        change.reason = Some(format!("contract: {why}, and no known operation uses it"));
    } else if unused == Unused::Lower {
        change.criticality = Criticality::Dangerous;
        let reason = "breaking by its nature, but no known operation uses it";
        change.reason = Some(reason.to_owned());
    }
}

fn walked_fragments<'a>(
    document: &'a ClientDocument,
    schema: &'a Schema,
) -> HashMap<&'a Name, Walked> {
    let definitions = document.ast.definitions.iter();
    let fragments = definitions.filter_map(|definition| {
        let fragment = definition.as_fragment_definition()?;
        Some((&fragment.name, walk::definition(schema, definition)))
    });
    fragments.collect()
}

/// Each coordinate of an operation and its fragments, where it is used first.
fn first_places<'a>(
    own: &'a Walked,
    fragments: &'a HashMap<&Name, Walked>,
) -> HashMap<&'a str, Option<SourceSpan>> {
    let mut places = HashMap::new();
    let mut known = HashSet::new();
    let mut open = vec![own];
    while let Some(walked) = open.pop() {
        for used in &walked.uses {
            places.entry(used.coordinate.as_str()).or_insert(used.at);
        }
        for name in &walked.spreads {
            if let Some(fragment) = fragments.get(name)
                && known.insert(name)
            {
                open.push(fragment);
            }
        }
    }
    places
}
