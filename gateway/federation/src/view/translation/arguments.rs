//! What the client has given for a field's arguments, on the way of that field.

use apollo_compiler::ast::{Argument, Type, Value};
use apollo_compiler::{Name, Node};

use super::Translator;
use crate::query_graph::FieldId;
use crate::view::answer::DefaultedVariable;

impl Translator<'_> {
    /// A value on a way, with what the client has given; none where that is nothing.
    pub(super) fn given(
        &mut self,
        field: FieldId,
        given: &[Node<Argument>],
        value: &Node<Value>,
    ) -> Option<Node<Value>> {
        match &**value {
            Value::Variable(name) => {
                let own = self.view.graph.field(field);
                let parent = &self.view.graph.ty(own.parent).name;
                let definition = self.view.argument(parent, &own.name, name)?;
                let stated = given.iter().find(|it| it.name == *name).map(|it| &it.value);
                let stated = stated.or(definition.default_value.as_ref())?;
                let (ty, default) = (definition.ty.clone(), definition.default_value.clone());
                let stated = self.with_defaults(stated, &ty, default.as_ref());
                Some(self.view.mapping.input_value(&stated, &ty))
            }
            Value::List(items) => {
                let item = |item| {
                    let value = self.given(field, given, item);
                    value.unwrap_or_else(|| Node::new(Value::Null))
                };
                Some(Node::new(Value::List(items.iter().map(item).collect())))
            }
            Value::Object(fields) => {
                let fields = fields.iter().filter_map(|(name, value)| {
                    Some((name.clone(), self.given(field, given, value)?))
                });
                Some(Node::new(Value::Object(fields.collect())))
            }
            _ => Some(value.clone()),
        }
    }

    /// A value of the client's in which no variable stands for a default of the view: what is left
    /// out by a variable is left out as well.
    fn with_defaults(
        &mut self,
        value: &Node<Value>,
        ty: &Type,
        default: Option<&Node<Value>>,
    ) -> Node<Value> {
        match &**value {
            Value::Variable(name) => match default {
                Some(default) if self.may_be_left_out(name) => {
                    let name = self.defaulted(name, ty, default);
                    value.same_location(Value::Variable(name))
                }
                _ => value.clone(),
            },
            Value::List(items) => {
                let item = |item| self.with_defaults(item, ty.item_type(), None);
                value.same_location(Value::List(items.iter().map(item).collect()))
            }
            Value::Object(fields) => {
                let view = self.view;
                let Some(mapping) = view.mapping.inputs.get(ty.inner_named_type()) else {
                    return value.clone();
                };
                let field = |(name, value): &(Name, Node<Value>)| {
                    let value = mapping.fields.get(name).map_or_else(
                        || value.clone(),
                        |field| self.with_defaults(value, &field.ty, field.default.as_ref()),
                    );
                    (name.clone(), value)
                };
                value.same_location(Value::Object(fields.iter().map(field).collect()))
            }
            _ => value.clone(),
        }
    }

    fn may_be_left_out(&self, variable: &Name) -> bool {
        let mut definitions = self.operation.definition().variables.iter();
        let definition = definitions.find(|definition| definition.name == *variable);
        definition.is_some_and(|definition| !definition.ty.is_non_null())
    }

    /// The variable that has the client's value, or the default.
    fn defaulted(&mut self, of: &Name, ty: &Type, default: &Node<Value>) -> Name {
        let key = (of.clone(), ty.clone(), default.clone());
        if let Some(known) = self.defaulted.get(&key) {
            return known.name.clone();
        }
        let is_taken = |name: &str| {
            self.operation.definition().variables.iter().any(|it| it.name == name)
                || self.defaulted.values().any(|it| it.name == name)
        };
        let numbered = (1..).map(|number| format!("{of}_{number}"));
        let free = numbered.filter(|name| !is_taken(name)).find_map(|name| Name::new(&name).ok());
        let name = free.unwrap_or_else(|| of.clone());
        let default = self.view.mapping.input_value(default, ty);
        let defaulted =
            DefaultedVariable { name: name.clone(), of: of.clone(), ty: ty.clone(), default };
        self.defaulted.insert(key, defaulted);
        name
    }
}
