//! An operation of a view → the operation of the supergraph that answers it.
//!
//! Each field of the view becomes its way. Ways that begin alike become one selection, because
//! they are given the same response keys; whatever is asked twice is a fragment, so that the
//! translation is no larger than the operation.

mod arguments;
mod keys;

use std::collections::BTreeSet;

use apollo_compiler::ast::{
    self, Argument, Definition, OperationDefinition, Selection, Type, Value,
};
use apollo_compiler::collections::{HashMap, IndexMap};
use apollo_compiler::{Name, Node, name};

use super::View;
use super::answer::{
    DefaultedVariable, RuntimeTypes, ViewField, ViewSelection, ViewSelectionId, ViewValue, WayStep,
};
use super::mapping::FieldSource;
use crate::operation::{
    Condition, Entry, EntryField, Literal, Operation, SelectionId, collect_variables,
};
use crate::query_graph::{FieldId, QueryGraph, TypeId, TypeSet};
use keys::ResponseKeys;

/// The translated document, and how the answer is made from its answer.
pub(super) struct Translated {
    pub(super) document: ast::Document,
    pub(super) selections: Vec<ViewSelection>,
    pub(super) root: ViewSelectionId,
    pub(super) defaulted: Vec<DefaultedVariable>,
}

pub(super) fn translate(
    view: &View,
    graph: &QueryGraph,
    operation: &Operation,
    root: TypeId,
) -> Translated {
    // What is used more than once is known when everything has been asked for once.
    let mut draft = Translator::new(view, graph, operation, None);
    draft.selection(operation.root(), root, root);
    let mut translator = Translator::new(view, graph, operation, Some(draft.uses));
    let (root, mut selection_set) = translator.selection(operation.root(), root, root);
    if selection_set.is_empty() {
        selection_set.push(typename());
    }
    let document = translator.document(selection_set);
    let Translator { selections, defaulted, .. } = translator;
    Translated { document, selections, root, defaulted: defaulted.into_values().collect() }
}

/// A selection of the view, the supergraph's type of the objects that it is of, and the type that
/// the way to them has.
type Use = (SelectionId, TypeId, TypeId);

struct Translator<'a> {
    view: &'a View,
    graph: &'a QueryGraph,
    operation: &'a Operation,
    /// How often each selection is asked for, by a draft in which all are fragments; none in that.
    uses_of_draft: Option<HashMap<Use, usize>>,
    /// How often each has been asked for by now.
    uses: HashMap<Use, usize>,
    keys: ResponseKeys<'a>,
    done: HashMap<Use, (ViewSelectionId, Vec<Selection>)>,
    selections: Vec<ViewSelection>,
    fragments: Vec<Definition>,
    /// The operation's variables that are used.
    variables: BTreeSet<Name>,
    /// Variables as arguments with defaults have them, by the client's name and what they are for.
    defaulted: IndexMap<(Name, Type, Node<Value>), DefaultedVariable>,
}

/// Where in the supergraph a selection of the view is asked.
struct Place<'a> {
    /// The static type there.
    ty: TypeId,
    /// That of the objects as the way to them has it: a group may have narrowed it.
    at: TypeId,
    /// The view's object types that can be there, with the runtime types they stand for.
    members: &'a [(TypeId, TypeSet)],
    /// A mutation's fields are done one after the other, and none twice.
    is_mutation: bool,
}

impl<'a> Translator<'a> {
    fn new(
        view: &'a View,
        graph: &'a QueryGraph,
        operation: &'a Operation,
        uses_of_draft: Option<HashMap<Use, usize>>,
    ) -> Self {
        Self {
            view,
            graph,
            operation,
            uses_of_draft,
            uses: HashMap::default(),
            keys: ResponseKeys::new(graph),
            done: HashMap::default(),
            selections: Vec::new(),
            fragments: Vec::new(),
            variables: BTreeSet::new(),
            defaulted: IndexMap::default(),
        }
    }

