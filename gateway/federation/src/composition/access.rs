//! What a field or type demands of whoever reads it: `@authenticated`, `@requiresScopes`,
//! `@policy`.
//!
//! Demands of several places are combined with AND; scopes and policies are ORs of ANDs.

mod interfaces;
mod transitive;

pub(super) use self::transitive::check_transitive;

use std::collections::BTreeSet;

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Directive, Value};

use crate::sdl::link::static_name;

/// More pairs than these are not multiplied out: nobody reads the result, and a hostile schema
/// could make it as long as it likes.
const PAIRS_MAX: usize = 4096;

/// An OR of ANDs in which no alternative contains another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alternatives(BTreeSet<BTreeSet<String>>);

impl Default for Alternatives {
    /// Nothing is demanded.
    fn default() -> Self {
        Self(BTreeSet::from([BTreeSet::new()]))
    }
}

impl Alternatives {
    /// `[["a", "b"], ["c"]]`; an empty list demands nothing.
    pub(super) fn of_value(value: &Value) -> Self {
        let names = |item: &Node<Value>| -> BTreeSet<String> {
            let list = item.as_list().unwrap_or(std::slice::from_ref(item));
            list.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        };
        let single = [Node::new(value.clone())];
        let found: BTreeSet<_> = value.as_list().unwrap_or(&single).iter().map(names).collect();
        if found.is_empty() { Self::default() } else { Self(minimised(&found)) }
    }

    /// What satisfies both; none when that is too long to be written.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        if self.0.len().saturating_mul(other.0.len()) > PAIRS_MAX {
            return None;
        }
        let pairs = self.0.iter().flat_map(|one| other.0.iter().map(move |it| (one, it)));
        let unions: BTreeSet<_> = pairs.map(|(one, it)| one | it).collect();
        Some(Self(minimised(&unions)))
    }

    /// Whether whoever satisfies this satisfies the other one.
    pub(super) fn implies(&self, other: &Self) -> bool {
        self.0.iter().all(|one| other.0.iter().any(|wanted| wanted.is_subset(one)))
    }

    /// Shorter alternatives first.
    pub(super) fn to_value(&self) -> Value {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by_key(|names| names.len());
        let list = |names: &BTreeSet<String>| {
            let names = names.iter().map(|name| Node::new(Value::String(name.clone())));
            Node::new(Value::List(names.collect()))
        };
        Value::List(sorted.into_iter().map(list).collect())
    }
}

/// Without the alternatives that contain another one.
fn minimised(found: &BTreeSet<BTreeSet<String>>) -> BTreeSet<BTreeSet<String>> {
    let is_minimal = |one: &BTreeSet<String>| {
        !found.iter().any(|other| other.len() < one.len() && other.is_subset(one))
    };
    let kept: Vec<_> = found.iter().filter(|one| is_minimal(one)).cloned().collect();
    kept.into_iter().collect()
}

/// All that one place demands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Demands {
    is_authenticated: bool,
    scopes: Alternatives,
    policies: Alternatives,
}

impl Demands {
    /// Of the directives of the merged schema, which has the specifications' names.
    pub(super) fn of<'d>(directives: impl IntoIterator<Item = &'d Node<Directive>>) -> Self {
        let mut demands = Self::default();
        for directive in directives {
            let argument = |name| {
                let value = directive.specified_argument_by_name(name);
                value.map(|value| Alternatives::of_value(value)).unwrap_or_default()
            };
            match directive.name.as_str() {
                "authenticated" => demands.is_authenticated = true,
                "requiresScopes" => demands.scopes = argument("scopes"),
                "policy" => demands.policies = argument("policies"),
                _ => {}
            }
        }
        demands
    }

    /// Both; none when that is too long to be written.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        Some(Self {
            is_authenticated: self.is_authenticated || other.is_authenticated,
            scopes: self.scopes.and(&other.scopes)?,
            policies: self.policies.and(&other.policies)?,
        })
    }

    pub(super) fn implies(&self, other: &Self) -> bool {
        (self.is_authenticated || !other.is_authenticated)
            && self.scopes.implies(&other.scopes)
            && self.policies.implies(&other.policies)
    }

    /// Whether several places demand scopes, or policies, and not the same.
    pub(super) fn lists_differ<'d>(all: impl Iterator<Item = &'d Self> + Clone) -> bool {
        let nothing = Alternatives::default();
        let differ = |lists: Vec<&Alternatives>| lists.windows(2).any(|pair| pair[0] != pair[1]);
        let scopes = all.clone().map(|it| &it.scopes).filter(|scopes| **scopes != nothing);
        let policies = all.map(|it| &it.policies).filter(|policies| **policies != nothing);
        differ(scopes.collect()) || differ(policies.collect())
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// As directives of the merged schema.
    pub(super) fn directives(&self) -> Vec<Node<Directive>> {
        let nothing = Alternatives::default();
        let mut directives = Vec::new();
        if self.is_authenticated {
            directives.push(Node::new(Directive::new(static_name("authenticated"))));
        }
        let lists =
            [("requiresScopes", "scopes", &self.scopes), ("policy", "policies", &self.policies)];
        for (name, argument, alternatives) in lists {
            if *alternatives != nothing {
                let mut directive = Directive::new(static_name(name));
                let value = Node::new(alternatives.to_value());
                directive
                    .arguments
                    .push(Node::new(Argument { name: static_name(argument), value }));
                directives.push(Node::new(directive));
            }
        }
        directives
    }
}

/// Whether a directive of the merged schema is a demand.
pub(super) fn is_demand(directive: &Directive) -> bool {
    matches!(directive.name.as_str(), "authenticated" | "requiresScopes" | "policy")
}
