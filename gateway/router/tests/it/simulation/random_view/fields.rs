//! The fields of the view's object types, and what its interfaces promise.

use std::fmt::Write as _;

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};

use super::ways::Way;
use super::{Author, ShapeKind};

/// Names that fields of many worlds have, on purpose.
const NAMES: [&str; 6] = ["id", "name", "a", "b", "node", "items"];

impl Author<'_> {
    pub(super) fn draw_fields(&mut self, index: usize) {
        let is_root = self.root_name(&self.shapes[index].of).is_some();
        let count = 3 + self.random.below(if is_root { 6 } else { 4 });
        for _ in 0..count {
            if self.random.percent(15) {
                self.draw_group(index);
            } else {
                self.draw_field(index);
            }
        }
    }

    /// A field whose type stands for what its parent stands for.
    fn draw_group(&mut self, index: usize) {
        let of = self.shapes[index].of.clone();
        let groups = self.objects_of(&of);
        let Some(group) = self.random.pick(&groups).copied() else { return };
        let ty = self.shapes[group].name.clone();
        if ty == "Mutation" {
            return;
        }
        let name = format!("group{}", self.shapes[index].fields.len());
        let end = if self.random.percent(70) { "!" } else { "" };
        self.shapes[index].fields.push((name, format!(": {ty}{end}")));
    }

    fn draw_field(&mut self, index: usize) {
        let of = self.shapes[index].of.clone();
        let Some(way) = self.draw_way(&of) else { return };
        let Some(end) = way.end.clone() else { return };
        let Some(named) = self.shown_as(end.inner_named_type()) else { return };
        let taken: Vec<String> =
            self.shapes[index].fields.iter().map(|(name, _)| name.clone()).collect();
        let name = match &way.same {
            Some(same) if self.random.percent(60) => same.to_string(),
            _ if self.random.percent(50) => {
                self.random.pick(&NAMES).copied().unwrap_or("a").to_owned()
            }
            _ => format!("f{}", taken.len()),
        };
        if taken.contains(&name) {
            return;
        }
        let text = self.field_text(&name, &way, &named, &of);
        self.shapes[index].fields.push((name, text));
    }

    fn field_text(&mut self, name: &str, way: &Way, named: &str, parent: &Name) -> String {
        let mut text = String::new();
        if !way.arguments.is_empty() {
            let _ = write!(text, "({})", way.arguments.join(", "));
        }
        let levels = self.own_levels(&way.levels);
        let ty = type_text(&levels, named);
        let _ = write!(text, ": {ty}");
        let default = self.default(&levels, named);
        let is_said = way.same.as_ref().is_none_or(|same| same != name);
        let end = way.end.as_ref().map(Type::inner_named_type);
        if is_said || default.is_some() || end == Some(parent) || self.random.percent(30) {
            let fields = serde_json::to_string(&way.text).unwrap_or_default();
            let _ = write!(text, " @from(fields: {fields}");
            if let Some(default) = default {
                let _ = write!(text, ", default: {default}");
            }
            text.push(')');
        }
        text
    }

    /// The way's lists or one for all of them; each may allow null, and some promise what they
    /// should not.
    fn own_levels(&mut self, levels: &[bool]) -> Vec<bool> {
        let levels = match levels {
            [first, .., last] if levels.len() > 2 && self.random.percent(50) => vec![*first, *last],
            levels => levels.to_vec(),
        };
        let mut own = Vec::new();
        for is_non_null in levels {
            own.push(if is_non_null { self.random.percent(75) } else { self.random.percent(8) });
        }
        own
    }

    fn default(&mut self, levels: &[bool], named: &str) -> Option<String> {
        if !self.random.percent(20) {
            return None;
        }
        let of_enum = self.enums.iter().find(|one| one.name == named);
        let item = match (of_enum, named) {
            (Some(one), _) => one.values.first().map(|(own, _)| own.clone())?,
            (None, "Int" | "Float") => "7".to_owned(),
            (None, "String" | "ID") => "\"none\"".to_owned(),
            (None, "Boolean") => "true".to_owned(),
            // An object that is lost takes with it what cannot be null around it: whether there is
            // a list for the default then, only a completed answer says.
            _ => return (levels.len() == 2 && !levels[1]).then(|| "[]".to_owned()),
        };
        let depth = levels.len() - 1;
        Some(format!("{}{item}{}", "[".repeat(depth), "]".repeat(depth)))
    }

    /// A type of the view for one of the graph.
    fn shown_as(&mut self, end: &Name) -> Option<String> {
        let other = self.random.percent(12);
        let ty = self.schema.types.get(end)?;
        if ty.is_enum() {
            let own = self.enums.iter().find(|one| one.of == *end).map(|one| one.name.clone());
            return if other { Some("String".to_owned()) } else { own };
        }
        if ty.is_scalar() {
            let own = match end.as_str() {
                "Int" if other => "Float",
                "ID" if other => "String",
                "String" if other => "ID",
                name => name,
            };
            return Some(own.to_owned());
        }
        let shows = |index: &usize| {
            let shape = &self.shapes[*index];
            let is_root = self.root_name(&shape.of).is_some() && shape.name == "Mutation";
            let fits = match shape.kind {
                ShapeKind::Object => shape.of == *end || self.schema.is_subtype(&shape.of, end),
                ShapeKind::Abstract { is_interface, .. } => {
                    let is_kept = !is_interface || !shape.fields.is_empty();
                    is_kept && (shape.of == *end || self.schema.is_subtype(&shape.of, end))
                }
            };
            fits && !is_root
        };
        let fitting: Vec<usize> = (0..self.shapes.len()).filter(shows).collect();
        let shape = self.random.pick(&fitting).copied()?;
        Some(self.shapes[shape].name.clone())
    }

    /// What interfaces promise: a text that each member finds somewhere, and the object itself.
    pub(super) fn draw_common_fields(&mut self) {
        for index in 0..self.shapes.len() {
            let ShapeKind::Abstract { members, is_interface: true } = &self.shapes[index].kind
            else {
                continue;
            };
            let members = members.clone();
            let interface = self.shapes[index].name.clone();
            let (label, itself) = (format!("label{interface}"), format!("itself{interface}"));
            let mut sources = Vec::new();
            for member in &members {
                let of = self.shapes[*member].of.clone();
                sources.push(self.text_field(&of));
            }
            if sources.iter().all(Option::is_some) {
                self.shapes[index].fields.push((label.clone(), ": String".to_owned()));
                for (member, source) in members.iter().zip(sources.into_iter().flatten()) {
                    let text = format!(": String @from(fields: \"{source}\")");
                    self.shapes[*member].fields.push((label.clone(), text));
                }
            }
            self.shapes[index].fields.push((itself.clone(), format!(": {interface}")));
            for member in members {
                let own = self.shapes[member].name.clone();
                let text = if self.random.percent(50) { own } else { format!("{own}!") };
                self.shapes[member].fields.push((itself.clone(), format!(": {text}")));
            }
        }
    }

    fn text_field(&mut self, of: &Name) -> Option<Name> {
        let object = self.schema.get_object(of)?;
        let is_text = |ty: &Type| {
            let named = ty.inner_named_type();
            let is_enum = matches!(self.schema.types.get(named), Some(ExtendedType::Enum(_)));
            !ty.is_list() && (is_enum || matches!(named.as_str(), "String" | "ID"))
        };
        let required =
            |argument: &Node<apollo_compiler::schema::InputValueDefinition>| argument.is_required();
        let fields = object.fields.values();
        let fields = fields.filter(|it| is_text(&it.ty) && !it.arguments.iter().any(required));
        let fields: Vec<Name> = fields.map(|field| field.name.clone()).collect();
        self.random.pick(&fields).cloned()
    }
}

fn type_text(levels: &[bool], named: &str) -> String {
    let Some((is_non_null, inside)) = levels.split_first() else { return named.to_owned() };
    let text = match inside {
        [] => named.to_owned(),
        inside => format!("[{}]", type_text(inside, named)),
    };
    if *is_non_null { text + "!" } else { text }
}
