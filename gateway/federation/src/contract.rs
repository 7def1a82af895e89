//! Contracts: a part of a graph for one audience, chosen by `@tag`.
//!
//! What a contract does not show becomes `@inaccessible`: the planner still uses it, clients do not
//! see it. The rules, in this order:
//!
//! - What has an excluded tag is hidden: types, fields, arguments, enum values, input fields.
//! - With tags to include, a field of an object or interface is shown when it, or its type, has one
//!   of them. A type that has a tag somewhere also shows what its shown interfaces promise.
//! - Arguments, enum values and input fields: where nothing beside them has a tag to include, all
//!   are shown; where something has, only that, and what is required. A tag on an enum or an input
//!   object counts for all of it.
//! - Unions, enums, scalars and input objects without a tag are shown where something shown needs
//!   them. Objects and interfaces are not: what they show has to be said.
//! - What has lost all its parts is hidden, but for the query type: a graph without a query is an
//!   error. So is everything else that `@inaccessible` forbids.

mod findings;
mod hidden;
mod marks;
mod reachable;
mod tag_filter;

use std::collections::BTreeSet;

use apollo_compiler::ast::{Directive, DirectiveList};
use apollo_compiler::{Node, Schema};

use crate::api_schema::ApiSchema;
use crate::diagnostic::Diagnostic;
use crate::supergraph::Supergraph;
use crate::type_parts;

/// What of a graph one audience sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contract {
    /// Names of tags; when there are any, only what has one of them is shown.
    pub include: Vec<String>,
    /// Names of tags; what has one of them is hidden, also when it has one to include.
    pub exclude: Vec<String>,
    /// Whether types that no operation can reach are hidden too.
    pub hide_unreachable_types: bool,
}

impl Contract {
    /// The supergraph of which clients see what the contract shows.
    ///
    /// # Errors
    /// `ONLY_INACCESSIBLE_CHILDREN`, when no query is left; `REFERENCED_INACCESSIBLE` and the rest
    /// of its family, when something shown needs something hidden.
    pub fn apply(&self, supergraph: &Supergraph) -> Result<Supergraph, Vec<Diagnostic>> {
        let mut hidden = tag_filter::hidden(self, supergraph);
        let mut filtered = supergraph.clone();
        marks::add(&mut filtered, &hidden);
        if self.hide_unreachable_types {
            hidden.hide_unreachable(reachable::unreachable_types(&filtered));
            marks::add(&mut filtered, &hidden);
        }
        match ApiSchema::new(&filtered) {
            Ok(_) => Ok(filtered),
            Err(errors) => {
                let explained = findings::explain(errors, self, &supergraph.schema, &hidden);
                Err(explained)
            }
        }
    }

    /// The tags of the contract that nothing in the graph has: typing errors, most likely.
    pub fn unknown_tags(&self, supergraph: &Supergraph) -> Vec<&str> {
        let known = tags(&supergraph.schema);
        let wanted: BTreeSet<&str> =
            self.include.iter().chain(&self.exclude).map(String::as_str).collect();
        wanted.into_iter().filter(|tag| !known.contains(*tag)).collect()
    }
}

/// Every tag that something has.
fn tags(schema: &Schema) -> BTreeSet<String> {
    let found = std::cell::RefCell::new(BTreeSet::new());
    let collect = |directives: &mut DirectiveList| {
        let names = directives.iter().filter_map(|directive| tag_name(directive));
        found.borrow_mut().extend(names.map(str::to_owned));
    };
    for definition in schema.types.values().filter(|definition| !definition.is_built_in()) {
        type_parts::map_directives(&mut definition.clone(), &collect);
    }
    found.into_inner()
}

/// The name in a `@tag`.
fn tag_name(directive: &Node<Directive>) -> Option<&str> {
    if directive.name != "tag" {
        return None;
    }
    directive.specified_argument_by_name("name")?.as_str()
}