    fn selection(
        &mut self,
        id: SelectionId,
        ty: TypeId,
        at: TypeId,
    ) -> (ViewSelectionId, Vec<Selection>) {
        *self.uses.entry((id, ty, at)).or_default() += 1;
        if let Some(done) = self.done.get(&(id, ty, at)) {
            return done.clone();
        }
        let operation = self.operation;
        let selection = operation.selection(id);
        let own = self.view.graph.ty(selection.ty);
        let members = self.members(selection.ty, ty);
        let is_mutation = self.graph.root(ast::OperationType::Mutation) == Some(ty);
        let place = Place { ty, at, members: &members, is_mutation };
        let mut fields = Vec::new();
        let mut asked = Vec::new();
        let is_abstract = own.is_abstract();
        if is_abstract {
            asked.push(typename());
        }
        for (index, entry) in (0u32..).zip(&selection.entries) {
            self.entry(&place, (index, entry), &mut fields, &mut asked);
        }
        let runtime_types = if is_abstract {
            let of_member = |(own, on): &(TypeId, TypeSet)| {
                on.iter().map(|runtime| (runtime, *own)).collect::<Vec<_>>()
            };
            RuntimeTypes::ByType(members.iter().flat_map(of_member).collect())
        } else {
            RuntimeTypes::Only(selection.ty)
        };
        let view_id = ViewSelectionId(u32::try_from(self.selections.len()).unwrap_or(u32::MAX));
        self.selections.push(ViewSelection { selection: id, runtime_types, fields });
        let uses = self.uses_of_draft.as_ref().map(|uses| uses.get(&(id, ty, at)));
        let is_reused = uses.is_none_or(|uses| uses.is_some_and(|uses| *uses > 1));
        if is_reused && asked.len() > 1 {
            asked = vec![self.fragment(view_id, ty, asked)];
        }
        let done = (view_id, asked);
        self.done.insert((id, ty, at), done.clone());
        done
    }

    /// The view's object types that a type of it can be, with the supergraph's that they stand
    /// for among those that can be at a place.
    fn members(&self, own: TypeId, ty: TypeId) -> Vec<(TypeId, TypeSet)> {
        let possible = &self.graph.ty(ty).possible;
        let members = self.view.graph.ty(own).possible.iter();
        let with_types = members.filter_map(|member| {
            let of = *self.view.mapping.objects.get(&self.view.graph.ty(member).name)?;
            Some((member, possible.intersection(&self.graph.ty(of).possible)))
        });
        with_types.filter(|(_, on)| !on.is_empty()).collect()
    }

    fn entry(
        &mut self,
        place: &Place<'_>,
        (index, entry): (u32, &Entry),
        fields: &mut Vec<ViewField>,
        asked: &mut Vec<Selection>,
    ) {
        let all = || {
            let members = place.members.iter().filter(|(member, _)| entry.on.contains(*member));
            let mut all = TypeSet::default();
            members.for_each(|(_, on)| all.extend(on));
            all
        };
        let (id, arguments) = match &entry.field {
            EntryField::Typename => {
                fields.push(ViewField { entry: index, on: all(), value: ViewValue::Typename });
                return;
            }
            EntryField::Introspection => {
                fields.push(ViewField { entry: index, on: all(), value: ViewValue::Introspection });
                return;
            }
            EntryField::Field { id, arguments } => (*id, arguments),
        };
        let mut selected = Vec::new();
        for Answering { source, field, on, condition } in self.answering(place, entry, id) {
            let begin = condition.unwrap_or(place.ty);
            let way = self.way((place, begin), &source, (field, arguments));
            let at = if way.is_empty() { place.at } else { source.end };
            // Where no object can be there that has the value, nothing is asked: it is null.
            let only_on = way.first().and_then(|step| step.answered.on.as_ref());
            let possible = &self.graph.ty(place.ty).possible;
            let is_possible = only_on.is_none_or(|on| !on.intersection(possible).is_empty());
            let child = entry.child.filter(|_| is_possible);
            let (child, below) = child.map(|child| self.selection(child, source.end, at)).unzip();
            let asked = match is_possible {
                true => self.asked(&way, source.end, below.unwrap_or_default()),
                false => Vec::new(),
            };
            match condition.map(|ty| &self.graph.ty(ty).name) {
                Some(_) if asked.is_empty() => {}
                Some(condition) => selected.push(fragment_on(Some(condition), None, asked)),
                None => selected.extend(asked),
            }
            let value = ViewValue::Field {
                field,
                way: way.into_iter().map(|step| step.answered).collect(),
                end: source.end,
                default: source.default.clone(),
                is_joined: source.is_joined,
                enum_values: self.enum_values(field),
                child,
            };
            fields.push(ViewField { entry: index, on, value });
        }
        asked.extend(self.when(entry, selected));
    }

    /// Where an entry's value is: once for all types of objects if it is in the same place, else
    /// for each.
    fn answering(&self, place: &Place<'_>, entry: &Entry, id: FieldId) -> Vec<Answering> {
        let own = &self.view.graph;
        let name = &own.field(id).name;
        let members = place.members.iter().filter(|(member, _)| entry.on.contains(*member));
        let answering = members.filter_map(|(member, on)| {
            let member_name = &own.ty(*member).name;
            let of = *self.view.mapping.objects.get(member_name)?;
            let source = self.view.mapping.fields.get(&(member_name.clone(), name.clone()))?;
            Some(Answering {
                source: source.clone(),
                field: own.field_id(*member, name)?,
                on: on.clone(),
                condition: (!self.asks_of_all(place.ty, of, source)).then_some(of),
            })
        });
        let answering: Vec<Answering> = answering.collect();
        self.as_one(place, &answering).map_or(answering, |one| vec![one])
    }

