//! A view's text: what its types, fields and values stand for, as they are written.

use std::collections::HashMap;

use apollo_compiler::Node;
use apollo_compiler::ast::{
    self, Argument, DirectiveList, Document, FieldDefinition, Selection, Type, Value as Ast,
};
use serde_json::{Map, Number, Value};

/// A view as it is written.
pub(super) struct Definition {
    types: HashMap<String, String>,
    fields: HashMap<(String, String), From>,
    /// By enum and by the view's value: the graph's.
    values: HashMap<(String, String), String>,
    /// By input object and by the view's field: the graph's, and the type it has in the view.
    inputs: HashMap<(String, String), (String, Type)>,
}

/// A field's `@from`.
pub(super) struct From {
    pub(super) way: Vec<Selection>,
    pub(super) default: Option<Node<Ast>>,
}

impl Definition {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let document = Document::parse(text, "view.graphql").map_err(|it| it.to_string())?;
        let mut definition = Self {
            types: HashMap::new(),
            fields: HashMap::new(),
            values: HashMap::new(),
            inputs: HashMap::new(),
        };
        for one in &document.definitions {
            definition.add(one);
        }
        Ok(definition)
    }

    fn add(&mut self, definition: &ast::Definition) {
        let Some(name) = definition.name().map(ToString::to_string) else { return };
        if let Some(of) = text(definition.directives(), "of", "type") {
            self.types.insert(name.clone(), of);
        }
        match definition {
            ast::Definition::ObjectTypeDefinition(object) => {
                for field in &object.fields {
                    let Some(way) = text(&field.directives, "from", "fields") else { continue };
                    let from = field.directives.get("from");
                    let default = from.and_then(|it| it.specified_argument_by_name("default"));
                    let from = From { way: way_of(&way), default: default.cloned() };
                    self.fields.insert((name.clone(), field.name.to_string()), from);
                }
            }
            ast::Definition::EnumTypeDefinition(definition) => {
                for value in &definition.values {
                    let own = value.value.to_string();
                    let of = text(&value.directives, "value", "of");
                    self.values.insert((name.clone(), own.clone()), of.unwrap_or(own));
                }
            }
            ast::Definition::InputObjectTypeDefinition(input) => {
                for field in &input.fields {
                    let own = field.name.to_string();
                    let of = text(&field.directives, "from", "fields");
                    let sent = (of.unwrap_or_else(|| own.clone()), (*field.ty).clone());
                    self.inputs.insert((name.clone(), own), sent);
                }
            }
            _ => {}
        }
    }

    pub(super) fn of(&self, ty: &str) -> Option<&str> {
        self.types.get(ty).map(String::as_str)
    }

    pub(super) fn from(&self, ty: &str, field: &str) -> Option<&From> {
        self.fields.get(&(ty.to_owned(), field.to_owned()))
    }

    /// What the view calls a value of the graph's enum.
    pub(super) fn shown(&self, own: &str, value: &str) -> Option<String> {
        let mut values = self.values.iter().filter(|((ty, _), of)| ty == own && *of == value);
        values.next().map(|((_, own), _)| own.clone())
    }

    /// A value of the client's in the graph's terms.
    pub(super) fn sent(&self, ty: &Type, value: &Value) -> Value {
        let named = ty.inner_named_type().to_string();
        match value {
            Value::Array(items) => {
                items.iter().map(|item| self.sent(ty.item_type(), item)).collect()
            }
            Value::String(own) => match self.values.get(&(named, own.clone())) {
                Some(theirs) => Value::from(theirs.as_str()),
                None => value.clone(),
            },
            Value::Object(fields) => {
                let field = |(own, value): (&String, &Value)| match self
                    .inputs
                    .get(&(named.clone(), own.clone()))
                {
                    Some((theirs, ty)) => (theirs.clone(), self.sent(ty, value)),
                    None => (own.clone(), value.clone()),
                };
                Value::Object(fields.iter().map(field).collect())
            }
            value => value.clone(),
        }
    }
}

/// What a field without `@from` reads: the field of its name, with its arguments.
pub(super) fn field_of_same_name(field: &FieldDefinition) -> Vec<Selection> {
    let argument = |name: &apollo_compiler::Name| {
        let value = Node::new(Ast::Variable(name.clone()));
        Node::new(Argument { name: name.clone(), value })
    };
    vec![Selection::Field(Node::new(ast::Field {
        alias: None,
        name: field.name.clone(),
        arguments: field.arguments.iter().map(|it| argument(&it.name)).collect(),
        directives: DirectiveList::default(),
        selection_set: Vec::new(),
    }))]
}

/// A value without variables.
pub(super) fn json_of(value: &Ast) -> Value {
    match value {
        Ast::Null | Ast::Variable(_) => Value::Null,
        Ast::Enum(name) => Value::from(name.as_str()),
        Ast::String(text) => Value::from(text.as_str()),
        Ast::Boolean(value) => Value::from(*value),
        Ast::Int(number) => number_of(number.as_str()),
        Ast::Float(number) => number_of(number.as_str()),
        Ast::List(items) => items.iter().map(|item| json_of(item)).collect(),
        Ast::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.to_string(), json_of(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
    }
}

fn number_of(text: &str) -> Value {
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

fn way_of(fields: &str) -> Vec<Selection> {
    let document = Document::parse(format!("{{ {fields} }}"), "way.graphql");
    let document = document.expect("a view that compiles has ways that can be read");
    let operation = document.definitions.iter().find_map(|it| it.as_operation_definition());
    operation.map(|operation| operation.selection_set.clone()).unwrap_or_default()
}

fn text(directives: &DirectiveList, directive: &str, argument: &str) -> Option<String> {
    let value = directives.get(directive)?.specified_argument_by_name(argument)?;
    value.as_str().map(str::to_owned)
}
