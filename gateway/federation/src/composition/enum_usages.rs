//! How a merged schema uses its types: what comes out, what goes in.

use apollo_compiler::ast::Type;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use crate::type_parts::fields_of;

/// How the merged schema uses a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Usage {
    pub(super) comes_out: bool,
    pub(super) goes_in: bool,
}

/// The usage of every type that anything uses.
#[derive(Debug, Default)]
pub(super) struct Usages {
    by_name: HashMap<Name, Usage>,
}

impl Usages {
    /// Read from a schema that has everything but enums.
    pub(super) fn of(schema: &Schema) -> Self {
        let mut usages = Self::default();
        for definition in schema.directive_definitions.values() {
            definition.arguments.iter().for_each(|argument| usages.goes_in(&argument.ty));
        }
        for definition in schema.types.values() {
            for field in fields_of(definition) {
                usages.of_type(&field.ty).comes_out = true;
                field.arguments.iter().for_each(|argument| usages.goes_in(&argument.ty));
            }
            if let ExtendedType::InputObject(ty) = definition {
                ty.fields.values().for_each(|field| usages.goes_in(&field.ty));
            }
        }
        usages
    }

    /// How one type is used; not at all, when nothing names it.
    pub(super) fn usage(&self, name: &Name) -> Usage {
        self.by_name.get(name).copied().unwrap_or_default()
    }

    fn of_type(&mut self, ty: &Type) -> &mut Usage {
        self.by_name.entry(ty.inner_named_type().clone()).or_default()
    }

    fn goes_in(&mut self, ty: &Type) {
        self.of_type(ty).goes_in = true;
    }
}
