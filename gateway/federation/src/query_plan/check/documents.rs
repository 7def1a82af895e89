//! A fetch's document as it is sent: its operation, what it selects, the variables it uses.

use std::collections::BTreeSet;

use apollo_compiler::ast::{self, Definition, Selection, Value};
use apollo_compiler::collections::HashMap;
use apollo_compiler::{Name, Node};

use crate::operation::{Condition, Literal, Operation};
use crate::query_plan::{EntityInput, Fetch, FetchTarget};

/// One document.
pub(super) struct FetchDocument<'a> {
    pub(super) selections: &'a [Selection],
    pub(super) fragments: HashMap<&'a Name, &'a ast::FragmentDefinition>,
}

impl<'a> FetchDocument<'a> {
    /// Looks at everything but the fields.
    ///
    /// # Errors
    /// What is wrong.
    pub(super) fn new(
        operation: &Operation,
        fetch: &Fetch,
        document: &'a ast::Document,
    ) -> Result<Self, Vec<String>> {
        let mut definitions = Vec::new();
        let mut fragments = HashMap::default();
        for definition in &document.definitions {
            match definition {
                Definition::OperationDefinition(one) => definitions.push(one),
                Definition::FragmentDefinition(one) => {
                    fragments.insert(&one.name, &**one);
                }
                _ => return Err(vec!["its document defines something else".to_owned()]),
            }
        }
        let [definition] = definitions[..] else {
            return Err(vec!["its document has not one operation".to_owned()]);
        };
        let mut findings = Vec::new();
        if definition.operation_type != fetch.operation_type {
            findings.push(format!("its document is a {}", definition.operation_type));
        }
        if definition.name.is_some() {
            findings.push("its document names the operation".to_owned());
        }
        let mut used = BTreeSet::new();
        variables_of(&definition.selection_set, &mut used);
        fragments.values().for_each(|fragment| variables_of(&fragment.selection_set, &mut used));
        check_variables(operation, fetch, (definition, &used), &mut findings);
        let document = Self { selections: &definition.selection_set, fragments };
        if findings.is_empty() { Ok(document) } else { Err(findings) }
    }

    /// What is asked of the entities of an input.
    pub(super) fn input(&self, input: &EntityInput) -> Option<&'a [Selection]> {
        let mut fields = self.selections.iter().filter_map(|selection| match selection {
            Selection::Field(field) if *field.response_name() == input.response_key => Some(field),
            _ => None,
        });
        let field = fields.next()?;
        let [argument] = &field.arguments[..] else { return None };
        let takes = argument.name == "representations"
            && *argument.value == Value::Variable(input.variable.clone());
        let is_alone = fields.next().is_none() && field.directives.is_empty();
        (field.name == "_entities" && takes && is_alone).then_some(&field.selection_set)
    }
}

/// Declared are those that are used; the client's as the client did.
fn check_variables(
    operation: &Operation,
    fetch: &Fetch,
    (definition, used): (&ast::OperationDefinition, &BTreeSet<&Name>),
    findings: &mut Vec<String>,
) {
    let mut stated: BTreeSet<&Name> = fetch.variables.iter().collect();
    let inputs: &[EntityInput] = match &fetch.target {
        FetchTarget::Root { .. } => &[],
        FetchTarget::Entities(inputs) => inputs,
    };
    for input in inputs {
        if !stated.insert(&input.variable) {
            findings.push(format!("variable `{}` has two meanings", input.variable));
        }
        for context in input.targets.iter().flat_map(|target| &target.contexts) {
            if !stated.insert(&context.variable) {
                findings.push(format!("variable `{}` has two meanings", context.variable));
            }
        }
    }
    let declared: BTreeSet<&Name> = definition.variables.iter().map(|one| &one.name).collect();
    if declared != *used || declared != stated || declared.len() != definition.variables.len() {
        findings.push(format!("it declares {declared:?}, uses {used:?} and states {stated:?}"));
    }
    for variable in &definition.variables {
        let is_input = inputs.iter().any(|input| input.variable == variable.name);
        let mut contexts = inputs.iter().flat_map(|input| &input.targets);
        let mut contexts = contexts.by_ref().flat_map(|target| &target.contexts);
        let context = contexts.find(|context| context.variable == variable.name);
        let own = operation.definition().variables.iter().find(|it| it.name == variable.name);
        let is_right = match own {
            _ if is_input => variable.ty.to_string() == "[_Any!]!",
            _ if context.is_some() => context.is_some_and(|one| one.ty == *variable.ty),
            Some(own) => own.ty == variable.ty && own.default_value == variable.default_value,
            None => false,
        };
        if !is_right {
            findings
                .push(format!("variable `{}` is not declared as the client did", variable.name));
        }
    }
}

fn variables_of<'a>(selections: &'a [Selection], used: &mut BTreeSet<&'a Name>) {
    for selection in selections {
        for directive in directives(selection).iter() {
            directive.arguments.iter().for_each(|argument| variables_in(&argument.value, used));
        }
        match selection {
            Selection::Field(field) => {
                field.arguments.iter().for_each(|argument| variables_in(&argument.value, used));
                variables_of(&field.selection_set, used);
            }
            Selection::InlineFragment(fragment) => variables_of(&fragment.selection_set, used),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn variables_in<'a>(value: &'a Node<Value>, used: &mut BTreeSet<&'a Name>) {
    match &**value {
        Value::Variable(name) => {
            used.insert(name);
        }
        Value::List(items) => items.iter().for_each(|item| variables_in(item, used)),
        Value::Object(fields) => fields.iter().for_each(|(_, value)| variables_in(value, used)),
        _ => {}
    }
}

/// When a selection applies, given when what is around it does; nothing if a directive is none of
/// those that subgraphs are sent.
pub(super) fn applies(when: &Condition, directives: &ast::DirectiveList) -> Option<Condition> {
    let mut condition = when.clone();
    for directive in directives.iter() {
        let negated = match directive.name.as_str() {
            "skip" => true,
            "include" => false,
            _ => return None,
        };
        let argument = directive.specified_argument_by_name("if")?;
        let Value::Variable(variable) = &**argument else { return None };
        condition = condition.and(&Literal { variable: variable.clone(), negated });
    }
    Some(condition)
}

pub(super) fn directives(selection: &Selection) -> &ast::DirectiveList {
    match selection {
        Selection::Field(field) => &field.directives,
        Selection::FragmentSpread(spread) => &spread.directives,
        Selection::InlineFragment(fragment) => &fragment.directives,
    }
}
