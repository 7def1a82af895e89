//! Which operation uses what, and what that means for a list of changes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use apollo_compiler::ast::{Definition, OperationDefinition};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Schema};

use super::client_document::ClientDocument;
use super::walk::{self, Walked};
use super::{Concern, Criticality, SchemaChange, sort};
use crate::diagnostic::{SourceFile, Sources};

/// Said of a change that concerns no operation that could be read, when some could not.
const NOT_SURE: &str = "whether an operation uses it is not known: not all of them could be read";

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
    /// The operation's name; `anonymous query` when it has none; `fragment Card` for a fragment
    /// that no operation spreads.
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
    /// By argument or input field: the operations that give it a value wherever they could.
    always_given: HashMap<String, HashSet<usize>>,
    operations: usize,
    /// How many numbers the users have taken: operations, and fragments that no operation spreads.
    ids: usize,
    /// Not all that was given could be read: nothing is sure to be unused.
    is_incomplete: bool,
}

impl Usage {
    pub(super) fn new<'a>(
        documents: impl Iterator<Item = &'a ClientDocument>,
        is_incomplete: bool,
        sources: &Sources,
        schema: &Schema,
    ) -> Self {
        let mut usage = Self { is_incomplete, ..Self::default() };
        for document in documents {
            let definitions = document.ast.definitions.iter();
            let walked: Vec<(&Definition, Walked)> =
                definitions.map(|one| (one, walk::definition(schema, one))).collect();
            let fragments: HashMap<&Name, &Walked> = walked
                .iter()
                .filter_map(|(one, walked)| Some((&one.as_fragment_definition()?.name, walked)))
                .collect();
            let has_operations =
                walked.iter().any(|(one, _)| one.as_operation_definition().is_some());
            for (definition, own) in &walked {
                let name = match definition {
                    Definition::OperationDefinition(operation) => {
                        usage.operations += 1;
                        operation_name(operation)
                    }
                    Definition::FragmentDefinition(fragment) if !has_operations => {
                        format!("fragment {}", fragment.name)
                    }
                    _ => continue,
                };
                for coordinate in always_given(own, &fragments) {
                    usage.always_given.entry(coordinate).or_default().insert(usage.ids);
                }
                usage.add(document, &name, first_places(own, &fragments), sources);
            }
        }
        usage
    }

    /// How many operations are known.
    pub fn operations(&self) -> usize {
        self.operations
    }

    /// Takes in the uses of further operations, such as those of another client.
    pub fn extend(&mut self, other: Self) {
        for (coordinate, users) in other.users {
            let users = users.into_iter().map(|(id, found)| (self.ids + id, found));
            self.users.entry(coordinate).or_default().extend(users);
        }
        for (coordinate, ids) in other.always_given {
            let ids = ids.into_iter().map(|id| self.ids + id);
            self.always_given.entry(coordinate).or_default().extend(ids);
        }
        self.ids += other.ids;
        self.operations += other.operations;
        self.is_incomplete |= other.is_incomplete;
    }

    /// The operations that use a coordinate: `User.email`, `Query.products(limit:)`.
    pub fn users(&self, coordinate: &str) -> impl Iterator<Item = &OperationUse> {
        self.users.get(coordinate).into_iter().flatten().map(|(_, found)| found)
    }

    /// Says of each change which operations it concerns, and weighs again what concerns none: the
    /// removal of something deprecated becomes safe (contract), and other breaking changes as
    /// `unused` says. Where not all documents could be read, nothing is taken for unused. The order
    /// is that of [`compare`](super::compare) again.
    pub fn apply(&self, changes: &mut [SchemaChange], unused: Unused) {
        for change in changes.iter_mut() {
            if change.concerns.is_empty() {
                continue;
            }
            let concerned = self.concerned(&change.concerns);
            if concerned.is_empty() && self.is_incomplete {
                let why = change.contract.map_or(String::new(), |why| format!("{why}, but "));
                change.reason = Some(format!("{why}{NOT_SURE}"));
                continue;
            }
            change.used_by = Some(concerned);
            if change.criticality == Criticality::Breaking && change.is_unused() {
                weigh_unused(change, unused);
            }
        }
        sort(changes);
    }

    /// The operations of any of the concerns, where they use the first coordinate of it.
    fn concerned(&self, concerns: &[Concern]) -> Vec<OperationUse> {
        let users = |coordinate: &String| self.users.get(coordinate).map_or(&[][..], Vec::as_slice);
        let mut found: BTreeMap<usize, &OperationUse> = BTreeMap::new();
        for concern in concerns {
            let Some((first, others)) = concern.uses.split_first() else { continue };
            let others: Vec<HashSet<usize>> = others
                .iter()
                .map(|other| users(other).iter().map(|(id, _)| *id).collect())
                .collect();
            let given = concern.unless_given.as_ref().and_then(|one| self.always_given.get(one));
            for (id, place) in users(first) {
                let is_given = given.is_some_and(|given| given.contains(id));
                if !is_given && others.iter().all(|other| other.contains(id)) {
                    found.entry(*id).or_insert(place);
                }
            }
        }
        found.into_values().cloned().collect()
    }

    fn add(
        &mut self,
        document: &ClientDocument,
        name: &str,
        places: HashMap<&str, Option<SourceSpan>>,
        sources: &Sources,
    ) {
        let id = self.ids;
        self.ids += 1;
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

fn operation_name(operation: &OperationDefinition) -> String {
    let anonymous = || format!("anonymous {}", operation.operation_type);
    operation.name.as_ref().map_or_else(anonymous, ToString::to_string)
}

/// Each coordinate of an operation and its fragments, where it is used first.
fn first_places<'a>(
    own: &'a Walked,
    fragments: &'a HashMap<&'a Name, &'a Walked>,
) -> HashMap<&'a str, Option<SourceSpan>> {
    let mut places = HashMap::default();
    for used in walk::reached(own, fragments).flat_map(|walked| &walked.uses) {
        places.entry(used.coordinate.as_str()).or_insert(used.at);
    }
    places
}

/// What an operation and its fragments give a value wherever they could.
fn always_given<'a>(own: &'a Walked, fragments: &'a HashMap<&'a Name, &'a Walked>) -> Vec<String> {
    let mut given: HashMap<&str, HashSet<&str>> = HashMap::default();
    for (taker, values) in walk::reached(own, fragments).flat_map(|walked| &walked.always_given) {
        let of_this = || values.iter().map(String::as_str).collect();
        let always = given.entry(taker).or_insert_with(of_this);
        always.retain(|one| values.contains(*one));
    }
    given.into_values().flatten().map(str::to_owned).collect()
}
