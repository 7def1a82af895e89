//! What an operation of a view is answered, read off the view's text and the merged rows: GraphQL
//! executed over the view's schema, each field found by walking its way through the rows.
//!
//! Written from the language's description. Knows nothing of translations, plans and executors,
//! and shares no code with what compiles views.

mod definition;

use std::sync::atomic::AtomicUsize;

use apollo_compiler::ast::{Argument, Selection, Type, Value as Ast};
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::{ExtendedType, FieldDefinition, InputValueDefinition};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Node, Schema};
use federation::operation::Operation;
use serde_json::{Map, Value};

use crate::oracle::{Answer, MergedObject, error_paths};
use crate::world::{Found, World, unmark};
use definition::{Definition, json_of};

/// Executes an operation of the world's view over the merged graph.
pub(crate) fn answer(
    world: &World,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Result<Answer, String> {
    let (text, view) = world.view.as_ref().ok_or("the world has no view")?;
    let definition = Definition::read(text)?;
    let schema = view.api_schema().schema();
    let turns = AtomicUsize::new(0);
    let own = operation.definition();
    let theirs = world.api_schema.schema().root_operation(own.operation_type);
    let theirs = theirs.ok_or("the graph has no such root")?;
    let merged = MergedObject::root(world, &turns, theirs);
    let given = serde_json::to_value(&**variables).map_err(|error| error.to_string())?;
    let graph = world.api_schema.schema();
    let scene = Scene { schema, graph, definition, variables: given };
    let root = ViewObject { scene: &scene, ty: own.object_type().to_string(), merged };
    let executed = Execution::new(schema, operation.document())
        .operation(own)
        .coerced_variable_values(variables)
        .execute_sync(&root);
    let response = executed.map_err(|error| format!("the view's oracle refuses: {error:?}"))?;
    let data = serde_json::to_string(&response.data).map_err(|error| error.to_string())?;
    let errors = serde_json::to_value(&response.errors).map_err(|error| error.to_string())?;
    Ok(Answer { data: unmark(&data), error_paths: error_paths(&errors) })
}

struct Scene<'w> {
    /// The view's.
    schema: &'w Schema,
    graph: &'w Valid<Schema>,
    definition: Definition,
    /// What the client gives, coerced.
    variables: Value,
}

/// An object of the graph as one of the view's types.
struct ViewObject<'w> {
    scene: &'w Scene<'w>,
    ty: String,
    merged: MergedObject<'w>,
}

/// What a way leads to.
enum Reached<'w> {
    Nothing,
    Leaf(Value),
    Object(MergedObject<'w>),
    List(Vec<Reached<'w>>),
}

impl ObjectValue for ViewObject<'_> {
    fn type_name(&self) -> &str {
        &self.ty
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        // Its own: an interface may promise less.
        let own = self.scene.schema.type_field(&self.ty, info.field_name());
        let field: &FieldDefinition = own.map_or(info.field_definition(), |field| field);
        let from = self.scene.definition.from(&self.ty, &field.name);
        let given = &info.field_selections()[0].arguments;
        let given = self.scene.given(&field.arguments, given);
        let way = match from {
            Some(from) => from.way.clone(),
            None if self.is_group(field) => Vec::new(),
            None => definition::field_of_same_name(field),
        };
        let walk = Walk { scene: self.scene, field, given: &given };
        let reached = walk.along(&way, Reached::Object(self.merged.clone()));
        let lists = self.scene.lists_on(&way, &self.scene.stands_for(&self.ty));
        let is_joined = depth(&field.ty) == 1 && lists > 1;
        let reached = if is_joined { joined(reached, lists) } else { reached };
        let completed = self.completed(&field.ty, reached);
        Ok(if is_null(&completed) { default_of(&field.ty, from) } else { completed })
    }
}

impl<'w> ViewObject<'w> {
    /// Whether a field without `@from` is a group: its type stands for what this one stands for.
    fn is_group(&self, field: &FieldDefinition) -> bool {
        let of = |name: &str| self.scene.stands_for(name);
        let named = field.ty.inner_named_type();
        let is_object = self.scene.schema.get_object(named).is_some();
        is_object && !field.ty.is_list() && of(named) == of(&self.ty)
    }

