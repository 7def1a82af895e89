//! A stored operation that is asked for by a path alone: what it is, and its variables out of the
//! path.

use std::sync::Arc;

use apollo_compiler::Node;
use apollo_compiler::ast::{OperationType, Type, VariableDefinition};
use apollo_compiler::response::{JsonMap, JsonValue};
use federation::diagnostic::Diagnostic;
use federation::operation::{EntryField, Operation};

use crate::config::{RestForm, RestRoute, StoredDocument};

/// A stored operation of a view. Made with its graph, read by every request for its path.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredOperation {
    /// The view.
    pub view: Arc<str>,
    /// The document.
    pub query: String,
    /// What the answer is made of.
    pub form: RestForm,
    /// The variables in the path.
    variables: Vec<Node<VariableDefinition>>,
}

impl StoredOperation {
    pub(super) fn new(
        view: &Arc<str>,
        route: &RestRoute,
        stored: Option<(&StoredDocument, &Operation)>,
    ) -> Result<Self, Diagnostic> {
        let (path, name) = (&route.path, &route.operation);
        let Some((document, operation)) = stored else {
            let message = format!("view `{view}` has no operation `{name}`, which `{path}` needs");
            return Err(Diagnostic::error("REST_OPERATION_UNKNOWN", message));
        };
        let wrong = |what: String| {
            let message = format!("`{path}` of view `{view}`: {what}");
            let whole = 0..document.source.text.len();
            Diagnostic::error("REST_OPERATION_INVALID", message).with_label(
                &document.source,
                whole,
                "",
            )
        };
        check_root(operation, route.form).map_err(|what| wrong(what.to_owned()))?;
        let defined = &operation.definition().variables;
        let mut variables = Vec::new();
        for variable in path.variables() {
            match defined.iter().find(|it| it.name == variable) {
                Some(one) if !one.ty.is_list() => variables.push(one.clone()),
                Some(_) => return Err(wrong(format!("`${variable}` is a list"))),
                None => return Err(wrong(format!("the operation has no variable `${variable}`"))),
            }
        }
        let is_missing = |it: &Node<VariableDefinition>| {
            let is_needed = it.ty.is_non_null() && it.default_value.is_none();
            is_needed && path.variables().all(|variable| it.name != variable)
        };
        if let Some(missing) = defined.iter().find(|it| is_missing(it)) {
            return Err(wrong(format!("`${}` is not in the path", missing.name)));
        }
        let query = document.source.text.clone();
        Ok(Self { view: Arc::clone(view), query, form: route.form, variables })
    }

    /// The operation's variables, from texts by name.
    pub(crate) fn variables<'a>(&self, texts: impl Fn(&str) -> Option<&'a str>) -> JsonMap {
        let values = self.variables.iter().filter_map(|variable| {
            let text = texts(&variable.name)?;
            Some((variable.name.as_str().into(), value_of(text, &variable.ty)))
        });
        values.collect()
    }
}

/// The answer of a path is the value of one field, and asking changes nothing.
fn check_root(operation: &Operation, form: RestForm) -> Result<(), &'static str> {
    if operation.kind() != OperationType::Query {
        return Err("the operation is no query");
    }
    match operation.selection(operation.root()).entries.as_slice() {
        [entry] if matches!(entry.field, EntryField::Field { .. }) => {}
        _ => return Err("the operation needs exactly one root field"),
    }
    let mut fields = operation.definition().root_fields(operation.document());
    let is_boolean = |ty: &Type| !ty.is_list() && ty.inner_named_type() == "Boolean";
    if form == RestForm::Byte && !fields.all(|field| is_boolean(field.ty())) {
        return Err("a byte is made of a Boolean");
    }
    Ok(())
}

/// A text of the path as a value of the type; what is none stays a text, and is refused as one.
fn value_of(text: &str, ty: &Type) -> JsonValue {
    let parsed = match ty.inner_named_type().as_str() {
        "Int" | "Float" => text.parse().ok().map(JsonValue::Number),
        "Boolean" => text.parse().ok().map(JsonValue::Bool),
        _ => None,
    };
    parsed.unwrap_or_else(|| JsonValue::String(text.into()))
}
