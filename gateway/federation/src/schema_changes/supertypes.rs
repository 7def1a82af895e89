//! Which interfaces and unions a type belongs to.
//!
//! A fragment on one of them can stand in another only as long as they share a type.

use apollo_compiler::Schema;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::ExtendedType;

use super::SchemaChange;

/// A type that belongs to more is taken to belong to everything.
const SUPERTYPES_MAX: usize = 50;

/// The interfaces and unions of one schema, by what belongs to them.
pub(super) struct Supertypes<'a> {
    schema: &'a Schema,
    unions: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Supertypes<'a> {
    /// Those of a schema.
    pub(super) fn new(schema: &'a Schema) -> Self {
        let mut unions: HashMap<&str, Vec<&str>> = HashMap::default();
        for ty in schema.types.values() {
            if let ExtendedType::Union(ty) = ty {
                for member in &ty.members {
                    unions.entry(member.as_str()).or_default().push(ty.name.as_str());
                }
            }
        }
        Self { schema, unions }
    }

    /// A change by which `ty` does not belong to `left` any more concerns operations that use
    /// `left` together with the type, or with something else it belongs to.
    pub(super) fn concerning(&self, change: SchemaChange, ty: &str, left: &str) -> SchemaChange {
        let supertypes = self.of(ty);
        if supertypes.len() > SUPERTYPES_MAX {
            return change.concerning(left);
        }
        let others = supertypes.into_iter().filter(|one| *one != left);
        let change = change.concerning_both(ty, left);
        others.fold(change, |change, other| change.concerning_both(other, left))
    }

    fn of(&self, ty: &str) -> Vec<&'a str> {
        let interfaces = match self.schema.types.get(ty) {
            Some(ExtendedType::Object(ty)) => Some(&ty.implements_interfaces),
            Some(ExtendedType::Interface(ty)) => Some(&ty.implements_interfaces),
            _ => None,
        };
        let interfaces = interfaces.into_iter().flatten().map(|interface| interface.as_str());
        interfaces.chain(self.unions.get(ty).into_iter().flatten().copied()).collect()
    }
}
