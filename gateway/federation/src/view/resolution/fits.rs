//! Whether what a way ends in can be answered as the type that the view gives it.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema};

use super::{Resolution, ViewField};
use crate::diagnostic::Diagnostic;
use crate::query_graph::{TypeId, TypeKind};
use crate::type_parts::fields_of;
use crate::view::mapping::{FieldSource, Step};

impl Resolution<'_> {
    /// The source of a field with these steps, if it can have the type of the view.
    pub(super) fn fitting(
        &mut self,
        view: ViewField<'_>,
        parent: TypeId,
        steps: Vec<Step>,
        default: Option<Node<Value>>,
    ) -> Option<FieldSource> {
        let levels = levels(&steps);
        let own = levels_of(&view.field.ty);
        let (depth, own_depth) = (levels.len() - 1, own.len() - 1);
        let is_joined = own_depth == 1 && depth > 1;
        if depth != own_depth && !is_joined {
            let message = format!(
                "`{}` is {}, and its way leads to {}",
                view.coordinate(),
                lists(own_depth),
                lists(depth)
            );
            let help = "the view has the lists of the way, or one list that joins them all";
            self.misfit(("VIEW_LIST_DEPTH", message, help), view, parent, &steps);
            return None;
        }
        let end = match steps.last() {
            Some(step) => self.target.query_graph.type_id(step.ty.inner_named_type())?,
            None => parent,
        };
        self.check_named_type(view, parent, &steps, end)?;
        let promised = if is_joined { vec![levels[0], levels[depth]] } else { levels };
        let is_weaker = |(own, theirs): (&bool, &bool)| *own && !theirs;
        let breaks_at = own.iter().zip(&promised).position(is_weaker);
        if breaks_at.is_some_and(|level| level > 0 || default.is_none()) {
            self.hint_nullable(view, parent, &steps);
        }
        self.hint_deprecated(view, parent, &steps);
        Some(FieldSource { steps, default, is_joined, end })
    }

    /// The named type of a view's field over the one its way ends in.
    fn check_named_type(
        &mut self,
        view: ViewField<'_>,
        parent: TypeId,
        steps: &[Step],
        end: TypeId,
    ) -> Option<()> {
        let name = view.field.ty.inner_named_type();
        let theirs = self.type_name(end);
        let reason = match self.document.schema.types.get(name)? {
            ExtendedType::Object(_) => {
                let of = self.mapping.objects.get(name).copied()?;
                let graph = self.target.query_graph;
                let is_composite =
                    !matches!(graph.ty(end).kind, TypeKind::Scalar | TypeKind::Enum(_));
                if is_composite && graph.ty(end).possible.is_subset(&graph.ty(of).possible) {
                    return Some(());
                }
                format!(
                    "`{name}` stands for `{}`, and the way ends in `{theirs}`",
                    self.type_name(of)
                )
            }
            ExtendedType::Interface(_) | ExtendedType::Union(_) => {
                match self.members(view, name, end) {
                    Ok(()) => return Some(()),
                    Err(reason) => reason,
                }
            }
            ExtendedType::Enum(_) => {
                if self.mapping.enums.get(name).is_some_and(|mapping| mapping.of == *theirs) {
                    return Some(());
                }
                format!("the enum `{name}` does not stand for `{theirs}`")
            }
            ExtendedType::Scalar(_) => {
                if self.scalar_fits(name, end) {
                    return Some(());
                }
                format!("`{theirs}` cannot be answered as `{name}`")
            }
            ExtendedType::InputObject(_) => return None,
        };
        let message = format!("`{}` does not fit: {reason}", view.coordinate());
        let help = "let the view's type stand for what the way ends in, or end the way elsewhere";
        self.misfit(("VIEW_TYPE_MISMATCH", message, help), view, parent, steps);
        None
    }

    /// Whether an interface or union of the view has exactly one member for each type of object
    /// that can come; it may lack some.
    fn members(&mut self, view: ViewField<'_>, name: &Name, end: TypeId) -> Result<(), String> {
        let graph = self.target.query_graph;
        let Some(own) = self.own.type_id(name) else { return Ok(()) };
        let members: Vec<&Name> =
            self.own.ty(own).possible.iter().map(|id| &self.own.ty(id).name).collect();
        let mut lacking = Vec::new();
        for runtime in graph.ty(end).possible.iter() {
            let stands_for = |member: &&&Name| {
                let of = self.mapping.objects.get(**member);
                of.is_some_and(|of| graph.ty(*of).possible.contains(runtime))
            };
            let mut fitting = members.iter().filter(stands_for);
            match (fitting.next(), fitting.next()) {
                (None, _) => lacking.push(format!("`{}`", graph.ty(runtime).name)),
                (Some(_), None) => {}
                (Some(one), Some(other)) => {
                    let theirs = &graph.ty(runtime).name;
                    return Err(format!("`{one}` and `{other}` both stand for `{theirs}`"));
                }
            }
        }
        if lacking.len() == graph.ty(end).possible.len() {
            return Err(format!("no type of `{name}` stands for one of `{}`", self.type_name(end)));
        }
        if !lacking.is_empty() {
            let message = format!(
                "`{name}` has no type for {}: such objects are answered as null",
                lacking.join(", ")
            );
            let hint = Diagnostic::hint("VIEW_TYPE_INCOMPLETE", message)
                .with_coordinate(view.coordinate())
                .at(&self.document.sources, view.field.name.location(), "");
            let hint = self.at_type(hint, end, "can be one of these");
            self.report(hint.with_help("add a type that stands for it"));
        }
        Ok(())
    }

    /// Whether a scalar of the view can show a leaf of the supergraph. Values of custom scalars
    /// are checked as they come.
    fn scalar_fits(&self, name: &Name, end: TypeId) -> bool {
        let theirs = self.target.query_graph.ty(end);
        match (&theirs.kind, name.as_str(), theirs.name.as_str()) {
            (TypeKind::Scalar, own, theirs) if own == theirs => true,
            (TypeKind::Scalar, "Float", "Int") | (TypeKind::Scalar, "String", "ID") => true,
            (TypeKind::Scalar, "ID", "String" | "Int") => true,
            (TypeKind::Scalar, own, theirs) => is_standard(own) && !is_standard(theirs),
            (TypeKind::Enum(_), "String", _) => true,
            _ => false,
        }
    }

    fn misfit(
        &mut self,
        (code, message, help): (&'static str, String, &str),
        view: ViewField<'_>,
        parent: TypeId,
        steps: &[Step],
    ) {
        let error = self.error(code, view.coordinate(), message).at(
            &self.document.sources,
            view.field.ty.inner_named_type().location(),
            "the view's type",
        );
        let error = self.at_end(error, parent, steps, "the type in the graph");
        self.report(error.with_help(help));
    }

    fn hint_nullable(&mut self, view: ViewField<'_>, parent: TypeId, steps: &[Step]) {
        let message = format!("`{}` cannot be null, but what it shows can", view.coordinate());
        let hint = Diagnostic::hint("VIEW_NON_NULL_OVER_NULLABLE", message)
            .with_coordinate(view.coordinate())
            .at(
                &self.document.sources,
                view.field.ty.inner_named_type().location(),
                "promises a value",
            );
        let hint = match steps.iter().find(|step| !step.ty.is_non_null()) {
            Some(step) => self.at_field_named(hint, parent, steps, &step.field),
            None => self.at_end(hint, parent, steps, "can have nulls"),
        };
        let help =
            "let it be null, or give it a `default:`; else a null takes with it what is around";
        self.report(hint.with_help(help));
    }

    fn hint_deprecated(&mut self, view: ViewField<'_>, parent: TypeId, steps: &[Step]) {
        let mut at = parent;
        let mut found = Vec::new();
        for step in steps {
            let on = step.only_on.unwrap_or(at);
            let definition = self.api().types.get(self.type_name(on));
            let field = definition.and_then(|ty| crate::type_parts::field_of(ty, &step.field));
            if field.is_some_and(|field| field.directives.has("deprecated")) {
                found.push((on, step.field.clone()));
            }
            at = self.target.query_graph.type_id(step.ty.inner_named_type()).unwrap_or(at);
        }
        for (on, field) in found {
            let theirs = format!("{}.{field}", self.type_name(on));
            let message = format!("`{}` reads `{theirs}`, which is deprecated", view.coordinate());
            let hint = Diagnostic::hint("VIEW_READS_DEPRECATED", message)
                .with_coordinate(view.coordinate())
                .at(&self.document.sources, view.field.name.location(), "reads it");
            let hint = self.at_field(hint, (on, &field), "deprecated here");
            self.report(hint.with_help("read what has taken its place"));
        }
    }

    fn at_end(&self, error: Diagnostic, parent: TypeId, steps: &[Step], text: &str) -> Diagnostic {
        let Some((last, before)) = steps.split_last() else { return error };
        let at = before.last().map_or(Some(parent), |step| {
            self.target.query_graph.type_id(step.ty.inner_named_type())
        });
        let on = last.only_on.or(at);
        on.map_or(error.clone(), |on| self.at_field(error, (on, &last.field), text))
    }
}

