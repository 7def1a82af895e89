//! What changed between two API schemas, and what it means for their clients.
//!
//! Kinds and their criticality are those GraphQL Inspector documents. Knows schemas and client
//! operations, and nothing of subgraphs: what clients do not see breaks none of them.

mod annotations;
mod client_document;
mod client_operations;
mod directives;
mod enums;
mod fields;
mod fragments;
mod input_values;
mod pairs;
mod places;
mod reach;
mod roots;
mod supertypes;
mod usage;
mod walk;
mod whole_types;

use std::fmt;

use crate::api_schema::ApiSchema;

pub use client_operations::{ClientOperations, StandaloneOperation};
pub use usage::{OperationUse, Unused, Usage};

/// Why the removal of an element that carries `@deprecated` can be a contract.
const DEPRECATED: &str = "it was deprecated";

/// What a change does to clients that know only the schema before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criticality {
    /// An operation that was valid is not any more, or is answered with another shape.
    Breaking,
    /// Every operation stays valid, and one can meet what its author did not know of.
    Dangerous,
    /// No client can tell.
    Safe,
}

/// `BREAKING`, `DANGEROUS`, `SAFE`.
impl fmt::Display for Criticality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Breaking => "BREAKING",
            Self::Dangerous => "DANGEROUS",
            Self::Safe => "SAFE",
        })
    }
}

/// One difference between two schemas.
#[derive(Debug, Clone)]
pub struct SchemaChange {
    /// What it does to clients.
    pub criticality: Criticality,
    /// What happened: `FIELD_REMOVED`, `FIELD_ARGUMENT_ADDED`, `ENUM_VALUE_REMOVED`, ….
    pub kind: &'static str,
    /// The schema coordinate it is about: `User.email`, `Query.products(limit:)`, `@tag`.
    pub coordinate: String,
    /// What happened, in one sentence.
    pub message: String,
    /// Why it is of this criticality, or what to do instead.
    pub reason: Option<String>,
    /// The known operations it concerns, by document and place; none as long as
    /// [`Usage::apply`] has not looked, and for what concerns no operation by its nature.
    pub used_by: Option<Vec<OperationUse>>,
    /// The operations it concerns: those of any of these.
    concerns: Vec<Concern>,
    /// Of a removal that can be the end of a deprecation: what makes it one.
    contract: Option<&'static str>,
}

/// Some operations, by what they use.
#[derive(Debug, Clone)]
struct Concern {
    /// They use all of these coordinates; the first is shown.
    uses: Vec<String>,
    /// And do not give this one a value wherever they could.
    unless_given: Option<String>,
}

impl SchemaChange {
    /// Operations are known, and none of them is concerned.
    pub fn is_unused(&self) -> bool {
        self.used_by.as_ref().is_some_and(Vec::is_empty)
    }

    fn new(
        criticality: Criticality,
        kind: &'static str,
        coordinate: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            criticality,
            kind,
            coordinate: coordinate.into(),
            message: message.into(),
            reason: None,
            used_by: None,
            concerns: Vec::new(),
            contract: None,
        }
    }

    fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Operations that use this are concerned, too.
    fn concerning(mut self, coordinate: impl Into<String>) -> Self {
        self.concerns.push(Concern { uses: vec![coordinate.into()], unless_given: None });
        self
    }

    /// Operations that use both are concerned, too.
    fn concerning_both(mut self, one: &str, other: &str) -> Self {
        let uses = vec![one.to_owned(), other.to_owned()];
        self.concerns.push(Concern { uses, unless_given: None });
        self
    }

    /// Operations that use `owner` and may leave out its argument or input field are concerned,
    /// too.
    fn concerning_left_out(mut self, owner: &str, coordinate: &str) -> Self {
        let unless_given = Some(coordinate.to_owned());
        self.concerns.push(Concern { uses: vec![owner.to_owned()], unless_given });
        self
    }

    fn contract(mut self, why: Option<&'static str>) -> Self {
        self.contract = why;
        self
    }
}

/// One line: `BREAKING FIELD_REMOVED User.email: message`, for logs and expected files.
impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}: {}", self.criticality, self.kind, self.coordinate, self.message)
    }
}

/// Every difference between two API schemas: by criticality, then coordinate, kind and message.
///
/// The removal of something deprecated is `Breaking` here: whether it is the end of its road
/// (contract) is known when [`Usage::apply`] has seen the operations.
pub fn compare(before: &ApiSchema, after: &ApiSchema) -> Vec<SchemaChange> {
    let mut changes = Vec::new();
    roots::compare(before.schema(), after.schema(), &mut changes);
    whole_types::compare(before.schema(), after.schema(), &mut changes);
    directives::compare(before.schema(), after.schema(), &mut changes);
    sort(&mut changes);
    changes
}

fn sort(changes: &mut [SchemaChange]) {
    changes.sort_by(|one, other| {
        let by_criticality = one.criticality.cmp(&other.criticality);
        by_criticality
            .then_with(|| one.coordinate.cmp(&other.coordinate))
            .then_with(|| one.kind.cmp(other.kind))
            .then_with(|| one.message.cmp(&other.message))
    });
}
