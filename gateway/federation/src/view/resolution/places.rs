//! Labels in the subgraphs' files for what a view has to do with.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::parser::SourceSpan;

use super::Resolution;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::query_graph::TypeId;
use crate::type_parts::field_of;
use crate::view::mapping::Step;

impl Resolution<'_> {
    /// Adds a place in one of the subgraphs' files; nothing when it is not known.
    pub(super) fn at_supergraph(
        &self,
        diagnostic: Diagnostic,
        location: Option<SourceSpan>,
        text: &str,
    ) -> Diagnostic {
        let Some(location) = location else { return diagnostic };
        let Some(source) = self.subgraph_file(location) else { return diagnostic };
        diagnostic.with_label(&source, location.offset()..location.end_offset(), text)
    }

    /// A subgraph's file: one for all that is said about it.
    fn subgraph_file(&self, location: SourceSpan) -> Option<Arc<SourceFile>> {
        let id = location.file_id();
        if let Some(known) = self.files.borrow().get(&id) {
            return Some(Arc::clone(known));
        }
        let file = self.target.supergraph.schema.sources.get(&id)?;
        let name = file.path().display().to_string();
        let source = Arc::new(SourceFile { name, text: file.source_text().to_owned() });
        self.files.borrow_mut().insert(id, Arc::clone(&source));
        Some(source)
    }

    /// Adds the place of a type of the supergraph.
    pub(super) fn at_type(&self, diagnostic: Diagnostic, ty: TypeId, text: &str) -> Diagnostic {
        let definition = self.target.supergraph.schema.types.get(self.type_name(ty));
        let location = definition.and_then(|definition| definition.name().location());
        self.at_supergraph(diagnostic, location, text)
    }

    /// Adds the place of a field of the supergraph.
    pub(super) fn at_field(
        &self,
        diagnostic: Diagnostic,
        (parent, field): (TypeId, &Name),
        text: &str,
    ) -> Diagnostic {
        let definition = self.target.supergraph.schema.types.get(self.type_name(parent));
        let field = definition.and_then(|definition| field_of(definition, field));
        self.at_supergraph(diagnostic, field.and_then(|field| field.name.location()), text)
    }

    /// Adds the place of the first field of some name on the way from an object.
    pub(super) fn at_field_named(
        &self,
        diagnostic: Diagnostic,
        start: TypeId,
        steps: &[Step],
        name: &Name,
    ) -> Diagnostic {
        let mut parent = start;
        for step in steps {
            let on = step.only_on.unwrap_or(parent);
            if step.field == *name {
                return self.at_field(diagnostic, (on, name), "declared here");
            }
            let next = self.target.query_graph.type_id(step.ty.inner_named_type());
            parent = next.unwrap_or(parent);
        }
        diagnostic
    }
}
