//! Writes the client's answer: CompleteValue (GraphQL §6.4.3) and the errors of §6.4.4.
//!
//! The only place where nulls move up: a non-null field without a value cuts the answer back to
//! the nearest nullable field above it.

use apollo_compiler::ast::Type;
use apollo_compiler::response::JsonValue;
use bytes::Bytes;
use federation::operation::{Entry, EntryField, SelectionId};
use federation::query_graph::{FieldId, TypeId, TypeKind};

use super::Execution;
use super::errors::{ErrorList, ErrorTemplate, PathSegment, ResponsePath};
use super::fetch::Failure;
use super::response_tree::{Node, Object};

/// The body, and how many errors it has.
pub(super) fn write(
    execution: &Execution<'_>,
    data: &Node,
    errors: ErrorList,
    failures: &[Failure],
) -> (Bytes, usize) {
    let mut writer =
        Writer { execution, failures, out: b"{\"data\":".to_vec(), path: Vec::new(), errors };
    let root = execution.operation.root();
    let ty = execution.operation.selection(root).ty;
    let start = writer.out.len();
    let written = match data {
        Node::Object(object) => writer.object(root, ty, object),
        _ => Err(Null),
    };
    if written.is_err() {
        writer.out.truncate(start);
        writer.out.extend(b"null");
    }
    let Writer { mut out, errors, .. } = writer;
    let count = errors.len();
    if count > 0 {
        out.extend(b",\"errors\":");
        out.extend(errors.to_json().to_string().as_bytes());
    }
    out.push(b'}');
    (Bytes::from(out), count)
}

/// The value is null, and its field cannot be.
struct Null;

/// What is wrong with a leaf.
type Misfit = String;

struct Writer<'a> {
    execution: &'a Execution<'a>,
    failures: &'a [Failure],
    out: Vec<u8>,
    path: ResponsePath,
    errors: ErrorList,
}

impl Writer<'_> {
    fn object(&mut self, selection: SelectionId, ty: TypeId, object: &Object) -> Result<(), Null> {
        let operation = self.execution.operation;
        let start = self.out.len();
        let mut separator = b'{';
        let selection = operation.selection(selection);
        let order = operation.changed_order(selection, |when| self.execution.holds(when));
        for index in 0..selection.entries.len() {
            let index = order.as_ref().map_or(index, |order| order[index]);
            let entry = &selection.entries[index];
            if !entry.on.contains(ty) || !self.execution.holds(entry.when) {
                continue;
            }
            self.out.push(separator);
            separator = b',';
            self.out.push(b'"');
            self.out.extend(entry.response_key.as_bytes());
            self.out.extend(b"\":");
            self.path.push(PathSegment::Key(entry.response_key.clone()));
            let written = self.entry(entry, ty, object);
            self.path.pop();
            if written.is_err() {
                self.out.truncate(start);
                return Err(Null);
            }
        }
        self.out.extend(if separator == b'{' { b"{}".as_slice() } else { b"}" });
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, ty: TypeId, object: &Object) -> Result<(), Null> {
        let graph = self.execution.query_graph;
        match &entry.field {
            EntryField::Typename => {
                self.string(&graph.ty(ty).name);
                Ok(())
            }
            EntryField::Introspection => {
                let introspection = self.execution.introspection;
                let value = introspection.and_then(|map| map.get(entry.response_key.as_str()));
                self.json(value.unwrap_or(&JsonValue::Null));
                Ok(())
            }
            EntryField::Field { id, .. } => self.field(entry, *id, ty, object),
        }
    }

    fn field(
        &mut self,
        entry: &Entry,
        id: FieldId,
        ty: TypeId,
        object: &Object,
    ) -> Result<(), Null> {
        let graph = self.execution.query_graph;
        let id = graph.field_id(ty, &graph.field(id).name).unwrap_or(id);
        let field = graph.field(id);
        let node = object.get(&entry.response_key);
        if node.is_none() {
            self.explain_missing();
        }
        let position = Position { ty: &field.ty, field: id, child: entry.child };
        self.value(&position, node.unwrap_or(&Node::Null))
    }

    /// CompleteValue.
    fn value(&mut self, position: &Position<'_>, node: &Node) -> Result<(), Null> {
        let start = self.out.len();
        let written = match (position.ty, node) {
            (_, Node::Null) => Err(Null),
            (Type::List(item) | Type::NonNullList(item), Node::List(nodes)) => {
                self.list(&Position { ty: item, ..*position }, nodes)
            }
            (Type::List(_) | Type::NonNullList(_), _) => {
                self.misfit(position, "a list was expected");
                Err(Null)
            }
            (Type::Named(_) | Type::NonNullNamed(_), node) => self.named(position, node),
        };
        if written.is_ok() {
            return Ok(());
        }
        self.out.truncate(start);
        if position.ty.is_non_null() {
            self.explain_non_null(position);
            return Err(Null);
        }
        self.out.extend(b"null");
        Ok(())
    }

    fn list(&mut self, item: &Position<'_>, nodes: &[Node]) -> Result<(), Null> {
        self.out.push(b'[');
        for (index, node) in nodes.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.path.push(PathSegment::Index(index));
            let written = self.value(item, node);
            self.path.pop();
            written?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn named(&mut self, position: &Position<'_>, node: &Node) -> Result<(), Null> {
        let graph = self.execution.query_graph;
        let named_type = graph.field(position.field).named_type;
        let Some(selection) = position.child else {
            return match self.leaf(&graph.ty(named_type).kind, &graph.ty(named_type).name, node) {
                Ok(()) => Ok(()),
                Err(misfit) => {
                    self.misfit(position, &misfit);
                    Err(Null)
                }
            };
        };
        let Node::Object(object) = node else {
            self.misfit(position, "an object was expected");
            return Err(Null);
        };
        let runtime_type = if graph.ty(named_type).is_abstract() {
            object.runtime_type(graph).filter(|ty| graph.ty(named_type).possible.contains(*ty))
        } else {
            Some(named_type)
        };
        let Some(ty) = runtime_type else {
            self.misfit(position, "an object of a possible type was expected");
            return Err(Null);
        };
        self.object(selection, ty, object)
    }

    /// Result coercion of scalars and enums (GraphQL §3.5, §3.9).
    fn leaf(&mut self, kind: &TypeKind, name: &str, node: &Node) -> Result<(), Misfit> {
        let token = match node {
            Node::Leaf(token) => token,
            _ if *kind == TypeKind::Scalar && !is_built_in(name) => {
                self.any(node);
                return Ok(());
            }
            _ => return Err(format!("a value of type `{name}` was expected")),
        };
        let is_number = matches!(token.first(), Some(b'-' | b'0'..=b'9'));
        let is_string = token.first() == Some(&b'"');
        let fits = match (kind, name) {
            (TypeKind::Enum(values), _) => {
                let value = super::response_tree::plain_string(token);
                value.is_some_and(|value| values.iter().any(|one| one == value))
            }
            (_, "Int") => is_number && is_int(token),
            (_, "Float") => is_number,
            (_, "Boolean") => matches!(token.first(), Some(b't' | b'f')),
            (_, "String") => is_string,
            (_, "ID") if is_number && is_integer(token) => {
                self.out.push(b'"');
                self.out.extend(token);
                self.out.push(b'"');
                return Ok(());
            }
            (_, "ID") => is_string,
            _ => true,
        };
        if !fits {
            return Err(format!("a value of type `{name}` was expected"));
        }
        self.out.extend(token);
        Ok(())
    }

    /// A custom scalar, whatever it is.
    fn any(&mut self, node: &Node) {
        match node {
            Node::Leaf(token) => self.out.extend(token),
            Node::List(items) => {
                self.out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.any(item);
                }
                self.out.push(b']');
            }
            Node::Null | Node::Object(_) => self.out.extend(b"null"),
        }
    }

    fn string(&mut self, text: &str) {
        self.json(&JsonValue::from(text));
    }

    fn json(&mut self, value: &JsonValue) {
        // Writing JSON values into memory cannot fail.
        if serde_json::to_writer(&mut self.out, value).is_err() {
            self.out.extend(b"null");
        }
    }
}

