//! `@external` fields: declared in one subgraph as another resolves them, so both must agree.

use apollo_compiler::ast::FieldDefinition;

use super::element_at::FieldAt;
use super::merge_state::Merge;
use super::values::same_default;
use crate::diagnostic::Diagnostic;

impl Merge<'_> {
    /// A field that every subgraph marks `@external`: none resolves it.
    pub(super) fn missing_on_base(&mut self, coordinate: &str, found: &[FieldAt<'_>]) {
        let message = format!("`{coordinate}` is `@external` wherever it is declared");
        let error = Diagnostic::error("EXTERNAL_MISSING_ON_BASE", message)
            .with_coordinate(coordinate)
            .with_help("a field is external to one subgraph because another resolves it");
        let error = found.iter().fold(error, |error, one| {
            error.at(self.sources, one.field.name.location(), "external here")
        });
        self.diagnostics.push(error);
    }

    /// Types and arguments of the external declarations, against the merged field.
    pub(super) fn check_externals(
        &mut self,
        coordinate: &str,
        found: &[FieldAt<'_>],
        merged: &FieldDefinition,
    ) {
        let owner = found.iter().find(|one| !one.is_external);
        let owner = owner.and_then(|one| one.field.name.location());
        for one in found.iter().filter(|one| one.is_external) {
            let errors = self.external_errors(coordinate, one, merged);
            for (error, text) in errors {
                let error = error
                    .at(self.sources, one.field.name.location(), text)
                    .at(self.sources, owner, "resolved here")
                    .with_help("declare it as the subgraph does that resolves it");
                self.diagnostics.push(error);
            }
        }
    }

    fn external_errors(
        &self,
        coordinate: &str,
        one: &FieldAt<'_>,
        merged: &FieldDefinition,
    ) -> Vec<(Diagnostic, String)> {
        let mut errors = Vec::new();
        let mut add = |code, coordinate: String, message: String, text: String| {
            errors.push((Diagnostic::error(code, message).with_coordinate(coordinate), text));
        };
        let field = one.field;
        if merged.ty != field.ty {
            let message =
                format!("`{coordinate}` is `{}`, and `@external` as `{}`", merged.ty, field.ty);
            let text = format!("`{}` here", field.ty);
            add("EXTERNAL_TYPE_MISMATCH", coordinate.to_owned(), message, text);
        }
        for argument in &merged.arguments {
            let coordinate = format!("{coordinate}({}:)", argument.name);
            let Some(declared) = field.argument_by_name(&argument.name) else {
                let message = format!("`{coordinate}` is missing in an `@external` declaration");
                add("EXTERNAL_ARGUMENT_MISSING", coordinate, message, "missing here".into());
                continue;
            };
            if !self.subtypes.is_subtype(&argument.ty, &declared.ty) {
                let message = format!(
                    "`{coordinate}` is `{}`, and `{}` in an `@external` declaration",
                    argument.ty, declared.ty
                );
                let text = format!("`{}` here", declared.ty);
                add("EXTERNAL_ARGUMENT_TYPE_MISMATCH", coordinate.clone(), message, text);
            }
            if !same_default(argument, declared) {
                let message =
                    format!("`{coordinate}` has another default in an `@external` declaration");
                let code = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH";
                add(code, coordinate, message, "differs here".into());
            }
        }
        errors
    }
}
