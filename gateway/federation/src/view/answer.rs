//! What an operation of a view is answered with: the view's selections, each field with the way to
//! its value in the supergraph's answer.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::response::JsonValue;
use apollo_compiler::{Name, Node};

use crate::operation::SelectionId;
use crate::query_graph::{FieldId, TypeId, TypeSet};

/// A selection's place in [`ViewOperation::selections`](super::ViewOperation::selections).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewSelectionId(pub(super) u32);

impl ViewSelectionId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is asked of an object of the supergraph, in the view's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewSelection {
    /// The selection of the view's operation that it is: it knows the order of the answer.
    pub selection: SelectionId,
    /// What the view calls the object.
    pub runtime_types: RuntimeTypes,
    /// In the order of the selection's entries; an entry may come several times, for different
    /// runtime types.
    pub fields: Vec<ViewField>,
}

/// Which type of the view an object of the supergraph is.
#[derive(Debug, Clone, PartialEq)]
pub enum RuntimeTypes {
    /// This one, whatever it is there.
    Only(TypeId),
    /// By the supergraph's object type; an object of another type cannot be shown.
    ByType(Vec<(TypeId, TypeId)>),
}

/// One field of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewField {
    /// Its entry in the view's selection: response key and condition are there.
    pub entry: u32,
    /// The supergraph's object types that have it.
    pub on: TypeSet,
    /// Where its value is.
    pub value: ViewValue,
}

/// Where the value of a field is.
#[derive(Debug, Clone, PartialEq)]
pub enum ViewValue {
    /// `__typename`: the view's type.
    Typename,
    /// `__schema` or `__type`: answered without a subgraph.
    Introspection,
    /// A field of the view.
    Field {
        /// Which, among the view's own fields.
        field: FieldId,
        /// From the object to the value; none for a group.
        way: Vec<WayStep>,
        /// The supergraph's type at its end.
        end: TypeId,
        /// What to answer for null.
        default: Option<Node<Value>>,
        /// Whether the lists on the way are joined into one.
        is_joined: bool,
        /// The supergraph's values of an enum, and what the view calls them; empty for all else.
        enum_values: Vec<(Name, Name)>,
        /// What is asked of an object at the end.
        child: Option<ViewSelectionId>,
    },
}

/// One step of a way: a field of the supergraph's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayStep {
    /// Its key in the translated operation.
    pub response_key: Name,
    /// The runtime types that have it; none for all.
    pub on: Option<TypeSet>,
    /// The lists that its type is.
    pub lists: usize,
}

/// A value without variables, as the value of a variable.
pub(super) fn value_of(value: &Value) -> JsonValue {
    match value {
        Value::Null | Value::Variable(_) => JsonValue::Null,
        Value::Enum(name) => JsonValue::from(name.as_str()),
        Value::String(text) => JsonValue::from(text.as_str()),
        Value::Boolean(value) => JsonValue::from(*value),
        Value::Int(number) => match number.as_str().parse::<i64>() {
            Ok(number) => JsonValue::from(number),
            Err(_) => number.as_str().parse::<f64>().map_or(JsonValue::Null, JsonValue::from),
        },
        Value::Float(number) => {
            number.as_str().parse::<f64>().map_or(JsonValue::Null, JsonValue::from)
        }
        Value::List(items) => JsonValue::Array(items.iter().map(|item| value_of(item)).collect()),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.as_str().into(), value_of(value)));
            JsonValue::Object(fields.collect())
        }
    }
}

/// A variable of a translation: what the client gives by one of its own for an argument of the view
/// that has a default.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DefaultedVariable {
    pub(super) name: Name,
    /// The client's variable.
    pub(super) of: Name,
    /// The argument's type, in the view's terms.
    pub(super) ty: Type,
    /// The argument's default, in the supergraph's terms.
    pub(super) default: Node<Value>,
}

/// A value without variables as JSON; numbers as they are written.
pub fn json_of(value: &Value) -> String {
    let text = |text: &str| JsonValue::String(text.into()).to_string();
    let list = |items: Vec<String>| items.join(",");
    match value {
        Value::Null | Value::Variable(_) => "null".to_owned(),
        Value::Enum(name) => text(name),
        Value::String(value) => text(value),
        Value::Boolean(value) => value.to_string(),
        Value::Int(number) => number.as_str().to_owned(),
        Value::Float(number) => number.as_str().to_owned(),
        Value::List(items) => {
            format!("[{}]", list(items.iter().map(|item| json_of(item)).collect()))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, it)| format!("{}:{}", text(name), json_of(it)));
            format!("{{{}}}", list(fields.collect()))
        }
    }
}
