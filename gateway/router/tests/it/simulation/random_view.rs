//! A random view over a world's API: types under other names and several times, fields flattened
//! through objects and lists, defaults, groups, arguments and presets, interfaces and unions cut to
//! some members. Most draws compile; the caller draws again when one does not.

mod fields;
mod inputs;
mod ways;

use std::fmt::Write as _;

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

use super::Random;
use inputs::{Enum, Input};

/// The text of a view.
pub(super) fn draw(schema: &Valid<Schema>, seed: u64) -> String {
    let mut random = Random::new(seed ^ 0x0076_1e35);
    let mut author = Author {
        schema,
        random: &mut random,
        shapes: Vec::new(),
        enums: Vec::new(),
        inputs: Vec::new(),
    };
    author.draw_leaves();
    author.draw_objects();
    author.draw_abstract_types();
    author.text()
}

/// A composite type of the view.
struct Shape {
    name: String,
    /// The graph's type; of an interface or union what it is about.
    of: Name,
    kind: ShapeKind,
    fields: Vec<(String, String)>,
    implements: Vec<String>,
}

enum ShapeKind {
    Object,
    /// With the places of its members.
    Abstract {
        members: Vec<usize>,
        is_interface: bool,
    },
}

struct Author<'a> {
    schema: &'a Valid<Schema>,
    random: &'a mut Random,
    shapes: Vec<Shape>,
    enums: Vec<Enum>,
    inputs: Vec<Input>,
}

impl<'a> Author<'a> {
    fn graph_types(&self) -> Vec<(&'a Name, &'a ExtendedType)> {
        let types = self.schema.types.iter();
        types.filter(|(name, ty)| !ty.is_built_in() && !name.starts_with("__")).collect()
    }

    fn root_name(&self, of: &Name) -> Option<&'static str> {
        let definition = &self.schema.schema_definition;
        let is = |root: &Option<apollo_compiler::schema::ComponentName>| {
            root.as_ref().is_some_and(|root| root.name == *of)
        };
        match () {
            () if is(&definition.query) => Some("Query"),
            () if is(&definition.mutation) => Some("Mutation"),
            () if is(&definition.subscription) => Some("Subscription"),
            () => None,
        }
    }

    fn draw_objects(&mut self) {
        for (name, ty) in self.graph_types() {
            let is_query = self.root_name(name) == Some("Query");
            let count = match ty {
                _ if self.root_name(name) == Some("Subscription") => 0,
                _ if self.root_name(name) == Some("Mutation") => 1,
                ExtendedType::Object(_) if is_query => 1 + u64::from(self.random.percent(60)),
                ExtendedType::Object(_) => 1 + u64::from(self.random.percent(35)),
                ExtendedType::Interface(_) => u64::from(self.random.percent(50)),
                _ => 0,
            };
            for number in 0..count {
                let keeps = number == 0 && ty.is_object() && self.random.percent(40);
                let own = match self.root_name(name).filter(|_| number == 0) {
                    Some(root) => root.to_owned(),
                    None if keeps => name.to_string(),
                    None => format!("{name}Row{number}"),
                };
                self.shapes.push(Shape {
                    name: own,
                    of: name.clone(),
                    kind: ShapeKind::Object,
                    fields: Vec::new(),
                    implements: Vec::new(),
                });
            }
        }
    }

    /// Interfaces and unions that show some of the graph's types, each by one of the view's.
    fn draw_abstract_types(&mut self) {
        for (name, ty) in self.graph_types() {
            if !(ty.is_interface() || ty.is_union()) || self.random.percent(15) {
                continue;
            }
            let mut members = Vec::new();
            for possible in self.possible(name) {
                let shapes: Vec<usize> = self.objects_of(&possible);
                if let Some(shape) = self.random.pick(&shapes).copied()
                    && self.random.percent(85)
                {
                    members.push(shape);
                }
            }
            let is_interface = self.random.percent(50);
            if members.is_empty() {
                continue;
            }
            let own = format!("{name}Any");
            for member in members.iter().filter(|_| is_interface) {
                self.shapes[*member].implements.push(own.clone());
            }
            let kind = ShapeKind::Abstract { members, is_interface };
            let (fields, implements) = (Vec::new(), Vec::new());
            self.shapes.push(Shape { name: own, of: name.clone(), kind, fields, implements });
        }
    }

    /// The object types of the graph that a type can be.
    fn possible(&self, name: &str) -> Vec<Name> {
        let types = self.graph_types().into_iter();
        let objects = types.filter(|(_, ty)| ty.is_object()).map(|(name, _)| name.clone());
        objects.filter(|one| *one == name || self.schema.is_subtype(name, one)).collect()
    }

    /// The view's object types for one of the graph.
    fn objects_of(&self, of: &str) -> Vec<usize> {
        let is_meant = |shape: &Shape| shape.of == of && matches!(shape.kind, ShapeKind::Object);
        (0..self.shapes.len()).filter(|index| is_meant(&self.shapes[*index])).collect()
    }

    fn text(&mut self) -> String {
        self.draw_common_fields();
        for index in 0..self.shapes.len() {
            if matches!(self.shapes[index].kind, ShapeKind::Object) {
                self.draw_fields(index);
            }
        }
        let mut text = "extend schema @link(url: \"https://specs.weft.example/view/v1.0\", \
                        import: [\"@of\", \"@from\", \"@value\"])\n\n"
            .to_owned();
        for shape in self.shapes.iter().filter(|shape| self.is_kept(shape)) {
            text += &self.shape_text(shape);
        }
        for (name, ty) in self.graph_types() {
            if ty.is_scalar() {
                let _ = writeln!(text, "scalar {name}\n");
            }
        }
        self.enums.iter().for_each(|one| text += &one.text());
        self.inputs.iter().for_each(|one| text += &one.text());
        text
    }

    fn is_kept(&self, shape: &Shape) -> bool {
        match &shape.kind {
            ShapeKind::Object => !shape.fields.is_empty(),
            ShapeKind::Abstract { is_interface, .. } => !is_interface || !shape.fields.is_empty(),
        }
    }

    fn shape_text(&self, shape: &Shape) -> String {
        let mut text = String::new();
        let name = &shape.name;
        let of = &shape.of;
        match &shape.kind {
            ShapeKind::Abstract { members, is_interface: false } => {
                let members = members.iter().map(|index| self.shapes[*index].name.as_str());
                let members: Vec<&str> = members.collect();
                let _ = writeln!(text, "union {name} = {}\n", members.join(" | "));
                return text;
            }
            ShapeKind::Abstract { .. } => _ = write!(text, "interface {name}"),
            ShapeKind::Object => {
                let _ = write!(text, "type {name}");
                let implemented = |name: &&String| {
                    let interface = self.shapes.iter().find(|shape| shape.name == **name);
                    interface.is_some_and(|interface| self.is_kept(interface))
                };
                let implements: Vec<&str> =
                    shape.implements.iter().filter(implemented).map(String::as_str).collect();
                if !implements.is_empty() {
                    let _ = write!(text, " implements {}", implements.join(" & "));
                }
                if name != of.as_str() && self.root_name(of) != Some(name) {
                    let _ = write!(text, " @of(type: \"{of}\")");
                }
            }
        }
        text += " {\n";
        for (name, rest) in &shape.fields {
            let _ = writeln!(text, "  {name}{rest}");
        }
        text + "}\n\n"
    }
}
