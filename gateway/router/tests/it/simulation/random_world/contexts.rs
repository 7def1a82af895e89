//! `@context` and `@fromContext`: arguments that are read from an object further up.

use super::Author;
use super::graph::{Argument, At, Field, FieldType, Kind, Meaning, Member, Named, Object};

impl Author<'_> {
    /// A child that only its parent leads to, so that the context is always set.
    pub(super) fn draw_contexts(&mut self) {
        if !self.random.percent(70) {
            return;
        }
        let entities = self.graph.of_kind(Kind::Entity);
        let Some(parent) = self.pick(&entities) else { return };
        let full = self.graph.objects[parent].full_members();
        let Some(subgraph) = self.pick(&full) else { return };
        let told = self.graph.objects[parent].fields.iter().filter(|field| {
            let is_text = field.ty == FieldType::new(Named::Leaf("String"), false);
            is_text && field.arguments.is_empty() && field.resolved_in(subgraph)
        });
        let told: Vec<String> = told.map(|field| field.name.clone()).collect();
        let Some(told) = self.pick(&told) else { return };
        for field in &mut self.graph.objects[parent].fields {
            field.is_read |= field.name == told;
        }
        self.graph.objects[parent].contexts.insert(subgraph, "around".to_owned());
        let child = self.graph.objects.len();
        let mut object = Object::new("Child".to_owned(), Kind::Entity);
        object.members.insert(subgraph, Member { is_returned: true, ..Member::default() });
        self.graph.objects.push(object);
        let mut id = Field::new("id", FieldType::new(Named::Leaf("ID"), true), Meaning::Key);
        id.is_read = true;
        self.add_key(child, vec![id], "id".to_owned());
        self.add_member(child, subgraph, (0, true));
        let text = FieldType::new(Named::Leaf("String"), false);
        let mut greeting = Field::new("greeting", text, Meaning::Any);
        greeting.arguments = vec![Argument { name: "n", ty: "Int", default: Some("3") }];
        let argument = format!("told: String @fromContext(field: \"$around {{ {told} }}\")");
        let at = At { context_argument: Some(argument), ..At::default() };
        greeting.at.insert(subgraph, at);
        self.graph.objects[child].fields.push(greeting);
        let ty = self.wrapped(Named::Object(child));
        let mut link = Field::new("child", ty, Meaning::Any);
        link.at.insert(subgraph, At::default());
        self.graph.objects[parent].fields.push(link);
    }
}