/// Why there is null.
impl Writer<'_> {
    /// Nobody gave the field: a fetch that failed says why.
    fn explain_missing(&mut self) {
        let plan = self.execution.plan;
        let lacks =
            |failure: &&Failure| failure.lacks(&self.path, &plan.fetch(failure.fetch).shape);
        let failure = self.failures.iter().find(lacks);
        if let Some(failure) = failure {
            self.errors.push(Some(self.path.clone()), failure.error.clone());
        }
    }

    fn explain_non_null(&mut self, position: &Position<'_>) {
        if self.errors.explains(&self.path) {
            return;
        }
        let message =
            format!("cannot return null for non-nullable field `{}`", self.coordinate(position));
        self.errors.push(Some(self.path.clone()), ErrorTemplate::malformed(message));
    }

    fn misfit(&mut self, position: &Position<'_>, what: &str) {
        let message = format!("`{}` has a wrong value: {what}", self.coordinate(position));
        self.errors.push(Some(self.path.clone()), ErrorTemplate::malformed(message));
    }

    fn coordinate(&self, position: &Position<'_>) -> String {
        let graph = self.execution.query_graph;
        let field = graph.field(position.field);
        format!("{}.{}", graph.ty(field.parent).name, field.name)
    }
}

/// What is expected of a value.
#[derive(Clone, Copy)]
struct Position<'a> {
    ty: &'a Type,
    field: FieldId,
    child: Option<SelectionId>,
}

fn is_built_in(scalar: &str) -> bool {
    matches!(scalar, "Int" | "Float" | "String" | "Boolean" | "ID")
}

fn is_integer(token: &[u8]) -> bool {
    token.iter().all(|byte| matches!(byte, b'-' | b'0'..=b'9'))
}

fn is_int(token: &[u8]) -> bool {
    is_integer(token)
        && std::str::from_utf8(token).is_ok_and(|digits| digits.parse::<i32>().is_ok())
}
