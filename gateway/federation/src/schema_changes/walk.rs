//! What of a schema a part of a document names, coordinate by coordinate, with its place.
//!
//! Walks the syntax tree and not the validated document: what is not valid has coordinates too,
//! and what a removed element was called is just what is looked for.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{
    Argument, Definition, DirectiveList, Field, InputValueDefinition, Selection, Type, Value,
};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema};

/// One coordinate where it is used.
pub(super) struct Use {
    /// `User`, `User.email`, `Query.products(limit:)`, `Role.ADMIN`, `@tag`, `@tag(name:)`; or
    /// what [`may_be_left_out`] makes of one.
    pub(super) coordinate: String,
    /// Where it is named.
    pub(super) at: Option<SourceSpan>,
}

/// What one operation or fragment uses, without what the fragments it spreads use.
#[derive(Default)]
pub(super) struct Walked {
    /// In the order of the document's levels, with repetitions.
    pub(super) uses: Vec<Use>,
    /// The fragments it spreads.
    pub(super) spreads: Vec<Name>,
    /// The variables it gives to something, whatever that is.
    pub(super) variables: Vec<Name>,
    /// The fields that select something of their value.
    pub(super) selecting: Vec<SourceSpan>,
}

/// Stands for the use of something that takes a value and is not given it, or by a variable or
/// null: no coordinate of a schema.
pub(super) fn may_be_left_out(coordinate: &str) -> String {
    format!("{coordinate}?")
}

/// Everything one definition uses.
pub(super) fn definition<'a>(schema: &'a Schema, definition: &'a Definition) -> Walked {
    let mut walker = Walker {
        schema,
        walked: Walked::default(),
        open: Vec::new(),
        takers: HashMap::new(),
        variable_types: HashSet::new(),
    };
    match definition {
        Definition::OperationDefinition(operation) => {
            walker.directives(&operation.directives);
            for variable in &operation.variables {
                walker.variable_type(&variable.ty, variable.location());
                if let Some(value) = &variable.default_value {
                    let ty = variable.ty.inner_named_type().to_string();
                    walker.values(vec![(&*variable.ty, value, ty)]);
                }
                walker.directives(&variable.directives);
            }
            let root = schema.root_operation(operation.operation_type);
            if let Some(root) = root {
                walker.found(root.as_str(), operation.location());
            }
            let ty = root.and_then(|name| schema.types.get(name));
            walker.open.push((&operation.selection_set, ty));
        }
        Definition::FragmentDefinition(fragment) => {
            walker.directives(&fragment.directives);
            let condition = &fragment.type_condition;
            walker.found(condition.as_str(), condition.location());
            let ty = schema.types.get(condition);
            walker.open.push((&fragment.selection_set, ty));
        }
        _ => {}
    }
    walker.selections();
    walker.walked
}

/// What a definition uses by itself, then what the fragments use that it reaches.
pub(super) fn reached<'a>(
    own: &'a Walked,
    fragments: &'a HashMap<&'a Name, &'a Walked>,
) -> impl Iterator<Item = &'a Walked> {
    let mut known = HashSet::new();
    let mut found = vec![own];
    let mut next = 0;
    while let Some(walked) = found.get(next) {
        next += 1;
        let spreads = walked.spreads.iter().filter(|name| known.insert(*name));
        let fragments: Vec<&Walked> =
            spreads.filter_map(|name| fragments.get(name).copied()).collect();
        found.extend(fragments);
    }
    found.into_iter()
}

struct Walker<'a> {
    schema: &'a Schema,
    walked: Walked,
    /// Selections not walked yet, each with the type it is of where that is known.
    open: Vec<(&'a [Selection], Option<&'a ExtendedType>)>,
    /// Fields, directives and input objects that values were given to, by coordinate.
    takers: HashMap<String, Taker<'a>>,
    /// Types that a variable has.
    variable_types: HashSet<&'a str>,
}

/// What takes arguments or input fields.
struct Taker<'a> {
    definitions: HashMap<&'a str, &'a InputValueDefinition>,
    /// What is given a value other than null wherever it is used so far.
    always_given: HashSet<&'a str>,
}

