//! Ways from a type of the graph to a value.

use std::fmt::Write as _;

use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node};

use super::Author;

/// Fields on a way.
const STEPS_MAX: usize = 4;

/// A way as `@from` writes it.
#[derive(Default)]
pub(super) struct Way {
    pub(super) text: String,
    /// Declared by the view's field.
    pub(super) arguments: Vec<String>,
    /// From the outside in, and at last the named type: whether it cannot be null.
    pub(super) levels: Vec<bool>,
    pub(super) end: Option<Type>,
    /// The field, where the view's may be called the same and say nothing.
    pub(super) same: Option<Name>,
}

impl Author<'_> {
    /// A way that ends somewhere; whether the view can show that is not its business.
    pub(super) fn draw_way(&mut self, from: &Name) -> Option<Way> {
        let mut way = Way { levels: vec![true], ..Way::default() };
        let mut at = from.clone();
        let mut open = 0;
        for step in 0..STEPS_MAX {
            let narrowed = self.narrowed(&at);
            if let Some(on) = &narrowed {
                let _ = write!(way.text, "... on {on} {{ ");
                open += 1;
            }
            let on = narrowed.as_ref().unwrap_or(&at);
            let field = self.some_field(on)?;
            let is_same = self.draw_step(&field, &mut way);
            let (last, own) = (way.levels.len() - 1, levels(&field.ty));
            way.levels[last] &= own[0] && narrowed.is_none();
            way.levels.extend(&own[1..]);
            let first = step == 0 && narrowed.is_none() && is_same;
            way.same = first.then(|| field.name.clone());
            at = field.ty.inner_named_type().clone();
            let is_leaf = self.schema.types.get(&at).is_none_or(ExtendedType::is_leaf);
            if is_leaf || step + 1 == STEPS_MAX || self.random.percent(40) {
                way.end = Some(field.ty.clone());
                break;
            }
            way.text += " { ";
            open += 1;
        }
        way.text += &" }".repeat(open);
        Some(way)
    }

    fn narrowed(&mut self, at: &Name) -> Option<Name> {
        let ty = self.schema.types.get(at)?;
        let narrows = ty.is_union() || (ty.is_interface() && self.random.percent(25));
        let possible = self.possible(at);
        self.random.pick(&possible).filter(|_| narrows).cloned()
    }

    fn some_field(&mut self, ty: &Name) -> Option<Node<FieldDefinition>> {
        let fields: Vec<Node<FieldDefinition>> = match self.schema.types.get(ty)? {
            ExtendedType::Object(it) => it.fields.values().map(|it| it.node.clone()).collect(),
            ExtendedType::Interface(it) => it.fields.values().map(|it| it.node.clone()).collect(),
            _ => return None,
        };
        self.random.pick(&fields).cloned()
    }

    /// Writes a field with arguments; says whether these are the view's own, by the same names.
    fn draw_step(&mut self, field: &FieldDefinition, way: &mut Way) -> bool {
        let mut given = Vec::new();
        let mut is_same = true;
        for argument in &field.arguments {
            if !argument.is_required() && self.random.percent(40) {
                continue;
            }
            let preset = if self.random.percent(40) {
                is_same = false;
                self.literal_in_graph(&argument.ty)
            } else {
                None
            };
            if let Some(preset) = preset {
                given.push(format!("{}: {preset}", argument.name));
                continue;
            }
            let renames = self.random.percent(25) || self.is_declared(way, &argument.name);
            let name = match renames {
                true => format!("x{}", way.arguments.len()),
                false => argument.name.to_string(),
            };
            is_same &= !renames;
            let ty = match self.random.percent(20) {
                true => (*argument.ty).clone().non_null(),
                false => (*argument.ty).clone(),
            };
            let mut declared = format!("{name}: {}", self.own_input_type(&ty));
            if self.random.percent(35)
                && let Some(default) = self.literal_in_view(&ty)
            {
                let _ = write!(declared, " = {default}");
            }
            way.arguments.push(declared);
            given.push(format!("{}: ${name}", argument.name));
        }
        way.text += &field.name;
        if !given.is_empty() {
            let _ = write!(way.text, "({})", given.join(", "));
        }
        is_same
    }

    fn is_declared(&self, way: &Way, name: &str) -> bool {
        way.arguments.iter().any(|declared| declared.starts_with(&format!("{name}:")))
    }
}

fn levels(ty: &Type) -> Vec<bool> {
    let mut levels = vec![ty.is_non_null()];
    if ty.is_list() {
        levels.extend(levels_of_item(ty));
    }
    levels
}

fn levels_of_item(ty: &Type) -> Vec<bool> {
    levels(ty.item_type())
}
