//! Where each part of a view is in the supergraph: what `resolution` finds, and operations are
//! translated by.

use apollo_compiler::ast::{Argument, Type, Value};
use apollo_compiler::collections::{HashMap, IndexMap};
use apollo_compiler::{Name, Node};

use crate::query_graph::TypeId;

/// Everything about one view. Names are the view's where nothing else is said.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    /// By object type: the supergraph's type it stands for.
    pub(super) objects: HashMap<Name, TypeId>,
    /// By object type and field.
    pub(super) fields: HashMap<(Name, Name), FieldSource>,
    /// By enum type.
    pub(super) enums: HashMap<Name, EnumMapping>,
    /// By input object type.
    pub(super) inputs: HashMap<Name, InputMapping>,
}

/// Where the value of a field of a view is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldSource {
    /// From the object to the value; none where the field groups fields of the same object.
    pub(super) steps: Vec<Step>,
    /// What to answer for null.
    pub(super) default: Option<Node<Value>>,
    /// Whether the lists on the way are joined into one.
    pub(super) is_joined: bool,
    /// The named type at the end of the way.
    pub(super) end: TypeId,
}

/// One field on the way to a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// Only of objects of this type; others have no value.
    pub(super) only_on: Option<TypeId>,
    /// The supergraph's field.
    pub(super) field: Name,
    /// With the view field's arguments as variables.
    pub(super) arguments: Vec<Node<Argument>>,
    /// The type that the supergraph says it has.
    pub(super) ty: Type,
}

/// An enum of a view.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EnumMapping {
    /// The supergraph's enum.
    pub(super) of: Name,
    /// The supergraph's value for each of the view's.
    pub(super) values: HashMap<Name, Name>,
}

/// An input object of a view.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InputMapping {
    /// The supergraph's input object.
    pub(super) of: Name,
    /// In the order of the view.
    pub(super) fields: IndexMap<Name, InputFieldMapping>,
}

/// A field of an input object of a view.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InputFieldMapping {
    /// The supergraph's field.
    pub(super) of: Name,
    /// The type that the view gives it.
    pub(super) ty: Type,
    /// What the view gives it where clients give nothing.
    pub(super) default: Option<Node<Value>>,
}

impl Mapping {
    /// What the supergraph calls an input type of the view.
    pub(super) fn input_type_name<'a>(&'a self, name: &'a Name) -> &'a Name {
        let of_enum = self.enums.get(name).map(|mapping| &mapping.of);
        of_enum.or_else(|| self.inputs.get(name).map(|mapping| &mapping.of)).unwrap_or(name)
    }

    /// An input type of the view in the supergraph's terms.
    pub(super) fn input_type(&self, ty: &Type) -> Type {
        match ty {
            Type::Named(name) => Type::Named(self.input_type_name(name).clone()),
            Type::NonNullNamed(name) => Type::NonNullNamed(self.input_type_name(name).clone()),
            Type::List(item) => Type::List(Box::new(self.input_type(item))),
            Type::NonNullList(item) => Type::NonNullList(Box::new(self.input_type(item))),
        }
    }

    /// A value of an input type of the view in the supergraph's terms, with the view's defaults;
    /// variables stay.
    pub(super) fn input_value(&self, value: &Node<Value>, ty: &Type) -> Node<Value> {
        let named = ty.inner_named_type();
        match &**value {
            Value::List(items) => {
                let item = ty.item_type();
                let items = items.iter().map(|value| self.input_value(value, item)).collect();
                value.same_location(Value::List(items))
            }
            Value::Enum(name) => {
                let renamed = self.enums.get(named).and_then(|mapping| mapping.values.get(name));
                renamed.map_or_else(
                    || value.clone(),
                    |it| value.same_location(Value::Enum(it.clone())),
                )
            }
            Value::Object(fields) => match self.inputs.get(named) {
                Some(mapping) => {
                    let fields = mapping.fields.iter().filter_map(|(name, field)| {
                        let stated = fields.iter().find(|(stated, _)| stated == name);
                        let given = stated.map(|(_, value)| value).or(field.default.as_ref())?;
                        Some((field.of.clone(), self.input_value(given, &field.ty)))
                    });
                    value.same_location(Value::Object(fields.collect()))
                }
                None => value.clone(),
            },
            _ => value.clone(),
        }
    }
}
