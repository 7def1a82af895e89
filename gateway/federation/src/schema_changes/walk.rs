//! What of a schema a part of a document names, coordinate by coordinate, with its place.
//!
//! Walks the syntax tree and not the validated document: what is not valid has coordinates too,
//! and what a removed element was called is just what is looked for.

use apollo_compiler::ast::{
    Argument, Definition, DirectiveList, Field, InputValueDefinition, Selection, Type, Value,
};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema};

/// One coordinate where it is used.
pub(super) struct Use {
    /// `User`, `User.email`, `Query.products(limit:)`, `Role.ADMIN`, `@tag`, `@tag(name:)`.
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
    /// For each field, directive and input object it uses: which arguments or input fields get a
    /// value other than null, and not by a variable, at every use.
    pub(super) always_given: HashMap<String, HashSet<String>>,
    /// The fields that select something of their value.
    pub(super) selecting: Vec<SourceSpan>,
}

/// Everything one definition uses.
pub(super) fn definition<'a>(schema: &'a Schema, definition: &'a Definition) -> Walked {
    let mut walker = Walker {
        schema,
        walked: Walked::default(),
        open: Vec::new(),
        variable_types: HashSet::default(),
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
    let mut known = HashSet::default();
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
    /// Types that a variable has.
    variable_types: HashSet<&'a str>,
}

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
        self.arguments(&coordinate, &field.arguments, arguments.unwrap_or_default());
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
            self.arguments(&coordinate, &directive.arguments, arguments.unwrap_or_default());
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
    ) {
        self.given(taker, given.iter().map(|argument| (&argument.name, &argument.value)));
        let mut open = Vec::new();
        for argument in given {
            let coordinate = value_of(taker, &argument.name);
            self.found(coordinate.as_str(), argument.location());
            let definition = definitions.iter().find(|one| one.name == argument.name);
            open.extend(definition.map(|one| (&*one.ty, &argument.value, coordinate)));
        }
        self.values(open);
    }

    /// Notes what one use gives.
    fn given<'b>(
        &mut self,
        taker: &str,
        values: impl Iterator<Item = (&'b Name, &'b Node<Value>)>,
    ) {
        let values =
            values.filter(|(_, value)| !matches!(***value, Value::Null | Value::Variable(_)));
        let given: HashSet<String> = values.map(|(name, _)| value_of(taker, name)).collect();
        match self.walked.always_given.get_mut(taker) {
            Some(always) => always.retain(|one| given.contains(one)),
            None => {
                self.walked.always_given.insert(taker.to_owned(), given);
            }
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
            if !matches!(**value, Value::Variable(_) | Value::Null | Value::List(_)) {
                self.found(name.as_str(), value.location());
            }
            match (&**value, definition) {
                (Value::List(items), _) => {
                    open.extend(items.iter().map(|item| (ty, item, holder.clone())));
                }
                (Value::Object(entries), Some(ExtendedType::InputObject(input))) => {
                    self.given(name, entries.iter().map(|(key, value)| (key, value)));
                    for (key, value) in entries {
                        let coordinate = value_of(name, key);
                        self.found(coordinate.as_str(), key.location());
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
                    self.given(name, std::iter::empty());
                    for (key, field) in &ty.fields {
                        self.found(format!("{name}.{key}"), at);
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
