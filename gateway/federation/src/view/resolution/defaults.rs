//! Whether what a view answers for null is a value of the field's type.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Node, Schema};

use super::{Resolution, ViewField};

impl Resolution<'_> {
    /// Refuses a `default:` that could not be an answer.
    pub(super) fn check_default(&mut self, view: ViewField<'_>, default: Option<&Node<Value>>) {
        let Some(default) = default else { return };
        let ty = &view.field.ty;
        if !default.is_null() && is_value_of(&self.document.schema, default, ty) {
            return;
        }
        let message = format!(
            "`{}` is answered with `{}` for null, which is no `{ty}`",
            view.coordinate(),
            default.serialize().no_indent()
        );
        let error = self
            .error("VIEW_DEFAULT_INVALID", view.coordinate(), message)
            .at(&self.document.sources, default.location(), "the default")
            .at(&self.document.sources, ty.inner_named_type().location(), "the view's type")
            .with_help(
                "a default is a value as the view's clients receive it: text, a number, `true` or \
                 `false`, a value of the view's enum, or a list of these; objects have none",
            );
        self.report(error);
    }
}

/// Whether a value without variables can be answered as an output type.
fn is_value_of(schema: &Schema, value: &Node<Value>, ty: &Type) -> bool {
    match &**value {
        Value::Null => !ty.is_non_null(),
        Value::List(items) if ty.is_list() => {
            items.iter().all(|item| is_value_of(schema, item, ty.item_type()))
        }
        _ if ty.is_list() => false,
        value => match (schema.types.get(ty.inner_named_type()), value) {
            (Some(ExtendedType::Enum(ty)), Value::Enum(name)) => ty.values.contains_key(name),
            (Some(ExtendedType::Scalar(ty)), value) => is_scalar(ty.name.as_str(), value),
            _ => false,
        },
    }
}

/// As answers have them: an `ID` is text.
fn is_scalar(scalar: &str, value: &Value) -> bool {
    match (scalar, value) {
        ("Int", value) => value.to_i32().is_some(),
        ("Float", value) => value.to_f64().is_some_and(f64::is_finite),
        ("String" | "ID", value) => value.as_str().is_some(),
        ("Boolean", value) => matches!(value, Value::Boolean(_)),
        (_, Value::Enum(_) | Value::Variable(_)) => false,
        _ => true,
    }
}
