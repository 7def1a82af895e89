//! Contexts: `@context` on the merged types, contextual arguments off the merged fields.
//!
//! A context belongs to one subgraph; in the supergraph its name says which.

use std::borrow::Cow;
use std::collections::BTreeSet;

use apollo_compiler::ast::{Argument, Directive, InputValueDefinition, Value};
use apollo_compiler::{Name, Node, name};

use super::element_at::{FieldAt, TypeAt};
use super::merge_state::{Merge, Merged};
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::supergraph::{ContextArgument, Supergraph};
use crate::type_parts::field_of;

/// The arguments of a field in one subgraph.
type Arguments<'a> = Cow<'a, [Node<InputValueDefinition>]>;

impl Merge<'_> {
    /// The arguments that clients give, one list a subgraph. What is contextual in one subgraph is
    /// not theirs to give, also where another subgraph would take it.
    pub(super) fn arguments_of_clients<'f>(
        &mut self,
        coordinate: &str,
        own: &[&FieldAt<'f>],
    ) -> Vec<Arguments<'f>> {
        let contextual: BTreeSet<&Name> =
            own.iter().flat_map(|one| one.context_arguments()).map(|it| &it.name).collect();
        for name in &contextual {
            self.check_contextual(&format!("{coordinate}({name}:)"), name, own);
        }
        let lists = own.iter().map(|one| {
            let arguments = one.field.arguments.as_slice();
            if arguments.iter().any(|argument| contextual.contains(&argument.name)) {
                let kept = arguments.iter().filter(|it| !contextual.contains(&it.name));
                Cow::Owned(kept.cloned().collect())
            } else {
                Cow::Borrowed(arguments)
            }
        });
        lists.collect()
    }

    fn check_contextual(&mut self, coordinate: &str, name: &Name, own: &[&FieldAt<'_>]) {
        let (contextual, plain): (Vec<_>, Vec<_>) = own
            .iter()
            .filter_map(|one| Some((one, one.field.argument_by_name(name)?)))
            .partition(|(one, _)| one.context_arguments().iter().any(|it| it.name == *name));
        if plain.is_empty() {
            return;
        }
        let is_required = plain.iter().any(|(_, argument)| argument.is_required());
        let code = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS";
        let diagnostic = if is_required {
            let message = format!(
                "`{coordinate}` is contextual in one subgraph, and required from clients in another"
            );
            Diagnostic::error(code, message)
                .with_help("make it contextual in every subgraph, or optional where it is not")
        } else {
            let message = format!(
                "`{coordinate}` is left out: it is contextual in one subgraph, and clients cannot \
                 give it in another"
            );
            Diagnostic::hint(code, message)
                .with_help("make it contextual in every subgraph, or give one of them another name")
        };
        let mut diagnostic = diagnostic.with_coordinate(coordinate);
        for (_, argument) in &plain {
            let text = if argument.is_required() { "required here" } else { "not contextual here" };
            diagnostic = diagnostic.at(self.sources, argument.name.location(), text);
        }
        for (_, argument) in &contextual {
            diagnostic = diagnostic.at(self.sources, argument.name.location(), "contextual here");
        }
        self.diagnostics.push(diagnostic);
    }
}

impl FieldAt<'_> {
    fn context_arguments(&self) -> &[ContextArgument] {
        self.parent.subgraph.contexts.arguments_of(&self.coordinate())
    }

    /// The contextual arguments as the supergraph has them.
    pub(super) fn joined_context_arguments(&self) -> Vec<ContextArgument> {
        let subgraph = &self.parent.subgraph.name;
        let arguments = self.context_arguments().iter().map(|argument| ContextArgument {
            context: joined_name(subgraph, &argument.context),
            ..argument.clone()
        });
        arguments.collect()
    }
}

/// The contexts that a type sets in all its subgraphs.
pub(super) fn contexts(ty: &Name, at: &[TypeAt<'_>]) -> Vec<Node<Directive>> {
    let contexts = at.iter().flat_map(|one| {
        let names = one.subgraph.contexts.set_by.get(ty).into_iter().flatten();
        names.map(|context| joined_name(&one.subgraph.name, context))
    });
    let directives = contexts.map(|context| {
        let value = Node::new(Value::String(context));
        let argument = Node::new(Argument { name: name!("name"), value });
        Node::new(Directive { name: name!("context"), arguments: vec![argument] })
    });
    directives.collect()
}

/// An interface promises clients an argument that an implementation takes from a context: only
/// the merged graph shows it, because in one subgraph neither may be promised.
pub(super) fn check_promises(merged: &mut Merged<'_>) {
    let Supergraph { schema, joins, .. } = &merged.supergraph;
    let mut errors = Vec::new();
    for (name, join) in joins {
        let Some(ty) = schema.get_object(name) else { continue };
        for (field, at) in &join.fields {
            let contextual = at.iter().flat_map(|one| &one.context_arguments);
            for argument in contextual.map(|it| &it.name).collect::<BTreeSet<_>>() {
                let promise = ty.implements_interfaces.iter().find(|interface| {
                    let interface = schema.get_interface(interface);
                    let promised = interface.and_then(|interface| interface.fields.get(field));
                    promised.is_some_and(|promised| promised.argument_by_name(argument).is_some())
                });
                if let Some(interface) = promise {
                    let at = Promised { interface, ty: name, field, argument };
                    errors.push(promised(merged, &at));
                }
            }
        }
    }
    merged.diagnostics.extend(errors);
}

/// Which argument of which type's field an interface promises.
struct Promised<'a> {
    interface: &'a Name,
    ty: &'a Name,
    field: &'a Name,
    argument: &'a Name,
}

fn promised(merged: &Merged<'_>, at: &Promised<'_>) -> Diagnostic {
    let Promised { interface, ty, field, argument } = at;
    let coordinate = format!("{ty}.{field}({argument}:)");
    let message = format!(
        "`{coordinate}` is contextual, and `{interface}.{field}` promises clients that they give it"
    );
    let mut error = Diagnostic::error("INVALID_GRAPHQL", message)
        .with_coordinate(coordinate)
        .with_help("take the argument off the interface, or the `@fromContext` off the argument");
    for subgraph in merged.subgraphs {
        for (parent, text) in [(ty, "clients give it here"), (interface, "promised here")] {
            let parent = subgraph.schema.types.get(*parent);
            let field = parent.and_then(|parent| field_of(parent, field));
            let Some(argument) = field.and_then(|field| field.argument_by_name(argument)) else {
                continue;
            };
            let is_contextual = argument.directives.has(names::FROM_CONTEXT);
            let text = if is_contextual { "contextual here" } else { text };
            error = error.at(merged.sources, argument.name.location(), text);
        }
    }
    error
}

fn joined_name(subgraph: &str, context: &str) -> String {
    format!("{subgraph}__{context}")
}
