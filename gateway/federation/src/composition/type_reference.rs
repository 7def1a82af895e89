//! One field's type from several: the most general of output types, the most specific of input
//! types.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::schema::ExtendedType;

use crate::subgraph::Subgraph;

/// Which object and interface types are possible, in any subgraph, where an interface or union
/// stands.
#[derive(Debug, Default)]
pub(super) struct Subtypes {
    below: HashMap<Name, HashSet<Name>>,
}

impl Subtypes {
    pub(super) fn new(subgraphs: &[Arc<Subgraph>]) -> Self {
        let mut below: HashMap<Name, HashSet<Name>> = HashMap::default();
        for (name, definition) in subgraphs.iter().flat_map(|subgraph| &subgraph.schema.types) {
            let interfaces = match definition {
                ExtendedType::Object(ty) => &ty.implements_interfaces,
                ExtendedType::Interface(ty) => &ty.implements_interfaces,
                ExtendedType::Union(ty) => {
                    let members = ty.members.iter().map(|member| member.name.clone());
                    below.entry(name.clone()).or_default().extend(members);
                    continue;
                }
                _ => continue,
            };
            for interface in interfaces {
                below.entry(interface.name.clone()).or_default().insert(name.clone());
            }
        }
        Self { below }
    }

    /// Whether a value of `ty` is always one of `of`.
    pub(super) fn is_subtype(&self, ty: &Type, of: &Type) -> bool {
        match (ty, of) {
            (Type::Named(ty) | Type::NonNullNamed(ty), Type::Named(of))
            | (Type::NonNullNamed(ty), Type::NonNullNamed(of)) => self.is_name_below(ty, of),
            (Type::List(ty) | Type::NonNullList(ty), Type::List(of))
            | (Type::NonNullList(ty), Type::NonNullList(of)) => self.is_subtype(ty, of),
            _ => false,
        }
    }

    fn is_name_below(&self, ty: &Name, of: &Name) -> bool {
        ty == of || self.below.get(of).is_some_and(|below| below.contains(ty))
    }

    /// The type that all are subtypes of, or the two that have none.
    pub(super) fn most_general<'a>(
        &self,
        types: impl Iterator<Item = &'a Type>,
    ) -> Option<&'a Type> {
        self.extreme(types, |ty, of| self.is_subtype(ty, of))
    }

    /// The type that is a subtype of all.
    pub(super) fn most_specific<'a>(
        &self,
        types: impl Iterator<Item = &'a Type>,
    ) -> Option<&'a Type> {
        self.extreme(types, |ty, of| self.is_subtype(of, ty))
    }

    fn extreme<'a>(
        &self,
        types: impl Iterator<Item = &'a Type>,
        is_within: impl Fn(&Type, &Type) -> bool,
    ) -> Option<&'a Type> {
        let types: Vec<_> = types.collect();
        let mut chosen = *types.first()?;
        for ty in &types[1..] {
            if !is_within(ty, chosen) {
                chosen = ty;
            }
        }
        types.iter().all(|ty| is_within(ty, chosen)).then_some(chosen)
    }
}
