//! Enums of a view: each value stands for one of the supergraph's.

use apollo_compiler::Name;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::{EnumType, ExtendedType};

use super::Resolution;
use crate::diagnostic::Diagnostic;
use crate::view::mapping::EnumMapping;

impl Resolution<'_> {
    pub(super) fn enum_values(&mut self, own: &EnumType, of: &Name) {
        let Some(ExtendedType::Enum(theirs)) = self.api().types.get(of) else { return };
        let mut values: HashMap<Name, Name> = HashMap::default();
        let mut taken: HashMap<Name, Name> = HashMap::default();
        for value in own.values.values() {
            let coordinate = format!("{}.{}", own.name, value.value);
            let stated = self.document.names.value(&value.directives);
            let wanted = stated.and_then(|it| it.as_str()).unwrap_or(value.value.as_str());
            let place = stated.map_or(value.value.location(), |stated| stated.location());
            let Some(found) = theirs.values.get(wanted) else {
                let message = format!("`{of}` has no value `{wanted}` for `{coordinate}`");
                let error = self.error("VIEW_ENUM_VALUE_UNKNOWN", coordinate, message).at(
                    &self.document.sources,
                    place,
                    "stands for nothing",
                );
                let error = self.at_supergraph(error, theirs.name.location(), "has no such value");
                let help = "name one of the graph's values: `@value(of: \"…\")`";
                self.report(error.with_help(help));
                continue;
            };
            if let Some(twin) = taken.insert(found.value.clone(), value.value.clone()) {
                let message =
                    format!("`{twin}` and `{}` both stand for `{of}.{wanted}`", value.value);
                let error = self
                    .error("VIEW_ENUM_VALUE_AMBIGUOUS", coordinate, message)
                    .at(&self.document.sources, place, "the second one")
                    .with_help("each value of the graph is one value of the view");
                self.report(error);
                continue;
            }
            values.insert(value.value.clone(), found.value.clone());
        }
        for value in theirs.values.values() {
            if taken.contains_key(&value.value) {
                continue;
            }
            let message = format!("`{}` has no value for `{of}.{}`", own.name, value.value);
            let hint = Diagnostic::hint("VIEW_ENUM_VALUE_MISSING", message)
                .with_coordinate(own.name.to_string())
                .at(&self.document.sources, own.name.location(), "answers it as null");
            let hint = self.at_supergraph(hint, value.value.location(), "the graph's value");
            self.report(hint.with_help(format!("add a value `@value(of: \"{}\")`", value.value)));
        }
        let mapping = EnumMapping { of: of.clone(), values };
        self.mapping.enums.insert(own.name.clone(), mapping);
    }
}
