//! `@inaccessible`: fields that only the gateway may use, as keys and requirements.

use super::Author;
use super::graph::Kind;

impl Author<'_> {
    /// Every type keeps two fields that clients see; those of interfaces stay.
    pub(super) fn draw_inaccessible(&mut self) {
        let mut objects = self.graph.of_kind(Kind::Entity);
        objects.extend(self.graph.of_kind(Kind::Value));
        for object in objects {
            if !self.random.percent(35) {
                continue;
            }
            let fields = self.graph.objects[object].fields.iter().enumerate();
            let placed: Vec<usize> =
                fields.filter(|(_, field)| !field.at.is_empty()).map(|(index, _)| index).collect();
            let count = 1 + self.index(2);
            let mut shown = placed.len();
            for field in self.some_of(&placed, count) {
                let field = &mut self.graph.objects[object].fields[field];
                if shown > 2 && !field.is_inherited {
                    field.is_inaccessible = true;
                    shown -= 1;
                }
            }
        }
    }
}