/// What is given to a taker: name, value and place.
type Given<'a> = (&'a Name, &'a Node<Value>, Option<SourceSpan>);

impl<'a> Walker<'a> {
    fn found(&mut self, coordinate: impl Into<String>, at: Option<SourceSpan>) {
        self.walked.uses.push(Use { coordinate: coordinate.into(), at });
    }

    fn selections(&mut self) {
        while let Some((selections, parent)) = self.open.pop() {
            for selection in selections {
                self.selection(selection, parent);
            }
        }
    }

    fn selection(&mut self, selection: &'a Selection, parent: Option<&'a ExtendedType>) {
        match selection {
            Selection::Field(field) => self.field(field, parent),
            Selection::FragmentSpread(spread) => {
                self.walked.spreads.push(spread.fragment_name.clone());
                self.directives(&spread.directives);
            }
            Selection::InlineFragment(fragment) => {
                self.directives(&fragment.directives);
                let condition = fragment.type_condition.as_ref();
                if let Some(name) = condition {
                    self.found(name.as_str(), name.location());
                }
                let ty = condition.map_or(parent, |name| self.schema.types.get(name));
                self.open.push((&fragment.selection_set, ty));
            }
        }
    }

    fn field(&mut self, field: &'a Node<Field>, parent: Option<&'a ExtendedType>) {
        self.directives(&field.directives);
        self.variables(&field.arguments);
        if !field.selection_set.is_empty() {
            self.walked.selecting.extend(field.location());
        }
        if field.name.starts_with("__") {
            return;
        }
        let Some(parent) = parent else {
            self.open.push((&field.selection_set, None));
            return;
        };
        let coordinate = format!("{}.{}", parent.name(), field.name);
        self.found(coordinate.as_str(), field.location());
        self.found(coordinate.as_str(), field.name.location());
        let fields = match parent {
            ExtendedType::Object(ty) => Some(&ty.fields),
            ExtendedType::Interface(ty) => Some(&ty.fields),
            _ => None,
        };
        let definition = fields.and_then(|fields| fields.get(&field.name));
        let arguments = definition.map(|definition| definition.arguments.as_slice());
        let (given, at) = (&field.arguments, field.location());
        self.arguments(&coordinate, given, arguments.unwrap_or_default(), at);
        let ty = definition.map(|definition| definition.ty.inner_named_type());
        if let Some(ty) = ty {
            self.found(ty.as_str(), field.name.location());
        }
        self.open.push((&field.selection_set, ty.and_then(|ty| self.schema.types.get(ty))));
    }

    fn directives(&mut self, directives: &'a DirectiveList) {
        for directive in directives.iter() {
            let coordinate = format!("@{}", directive.name);
            self.found(coordinate.as_str(), directive.location());
            self.variables(&directive.arguments);
            let definition = self.schema.directive_definitions.get(&directive.name);
            let arguments = definition.map(|definition| definition.arguments.as_slice());
            let (given, at) = (&directive.arguments, directive.location());
            self.arguments(&coordinate, given, arguments.unwrap_or_default(), at);
        }
    }

    fn variables(&mut self, arguments: &[Node<Argument>]) {
        let mut open: Vec<&Value> = arguments.iter().map(|argument| &*argument.value).collect();
        while let Some(value) = open.pop() {
            match value {
                Value::Variable(name) => self.walked.variables.push(name.clone()),
                Value::List(items) => open.extend(items.iter().map(|item| &**item)),
                Value::Object(entries) => open.extend(entries.iter().map(|(_, value)| &**value)),
                _ => {}
            }
        }
    }

    fn arguments(
        &mut self,
        taker: &str,
        given: &'a [Node<Argument>],
        definitions: &'a [Node<InputValueDefinition>],
        at: Option<SourceSpan>,
    ) {
        let given: Vec<Given<'a>> =
            given.iter().map(|one| (&one.name, &one.value, one.location())).collect();
        self.left_out(taker, &given, || definitions.iter().map(|one| &**one).collect(), at);
        let mut open = Vec::new();
        for (name, value, at) in given {
            let coordinate = value_of(taker, name);
            self.found(coordinate.as_str(), at);
            if let Some(definition) = self.takers[taker].definitions.get(name.as_str()) {
                open.push((&*definition.ty, value, coordinate));
            }
        }
        self.values(open);
    }

