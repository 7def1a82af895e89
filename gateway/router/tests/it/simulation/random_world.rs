//! A whole federated world from a seed: first a merged graph, then how it is split over
//! subgraphs, then the rows they serve. What is drawn is meant to compose.
//!
//! Knows nothing of the gateway; `graph` is the model, the other files each draw a part of it.

mod abstract_types;
mod contexts;
mod graph;
mod hidden_parts;
mod interface_objects;
mod keys;
mod object_fields;
mod overrides;
mod printing;
mod requirements;
mod roots;
mod row_values;

use super::Random;
use super::specimen::WorldFiles;
use graph::{Graph, Named};

/// Draws a world.
pub(crate) fn draw(seed: u64) -> WorldFiles {
    let mut random = Random::new(seed ^ 0x05ee_d0fa_3417);
    let count = 2 + random.below(4) + random.below(4);
    let mut author = Author {
        graph: Graph::new(usize::try_from(count).expect("at most 8")),
        random: &mut random,
        keys_after: 0,
    };
    author.draw_enums();
    author.draw_entities();
    author.draw_value_types();
    author.draw_fields();
    author.draw_partial_value_types();
    author.draw_abstract_types();
    author.draw_abstract_fields();
    author.draw_roots();
    author.draw_overrides();
    author.draw_far_members();
    author.draw_provisions();
    author.draw_requirements();
    author.draw_interface_objects();
    author.draw_contexts();
    author.draw_inaccessible();
    let rows = author.draw_rows();
    WorldFiles { subgraphs: author.graph.print(), rows, view: None }
}

/// The state of drawing.
struct Author<'r> {
    graph: Graph,
    random: &'r mut Random,
    /// What the numbers in keys begin after: implementations of an interface share its key, and no
    /// two of their objects may have the same.
    keys_after: usize,
}

impl Author<'_> {
    fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).expect("a short list");
        usize::try_from(self.random.below(length.max(1))).expect("an index")
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        self.random.pick(items).cloned()
    }

    /// So many different items, in the order of the list.
    fn some_of<T: Clone>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut chosen: Vec<usize> = (0..items.len()).collect();
        while chosen.len() > count {
            let index = self.index(chosen.len());
            chosen.remove(index);
        }
        chosen.into_iter().map(|index| items[index].clone()).collect()
    }

    /// Makes a type known in a subgraph, as one that its fields can return. False when it cannot.
    fn ensure(&mut self, named: Named, subgraph: usize) -> bool {
        match named {
            Named::Leaf(_) | Named::Enum => true,
            Named::Abstract(index) => self.graph.abstracts[index].parts.contains_key(&subgraph),
            Named::Object(index) if self.graph.objects[index].is_entity() => {
                self.ensure_entity(index, subgraph, None)
            }
            Named::Object(index) => self.ensure_value_type(index, subgraph),
        }
    }
}
