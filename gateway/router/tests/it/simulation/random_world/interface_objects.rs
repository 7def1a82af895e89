//! An interface with a key, and a subgraph for which it is one object: `@interfaceObject`.

use super::Author;
use super::graph::{Abstract, AbstractPart, At, Field, FieldType, Kind, Meaning, Named, Subgraph};

impl Author<'_> {
    /// Some subgraph knows all implementations; those that know none may have the object.
    pub(super) fn draw_interface_objects(&mut self) {
        if !self.random.percent(70) {
            return;
        }
        let home = self.index(self.graph.subgraphs.len());
        let members = self.draw_implementations(home);
        let Some(first) = members.first().copied() else { return };
        let key = self.graph.objects[first].keys[0].text.clone();
        let knows_none = |subgraph: &Subgraph| {
            let has = |one: &usize| self.graph.objects[*one].members.contains_key(subgraph);
            !members.iter().any(has)
        };
        let able: Vec<Subgraph> = (0..self.graph.subgraphs.len()).filter(knows_none).collect();
        let count = 1 + self.index(2);
        let away = self.some_of(&able, count);
        let mut interface = Abstract {
            name: "Thing".to_owned(),
            is_union: false,
            fields: vec![key.clone()],
            parts: [].into(),
        };
        let fields = vec![key.clone()];
        let part = AbstractPart {
            members: members.clone(),
            fields,
            key: Some(key),
            interface_object: None,
        };
        interface.parts.insert(home, part.clone());
        for subgraph in &away {
            let fields = self.draw_object_fields(&members, *subgraph);
            let part = AbstractPart { interface_object: Some(fields), ..part.clone() };
            interface.parts.insert(*subgraph, part);
        }
        for member in &members {
            let key = self.graph.objects[*member].keys[0].fields[0];
            self.graph.objects[*member].fields[key].is_inherited = true;
        }
        self.graph.abstracts.push(interface);
        let named = Named::Abstract(self.graph.abstracts.len() - 1);
        let mut all = away;
        all.push(home);
        for subgraph in all {
            if self.random.percent(75) {
                self.draw_root(named, &[subgraph]);
            }
        }
    }

    /// Entities that a subgraph knows all about, and can be entered by the same key.
    fn draw_implementations(&mut self, home: Subgraph) -> Vec<usize> {
        let mut known = self.graph.of_kind(Kind::Entity);
        known.retain(|entity| {
            let member = self.graph.objects[*entity].members.get(&home);
            member.is_some_and(|one| one.is_returned && one.keys.contains(&(0, true)))
        });
        let Some(first) = self.pick(&known) else { return Vec::new() };
        let key = |entity: usize| {
            let field = &self.graph.objects[entity].fields[0];
            (field.name.clone(), field.ty.clone())
        };
        known.retain(|entity| key(*entity) == key(first));
        known
    }

    /// Its own fields, which all implementations have from it.
    fn draw_object_fields(&mut self, members: &[usize], subgraph: Subgraph) -> Vec<String> {
        let key = self.graph.objects[members[0]].fields[0].clone();
        let mut texts = vec![format!("{}: {}", key.name, self.graph.type_text(&key.ty))];
        for number in 0..1 + self.index(2) {
            let name = format!("thing_{}{number}", self.graph.subgraphs[subgraph]);
            let leaf = Named::Leaf(["String", "Int"][self.index(2)]);
            let mut field = Field::new(name, FieldType::new(leaf, false), Meaning::Any);
            if leaf == Named::Leaf("String") && self.random.percent(40) {
                field.arguments = self.draw_arguments();
            }
            field.is_inherited = true;
            field.at.insert(subgraph, At::default());
            texts.push(self.graph.field_text(&field, &At::default()));
            for member in members {
                self.graph.objects[*member].fields.push(field.clone());
            }
        }
        texts
    }
}
