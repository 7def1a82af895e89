//! Which fragments an operation's document needs, wherever they are defined.

use apollo_compiler::ast::{Definition, Document, FragmentDefinition, Selection};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};

use crate::diagnostic::{Diagnostic, Sources};

/// Nobody reads more definitions of one fragment.
const LABELS_MAX: usize = 10;

/// Every fragment of every document, by name.
pub(super) type FragmentPool<'a> = HashMap<&'a Name, Vec<&'a Node<FragmentDefinition>>>;

/// Finds them.
pub(super) fn fragment_pool<'a>(documents: impl Iterator<Item = &'a Document>) -> FragmentPool<'a> {
    let mut pool = FragmentPool::default();
    for fragment in documents.flat_map(fragments_of) {
        pool.entry(&fragment.name).or_default().push(fragment);
    }
    pool
}

/// The fragments a document defines.
pub(super) fn fragments_of(document: &Document) -> impl Iterator<Item = &Node<FragmentDefinition>> {
    document.definitions.iter().filter_map(|definition| definition.as_fragment_definition())
}

/// Puts the fragments that operations reach beside them.
pub(super) struct Linker<'a> {
    pool: &'a FragmentPool<'a>,
    /// Where the fragments stand that some operation reaches.
    used: HashSet<SourceSpan>,
    /// Fragments that several other documents define, not all of them equal.
    pub(super) ambiguous: Vec<&'a [&'a Node<FragmentDefinition>]>,
    /// An operation spreads what nobody defines.
    pub(super) has_unknown: bool,
}

impl<'a> Linker<'a> {
    /// A linker that has linked nothing.
    pub(super) fn new(pool: &'a FragmentPool<'a>) -> Self {
        Self { pool, used: HashSet::default(), ambiguous: Vec::new(), has_unknown: false }
    }

    /// Whether a linked operation reaches it.
    pub(super) fn is_used(&self, fragment: &Node<FragmentDefinition>) -> bool {
        fragment.location().is_some_and(|at| self.used.contains(&at))
    }

    /// A document's operations and what they reach; a fragment of its own comes first.
    pub(super) fn link(&mut self, document: &'a Document) -> Document {
        let mut own = FragmentPool::default();
        for fragment in fragments_of(document) {
            own.entry(&fragment.name).or_default().push(fragment);
        }
        let mut linked = Document { sources: document.sources.clone(), definitions: Vec::new() };
        let mut known = HashSet::default();
        let mut open = Vec::new();
        for definition in &document.definitions {
            if definition.as_fragment_definition().is_none() {
                linked.definitions.push(definition.clone());
            }
            if let Definition::OperationDefinition(operation) = definition {
                open.push(operation.selection_set.as_slice());
            }
        }
        while let Some(selections) = open.pop() {
            for name in spreads(selections) {
                if !known.insert(name) {
                    continue;
                }
                for fragment in self.find(name, &own) {
                    self.used.extend(fragment.location());
                    open.push(&fragment.selection_set);
                    linked.definitions.push(Definition::FragmentDefinition((*fragment).clone()));
                }
            }
        }
        linked
    }

    /// All of its own, so that the validator sees duplicates; else the one of the others.
    fn find(&mut self, name: &Name, own: &FragmentPool<'a>) -> Vec<&'a Node<FragmentDefinition>> {
        if let Some(fragments) = own.get(name) {
            return fragments.clone();
        }
        let pool = self.pool;
        let Some((first, others)) = pool.get(name).and_then(|all| all.split_first()) else {
            self.has_unknown = true;
            return Vec::new();
        };
        if others.iter().any(|other| other != first) {
            self.ambiguous.push(&pool[name]);
        }
        vec![*first]
    }
}

fn spreads(selections: &[Selection]) -> Vec<&Name> {
    let mut names = Vec::new();
    let mut open = vec![selections];
    while let Some(selections) = open.pop() {
        for selection in selections {
            match selection {
                Selection::Field(field) => open.push(&field.selection_set),
                Selection::InlineFragment(fragment) => open.push(&fragment.selection_set),
                Selection::FragmentSpread(spread) => names.push(&spread.fragment_name),
            }
        }
    }
    names
}

/// The finding about fragments of one name and different content.
pub(super) fn ambiguous(fragments: &[&Node<FragmentDefinition>], sources: &Sources) -> Diagnostic {
    let name = fragments.first().map_or("", |fragment| fragment.name.as_str());
    let message = format!("documents define the fragment `{name}` differently");
    let error = Diagnostic::error("OPERATION_INVALID", message)
        .with_help("give fragments of different content different names");
    fragments.iter().take(LABELS_MAX).fold(error, |error, fragment| {
        error.at(sources, fragment.name.location(), "one definition")
    })
}

/// The finding about a fragment that no operation reaches.
pub(super) fn unused(fragment: &FragmentDefinition, sources: &Sources) -> Diagnostic {
    let name = &fragment.name;
    Diagnostic::hint("FRAGMENT_UNUSED", format!("no operation spreads the fragment `{name}`"))
        .at(sources, name.location(), "not validated")
        .with_help("remove it, or add the document with the operation that spreads it")
}
