//! Which coordinate stands where in a document, and which findings only follow from others.

use apollo_compiler::ast::Document;
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::parser::{FileId, SourceSpan};
use apollo_compiler::validation::DiagnosticData;
use apollo_compiler::{Name, Schema};

use super::walk::{self, Walked};

/// A document's places, each by where it begins.
pub(super) struct Places {
    coordinates: HashMap<(FileId, usize), String>,
    /// The fields that have a selection.
    selecting: HashSet<(FileId, usize)>,
    /// The definitions of variables that their operation or its fragments use.
    used_variables: HashSet<(FileId, usize)>,
    fragments: HashSet<Name>,
}

impl Places {
    pub(super) fn new(schema: &Schema, document: &Document) -> Self {
        let definitions = document.definitions.iter();
        let walked: Vec<Walked> = definitions.map(|one| walk::definition(schema, one)).collect();
        let pairs = document.definitions.iter().zip(&walked);
        let fragments: HashMap<&Name, &Walked> = pairs
            .filter_map(|(one, walked)| Some((&one.as_fragment_definition()?.name, walked)))
            .collect();
        let mut places = Self {
            coordinates: HashMap::default(),
            selecting: HashSet::default(),
            used_variables: HashSet::default(),
            fragments: fragments.keys().map(|name| (*name).clone()).collect(),
        };
        for (definition, walked) in document.definitions.iter().zip(&walked) {
            if let Some(operation) = definition.as_operation_definition() {
                let used: HashSet<&Name> =
                    walk::reached(walked, &fragments).flat_map(|one| &one.variables).collect();
                let variables = operation.variables.iter().filter(|one| used.contains(&one.name));
                places.used_variables.extend(variables.filter_map(|one| begin(one.location())));
            }
        }
        for walked in walked {
            places.selecting.extend(walked.selecting.iter().filter_map(|at| begin(Some(*at))));
            for used in walked.uses.into_iter() {
                if let Some(place) = begin(used.at) {
                    places.coordinates.entry(place).or_insert(used.coordinate);
                }
            }
        }
        places
    }

    /// What begins at a place.
    pub(super) fn coordinate(&self, place: Option<SourceSpan>) -> Option<String> {
        self.coordinates.get(&begin(place)?).cloned()
    }

    /// The validator takes what is unknown away and goes on: what stood in it is missing then, and
    /// is blamed on what is left.
    pub(super) fn is_consequence(&self, error: &DiagnosticData) -> bool {
        let stands_in = |places: &HashSet<_>| {
            begin(error.location()).is_some_and(|place| places.contains(&place))
        };
        match error.unstable_error_name() {
            Some("MissingSubselection") => stands_in(&self.selecting),
            Some("UnusedVariable") => stands_in(&self.used_variables),
            // There are no fragments here but those that are spread.
            Some("UnusedFragment") => true,
            Some("UndefinedFragment") => {
                let message = error.to_string();
                let name = message.split('`').nth(1);
                name.is_some_and(|name| self.fragments.contains(name))
            }
            _ => false,
        }
    }
}

fn begin(place: Option<SourceSpan>) -> Option<(FileId, usize)> {
    place.map(|place| (place.file_id(), place.offset()))
}