    /// Notes what a use of a taker leaves out or may leave out. Each is noted once: what later
    /// uses leave out again is known.
    fn left_out(
        &mut self,
        taker: &str,
        given: &[Given<'a>],
        definitions: impl FnOnce() -> Vec<&'a InputValueDefinition>,
        at: Option<SourceSpan>,
    ) {
        let given: HashSet<&str> = given
            .iter()
            .filter(|(_, value, _)| !matches!(***value, Value::Null | Value::Variable(_)))
            .map(|(name, _, _)| name.as_str())
            .collect();
        let left_out: HashSet<&str> = if let Some(known) = self.takers.get_mut(taker) {
            let left_out = known.always_given.difference(&given).copied().collect();
            known.always_given.retain(|name| given.contains(name));
            left_out
        } else {
            let definitions: HashMap<&str, &InputValueDefinition> =
                definitions().into_iter().map(|one| (one.name.as_str(), one)).collect();
            let names = definitions.keys().copied();
            let (always_given, left_out) = names.partition(|name| given.contains(name));
            self.takers.insert(taker.to_owned(), Taker { definitions, always_given });
            left_out
        };
        for name in left_out {
            self.found(may_be_left_out(&value_of(taker, name)), at);
        }
    }

    /// Literals and everything in them, each with the coordinate of what holds it. What a variable
    /// holds is known by the variable's type.
    fn values(&mut self, mut open: Vec<(&'a Type, &'a Node<Value>, String)>) {
        while let Some((ty, value, holder)) = open.pop() {
            let name = ty.inner_named_type();
            let definition = self.schema.types.get(name);
            if let (Value::Enum(one), Some(ExtendedType::Enum(_))) = (&**value, definition) {
                self.found(format!("{name}.{one}"), value.location());
            }
            self.found(holder.as_str(), value.location());
            if !matches!(**value, Value::Variable(_)) {
                self.found(name.as_str(), value.location());
            }
            match (&**value, definition) {
                (Value::List(items), _) => {
                    open.extend(items.iter().map(|item| (ty, item, holder.clone())));
                }
                (Value::Object(entries), Some(ExtendedType::InputObject(input))) => {
                    let given: Vec<Given<'a>> =
                        entries.iter().map(|(key, value)| (key, value, key.location())).collect();
                    let definitions = || input.fields.values().map(|one| &***one).collect();
                    self.left_out(name, &given, definitions, value.location());
                    for (key, value, at) in given {
                        let coordinate = format!("{name}.{key}");
                        self.found(coordinate.as_str(), at);
                        let definition = input.fields.get(key);
                        open.extend(definition.map(|one| (&*one.ty, value, coordinate)));
                    }
                }
                _ => {}
            }
        }
    }

    /// A variable can hold every value of its type: all fields and enum values count as used.
    fn variable_type(&mut self, ty: &'a Type, at: Option<SourceSpan>) {
        let mut open = vec![ty.inner_named_type().as_str()];
        while let Some(name) = open.pop() {
            if !self.variable_types.insert(name) {
                continue;
            }
            self.found(name, at);
            match self.schema.types.get(name) {
                Some(ExtendedType::Enum(ty)) => {
                    for value in ty.values.keys() {
                        self.found(format!("{name}.{value}"), at);
                    }
                }
                Some(ExtendedType::InputObject(ty)) => {
                    for (key, field) in &ty.fields {
                        let coordinate = format!("{name}.{key}");
                        self.found(may_be_left_out(&coordinate), at);
                        self.found(coordinate, at);
                        open.push(field.ty.inner_named_type());
                    }
                }
                _ => {}
            }
        }
    }
}

/// The coordinate of one of the values that something takes: a type has input fields, a field or a
/// directive has arguments.
fn value_of(taker: &str, name: &str) -> String {
    let is_type = !taker.contains(['.', '@']);
    if is_type { format!("{taker}.{name}") } else { format!("{taker}({name}:)") }
}
