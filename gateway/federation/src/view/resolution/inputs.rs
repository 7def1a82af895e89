//! Input objects of a view: each field stands for one of the supergraph's.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::collections::{HashMap, IndexMap};
use apollo_compiler::schema::{ExtendedType, InputObjectType, InputValueDefinition};
use apollo_compiler::{Name, Node};

use super::Resolution;
use crate::view::mapping::{InputFieldMapping, InputMapping};

/// Values in a default, with those of the defaults inside.
const DEFAULT_VALUES_MAX: usize = 1_000;

impl Resolution<'_> {
    pub(super) fn input_fields(&mut self, own: &InputObjectType, of: &Name) {
        let Some(ExtendedType::InputObject(theirs)) = self.api().types.get(of) else { return };
        let mut fields: IndexMap<Name, InputFieldMapping> = IndexMap::default();
        let mut taken: IndexMap<Name, Name> = IndexMap::default();
        for field in own.fields.values() {
            let coordinate = format!("{}.{}", own.name, field.name);
            let from = self.document.names.from(&field.directives);
            if let Some(default) = from.as_ref().and_then(|from| from.default) {
                let message = format!("`{coordinate}` has a `default:` for what is answered");
                let error = self
                    .error("INVALID_VIEW", coordinate.clone(), message)
                    .at(&self.document.sources, default.location(), "but it is sent")
                    .with_help(format!("write `{}: {} = …`", field.name, field.ty));
                self.report(error);
            }
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
            if let Some(twin) = taken.insert(found.name.clone(), field.name.clone()) {
                let message =
                    format!("`{twin}` and `{}` are both sent as `{of}.{wanted}`", field.name);
                let error = self.error("VIEW_INPUT_FIELD_AMBIGUOUS", coordinate, message).at(
                    &self.document.sources,
                    place,
                    "the second one",
                );
                let error = self.at_supergraph(error, found.name.location(), "one field");
                let help = "each field of the graph's input object is one field of the view's";
                self.report(error.with_help(help));
                continue;
            }
            let mapping = InputFieldMapping {
                of: found.name.clone(),
                ty: (*field.ty).clone(),
                default: field.default_value.clone(),
            };
            fields.insert(field.name.clone(), mapping);
        }
        for field in theirs.fields.values() {
            if taken.contains_key(&field.name) || !field.is_required() {
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
                let target = mapping.fields.get(&field.name).map(|mapping| &mapping.of);
                let Some(target) = target.and_then(|name| theirs.fields.get(name)) else {
                    continue;
                };
                if !can_be_sent(&self.mapping.input_type(&field.ty), &target.ty) {
                    misfits.push((field, target));
                }
            }
            if theirs.directives.has("oneOf") && !own.directives.has("oneOf") {
                self.report_one_of(own, theirs);
            }
            for (field, target) in misfits {
                self.report_misfit(name, field, target);
            }
        }
        self.check_defaults_end();
    }

    fn report_misfit(
        &mut self,
        name: &Name,
        field: &InputValueDefinition,
        target: &InputValueDefinition,
    ) {
        let coordinate = format!("{name}.{}", field.name);
        let message =
            format!("`{coordinate}` is `{}`, and the graph takes `{}`", field.ty, target.ty);
        let error = self.error("VIEW_TYPE_MISMATCH", coordinate, message).at(
            &self.document.sources,
            field.ty.inner_named_type().location(),
            "the view's type",
        );
        let error = self.at_supergraph(error, target.name.location(), "the graph's field");
        let default = field.default_value.as_ref().or(target.default_value.as_ref());
        let own = (*field.ty).clone().non_null();
        let is_null_wrong = can_be_sent(&self.mapping.input_type(&own), &target.ty);
        let help = match default.filter(|default| is_null_wrong && !default.is_null()) {
            // A null that somebody gives is no value that is left out.
            Some(default) => format!(
                "write `{}: {own} = {}`: it can be left out, and cannot be null",
                field.name,
                default.serialize().no_indent()
            ),
            None => "give both the same type".to_owned(),
        };
        self.report(error.with_help(help));
    }

    fn report_one_of(&mut self, own: &InputObjectType, theirs: &InputObjectType) {
        let message =
            format!("`{}` takes one field and no more, and `{}` takes any", theirs.name, own.name);
        let error = self.error("VIEW_TYPE_MISMATCH", own.name.to_string(), message).at(
            &self.document.sources,
            own.name.location(),
            "could send two",
        );
        let error = self.at_supergraph(error, theirs.name.location(), "is `@oneOf`");
        self.report(error.with_help(format!("write `input {} @oneOf`", own.name)));
    }

    /// Refuses defaults that are given again inside themselves, or are so large with those inside
    /// that each of them could fill a request.
    fn check_defaults_end(&mut self) {
        let mut sizes = HashMap::default();
        for (name, definition) in self.view_types() {
            let ExtendedType::InputObject(own) = definition else { continue };
            for field in own.fields.values() {
                if self.default_size((name, field), &mut Vec::new(), &mut sizes).is_some() {
                    continue;
                }
                let coordinate = format!("{name}.{}", field.name);
                let message = format!("the default of `{coordinate}` has no end, or a far one");
                let error = self
                    .error("INVALID_VIEW", coordinate, message)
                    .at(&self.document.sources, field.name.location(), "defaults inside defaults")
                    .with_help("write `null`, or nothing, for one of the fields inside");
                self.report(error);
                return;
            }
        }
    }

    /// The values in a field's default, those that defaults add included; none for too many.
    fn default_size(
        &self,
        (parent, field): (&Name, &InputValueDefinition),
        open: &mut Vec<(Name, Name)>,
        sizes: &mut HashMap<(Name, Name), usize>,
    ) -> Option<usize> {
        let key = (parent.clone(), field.name.clone());
        let Some(default) = field.default_value.as_ref() else { return Some(0) };
        if let Some(size) = sizes.get(&key) {
            return Some(*size);
        }
        if open.contains(&key) || open.len() > DEFAULT_VALUES_MAX {
            return None;
        }
        open.push(key.clone());
        let size = self.value_size(default, &field.ty, open, sizes)?;
        open.pop();
        sizes.insert(key, size);
        Some(size).filter(|size| *size <= DEFAULT_VALUES_MAX)
    }

    fn value_size(
        &self,
        value: &Node<Value>,
        ty: &Type,
        open: &mut Vec<(Name, Name)>,
        sizes: &mut HashMap<(Name, Name), usize>,
    ) -> Option<usize> {
        let name = ty.inner_named_type();
        let mut inside = 1;
        match (&**value, self.document.schema.types.get(name)) {
            (Value::List(items), _) => {
                for item in items {
                    inside += self.value_size(item, ty.item_type(), open, sizes)?;
                }
            }
            (Value::Object(given), Some(ExtendedType::InputObject(definition))) => {
                for field in definition.fields.values() {
                    inside += match given.iter().find(|(name, _)| *name == field.name) {
                        Some((_, value)) => self.value_size(value, &field.ty, open, sizes)?,
                        None => self.default_size((name, field), open, sizes)?,
                    };
                }
            }
            _ => {}
        }
        Some(inside)
    }
}

/// Whether values of one input type are values of another. A default does not help: it stands in
/// for what is left out, and not for null.
pub(super) fn can_be_sent(sent: &Type, taken: &Type) -> bool {
    if (taken.is_non_null() && !sent.is_non_null()) || taken.is_list() != sent.is_list() {
        return false;
    }
    if taken.is_list() {
        return can_be_sent(sent.item_type(), taken.item_type());
    }
    sent.inner_named_type() == taken.inner_named_type()
}