    /// As a value of a type of the view.
    fn completed(&self, ty: &Type, reached: Reached<'w>) -> ResolvedValue<'w> {
        let scene = self.scene;
        match reached {
            Reached::Nothing => ResolvedValue::null(),
            Reached::Object(merged) => match scene.member(ty.inner_named_type(), &merged.row.ty) {
                Some(ty) => ResolvedValue::object(ViewObject { scene, ty, merged }),
                None => ResolvedValue::null(),
            },
            Reached::Leaf(Value::Null) => ResolvedValue::null(),
            Reached::Leaf(value) => scene.leaf(ty, &value),
            Reached::List(items) => {
                let items: Vec<ResolvedValue<'w>> =
                    items.into_iter().map(|item| self.completed(ty.item_type(), item)).collect();
                // A leaf that cannot be null makes null the list around it, which has a default.
                let is_leaf = scene.is_leaf(ty.inner_named_type());
                if is_leaf && ty.item_type().is_non_null() && items.iter().any(is_null) {
                    return ResolvedValue::null();
                }
                ResolvedValue::List(Box::new(items.into_iter().map(Ok)))
            }
        }
    }
}

fn is_null(value: &ResolvedValue<'_>) -> bool {
    matches!(value, ResolvedValue::Leaf(value) if value.is_null())
}

impl Scene<'_> {
    /// The graph's type that one of the view stands for.
    fn stands_for(&self, ty: &str) -> String {
        let same_root = || {
            let roots = self.schema.schema_definition.iter_root_operations();
            let kind = roots.into_iter().find(|(_, name)| name.name == ty)?.0;
            Some(self.graph.root_operation(kind)?.to_string())
        };
        let stated = self.definition.of(ty).map(str::to_owned);
        stated.or_else(same_root).unwrap_or_else(|| ty.to_owned())
    }

    /// The lists of a way together.
    fn lists_on(&self, way: &[Selection], ty: &str) -> usize {
        match way.first() {
            Some(Selection::InlineFragment(fragment)) => {
                let on = fragment.type_condition.as_ref().map_or(ty, |on| on.as_str());
                self.lists_on(&fragment.selection_set, on)
            }
            Some(Selection::Field(field)) => {
                let Ok(definition) = self.graph.type_field(ty, &field.name) else { return 0 };
                let next = definition.ty.inner_named_type();
                depth(&definition.ty) + self.lists_on(&field.selection_set, next)
            }
            _ => 0,
        }
    }

    fn is_leaf(&self, name: &str) -> bool {
        self.schema.types.get(name).is_none_or(ExtendedType::is_leaf)
    }

    /// Which of a type's object types shows an object of the graph.
    fn member(&self, own: &str, theirs: &str) -> Option<String> {
        let shows = |own: &str| {
            let of = self.stands_for(own);
            of == theirs || self.graph.is_subtype(&of, theirs)
        };
        if self.schema.get_object(own).is_some() {
            return Some(own.to_owned());
        }
        let objects = self.schema.types.iter().filter(|(_, ty)| ty.is_object());
        let mut members = objects.filter(|(name, _)| self.schema.is_subtype(own, name));
        members.find(|(name, _)| shows(name)).map(|(name, _)| name.to_string())
    }

    fn leaf<'a>(&self, ty: &Type, value: &Value) -> ResolvedValue<'a> {
        let named = ty.inner_named_type();
        if !matches!(self.schema.types.get(named), Some(ExtendedType::Enum(_))) {
            return resolved(ty, value);
        }
        let own = value.as_str().and_then(|theirs| self.definition.shown(named, theirs));
        own.map_or_else(ResolvedValue::null, ResolvedValue::leaf)
    }

