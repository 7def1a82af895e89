//! A document's selection sets → merged selections over type sets.
//!
//! CollectFields (GraphQL §6.3.2) for all runtime types and all variable values at once: per
//! response key the runtime types fall into classes by which of the document's fields apply.

use apollo_compiler::ast::{OperationType, Value};
use apollo_compiler::collections::{HashMap, HashSet, IndexMap, IndexSet};
use apollo_compiler::executable::{self, Field, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name, Node};

use super::parts::{Part, PartId, Parts};
use super::{
    Condition, ConditionId, Entry, EntryField, Literal, OperationLimits, RequestError, Selection,
    SelectionId,
};
use crate::query_graph::{QueryGraph, TypeId, TypeKind, TypeSet};

/// Visits of document selections per allowed entry: reused fragments are visited again.
const VISITS_PER_SELECTION_MAX: usize = 20;

/// Conjunctions of one condition: more than anybody writes, and little enough to compare them all.
const CONJUNCTIONS_MAX: usize = 200;

pub(super) struct Normalised {
    pub(super) root: SelectionId,
    pub(super) selections: Vec<Selection>,
    pub(super) conditions: Vec<Condition>,
    pub(super) parts: Vec<Part>,
}

/// Without `parts`, `@defer` means nothing.
pub(super) fn normalise(
    graph: &QueryGraph,
    document: &ExecutableDocument,
    (root, definition): (TypeId, &executable::Operation),
    parts: Option<Parts>,
    limits: &OperationLimits,
) -> Result<Normalised, RequestError> {
    let mut normaliser = Normaliser {
        graph,
        document,
        limits,
        selections: IndexSet::default(),
        parts,
        conditions: vec![Condition::always()],
        condition_ids: HashMap::from_iter([(Condition::always(), ConditionId::ALWAYS)]),
        done: HashMap::default(),
        entries: 0,
        aliases: 0,
        visits: 0,
    };
    let when = ConditionId::ALWAYS;
    let sources = vec![Source { selection_set: &definition.selection_set, when, part: None }];
    let mut root = normaliser.selection(root, &sources, ROOT_DEPTH)?;
    if definition.operation_type == OperationType::Mutation {
        root = normaliser.in_turns(root)?;
    }
    let Normaliser { selections, conditions, parts, .. } = normaliser;
    let parts = parts.map(Parts::into_parts).unwrap_or_default();
    Ok(Normalised { root, selections: selections.into_iter().collect(), conditions, parts })
}

/// Of the root's selection set.
const ROOT_DEPTH: usize = 1;

/// One of the document's selection sets that apply to a position.
#[derive(Clone, Copy)]
struct Source<'a> {
    selection_set: &'a SelectionSet,
    when: ConditionId,
    /// The part it is in; none for that of the field above.
    part: Option<PartId>,
}

/// One of the document's fields that apply to a response key.
struct Occurrence<'a> {
    field: &'a Field,
    parent: TypeId,
    on: TypeSet,
    when: ConditionId,
    part: Option<PartId>,
    /// Rises in the order in which CollectFields comes by.
    place: usize,
}

/// Equal positions: the same type and the same selection sets of the document.
type Position = (TypeId, Vec<(*const SelectionSet, ConditionId, Option<PartId>)>);

struct Normaliser<'a> {
    graph: &'a QueryGraph,
    document: &'a ExecutableDocument,
    limits: &'a OperationLimits,
    selections: IndexSet<Selection>,
    parts: Option<Parts>,
    conditions: Vec<Condition>,
    condition_ids: HashMap<Condition, ConditionId>,
    done: HashMap<Position, SelectionId>,
    entries: usize,
    aliases: usize,
    visits: usize,
}

type Occurrences<'a> = IndexMap<Name, Vec<Occurrence<'a>>>;
type Seen<'a> = HashSet<(&'a Name, TypeSet, ConditionId, Option<PartId>)>;

