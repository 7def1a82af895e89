//! Whether nulls that the view's clients may give can be sent.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::schema::{ExtendedType, InputValueDefinition};
use apollo_compiler::{Name, Node, Schema};

use super::{Resolution, ViewField};
use crate::query_graph::TypeId;
use crate::type_parts::field_of;
use crate::view::mapping::Step;

impl Resolution<'_> {
    /// Refuses arguments that can be null where the graph takes no null. That the graph has a
    /// default there does not help: it stands in for what is left out, and not for null.
    pub(super) fn check_nulls(&mut self, view: ViewField<'_>, parent: TypeId, steps: &[Step]) {
        let mut at = parent;
        for step in steps {
            let on = self.type_name(step.only_on.unwrap_or(at));
            let field = self.api().types.get(on).and_then(|ty| field_of(ty, &step.field));
            for argument in &step.arguments {
                let definition = field.and_then(|field| field.argument_by_name(&argument.name));
                let Some(definition) = definition else { continue };
                let mut found = Vec::new();
                not_null(self.api(), &argument.value, &definition.ty, &mut found);
                for variable in found {
                    self.report_null(view, (on, &step.field, definition), variable);
                }
            }
            at = self.target.query_graph.type_id(step.ty.inner_named_type()).unwrap_or(at);
        }
    }

    fn report_null(
        &mut self,
        view: ViewField<'_>,
        (on, field, theirs): (&Name, &Name, &InputValueDefinition),
        variable: &Name,
    ) {
        let Some(own) = view.field.argument_by_name(variable) else { return };
        if own.ty.is_non_null() {
            return;
        }
        let coordinate = format!("{}({variable}:)", view.coordinate());
        let message = format!(
            "`{coordinate}` can be null, and `{on}.{field}({}:)` takes no null",
            theirs.name
        );
        let error = self.error("VIEW_ARGUMENT_INVALID", coordinate, message).at(
            &self.document.sources,
            own.ty.inner_named_type().location(),
            "can be null",
        );
        let error = self.at_supergraph(error, theirs.name.location(), "cannot");
        let default = own.default_value.as_ref().or(theirs.default_value.as_ref());
        let help = match default.filter(|default| !default.is_null()) {
            Some(default) => format!(
                "write `{variable}: {}! = {}`: it can be left out, and cannot be null",
                own.ty,
                default.serialize().no_indent()
            ),
            None => format!("write `{variable}: {}!`", own.ty),
        };
        self.report(error.with_help(help));
    }
}

/// The variables in a value that stand where no null is taken.
fn not_null<'v>(schema: &Schema, value: &'v Node<Value>, ty: &Type, found: &mut Vec<&'v Name>) {
    match &**value {
        Value::Variable(name) if ty.is_non_null() => found.push(name),
        Value::List(items) => {
            items.iter().for_each(|item| not_null(schema, item, ty.item_type(), found));
        }
        Value::Object(fields) => {
            let Some(ExtendedType::InputObject(object)) = schema.types.get(ty.inner_named_type())
            else {
                return;
            };
            for (name, value) in fields {
                if let Some(field) = object.fields.get(name) {
                    not_null(schema, value, &field.ty, found);
                }
            }
        }
        _ => {}
    }
}