    /// Arguments as the view's definitions have them, with its defaults.
    fn given(
        &self,
        definitions: &[Node<InputValueDefinition>],
        stated: &[Node<Argument>],
    ) -> Value {
        let given = definitions.iter().filter_map(|definition| {
            let stated = stated.iter().find(|argument| argument.name == definition.name);
            let value = self.given_value(definition, stated.map(|argument| &argument.value))?;
            Some((definition.name.to_string(), value))
        });
        Value::Object(given.collect())
    }

    /// What is given, or the default; none for nothing.
    fn given_value(
        &self,
        definition: &InputValueDefinition,
        stated: Option<&Node<Ast>>,
    ) -> Option<Value> {
        let default = || {
            let default = definition.default_value.as_ref()?;
            Some(self.input(&definition.ty, default))
        };
        match stated.map(|value| &**value) {
            None => default(),
            Some(Ast::Variable(name)) => {
                let given = self.variables.get(name.as_str());
                // Null is no value of what cannot be null.
                let given = given.filter(|it| !it.is_null() || !definition.ty.is_non_null());
                given.cloned().or_else(default)
            }
            Some(value) => Some(self.input(&definition.ty, value)),
        }
    }

    fn input(&self, ty: &Type, value: &Ast) -> Value {
        match (value, self.schema.types.get(ty.inner_named_type())) {
            (Ast::Variable(name), _) => {
                self.variables.get(name.as_str()).cloned().unwrap_or_default()
            }
            (Ast::List(items), _) => {
                items.iter().map(|item| self.input(ty.item_type(), item)).collect()
            }
            (Ast::Object(stated), Some(ExtendedType::InputObject(definition))) => {
                let fields = definition.fields.values().filter_map(|field| {
                    let stated = stated.iter().find(|(name, _)| *name == field.name);
                    let value = self.given_value(field, stated.map(|(_, value)| value))?;
                    Some((field.name.to_string(), value))
                });
                Value::Object(fields.collect())
            }
            (value, _) => json_of(value),
        }
    }
}

/// What is answered for null.
fn default_of<'a>(ty: &Type, from: Option<&definition::From>) -> ResolvedValue<'a> {
    let default = from.and_then(|from| from.default.as_ref());
    default.map_or_else(ResolvedValue::null, |default| resolved(ty, &json_of(default)))
}

/// A leaf, or lists of them; numbers as their types have them.
fn resolved<'a>(ty: &Type, value: &Value) -> ResolvedValue<'a> {
    let named = ty.inner_named_type().as_str();
    match value {
        // In no list, it is inside a scalar.
        Value::Array(items) if ty.is_list() => {
            let item = |item| Ok(resolved(ty.item_type(), item));
            let items: Vec<_> = items.iter().map(item).collect();
            ResolvedValue::List(Box::new(items.into_iter()))
        }
        Value::Number(number) if named == "ID" => ResolvedValue::leaf(number.to_string()),
        Value::Number(number) if named == "Float" => ResolvedValue::leaf(number.as_f64()),
        value => ResolvedValue::leaf(value.clone()),
    }
}

/// The way of one field, with what the client has given for its arguments.
struct Walk<'a> {
    scene: &'a Scene<'a>,
    field: &'a FieldDefinition,
    given: &'a Value,
}