    /// Whether a way can begin at a type without saying of which objects: all that can be there
    /// are of another type, and the first field is the same.
    fn asks_of_all(&self, ty: TypeId, of: TypeId, source: &FieldSource) -> bool {
        let graph = self.graph;
        let begins_here = match source.steps.first() {
            Some(step) => step.only_on.is_some() || graph.field_id(ty, &step.field).is_some(),
            None => ty == of,
        };
        begins_here && graph.ty(ty).possible.is_subset(&graph.ty(of).possible)
    }

    /// The same for all, if it is: no object that can be there is left out, and the type of the
    /// place has the field.
    fn as_one(&self, place: &Place<'_>, answering: &[Answering]) -> Option<Answering> {
        let (first, others) = answering.split_first()?;
        let own = &self.view.graph;
        let graph = self.graph;
        let step = first.source.steps.first()?;
        let begins_here = step.only_on.is_none()
            && graph
                .field_id(place.ty, &step.field)
                .is_some_and(|id| graph.field(id).ty == step.ty);
        let is_same = |other: &Answering| {
            other.source == first.source && own.field(other.field).ty == own.field(first.field).ty
        };
        let mut on = first.on.clone();
        others.iter().for_each(|other| on.extend(&other.on));
        let is_all = graph.ty(place.ty).possible.is_subset(&on);
        (begins_here && is_all && others.iter().all(is_same)).then(|| Answering {
            source: first.source.clone(),
            field: first.field,
            on,
            condition: None,
        })
    }

    fn enum_values(&self, field: FieldId) -> Vec<(Name, Name)> {
        let own = self.view.graph.ty(self.view.graph.field(field).named_type);
        let Some(mapping) = self.view.mapping.enums.get(&own.name) else { return Vec::new() };
        let mut values: Vec<(Name, Name)> =
            mapping.values.iter().map(|(own, theirs)| (theirs.clone(), own.clone())).collect();
        values.sort();
        values
    }
}

/// Where the value of an entry is, for some of the objects.
struct Answering {
    source: FieldSource,
    /// The view's field.
    field: FieldId,
    /// The supergraph's types of those objects.
    on: TypeSet,
    /// The type that has to be said, if there can be others.
    condition: Option<TypeId>,
}

/// One step of a way, asked and answered.
struct AskedStep {
    /// `... on` around it.
    condition: Option<Name>,
    name: Name,
    arguments: Vec<Node<Argument>>,
    answered: WayStep,
}

