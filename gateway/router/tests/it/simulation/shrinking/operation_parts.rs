//! The parts of an operation that can be taken away, by number.

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Directive, DirectiveList, Document, Selection};

use super::Countdown;

/// The document without its part of that number; nothing when there are fewer.
pub(super) fn without(document: &str, index: usize) -> Option<String> {
    let mut parsed = Document::parse(document, "operation.graphql").ok()?;
    let mut countdown = Countdown::new(index);
    let fragments: Vec<_> = parsed
        .definitions
        .iter()
        .filter_map(|definition| definition.as_fragment_definition().cloned())
        .collect();
    let remover = &mut Remover { countdown: &mut countdown, fragments: &fragments };
    for definition in &mut parsed.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                remover.selections(&mut operation.make_mut().selection_set);
            }
            Definition::FragmentDefinition(fragment) => {
                remover.selections(&mut fragment.make_mut().selection_set);
            }
            _ => {}
        }
    }
    if !countdown.is_over() {
        return None;
    }
    prune(&mut parsed);
    Some(parsed.serialize().no_indent().to_string())
}

struct Remover<'a> {
    countdown: &'a mut Countdown,
    fragments: &'a [Node<apollo_compiler::ast::FragmentDefinition>],
}

impl Remover<'_> {
    fn selections(&mut self, set: &mut Vec<Selection>) {
        let mut index = 0;
        while index < set.len() && !self.countdown.is_over() {
            if self.countdown.strikes() {
                set.remove(index);
                return;
            }
            if let Some(inside) = self.unwrapped(&set[index])
                && self.countdown.strikes()
            {
                set.splice(index..=index, inside);
                return;
            }
            match &mut set[index] {
                Selection::Field(field) => self.field(field.make_mut()),
                Selection::FragmentSpread(spread) => {
                    self.directives(&mut spread.make_mut().directives);
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = fragment.make_mut();
                    self.directives(&mut fragment.directives);
                    self.selections(&mut fragment.selection_set);
                }
            }
            index += 1;
        }
    }

    /// What a fragment stands for.
    fn unwrapped(&self, selection: &Selection) -> Option<Vec<Selection>> {
        match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(fragment) => Some(fragment.selection_set.clone()),
            Selection::FragmentSpread(spread) => {
                let named = self.fragments.iter().find(|one| one.name == spread.fragment_name)?;
                Some(vec![Selection::InlineFragment(Node::new(
                    apollo_compiler::ast::InlineFragment {
                        type_condition: Some(named.type_condition.clone()),
                        directives: spread.directives.clone(),
                        selection_set: named.selection_set.clone(),
                    },
                ))])
            }
        }
    }

    fn field(&mut self, field: &mut apollo_compiler::ast::Field) {
        if field.alias.is_some() && self.countdown.strikes() {
            field.alias = None;
            return;
        }
        self.countdown.remove_one(&mut field.arguments);
        self.directives(&mut field.directives);
        self.selections(&mut field.selection_set);
    }

    fn directives(&mut self, directives: &mut DirectiveList) {
        let list: &mut Vec<Node<Directive>> = &mut directives.0;
        self.countdown.remove_one(list);
    }
}

/// Takes away fragments and variables that nothing uses any more.
fn prune(document: &mut Document) {
    loop {
        let text = document.to_string();
        let count = document.definitions.len();
        document.definitions.retain(|definition| match definition {
            Definition::FragmentDefinition(fragment) => {
                mentions(&text, &format!("...{}", fragment.name)) > 0
            }
            _ => true,
        });
        for definition in &mut document.definitions {
            if let Definition::OperationDefinition(operation) = definition {
                let operation = operation.make_mut();
                operation.variables.retain(|one| mentions(&text, &format!("${}", one.name)) > 1);
            }
        }
        if document.definitions.len() == count {
            return;
        }
    }
}

/// How often a word stands in a text, as a whole.
fn mentions(text: &str, word: &str) -> usize {
    let text = text.replace("... ", "...");
    let ends = |rest: &&str| !rest.starts_with(|one: char| one.is_alphanumeric() || one == '_');
    text.split(word).skip(1).filter(ends).count()
}
