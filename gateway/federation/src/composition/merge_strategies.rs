//! Directives that stand once and whose arguments several subgraphs can give: how they combine.
//!
//! Scopes and policies are all demanded, the highest cost and size count, names are united.

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Directive, Value};

use super::access::Alternatives;
use super::merge_state::Merge;
use crate::diagnostic::Diagnostic;
use crate::sdl::link::static_name;
use crate::subgraph::federation_spec::names;

/// A directive whose arguments combine: the name inside this crate, and the specification's.
struct Combined {
    canonical: &'static str,
    name: &'static str,
    /// Its arguments, in the order of the definition.
    arguments: &'static [(&'static str, Strategy)],
    /// The strategies in words.
    how: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Strategy {
    /// Each is an OR of ANDs; all must hold.
    All,
    /// The highest number.
    Max,
    /// Every element of every list, once.
    Union,
    /// True unless one is false.
    And,
}

const COMBINED: [Combined; 4] = [
    Combined {
        canonical: names::REQUIRES_SCOPES,
        name: "requiresScopes",
        arguments: &[("scopes", Strategy::All)],
        how: "the scopes of every subgraph are required together",
    },
    Combined {
        canonical: names::POLICY,
        name: "policy",
        arguments: &[("policies", Strategy::All)],
        how: "the policies of every subgraph must hold together",
    },
    Combined {
        canonical: names::COST,
        name: "cost",
        arguments: &[("weight", Strategy::Max)],
        how: "the highest weight counts",
    },
    Combined {
        canonical: names::LIST_SIZE,
        name: "listSize",
        arguments: &[
            ("assumedSize", Strategy::Max),
            ("slicingArguments", Strategy::Union),
            ("sizedFields", Strategy::Union),
            ("requireOneSlicingArgument", Strategy::And),
        ],
        how: "the highest size counts, the names are united, and one slicing argument is required \
              only where every subgraph requires it",
    },
];

impl Merge<'_> {
    /// The directives of one element whose arguments combine, one list of applications a subgraph.
    pub(super) fn merge_combined(
        &mut self,
        coordinate: &str,
        lists: &[Vec<&Node<Directive>>],
    ) -> Vec<Node<Directive>> {
        let combined = COMBINED.iter().filter_map(|combined| {
            let applications = lists.iter().flatten().copied();
            let found: Vec<_> = applications.filter(|it| it.name == combined.canonical).collect();
            (!found.is_empty()).then_some((combined, found))
        });
        let combined: Vec<_> = combined.collect();
        combined
            .into_iter()
            .filter_map(|(combined, found)| self.combine(coordinate, combined, &found))
            .collect()
    }

    fn combine(
        &mut self,
        coordinate: &str,
        combined: &Combined,
        found: &[&Node<Directive>],
    ) -> Option<Node<Directive>> {
        let mut merged = Directive::new(static_name(combined.name));
        let first = found[0];
        if found.iter().all(|other| is_same(combined, first, other)) {
            merged.arguments.clone_from(&first.arguments);
            return Some(Node::new(merged));
        }
        for (name, strategy) in combined.arguments {
            let values: Vec<&Node<Value>> =
                found.iter().filter_map(|one| given(one, name)).collect();
            let value = match strategy {
                Strategy::All => {
                    let value = all(&values);
                    if value.is_none() {
                        self.too_long(coordinate, found.iter().map(|one| one.location()));
                        return None;
                    }
                    value
                }
                Strategy::Max => max(&values),
                Strategy::Union => union(&values),
                Strategy::And => and(&values),
            };
            if let Some(value) = value {
                let name = static_name(name);
                merged.arguments.push(Node::new(Argument { name, value: Node::new(value) }));
            }
        }
        let message = format!("`@{}` on `{coordinate}` has arguments that differ", combined.name);
        let code = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS";
        let hint =
            Diagnostic::hint(code, message).with_coordinate(coordinate).with_help(combined.how);
        let hint = found.iter().fold(hint, |hint, one| hint.at(self.sources, one.location(), ""));
        self.diagnostics.push(hint);
        Some(Node::new(merged))
    }
}

/// An argument that is not `null`.
fn given<'a>(directive: &'a Directive, name: &str) -> Option<&'a Node<Value>> {
    directive.specified_argument_by_name(name).filter(|value| !value.is_null())
}

/// The same arguments, whatever their order; the one default is true.
fn is_same(combined: &Combined, one: &Directive, other: &Directive) -> bool {
    combined.arguments.iter().all(|(name, strategy)| {
        let (one, other) = (given(one, name), given(other, name));
        let is_on =
            |value: Option<&Node<Value>>| value.is_none_or(|it| it.to_bool() != Some(false));
        match strategy {
            Strategy::And => is_on(one) == is_on(other),
            _ => one == other,
        }
    })
}

/// None when the result is too long.
fn all(values: &[&Node<Value>]) -> Option<Value> {
    let alternatives = values.iter().map(|value| Alternatives::of_value(value));
    let mut merged = Alternatives::default();
    for one in alternatives {
        merged = merged.and(&one)?;
    }
    Some(merged.to_value())
}

fn max(values: &[&Node<Value>]) -> Option<Value> {
    let highest = values.iter().filter_map(|value| value.to_i32()).max()?;
    Some(Value::Int(highest.into()))
}

fn union(values: &[&Node<Value>]) -> Option<Value> {
    if values.is_empty() {
        return None;
    }
    let mut merged: Vec<Node<Value>> = Vec::new();
    for value in values {
        for item in value.as_list().unwrap_or(std::slice::from_ref(*value)) {
            if !merged.contains(item) {
                merged.push(item.clone());
            }
        }
    }
    Some(Value::List(merged))
}

fn and(values: &[&Node<Value>]) -> Option<Value> {
    let is_off = values.iter().any(|value| value.to_bool() == Some(false));
    is_off.then_some(Value::Boolean(false))
}