impl Translator<'_> {
    /// A source's steps with what the client has given for the arguments; the first is asked of
    /// objects that are said to be of the type `begin`.
    fn way(
        &mut self,
        (place, begin): (&Place<'_>, TypeId),
        source: &FieldSource,
        (field, given): (FieldId, &[Node<Argument>]),
    ) -> Vec<AskedStep> {
        let mut at = place.at;
        let mut way = Vec::with_capacity(source.steps.len());
        for (index, step) in source.steps.iter().enumerate() {
            let mut arguments: Vec<Node<Argument>> = Vec::with_capacity(step.arguments.len());
            for argument in &step.arguments {
                if let Some(value) = self.given(field, given, &argument.value) {
                    arguments.push(Node::new(Argument { name: argument.name.clone(), value }));
                }
            }
            let is_own = place.is_mutation && index == 0;
            let asked_of = step.only_on.unwrap_or(if index == 0 { begin } else { at });
            let asked = self.graph.field_id(asked_of, &step.field);
            let ty = asked.map_or(&step.ty, |id| &self.graph.field(id).ty);
            let response_key = self.keys.key(at, (&step.field, ty), &arguments, is_own);
            let narrowed = step.only_on.map(|only_on| self.graph.ty(only_on));
            way.push(AskedStep {
                condition: narrowed.map(|ty| ty.name.clone()),
                name: step.field.clone(),
                arguments,
                answered: WayStep {
                    response_key,
                    on: narrowed.map(|ty| ty.possible.clone()),
                    lists: lists(&step.ty),
                },
            });
            at = self.graph.type_id(step.ty.inner_named_type()).unwrap_or(at);
        }
        way
    }

    /// A way as selections, with what is asked at its end.
    fn asked(&mut self, way: &[AskedStep], end: TypeId, below: Vec<Selection>) -> Vec<Selection> {
        let mut inner = below;
        if inner.is_empty() && !way.is_empty() && !self.graph.is_leaf(end) {
            inner.push(typename());
        }
        for step in way.iter().rev() {
            for argument in &step.arguments {
                collect_variables(&argument.value, &mut self.variables);
            }
            let response_key = &step.answered.response_key;
            let alias = (*response_key != step.name).then(|| response_key.clone());
            let field = Selection::Field(Node::new(ast::Field {
                alias,
                name: step.name.clone(),
                arguments: step.arguments.clone(),
                directives: Default::default(),
                selection_set: inner,
            }));
            inner = match &step.condition {
                Some(condition) => vec![fragment_on(Some(condition), None, vec![field])],
                None => vec![field],
            };
        }
        inner
    }

    /// Selections under an entry's condition.
    fn when(&mut self, entry: &Entry, selected: Vec<Selection>) -> Vec<Selection> {
        let condition = self.operation.condition(entry.when).clone();
        if condition.is_always() || selected.is_empty() {
            return selected;
        }
        under(&condition, &selected, &mut self.variables)
    }

    fn fragment(&mut self, id: ViewSelectionId, ty: TypeId, asked: Vec<Selection>) -> Selection {
        let fragment_name = Name::new(&format!("view_{}", id.0)).unwrap_or(name!("view"));
        self.fragments.push(Definition::FragmentDefinition(Node::new(ast::FragmentDefinition {
            name: fragment_name.clone(),
            type_condition: self.graph.ty(ty).name.clone(),
            directives: Default::default(),
            selection_set: asked,
        })));
        let directives = Default::default();
        Selection::FragmentSpread(Node::new(ast::FragmentSpread { fragment_name, directives }))
    }

    fn document(&mut self, selection_set: Vec<Selection>) -> ast::Document {
        let definition = self.operation.definition();
        let mapping = &self.view.mapping;
        let variables = definition.variables.iter().filter(|it| self.variables.contains(&it.name));
        let variables = variables.map(|variable| {
            let default = variable.default_value.as_ref();
            Node::new(ast::VariableDefinition {
                name: variable.name.clone(),
                ty: Node::new(mapping.input_type(&variable.ty)),
                default_value: default.map(|value| mapping.input_value(value, &variable.ty)),
                directives: Default::default(),
            })
        });
        let mut variables: Vec<Node<ast::VariableDefinition>> = variables.collect();
        let defaulted = self.defaulted.values().map(|defaulted| {
            Node::new(ast::VariableDefinition {
                name: defaulted.name.clone(),
                ty: Node::new(mapping.input_type(&defaulted.ty)),
                default_value: None,
                directives: Default::default(),
            })
        });
        variables.extend(defaulted);
        let operation = Definition::OperationDefinition(Node::new(OperationDefinition {
            operation_type: definition.operation_type,
            name: definition.name.clone(),
            variables,
            directives: Default::default(),
            selection_set,
        }));
        let mut document = ast::Document::new();
        document.definitions.push(operation);
        document.definitions.append(&mut self.fragments);
        document
    }
}

/// The lists that a type is.
fn lists(ty: &ast::Type) -> usize {
    if ty.is_list() { 1 + lists(ty.item_type()) } else { 0 }
}

fn typename() -> Selection {
    Selection::Field(Node::new(ast::Field {
        alias: None,
        name: name!("__typename"),
        arguments: Vec::new(),
        directives: Default::default(),
        selection_set: Vec::new(),
    }))
}

fn fragment_on(
    type_condition: Option<&Name>,
    directive: Option<ast::Directive>,
    selection_set: Vec<Selection>,
) -> Selection {
    Selection::InlineFragment(Node::new(ast::InlineFragment {
        type_condition: type_condition.cloned(),
        directives: ast::DirectiveList(directive.into_iter().map(Node::new).collect()),
        selection_set,
    }))
}

/// The selections once for each of a condition's conjunctions, inside one fragment for each of its
/// variables.
fn under(
    condition: &Condition,
    selected: &[Selection],
    variables: &mut BTreeSet<Name>,
) -> Vec<Selection> {
    let one_conjunction = |conjunction: &Vec<Literal>| {
        conjunction.iter().rev().fold(selected.to_vec(), |inner, literal| {
            variables.insert(literal.variable.clone());
            let directive = ast::Directive {
                name: if literal.negated { name!("skip") } else { name!("include") },
                arguments: vec![Node::new(Argument {
                    name: name!("if"),
                    value: Node::new(Value::Variable(literal.variable.clone())),
                })],
            };
            vec![fragment_on(None, Some(directive), inner)]
        })
    };
    condition.any_of().iter().flat_map(one_conjunction).collect()
}
