//! `@defer`, as the incremental delivery draft of GraphQL has it.

use apollo_compiler::ast::{
    DirectiveDefinition, DirectiveLocation, InputValueDefinition, Type, Value,
};
use apollo_compiler::{Name, Node, name, ty};

/// The directive's name.
pub(crate) const DEFER: Name = name!("defer");

/// `directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT`.
pub(super) fn definition() -> Node<DirectiveDefinition> {
    let argument = |name: Name, ty: Type, default: Option<bool>| {
        Node::new(InputValueDefinition {
            description: None,
            name,
            ty: ty.into(),
            default_value: default.map(|value| Value::Boolean(value).into()),
            directives: Default::default(),
        })
    };
    Node::new(DirectiveDefinition {
        description: None,
        name: DEFER,
        arguments: vec![
            argument(name!("if"), ty!(Boolean!), Some(true)),
            argument(name!("label"), ty!(String), None),
        ],
        repeatable: false,
        locations: vec![DirectiveLocation::FragmentSpread, DirectiveLocation::InlineFragment],
    })
}
