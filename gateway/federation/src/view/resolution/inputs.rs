//! Input objects of a view: each field stands for one of the supergraph's.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::{ExtendedType, InputObjectType};

use super::Resolution;
use crate::view::mapping::InputMapping;

impl Resolution<'_> {
    pub(super) fn input_fields(&mut self, own: &InputObjectType, of: &Name) {
        let Some(ExtendedType::InputObject(theirs)) = self.api().types.get(of) else { return };
        let mut fields = HashMap::default();
        for field in own.fields.values() {
            let coordinate = format!("{}.{}", own.name, field.name);
            let from = self.document.names.from(&field.directives);
            let stated = from.as_ref().and_then(|from| from.fields.as_str());
            let wanted = stated.map_or(field.name.as_str(), str::trim);
            let place = from.map_or(field.name.location(), |from| from.fields.location());
            let Some(found) = theirs.fields.get(wanted) else {
                let message = format!("`{of}` has no field `{wanted}` for `{coordinate}`");
                let error = self.error("VIEW_FIELD_UNKNOWN", coordinate, message).at(
                    &self.document.sources,
                    place,
                    "stands for nothing",
                );
                let error = self.at_supergraph(error, theirs.name.location(), "has no such field");
                let help = "name a field of the graph's input object: `@from(fields: \"…\")`";
                self.report(error.with_help(help));
                continue;
            };
            fields.insert(field.name.clone(), (found.name.clone(), (*field.ty).clone()));
        }
        for field in theirs.fields.values() {
            let is_given = fields.values().any(|(name, _)| *name == field.name);
            if is_given || !field.is_required() {
                continue;
            }
            let message =
                format!("`{of}` needs `{}`, which `{}` does not have", field.name, own.name);
            let error = self
                .error("VIEW_ARGUMENT_WITHOUT_SOURCE", own.name.to_string(), message)
                .at(&self.document.sources, own.name.location(), "lacks it");
            let error = self.at_supergraph(error, field.name.location(), "required here");
            let help = format!("add a field for it: `{}: {}`", field.name, field.ty);
            self.report(error.with_help(help));
        }
        let mapping = InputMapping { of: of.clone(), fields };
        self.mapping.inputs.insert(own.name.clone(), mapping);
    }
    /// Whether what the view's input fields are given can be sent.
    pub(super) fn check_input_types(&mut self) {
        for (name, definition) in self.view_types() {
            let (ExtendedType::InputObject(own), Some(mapping)) =
                (definition, self.mapping.inputs.get(name))
            else {
                continue;
            };
            let Some(ExtendedType::InputObject(theirs)) = self.api().types.get(&mapping.of) else {
                continue;
            };
            let mut misfits = Vec::new();
            for field in own.fields.values() {
                let target = mapping.fields.get(&field.name).map(|(name, _)| name);
                let Some(target) = target.and_then(|name| theirs.fields.get(name)) else {
                    continue;
                };
                let sent = self.mapping.input_type(&field.ty);
                let has_value = field.default_value.as_ref().is_some_and(|it| !it.is_null());
                let has_own = target.default_value.is_some();
                if !can_be_sent(&sent, &target.ty, has_value || has_own) {
                    misfits.push((field, target));
                }
            }
            for (field, target) in misfits {
                let coordinate = format!("{name}.{}", field.name);
                let message = format!(
                    "`{coordinate}` is `{}`, and the graph takes `{}`",
                    field.ty, target.ty
                );
                let error = self.error("VIEW_TYPE_MISMATCH", coordinate, message).at(
                    &self.document.sources,
                    field.ty.location(),
                    "the view's type",
                );
                let error = self.at_supergraph(error, target.name.location(), "the graph's field");
                self.report(error.with_help("give both the same type"));
            }
        }
    }
}

/// Whether values of one input type are values of another (GraphQL §5.8.5, AreTypesCompatible); a
/// default stands in where the outermost value is left out.
fn can_be_sent(sent: &Type, taken: &Type, has_default: bool) -> bool {
    if taken.is_non_null() && !sent.is_non_null() && !has_default {
        return false;
    }
    if taken.is_list() != sent.is_list() {
        return false;
    }
    if taken.is_list() {
        return can_be_sent(sent.item_type(), taken.item_type(), false);
    }
    sent.inner_named_type() == taken.inner_named_type()
}