impl Walk<'_> {
    fn along<'w>(&self, way: &[Selection], from: Reached<'w>) -> Reached<'w> {
        match way.first() {
            Some(Selection::InlineFragment(fragment)) => {
                let on = fragment.type_condition.as_ref();
                let reached = self.only_on(on.map(|on| on.as_str()), from);
                self.along(&fragment.selection_set, reached)
            }
            Some(Selection::Field(field)) => {
                self.along(&field.selection_set, self.step(field, from))
            }
            Some(Selection::FragmentSpread(_)) => Reached::Nothing,
            None => from,
        }
    }

    fn only_on<'w>(&self, on: Option<&str>, reached: Reached<'w>) -> Reached<'w> {
        match reached {
            Reached::List(items) => {
                Reached::List(items.into_iter().map(|item| self.only_on(on, item)).collect())
            }
            Reached::Object(object) => {
                let is_meant = on.is_none_or(|on| {
                    on == object.row.ty || self.scene.graph.is_subtype(on, &object.row.ty)
                });
                if is_meant { Reached::Object(object) } else { Reached::Nothing }
            }
            other => other,
        }
    }

    fn step<'w>(&self, step: &apollo_compiler::ast::Field, from: Reached<'w>) -> Reached<'w> {
        match from {
            Reached::List(items) => {
                Reached::List(items.into_iter().map(|item| self.step(step, item)).collect())
            }
            Reached::Object(object) => {
                let graph = self.scene.graph;
                let Ok(definition) = graph.type_field(&object.row.ty, &step.name) else {
                    return Reached::Nothing;
                };
                let arguments = self.arguments(&step.arguments, definition);
                reached(&object, object.read(&step.name, &definition.ty, arguments))
            }
            Reached::Nothing | Reached::Leaf(_) => Reached::Nothing,
        }
    }

    /// Coerced by the graph's definitions: with its defaults where nothing is given.
    fn arguments(&self, stated: &[Node<Argument>], theirs: &FieldDefinition) -> Value {
        let mut values = JsonMap::new();
        for argument in stated {
            if let Some(value) = self.value(&argument.value) {
                values.insert(argument.name.as_str(), value.into());
            }
        }
        let declared = theirs.arguments.iter().map(|argument| {
            let default = argument.default_value.as_ref();
            let default = default.map(|value| format!(" = {}", value.serialize().no_indent()));
            format!("${}: {}{} ", argument.name, argument.ty, default.unwrap_or_default())
        });
        let declared: String = declared.collect();
        if declared.is_empty() {
            return Value::Object(Map::new());
        }
        let schema = self.scene.graph;
        let document = format!("query({declared}) {{ __typename }}");
        let document = ExecutableDocument::parse(schema, document, "arguments.graphql");
        let document = document.expect("declarations of arguments are valid");
        let operation = document.operations.get(None).expect("there is one operation");
        let coerced = coerce_variable_values(schema, operation, &values);
        let coerced = coerced.map(|values| serde_json::to_value(values.into_inner()));
        coerced.ok().and_then(Result::ok).unwrap_or_default()
    }

    /// In the graph's terms; none for what the client leaves out.
    fn value(&self, value: &Ast) -> Option<Value> {
        Some(match value {
            Ast::Variable(name) => {
                let given = self.given.get(name.as_str())?;
                let ty = &self.field.argument_by_name(name)?.ty;
                self.scene.definition.sent(ty, given)
            }
            Ast::List(items) => {
                items.iter().map(|item| self.value(item).unwrap_or(Value::Null)).collect()
            }
            Ast::Object(fields) => {
                let field = |(name, value): &(apollo_compiler::Name, Node<Ast>)| {
                    Some((name.to_string(), self.value(value)?))
                };
                Value::Object(fields.iter().filter_map(field).collect())
            }
            other => json_of(other),
        })
    }
}

fn reached<'w>(from: &MergedObject<'w>, found: Found<'w>) -> Reached<'w> {
    match found {
        Found::Leaf(Value::Null) | Found::Error(_) => Reached::Nothing,
        Found::Leaf(value) => Reached::Leaf(value),
        Found::Row(row) => Reached::Object(from.inside(row)),
        Found::List(items) => {
            Reached::List(items.into_iter().map(|item| reached(from, item)).collect())
        }
    }
}

/// All items of lists in lists as one list; a list that is not there has none.
fn joined(reached: Reached<'_>, lists: usize) -> Reached<'_> {
    match reached {
        Reached::List(items) if lists > 1 => {
            let inside = items.into_iter().flat_map(|item| match joined(item, lists - 1) {
                Reached::List(items) => items,
                _ => Vec::new(),
            });
            Reached::List(inside.collect())
        }
        other => other,
    }
}

fn depth(ty: &Type) -> usize {
    if ty.is_list() { 1 + depth(ty.item_type()) } else { 0 }
}