impl<'a> Normaliser<'a> {
    fn selection(
        &mut self,
        ty: TypeId,
        sources: &[Source<'a>],
        depth: usize,
    ) -> Result<SelectionId, RequestError> {
        if depth > self.limits.depth_max {
            let message = format!("the operation nests deeper than {}", self.limits.depth_max);
            return Err(RequestError::new("MAX_DEPTH_EXCEEDED", message));
        }
        let position = sources.iter();
        let position =
            position.map(|one| (std::ptr::from_ref(one.selection_set), one.when, one.part));
        let position = (ty, position.collect());
        if let Some(done) = self.done.get(&position) {
            return Ok(*done);
        }
        let possible = self.graph.ty(ty).possible.clone();
        let mut occurrences = Occurrences::default();
        let mut seen = Seen::default();
        for source in sources {
            let Source { when, part, .. } = *source;
            let scope = Scope { on: possible.clone(), when, part };
            self.collect(source.selection_set, &scope, &mut seen, &mut occurrences)?;
        }
        let mut entries = Vec::new();
        for (response_key, fields) in &occurrences {
            for (on, class) in classes(&possible, fields) {
                let places = class.iter().map(|one| (one.when, one.place)).collect();
                entries.push((self.entry(response_key, on, &class, depth)?, places));
            }
        }
        let root_fields_max = self.limits.root_fields_max;
        if depth == ROOT_DEPTH && entries.len() > root_fields_max {
            let message = format!("the operation has more than {root_fields_max} root fields");
            return Err(RequestError::new("MAX_ROOT_FIELDS_EXCEEDED", message));
        }
        let id = self.intern(in_order(ty, entries));
        self.done.insert(position, id);
        Ok(id)
    }

    fn entry(
        &mut self,
        response_key: &Name,
        on: TypeSet,
        class: &[&Occurrence<'a>],
        depth: usize,
    ) -> Result<Entry, RequestError> {
        self.count_entry()?;
        let mut when = class[0].when;
        for one in &class[1..] {
            when = self.or(when, one.when)?;
        }
        let first = class[0].field;
        if first.alias.is_some() && first.name != *response_key {
            self.count_alias()?;
        }
        if let Some(other) = class.iter().find(|one| !is_same_field(first, one.field)) {
            return Err(conflict(response_key, first, other.field));
        }
        let mut entry = Entry {
            response_key: response_key.clone(),
            field: EntryField::Typename,
            on,
            when,
            parts: self.parts_of(class),
            child: None,
        };
        match first.name.as_str() {
            "__typename" => return Ok(entry),
            "__schema" | "__type" => {
                entry.field = EntryField::Introspection;
                return Ok(entry);
            }
            _ => {}
        }
        let parent = self.most_specific_parent(&entry.on, class);
        let Some(id) = self.graph.field_id(parent, &first.name) else {
            let message = format!("field `{}` is not in the graph", first.name);
            return Err(RequestError::new("GRAPHQL_VALIDATION_FAILED", message));
        };
        let child_type = self.graph.field(id).named_type;
        if matches!(self.graph.ty(child_type).kind, TypeKind::Object | TypeKind::Abstract) {
            let uniform = class.iter().all(|one| one.when == when);
            let own_part = if let [part] = entry.parts[..] { Some(part) } else { None };
            let sources: Vec<Source<'a>> = class
                .iter()
                .map(|one| Source {
                    selection_set: &one.field.selection_set,
                    when: if uniform { ConditionId::ALWAYS } else { one.when },
                    part: one.part.filter(|part| Some(*part) != own_part),
                })
                .collect();
            entry.child = Some(self.selection(child_type, &sources, depth + 1)?);
        }
        entry.field = EntryField::Field { id, arguments: first.arguments.clone() };
        Ok(entry)
    }

    fn parts_of(&self, class: &[&Occurrence<'a>]) -> Vec<PartId> {
        let parts = self.parts.as_ref();
        parts.map(|parts| parts.together(class.iter().map(|one| one.part))).unwrap_or_default()
    }

    /// One object type stands for itself; else the occurrences' narrowest type.
    fn most_specific_parent(&self, on: &TypeSet, class: &[&Occurrence<'a>]) -> TypeId {
        let mut objects = on.iter();
        if let (Some(object), None) = (objects.next(), objects.next()) {
            return object;
        }
        let narrowest = class.iter().min_by_key(|one| self.graph.ty(one.parent).possible.len());
        narrowest.map_or(class[0].parent, |one| one.parent)
    }

    fn count_alias(&mut self) -> Result<(), RequestError> {
        self.aliases += 1;
        if self.aliases <= self.limits.aliases_max {
            return Ok(());
        }
        let message = format!("the operation has more than {} aliases", self.limits.aliases_max);
        Err(RequestError::new("MAX_ALIASES_EXCEEDED", message))
    }

    fn count_entry(&mut self) -> Result<(), RequestError> {
        self.entries += 1;
        if self.entries > self.limits.selections_max {
            return Err(self.too_complex());
        }
        Ok(())
    }

    fn too_complex(&self) -> RequestError {
        let message =
            format!("the operation has more than {} selections", self.limits.selections_max);
        RequestError::new("OPERATION_TOO_COMPLEX", message)
    }

    fn intern(&mut self, selection: Selection) -> SelectionId {
        let (place, _) = self.selections.insert_full(selection);
        SelectionId(u32::try_from(place).unwrap_or(u32::MAX))
    }

    fn intern_condition(&mut self, condition: Condition) -> ConditionId {
        if let Some(id) = self.condition_ids.get(&condition) {
            return *id;
        }
        let id = ConditionId(u32::try_from(self.conditions.len()).unwrap_or(u32::MAX));
        self.conditions.push(condition.clone());
        self.condition_ids.insert(condition, id);
        id
    }

    fn or(&mut self, left: ConditionId, right: ConditionId) -> Result<ConditionId, RequestError> {
        if left == right {
            return Ok(left);
        }
        let either = self.conditions[left.0 as usize].or(&self.conditions[right.0 as usize]);
        if either.any_of().len() > CONJUNCTIONS_MAX {
            return Err(too_many_conditions());
        }
        Ok(self.intern_condition(either))
    }

    /// Root fields that run one after the other (GraphQL §6.2.2), where conditions decide at which
    /// of several places one is met first: an entry for each, in the order of the document.
    fn in_turns(&mut self, root: SelectionId) -> Result<SelectionId, RequestError> {
        let Selection { ty, entries, places } = self.selections[root.0 as usize].clone();
        if places.is_empty() {
            return Ok(root);
        }
        let of_entry = |(entry, places): (usize, &Vec<(ConditionId, u32)>)| {
            places.iter().map(|(when, place)| (*place, entry, *when)).collect::<Vec<_>>()
        };
        let mut met: Vec<(u32, usize, ConditionId)> =
            places.iter().enumerate().flat_map(of_entry).collect();
        met.sort_unstable_by_key(|(place, _, _)| *place);
        let mut before = vec![Condition::never(); entries.len()];
        let mut turns = Vec::new();
        for neighbours in met.chunk_by(|one, other| one.1 == other.1) {
            let (_, index, mut when) = neighbours[0];
            for (_, _, other) in neighbours {
                when = self.or(when, *other)?;
            }
            let when = self.conditions[when.0 as usize].clone();
            let turn = when.and_not(&before[index], CONJUNCTIONS_MAX);
            let turn = turn.ok_or_else(too_many_conditions)?;
            before[index] = before[index].or(&when);
            if !turn.is_never() {
                self.count_entry()?;
                let when = self.intern_condition(turn);
                turns.push(Entry { when, ..entries[index].clone() });
            }
        }
        Ok(self.intern(Selection { ty, entries: turns, places: Vec::new() }))
    }
}

fn too_many_conditions() -> RequestError {
    let message =
        format!("a field is asked for under more than {CONJUNCTIONS_MAX} different conditions");
    RequestError::new("OPERATION_TOO_COMPLEX", message)
}

/// Where in the document the collection stands.
struct Scope {
    on: TypeSet,
    when: ConditionId,
    part: Option<PartId>,
}

impl<'a> Normaliser<'a> {
    fn collect(
        &mut self,
        selection_set: &'a SelectionSet,
        scope: &Scope,
        seen: &mut Seen<'a>,
        occurrences: &mut Occurrences<'a>,
    ) -> Result<(), RequestError> {
        for selection in &selection_set.selections {
            self.visits += 1;
            if self.visits > self.limits.selections_max.saturating_mul(VISITS_PER_SELECTION_MAX) {
                return Err(self.too_complex());
            }
            let Some(when) = self.applies(scope.when, selection.directives()) else { continue };
            let part = match &mut self.parts {
                Some(parts) => parts.of(selection.directives(), scope.part),
                None => None,
            };
            match selection {
                executable::Selection::Field(field) => {
                    let scope = Scope { on: scope.on.clone(), when, part };
                    self.add(selection_set, field, scope, occurrences)?;
                }
                executable::Selection::InlineFragment(fragment) => {
                    let on = self.narrow(&scope.on, fragment.type_condition.as_ref());
                    if !on.is_empty() {
                        let scope = Scope { on, when, part };
                        self.collect(&fragment.selection_set, &scope, seen, occurrences)?;
                    }
                }
                executable::Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else {
                        continue;
                    };
                    let on = self.narrow(&scope.on, Some(fragment.type_condition()));
                    if !on.is_empty() && seen.insert((&fragment.name, on.clone(), when, part)) {
                        let scope = Scope { on, when, part };
                        self.collect(&fragment.selection_set, &scope, seen, occurrences)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn add(
        &self,
        selection_set: &SelectionSet,
        field: &'a Node<Field>,
        scope: Scope,
        occurrences: &mut Occurrences<'a>,
    ) -> Result<(), RequestError> {
        let response_key = field.response_key();
        // Names that begin so belong to introspection; the executor reads `__typename` there.
        if response_key.starts_with("__") && *response_key != field.name {
            let message = format!("alias `{response_key}` must not begin with `__`");
            return Err(RequestError::new("GRAPHQL_VALIDATION_FAILED", message));
        }
        let Some(parent) = self.graph.type_id(&selection_set.ty) else { return Ok(()) };
        let Scope { on, when, part } = scope;
        let occurrence = Occurrence { field, parent, on, when, part, place: self.visits };
        occurrences.entry(response_key.clone()).or_default().push(occurrence);
        Ok(())
    }

    fn narrow(&self, on: &TypeSet, type_condition: Option<&Name>) -> TypeSet {
        let condition = type_condition.and_then(|name| self.graph.type_id(name));
        condition.map_or_else(|| on.clone(), |id| on.intersection(&self.graph.ty(id).possible))
    }

    /// What `@skip` and `@include` make of a condition; nothing when it can never hold.
    fn applies(
        &mut self,
        when: ConditionId,
        directives: &executable::DirectiveList,
    ) -> Option<ConditionId> {
        let mut condition = None;
        for (name, negated) in [("skip", true), ("include", false)] {
            let argument =
                directives.get(name).and_then(|one| one.specified_argument_by_name("if"));
            match argument.map(|value| &**value) {
                Some(Value::Boolean(value)) if *value == negated => return None,
                Some(Value::Variable(variable)) => {
                    let literal = Literal { variable: variable.clone(), negated };
                    let before = condition.as_ref().unwrap_or(&self.conditions[when.0 as usize]);
                    condition = Some(before.and(&literal));
                }
                _ => {}
            }
        }
        match condition {
            None => Some(when),
            Some(condition) if condition.is_never() => None,
            Some(condition) => Some(self.intern_condition(condition)),
        }
    }
}

/// FieldsInSetCanMerge (GraphQL §5.3.2) for two fields that one object has under one key. The
/// validator has checked it before, but takes some lists for equal that are not.
fn is_same_field(one: &Field, other: &Field) -> bool {
    one.name == other.name
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|argument| other.arguments.contains(argument))
}

fn conflict(response_key: &Name, one: &Field, other: &Field) -> RequestError {
    let message = format!(
        "Fields \"{response_key}\" conflict: `{}` and `{}` differ in name or arguments. Use \
         different aliases on the fields to fetch both if this was intentional.",
        one.name, other.name
    );
    RequestError::new("GRAPHQL_VALIDATION_FAILED", message)
}

/// Entries with their occurrences' places → the selection in the order of the first of them.
fn in_order(ty: TypeId, mut entries: Vec<(Entry, Vec<(ConditionId, usize)>)>) -> Selection {
    entries.sort_by_key(|(_, places)| places.first().map(|(_, place)| *place));
    let may_start_later =
        |places: &[(ConditionId, usize)]| places.len() > 1 && places[0].0 != ConditionId::ALWAYS;
    let mut places = Vec::new();
    if entries.iter().any(|(_, places)| may_start_later(places)) {
        // Equal selections of different documents' parts must stay equal: ranks, not places.
        let mut all: Vec<usize> =
            entries.iter().flat_map(|(_, places)| places).map(|(_, place)| *place).collect();
        all.sort_unstable();
        let rank = |place: &usize| {
            u32::try_from(all.binary_search(place).unwrap_or_default()).unwrap_or(u32::MAX)
        };
        let ranked = |places: &Vec<(ConditionId, usize)>| {
            places.iter().map(|(when, place)| (*when, rank(place))).collect()
        };
        places = entries.iter().map(|(_, places)| ranked(places)).collect();
    }
    Selection { ty, entries: entries.into_iter().map(|(entry, _)| entry).collect(), places }
}

/// The runtime types by which of the occurrences apply to them; types with none are left out.
fn classes<'o, 'a>(
    possible: &TypeSet,
    occurrences: &'o [Occurrence<'a>],
) -> Vec<(TypeSet, Vec<&'o Occurrence<'a>>)> {
    if !possible.is_empty() && occurrences.iter().all(|one| one.on == *possible) {
        return vec![(possible.clone(), occurrences.iter().collect())];
    }
    let mut classes: Vec<(TypeSet, Vec<&Occurrence<'a>>)> = vec![(possible.clone(), Vec::new())];
    for occurrence in occurrences {
        let mut split = Vec::with_capacity(classes.len() + 1);
        for (types, applying) in classes {
            let inside = types.intersection(&occurrence.on);
            let outside = types.difference(&occurrence.on);
            if !inside.is_empty() {
                let mut with = applying.clone();
                with.push(occurrence);
                split.push((inside, with));
            }
            if !outside.is_empty() {
                split.push((outside, applying));
            }
        }
        classes = split;
    }
    classes.retain(|(_, applying)| !applying.is_empty());
    classes
}
