//! `contextArguments:` of a `@join__field`, and whether their contexts are set.

use apollo_compiler::ast::{self, Directive, Value};
use apollo_compiler::collections::{HashSet, IndexMap};
use apollo_compiler::{Name, Node, Schema};

use super::super::{ContextArgument, TypeJoin};
use super::{INVALID, Reader};
use crate::diagnostic::Diagnostic;
use crate::field_set;

/// Every contextual argument needs a type that sets its context.
pub(super) fn check_contexts(schema: &Schema, joins: &IndexMap<Name, TypeJoin>) -> Vec<Diagnostic> {
    let directives = schema.types.values().flat_map(|ty| ty.directives().get_all("context"));
    let names = directives.filter_map(|one| one.specified_argument_by_name("name")?.as_str());
    let set: HashSet<&str> = names.collect();
    let mut errors = Vec::new();
    for (ty, join) in joins {
        let fields = join.fields.iter().flat_map(|(name, at)| at.iter().map(move |it| (name, it)));
        let arguments =
            fields.flat_map(|(field, at)| at.context_arguments.iter().map(move |it| (field, it)));
        for (field, argument) in arguments.filter(|(_, it)| !set.contains(it.context.as_str())) {
            let coordinate = format!("{ty}.{field}");
            let message = format!(
                "`{coordinate}` reads the context `{}`, and no type sets it",
                argument.context
            );
            errors.push(Diagnostic::error(INVALID, message).with_coordinate(coordinate));
        }
    }
    errors
}

impl Reader<'_> {
    pub(super) fn context_arguments(
        &self,
        directive: &Node<Directive>,
    ) -> Result<Vec<ContextArgument>, Diagnostic> {
        match directive.specified_argument_by_name("contextArguments").map(|value| &**value) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::List(items)) => items.iter().map(|it| self.context_argument(it)).collect(),
            Some(other) => {
                let message = format!("`{other}` is no list of context arguments");
                Err(Diagnostic::error(INVALID, message).at(self.sources, directive.location(), ""))
            }
        }
    }

    fn context_argument(&self, value: &Node<Value>) -> Result<ContextArgument, Diagnostic> {
        let error = |message: String| {
            Diagnostic::error(INVALID, message).at(self.sources, value.location(), "")
        };
        let text = |key: &str| {
            let fields = value.as_object().unwrap_or_default();
            let found = fields.iter().find(|(name, _)| name == key);
            let found = found.and_then(|(_, value)| value.as_str());
            found.ok_or_else(|| error(format!("a context argument needs a text as its `{key}`")))
        };
        let (name, ty, selection) = (text("name")?, text("type")?, text("selection")?);
        let name = Name::new(name).map_err(|_| error(format!("`{name}` is no argument's name")))?;
        let ty =
            ast::Type::parse(ty, "join__field").map_err(|_| error(format!("`{ty}` is no type")))?;
        let selection = field_set::normal_form(selection)
            .map_err(|found| error(format!("`selection` is no field set: {}", found.message)))?;
        let context = text("context")?.to_owned();
        Ok(ContextArgument { name, ty, context, selection: format!("{{ {selection} }}") })
    }
}
