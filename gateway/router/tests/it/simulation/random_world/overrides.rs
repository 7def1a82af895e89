//! Fields that one subgraph takes over from another, and subgraphs that are entered by keys alone.

use super::Author;
use super::graph::{At, Field, FieldType, Key, Kind, Meaning, Member, Named, Subgraph};

impl Author<'_> {
    pub(super) fn draw_overrides(&mut self) {
        let mut objects = self.graph.of_kind(Kind::Entity);
        objects.push(self.graph.query);
        for object in objects {
            for field in 0..self.graph.objects[object].fields.len() {
                if self.random.percent(12) {
                    self.draw_override(object, field);
                }
            }
        }
    }

    /// The field must have one owner; another subgraph has had it before.
    fn draw_override(&mut self, object: usize, index: usize) {
        let field = &self.graph.objects[object].fields[index];
        let (named, resolvers) = (field.ty.named, field.resolvers());
        let meant = [Meaning::Any, Meaning::Turn];
        if field.is_read || field.is_inherited || !meant.contains(&field.meaning) {
            return;
        }
        let [owner] = resolvers[..] else { return };
        let mut others: Vec<Subgraph> = match object == self.graph.query {
            true => (0..self.graph.subgraphs.len()).collect(),
            false => self.graph.objects[object].full_members(),
        };
        others.retain(|other| *other != owner);
        let Some(from) = self.pick(&others) else { return };
        let can_have = match named {
            Named::Abstract(index) => !self.common_members(index, &[owner, from]).is_empty(),
            named => self.ensure(named, from),
        };
        if !can_have {
            return;
        }
        let labels = [None, Some("percent(35)"), Some("fresh"), Some("moved/by:hand")];
        let label = labels[self.index(labels.len())];
        if object == self.graph.query {
            self.graph.objects[object].members.entry(from).or_default().is_returned = true;
        }
        let field = &mut self.graph.objects[object].fields[index];
        let before = At { is_overridden: label.is_none(), ..At::default() };
        field.at.insert(from, before);
        let own = field.at.get_mut(&owner).expect("the owner has the field");
        own.override_from = Some(from);
        own.override_label = label.map(str::to_owned);
    }

    /// Subgraphs that no field enters: they need not know every entity, nor need every entity
    /// have their key.
    pub(super) fn draw_far_members(&mut self) {
        for entity in self.graph.of_kind(Kind::Entity) {
            let far = self.index(self.graph.subgraphs.len());
            let is_member = self.graph.objects[entity].members.contains_key(&far);
            if is_member || !self.random.percent(60) {
                continue;
            }
            let key = self.far_key(entity);
            let member = Member { is_far: true, keys: vec![(key, true)], ..Member::default() };
            self.graph.objects[entity].members.insert(far, member);
            self.place_key_fields(entity, far, key);
            for _ in 0..1 + self.index(3) {
                self.draw_far_field(entity, far);
            }
        }
    }

    /// A key by which another subgraph is entered, or one that may be null.
    fn far_key(&mut self, entity: usize) -> usize {
        let full = self.graph.objects[entity].full_members();
        let neighbour = self.pick(&full).expect("every entity has a full member");
        if self.random.percent(50) {
            let keys = self.graph.objects[entity].members[&neighbour].keys.clone();
            let resolvable: Vec<usize> =
                keys.iter().filter(|(_, is)| *is).map(|(key, _)| *key).collect();
            return self.pick(&resolvable).expect("every full member can be entered");
        }
        let object = &mut self.graph.objects[entity];
        let ty = FieldType::new(Named::Leaf("String"), false);
        let mut tag = Field::new("tag", ty, Meaning::Key);
        tag.is_read = true;
        tag.at.insert(neighbour, At::default());
        object.fields.push(tag);
        let fields = vec![object.fields.len() - 1];
        object.keys.push(Key { text: "tag".to_owned(), fields });
        let key = object.keys.len() - 1;
        if self.random.percent(50) {
            let is_resolvable = self.random.percent(50);
            self.add_member(entity, neighbour, (key, is_resolvable));
        }
        key
    }

    fn draw_far_field(&mut self, entity: usize, far: Subgraph) {
        let kinds = [Kind::Value, Kind::Entity];
        let kind = kinds[self.index(2)];
        let object = self.pick(&self.graph.of_kind(kind)).map(Named::Object);
        let object = object.filter(|_| self.random.percent(35));
        let named = object.filter(|named| self.ensure(*named, far));
        let leaf = Named::Leaf(["Int", "String"][self.index(2)]);
        let mut ty = self.wrapped(named.unwrap_or(leaf));
        match ty.lists.first_mut() {
            Some(outer) => *outer = false,
            None => ty.is_non_null = false,
        }
        let name = self.free_name(entity);
        let mut field = Field::new(name, ty, Meaning::Any);
        field.at.insert(far, At::default());
        self.graph.objects[entity].fields.push(field);
    }
}
