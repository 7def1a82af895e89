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
    /// The fields that select something of their value.
    pub(super) selecting: Vec<SourceSpan>,
}

/// Everything one definition uses.
pub(super) fn definition<'a>(schema: &'a Schema, definition: &'a Definition) -> Walked {
    let mut walker = Walker { schema, walked: Walked::default(), open: Vec::new() };
    match definition {
        Definition::OperationDefinition(operation) => {
            walker.directives(&operation.directives);
            for variable in &operation.variables {
                walker.variable_type(&variable.ty, variable.location());
                if let Some(value) = &variable.default_value {
                    walker.value(&variable.ty, value);
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

struct Walker<'a> {
    schema: &'a Schema,
    walked: Walked,
    /// Selections not walked yet, each with the type it is of where that is known.
    open: Vec<(&'a [Selection], Option<&'a ExtendedType>)>,
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
            let definition = self.schema.directive_definitions.get(&directive.name);
            let arguments = definition.map(|definition| definition.arguments.as_slice());
            self.arguments(&coordinate, &directive.arguments, arguments.unwrap_or_default());
        }
    }

    fn arguments(
        &mut self,
        owner: &str,
        given: &'a [Node<Argument>],
        definitions: &'a [Node<InputValueDefinition>],
    ) {
        if given.is_empty() {
            return;
        }
        let definitions: HashMap<&Name, _> =
            definitions.iter().map(|definition| (&definition.name, definition)).collect();
        for argument in given {
            let coordinate = format!("{owner}({}:)", argument.name);
            self.found(coordinate.as_str(), argument.location());
            if let Some(definition) = definitions.get(&argument.name) {
                self.found(coordinate, argument.value.location());
                self.value(&definition.ty, &argument.value);
            }
        }
    }

    /// A literal and everything in it. What a variable holds is known by the variable's type.
    fn value(&mut self, ty: &'a Type, value: &'a Node<Value>) {
        let mut open = vec![(ty, value)];
        while let Some((ty, value)) = open.pop() {
            let name = ty.inner_named_type();
            if !matches!(**value, Value::Variable(_)) {
                self.found(name.as_str(), value.location());
            }
            match (&**value, self.schema.types.get(name)) {
                (Value::List(items), _) => open.extend(items.iter().map(|item| (ty, item))),
                (Value::Enum(one), Some(ExtendedType::Enum(_))) => {
                    self.found(format!("{name}.{one}"), value.location());
                }
                (Value::Object(entries), Some(ExtendedType::InputObject(input))) => {
                    for (key, value) in entries {
                        self.found(format!("{name}.{key}"), key.location());
                        let definition = input.fields.get(key);
                        open.extend(definition.map(|definition| (&*definition.ty, value)));
                    }
                }
                _ => {}
            }
        }
    }

    /// A variable can hold every value of its type: all fields and enum values count as used.
    fn variable_type(&mut self, ty: &Type, at: Option<SourceSpan>) {
        let mut known = HashSet::new();
        let mut open = vec![ty.inner_named_type().as_str()];
        while let Some(name) = open.pop() {
            if !known.insert(name) {
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
                        self.found(format!("{name}.{key}"), at);
                        open.push(field.ty.inner_named_type());
                    }
                }
                _ => {}
            }
        }
    }
}
