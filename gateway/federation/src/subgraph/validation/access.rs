//! `@authenticated`, `@requiresScopes` and `@policy` stand on what is resolved, not on interfaces.

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;
use apollo_compiler::schema::ExtendedType;

use super::Rules;
use crate::subgraph::federation_spec::names;
use crate::type_parts::fields_of;

const DIRECTIVES: [(&str, &str); 3] = [
    (names::AUTHENTICATED, "@authenticated"),
    (names::REQUIRES_SCOPES, "@requiresScopes"),
    (names::POLICY, "@policy"),
];

impl Rules<'_> {
    /// An interface demands what its implementations demand: composition puts that together.
    pub(super) fn access(&mut self, definition: &ExtendedType) {
        let is_interface_object = definition.directives().has(names::INTERFACE_OBJECT);
        if !definition.is_interface() && !is_interface_object {
            return;
        }
        let kind = if is_interface_object { "interface object" } else { "interface" };
        let name = definition.name();
        for (directive, shown) in DIRECTIVES {
            if let Some(found) = definition.directives().get(directive) {
                self.access_on_interface(shown, (kind, name), found);
            }
            if is_interface_object {
                continue;
            }
            for field in fields_of(definition) {
                if let Some(found) = field.directives.get(directive) {
                    let coordinate = format!("{name}.{}", field.name);
                    self.access_on_interface(shown, ("interface field", &coordinate), found);
                }
            }
        }
    }

    fn access_on_interface(
        &mut self,
        shown: &str,
        (kind, coordinate): (&str, &str),
        directive: &Node<Directive>,
    ) {
        let message = format!("`{shown}` is on the {kind} `{coordinate}`");
        let code = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE";
        let error = self.error(code, coordinate, message, directive);
        *error = error.clone().with_help(
            "put it on the types that implement the interface, or on their fields; the interface \
             demands what they demand",
        );
    }
}