fn is_standard(name: &str) -> bool {
    matches!(name, "Int" | "Float" | "String" | "Boolean" | "ID")
}

fn lists(depth: usize) -> String {
    match depth {
        0 => "no list".to_owned(),
        1 => "a list".to_owned(),
        depth => format!("lists in {depth} levels"),
    }
}

/// For each list from the outside in, and at last for the named type: whether it cannot be null.
fn levels_of(ty: &Type) -> Vec<bool> {
    let mut levels = vec![ty.is_non_null()];
    let mut ty = ty;
    while ty.is_list() {
        ty = ty.item_type();
        levels.push(ty.is_non_null());
    }
    levels
}

/// The same of the way as a whole: what is null on it makes null what it leads to.
fn levels(steps: &[Step]) -> Vec<bool> {
    let mut levels = vec![true];
    for step in steps {
        let own = levels_of(&step.ty);
        if let Some(last) = levels.last_mut() {
            *last &= own[0] && step.only_on.is_none();
        }
        levels.extend(&own[1..]);
    }
    levels
}

/// The types that operations can ask for or send.
pub(super) fn reachable(schema: &Schema) -> BTreeSet<Name> {
    let roots = schema.schema_definition.iter_root_operations();
    let mut open: Vec<Name> = roots.map(|(_, name)| name.name.clone()).collect();
    let mut reached: BTreeSet<Name> = open.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let Some(definition) = schema.types.get(&name) else { continue };
        let mut named: Vec<Name> = Vec::new();
        for field in fields_of(definition) {
            named.push(field.ty.inner_named_type().clone());
            named.extend(field.arguments.iter().map(|it| it.ty.inner_named_type().clone()));
        }
        match definition {
            ExtendedType::InputObject(ty) => {
                named.extend(ty.fields.values().map(|it| it.ty.inner_named_type().clone()));
            }
            ExtendedType::Union(ty) => named.extend(ty.members.iter().map(|it| it.name.clone())),
            ExtendedType::Object(ty) => {
                named.extend(ty.implements_interfaces.iter().map(|it| it.name.clone()));
            }
            ExtendedType::Interface(_) => {
                let implementing = schema.types.values().filter(|ty| match ty {
                    ExtendedType::Object(ty) => {
                        ty.implements_interfaces.iter().any(|it| it.name == name)
                    }
                    _ => false,
                });
                named.extend(implementing.map(|ty| ty.name().clone()));
            }
            ExtendedType::Scalar(_) | ExtendedType::Enum(_) => {}
        }
        open.extend(named.into_iter().filter(|name| reached.insert(name.clone())));
    }
    reached
}
